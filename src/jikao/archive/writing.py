"""Writing a sealed folder: tables with their sums, evidence as it stood, and the last step that puts it in its place.

Everything is written into a temporary folder beside the others and appears under its id in one step, so a sealed folder
is there whole or not at all. The same content sealed twice is one folder; the first stays as it is.
"""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from jikao.archive.canonical import TableSum, columns_of, first_line, no_room, table_sum
from jikao.archive.form import SEAL, FileSum, Form, M
from jikao.archive.inspect import file_sum, inspect
from jikao.evidence.backend import parquet, quoted
from jikao.evidence.duck import Con, Error, name
from jikao.evidence.shapes import SHAPES, stored
from jikao.evidence.snapshot import Snapshot
from jikao.scheme.problem import Level, Problem, errors, kind
from jikao.scheme.text import Text

EVIDENCE_UNREADABLE = kind(
    "run.evidence-unreadable",
    Level.ERROR,
    what=Text("证据表 {name} 读不出来：{reason}", "The evidence table {name} cannot be read: {reason}"),
    why=Text("封存必须包含所用的全部证据", "what is sealed holds all the evidence it used"),
    mend=Text("检查证据库是否完整，必要时重新导入", "check the evidence store; import again if need be"),
)
BUSY = kind(
    "run.busy",
    Level.ERROR,
    what=Text("另一次计算正在封存", "Another run is being sealed"),
    why=Text("同一文件夹一次只封存一份结果", "one at a time is sealed into a folder"),
    mend=Text("等它结束后再试", "try again when it is done"),
)

WAIT = 60.0
"""Seconds to wait for another folder that is being sealed."""

_READ_ONLY = 0o444
_AT_ONCE = 50_000
_PACKAGES = ("duckdb", "ibis-framework", "sqlglot", "pyspark")
_SQL_TYPES = {"string": "VARCHAR", "int64": "BIGINT", "date": "DATE", "timestamp": "TIMESTAMP", "boolean": "BOOLEAN"}


@dataclass(frozen=True)
class Placed:
    """What became of it. ``fresh``: written now; otherwise the same lay there already. No ``path``: see the problems."""

    path: Path | None
    fresh: bool
    problems: tuple[Problem, ...] = ()


@dataclass
class Evidence:
    """The evidence copied into a folder: the sum of each table, the imports its rows came from, what could not be read."""

    sums: dict[str, TableSum] = field(default_factory=dict)
    imports: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def origins(self, known: Mapping[str, str]) -> dict[str, str]:
        """The raw file of every import rows came from."""
        return {i: known[i] for i in sorted(self.imports & known.keys())}


def copied_evidence(con: Con, folder: Path, snapshot: Snapshot, needs: Mapping[str, str]) -> Evidence:
    """Copy the covered shapes among ``needs`` (shape → condition in SQL for the rows to keep) into ``folder``."""
    folder.mkdir(parents=True)
    found = Evidence()
    for shape in sorted(filter(snapshot.covers, needs)):
        file = folder / f"{shape}.parquet"
        try:
            export(con, _rows(shape, snapshot, needs[shape]), file)
            found.sums[shape] = sum_of(con, file)
            found.imports |= {i for (i,) in con.execute(f"SELECT DISTINCT import_id FROM {parquet([file])}").fetchall()}
        except Error as cause:
            found.problems.append(no_room(cause) or EVIDENCE_UNREADABLE(name=SHAPES[shape].title, reason=first_line(cause)))
    return found


def _rows(shape: str, snapshot: Snapshot, condition: str) -> str:
    """The evidence of one shape that is used, in the order of its key."""
    columns = stored(SHAPES[shape])
    listed = ", ".join(f"{name(c)}::{_SQL_TYPES[t]} AS {name(c)}" for c, t in columns.items())
    paths = snapshot.tables[shape]
    if not paths:  # imported, and nothing was in it
        return f"SELECT {', '.join(f'NULL::{_SQL_TYPES[t]} AS {name(c)}' for c, t in columns.items())} WHERE false"
    return f"SELECT {listed} FROM {parquet(paths)} WHERE {condition} ORDER BY {', '.join(map(name, SHAPES[shape].key))}"


def copied_table(con: Con, source: Path, file: Path) -> TableSum:
    """Copy a table as it is; its sum."""
    file.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, file)
    return sum_of(con, file)


def written_table(con: Con, file: Path, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> TableSum:
    """Write rows in their order as one parquet file; ``columns``: name → SQL type. Its sum."""
    file.parent.mkdir(parents=True, exist_ok=True)
    con.execute(f"CREATE OR REPLACE TEMP TABLE written ({', '.join(f'{name(c)} {t}' for c, t in columns.items())})")
    unnested = ", ".join(f"unnest(${i}::{t}[])" for i, t in enumerate(columns.values(), 1))
    for start in range(0, len(rows), _AT_ONCE):
        con.execute(
            f"INSERT INTO written SELECT {unnested}", [list(column) for column in zip(*rows[start : start + _AT_ONCE], strict=True)]
        )
    export(con, "SELECT * FROM written ORDER BY rowid", file)
    con.execute("DROP TABLE written")
    return sum_of(con, file)


def export(con: Con, query: str, file: Path) -> None:
    """Write a query's rows as one parquet file."""
    con.execute(f"COPY ({query}) TO {quoted(str(file))} (FORMAT parquet, COMPRESSION zstd)")


def sum_of(con: Con, file: Path) -> TableSum:
    """The sum of a parquet file's table."""
    source = parquet([file])
    return table_sum(con, source, columns_of(con, source))


def file_sums(folder: Path, names: Iterable[str]) -> tuple[FileSum, ...]:
    """Size and sum of files of a folder, in the order of their names."""
    return tuple(FileSum(name=n, size=(folder / n).stat().st_size, sha256=file_sum(folder / n)) for n in sorted(names))


def made_with(engine: str) -> dict[str, str]:
    """Versions of what had a part in it, for information."""
    found = {"engine": engine, "python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def place(root: Path, folder: Path, form: Form[M], manifest: M) -> Placed:
    """Seal the written folder and move it to its place in ``root``, if nothing lies there."""
    target = root / manifest.sealed_id
    if target.exists():
        return lying_there(target, form)
    raw = manifest.as_bytes()
    (folder / form.manifest).write_bytes(raw)
    (folder / SEAL).write_text(form.seal_text(raw), encoding="ascii", newline="\n")
    _settle(folder)
    folder.rename(target)
    _sync(root)
    return Placed(target, fresh=True)


def lying_there(target: Path, form: Form[Any]) -> Placed:
    """What is sealed already stays as it is, and is good only if it is whole."""
    problems = inspect(target, form).problems
    return Placed(None if errors(problems) else target, fresh=False, problems=problems)


def _settle(folder: Path) -> None:
    """Make the files read-only, and make sure they are on the disk before the folder gets its name."""
    for path in [*folder.rglob("*"), folder]:
        if path.is_file():
            path.chmod(_READ_ONLY)
        _sync(path)


def _sync(path: Path) -> None:
    if path.is_dir() and os.name == "nt":
        return  # Windows cannot sync a folder
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
