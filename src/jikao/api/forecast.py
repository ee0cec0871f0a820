"""Ahead of time: pay as it would be if something were otherwise, and between what a period still ends."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from jikao.api.pay import pay_folder
from jikao.api.runs import period_of, runs_folder
from jikao.api.scores import NOBODY, in_force, judged_by, with_settings
from jikao.scheme.period import DayError, Period, PeriodToDate, parse_day
from jikao.scheme.problem import Level, Problem, Refused, errors, kind, stop_on_errors
from jikao.scheme.text import Text

if TYPE_CHECKING:
    from jikao.evidence.snapshot import Snapshot
    from jikao.evidence.store import Store
    from jikao.payout.facts import RunFacts
    from jikao.payout.forecast import Forecast, ToDate
    from jikao.payout.whatif import Consequences, Supposition
    from jikao.scheme.read import Reading
    from jikao.scheme.rules import Rules
    from jikao.scoring.whatif.range import SeatSoFar

NOT_A_DAY = kind(
    "forecast.not-a-day", Level.ERROR,
    what=Text("“{given}”不是 {period} 中的一天", '"{given}" is no day of {period}'),
    why=Text("预测由截至某日的证据推到期末", "a forecast goes from the evidence up to a day of the period to its end"),
    mend=Text("写成 {first} 至 {last} 之间的日期", "give a day from {first} to {last}"),
)  # fmt: skip
NO_EVIDENCE = kind(
    "forecast.no-evidence", Level.ERROR,
    what=Text("{period} 还没有任何证据", "There is no evidence in {period} yet"),
    why=Text("没有证据就没有至今的速度", "without any there is no pace to go by"),
    mend=Text("先导入,或用 --as-of 指明截至哪一天", "import some, or say up to which day with --as-of"),
)  # fmt: skip
NOT_JUDGED = kind(
    "forecast.no-person", Level.ERROR,
    what=Text("{period} 的预测里没有“{person}”", 'There is no "{person}" in the forecast of {period}'),
    why=Text("预测只涉及本期任方案所约束岗位的人,以及按任务单拿绩效的人", "it is of those who hold a position the scheme binds in the period, and of those paid for orders"),
    mend=Text("核对工号;其中有:{some}", "check the employee number; some of them: {some}"),
)  # fmt: skip
OPEN_QUESTIONS = ("evidence.not-decided",)
"""Errors that stop a run and not a forecast: what is open may end either way."""


def pay_whatif(store: Store, period: str, supposition: Supposition) -> Consequences:
    """What a supposition would do to everybody's pay of a period, by runs and evidence as they are now.

    Raises ``Refused`` when there is nothing to pay, when the supposition makes no sense, and when pay has errors as it is.
    """
    from jikao.archive.batches import job_of
    from jikao.payout.compute import pay
    from jikao.payout.whatif import check, consequences

    job = job_of(pay_folder(store), runs_folder(store), store.snapshot(), period_of(period))
    stop_on_errors(check(job, supposition))
    stop_on_errors(pay(job).problems)
    return consequences(job, supposition)


def pay_forecast(
    scheme: Path, store: Store, period: str, as_of: str | None = None, *, person: str | None = None, settings: Mapping[str, str] | None = None
) -> Forecast:  # fmt: skip
    """Between what everybody's grade and pay of a period end, from the evidence up to the end of the day ``as_of`` (by
    default the last day of the period that has any). Nothing is sealed. ``person``: somebody who must be in it.
    """
    from jikao.payout.forecast import outlook

    when = period_of(period)
    reading = with_settings(in_force(scheme, store, period), settings)
    judged_by(reading, when)
    with tempfile.TemporaryDirectory(dir=store.root / "tmp") as folder:
        found = outlook(_to_date(reading, store, when, as_of, Path(folder)))
    if person is not None and all(p.person != person for p in found.people):
        raise Refused([NOT_JUDGED(person=person, period=when, some=", ".join(p.person for p in found.people[:8]))])
    return found


def _to_date(reading: Reading, store: Store, period: Period, as_of: str | None, folder: Path) -> ToDate:
    from jikao.archive.batches import opening_of
    from jikao.evidence.known import joining, known_on
    from jikao.payout.forecast import ToDate
    from jikao.payout.forecast import known_on as facts_known_on
    from jikao.payout.reading import read_facts
    from jikao.scheme.rules import rules_of
    from jikao.scoring.exact import Scorer
    from jikao.scoring.whatif.range import ranged

    assert reading.scheme is not None  # noqa: S101 - it was read without errors
    rules = rules_of(reading.scheme)
    last = _day(store, rules, period, as_of, folder)
    snapshot = known_on(store.snapshot(), last, folder)
    here = joining(snapshot, last, period.end, folder)
    run = _scored(reading, rules, store, here, PeriodToDate(period.start, period.kind, last), folder / "out")
    seats = dict(_seats(rules, snapshot, period, last, folder / "out", run))
    scorer = Scorer(rules)
    return ToDate(
        replace(run, period=period), last, facts_known_on(read_facts(snapshot, period.end), last),
        {person: ranged(scorer, own) for person, own in seats.items()},
        {person: (sum(s.gone for s in own), sum(s.days for s in own)) for person, own in seats.items()},
        opening_of(pay_folder(store), period),
    )  # fmt: skip


def _day(store: Store, rules: Rules, period: Period, as_of: str | None, folder: Path) -> dt.date:
    """The day given, or the last one of the period with evidence the scheme reads."""
    from jikao.evidence.known import last_day
    from jikao.scoring.run import ALWAYS_READ, shapes_read

    if as_of is None:
        shapes = [shape for shape in shapes_read(rules) if shape not in {*ALWAYS_READ, "leaves"}]
        found = last_day(store.snapshot(), shapes, period.start, period.end, folder)
        if found is None:
            raise Refused([NO_EVIDENCE(period=period)])
        return found
    wrong = NOT_A_DAY(given=as_of, period=period, first=period.start, last=period.end - dt.timedelta(days=1))
    try:
        day = parse_day(as_of)
    except DayError as cause:
        raise Refused([wrong]) from cause
    if day not in period:
        raise Refused([wrong])
    return day


def _scored(reading: Reading, rules: Rules, store: Store, snapshot: Snapshot, period: PeriodToDate, out: Path) -> RunFacts:
    """The results as they would be if the period had ended: the engine is told that it did."""
    from jikao.payout.reading import RunSource, read_run
    from jikao.scoring.run import score as make

    stop_on_errors(_problems(reading, rules, store, snapshot, period))
    make(rules, snapshot, [period], out)
    source = RunSource("", period, reading.text, out / "results.parquet", snapshot.tables.get("violations", ()))
    run = read_run(source)
    if not run.results:
        raise Refused([NOBODY(period=period, positions=", ".join(rules.scheme.positions) or "*")])
    return run


def _problems(reading: Reading, rules: Rules, store: Store, snapshot: Snapshot, period: PeriodToDate) -> Iterator[Problem]:
    """What makes a score impossible; what is merely missing so far is part of the range."""
    from jikao.evidence.quality import evidence_problems
    from jikao.scheme.checks.holes import needed_by_a_run
    from jikao.scoring.entry_checks import entry_problems

    yield from needed_by_a_run(rules.scheme, reading.places)
    found = [*evidence_problems(store, rules.scheme, period), *entry_problems(rules, snapshot, [period])]
    yield from (problem for problem in errors(found) if problem.code not in OPEN_QUESTIONS)


def _seats(
    rules: Rules, snapshot: Snapshot, period: Period, last: dt.date, out: Path, run: RunFacts
) -> Iterator[tuple[str, list[SeatSoFar]]]:
    """Everybody's seats: those measured so far, and those known to come."""
    from jikao.scoring.results import measured_by_person, stays
    from jikao.scoring.whatif.range import SeatSoFar

    measured, sitting = measured_by_person(out, period), stays(snapshot, period)
    bound = rules.scheme.positions
    for person in run.results:
        own, seats = measured.get(person, {}), sitting[person]
        yield person, [
            SeatSoFar(own.get(seat, {}), min(max((last - stay.since).days + 1, 0), (stay.until - stay.since).days), (stay.until - stay.since).days)
            for seat, stay in enumerate(seats)
            if not bound or stay.position in bound
        ]  # fmt: skip
