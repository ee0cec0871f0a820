"""Python's collector of cycles, put to rest while many records are made."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def resting() -> Iterator[None]:
    """No collection of cycles meanwhile: records, entries and postings form none, and walking millions of them over and over
    would double the time of a batch. Memory is given back as always, by counting references.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
