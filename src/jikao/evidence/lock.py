"""One writer at a time: a lock the system gives back when a process dies, so it is never left behind."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from pathlib import Path

if sys.platform != "win32":
    import fcntl

    def _try_lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
else:
    import msvcrt

    def _try_lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)


@contextlib.contextmanager
def locked(file: Path, wait: float) -> Iterator[bool]:
    """Hold the lock for the length of a ``with`` block; ``False`` if somebody else held it for all of ``wait`` seconds."""
    with file.open("a+b") as opened:
        yield _take(opened.fileno(), time.monotonic() + wait)


def _take(handle: int, until: float) -> bool:
    while True:
        try:
            _try_lock(handle)
        except OSError:
            if time.monotonic() > until:
                return False
            time.sleep(0.05)
        else:
            return True
