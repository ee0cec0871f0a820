"""Staged rows meet the stored ones: what is new, what changed, what is the same; and the parts that come of it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jikao.evidence import duck
from jikao.evidence.backend import parquet, quoted
from jikao.evidence.clock import WorkDays, coordinate, to_local
from jikao.evidence.duck import Con
from jikao.evidence.shapes import Shape, Type, stored
from jikao.evidence.stage import Staged
from jikao.evidence.store import Store, sync_folder

PART_ROWS = 1_000_000
"""Rows of one part file: replacing a row rewrites no more than the part it is in."""

SMALL, MANY = 50_000, 32
"""Once a shape has ``MANY`` parts of fewer rows than ``SMALL``, they are joined into one."""


@dataclass(frozen=True)
class Merged:
    """What an import did to one shape: counts, and the parts that make it up from now on."""

    added: int
    changed: int
    same: int
    parts: tuple[Path, ...]


@dataclass
class Parts:
    """Hands out names for part files of one import; a name is never used twice in a store."""

    store: Store
    import_id: str
    days: WorkDays
    written: int

    def new(self, shape: Shape) -> Path:
        folder = self.store.root / "parts" / shape.name
        folder.mkdir(exist_ok=True)
        self.written += 1
        return folder / f"{self.written:06}-{self.import_id}.parquet"


def merge(con: Con, staged: Staged, old: Sequence[Path], parts: Parts, *, only_new: bool) -> Merged:
    """Write the parts that result from adding the staged rows to a shape's ``old`` parts.

    A row whose key is stored already replaces the stored row when it differs (with ``only_new``: never) and is left
    out when it does not. Rows in ``staged.dropped`` (by rowid) are left out and count as the same.
    """
    touched = _collide(con, staged, old, only_new=only_new) if old else []
    total = _count(con, f"SELECT count(*) FROM {staged.table} WHERE NOT blank")
    same = _count(con, f"SELECT count(*) FROM {staged.table} WHERE NOT blank AND rowid IN (SELECT sid FROM {staged.dropped})")
    changed = _count(con, "SELECT count(*) FROM changed_keys") if touched else 0
    kept = [_without_changed(con, staged, path, parts) if path in touched else path for path in old]
    kept += _write(con, staged, parts)
    return Merged(total - same - changed, changed, same, tuple(_compacted(con, staged.shape, kept, parts)))


def _collide(con: Con, staged: Staged, old: Sequence[Path], *, only_new: bool) -> list[Path]:
    """Sort out the staged rows whose key is stored; the parts that hold rows to be replaced."""
    keys = [duck.name(k) for k in staged.shape.key]
    on = " AND ".join(f"s.{k} = o.{k}" for k in keys)
    source = f"read_parquet([{', '.join(quoted(str(p)) for p in old)}], filename = true)"
    held = con.execute(f"SELECT DISTINCT o.filename FROM {source} o SEMI JOIN {staged.table} s ON {on}").fetchall()
    if not held:
        return []
    ours = {c: f"s.{duck.name(c.name)}" if c in staged.given else "NULL" for c in staged.shape.columns}
    equal = " AND ".join(f"{value} IS NOT DISTINCT FROM o.{duck.name(c.name)}" for c, value in ours.items())
    source = f"read_parquet([{', '.join(quoted(p) for (p,) in held)}], filename = true)"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE collisions AS SELECT s.rowid AS sid, o.filename AS part, {equal} AS same, "
        f"{', '.join(f's.{k}' for k in keys)} FROM {staged.table} s JOIN {source} o ON {on} WHERE s.rowid NOT IN (SELECT sid FROM {staged.dropped})"
    )
    con.execute(f"INSERT INTO {staged.dropped} SELECT sid FROM collisions WHERE {'true' if only_new else 'same'}")
    if only_new:
        return []
    con.execute(f"CREATE OR REPLACE TEMP TABLE changed_keys AS SELECT {', '.join(keys)} FROM collisions WHERE NOT same")
    return [Path(p) for (p,) in con.execute("SELECT DISTINCT part FROM collisions WHERE NOT same").fetchall()]


def _without_changed(con: Con, staged: Staged, path: Path, parts: Parts) -> Path:
    on = " AND ".join(f"o.{duck.name(k)} = c.{duck.name(k)}" for k in staged.shape.key)
    return _copy(con, f"SELECT o.* FROM {parquet([path])} o ANTI JOIN changed_keys c ON {on}", parts.new(staged.shape))


def _write(con: Con, staged: Staged, parts: Parts) -> list[Path]:
    """The staged rows that are left, in files of at most ``PART_ROWS`` rows."""
    dropped = _count(con, f"SELECT count(*) FROM {staged.dropped}")
    total = _count(con, f"SELECT count(*) FROM {staged.table}")
    if total == dropped:
        return []
    keep = f"rowid NOT IN (SELECT sid FROM {staged.dropped})" if dropped else "true"
    written = []
    for start in range(0, total, PART_ROWS):
        chunk = f"{keep} AND rowid BETWEEN {start} AND {start + PART_ROWS - 1}"
        if not dropped or _count(con, f"SELECT count(*) FROM {staged.table} WHERE {chunk}"):
            written.append(_copy(con, _as_stored(staged, parts, chunk), parts.new(staged.shape)))
    return written


def _as_stored(staged: Staged, parts: Parts, condition: str) -> str:
    """The staged rows with local days, working-time coordinates and provenance, columns as ``shapes.stored`` orders them."""
    zone = parts.store.calendar.zone
    instants = [c.name for c in staged.given if c.type is Type.INSTANT]
    local = {name: duck.name(f"{name}_local") for name in instants}
    locals_ = "".join(f", {to_local(duck.name(name), zone)} AS {local[name]}" for name in instants)
    columns = {c.name: duck.name(c.name) for c in staged.given}
    columns |= {"import_id": quoted(parts.import_id), "row_no": f"({staged.row_no})::BIGINT".replace("rowid", "row_id")}
    joins = ""
    for name in instants:
        stem = name.removesuffix("_at")
        columns[f"{stem}_on"] = f"{local[name]}::DATE"
        if staged.shape.column(name).worked:
            joins += f" LEFT JOIN {parts.days.table} d_{stem} ON {local[name]}::DATE = d_{stem}.day"
            columns[f"{stem}_work"] = coordinate(local[name], f"d_{stem}")
    listed = ", ".join(
        f"{columns.get(name, f'NULL::{_TYPES[type_]}')} AS {duck.name(name)}" for name, type_ in stored(staged.shape).items()
    )
    return f"SELECT {listed} FROM (SELECT rowid AS row_id, *{locals_} FROM {staged.table} WHERE {condition}){joins}"


_TYPES = {"string": "VARCHAR", "int64": "BIGINT", "date": "DATE", "timestamp": "TIMESTAMP", "boolean": "BOOLEAN"}


def _compacted(con: Con, shape: Shape, paths: Sequence[Path], parts: Parts) -> list[Path]:
    """Many small parts made one, so that a thousand entries a person made by hand do not become a thousand files."""
    if len(paths) < MANY:
        return list(paths)
    listed = ", ".join(quoted(str(p)) for p in paths)
    rows = dict(con.execute(f"SELECT file_name, num_rows FROM parquet_file_metadata([{listed}])").fetchall())
    small = [p for p in paths if rows[str(p)] < SMALL]
    if len(small) < MANY:
        return list(paths)
    joined = _copy(con, f"SELECT * FROM {parquet(small)}", parts.new(shape))
    return [p for p in paths if p not in small] + [joined]


def _copy(con: Con, sql: str, path: Path) -> Path:
    con.execute(f"COPY ({sql}) TO {quoted(str(path))} (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2)")
    with path.open("rb+") as file:
        os.fsync(file.fileno())
    sync_folder(path.parent)
    return path


def _count(con: Con, sql: str) -> int:
    row = con.execute(sql).fetchone()
    return int(row[0]) if row else 0
