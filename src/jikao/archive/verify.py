"""Verifying: is a sealed run as it was sealed, and does computing it again give the same to the last byte?"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic

from pydantic import ValidationError

from jikao.archive.canonical import NotCanonicalError, TableSum, columns_of, connection, first_line, no_room, table_sum
from jikao.archive.changes import RowChange, first_changes
from jikao.archive.form import M
from jikao.archive.inspect import Inspection, file_sum, opened
from jikao.archive.manifest import CALENDAR, MANIFEST, RESULTS, RUN, SCHEME, Manifest, run_id
from jikao.archive.say import TABLES, change_text
from jikao.archive.workdays import CalendarFile
from jikao.archive.writing import sum_of
from jikao.evidence.backend import parquet
from jikao.evidence.duck import Con, Error
from jikao.evidence.snapshot import Snapshot
from jikao.scheme.period import Period
from jikao.scheme.problem import Level, Place, Problem, Refused, errors, kind
from jikao.scheme.text import Text
from jikao.scheme.yaml_nodes import decode

Recompute = Callable[[str, Snapshot, Sequence[Period], Path], None]
"""Scores (scheme text, evidence, periods) into a folder. May raise ``Refused``."""

CONTENT_DAMAGED = kind(
    "run.content-damaged",
    Level.ERROR,
    what=Text("文件 {name} 不是应有的内容：{reason}", "File {name} is not what it should hold: {reason}"),
    why=Text(
        "内容与封条一致，但封存时就已损坏或不是本程序写的", "it is as it was sealed: it was damaged then, or another program wrote it"
    ),
    mend=Text("向提供者索取原始的封存结果", "ask whoever gave you the run for the original"),
)
SUM_WRONG = kind(
    "run.sum-wrong",
    Level.ERROR,
    what=Text("{name} 的内容与清单所记的摘要不符", "What {name} holds does not have the sum the manifest gives"),
    why=Text(
        "封条完好而摘要不符，说明清单不是本程序写的", "the seal is whole and the sum is wrong: our program did not write this manifest"
    ),
    mend=Text("向提供者索取原始的封存结果", "ask whoever gave you the run for the original"),
)
DIFFERS = kind(
    "run.differs",
    Level.ERROR,
    what=Text(
        "重新计算的 {table} 有 {count} 行与封存的不同，例如：{first}",
        "Computed again, {count} rows of {table} are not as sealed; for example: {first}",
    ),
    why=Text("封存的结果必须能由其方案和证据重新算出", "a sealed result must follow from its scheme and its evidence"),
    mend=Text(
        "用封存时的程序版本 {jikao} 再核对一次；仍不同则结果不可信",
        "verify with the version that sealed it, {jikao}; if it differs still, do not trust it",
    ),
)
NOT_RECOMPUTED = kind(
    "run.not-recomputed",
    Level.ERROR,
    what=Text("无法重新计算：{reason}", "It could not be computed again: {reason}"),
    why=Text("文件未变，但没有证明结果由证据得出", "the files are unchanged, but the result was not shown to follow from the evidence"),
    mend=Text("用封存时的程序版本 {jikao} 再核对一次", "verify with the version that sealed it, {jikao}"),
)

SHOWN = 5
"""Differing rows shown for each table."""

_FAILURES = (Error, OSError, ValueError, LookupError)
"""What scoring can raise on a well-sealed run whose content makes no sense."""


@dataclass(frozen=True)
class Difference:
    """A result table that came out otherwise: how many rows, and the first by key (before: sealed, after: computed again)."""

    table: str
    count: int
    first: tuple[RowChange, ...]


@dataclass(frozen=True)
class Verification(Generic[M]):
    """What was found. ``recomputed``: it was computed again and compared; ``False`` when only files were checked."""

    manifest: M | None
    problems: tuple[Problem, ...]
    files: int
    recomputed: bool
    differences: tuple[Difference, ...] = ()

    @property
    def holds(self) -> bool:
        return not errors(self.problems)


def verify(run: Path, recompute: Recompute | None = None) -> Verification[Manifest]:
    """Check a sealed run, given as its folder or as a zip file of it.

    First every file against the seal; if all are whole, every table against its sum; if these hold too, the results
    against those ``recompute`` makes from the sealed scheme and evidence (left out without it).
    """
    with opened(run, RUN) as found:
        if found.manifest is None or errors(found.problems):
            return Verification(found.manifest, found.problems, found.files, recomputed=False)
        return _verified(found, found.manifest, recompute)


def _verified(found: Inspection[Manifest], manifest: Manifest, recompute: Recompute | None) -> Verification[Manifest]:
    with connection() as con:
        read = _Content(found.folder, manifest)
        problems = [*read.check(con)]
        if problems or recompute is None:
            return Verification(manifest, (*found.problems, *problems), found.files, recomputed=False)
        with tempfile.TemporaryDirectory(prefix="jikao-") as scratch:
            again = _again(con, recompute, read, Path(scratch) / "again")
    if not isinstance(again, tuple):
        return Verification(manifest, (*found.problems, *again), found.files, recomputed=False)
    differing = [differs(d, manifest.jikao) for d in again]
    return Verification(manifest, (*found.problems, *differing), found.files, recomputed=True, differences=again)


class _Content:
    """What a whole run holds, read and checked against the manifest."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder, self.manifest = folder, manifest
        self.scheme = ""

    def check(self, con: Con) -> Iterator[Problem]:
        manifest = self.manifest
        yield from self._check_scheme()
        yield from self._check_calendar()
        for part, sums in (("evidence", manifest.evidence), ("results", manifest.results)):
            for table, sealed in sums.items():
                yield from check_table(con, self.folder, f"{part}/{table}.parquet", sealed)
        if manifest.run != run_id(manifest.content, manifest.correction.replaces if manifest.correction else None):
            yield SUM_WRONG(Place(MANIFEST), name=manifest.run)

    def _check_scheme(self) -> Iterator[Problem]:
        if file_sum(self.folder / SCHEME) != self.manifest.scheme.sha256:
            yield SUM_WRONG(Place(SCHEME), name=SCHEME)
        text, problems = sealed_scheme(self.folder)
        self.scheme = text or ""
        yield from problems

    def _check_calendar(self) -> Iterator[Problem]:
        calendar = _calendar(self.folder)
        if isinstance(calendar, Problem):
            yield calendar
        elif calendar.sha256 != self.manifest.calendar:
            yield SUM_WRONG(Place(CALENDAR), name=CALENDAR)


