"""Task orders as the facts show them: how far each is, where its value goes, who works on it (S5.8-S5.22, F11).

``order_sheet`` tells everything of one order up to a day; ``order_sheets`` of all of them. Nothing is posted here. A paid
order shows what was posted; one that is not shows what it would come to, borne overruns taken off.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction

from jikao.payout.facts import Cost, Facts, Order, Split, Workload
from jikao.payout.ledger import Account, Opening
from jikao.payout.money import split
from jikao.payout.posted_orders import PostedPart
from jikao.payout.staff import department_on
from jikao.payout.waterfall import Waterfall, values_of, waterfall, withheld
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
    """A person's part of an order: share decided, share proposed, and their part of the pool in fen, paid or to be paid."""

    person: str
    share: Fraction
    proposed: Fraction | None
    amount: int


@dataclass(frozen=True, slots=True)
class DepartmentSheet:
    """A department's part of an order, in fen: part 3 − cost + overrun − borne = pool. ``overrun``: what the cost exceeds
    part 3 by; ``borne``: what the pool bears of earlier overruns; ``advanced``: progress advances paid to its people on it.
    """

    department: str
    manager: str
    flow: Waterfall
    cost: int
    pool: int
    overrun: int
    borne: int
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


@dataclass(frozen=True, slots=True)
class PostedOrder:
    """An order batches paid: the figures they posted by department, and the rules they went by."""

    parts: Mapping[str, PostedPart]
    rules: OutputValue


@dataclass(frozen=True, slots=True)
class Paid:
    """What batches left: their balances and facts, and the orders they posted."""

    opening: Opening = NOTHING_PAID
    orders: Mapping[str, PostedOrder] = field(default_factory=dict)

    def standing(self) -> dict[str, int]:
        """What every department still has to bear of earlier overruns, in fen."""
        return {account.owner: -amount for account, amount in self.opening.balances.items() if account.kind == "overrun"}


def order_sheets(facts: Facts, rules: OutputValue, until: dt.date, paid: Paid | None = None) -> list[OrderSheet]:
    """The sheets of all orders up to the end of a day, by number. ``paid``: what batches paid so far.

    Overruns that stand are taken off in the order in which pools will bear them: settled orders first, then by number.
    Raises ``Refused`` when a share of the scheme that an order not yet paid needs is unset (AMB-20).
    """
    sheets = _Sheets(facts, rules, until, paid or Paid())
    first = sorted(facts.orders, key=lambda no: (not is_settled(facts.orders[no], until), no))
    return sorted((sheets.of(facts.orders[no]) for no in first), key=lambda s: s.order.order_no)


def order_sheet(facts: Facts, order_no: str, rules: OutputValue, until: dt.date, paid: Paid | None = None) -> OrderSheet:
    """Everything about one order, like ``order_sheets``. Raises ``KeyError`` for an order nobody recorded."""
    order, sheets = facts.orders[order_no], _Sheets(facts, rules, until, paid or Paid())
    if sheets.depends_on_others(order):
        return next(s for s in order_sheets(facts, rules, until, paid) if s.order.order_no == order_no)
    return sheets.of(order)


class _Sheets:
    """Sheets made one after the other: what one order bears of an overrun the next does not."""

    def __init__(self, facts: Facts, rules: OutputValue, until: dt.date, paid: Paid) -> None:
        self._facts, self._rules, self._until, self._paid = facts, rules, until, paid
        self._owed = paid.standing()

    def depends_on_others(self, order: Order) -> bool:
        """Whether other orders may bear what this one otherwise would."""
        posted = self._posted(order)
        return any(self._owed.values()) and not (posted and not any(part.waiting for part in posted.parts.values()))

    def of(self, order: Order) -> OrderSheet:
        facts, until, opening = self._facts, self._until, self._paid.opening
        known, posted = view(facts, order, until), self._posted(order)
        departments = tuple(self._as_posted(known, posted) if posted else self._to_come(known))
        identity = _identity(departments, posted.rules if posted else self._rules) if departments else None
        value = replace(order, value=sum(d.flow.value for d in departments)) if posted else order
        return OrderSheet(value, state_of(facts, order, until, opening), progress_on(facts, order, until), departments, identity)

    def _posted(self, order: Order) -> PostedOrder | None:
        return self._paid.orders.get(order.order_no) if is_settled(order, self._until) else None

    def _as_posted(self, known: OrderView, posted: PostedOrder) -> Iterator[DepartmentSheet]:
        working, managers, advanced = self._about(known)
        for department, part in posted.parts.items():
            own = working.get(department, ())
            waits = part.waiting and not any(part.paid.values())
            borne = self._bear(department, part.pool) if waits else 0
            people = _members(own, part.pool - borne) if waits else _paid_members(own, part.paid)
            flow = Waterfall(part.value, part.profit, part.shared, part.part3)
            figures = (flow, part.cost, part.pool - borne, part.overrun, part.borne + borne)
            yield DepartmentSheet(department, managers.get(department, ""), *figures, advanced.get(department, 0), people)

    def _to_come(self, known: OrderView) -> Iterator[DepartmentSheet]:
        working, managers, advanced = self._about(known)
        for department, value in (values_of(known.order, known.splits) or {}).items():
            flow, cost = waterfall(value, withheld(self._rules)), known.cost_of(department)
            left = max(0, flow.part3 - cost)
            borne = 0 if known.order.cancelled_on else self._bear(department, left)
            people = _members(working.get(department, ()), left - borne)
            figures = (flow, cost, left - borne, max(0, cost - flow.part3), borne)
            yield DepartmentSheet(department, managers[department], *figures, advanced.get(department, 0), people)

    def _about(self, known: OrderView) -> tuple[dict[str, list[Workload]], dict[str, str], dict[str, int]]:
        """By department: the shares of the work, the manager, and what was advanced."""
        managers = {s.department: s.manager for s in known.splits}
        return members(self._facts, known), managers, _advanced(self._facts, known.order, self._paid.opening)

    def _bear(self, department: str, pool: int) -> int:
        """What a pool bears of what its department overran before (A37); a refund adds to it."""
        owed = self._owed.get(department, 0)
        borne = min(pool, owed) if pool else 0
        self._owed[department] = owed - borne
        return borne


def _members(working: Sequence[Workload], pool: int) -> tuple[Member, ...]:
    amounts = split(pool, [w.share for w in working]) if any(w.share for w in working) else [0] * len(working)
    return tuple(Member(w.person, w.share, w.proposed, amount) for w, amount in zip(working, amounts, strict=True))


def _paid_members(working: Sequence[Workload], paid: Mapping[str, int]) -> tuple[Member, ...]:
    """Everybody with a share, and everybody who was paid."""
    by_person = {w.person: w for w in working}
    found = []
    for person in sorted(by_person.keys() | {who for who, amount in paid.items() if amount}):
        work = by_person.get(person)
        found.append(Member(person, work.share if work else Fraction(0), work.proposed if work else None, paid.get(person, 0)))
    return tuple(found)


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
