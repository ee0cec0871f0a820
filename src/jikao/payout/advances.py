"""Advances: money before it is earned, paid once approved and taken back out of what is earned later (F12, F13).

At the end of a run's period, in this order: money given back; progress advances settled against the pay of their order;
the monthly offset; what is written off, and the manager's part of it; and only then new advances, so that none is taken
back in the run that pays it, but from the pay of its own order when that comes in the same run.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter

from jikao.payout.advance_checks import AdvanceChecks
from jikao.payout.facts import Advance, Facts, Repayment, RunFacts
from jikao.payout.ledger import Account, Book
from jikao.payout.losses import Losses
from jikao.payout.money import filled, part, percent, yuan
from jikao.payout.orders import is_settled
from jikao.payout.reading import fact_of
from jikao.payout.regained import lost, regain
from jikao.payout.staff import department_on
from jikao.scheme.model import Advances
from jikao.scheme.period import Period, PeriodKind, ending_in, parse_period
from jikao.scheme.problem import NOWHERE, Level, Problem, kind
from jikao.scheme.text import Text

NOT_APPROVED = kind(
    "advance.not-approved", Level.WARNING,
    what=Text("“{person}”的预支“{advance}”({amount} 元)还没有审批,不发放。", "Advance {advance} of '{person}' ({amount} yuan) is not approved and not paid."),
    why=Text("未经审批的预支不能发放。", "Without approval no advance is paid."),
    mend=Text("审批后填写审批人与审批日。", "Once it is approved, fill in who approved it and when."),
)  # fmt: skip
REPAID_UNKNOWN = kind(
    "advance.repayment-unknown", Level.ERROR,
    what=Text("归还“{repayment}”的预支“{advance}”没有登记。", "Repayment {repayment} is of advance '{advance}', which is not recorded."),
    why=Text("不知道冲减哪一笔。", "Nobody knows what it pays back."),
    mend=Text("改正预支单号。", "Correct the number of the advance."),
)  # fmt: skip
REPAID_TOO_MUCH = kind(
    "advance.repaid-too-much", Level.ERROR,
    what=Text("归还“{repayment}”为 {amount} 元,预支“{advance}”只剩 {left} 元。", "Repayment {repayment} is {amount} yuan, but only {left} yuan of advance {advance} are left."),
    why=Text("收回的不会多于发出的。", "No more is recovered than was paid."),
    mend=Text("改正金额;预支发放之前的归还也请核对。", "Correct the amount, and check that the advance was paid before."),
)  # fmt: skip
CHANGED = kind(
    "advance.changed-after-payment", Level.ERROR,
    what=Text("预支“{advance}”已发给“{person}” {amount} 元,证据里现在不是这样。", "Advance {advance} was paid to '{person}', {amount} yuan; the evidence now says otherwise."),
    why=Text("发出的钱是事实,不随表格改动。", "Money paid is a fact and does not change with a row."),
    mend=Text("恢复原来的人、金额与日期;要改变的,登记归还或核销。", "Restore person, amount and days; record what changes as a repayment or a write-off."),
)  # fmt: skip


def post(run: RunFacts, facts: Facts, book: Book) -> None:
    """Everything about advances at the end of a run's period; runs of the same day have earned what they earn."""
    rules = run.scheme.payout.advances
    if rules is not None:
        recovering = _Advances(run, facts, book, rules)
        recovering.repay()
        recovering.settle()
        recovering.offset()
        Losses(run, facts, book, rules).post()
        recovering.pay()
        recovering.settle()


def changed(facts: Facts, book: Book) -> Iterator[Problem]:
    """Advances paid to somebody, or of an amount, that their rows no longer say; and those paid that would not be paid now."""
    for name, (person, amount) in sorted(book.granted.items()):
        row = facts.advances.get(name)
        if (row and (row.person, row.amount) != (person, amount)) or not book.was_posted(fact_of("advances", (name,))):
            yield CHANGED(facts.place(row) if row else NOWHERE, advance=name, person=person, amount=yuan(amount))