def check_table(con: Con, folder: Path, file: str, sealed: TableSum) -> Iterator[Problem]:
    """What is wrong between a table and its sum."""
    try:
        found = sum_of(con, folder / file)
    except (Error, NotCanonicalError) as cause:
        yield no_room(cause) or CONTENT_DAMAGED(Place(file), name=file, reason=first_line(cause))
    else:
        if found != sealed:
            yield SUM_WRONG(Place(file), name=file)


def sealed_scheme(folder: Path) -> tuple[str | None, list[Problem]]:
    """The text of the scheme a run was scored by."""
    return decode((folder / SCHEME).read_bytes(), SCHEME)


def sealed_snapshot(folder: Path, manifest: Manifest) -> Snapshot:
    """The evidence and the calendar of a run whose files are whole. Raises ``Refused`` when the calendar makes no sense."""
    calendar = _calendar(folder)
    if isinstance(calendar, Problem):
        raise Refused([calendar])
    tables = {shape: (folder / "evidence" / f"{shape}.parquet",) for shape in manifest.evidence}
    return Snapshot(tables, calendar.calendar(), manifest.origins)


def _calendar(folder: Path) -> CalendarFile | Problem:
    try:
        return CalendarFile.model_validate_json((folder / CALENDAR).read_bytes())
    except ValidationError as cause:
        return CONTENT_DAMAGED(Place(CALENDAR), name=CALENDAR, reason=str(cause.errors()[0]["msg"]))


def _again(con: Con, recompute: Recompute, sealed: _Content, out: Path) -> tuple[Difference, ...] | list[Problem]:
    """Compute once more into ``out``: the tables that came out otherwise, or (a list) why it could not be done."""
    manifest = sealed.manifest

    def compared() -> Iterator[Difference]:
        recompute(sealed.scheme, sealed_snapshot(sealed.folder, manifest), manifest.when(), out)
        return differences(con, sealed.folder / "results", manifest.results, RESULTS, out)

    return attempted(compared, manifest.jikao)


def attempted(compared: Callable[[], Iterable[Difference]], jikao: str) -> tuple[Difference, ...] | list[Problem]:
    """The differences found by computing again, or (a list) why it could not be done. ``jikao``: the version that sealed."""
    try:
        return tuple(compared())
    except Refused as no:
        return [*no.problems, NOT_RECOMPUTED(reason=_counted(no), jikao=jikao)]
    except _FAILURES as cause:
        return [no_room(cause) or NOT_RECOMPUTED(reason=f"{type(cause).__name__}: {first_line(cause)}", jikao=jikao)]


def _counted(no: Refused) -> Text:
    count = len(errors(no.problems))
    return Text(f"方案或证据有 {count} 个问题", f"its scheme or evidence has {count} problem(s)")


def differences(con: Con, sealed: Path, sums: Mapping[str, TableSum], keys: Mapping[str, Sequence[str]], out: Path) -> Iterator[Difference]:
    """Tables whose canonical form is not the sealed one. Columns a newer version added do not count."""
    for table, before in sums.items():
        old, new = parquet([sealed / f"{table}.parquet"]), parquet([out / f"{table}.parquet"])
        if not before.columns.items() <= columns_of(con, new).items():
            yield Difference(table, before.rows, ())
        elif table_sum(con, new, before.columns) != before:
            key = keys[table]
            yield Difference(table, *first_changes(con, old, new, key, [c for c in before.columns if c not in key], SHOWN))


def differs(difference: Difference, jikao: str) -> Problem:
    """A table that came out otherwise, as a problem."""
    first = change_text(difference.first[0]) if difference.first else Text("列或行数不同", "other columns, or another number of rows")
    return DIFFERS(table=TABLES[difference.table], count=difference.count, first=first, jikao=jikao)
