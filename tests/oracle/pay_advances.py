"""Advances the slow way: given, taken back out of performance pay, repaid, written off and withheld from a manager's wage."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from fractions import Fraction

from .pay_books import Account, Books, Row, Rules, Run, Till, cent, company, fraction, pay
from .pay_orders import costs, department_of, is_settled, parts, progress_of, values


def advances(till: Till, books: Books, run: Run) -> None:
    rule = run.rules.get("advances")
    if rule is None:
        return
    _repaid(till, books, run)
    taken = _settled(till, books)
    _offset(till, books, run, rule, taken)
    _written_off(till, books, run, rule)
    _withheld(till, books, run, rule)
    _given(till, books, run)


def _account(row: Row) -> Account:
    return ("advance", row["person"], row["advance"])


def _owing(till: Till, books: Books) -> Iterator[tuple[Row, Fraction]]:
    """Advances not yet recovered, oldest first."""
    for row in sorted(books.rows("advances"), key=lambda row: (row["applied_on"], row["advance"])):
        owed = -till.balances[_account(row)]
        if owed > 0:
            yield row, owed


def _repaid(till: Till, books: Books, run: Run) -> None:
    """Money given back recovers the advance; what comes in beyond that is of what was written off."""
    given = {row["advance"]: row for row in books.rows("advances")}
    for row in sorted(books.rows("repayments"), key=lambda row: (row["repaid_on"], row["repayment"])):
        if row["repaid_on"] <= run.last and till.once("repayments", row["repayment"]):
            of, amount = given[row["advance"]], fraction(row["amount"])
            back = min(amount, -till.balances[_account(of)])
            till.move("repayment", ("paid", of["person"], ""), _account(of), back)
            _regained(till, books, of, amount - back)


def _regained(till: Till, books: Books, of: Row, amount: Fraction) -> None:
    """Back to manager and company as they bore the loss: what the manager still owes first, then what was withheld."""
    payer = ("paid", of["person"], "")
    for row in sorted(books.rows("write_offs"), key=lambda row: row["write_off"]):
        manager, firm = till.lost.get(row["write_off"], (Fraction(0), Fraction(0)))
        given = min(amount, manager + firm) if row["advance"] == of["advance"] else Fraction(0)
        if given:
            amount -= given
            back = cent(given * manager / (manager + firm))
            liability = ("liability", row["manager"], row["write_off"])
            owed = min(back, -till.balances[liability])
            till.move("regained", payer, liability, owed)
            till.move("regained", payer, ("wage", row["manager"], ""), back - owed)
            till.move("regained", payer, company("write_off"), given - back)
            till.lost[row["write_off"]] = (manager - back, firm - given + back)


def _settled(till: Till, books: Books) -> dict[str, Fraction]:
    """Progress advances come back out of the pay of their own order, in full if it suffices."""
    taken: dict[str, Fraction] = {}
    left = dict(till.order_pay)
    for row, owed in _owing(till, books):
        earned = left.get((row.get("order_no", ""), row["person"]), Fraction(0)) if row["kind"] == "progress" else Fraction(0)
        amount = min(owed, earned)
        if amount:
            left[row["order_no"], row["person"]] -= amount
            taken[row["person"]] = taken.get(row["person"], Fraction(0)) + amount
            till.move("settlement", pay(row["person"]), _account(row), amount)
    till.order_pay.clear()
    return taken


def _offset(till: Till, books: Books, run: Run, rule: Rules, taken: dict[str, Fraction]) -> None:
    """Hardship advances, and progress advances nothing more comes for, month by month."""
    share = fraction(rule.get("offset_share", "0.5"))
    room: dict[str, Fraction] = {}
    for row, owed in list(_owing(till, books)):
        if row["kind"] == "progress" and not _is_over(till, books, run, row):
            continue
        person = row["person"]
        if person not in room:
            room[person] = cent((till.earned[person, run.month] - taken.get(person, Fraction(0))) * share)
        amount = min(owed, room[person])
        room[person] -= amount
        till.move("offset", pay(person), _account(row), amount)


def _is_over(till: Till, books: Books, run: Run, row: Row) -> bool:
    """Whether the order of a progress advance is settled and its pool shared out in the person's department."""
    order = books.by("orders", "order_no")[row["order_no"]][0]
    waiting = till.balances["order", row["order_no"], department_of(books, row["person"], row["applied_on"])]
    return order.get("cancelled_on") is not None or (is_settled(order, run.last) and not waiting)


