"""Pay once more, slowly: from a company's plain rows and payout rules as a dictionary to everybody's lines and all accounts.

Written from the requirements and the reference of payout rules alone, in exact fractions of a yuan; it shares no code with
the payout room. Rows are dictionaries by shape with days, decimals (yuan, shares) and words; an account is (kind, owner, part).

Decisions where the documents are silent:

* What is prorated and multiplied is rounded once, at the end; only the bonus before grades is an amount of its own.
* Whoever stands in the results gets the conduct bonus; a bonus that goes by grade needs a grade, by score a total.
* Scaling to a budget keeps floors and caps.
* Orders are dealt with by number. An overrun is borne by pools of later periods only, never by another order of its own
  period; a refund that comes after settlement adds to them.
* A progress advance is bounded by the pool of the person's own department, as it stands on the day applied.
* What a person still owes of advances is offset oldest first, together at most ``offset_share`` of what settlement left of
  the month's performance pay.
* Money that comes in beyond what an advance still owes goes back to manager and company as they bore its write-offs.
* In a month: money given back, settlement, offsets, write-offs, wages withheld, new advances.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from .pay_advances import advances
from .pay_books import Books, Run, Till, pay
from .pay_grades import conduct, graded, performance, pool
from .pay_orders import output_value


def settle(till: Till, books: Books, runs: Iterable[Run]) -> dict[str, Fraction]:
    """One batch: what the runs earn people, what advances take back, and what is paid out to whom."""
    till.lines.clear()
    ordered = sorted(runs, key=lambda run: (run.last, run.scheme, run.period.start))
    for day in sorted({run.last for run in ordered}):
        today = [run for run in ordered if run.last == day]
        for run in today:
            for rule in (conduct, graded, performance, pool, output_value):
                rule(till, books, run)
        for run in today:
            advances(till, books, run)
    owed = {account[1]: amount for account, amount in till.standing().items() if account[0] == "pay" and amount > 0}
    for person, amount in owed.items():
        till.balances[pay(person)] -= amount
        till.balances["paid", person, ""] += amount
    return owed
