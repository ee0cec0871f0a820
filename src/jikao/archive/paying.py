"""Which sealed runs a batch pays, and whether its period can be paid now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jikao.archive.batch_manifest import BatchManifest
from jikao.archive.chain import Chain
from jikao.archive.corrections import current
from jikao.archive.inspect import inspect, named
from jikao.archive.manifest import RUN, SCHEME, Manifest
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
    mend=Text("核对周期;确实没有发放过的,不经本账发放,或在新的证据库里从 {period} 起按先后重新发放", "check the period; what was really never paid is paid outside this ledger, or everything from {period} on is paid in order in a new store"),
)  # fmt: skip
OVERLAPS = kind(
    "batch.overlaps", Level.ERROR,
    what=Text("{period} 与已发放的 {closed}(批次 {batch})重叠", "{period} overlaps {closed}, which is closed (batch {batch})"),
    why=Text("同一份结果不能发放两次", "no result is paid twice"),
    mend=Text("按与之前相同的周期长度发放;要改已发放的:jikao pay batch {closed} --corrects {batch} --reason 理由", "pay periods of one length; to change what is closed: jikao pay batch {closed} --corrects {batch} --reason WHY"),
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
UNPAID_SINCE = kind(
    "batch.unpaid-since", Level.WARNING,
    what=Text("{closed} 已由批次 {batch} 发放,但 {periods} 的结果({schemes})没有列入任何批次", "{closed} is closed by batch {batch}, but results of {periods} ({schemes}) are in no batch"),
    why=Text("这些结果在该周期发放之后才封存或更正;不作更正批次,就一直不会发放", "they were sealed or corrected after it was paid; without a correction batch they are never paid"),
    mend=Text("作更正批次:jikao pay batch {closed} --corrects {batch} --reason 理由", "make a correction batch: jikao pay batch {closed} --corrects {batch} --reason WHY"),
)  # fmt: skip
UNPAID_BETWEEN = kind(
    "batch.unpaid-between", Level.WARNING,
    what=Text("{periods} 的结果({schemes})没有发放,而之后的周期已经发放", "Results of {periods} ({schemes}) are not paid, and later periods are closed"),
    why=Text("这些结果在之后的周期发放以后才封存;没有哪个批次还能发放它们", "they were sealed after a later period was paid; no batch can pay them any more"),
    mend=Text("不经本账发放,或在新的证据库里从这些周期起按先后重新发放", "they are paid outside this ledger, or everything from them on is paid in order in a new store"),
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
        scheme = None if errors(inspected.problems) else _paying_scheme(folder)
        if scheme is not None:
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


def _paying_scheme(folder: Path) -> Scheme | None:
    """The scheme of a run, if it can be read and pays."""
    text, _ = sealed_scheme(folder) if (folder / SCHEME).is_file() else (None, [])
    scheme = None if text is None else read(text).scheme
    return scheme if scheme is not None and scheme.payout.pays else None


def open_to_pay(chain: Chain, period: Period) -> list[Problem]:
    """What speaks against a new regular batch of a period."""
    regular = _regular(chain)
    overlapping = [b for b in regular if b.when.start < period.end and period.start < b.when.end]
    later = [b for b in regular if period.end <= b.when.start]
    problems = [OVERLAPS(period=period, closed=b.period, batch=b.batch) for b in overlapping]
    if later:
        first = min(later, key=lambda b: b.when.start)
        problems.append(LATER_CLOSED(period=period, later=first.period, batch=first.batch))
    return problems


def _regular(chain: Chain) -> list[BatchManifest]:
    return [b for b in chain.batches if b.corrects is None]


def closing(chain: Chain, period: Period) -> BatchManifest | None:
    """The regular batch that closed a period."""
    return next((b for b in _regular(chain) if b.when == period), None)


def left_behind(chain: Chain, runs: Path, period: Period) -> list[Problem]:
    """Paying runs that end before the period and that no batch paid: after this batch none could."""
    closed = [b.when.end for b in _regular(chain)]
    skipped = [(m, p) for m, p in _ending(runs, max(closed, default=dt.date.min), period.start) if _paying_scheme(runs / m.run)]
    return [(SKIPPED if closed else NEVER_PAID)(period=period, **_said(skipped))] if skipped else []


def unpaid_since(chain: Chain, runs: Path, besides: str | None) -> Iterator[Problem]:
    """Paying runs that end in a closed period, or between closed ones, and that no batch names. ``besides``: the regular
    batch that is being corrected now, or made again.
    """
    closed = _regular(chain)
    if not closed:
        return
    unnamed = list(_unnamed(chain, runs, closed[0].when.start, closed[-1].when.end))
    for batch in closed:
        late = [(m, p) for m, p in unnamed if _ends_in(p, batch.when)]
        if late and batch.batch != besides:
            yield UNPAID_SINCE(closed=batch.period, batch=batch.batch, **_said(late))
    between = [(m, p) for m, p in unnamed if not any(_ends_in(p, b.when) for b in closed)]
    if between:
        yield UNPAID_BETWEEN(**_said(between))


def unnamed_by(chain: Chain, paying: Iterable[Paying], regular: str | None) -> bool:
    """Whether a run to be paid is new to a regular batch and its corrections."""
    named = {(r.run, r.period) for b in chain.batches if b.settles == regular for r in b.runs}
    return any((p.manifest.run, str(p.period)) not in named for p in paying)


def _unnamed(chain: Chain, runs: Path, since: dt.date, until: dt.date) -> Iterator[tuple[Manifest, Period]]:
    """Paying runs that end in the days given and that no batch names."""
    named = {(r.run, r.period) for b in chain.batches for r in b.runs}
    for manifest, when in _ending(runs, since, until):
        if (manifest.run, str(when)) not in named and _paying_scheme(runs / manifest.run):
            yield manifest, when


def _ends_in(period: Period, other: Period) -> bool:
    return other.start < period.end <= other.end


def _said(found: Iterable[tuple[Manifest, Period]]) -> dict[str, Any]:
    """Runs by their periods and schemes, in the words of a problem."""
    ordered = sorted(found, key=lambda each: (each[1].end, str(each[1])))
    periods = dict.fromkeys(str(period) for _, period in ordered)
    return {"periods": ", ".join(periods), "schemes": ", ".join(sorted({m.scheme.id for m, _ in ordered}))}


def missing_runs(paying: Sequence[Paying], period: Period) -> Iterator[Problem]:
    """Periods of a paying scheme within ``period`` that have no run."""
    for scheme in {p.scheme.scheme: p.scheme for p in paying}.values():
        there = {p.period for p in paying if p.scheme.scheme == scheme.scheme}
        expected = [p for p in ending_in(period, scheme.period) if _holds(scheme, p)]
        if missing := [str(p) for p in expected if p not in there]:
            yield MISSING_RUNS(scheme=scheme.title, period=period, missing=", ".join(missing))


def _holds(scheme: Scheme, period: Period) -> bool:
    return scheme.valid_from < period.end and (scheme.valid_to is None or period.start <= scheme.valid_to)
