"""Which statements are looked at for what they mean."""

from collections.abc import Sequence

from ingest.cleaning.raising_urgent import raised
from nlp.clean.urgency import Urgency
from nlp.embed.vectors import Floats


class Models:
    def __init__(self) -> None:
        self.asked: list[tuple[str, bool]] = []

    def near_urgent(self, texts: Sequence[str], vectors: Floats, mapped: Sequence[bool]) -> Urgency | None:
        self.asked = list(zip(texts, mapped, strict=True))
        assert vectors.shape == (len(texts), 2)
        return None


def test_english_and_what_was_mapped_to_it_are_looked_at_and_no_other_language() -> None:
    rows = [
        {"text": text, "vector": vector, "language": language, "embedded_by": model}
        for text, vector, language, model in (
            ("in English", [1.0, 0.0], "en", "main"),
            ("yn Gymraeg", [0.0, 1.0], "cy", "main from other"),
            ("ni Yorùbá", [0.0, 1.0], "yo", "main"),
            ("Thanks", None, "en", None),
        )
    ]
    models = Models()
    assert raised(models, None, rows, None) is None
    assert models.asked == [("in English", False), ("yn Gymraeg", True)]
