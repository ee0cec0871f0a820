"""Bounds of performance pay out of order value: what is settled is certain, an order that is not may be settled in time or not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from jikao.payout.forecast.values import Bound, Range, ToDate
from jikao.payout.ledger import Opening
from jikao.payout.money import split
from jikao.payout.orders import DepartmentSheet, OrderState, Paid, order_sheets

DONE = (OrderState.SETTLED, OrderState.CLOSED, OrderState.CANCELLED)
"""States of orders that have nothing to settle any more."""

Parts = Mapping[str, Mapping[str, int]]
"""Pay as it stands, by person and part."""


def performance_pay(to_date: ToDate, now: Parts) -> dict[str, Bound]:
    """By person: at best the share decided, or proposed if that is more, of every pool still open."""
    least = _settled(now)
    most: defaultdict[str, int] = defaultdict(int, least)
    for department in _open_pools(to_date):
        for member, proposed in zip(department.members, _proposed(department), strict=True):
            most[member.person] += max(member.amount, proposed)
    return {who: (least.get(who, 0), amount) for who, amount in most.items()}


def orders_cost(to_date: ToDate, now: Parts) -> Range:
    """All together: at best every pool still open is paid out, whether anybody's share is known or not."""
    settled = sum(_settled(now).values())
    return Range(settled, settled, settled + sum(department.pool for department in _open_pools(to_date)))


def _settled(now: Parts) -> dict[str, int]:
    return {who: own["performance_pay"] for who, own in now.items() if "performance_pay" in own}


def _open_pools(to_date: ToDate) -> list[DepartmentSheet]:
    """The departments' parts of every order that may still be settled in the period."""
    rules = to_date.run.scheme.payout.output_value
    sheets = order_sheets(to_date.facts, rules, to_date.last, Paid(_without_overruns(to_date.opening))) if rules else []
    return [department for sheet in sheets if sheet.state not in DONE for department in sheet.departments]


def _without_overruns(opening: Opening) -> Opening:
    """At best another pool bears what the department overran."""
    return replace(opening, balances={account: amount for account, amount in opening.balances.items() if account.kind != "overrun"})


def _proposed(department: DepartmentSheet) -> list[int]:
    """The pool shared as the project manager proposed, where that was said."""
    weights = [member.share if member.proposed is None else member.proposed for member in department.members]
    return split(department.pool, weights) if any(weights) else [0] * len(weights)
