"""How long work tells how far it is."""

from typing import Protocol


class Progress(Protocol):
    """Is told what is being done (`step`), how many pieces of it are done, and how many there are in all."""

    def __call__(self, step: str, done: int, total: int) -> None: ...
