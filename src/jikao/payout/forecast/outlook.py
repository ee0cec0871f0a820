"""From what every grade would pay to everybody's range, the pools' and the cost of the period."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from jikao.payout.compute import Job, pay
from jikao.payout.forecast.bonuses import performance, performance_cost, pool_shares, pools_cost
from jikao.payout.forecast.scenarios import ENDS, Alone, Scenarios, scenarios
from jikao.payout.forecast.sharing import Sharing
from jikao.payout.forecast.values import (
    ASSUMED,
    NOTHING,
    PART_OF,
    PARTS,
    Bound,
    Forecast,
    Part,
    PersonOutlook,
    Range,
    ToDate,
)  # fmt: skip
from jikao.payout.ledger import PAYMENT, Entry
from jikao.payout.money import split
from jikao.payout.orders import DepartmentSheet, OrderState, order_sheets

DONE = (OrderState.SETTLED, OrderState.CLOSED, OrderState.CANCELLED)
"""States of orders that have nothing to settle any more."""

NONE: Bound = (0, 0)


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
        run.scheme.scheme, run.period, to_date.last, (to_date.last - run.period.start).days + 1, run.period.days, ASSUMED,
        tuple(_person(to_date, who, bounds, now.get(who, {})) for who in everybody),
        tuple(sharing.pools(payroll.entries)), _cost(to_date, found, sharing, bounds, payroll.entries),
        _sum(bounds.parts["performance_pay"].values(), sum(own.get("performance_pay", 0) for own in now.values())), payroll.problems,
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
    parts["performance"] = performance(to_date, alone(lambda _, __, own: (own.parts["performance"], own.parts["performance"])))
    parts["pool_share"] = pool_shares(to_date)
    parts["performance_pay"] = _orders(to_date, now)
    return Bounds(parts, alone(both))


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


def _orders(to_date: ToDate, now: Mapping[str, Mapping[str, int]]) -> dict[str, Bound]:
    """What is settled stays; of every order that is not, at best a person gets the share decided or proposed."""
    rules = to_date.run.scheme.payout.output_value
    least = {who: own["performance_pay"] for who, own in now.items() if "performance_pay" in own}
    most: defaultdict[str, int] = defaultdict(int, least)
    for sheet in order_sheets(to_date.facts, rules, to_date.last, to_date.opening) if rules else ():
        for department in sheet.departments if sheet.state not in DONE else ():
            for member, proposed in zip(department.members, _proposed(department), strict=True):
                most[member.person] += max(member.amount, proposed)
    return {who: (least.get(who, 0), amount) for who, amount in most.items()}


def _proposed(department: DepartmentSheet) -> list[int]:
    """The pool shared as the project manager proposed, where that was said."""
    weights = [member.share if member.proposed is None else member.proposed for member in department.members]
    return split(department.pool, weights) if any(weights) else [0] * len(weights)


def _cost(to_date: ToDate, found: Scenarios, sharing: Sharing, bounds: Bounds, entries: Sequence[Entry]) -> Range:
    """What the company bears: of each person alone, and of what is shared among them no more than there is."""
    ends = [
        _within((own.borne, own.borne) for g in score.grades for end in ENDS for own in (found[g, end][who],))
        for who, score in to_date.scores.items()
    ]
    ends += [performance_cost(to_date, bounds.parts["performance"]), pools_cost(to_date, bounds.parts["pool_share"])]
    now = -sum(amount for entry in entries for account, amount in entry.postings if account.kind == "company")
    whole = _sum(ends, now)
    least, most = sharing.kept()
    return Range(whole.low - most, now, whole.high - least)
