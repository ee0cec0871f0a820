"""Output value the slow way: what an order's value is withheld, spent and shared out, department by department."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

from .pay_books import Account, Books, Row, Run, Till, apportion, cent, company, fraction


def output_value(till: Till, books: Books, run: Run) -> None:
    """Settled orders: those not dealt with yet, costs that came later, and pools that wait for shares."""
    if "output_value" not in run.rules:
        return
    earlier = {account[1]: -amount for account, amount in till.standing().items() if account[0] == "overrun"}
    settled = [row for row in books.rows("orders") if is_settled(row, run.last)]
    for order in sorted(settled, key=lambda row: row["order_no"]):
        fresh = till.once("orders", order["order_no"])
        for department, value in values(books, order).items():
            _book(till, books, run, (order["order_no"], department), value if fresh else None)
            _share(till, books, run, order, department, earlier)


def is_settled(order: Row, last: dt.date) -> bool:
    settled = order.get("settled_on")
    return settled is not None and settled <= last and order.get("cancelled_on") is None


def values(books: Books, order: Row) -> dict[str, Fraction]:
    """What each department's part of an order is worth; without amounts the parts are equal."""
    rows = sorted(books.by("order_splits", "order_no").get(order["order_no"], ()), key=lambda row: row["department"])
    if any(row.get("value") is None for row in rows):
        return apportion(fraction(order["value"]), {row["department"]: Fraction(1) for row in rows})
    return {row["department"]: fraction(row["value"]) for row in rows}


def parts(run: Run, value: Fraction) -> tuple[Fraction, Fraction, Fraction]:
    """Profit, shared expense, and what is left."""
    rule = run.rules["output_value"]
    profit, shared = cent(value * fraction(rule["profit_share"])), cent(value * fraction(rule["expense_share"]))
    return profit, shared, value - profit - shared


def costs(books: Books, run: Run, order: str, department: str) -> list[Row]:
    """Money spent on an order by a department up to the end of the period; an empty department is the only one."""
    rows = books.by("costs", "order_no").get(order, ())
    return [row for row in rows if row["spent_on"] <= run.last and row.get("department", "") in {"", department}]


def _book(till: Till, books: Books, run: Run, of: tuple[str, str], value: Fraction | None) -> None:
    """The value of a fresh order, and costs: what exceeds part 3, or comes later, the department or the company bears."""
    number, department = of
    budget, written_off = ("order", *of), run.rules["output_value"].get("overrun") == "written_off"
    bearer = company("overrun") if written_off else ("overrun", department, "")
    if value is not None:
        for taker, amount in zip((("profit", department, ""), ("shared", department, ""), budget), parts(run, value), strict=True):
            till.move("waterfall", ("value", *of), taker, amount)
    for row in costs(books, run, number, department):
        if till.once("costs", row["cost"]):
            till.move(
                "late_cost" if value is None else "direct_cost", bearer if value is None else budget, ("cost", *of), fraction(row["amount"])
            )
    till.move("overrun", bearer, budget, max(Fraction(0), -till.balances[budget]))


def _share(till: Till, books: Books, run: Run, order: Row, department: str, earlier: dict[str, Fraction]) -> None:
    """A pool bears what the department overran before the period, or gets what came back; the rest goes by shares."""
    number = order["order_no"]
    budget: Account = ("order", number, department)
    if not till.balances[budget]:
        return
    charged = min(earlier.get(department, Fraction(0)), till.balances[budget])
    till.move("overrun_charged", budget, ("overrun", department, ""), charged)
    earlier[department] = earlier.get(department, Fraction(0)) - charged
    shares = _own_people(books, run, number, department)
    if till.balances[budget] and shares:
        for person, amount in apportion(till.balances[budget], shares).items():
            till.order_pay[number, person] = till.order_pay.get((number, person), Fraction(0)) + amount
            till.earn("performance_pay", budget, person, run.month, amount)


def _own_people(books: Books, run: Run, number: str, department: str) -> dict[str, Fraction]:
    """The shares decided so far of those who worked for a department on the day they were decided."""
    rows = [row for row in books.by("workloads", "order_no").get(number, ()) if row["decided_on"] <= run.last]
    return {row["person"]: fraction(row["share"]) for row in rows if department_of(books, row["person"], row["decided_on"]) == department}


def progress_of(books: Books, order: Row, day: dt.date) -> Fraction:
    """The latest report up to a day, else what the order itself says."""
    reports = [row for row in books.by("progress_reports", "order_no").get(order["order_no"], ()) if row["reported_on"] <= day]
    return fraction(max(reports, key=lambda row: row["reported_on"])["progress"] if reports else order["progress"])


def department_of(books: Books, person: str, day: dt.date) -> str:
    """Where somebody works on a day: by the span begun last, for a span ends where the next begins; else by the register."""
    begun = [row for row in books.by("spans", "person").get(person, ()) if row["from_on"] <= day]
    latest = max(begun, key=lambda row: row["from_on"], default={})
    held = latest.get("department", "") if day <= (latest.get("until_on") or day) else ""
    return str(held or books.by("people", "person")[person][0].get("department", ""))