def _written_off(till: Till, books: Books, run: Run, rule: Rules) -> None:
    given = {row["advance"]: row for row in books.rows("advances")}
    for row in sorted(books.rows("write_offs"), key=lambda row: (row["decided_on"], row["write_off"])):
        if row["decided_on"] > run.last or not till.once("write_offs", row["write_off"]):
            continue
        lost, to = fraction(row["amount"]), _account(given[row["advance"]])
        borne = manager_part(rule, row, lost)
        till.move("write_off", ("liability", row["manager"], row["write_off"]), to, borne)
        till.move("write_off", company("write_off"), to, lost - borne)
        till.lost[row["write_off"]] = (borne, lost - borne)


def manager_part(rule: Rules, row: Row, lost: Fraction) -> Fraction:
    """What the manager bears of a loss."""
    how = rule.get("liability", "fixed")
    if how == "by_fault":
        return cent(lost * fraction(row["share"]))
    if how == "fixed":
        return cent(lost * fraction(rule["manager_liability"]))
    steps = sorted(rule["liability_steps"], key=lambda step: fraction(step.get("from", 0)))
    ends = [*(fraction(step.get("from", 0)) for step in steps[1:]), max(lost, fraction(steps[-1].get("from", 0)))]
    return cent(
        sum(
            (
                max(Fraction(0), min(lost, end) - fraction(step.get("from", 0))) * fraction(step["share"])
                for step, end in zip(steps, ends, strict=True)
            ),
            Fraction(0),
        )
    )


def _withheld(till: Till, books: Books, run: Run, rule: Rules) -> None:
    """What the law lets us withhold from a month's wage, towards what managers owe."""
    wages = {
        row["person"]: row["wage"] for row in books.rows("wages") if f"{row['month_on']:%Y-%m}" == run.month and row.get("wage") is not None
    }
    room = {person: deductible(rule, fraction(wage)) for person, wage in wages.items()}
    for row in sorted(books.rows("write_offs"), key=lambda row: (row["decided_on"], row["write_off"])):
        account = ("liability", row["manager"], row["write_off"])
        amount = min(-till.balances[account], room.get(account[1], Fraction(0)))
        if amount:
            room[account[1]] -= amount
            till.move("liability", ("wage", account[1], ""), account, amount)


def deductible(rule: Rules, wage: Fraction) -> Fraction:
    """The most a month's wage may lose: never above the share, never below the minimum wage."""
    most = wage * fraction(rule.get("wage_deduction_cap", "0.2"))
    whole = Fraction(most * 100 // 1, 100)
    return max(Fraction(0), min(whole, wage - fraction(rule["minimum_wage"])))


def _given(till: Till, books: Books, run: Run) -> None:
    for row in sorted(books.rows("advances"), key=lambda row: (row["applied_on"], row["advance"])):
        approved = row.get("approved_on")
        if approved is not None and approved <= run.last and till.once("advances", row["advance"]):
            till.move(f"{row['kind']}_advance", _account(row), pay(row["person"]), fraction(row["amount"]))


# --- how much may be given ---------------------------------------------------------------------------------------
def hardship_limit(till: Till, books: Books, rule: Rules, person: str, month: dt.date) -> Fraction:
    """A share of the average performance pay of the months before the one applied in."""
    recorded = {(row["person"], f"{row['month_on']:%Y-%m}"): row.get("performance") for row in books.rows("wages")}
    number = rule.get("hardship_months", 3)
    months = [_before(month, i + 1) for i in range(number)]
    sums = (till.earned[person, at] if (person, at) in till.earned else fraction(recorded.get((person, at))) for at in months)
    return sum(sums, Fraction(0)) / number * fraction(rule.get("hardship_share", "0.5"))


def _before(month: dt.date, back: int) -> str:
    number = month.year * 12 + month.month - 1 - back
    return f"{number // 12}-{number % 12 + 1:02d}"


def progress_limit(till: Till, books: Books, run: Run, order: Row, department: str, day: dt.date) -> Fraction:
    """Progress times what the order leaves a department for performance on the day applied, less what its people were
    advanced on it.
    """
    number = order["order_no"]
    spent = sum((fraction(row["amount"]) for row in costs(books, run, number, department) if row["spent_on"] <= day), Fraction(0))
    owed = min(Fraction(0), till.balances["overrun", department, ""])
    pool = max(Fraction(0), parts(run, values(books, order)[department])[2] - spent + owed)
    given = [
        row
        for row in books.rows("advances")
        if row.get("order_no") == number and department_of(books, row["person"], row["applied_on"]) == department
    ]
    advanced = sum((fraction(row["amount"]) for row in given if ("advances", row["advance"]) in till.done), Fraction(0))
    return max(Fraction(0), progress_of(books, order, day) * pool - advanced)
