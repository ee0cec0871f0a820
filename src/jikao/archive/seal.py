"""Sealing: a finished run, its scheme, its evidence and its calendar into one folder that is never written again.

Everything is written into a temporary folder beside the others and appears under its id in one step, so a run is
there whole or not at all. The same content sealed twice is one run; the first stays as it is.
"""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import jikao
from jikao.archive.canonical import NotCanonicalError, TableSum, columns_of, connection, first_line, no_room, table_sum
from jikao.archive.corrections import objections, unfounded
from jikao.archive.inspect import file_sum, inspect
from jikao.archive.manifest import (
    CALENDAR,
    FORMAT,
    MANIFEST,
    RESULTS,
    SCHEME,
    SEAL,
    Correction,
    FileSum,
    Manifest,
    SchemeFile,
    content_sum,
    file_names,
    run_id,
    seal_text,
)
from jikao.archive.workdays import CalendarFile, calendar_file
from jikao.archive.zipped import NOT_WRITTEN
from jikao.evidence.backend import parquet, quoted
from jikao.evidence.duck import Con, Error, name
from jikao.evidence.lock import locked
from jikao.evidence.shapes import SHAPES, stored
from jikao.evidence.snapshot import Snapshot
from jikao.scheme.period import Period
from jikao.scheme.problem import Level, Place, Problem, errors, kind
from jikao.scheme.text import Text

UNFINISHED = kind(
    "run.unfinished",
    Level.ERROR,
    what=Text("计算结果缺少或读不出 {name}：{reason}", "The run's {name} is missing or cannot be read: {reason}"),
    why=Text("没有算完的结果不能封存", "only a finished run is sealed"),
    mend=Text("重新计算", "score again"),
)
EVIDENCE_UNREADABLE = kind(
    "run.evidence-unreadable",
    Level.ERROR,
    what=Text("证据表 {name} 读不出来：{reason}", "The evidence table {name} cannot be read: {reason}"),
    why=Text("封存必须包含所用的全部证据", "a sealed run holds all the evidence it used"),
    mend=Text("检查证据库是否完整，必要时重新导入", "check the evidence store; import again if need be"),
)

BUSY = kind(
    "run.busy",
    Level.ERROR,
    what=Text("另一次计算正在封存", "Another run is being sealed"),
    why=Text("同一文件夹一次只封存一份结果", "one run at a time is sealed into a folder"),
    mend=Text("等它结束后再试", "try again when it is done"),
)

WAIT = 60.0
"""Seconds to wait for another run that is being sealed."""

ALL_ROWS = "true"
"""As a row filter: the whole table."""

_READ_ONLY = 0o444
_PACKAGES = ("duckdb", "ibis-framework", "sqlglot", "pyspark")
_SQL_TYPES = {"string": "VARCHAR", "int64": "BIGINT", "date": "DATE", "timestamp": "TIMESTAMP", "boolean": "BOOLEAN"}


@dataclass(frozen=True)
class SchemeText:
    """The scheme a run was scored by: its text to the byte, and the name of the file it came from."""

    id: str
    version: str
    file: str
    raw: bytes


@dataclass(frozen=True)
class Sealed:
    """What became of it. ``fresh``: written now; otherwise the same run lay there already. No ``path``: see the problems."""

    path: Path | None
    run: str
    fresh: bool
    problems: tuple[Problem, ...] = ()


def seal(
    root: Path,
    run: Path,
    *,
    scheme: SchemeText,
    snapshot: Snapshot,
    needs: Mapping[str, str],
    periods: Sequence[Period],
    engine: str = "duckdb",
    correction: Correction | None = None,
    by: str = "",
    at: str = "",
) -> Sealed:
    """Seal the finished run in folder ``run`` into a folder of ``root`` named by the run's id.

    ``needs``: the shapes the scheme reads, each with a condition in SQL over its columns for the rows to keep
    (``ALL_ROWS``: the whole table); shapes nobody imported stay absent. ``engine``, ``by`` and ``at`` are recorded as
    given. Nothing is written when there are errors.
    """
    names = [str(p) for p in sorted(periods)]
    problems = unfounded(root, correction, scheme.id, names) if correction else []
    problems += _unfinished(run)
    if problems:
        return Sealed(None, "", fresh=False, problems=tuple(problems))
    try:
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=root, prefix=".sealing-") as scratch:
            writing = _Writing(Path(scratch) / "run", scheme, calendar_file(snapshot.calendar, periods), names)
            problems = writing.fill(run, snapshot, needs)
            if problems:
                return Sealed(None, "", fresh=False, problems=tuple(problems))
            manifest = writing.manifest(correction, engine, by, at, snapshot.origins)
            with locked(root / ".lock", WAIT) as free:  # or two runs of one period could both be the only one
                return _put(root, writing.folder, manifest) if free else Sealed(None, "", fresh=False, problems=(BUSY(),))
    except OSError as cause:
        return Sealed(None, "", fresh=False, problems=(NOT_WRITTEN(Place(str(root)), path=root, reason=cause.strerror),))


def _unfinished(run: Path) -> list[Problem]:
    absent = Text("没有这个文件", "there is no such file")
    files = [f"{table}.parquet" for table in RESULTS]
    return [UNFINISHED(Place(str(run / f)), name=f, reason=absent) for f in files if not (run / f).is_file()]


