"""Sealing: a finished run, its scheme, its evidence and its calendar into one folder that is never written again."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import jikao
from jikao.archive.canonical import NotCanonicalError, TableSum, connection, first_line, no_room
from jikao.archive.corrections import objections, unfounded
from jikao.archive.inspect import file_sum
from jikao.archive.manifest import (
    CALENDAR,
    FORMAT,
    RESULTS,
    RUN,
    SCHEME,
    Correction,
    Manifest,
    SchemeFile,
    content_sum,
    file_names,
    run_id,
)
from jikao.archive.workdays import CalendarFile, calendar_file
from jikao.archive.writing import BUSY, WAIT, Evidence, copied_evidence, copied_table, file_sums, made_with, place
from jikao.archive.zipped import NOT_WRITTEN
from jikao.evidence.duck import Con, Error
from jikao.evidence.lock import locked
from jikao.evidence.snapshot import Snapshot
from jikao.scheme.period import Period
from jikao.scheme.problem import Level, Place, Problem, kind
from jikao.scheme.text import Text

UNFINISHED = kind(
    "run.unfinished",
    Level.ERROR,
    what=Text("计算结果缺少或读不出 {name}：{reason}", "The run's {name} is missing or cannot be read: {reason}"),
    why=Text("没有算完的结果不能封存", "only a finished run is sealed"),
    mend=Text("重新计算", "score again"),
)
ALL_ROWS = "true"
"""As a row filter: the whole table."""


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
        self._evidence = Evidence()
        self._results: dict[str, TableSum] = {}

    def fill(self, run: Path, snapshot: Snapshot, needs: Mapping[str, str]) -> list[Problem]:
        """Write everything but the manifest."""
        (self.folder / "results").mkdir(parents=True)
        (self.folder / SCHEME).write_bytes(self._scheme.raw)
        (self.folder / CALENDAR).write_text(self._calendar.as_text(), encoding="utf-8", newline="\n")
        with connection() as con:
            problems = list(self._copy_results(con, run))
            self._evidence = copied_evidence(con, self.folder / "evidence", snapshot, needs)
        return [*problems, *self._evidence.problems]

    def _copy_results(self, con: Con, run: Path) -> Iterator[Problem]:
        for table in RESULTS:
            file = self.folder / "results" / f"{table}.parquet"
            try:
                self._results[table] = copied_table(con, run / file.name, file)
            except (Error, NotCanonicalError) as cause:
                yield no_room(cause) or UNFINISHED(Place(str(run / file.name)), name=file.name, reason=first_line(cause))

    def manifest(self, correction: Correction | None, engine: str, by: str, at: str, origins: Mapping[str, str]) -> Manifest:
        """What the run says about itself."""
        scheme = self._scheme
        scheme_sum, calendar_sum = file_sum(self.folder / SCHEME), self._calendar.sha256
        content = content_sum(scheme_sum, calendar_sum, self._periods, self._evidence.sums, self._results)
        return Manifest(
            format=FORMAT,
            run=run_id(content, correction.replaces if correction else None),
            scheme=SchemeFile(id=scheme.id, version=scheme.version, file=scheme.file, sha256=scheme_sum),
            calendar=calendar_sum,
            periods=tuple(self._periods),
            evidence=self._evidence.sums,
            results=self._results,
            correction=correction,
            by=by,
            at=at,
            jikao=jikao.__version__,
            made_with=made_with(engine),
            origins=self._evidence.origins(origins),
            files=file_sums(self.folder, file_names(self._evidence.sums, self._results)),
        )


def _put(root: Path, folder: Path, manifest: Manifest) -> Sealed:
    """Seal the written folder and move it to its place, if nothing lies there and nothing speaks against it."""
    if problems := tuple(objections(root, manifest)):
        return Sealed(None, "", fresh=False, problems=problems)
    placed = place(root, folder, RUN, manifest)
    return Sealed(placed.path, manifest.run, placed.fresh, placed.problems)
