"""Become a child that ends with its parent: `python -I -S launch.py PARENT SIGNAL UID GID COMMAND...`.

A program of its own because nothing of ours may run between fork and exec of a process that has threads. It imports as
little as it can (`supervise` runs it by path, without site-packages) and is gone as soon as the command replaces it.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def launch(command: list[str], parent: int, signal: int, uid: int, gid: int) -> None:
    """Drop to `uid` and `gid` if we are root, ask for `signal` when the parent dies (Linux alone can), and run.

    `command` starts with a path: whoever we have become may be unable to read what a search would import.
    """
    if os.geteuid() == 0 and uid:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":  # after setuid, which clears it
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal)
        if os.getppid() != parent:  # it died before we asked
            sys.exit(1)
    try:
        os.execv(command[0], command)  # noqa: S606
    except OSError as failure:
        sys.exit(f"{command[0]}: {failure.strerror}")


if __name__ == "__main__":
    launch(sys.argv[5:], *map(int, sys.argv[1:5]))
