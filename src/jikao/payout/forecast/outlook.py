"""From what every grade would pay to everybody's range, the pools' and the cost of the period."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from jikao.payout.compute import Job, pay
from jikao.payout.forecast.bonuses import performance, performance_cost, pool_shares, pools_cost
from jikao.payout.forecast.orders import orders_cost, performance_pay
from jikao.payout.forecast.scenarios import ENDS, Alone, Scenarios, scenarios
from jikao.payout.forecast.sharing import Sharing
from jikao.payout.forecast.values import (
    NOTHING,
    PART_OF,
    PARTS,
    Bound,
    Forecast,
    Part,
    PersonOutlook,
    Range,
    ToDate,
    assumed,
)  # fmt: skip
from jikao.payout.ledger import PAYMENT, Entry
from jikao.payout.standing import NO_GRADE, NO_SCORE

NONE: Bound = (0, 0)

HELD = (NO_GRADE, NO_SCORE)
"""What a batch says of those it cannot pay yet. Before the period ends nobody is meant to have a grade: the range says it."""


class Bounds(NamedTuple):
    """Between what every part ends, by part and person; ``graded``: the bonus by grade and the redistribution together, for no
    grade brings the least, or the most, of both.
    """

    parts: Mapping[str, Mapping[str, Bound]]
    graded: Mapping[str, Bound]


def outlook(to_date: ToDate) -> Forecast:
    """Between what everybody ends. Everything is computed by the rules of pay; nothing is estimated."""
    run, payroll = to_date.run, pay(Job(to_date.run.period, [to_date.run], to_date.facts, to_date.opening))
    found = scenarios(to_date)
    sharing, now = Sharing(to_date, found), _now(payroll.entries)
    bounds = _bounds(to_date, found, sharing, now)
    everybody = sorted({*run.results, *now, *bounds.parts["performance_pay"]})
    return Forecast(
        run.scheme.scheme, run.period, to_date.last, (to_date.last - run.period.start).days + 1, run.period.days, assumed(run.scheme),
        tuple(_person(to_date, who, bounds, now.get(who, {})) for who in everybody),
        tuple(sharing.pools(payroll.entries)), _cost(to_date, found, sharing, bounds, payroll.entries),
        orders_cost(to_date, now), tuple(p for p in payroll.problems if p.kind not in HELD),
    )  # fmt: skip


def _now(entries: Sequence[Entry]) -> dict[str, dict[str, int]]:
    """Pay as it stands, by person and part."""
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for entry in entries:
        name = PART_OF.get(entry.rule, entry.rule)
        for account, amount in entry.postings:
            if account.kind == "pay" and name in PARTS and entry.rule != PAYMENT:
                found[account.owner][name] = found[account.owner].get(name, 0) + amount
    return dict(found)


def _bounds(to_date: ToDate, found: Scenarios, sharing: Sharing, now: Mapping[str, Mapping[str, int]]) -> Bounds:
    def alone(read: Callable[[str, str | None, Alone], Bound]) -> dict[str, Bound]:
        return {
            who: _within(read(who, g, found[g, end][who]) for g in score.grades for end in ENDS) for who, score in to_date.scores.items()
        }

    def both(who: str, grade: str | None, own: Alone) -> Bound:
        least, most = sharing.share(who, grade)
        return own.parts["grades"] + least, own.parts["grades"] + most

    parts = {name: alone(lambda _, __, own, name=name: (own.parts[name], own.parts[name])) for name in ("conduct", "grades")}  # type: ignore[misc]
    parts["redistribution"] = alone(lambda who, grade, _: sharing.share(who, grade))
    parts["performance"] = performance(to_date, alone(lambda _, __, own: _exactly(own.parts["performance"])))
    parts["pool_share"] = pool_shares(to_date)
    parts["performance_pay"] = performance_pay(to_date, now)
    return Bounds(parts, alone(both))


def _exactly(amount: int) -> Bound:
    return amount, amount


def _within(bounds: Iterable[Bound]) -> Bound:
    """Bounds that hold all of the bounds."""
    every = list(bounds)
    return min(low for low, _ in every), max(high for _, high in every)


def _person(to_date: ToDate, person: str, bounds: Bounds, now: Mapping[str, int]) -> PersonOutlook:
    result, known = to_date.run.results.get(person), to_date.facts.people.get(person)
    ranges = {name: Range.between(bounds.parts[name].get(person, NONE), now.get(name, 0)) for name in PARTS}
    apart = [bounds.parts[name].get(person, NONE) for name in PARTS if name not in {"grades", "redistribution"}]
    ends = [bounds.graded.get(person, NONE), *apart]
    return PersonOutlook(
        person, known.name if known else "", result.department if result else known.department if known else "", to_date.scores.get(person),
        _sum(ends, sum(now.values())), tuple(Part(name, PARTS[name], span) for name, span in ranges.items() if span != NOTHING),
    )  # fmt: skip


def _sum(bounds: Iterable[Bound], now: int) -> Range:
    every = list(bounds)
    return Range(sum(low for low, _ in every), now, sum(high for _, high in every))


def _cost(to_date: ToDate, found: Scenarios, sharing: Sharing, bounds: Bounds, entries: Sequence[Entry]) -> Range:
    """What the company bears: of each person alone, and of what is shared among them no more than there is."""
    ends = [_within(_exactly(found[g, end][who].borne) for g in score.grades for end in ENDS) for who, score in to_date.scores.items()]
    ends += [performance_cost(to_date, bounds.parts["performance"]), pools_cost(to_date, bounds.parts["pool_share"])]
    now = -sum(amount for entry in entries for account, amount in entry.postings if account.kind == "company")
    whole = _sum(ends, now)
    least, most = sharing.kept()
    return Range(whole.low - most, now, whole.high - least)
