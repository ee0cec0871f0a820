"""The DuckDB connections imports and checks run on: in memory, in UTC, never fetching extensions."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import duckdb

Con = duckdb.DuckDBPyConnection
"""A connection of our own."""

Error = duckdb.Error
"""What DuckDB raises."""

OutOfMemory = duckdb.OutOfMemoryException
"""What DuckDB raises when neither memory nor the scratch folder holds what it works on."""

Unwritable = duckdb.IOException
"""What DuckDB raises when a file cannot be read or written."""

_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_persistent_secrets": False,
}
_BATCH = 50_000


@contextlib.contextmanager
def connect(scratch: Path | None = None) -> Iterator[Con]:
    """A connection for the length of a ``with`` block. With a ``scratch`` folder for big work, which spills there; without, for small work."""
    con = (
        _small().cursor() if scratch is None else duckdb.connect(":memory:", config=_SETTINGS | {"temp_directory": str(scratch / "spill")})
    )
    try:
        con.execute("SET TimeZone = 'UTC'")
        yield con
    finally:
        con.close()


@cache
def _small() -> Con:
    """One database in this process that small work shares: opening one costs more than a hundred rows."""
    return duckdb.connect(":memory:", config=_SETTINGS | {"temp_directory": ""})


def name(identifier: str) -> str:
    """A quoted SQL name."""
    return '"' + identifier.replace('"', '""') + '"'


def text_table(con: Con, table: str, columns: Sequence[str], rows: Sequence[Sequence[str | None]]) -> None:
    """Rows of text as a temporary table; its ``rowid`` counts them in order."""
    listed = ", ".join(name(c) for c in columns)
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name(table)} ({', '.join(f'{name(c)} VARCHAR' for c in columns)})")
    for start in range(0, len(rows), _BATCH):
        batch = rows[start : start + _BATCH]
        lists = [[row[i] for row in batch] for i in range(len(columns))]
        unnested = ", ".join(f"unnest(${i + 1}::VARCHAR[])" for i in range(len(columns)))
        insert = f"INSERT INTO {name(table)} ({listed}) SELECT {unnested}"
        try:
            con.execute(insert, lists)
        except duckdb.InvalidInputException:  # half a character, as JSON can hold
            con.execute(insert, [[text and text.encode("utf-8", "replace").decode() for text in column] for column in lists])
