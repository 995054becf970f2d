"""An encoder that has read texts of every length holds little more than one that has read a few."""

import subprocess
import sys

READ = """
import random, resource
from nlp.embed.embedder import Embedder

def held():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 1e6

embedder, draw = Embedder(threads=1), random.Random(0)
embedder.encode(["word " * 120] * 8)
before = held()
for _ in range(400):
    embedder.encode(["word " * draw.randint(3, 60)] * draw.randint(1, 8))
print(held() - before)
"""


def test_what_is_kept_of_each_shape_of_a_batch_is_bounded() -> None:
    printed = subprocess.run([sys.executable, "-c", READ], check=True, capture_output=True, text=True, timeout=300)
    assert float(printed.stdout) < 135, "it was 180 while the code of 5,000 shapes was kept"
