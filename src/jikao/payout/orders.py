"""Task orders as the facts show them: how far each is, where its value goes, who works on it (S5.8-S5.22, F11).

``order_sheet`` tells everything of one order up to a day; ``order_sheets`` of all of them. Nothing is posted here.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from jikao.payout.facts import Cost, Facts, Order, Split, Workload
from jikao.payout.ledger import Account, Opening
from jikao.payout.money import split
from jikao.payout.staff import department_on
from jikao.payout.waterfall import Waterfall, Withheld, values_of, waterfall, withheld
from jikao.scheme.model import OutputValue
from jikao.scheme.text import Text


class OrderState(StrEnum):
    """How far an order is; each state is reached by what the evidence says, and none is typed in."""

    RECEIVED = "received"
    VALUE_AGREED = "value_agreed"
    SPLIT = "split"
    PM_ASSIGNED = "pm_assigned"
    IN_PROGRESS = "in_progress"
    DELIVERED = "delivered"
    WORKLOAD_CONFIRMED = "workload_confirmed"
    DECIDED = "decided"
    SETTLED = "settled"
    CLOSED = "closed"
    CANCELLED = "cancelled"


STATES = {
    OrderState.RECEIVED: Text("已接单", "received"),
    OrderState.VALUE_AGREED: Text("产值已商定", "value agreed"),
    OrderState.SPLIT: Text("产值已分解", "value split"),
    OrderState.PM_ASSIGNED: Text("已指派项目经理", "project manager assigned"),
    OrderState.IN_PROGRESS: Text("进行中", "in progress"),
    OrderState.DELIVERED: Text("已交付", "delivered"),
    OrderState.WORKLOAD_CONFIRMED: Text("工作量已确认", "work confirmed by the project manager"),
    OrderState.DECIDED: Text("部门经理已核定", "decided by the department manager"),
    OrderState.SETTLED: Text("已结算", "settled"),
    OrderState.CLOSED: Text("已发放", "paid"),
    OrderState.CANCELLED: Text("已取消", "cancelled"),
}
"""Every state in words."""


NOTHING_PAID = Opening()


@dataclass(frozen=True, slots=True)
class OrderView:
    """What is known of an order up to a day: all its splits, costs spent and shares decided by then."""

    order: Order
    splits: Sequence[Split]
    costs: Sequence[Cost]
    workloads: Sequence[Workload]

    @property
    def departments(self) -> list[str]:
        """The departments that share the value, in order."""
        return [s.department for s in self.splits]

    def bearer(self, cost: Cost) -> str:
        """The department that bears a cost: the one it names, else the only one of the order."""
        return cost.department or (self.splits[0].department if len(self.splits) == 1 else "")

    def cost_of(self, department: str) -> int:
        """A department's direct costs, in fen; refunds are negative."""
        return sum(c.amount for c in self.costs if self.bearer(c) == department)


def view(facts: Facts, order: Order, until: dt.date) -> OrderView:
    """An order as known at the end of a day."""
    return OrderView(
        order,
        facts.splits.get(order.order_no, ()),
        [c for c in facts.costs.get(order.order_no, ()) if c.spent_on <= until],
        [w for w in facts.workloads.get(order.order_no, ()) if w.decided_on <= until],
    )


def members(facts: Facts, known: OrderView) -> dict[str, list[Workload]]:
    """The shares of the work by the department its people were in on the day they were decided, in the order of the people."""
    found: dict[str, list[Workload]] = {}
    for workload in known.workloads:
        found.setdefault(department_on(facts, workload.person, workload.decided_on), []).append(workload)
    return found


def is_settled(order: Order, until: dt.date) -> bool:
    """Whether an order was settled by the end of a day. One that was cancelled never is."""
    return order.cancelled_on is None and order.settled_on is not None and order.settled_on <= until


def progress_on(facts: Facts, order: Order, day: dt.date) -> Fraction | None:
    """How far an order was on a day: the latest report up to then, else what its own row says, else ``None``."""
    reports = [r for r in facts.progress.get(order.order_no, ()) if r.reported_on <= day]
    return reports[-1].progress if reports else order.progress


# --- sheets ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Member:
    """A person's part of an order: share decided, share proposed, and their part of the pool in fen, before overruns."""

    person: str
    share: Fraction
    proposed: Fraction | None
    amount: int


@dataclass(frozen=True, slots=True)
class DepartmentSheet:
    """A department's part of an order, in fen. ``pool`` = max(0, part 3 − cost), ``overrun`` what the cost exceeds part 3
    by; ``advanced``: progress advances paid to its people on the order.
    """

    department: str
    manager: str
    flow: Waterfall
    cost: int
    pool: int
    overrun: int
    advanced: int
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Identity:
    """V = project cost + shared expense + profit + what is left (F11), in fen. Read with part 3 as the project cost nothing
    is left; read with the direct cost what is left is the performance pool (AMB-11).
    """

    cost: int
    expense: int
    profit: int
    left: int


