"""An encoder that has read texts of every length holds little more than one that has read a few."""

import subprocess
import sys

READ = """
import random, resource, sys
from nlp.embed import embedder

def held():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 1e6

embedder.SHAPES_KEPT = int(sys.argv[1]) or embedder.SHAPES_KEPT
encoder, draw = embedder.Embedder(threads=1), random.Random(0)
encoder.encode(["word " * 120] * 8)
before = held()
for _ in range(400):
    encoder.encode(["word " * draw.randint(3, 60)] * draw.randint(1, 8))
print(held() - before)
"""


def taken(shapes: int) -> float:
    """Megabytes that 400 batches take where the code of so many shapes is kept; 0: of as many as we keep."""
    command = [sys.executable, "-c", READ, str(shapes)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True, timeout=300).stdout)


def test_what_is_kept_of_each_shape_of_a_batch_is_bounded() -> None:
    assert taken(0) < 0.8 * taken(5_000)