class _Advances:
    """The advances of one run."""

    def __init__(self, run: RunFacts, facts: Facts, book: Book, rules: Advances) -> None:
        self._run, self._facts, self._book, self._rules = run, facts, book, rules
        self._paid = _paid_on_orders(book, run.period)
        self._settled: defaultdict[str, int] = defaultdict(int)
        """What settlement took from each person in this run."""

    # --- repayments ----------------------------------------------------------------------------------------------

    def repay(self) -> None:
        """Money people gave back (S5.28)."""
        for repayment in sorted(self._facts.repayments, key=lambda r: (r.repaid_on, r.repayment)):
            if repayment.repaid_on <= self._run.last_day and not self._book.was_posted(repayment.fact):
                self._repay(repayment)

    def _repay(self, repayment: Repayment) -> None:
        place, said = self._facts.place(repayment), {"repayment": repayment.repayment, "advance": repayment.advance}
        advance = self._facts.advances.get(repayment.advance)
        if advance is None:
            self._book.problems.append(REPAID_UNKNOWN(place, **said))
            return
        left = self._left(advance)
        most = left + sum(manager + company for _, manager, company in lost(self._book, advance.advance).values())
        if repayment.amount > most:
            self._book.problems.append(REPAID_TOO_MUCH(place, **said, amount=yuan(repayment.amount), left=yuan(most)))
            return
        self._book.mark_posted(repayment.fact)
        back = min(left, repayment.amount)
        formula, sources = f"−{yuan(back)} {_left_after(left, back)}", (repayment.fact, advance.fact)
        self._move("repayment", repayment.repayment, _of("paid", advance), _account(advance), back, formula, sources)
        regain(self._run, self._book, repayment, advance.person, repayment.amount - back)

    # --- settlement and offset -----------------------------------------------------------------------------------

    def settle(self) -> None:
        """Progress advances against the pay of their order that this run distributed, all of it if need be (A41)."""
        for order_no, person in sorted(self._paid):
            for advance in self._facts.advances_on.get(order_no, ()):
                if advance.person == person:
                    self._settle(advance)

    def _settle(self, advance: Advance) -> None:
        left, pay = self._left(advance), self._paid[advance.order_no, advance.person]
        taken = min(left, pay)
        self._paid[advance.order_no, advance.person] -= taken
        self._settled[advance.person] += taken
        formula = f"−min({yuan(left)}, {yuan(pay)}) = −{yuan(taken)} {_left_after(left, taken)}"
        self._move("settlement", advance.advance, _of("pay", advance), _account(advance), taken, formula, (advance.fact,))

    def offset(self) -> None:
        """The monthly offset: what is still owed, the oldest first, out of a share of the month's performance pay (A42) as far
        as settlement left it.
        """
        for person, accounts in groupby(self._book.balances("advance"), key=attrgetter("owner")):
            owed = sorted(filter(self._is_due, accounts), key=self._applied)
            if owed:
                self._offset(person, owed)

    def _offset(self, person: str, owed: Sequence[Account]) -> None:
        share, earned, settled = filled(self._rules.offset_share), self._earned(person), self._settled[person]
        room, taken = max(0, part(earned - settled, share)), 0
        of = f"({yuan(earned)} − {yuan(settled)})" if settled else yuan(earned)
        for account in owed:
            left = -self._book.balance(account)
            amount = min(left, room - taken)
            before = f" − {yuan(taken)}" if taken else ""
            taken += amount
            formula = f"−min({yuan(left)}, {percent(share)} × {of}{before}) = −{yuan(amount)} {_left_after(left, amount)}"
            source = fact_of("advances", (account.part,))
            self._move("offset", account.part, Account("pay", person), account, amount, formula, (source,))

    def _earned(self, person: str) -> int:
        """Performance pay of the run's period, in fen; most often it is a month."""
        months = ending_in(self._run.period, PeriodKind.MONTH)
        return sum(self._book.earned.get((person, str(month)), 0) for month in months)

    def _applied(self, account: Account) -> tuple[dt.date, str]:
        """The age of an advance on the books: by the day of its application, and its number."""
        advance = self._facts.advances.get(account.part)
        return (advance.applied_on if advance else dt.date.min, account.part)

    def _is_due(self, account: Account) -> bool:
        """Whether an advance is recovered month by month: a progress advance once nothing more comes from its order."""
        advance = self._facts.advances.get(account.part)
        order = None if advance is None else self._facts.orders.get(advance.order_no)
        if advance is None or advance.kind == "hardship" or order is None or order.cancelled_on is not None:
            return True
        department = department_on(self._facts, advance.person, advance.applied_on)
        waiting = self._book.balance(Account("order", order.order_no, department))
        return is_settled(order, self._run.last_day) and self._book.was_posted(order.fact) and not waiting

    # --- new advances --------------------------------------------------------------------------------------------

    def pay(self) -> None:
        """The advances approved by the end of the period, in the order of application day and number."""
        checks = AdvanceChecks(self._run, self._facts, self._book, self._rules)
        for advance in self._new():
            if advance.advance in self._book.granted:
                self._pay_again(advance)
            elif advance.approved_on is None:
                said = {"advance": advance.advance, "person": advance.person, "amount": yuan(advance.amount)}
                self._book.problems.append(NOT_APPROVED(self._facts.place(advance), **said))
            elif advance.approved_on <= self._run.last_day:
                self._pay(advance, advance.approved_on, checks)

    def _new(self) -> Iterator[Advance]:
        for advance in sorted(self._facts.advances.values(), key=lambda a: (a.applied_on, a.advance)):
            if advance.applied_on <= self._run.last_day and not self._book.was_posted(advance.fact):
                yield advance

    def _pay_again(self, advance: Advance) -> None:
        """In a correction: what the batch paid it pays again, whatever would be allowed today."""
        if advance.approved_on is None or advance.approved_on <= self._run.last_day:
            self._grant(advance, *self._book.granted[advance.advance], "", (advance.fact,))

    def _pay(self, advance: Advance, approved_on: dt.date, checks: AdvanceChecks) -> None:
        problems = list(checks.problems(advance, approved_on))
        self._book.problems += problems
        if not problems:
            limit = checks.limit(advance)
            within = (f"{yuan(advance.amount)} ≤ {limit.said}", (advance.fact, *limit.sources)) if limit else ("", (advance.fact,))
            self._grant(advance, advance.person, advance.amount, *within)

    def _grant(self, advance: Advance, person: str, amount: int, formula: str, sources: Sequence[str]) -> None:
        self._book.mark_posted(advance.fact)
        self._book.granted[advance.advance] = (person, amount)
        account = Account("advance", person, advance.advance)
        self._move(f"{advance.kind}_advance", advance.advance, account, Account("pay", person), amount, formula, sources)

    # --- book ----------------------------------------------------------------------------------------------------

    def _left(self, advance: Advance) -> int:
        """What of an advance is not recovered, in fen."""
        return -self._book.balance(_account(advance))

    def _move(self, rule: str, subject: str, giver: Account, taker: Account, amount: int, formula: str, sources: Sequence[str]) -> None:
        period, scheme = str(self._run.period), self._run.scheme.scheme
        self._book.move(period, rule, scheme, subject, giver=giver, taker=taker, amount=amount, formula=formula, sources=sources)


def _left_after(left: int, taken: int) -> str:
    """What is left of an advance before and after: ``(800.00 → 500.00)``."""
    return f"({yuan(left)} → {yuan(left - taken)})"


def _account(advance: Advance) -> Account:
    return Account("advance", advance.person, advance.advance)


def _of(account: str, advance: Advance) -> Account:
    return Account(account, advance.person)


def _paid_on_orders(book: Book, period: Period) -> dict[tuple[str, str], int]:
    """Performance pay in fen by (order, person) that runs ending in a period distributed."""
    paid: defaultdict[tuple[str, str], int] = defaultdict(int)
    ends: dict[str, bool] = {}
    for entry in book.entries:
        if entry.rule == "performance_pay":
            if entry.period not in ends:
                ends[entry.period] = entry.period == str(period) or period.start < parse_period(entry.period).end <= period.end
            if ends[entry.period]:
                for account, amount in entry.postings:
                    if account.kind == "pay":
                        paid[entry.subject.removesuffix(f"|{account.owner}"), account.owner] += amount
    return paid
