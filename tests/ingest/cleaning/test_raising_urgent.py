"""Which statements are looked at for what they mean."""

from collections.abc import Sequence

from ingest.cleaning.raising_urgent import Looked, raised
from nlp.clean.urgency import Urgency
from nlp.clean.urgency_classifier import Meant


class Models:
    def __init__(self) -> None:
        self.asked: list[tuple[str, bool]] = []

    def near_urgent(self, pieces: Sequence[Meant]) -> list[Urgency | None]:
        self.asked = [asked for piece in pieces for asked in zip(piece.texts, piece.mapped, strict=True)]
        assert all(piece.vectors.shape == (len(piece.texts), 2) for piece in pieces)
        return [Urgency("danger", piece.texts[0]) for piece in pieces]


def row(text: str, language: str = "en", model: str | None = "main") -> dict[str, object]:
    return {"text": text, "vector": [1.0, 0.0] if model else None, "language": language, "embedded_by": model}


def test_english_and_what_was_mapped_to_it_are_looked_at_and_no_other_language() -> None:
    rows = [
        row("in English"),
        row("yn Gymraeg", "cy", "main from other"),
        row("ni Yorùbá", "yo"),
        row("Thanks", model=None),
    ]
    models = Models()
    raised(models, [Looked(None, rows, None)])
    assert models.asked == [("in English", False), ("yn Gymraeg", True)]


def test_each_piece_gets_its_own_reason_and_words_that_raised_one_spare_the_look_at_its_meaning() -> None:
    models, by_words = Models(), Urgency("danger", "its words")
    looked = [
        Looked(None, [row("first")], None),
        Looked(by_words, [row("told")], None),
        Looked(None, [row("last")], None),
    ]
    found = raised(models, looked)
    assert [it and it.reason for it in found] == ["first", "its words", "last"]
    assert models.asked == [("first", False), ("last", False)]
