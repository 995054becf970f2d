"""Vectors of texts that never change, made once for all processes that share a data folder."""

import hashlib
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from nlp.embed.vectors import Encode, Floats


def vectors(path: Path, model: str, texts: Sequence[str], encode: Encode) -> Floats:
    """Read the vectors of these texts by this model from the file, (n, d), or make them and write them there."""
    digest = hashlib.sha256("\0".join([model, *texts]).encode()).hexdigest()
    with suppress(Exception), np.load(path) as kept:  # a damaged archive may raise anything, and is no reason to stop
        if str(kept["digest"]) == digest:
            found: Floats = kept["vectors"]
            return found
    made = encode(texts)
    with suppress(OSError):
        _write(path, digest, made)
    return made


def _write(path: Path, digest: str, made: Floats) -> None:
    """At once, so that no other process ever reads half of it; of several that start together, the last one's stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.stem}-") as folder:
        whole = Path(folder, path.name)
        whole.touch(mode=0o600)  # for its owner alone
        np.savez(whole, digest=digest, vectors=made)
        whole.replace(path)
