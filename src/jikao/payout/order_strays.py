"""Rows about orders that nothing else looks at: of an order nobody recorded, or of one that was cancelled (S5.8-S5.22)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from jikao.evidence.shapes import SHAPES
from jikao.payout.facts import Cost, Facts, Order, ProgressReport, Split, Workload
from jikao.payout.money import yuan
from jikao.scheme.problem import Level, Problem, kind
from jikao.scheme.suggest import among
from jikao.scheme.text import Text

UNKNOWN_ORDER = kind(
    "output.unknown-order", Level.ERROR,
    what=Text("{shape} {row}:没有任务单“{order}”。", "{shape} {row}: there is no order '{order}'."),
    why=Text("它不归任何任务单,会悄悄漏算。", "It belongs to no order and would silently count for nothing."),
    mend=Text("登记该任务单,或改正任务单号。{hint}", "Record the order, or correct its number. {hint}"),
)  # fmt: skip
CANCELLED_AFTER_SETTLEMENT = kind(
    "output.cancelled-after-settlement", Level.WARNING,
    what=Text("任务单“{order}”入账后又取消({day}),绩效池还剩 {pool} 元。", "Order {order} was cancelled ({day}) after it was posted; {pool} yuan of its pool are left."),
    why=Text("已取消的任务单不再发放,这笔钱留在账上。", "A cancelled order pays nobody any more, and the money stays on its account."),
    mend=Text("对结算它的那个周期做更正批次。", "Make a correction batch of the period that settled it."),
)  # fmt: skip
CANCELLED_COST = kind(
    "output.cancelled-cost", Level.WARNING,
    what=Text("任务单“{order}”已取消({day}),它的成本 {amount} 元没有入账。", "Order {order} was cancelled ({day}); its costs, {amount} yuan, are not posted."),
    why=Text("没有产值可以支付,也没有部门承担。", "There is no value to pay them from, and no department bears them."),
    mend=Text("由公司另行承担,或把成本改记到实际发生的任务单。", "Let the company bear them elsewhere, or book them on the order they were spent for."),
)  # fmt: skip

_About = Split | Cost | Workload | ProgressReport


def unknown_orders(facts: Facts, until: dt.date) -> Iterator[Problem]:
    """Every row up to the end of a day that names an order nobody recorded."""
    for record in _about_orders(facts, until):
        if record.order_no not in facts.orders:
            shape, _, key = record.fact.partition("/")
            said = {"shape": SHAPES[shape].title, "row": key.replace("|", " / "), "order": record.order_no}
            yield UNKNOWN_ORDER(facts.place(record), **said, hint=among(record.order_no, sorted(facts.orders)))


def cancelled(facts: Facts, order: Order, pool: int, costs: Iterable[Cost]) -> Iterator[Problem]:
    """What a cancelled order leaves, in fen: of its pool, and costs that were never posted."""
    place, said = facts.place(order), {"order": order.order_no, "day": order.cancelled_on}
    if pool:
        yield CANCELLED_AFTER_SETTLEMENT(place, **said, pool=yuan(pool))
    spent = sum(cost.amount for cost in costs)
    if spent:
        yield CANCELLED_COST(place, **said, amount=yuan(spent))


def _about_orders(facts: Facts, until: dt.date) -> Iterator[_About]:
    for splits in facts.splits.values():
        yield from splits
    for costs in facts.costs.values():
        yield from (c for c in costs if c.spent_on <= until)
    for workloads in facts.workloads.values():
        yield from (w for w in workloads if w.decided_on <= until)
    for reports in facts.progress.values():
        yield from (r for r in reports if r.reported_on <= until)
