"""Which groups of statements say nothing to act on."""

from collections.abc import Sequence

import numpy as np
import pytest

from nlp.embed.embedder import Embedder
from nlp.group.filler import recognise

NOTHING = ("Nothing springs to mind", "No complaints at all", "All was fine", "I would not change a thing")
AROUND = (
    "Sorry for bothering you.",
    "I do not usually complain, but here goes.",
    "Third time I write.",
    "Not good enough!",
)
WELSH = ("Rwy'n siomedig dros ben.", "Nid yw'n ddigon da.", "Mae'n ddrwg gen i'ch poeni chi.", "Diolch yn fawr iawn.")
BESIDE = ("Come back then.", "Which week is it?", "This time not.", "It is the 10th")
WHEN = ("It was Sunday noon.", "It was 8 pm.", "On the second of May", "That was in January.")
ONESELF = ("I work shifts.", "I pay my taxes too.", "Just testing the form", "We live in Mill Lane")
BEFALLEN = ("I work here and nobody answers", "I live next to a broken lamp", "We pay our tax twice", "The form fails")
UNNAMED = ("They did not come", "Never came back", "What do I get for £80?", "Still waiting", "It is too cold")
COMPLAINTS = ("The photo will not upload", "Nobody answers the phone", "My bin was not emptied", "The bus never came")


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return Embedder(precision="f32", threads=1)


@pytest.mark.parametrize(
    ("said", "nothing"),
    [
        (NOTHING, True),
        (AROUND, True),
        (WELSH, True),
        (BESIDE, True),
        (WHEN, True),
        (ONESELF, True),
        (BEFALLEN, False),
        (UNNAMED, False),
        (COMPLAINTS, False),
        ((*COMPLAINTS, *AROUND[:1]), False),
    ],
)
def test_a_group_says_nothing_when_many_of_its_members_do(
    embedder: Embedder, said: Sequence[str], nothing: bool
) -> None:
    vectors = embedder.encode(said)
    assert recognise(said, vectors, [np.arange(len(said))], embedder.encode) == [nothing]
