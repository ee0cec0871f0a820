"""Which sealed runs a batch pays, and whether its period can be paid now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from jikao.archive.batch_manifest import BatchManifest
from jikao.archive.chain import Chain
from jikao.archive.corrections import current
from jikao.archive.inspect import inspect, named
from jikao.archive.manifest import RUN, Manifest
from jikao.archive.verify import sealed_scheme
from jikao.scheme.model import Scheme
from jikao.scheme.period import Period, ending_in
from jikao.scheme.problem import Level, Problem, Refused, errors, kind, stop_on_errors
from jikao.scheme.read import read
from jikao.scheme.text import Text

NOTHING_TO_PAY = kind(
    "batch.nothing-to-pay", Level.ERROR,
    what=Text("{period} 没有可发放的结果", "There is nothing to pay for {period}"),
    why=Text("发放依据该周期内结束、方案有 payout 规则的封存结果", "a batch pays the sealed runs that end in its period and whose scheme has payout rules"),
    mend=Text("先用 jikao score 计算该周期,或核对方案的 payout 一节", "score the period first with jikao score, or look at the scheme's payout part"),
)  # fmt: skip
LATER_CLOSED = kind(
    "batch.later-closed", Level.ERROR,
    what=Text("{period} 之后的 {later} 已经发放(批次 {batch})", "{later}, which is after {period}, is closed already (batch {batch})"),
    why=Text("批次按时间先后接续,余额才对得上", "batches follow each other in time, or balances would not carry over"),
    mend=Text("检查周期是否写错;确实漏发的,另行决定后登记在尚未发放的周期", "check the period given; what is still owed for it is decided anew and recorded in a period that is open"),
)  # fmt: skip
OVERLAPS = kind(
    "batch.overlaps", Level.ERROR,
    what=Text("{period} 与已发放的 {closed}(批次 {batch})重叠", "{period} overlaps {closed}, which is closed (batch {batch})"),
    why=Text("同一份结果不能发放两次", "no result is paid twice"),
    mend=Text("按与之前相同的周期长度发放;要改已发放的周期,用 --corrects {batch}", "pay periods of one length; to change what is closed, use --corrects {batch}"),
)  # fmt: skip
SKIPPED = kind(
    "batch.skips", Level.ERROR,
    what=Text("{periods} 有结果尚未发放({schemes})", "There are results of {periods} not paid yet ({schemes})"),
    why=Text("{period} 封存之后,更早的周期就不能再发放", "once {period} is sealed, earlier periods can no longer be paid"),
    mend=Text("先发放 {periods}", "pay {periods} first"),
)  # fmt: skip
NEVER_PAID = kind(
    "batch.never-paid", Level.WARNING,
    what=Text("{periods} 的结果没有发放过({schemes})", "The results of {periods} were never paid ({schemes})"),
    why=Text("{period} 是第一个批次;它封存之后,更早的周期不能再发放", "{period} is the first batch; once it is sealed, earlier periods cannot be paid any more"),
    mend=Text("若这些结果不由本系统发放,不必处理", "nothing to do if they were paid without Jikao"),
)  # fmt: skip
MISSING_RUNS = kind(
    "batch.missing-runs", Level.WARNING,
    what=Text("方案“{scheme}”在 {period} 内缺少 {missing} 的结果", "Scheme '{scheme}' has no run of {missing} within {period}"),
    why=Text("没有结果的月份不发放,封存后只能用更正批次补发", "what has no run is not paid; once sealed, only a correction batch can pay it"),
    mend=Text("若应发放,先计算这些周期再作批次", "if it is to be paid, score it before making the batch"),
)  # fmt: skip


@dataclass(frozen=True)
class Paying:
    """A run whose scheme turns results into money, in one of its periods."""

    folder: Path
    manifest: Manifest
    scheme: Scheme
    period: Period


def paying_runs(runs: Path, period: Period) -> list[Paying]:
    """The runs that hold, end in ``period`` and pay, in the order of their ends. Raises ``Refused`` when one is damaged."""
    found: list[Paying] = []
    problems: list[Problem] = []
    for manifest, when in _ending(runs, period.start, period.end):
        folder = runs / manifest.run
        inspected = inspect(folder, RUN)
        problems += named(folder, inspected)
        scheme = None if errors(inspected.problems) else _scheme(folder)
        if scheme is not None and scheme.payout.pays:
            found.append(Paying(folder, manifest, scheme, when))
    stop_on_errors(problems)
    if not found:
        raise Refused([NOTHING_TO_PAY(period=period)])
    return sorted(found, key=lambda p: (p.period.end, p.scheme.scheme, p.period.start, p.manifest.run))


def _ending(runs: Path, since: dt.date, until: dt.date) -> Iterator[tuple[Manifest, Period]]:
    """Runs that hold, with each of their periods whose last day lies in the days given."""
    for manifest in current(runs):
        for when in manifest.when():
            if since < when.end <= until:
                yield manifest, when


def _scheme(folder: Path) -> Scheme | None:
    text, _ = sealed_scheme(folder)
    return None if text is None else read(text).scheme


def open_to_pay(chain: Chain, period: Period) -> list[Problem]:
    """What speaks against a new regular batch of a period."""
    problems = []
    for closed in _regular(chain):
        if closed.when.start < period.end and period.start < closed.when.end:
            problems.append(OVERLAPS(period=period, closed=closed.period, batch=closed.batch))
        elif period.end <= closed.when.start:
            problems.append(LATER_CLOSED(period=period, later=closed.period, batch=closed.batch))
    return problems


def _regular(chain: Chain) -> list[BatchManifest]:
    return [b for b in chain.batches if b.corrects is None]


def closing(chain: Chain, period: Period) -> BatchManifest | None:
    """The regular batch that closed a period."""
    return next((b for b in _regular(chain) if b.when == period), None)


def left_behind(chain: Chain, runs: Path, period: Period) -> list[Problem]:
    """Paying runs that end before the period and that no batch paid: after this batch none could."""
    closed = [b.when.end for b in _regular(chain)]
    skipped = [
        (m, p, s)
        for m, p in _ending(runs, max(closed, default=dt.date.min), period.start)
        if (s := _scheme(runs / m.run)) and s.payout.pays
    ]
    if not skipped:
        return []
    periods = ", ".join(dict.fromkeys(str(p) for _, p, _ in sorted(skipped, key=lambda x: x[1].end)))
    schemes = ", ".join(sorted({m.scheme.id for m, _, _ in skipped}))
    return [(SKIPPED if closed else NEVER_PAID)(period=period, periods=periods, schemes=schemes)]


def missing_runs(paying: Sequence[Paying], period: Period) -> Iterator[Problem]:
    """Periods of a paying scheme within ``period`` that have no run."""
    for scheme in {p.scheme.scheme: p.scheme for p in paying}.values():
        there = {p.period for p in paying if p.scheme.scheme == scheme.scheme}
        expected = [p for p in ending_in(period, scheme.period) if _holds(scheme, p)]
        if missing := [str(p) for p in expected if p not in there]:
            yield MISSING_RUNS(scheme=scheme.title, period=period, missing=", ".join(missing))


def _holds(scheme: Scheme, period: Period) -> bool:
    return scheme.valid_from < period.end and (scheme.valid_to is None or period.start <= scheme.valid_to)