class _Writing:
    """One run being written into a folder of its own."""

    def __init__(self, folder: Path, scheme: SchemeText, calendar: CalendarFile, periods: Sequence[str]) -> None:
        self.folder, self._scheme, self._calendar, self._periods = folder, scheme, calendar, periods
        self._evidence: dict[str, TableSum] = {}
        self._results: dict[str, TableSum] = {}
        self._imports: set[str] = set()

    def fill(self, run: Path, snapshot: Snapshot, needs: Mapping[str, str]) -> list[Problem]:
        """Write everything but the manifest."""
        for part in ("evidence", "results"):
            (self.folder / part).mkdir(parents=True)
        (self.folder / SCHEME).write_bytes(self._scheme.raw)
        (self.folder / CALENDAR).write_text(self._calendar.as_text(), encoding="utf-8", newline="\n")
        with connection() as con:
            return [*self._copy_results(con, run), *self._copy_evidence(con, snapshot, needs)]

    def _copy_results(self, con: Con, run: Path) -> Iterator[Problem]:
        for table in RESULTS:
            file = self.folder / "results" / f"{table}.parquet"
            shutil.copyfile(run / file.name, file)
            try:
                self._results[table] = table_sum(con, parquet([file]), columns_of(con, parquet([file])))
            except (Error, NotCanonicalError) as cause:
                yield no_room(cause) or UNFINISHED(Place(str(run / file.name)), name=file.name, reason=first_line(cause))

    def _copy_evidence(self, con: Con, snapshot: Snapshot, needs: Mapping[str, str]) -> Iterator[Problem]:
        for shape in sorted(filter(snapshot.covers, needs)):
            file = self.folder / "evidence" / f"{shape}.parquet"
            try:
                con.execute(f"COPY ({_rows(shape, snapshot, needs[shape])}) TO {quoted(str(file))} (FORMAT parquet, COMPRESSION zstd)")
                self._evidence[shape] = table_sum(con, parquet([file]), columns_of(con, parquet([file])))
                self._imports |= {i for (i,) in con.execute(f"SELECT DISTINCT import_id FROM {parquet([file])}").fetchall()}
            except Error as cause:
                yield no_room(cause) or EVIDENCE_UNREADABLE(name=SHAPES[shape].title, reason=first_line(cause))

    def manifest(self, correction: Correction | None, engine: str, by: str, at: str, origins: Mapping[str, str]) -> Manifest:
        """What the run says about itself."""
        scheme = self._scheme
        scheme_sum, calendar_sum = file_sum(self.folder / SCHEME), self._calendar.sha256
        content = content_sum(scheme_sum, calendar_sum, self._periods, self._evidence, self._results)
        return Manifest(
            format=FORMAT,
            run=run_id(content, correction.replaces if correction else None),
            scheme=SchemeFile(id=scheme.id, version=scheme.version, file=scheme.file, sha256=scheme_sum),
            calendar=calendar_sum,
            periods=tuple(self._periods),
            evidence=self._evidence,
            results=self._results,
            correction=correction,
            by=by,
            at=at,
            jikao=jikao.__version__,
            made_with={"engine": engine, "python": platform.python_version(), **_versions()},
            origins={i: origins[i] for i in sorted(self._imports & origins.keys())},
            files=tuple(self._sum_of(n) for n in sorted(file_names(self._evidence, self._results))),
        )

    def _sum_of(self, file: str) -> FileSum:
        path = self.folder / file
        return FileSum(name=file, size=path.stat().st_size, sha256=file_sum(path))


def _rows(shape: str, snapshot: Snapshot, condition: str) -> str:
    """The evidence of one shape that a run used, in the order of its key."""
    columns = stored(SHAPES[shape])
    listed = ", ".join(f"{name(c)}::{_SQL_TYPES[t]} AS {name(c)}" for c, t in columns.items())
    paths = snapshot.tables[shape]
    if not paths:  # imported, and nothing was in it
        return f"SELECT {', '.join(f'NULL::{_SQL_TYPES[t]} AS {name(c)}' for c, t in columns.items())} WHERE false"
    return f"SELECT {listed} FROM {parquet(paths)} WHERE {condition} ORDER BY {', '.join(map(name, SHAPES[shape].key))}"


def _put(root: Path, folder: Path, manifest: Manifest) -> Sealed:
    """Seal the written folder and move it to its place, if nothing lies there and nothing speaks against it."""
    if problems := tuple(objections(root, manifest)):
        return Sealed(None, "", fresh=False, problems=problems)
    place = root / manifest.run
    if place.exists():
        return _lying_there(place)
    raw = manifest.as_bytes()
    (folder / MANIFEST).write_bytes(raw)
    (folder / SEAL).write_text(seal_text(raw), encoding="ascii", newline="\n")
    _settle(folder)
    folder.rename(place)
    _sync(root)
    return Sealed(place, manifest.run, fresh=True)


def _lying_there(place: Path) -> Sealed:
    """A run that is sealed already: it stays as it is, and is good only if it is whole."""
    problems = inspect(place).problems
    return Sealed(None if errors(problems) else place, place.name, fresh=False, problems=problems)


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


def _versions() -> dict[str, str]:
    found = {}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
