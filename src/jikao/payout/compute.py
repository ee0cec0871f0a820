"""Pay of a period: a pure function of the runs it rests on, the facts about money and what earlier batches left.

Results become entries of the ledger, in the order of time: the runs that end earlier first; of one day first everything
that is earned, then what advances take back. At the end every person is paid what their account holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from jikao.payout import advances, conduct, grades, losses, output_value, performance, pool
from jikao.payout.balancing import balance
from jikao.payout.collector import resting
from jikao.payout.facts import Facts, RunFacts
from jikao.payout.ledger import PAYMENT, Account, Book, Entry, Opening, correcting
from jikao.payout.overlaps import paid_by_several
from jikao.payout.rules import ORDER
from jikao.scheme.period import Period
from jikao.scheme.problem import Level, Problem, kind
from jikao.scheme.text import Text
from jikao.scheme.words import several

RULED_TWICE = kind(
    "payout.ruled-twice", Level.ERROR,
    what=Text("同一批里有几个方案都写了 {section}:{schemes}。", "Several schemes of one batch state {section}: {schemes}."),
    why=Text("任务单与预支属于全公司,只能由一个方案计算,否则先算的拿走全部。", "Orders and advances are the company's; with two schemes the first would take them all."),
    mend=Text("只在一个方案里写它,重新计分后再发放。", "State it in one scheme, score again, then pay."),
)  # fmt: skip


@dataclass(frozen=True)
class Job:
    """One batch to be computed. ``period``: the month or quarter it pays; the period of every run ends in it."""

    period: Period
    runs: Sequence[RunFacts]
    facts: Facts
    opening: Opening = field(default_factory=Opening)


@dataclass(frozen=True)
class Payroll:
    """The entries of a batch in their standing order, and the problems found; with errors among them nobody is paid.

    ``posted``: the facts turned into entries, those that came to nothing included; of a correction, all of the period's.
    """

    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]
    posted: frozenset[str] = frozenset()


_EARNING = (conduct.post, grades.post, performance.post, pool.post, output_value.post)
"""What a run earns people, and what it takes from what it earns them."""


@resting()
def pay(job: Job) -> Payroll:
    """Everybody's pay of a period."""
    book = _earned(job)
    _pay_out(book, str(job.period))
    return Payroll(_in_order(book.entries), _once(book.problems), book.posted)


@resting()
def correct(job: Job, posted: Sequence[Entry], now: Opening) -> Payroll:
    """The entries that put right a closed batch (A52), and the payments that follow.

    ``job``: the batch's period and opening, with runs and facts as they are today, without facts other batches posted;
    ``posted``: the entries of the batch and of its earlier corrections; ``now``: what all batches so far left. Who gets
    more is paid the difference; who got too much owes it, and it is taken from what they are owed next. What the difference
    takes beyond a balance is put right at once (``balancing``).
    """
    fresh = _earned(job)
    book = Book(now)
    for entry in correcting(fresh.entries, posted):
        book.post(entry)
    balance(book, str(job.period), tuple(book.entries))
    _pay_out(book, str(job.period))
    return Payroll(_in_order(book.entries), _once(fresh.problems), fresh.posted)


def _earned(job: Job) -> Book:
    book = Book(job.opening)
    book.problems += _ruled_twice(job.runs)
    runs = sorted(job.runs, key=lambda r: (r.period.end, r.scheme.scheme, r.period.start))
    for _, group in groupby(runs, key=lambda r: r.period.end):
        together = list(group)
        for run in together:
            for post in _EARNING:
                post(run, job.facts, book)
        for run in together:
            advances.post(run, job.facts, book)
    if any(run.scheme.payout.advances for run in runs):
        book.problems += [*advances.changed(job.facts, book), *losses.two_wages(job.facts)]
    book.problems += paid_by_several(job.runs, book.entries)
    return book


def _ruled_twice(runs: Sequence[RunFacts]) -> Iterator[Problem]:
    """Orders and advances are the company's, not a scheme's: the second scheme to rule them would find them dealt with."""
    for section in ("output_value", "advances"):
        schemes = sorted({run.scheme.scheme for run in runs if getattr(run.scheme.payout, section)})
        if len(schemes) > 1:
            yield RULED_TWICE(section=f"payout.{section}", schemes=several(schemes))


def _once(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Every problem once: what ails an order or an advance ails it in every run of the batch."""
    return tuple({(p.code, p.place, p.what("en")): p for p in problems}.values())


def _pay_out(book: Book, period: str) -> None:
    """Pay everybody what they are owed; who owes something keeps owing it."""
    for account, amount in book.balances("pay").items():
        if amount > 0:
            person = account.owner
            book.move(period, PAYMENT, "", person, giver=account, taker=Account("paid", person), amount=amount)


def _in_order(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The standing order of entries: by period, rule, scheme and subject; entries of one name as they came."""
    return tuple(sorted(entries, key=lambda e: (e.period, ORDER[e.rule], e.scheme, e.subject)))
