"""Sealed runs: find, read, explain, verify, compare, take home."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jikao.scheme.period import Period, parse_period
from jikao.scheme.problem import Level, Place, Problem, Refused, errors, kind
from jikao.scheme.text import Text

if TYPE_CHECKING:
    from jikao.archive.comparison import Comparison
    from jikao.archive.manifest import Manifest
    from jikao.archive.verify import Verification
    from jikao.evidence.snapshot import Snapshot
    from jikao.evidence.store import Store
    from jikao.scheme.rules import Rules
    from jikao.scoring.exact import Measured
    from jikao.scoring.explain import Receipt
    from jikao.scoring.whatif import Comparison as Supposed
    from jikao.scoring.whatif import Needs


NOT_A_PERIOD = kind(
    "period.unreadable", Level.ERROR,
    what=Text("看不懂周期“{given}”", '"{given}" is not a period'),
    why=Text("要计算哪个月、季度或年度必须明确", "which month, quarter or year is scored must be plain"),
    mend=Text("写作 2016-03、2016年3月、2016-Q1 或 2016", "write 2016-03, 2016-Q1 or 2016"),
)  # fmt: skip
NO_PERSON = kind(
    "run.no-person", Level.ERROR,
    what=Text("这份结果里没有“{person}”", 'There is no "{person}" in this run'),
    why=Text("回执只能由本次结果中的人给出", "a receipt can only be given for somebody in the run"),
    mend=Text("核对工号;其中有:{some}", "check the employee number; some of them: {some}"),
)  # fmt: skip
NO_LINE = kind(
    "run.no-indicator", Level.ERROR,
    what=Text("方案里没有指标“{line}”", 'The scheme has no indicator "{line}"'),
    why=Text("只能说明方案中的一项", "only a line of the scheme can be explained"),
    mend=Text("可选:{known}", "choose one of: {known}"),
)  # fmt: skip
SEVERAL_SEATS = kind(
    "whatif.several-positions", Level.ERROR,
    what=Text("“{person}”在本期内任过 {n} 个岗位", '"{person}" held {n} positions in this period'),
    why=Text("总分按各岗位天数加权,单改一项无法说明还差多少", "the total is weighted by days in each position, so one line alone cannot tell what is missing"),
    mend=Text("用 jikao explain 查看各岗位的得分", "read each position's score with jikao explain"),
)  # fmt: skip
NO_RUN = kind(
    "run.not-found", Level.ERROR,
    what=Text("找不到封存的结果 {path}", "There is no sealed run at {path}"),
    why=Text("没有结果就无从说明", "nothing can be read from it"),
    mend=Text("先用 jikao score 计算,或核对路径", "make one with jikao score, or check the path"),
)  # fmt: skip


@dataclass(frozen=True)
class ResultRow:
    """One person's result. ``total`` as text with two decimals, ``None`` when there is none."""

    period: str
    person: str
    name: str
    department: str | None
    position: str | None
    total: str | None
    grade: str | None
    rank: int | None
    peers: int | None
    coverage: str
    state: str
    flags: tuple[str, ...]
    notes: tuple[Text, ...]
    """What the flags say."""
    advice: str | None


def period_of(text: str) -> Period:
    """A period as people write it. Raises ``Refused`` for anything else."""
    try:
        return parse_period(text)
    except ValueError as cause:
        raise Refused([NOT_A_PERIOD(given=text)]) from cause


def runs_folder(store: Store) -> Path:
    """Where a store's sealed runs lie."""
    return store.root / "runs"


def find_run(path: Path, store_root: Path | None = None) -> Path:
    """A sealed run by its folder, its zip, or the beginning of its id in a store's ``runs``."""
    if (path / "run.json").is_file() or (path.is_file() and path.suffix == ".zip"):
        return path
    if store_root is not None:
        found = sorted((store_root / "runs").glob(f"{path.name}*"))
        if len(found) == 1:
            return found[0]
    raise Refused([NO_RUN(Place(str(path)), path=path)])


def latest_run(store: Store, scheme: str | None = None) -> Path:
    """The run that holds for the newest period of a store."""
    from jikao.archive.corrections import current

    root = runs_folder(store)
    runs = [m for m in current(root) if scheme in (None, m.scheme.id)]
    if not runs:
        raise Refused([NO_RUN(Place(str(root)), path=root)])
    return root / max(runs, key=lambda m: (m.when()[-1].end, m.run)).run


@dataclass(frozen=True)
class OpenRun:
    """A sealed run ready to be read."""

    folder: Path
    manifest: Manifest
    rules: Rules
    snapshot: Snapshot


@contextmanager
def opened_run(path: Path) -> Iterator[OpenRun]:
    """A sealed run, given as folder or zip, with its files checked against the seal."""
    from jikao.archive.inspect import opened
    from jikao.archive.manifest import RUN
    from jikao.archive.verify import sealed_snapshot
    from jikao.scheme.read import read_file
    from jikao.scheme.rules import rules_of

    with opened(path, RUN) as found:
        if found.manifest is None or errors(found.problems):
            raise Refused(found.problems)
        reading = read_file(found.folder / "scheme.yaml")
        if reading.scheme is None:
            raise Refused(reading.problems)
        yield OpenRun(found.folder, found.manifest, rules_of(reading.scheme), sealed_snapshot(found.folder, found.manifest))


