r"""The canonical form of a table, and the sum over it that two equal tables share.

A table is a set of lines of UTF-8 text, one a row. A line holds the row's values in the order of the recorded columns,
with a tab between them: words as they are (backslash, tab, line feed and carriage return as ``\\``, ``\t``, ``\n``,
``\r``), whole numbers in plain digits, days as ``2016-02-29``, instants as ``2016-02-29T01:58:00.000000`` (UTC), flags
as ``true`` and ``false``, and N/A as ``\N``. The first line names the columns and their kinds.

The sum of a table is the SHA-256 of the first line followed by the SHA-256 of every other line (in hexadecimal, a line
feed after each), these in sorted order. Which engine made the rows, with how many threads, in what order and by which
version of a file writer cannot show in it. Hashing rows before sorting keeps the sort at 64 bytes a row however wide
the table is.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from jikao.evidence.backend import quoted
from jikao.evidence.duck import Con, OutOfMemory, connect, name
from jikao.scheme.problem import Level, Problem, kind
from jikao.scheme.text import Text

NO_ROOM = kind(
    "run.no-room",
    Level.ERROR,
    what=Text("内存或磁盘不足：{reason}", "There is too little memory or disk: {reason}"),
    why=Text("没有核对完，不能据此说结果有误", "it was not finished; nothing is said against the run"),
    mend=Text("关闭其他程序或腾出磁盘空间后再试", "close other programs or free some disk, and try again"),
)


class Kind(StrEnum):
    """What the values of a column are. Nothing inexact has a canonical form."""

    WORD = "word"
    WHOLE = "whole"
    DAY = "day"
    INSTANT = "instant"
    FLAG = "flag"


class NotCanonicalError(ValueError):
    """A column whose values have no exact text, such as a float."""


_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
_KINDS = {
    "VARCHAR": Kind.WORD,
    "DATE": Kind.DAY,
    "BOOLEAN": Kind.FLAG,
    **{prefix + whole: Kind.WHOLE for whole in _WHOLE for prefix in ("", "U")},
    **{f"TIMESTAMP{suffix}": Kind.INSTANT for suffix in ("", "_S", "_MS", " WITH TIME ZONE")},
}
_ESCAPES = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"))
_NOTHING = "\\N"
_BATCH = 20_000

MEMORY = "2GB"
"""Memory a connection of this room may take; beyond it rows spill to the temporary folder."""

THREADS = 8
"""More threads than this would only divide that memory into pieces too small to sort in."""


@dataclass(frozen=True)
class TableSum:
    """What a sealed run records of a table: its columns in order, how many rows, the sum of its canonical form."""

    columns: Mapping[str, Kind]
    rows: int
    sha256: str


@contextlib.contextmanager
def connection() -> Iterator[Con]:
    """A connection bounded in memory, spilling to a temporary folder, for the length of a ``with`` block."""
    with tempfile.TemporaryDirectory(prefix="jikao-") as scratch, connect(Path(scratch)) as con:
        con.execute(f"SET memory_limit = {quoted(MEMORY)}")
        con.execute(f"SET threads = {min(os.cpu_count() or 1, THREADS)}")
        yield con


def first_line(cause: BaseException) -> str:
    """The first line of an error, which is the part people can use."""
    return str(cause).split("\n", 1)[0]


def no_room(cause: BaseException) -> Problem | None:
    """The problem if the machine is to blame for an error, and not the files."""
    full = isinstance(cause, OutOfMemory) or "No space left" in str(cause)
    return NO_ROOM(reason=first_line(cause)) if full else None


def columns_of(con: Con, source: str) -> dict[str, Kind]:
    """The columns of a source (a table, or a ``read_parquet`` call). Raises ``NotCanonicalError`` for a column of an inexact kind."""
    described = con.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    odd = [f"{column} {stored}" for column, stored, *_ in described if stored not in _KINDS]
    if odd:
        raise NotCanonicalError(", ".join(odd))
    return {column: _KINDS[stored] for column, stored, *_ in described}


def table_sum(con: Con, source: str, columns: Mapping[str, Kind]) -> TableSum:
    """The sum of the given columns of a source; other columns do not count."""
    total, rows = hashlib.sha256(_first_line(columns).encode()), 0
    found = con.execute(f"SELECT sha256({line_sql(columns)}) AS line_sum FROM {source} ORDER BY line_sum")
    while batch := found.fetchmany(_BATCH):
        rows += len(batch)
        total.update("".join([f"{line_sum}\n" for (line_sum,) in batch]).encode())
    return TableSum(dict(columns), rows, total.hexdigest())


def lines(con: Con, source: str, columns: Mapping[str, Kind]) -> Iterator[str]:
    """The canonical form itself: the first line, then all others in the order of their bytes."""
    yield _first_line(columns)
    found = con.execute(f"SELECT {line_sql(columns)} AS line FROM {source} ORDER BY line")
    while batch := found.fetchmany(_BATCH):
        yield from (f"{line}\n" for (line,) in batch)


def line_sql(columns: Mapping[str, Kind]) -> str:
    """An expression that is a row's canonical line."""
    return f"concat_ws(chr(9), {', '.join(_text_sql(name(column), kind) for column, kind in columns.items())})"


def _first_line(columns: Mapping[str, Kind]) -> str:
    return "\t".join(f"{column} {kind}" for column, kind in columns.items()) + "\n"


def _text_sql(value: str, kind: Kind) -> str:
    text = f"{value}::VARCHAR"
    if kind is Kind.WORD:
        text = value
        for plain, escaped in _ESCAPES:
            text = f"replace({text}, chr({ord(plain)}), {quoted(escaped)})"
    if kind is Kind.INSTANT:  # a time zone the file claims is a way of writing, so the moment itself is said
        text = f"strftime(make_timestamp(epoch_us({value})), '%Y-%m-%dT%H:%M:%S.%f'), {text}"
    return f"coalesce({text}, {quoted(_NOTHING)})"
