"""Propose a mapping from a file's header and a look at its first rows; what needs a person is left as comments.

Columns are known by what systems call them (``aliases``), forms of time by which of them reads every value, words by
what people write for the shape's own. Where a day could be a month, nothing is guessed.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from jikao.evidence import duck
from jikao.evidence.aliases import ALIASES, STATUS
from jikao.evidence.fetching import Unfit, fetch
from jikao.evidence.reading import NO_HEADER, Format, Raw, open_table, plain
from jikao.evidence.shapes import SHAPES, Column, Shape, Type
from jikao.evidence.typed import Times, halfway, narrow, present, value
from jikao.evidence.words import spellings
from jikao.scheme.problem import Refused

LOOKED_AT = 2000
"""Rows that are looked at."""

NOTHING = ("?", "-", "--", "—", "/", "N/A", "n/a", "NULL", "null", "None", "无", "(空)", "\\N")
"""Words that often stand for nothing."""

FORMS = (
    "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y", "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y", "%m/%d/%Y %I:%M %p", "%d/%m/%Y %I:%M %p",
    "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y", "%d-%m-%Y %H:%M", "%m-%d-%Y %H:%M", "%d %b %Y %H:%M", "%b %d, %Y %I:%M %p", "epoch", "epoch_ms",
)  # fmt: skip
"""Forms of time beyond the usual that are tried."""

_ANYWHERE = Times("UTC", "UTC")


@dataclass(frozen=True)
class _Sample:
    """The header of a file and its first rows, by column."""

    raw: Raw
    values: tuple[tuple[str, ...], ...]
    """Distinct texts of each column that are not blank."""


@dataclass
class _Draft:
    """A mapping in the making: lines of YAML, and what is known so far."""

    shape: Shape
    columns: dict[str, int]
    missing: list[str] = field(default_factory=list)
    forms: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)


def propose(path: Path, *, sheet: str | None = None) -> str:
    """The text of a mapping for a file. Raises ``Refused`` when the file cannot be read."""
    with tempfile.TemporaryDirectory() as folder, duck.connect() as con:
        try:
            sample = _look(con, path, sheet, Path(folder))
        except Unfit as unfit:
            raise Refused([unfit.problem]) from unfit
        except duck.Error as cause:
            from jikao.evidence.fetching import BROKEN

            raise Refused([BROKEN(cause=str(cause).splitlines()[0][:200])]) from cause
        draft = _draft(con, sample)
        return "\n".join(_text(con, path, sample, draft, sheet)) + "\n"
