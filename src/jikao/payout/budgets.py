"""Money set aside for the bonus of a run's period: by the scheme itself, or by rows of the ``budgets`` evidence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from jikao.payout import money
from jikao.payout.facts import Facts, RunFacts
from jikao.payout.ledger import Book
from jikao.scheme.number import Unset
from jikao.scheme.problem import NOWHERE, Level, Place, Problem, kind
from jikao.scheme.text import Text

NO_BUDGET = kind(
    "payout.no-budget", Level.ERROR,
    what=Text("方案 {scheme} 自 {day} 起的周期,没有{group}的奖金预算。", "Scheme {scheme} has no bonus budget for {group} for the period from {day}."),
    why=Text("方案没有写金额,由预算表给出;没有预算不是 0,也不是不限。", "The scheme leaves the amount to the budgets; none means neither 0 nor unlimited."),
    mend=Text("导入一行 budgets:方案 {scheme},部门 {department},周期首日 {day}。", "Import a row of budgets: scheme {scheme}, department {department}, first day {day}."),
)  # fmt: skip
FLOORS = kind(
    "payout.floors", Level.ERROR,
    what=Text("{group}的保底合计 {sum}({heads} 人 × {floor}),比可发的 {amount} 多 {excess}。", "The floors of {group} make {sum} ({heads} × {floor}), {excess} more than the {amount} there is."),
    why=Text("谁也不能少于保底,这样发不出来。", "Nobody may get less than the floor, so it cannot be paid."),
    mend=Text("增加预算或奖金池,或降低 floor。", "Raise the budget or the pool, or lower floor."),
)  # fmt: skip

ALL = "*"
"""The department of a budget that is for everybody."""


@dataclass(frozen=True, slots=True)
class Purse:
    """An amount of fen for a department, or for ``ALL``, and the row that says so."""

    department: str
    amount: int
    sources: tuple[str, ...] = ()
    place: Place = NOWHERE

    @property
    def group(self) -> Text:
        """Whose it is, in words."""
        return _group(self.department)

    def lacks_floors(self, floor: int, heads: int) -> Problem | None:
        """The problem when it does not hold a floor for so many people."""
        if floor * heads <= self.amount:
            return None
        figures = {"sum": floor * heads, "floor": floor, "amount": self.amount, "excess": floor * heads - self.amount}
        return FLOORS(self.place, group=self.group, heads=heads, **money.said(figures))


def purses(run: RunFacts, facts: Facts, amount: Decimal | Unset) -> dict[str, Purse]:
    """By department: the amount the scheme states, for all; if it leaves it open, the budgets of its period."""
    if not isinstance(amount, Unset):
        return {ALL: Purse(ALL, money.fen(amount))}
    name = (run.scheme.scheme, run.period.start)
    rows = [row for row in facts.budgets if (row.scheme, row.from_on) == name]
    return {row.department: Purse(row.department, row.amount, (row.fact,), facts.place(row)) for row in rows}


def miss(run: RunFacts, departments: Iterable[str], book: Book) -> None:
    """Say that departments (or ``ALL``) have no budget."""
    for department in sorted(departments):
        scheme, day = run.scheme.scheme, run.period.start
        book.problems.append(NO_BUDGET(scheme=scheme, day=day, department=department, group=_group(department)))


def _group(department: str) -> Text:
    return Text("全体", "everybody") if department == ALL else Text(f"部门“{department}”", f"department '{department}'")
