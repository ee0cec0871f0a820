"""Credit: whose row is it, and in which period does it fall. Every rule is named once, in ``CREDITS``.

Robots are never in the roster, so nothing is credited to them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import ibis
from ibis.expr import types as ir

from jikao.evidence.portable import as_int64, both, greatest_of, idiv, whole
from jikao.evidence.shapes import SCALES, SHAPES, Type, day_column, stored
from jikao.scheme.number import MICRO

TICKETS_LEFT_OUT = ("merged", "duplicate", "spam")
NUMBER = SCALES[Type.NUMBER]


def table_of(shape: str) -> ir.Table:
    """The stored table of a shape, unbound."""
    return ibis.table(stored(SHAPES[shape]), name=shape)


@dataclass(frozen=True, slots=True)
class Credit:
    """Rows of a shape credited to ``person`` on ``day``. ``left``: rows that stand at the end of every period from that
    day on, until the day they stand no more (NULL: they still do).
    """

    shape: str
    person: Callable[[ir.Table], ir.Value]
    day: Callable[[ir.Table], ir.Value]
    left: Callable[[ir.Table], ir.Value] | None = None
    keep: Callable[[ir.Table], ir.Value] | None = None
    source: Callable[[], ir.Table] | None = None
    """Where the rows come from when that is not the stored table alone."""

    def table(self) -> ir.Table:
        return table_of(self.shape) if self.source is None else self.source()


def _column(name: str) -> Callable[[ir.Table], ir.Value]:
    return lambda t: t[name]


def _either(first: str, second: str) -> Callable[[ir.Table], ir.Value]:
    return lambda t: t[first].fill_null(t[second])


def _counted_ticket(t: ir.Table) -> ir.Value:
    return both(t.status.isnull() | ~t.status.isin(TICKETS_LEFT_OUT), t.merged_into.isnull())


def _day_after_validity(t: ir.Table) -> ir.Value:
    return (t.valid_until + ibis.interval(days=1)).cast("date")


def settled_splits() -> ir.Table:
    """Value splits with the day their order was settled; where no part of an order is written, equal parts of its value,
    the odd last fen going to the earliest departments (A36).
    """
    orders = table_of("orders").select("order_no", "settled_on", whole_value="value")
    joined = table_of("order_splits").inner_join(orders, "order_no")
    order = ibis.window(group_by="order_no")
    by_department = ibis.window(group_by="order_no", order_by=[ibis.asc("department")])
    t = joined.mutate(
        parts=joined.department.count().over(order).cast("int64"),
        given=joined.value.count().over(order).cast("int64"),
        nth=ibis.row_number().over(by_department).cast("int64"),
    )
    equal = idiv(t.whole_value, t.parts) + (t.nth < t.whole_value % t.parts).ifelse(whole(1), whole(0))
    return t.mutate(value=(t.given == 0).ifelse(equal, t.value)).drop("whole_value", "parts", "given", "nth")


def settled_costs() -> ir.Table:
    """Direct costs of the settled orders, borne by the manager whose department they fall to (AMB-10)."""
    splits = settled_splits().select("order_no", "department", "manager", "settled_on")
    return table_of("costs").inner_join(splits, ["order_no", "department"])


def corrected_tasks() -> ir.Table:
    """Tasks with their coefficient A: as last corrected, else as given, else base x difficulty x quality (S8.22, A56)."""
    tasks, corrections = table_of("tasks"), table_of("corrections")
    newest = ibis.window(group_by="task", order_by=[ibis.desc("corrected_on"), ibis.desc("meeting")])
    last = corrections.mutate(nth=ibis.row_number().over(newest)).filter(ibis._.nth == 0).select("task", corrected=corrections.coefficient)
    joined = tasks.left_join(last, "task").drop("task_right")
    product = joined.base * joined.difficulty * joined.quality
    made = idiv(product * 2 + NUMBER * NUMBER, whole(2 * NUMBER * NUMBER))
    return joined.mutate(A=ibis.coalesce(joined.corrected, joined.coefficient, made))


def shared_points() -> ir.Table:
    """Everybody's ``points`` (ten-thousandths) of each task: explicit shares of ``A``, or equal parts at two decimals.

    Where only some wrote a share, the others divide what is left. The parts of a task always sum to exactly A, the odd
    last unit going to the earliest employee number (A28, AMB-18).
    """
    shares = table_of("task_shares")
    tasks = corrected_tasks().select("task", "A", "completed_on")
    joined = shares.inner_join(tasks, "task").filter(ibis._.A.notnull())
    task = ibis.window(group_by="task")
    t = joined.mutate(sharers=joined.person.count().over(task).cast("int64"), given=joined.share.count().over(task).cast("int64"))
    t = t.mutate(unit=((t.A % 100 == 0) & (t.given == 0)).ifelse(whole(100), whole(1)), unset=greatest_of(t.sharers - t.given, whole(1)))
    open_part = whole(MICRO) - as_int64(t.share.sum().over(task))
    part = t.share.isnull().ifelse(open_part, t.share * t.unset)
    t = t.mutate(scaled=(t.given > 0).ifelse(t.A * part, idiv(t.A, t.unit)), by=(t.given > 0).ifelse(t.unset * MICRO, t.sharers))
    t = t.mutate(low=idiv(t.scaled, t.by), rest=t.scaled % t.by)
    biggest = ibis.window(group_by="task", order_by=[ibis.desc("rest"), ibis.asc("person")])
    t = t.mutate(
        nth=ibis.row_number().over(biggest).cast("int64"),
        left=idiv(as_int64(t.scaled.sum().over(task)), t.by) - as_int64(t.low.sum().over(task)),
    )
    return t.mutate(points=(t.low + (t.nth < t.left).ifelse(whole(1), whole(0))) * t.unit)


CREDITS: dict[str, Credit] = {
    "solved": Credit("tickets", _column("solver"), _column("solved_on"), keep=_counted_ticket),
    "first_solved": Credit("tickets", _either("first_solver", "solver"), _either("first_solved_on", "solved_on"), keep=_counted_ticket),
    "responded": Credit("tickets", _column("responder"), _column("responded_on"), keep=_counted_ticket),
    "received": Credit("tickets", _column("assignee"), _column("created_on"), keep=_counted_ticket),
    "open": Credit("tickets", _column("assignee"), _column("created_on"), left=_either("solved_on", "closed_on"), keep=_counted_ticket),
    "certificates": Credit("certificates", _column("person"), _column("issued_on"), left=_day_after_validity),
    "ratings": Credit("ratings", _column("person"), _either("judged_on", "rated_on")),
    "splits": Credit("order_splits", _column("manager"), _column("settled_on"), source=settled_splits),
    "costs": Credit("costs", _column("manager"), _column("settled_on"), source=settled_costs),
    "points": Credit("task_shares", _column("person"), _column("completed_on"), source=shared_points),
    **{
        name: Credit(name, _column("person"), _column(day_column(SHAPES[name])))
        for name in [
            "surveys",
            "contacts",
            "plan_items",
            "deductions",
            "complaints",
            "violations",
            "renewals",
            "exams",
            "trainings",
            "sharings",
            "workloads",
            "observations",
        ]
    },
}
"""Every credit rule by name; by default a row belongs to its ``person`` on the day of its shape."""
