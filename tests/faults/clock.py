"""A clock that can be set while processes run: theirs, and not that of the stores.

Made by the C compiler of the machine. The library that others use for this, libfaketime 0.9.10, makes `time.sleep` of
Python fail: it does not know `clock_nanosleep`.
"""

import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).with_suffix(".c")


@dataclass(frozen=True, slots=True)
class Clock:
    """The clock of whoever is started with `environment`; `file` says how wrong it is, and `library` tells them."""

    file: Path
    library: Path

    def set(self, seconds: int) -> None:
        """So many seconds before its time, or behind it."""
        with self.file.open("r+b") as out:  # they all look into this file, and at once
            out.write(seconds.to_bytes(4, "little", signed=True))

    def environment(self) -> Mapping[str, str]:
        return {"LD_PRELOAD": str(self.library), "WRONG_CLOCK": str(self.file)}


def clock(folder: Path) -> Clock | None:
    """One that is right to begin with; none where there is no compiler."""
    made = Clock(folder / "clock", folder / "clock.so")
    compiler = shutil.which("cc")
    if not compiler:
        return None
    done = subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", made.library, SOURCE], check=False)
    if done.returncode:
        return None
    made.file.write_bytes(bytes(4))
    return made
