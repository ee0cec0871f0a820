"""Bounds of bonuses that share a budget or a pool: everybody's least and most weight against those of all others."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from jikao.payout import budgets
from jikao.payout.allot import allot
from jikao.payout.bonus import Bounds
from jikao.payout.budgets import ALL
from jikao.payout.forecast.scenarios import End, at_end
from jikao.payout.forecast.values import Bound, ToDate
from jikao.payout.ledger import Book
from jikao.payout.pool import shares_of
from jikao.scheme.model import BonusPool

Weight = tuple[Fraction, Fraction]
"""Somebody's least and most weight."""


def shared(amount: int, weights: Sequence[Weight], bounds: Bounds) -> list[Bound]:
    """The least and the most everybody gets of an amount shared by weights. The heavier all weights are, the less one unit of
    weight gets: everybody's least weight meets the level at which all have their most, and the other way round.
    """
    least, most = [low for low, _ in weights], [high for _, high in weights]
    if least == most:
        return [(part, part) for part in allot(amount, least, bounds.floor, bounds.cap).parts]
    top = amount if bounds.cap is None else min(bounds.cap, amount)
    scarce, ample = _level(amount, most, bounds), _level(amount, least, bounds)

    def within(got: int) -> int:
        return min(max(got, bounds.floor), top)

    return [
        (within(math.floor((scarce or 0) * low)), within(top if ample is None and high else math.ceil((ample or 0) * high)))
        for low, high in weights
    ]  # fmt: skip


def _level(amount: int, weights: Sequence[Fraction], bounds: Bounds) -> Fraction | None:
    """Fen a unit of weight gets; ``None`` when nobody has any weight."""
    found = allot(amount, weights, bounds.floor, bounds.cap)
    return found.rest / found.weight if found.weight else None


def performance(to_date: ToDate, own: Mapping[str, Bound]) -> dict[str, Bound]:
    """Performance bonuses within their budgets. ``own``: everybody's before any budget."""
    rule, found = to_date.run.scheme.payout.performance, dict(own)
    if rule is None or rule.budget is None or rule.over_budget == "refuse":
        return found
    purses = budgets.purses(to_date.run, to_date.facts, rule.budget)
    for group in sorted(purses, key=lambda group: (group == ALL, group)):
        held = [who for who in sorted(found) if group in {ALL, to_date.run.results[who].department}]
        found |= _scaled(purses[group].amount, {who: found[who] for who in held}, Bounds.of(rule))
    return found


def performance_cost(to_date: ToDate, bonuses: Mapping[str, Bound]) -> Bound:
    """The performance bonuses together; one budget for all bounds them where they are scaled down to it."""
    rule = to_date.run.scheme.payout.performance
    low, high = _together(bonuses.values())
    if rule is None or rule.budget is None or rule.over_budget == "refuse":
        return low, high
    purse = budgets.purses(to_date.run, to_date.facts, rule.budget).get(ALL)
    return (low, high) if purse is None else (min(low, purse.amount), min(high, purse.amount))


def _together(bounds: Iterable[Bound]) -> Bound:
    every = list(bounds)
    return sum(low for low, _ in every), sum(high for _, high in every)


def _scaled(budget: int, own: Mapping[str, Bound], bounds: Bounds) -> dict[str, Bound]:
    """Bonuses as they are while they keep within the budget, and scaled down to it when they do not."""
    least, most = sum(low for low, _ in own.values()), sum(high for _, high in own.values())
    if most <= budget or bounds.floor * len(own) > budget:
        return dict(own)
    scaled = dict(zip(own, shared(budget, [(Fraction(low), Fraction(high)) for low, high in own.values()], bounds), strict=True))
    if least > budget:
        return scaled
    return {who: (min(own[who][0], low), own[who][1]) for who, (low, _) in scaled.items()}


def pool_shares(to_date: ToDate) -> dict[str, Bound]:
    """Everybody's share of the bonus pools."""
    rule = to_date.run.scheme.payout.pool
    if rule is None:
        return {}
    weights = _weights(to_date, rule)
    found: dict[str, Bound] = {}
    for group, purse in budgets.purses(to_date.run, to_date.facts, rule.amount).items():
        held = {who: weight for who, weight in weights.items() if group in {ALL, to_date.run.results[who].department}}
        if not purse.lacks_floors(Bounds.of(rule).floor, len(held)):
            found |= dict(zip(held, shared(purse.amount, list(held.values()), Bounds.of(rule)), strict=True))
    return found


def pools_cost(to_date: ToDate, shares: Mapping[str, Bound]) -> Bound:
    """The shares of the bonus pools together: never more than the pools hold, and all of it where nothing caps them."""
    rule = to_date.run.scheme.payout.pool
    if rule is None:
        return 0, 0
    least = most = 0
    for group, purse in budgets.purses(to_date.run, to_date.facts, rule.amount).items():
        low, high = _together(shares.get(who, (0, 0)) for who, r in to_date.run.results.items() if group in {ALL, r.department})
        most += min(high, purse.amount)
        least += min(purse.amount, low) if rule.cap is not None or not low else purse.amount
    return least, most


def _weights(to_date: ToDate, rule: BonusPool) -> dict[str, Weight]:
    """Everybody's least and most weight over all grades within reach; none without a grade or total it goes by."""
    ends: tuple[End, End] = ("low", "high")
    by_case = {(grade, end): _weights_at(to_date, rule, grade, end) for grade in to_date.grades for end in ends}
    found = {}
    for who in sorted(to_date.run.results):
        own = [by_case[grade, end].get(who, Fraction(0)) for grade in to_date.scores[who].grades for end in ends]
        found[who] = (min(own), max(own))
    return found


def _weights_at(to_date: ToDate, rule: BonusPool, grade: str | None, end: End) -> dict[str, Fraction]:
    run, aside = at_end(to_date.run, to_date, grade, end), Book(to_date.opening)
    return {share.result.person: share.weight.exact for share in shares_of(run, to_date.facts, aside, rule)}
