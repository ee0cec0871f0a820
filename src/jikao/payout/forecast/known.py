"""Facts about money as they were known on a day: amounts agreed ahead stay, what happened later did not happen yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from jikao.payout.facts import Facts, Order

_T = TypeVar("_T")
_K = TypeVar("_K")


def known_on(facts: Facts, day: dt.date) -> Facts:
    """The facts at the end of a day. Bases, budgets, leave and positions may lie ahead; advances are no part of a forecast."""
    return replace(
        facts,
        orders={no: _order(order, day) for no, order in facts.orders.items()},
        costs=_until(facts.costs, lambda c: c.spent_on <= day),
        workloads=_until(facts.workloads, lambda w: w.decided_on <= day),
        progress=_until(facts.progress, lambda r: r.reported_on <= day),
        advances={},
        repayments=(),
        write_offs=(),
    )


def _until(by: Mapping[_K, Sequence[_T]], known: Callable[[_T], bool]) -> dict[_K, list[_T]]:
    return {key: [record for record in several if known(record)] for key, several in by.items()}


def _order(order: Order, day: dt.date) -> Order:
    def known(when: dt.date | None) -> dt.date | None:
        return when if when is not None and when <= day else None

    return replace(
        order, received_on=known(order.received_on), agreed_on=known(order.agreed_on), delivered_on=known(order.delivered_on),
        settled_on=known(order.settled_on), cancelled_on=known(order.cancelled_on),
    )  # fmt: skip