def results(path: Path) -> list[ResultRow]:
    """Everybody's results of a sealed run, best first."""
    from jikao.scoring.grading import flag_words
    from jikao.scoring.results import result_rows

    with opened_run(path) as run:
        words = flag_words(run.rules)
        rows = result_rows(run.folder / "results", run.snapshot)
    return [ResultRow(**row, notes=tuple(words[flag] for flag in row["flags"] if flag in words)) for row in rows]


def explain(path: Path, person: str, *, line: str | None = None, period: str | None = None) -> Receipt:
    """The receipt of one person: every figure down to rule, formula and evidence rows."""
    from jikao.scoring.exact import Scorer
    from jikao.scoring.explain import receipt
    from jikao.scoring.reader import evidence_reader

    with opened_run(path) as run:
        when = period_of(period) if period else run.manifest.when()[0]
        if line is not None and all(x.indicator.id != line for x in run.rules.lines):
            raise Refused([NO_LINE(line=line, known=", ".join(x.indicator.id for x in run.rules.lines))])
        seats = _seats(run, Scorer(run.rules), person, when)
        with evidence_reader(run.rules, run.snapshot, when) as reader:
            return receipt(
                run.rules, seats, person=person, period=when, name=_name(run, person), only=line,
                evidence=lambda x, who, _, seat: _named_origins(reader.behind(x, who, seat), run.manifest.origins), zone=run.snapshot.calendar.tz,
            )  # fmt: skip


def _named_origins(rows: Iterable[Mapping[str, Any]], origins: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    """Rows that name the file they came from, where it is known."""
    return ({**row, "import_id": origins.get(row["import_id"], f"#{row['import_id']}")} if row.get("import_id") else row for row in rows)


def _seats(run: OpenRun, scorer: Any, person: str, period: Period) -> list[Any]:
    from jikao.scoring.results import people_in, person_seats

    seats = person_seats(run.folder / "results", scorer, person, period, run.snapshot)
    if not seats:
        raise Refused([NO_PERSON(person=person, some=", ".join(people_in(run.folder / "results")[:8]))])
    return seats


def _name(run: OpenRun, person: str) -> str:
    from jikao.scoring.results import name_of

    return name_of(run.snapshot, person)


def needs(
    path: Path, person: str, *, grade: str | None = None, total: Decimal | None = None, remaining: Mapping[str, int] | None = None
) -> Needs:
    """The curves read backwards: what is still needed for a grade or a total. ``remaining``: indicator to how many more
    things will be counted before the period ends.
    """
    from jikao.scoring.whatif import check_changes, check_target, needed

    with opened_run(path) as run:
        measured = _only_seat(run, person)
        problems = check_target(run.rules, grade, total) + check_changes(run.rules, {}, remaining)
        if problems:
            raise Refused(problems)
        return needed(run.rules, measured, grade=grade, total=total, remaining=remaining)


def supposed(path: Path, person: str, changes: Mapping[str, Decimal]) -> Supposed:
    """The sheet before and after some indicators take other values."""
    from jikao.scoring.whatif import check_changes, with_changes

    with opened_run(path) as run:
        measured = _only_seat(run, person)
        problems = check_changes(run.rules, changes)
        if problems:
            raise Refused(problems)
        return with_changes(run.rules, measured, changes)


def _only_seat(run: OpenRun, person: str) -> Mapping[str, Measured]:
    from jikao.scoring.results import measured_by_seat, people_in

    seats = measured_by_seat(run.folder / "results", person, run.manifest.when()[0])
    if not seats:
        raise Refused([NO_PERSON(person=person, some=", ".join(people_in(run.folder / "results")[:8]))])
    if len(seats) > 1:
        raise Refused([SEVERAL_SEATS(person=person, n=len(seats))])
    return next(iter(seats.values()))


def verify(path: Path) -> Verification[Manifest]:
    """Check a sealed run: every file against the seal, then compute it again and compare byte for byte."""
    from jikao.archive.verify import verify as check_run

    return check_run(path, _recompute)


def _recompute(text: str, snapshot: Snapshot, periods: Sequence[Period], out: Path) -> None:
    from jikao.scheme.read import read
    from jikao.scheme.rules import rules_of
    from jikao.scoring.run import score as make

    reading = read(text, "scheme.yaml")
    if reading.scheme is None:
        raise Refused(reading.problems)
    make(rules_of(reading.scheme), snapshot, periods, out)


def compare_runs(before: Path, after: Path) -> Comparison:
    """Who moved between two sealed runs, and why."""
    from jikao.archive.compare import compare

    found = compare(before, after)
    if errors(found.problems):
        raise Refused(found.problems)
    return found


def zip_run(path: Path, target: Path) -> tuple[Problem, ...]:
    """A sealed run as one file to take home."""
    from jikao.archive.manifest import RUN
    from jikao.archive.zipped import zip_sealed

    return zip_sealed(path, target, RUN)
