"""A process that lives for weeks does not hold on to what one piece of work took."""

import platform
import subprocess
import sys

import pytest

HELD = """
import resource
from workers.runtime.memory import give_back

def held():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 1e6

many = [bytearray(100_000) for _ in range(2_000)]
last = bytearray(100_000)  # lies above them, so that glibc alone gives nothing back
del many
before = held()
give_back()
print(before - held())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library gives back by itself")
def test_what_was_freed_goes_back_to_the_system() -> None:
    printed = subprocess.run([sys.executable, "-c", HELD], check=True, capture_output=True, text=True, timeout=60)
    assert float(printed.stdout) > 150
