"""A disk of its own that can be full."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Disk:
    """A file system in memory, with room for so many `megabytes`."""

    place: Path
    megabytes: int

    @contextmanager
    def full(self) -> Iterator[None]:
        """Within it there is no room for anything more."""
        at = os.statvfs(self.place)
        self._resize(f"{(at.f_blocks - at.f_bfree) * at.f_frsize}")
        try:
            yield
        finally:
            self._resize(f"{self.megabytes}m")

    def _resize(self, size: str) -> None:
        """What is written meanwhile may not fit any more; then it is as full as it was."""
        command = ["mount", "-o", f"remount,size={size}", str(self.place)]
        subprocess.run(command, check=size.endswith("m"), capture_output=True)


@contextmanager
def small_disk(place: Path, megabytes: int) -> Iterator[Disk | None]:
    """Makes one at `place`, an empty folder; none where we may not."""
    place.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(place)]
    if os.geteuid() or subprocess.run(command, capture_output=True, check=False).returncode:
        yield None
        return
    try:
        yield Disk(place, megabytes)
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)
