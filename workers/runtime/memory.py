"""Memory that was freed goes back to the system: glibc keeps it, and a refit frees a tenth of what a worker holds."""

import ctypes


def give_back() -> None:
    """Let other processes have what this one has freed; does nothing where the C library is not glibc."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