@dataclass(frozen=True, slots=True)
class OrderSheet:
    """One order up to a day, in fen. ``departments`` is empty and ``identity`` ``None`` while the value is not split in full."""

    order: Order
    state: OrderState
    progress: Fraction | None
    departments: tuple[DepartmentSheet, ...]
    identity: Identity | None


def order_sheets(facts: Facts, rules: OutputValue, until: dt.date, opening: Opening = NOTHING_PAID) -> list[OrderSheet]:
    """The sheets of all orders up to the end of a day, by number. ``opening``: what batches paid so far, which tells
    advances and closed orders. Raises ``Refused`` while a share of the scheme is unset (AMB-20).
    """
    return [_sheet(facts, facts.orders[no], rules, until, opening) for no in sorted(facts.orders)]


def order_sheet(facts: Facts, order_no: str, rules: OutputValue, until: dt.date, opening: Opening = NOTHING_PAID) -> OrderSheet:
    """Everything about one order, like ``order_sheets``. Raises ``KeyError`` for an order nobody recorded."""
    return _sheet(facts, facts.orders[order_no], rules, until, opening)


def _sheet(facts: Facts, order: Order, rules: OutputValue, until: dt.date, opening: Opening) -> OrderSheet:
    known, shares = view(facts, order, until), withheld(rules)
    departments = tuple(_departments(facts, known, shares, opening))
    identity = _identity(departments, rules) if departments else None
    return OrderSheet(order, state_of(facts, order, until, opening), progress_on(facts, order, until), departments, identity)


def _departments(facts: Facts, known: OrderView, shares: Withheld, opening: Opening) -> Iterator[DepartmentSheet]:
    working, managers = members(facts, known), {s.department: s.manager for s in known.splits}
    advanced = _advanced(facts, known.order, opening)
    for department, value in (values_of(known.order, known.splits) or {}).items():
        flow, cost = waterfall(value, shares), known.cost_of(department)
        pool, overrun = max(0, flow.part3 - cost), max(0, cost - flow.part3)
        people = _members(working.get(department, ()), pool)
        yield DepartmentSheet(department, managers[department], flow, cost, pool, overrun, advanced.get(department, 0), people)


def _members(working: Sequence[Workload], pool: int) -> tuple[Member, ...]:
    amounts = split(pool, [w.share for w in working]) if any(w.share for w in working) else [0] * len(working)
    return tuple(Member(w.person, w.share, w.proposed, amount) for w, amount in zip(working, amounts, strict=True))


def _advanced(facts: Facts, order: Order, opening: Opening) -> dict[str, int]:
    sums: defaultdict[str, int] = defaultdict(int)
    for advance in facts.advances_on.get(order.order_no, ()):
        if advance.fact in opening.posted:
            sums[department_on(facts, advance.person, advance.applied_on)] += advance.amount
    return sums


def _identity(departments: Sequence[DepartmentSheet], rules: OutputValue) -> Identity:
    profit, expense, part3, direct = (
        sum(d.flow.profit for d in departments), sum(d.flow.shared for d in departments),
        sum(d.flow.part3 for d in departments), sum(d.cost for d in departments),
    )  # fmt: skip
    cost = part3 if rules.project_cost == "part3" else direct
    return Identity(cost, expense, profit, part3 - cost)


# --- states ------------------------------------------------------------------------------------------------------


def state_of(facts: Facts, order: Order, until: dt.date, opening: Opening = NOTHING_PAID) -> OrderState:
    """How far an order is at the end of a day. ``opening``: what batches paid so far.

    Steps nobody recorded do not hold an order up, but one: without a full split of its value it goes no further (S5.12).
    """
    if order.cancelled_on and order.cancelled_on <= until:
        return OrderState.CANCELLED
    known = view(facts, order, until)
    if not known.splits:
        return OrderState.VALUE_AGREED if order.agreed_on and order.agreed_on <= until else OrderState.RECEIVED
    if values_of(order, known.splits) is None:
        return OrderState.SPLIT
    reached = (state for state, holds in _later(facts, known, until, opening) if holds)
    return next(reached, OrderState.SPLIT)


def _later(facts: Facts, known: OrderView, until: dt.date, opening: Opening) -> Iterator[tuple[OrderState, bool]]:
    """The states after the split, the furthest first, and whether each is reached."""
    order, work = known.order, known.workloads
    settled = is_settled(order, until)
    yield OrderState.CLOSED, settled and _is_paid(known, opening)
    yield OrderState.SETTLED, settled
    yield OrderState.DECIDED, bool(work) and all(w.decided_by for w in work)
    yield OrderState.WORKLOAD_CONFIRMED, bool(work) and all(w.proposed is not None for w in work)
    yield OrderState.DELIVERED, order.delivered_on is not None and order.delivered_on <= until
    yield OrderState.IN_PROGRESS, bool(progress_on(facts, order, until))
    yield OrderState.PM_ASSIGNED, bool(order.project_manager)


def _is_paid(known: OrderView, opening: Opening) -> bool:
    """Whether all that an order had to share is shared out."""
    waiting = (opening.balances.get(Account("order", known.order.order_no, d), 0) for d in known.departments)
    return known.order.fact in opening.posted and not any(waiting)
