"""Which statements are grouped among themselves: by what the embedding model can compare, praise apart."""

from typing import NamedTuple

EMBEDDED_WELL = {"en", "unknown"}
"""What the model was trained on. The rest is grouped among its own kind, and never scored as if it were English."""


class Crowd(NamedTuple):
    """Statements that are grouped among themselves: of one language, and praise apart from what may be an issue.

    Embeddings tell what is spoken of better than how it is judged: in one group, "friendly staff" hides "rude staff".
    """

    language: str
    praise: bool


def crowd_of(language: str, kind: str) -> Crowd:
    return Crowd("en" if language in EMBEDDED_WELL else language, kind == "praise")
