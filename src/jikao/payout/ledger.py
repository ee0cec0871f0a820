"""Plain double entry: every movement of money is an entry whose postings sum to zero, and nothing is ever edited.

An amount is fen an account receives (+) or gives (−). A balance is the sum of an account's postings and nothing else, and
all balances together are zero. What a person is owed is the balance of their ``pay`` account.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from jikao.scheme.problem import Problem
from jikao.scheme.text import Text


class Account(NamedTuple):
    """Whose money: a kind of ``ACCOUNTS``, an owner (person, department, order, advance) and a part of theirs."""

    kind: str
    owner: str = ""
    part: str = ""


ACCOUNTS = {
    "pay": Text("应付个人", "owed to the person"),
    "wage": Text("工资代扣", "withheld from the wage"),
    "paid": Text("已付", "paid out"),
    "company": Text("公司承担", "borne by the company"),
    "pool": Text("再分配池", "redistribution pool"),
    "value": Text("任务产值", "value of orders"),
    "profit": Text("上缴利润", "profit withheld"),
    "shared": Text("公摊费用", "shared expense withheld"),
    "order": Text("任务成本与绩效", "task budget: cost and performance"),
    "cost": Text("直接成本", "direct cost"),
    "overrun": Text("待下期承担的超支", "overrun to be borne next period"),
    "advance": Text("未冲抵的预支", "advance not yet recovered"),
    "liability": Text("经理应承担", "owed by the manager"),
}  # fmt: skip
"""Every kind of account. Owner and part: ``pay``, ``wage``, ``paid`` person; ``company`` rule; ``pool`` scheme and department;
``value``, ``order``, ``cost`` order and department; ``profit``, ``shared``, ``overrun`` department; ``advance`` person and
advance; ``liability`` manager and write-off."""


class Posting(NamedTuple):
    """What one account receives (+) or gives (−), in fen."""

    account: Account
    amount: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One movement. ``period``: the appraisal period it is for; ``rule``: a key of ``rules.RULES``; ``subject``: what it is
    about (a person, an order, an advance), which with period, rule and scheme names the entry; ``formula``: how the amount
    comes to be, in figures; ``sources``: the evidence rows it rests on as ``shape/key``, key columns parted by ``|``.
    """

    period: str
    rule: str
    scheme: str
    subject: str
    formula: str
    sources: tuple[str, ...]
    postings: tuple[Posting, ...]


REGAINED = "regained"
"""The rule of the entries that take in money of an advance after it was written off."""

LOSING = frozenset(("write_off", REGAINED))
"""The rules whose entries, their subject a write-off, say what is lost and who bears it."""


class UnbalancedError(AssertionError):
    """Postings that do not sum to zero: a fault of the program, never of the data."""


@dataclass(frozen=True)
class Opening:
    """What earlier batches left. ``balances`` that are not zero; ``earned``: performance pay in fen by (person, month
    ``2024-06``); ``posted``: the facts already turned into entries, as ``shape/key``; ``granted``: advances any batch so
    far paid, person and fen by id, with those of the batch a correction is about: what was paid is a fact;
    ``written_off``: by write-off and account what it moved, less what came in since.
    """

    balances: Mapping[Account, int] = field(default_factory=dict)
    earned: Mapping[tuple[str, str], int] = field(default_factory=dict)
    posted: frozenset[str] = frozenset()
    granted: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    written_off: Mapping[tuple[str, Account], int] = field(default_factory=dict)


class Book:
    """A ledger being written: entries one after the other, balances as they stand, problems as they are found."""

    def __init__(self, opening: Opening) -> None:
        self.entries: list[Entry] = []
        self.problems: list[Problem] = []
        self.earned: defaultdict[tuple[str, str], int] = defaultdict(int, opening.earned)
        self.granted = dict(opening.granted)
        self.written_off: defaultdict[tuple[str, Account], int] = defaultdict(int, opening.written_off)
        self._balances: defaultdict[Account, int] = defaultdict(int, opening.balances)
        self._posted_before = opening.posted
        self._posted = set(opening.posted)

    def post(self, entry: Entry) -> None:
        """Write an entry. Raises ``UnbalancedError`` when its postings do not sum to zero."""
        if sum(posting.amount for posting in entry.postings):
            raise UnbalancedError(entry)
        self.entries.append(entry)
        for account, amount in entry.postings:
            self._balances[account] += amount
            if entry.rule in LOSING and account.kind != "paid":
                self.written_off[entry.subject, account] += amount

    def move(
        self, period: str, rule: str, scheme: str, subject: str, *,
        giver: Account, taker: Account, amount: int, formula: str = "", sources: Iterable[str] = (),
    ) -> None:  # fmt: skip
        """The usual entry: one account gives, another receives; nothing is written for nothing."""
        if amount:
            postings = (Posting(giver, -amount), Posting(taker, amount))
            self.post(Entry(period, rule, scheme, subject, formula, tuple(sources), postings))

    def balance(self, account: Account) -> int:
        """The balance of an account, in fen."""
        return self._balances.get(account, 0)

    def balances(self, kind: str) -> dict[Account, int]:
        """The balances of a kind of account that are not zero, in the order of the accounts."""
        held = {account: amount for account, amount in self._balances.items() if account.kind == kind and amount}
        return {account: held[account] for account in sorted(held)}

    def mark_posted(self, fact: str) -> None:
        """A fact (``shape/key``) is turned into entries, and will not be again."""
        self._posted.add(fact)

    @property
    def posted(self) -> frozenset[str]:
        """The facts turned into entries since the book was opened."""
        return frozenset(self._posted - self._posted_before)

    def was_posted(self, fact: str) -> bool:
        """Whether a fact was turned into entries before."""
        return fact in self._posted

    def was_posted_earlier(self, fact: str) -> bool:
        """Whether another batch turned a fact into entries."""
        return fact in self._posted_before


def balances_of(entries: Iterable[Entry]) -> dict[Account, int]:
    """The balances entries add up to, zero ones left out."""
    sums: defaultdict[Account, int] = defaultdict(int)
    for entry in entries:
        for account, amount in entry.postings:
            sums[account] += amount
    return {account: amount for account, amount in sorted(sums.items()) if amount}


PAYMENT = "payment"
"""The rule of the entry that pays a person out; it closes a batch."""

BALANCING = "balancing"
"""The rule of the entries that give back what a correction took too much."""

FOLLOWING = frozenset((PAYMENT, BALANCING))
"""Rules whose entries follow from the balances, not from the facts of a period."""

GRANTING = frozenset(("progress_advance", "hardship_advance"))
"""The rules that pay an advance; their posting on an ``advance`` account says to whom, which and how much."""


def correcting(fresh: Iterable[Entry], posted: Iterable[Entry]) -> list[Entry]:
    """The entries that turn what was posted into the fresh computation (A52): original + correction = fresh.

    What follows from balances is left out: money that changed hands is a fact, and what is still owed, or too much, follows
    from the rest.
    """
    before, after = _by_name(posted), _by_name(fresh)
    found = []
    for name in sorted(before.keys() | after.keys()):
        was, now = before.get(name), after.get(name)
        postings = _difference(was, now)
        if postings:
            sources = dict.fromkeys(source for said in (now, was) if said for source in said.sources)
            found.append(Entry(*name, _correction(was, now), tuple(sources), postings))
    return found


_Name = tuple[str, str, str, str]


@dataclass(slots=True)
class _Sum:
    """All entries of one name together."""

    amounts: defaultdict[Account, int]
    formulas: list[str]
    sources: tuple[str, ...]


def _by_name(entries: Iterable[Entry]) -> dict[_Name, _Sum]:
    sums: dict[_Name, _Sum] = {}
    for entry in entries:
        if entry.rule in FOLLOWING:
            continue
        found = sums.setdefault((entry.period, entry.rule, entry.scheme, entry.subject), _Sum(defaultdict(int), [], ()))
        found.formulas += [entry.formula] if entry.formula else []
        found.sources = tuple(dict.fromkeys((*found.sources, *entry.sources)))
        for account, amount in entry.postings:
            found.amounts[account] += amount
    return sums


def _difference(was: _Sum | None, now: _Sum | None) -> tuple[Posting, ...]:
    before, after = was.amounts if was else {}, now.amounts if now else {}
    changed = {account: after.get(account, 0) - before.get(account, 0) for account in before.keys() | after.keys()}
    return tuple(Posting(account, changed[account]) for account in sorted(changed) if changed[account])


def _correction(was: _Sum | None, now: _Sum | None) -> str:
    return f"[{'; '.join(was.formulas) if was else '0'}] → [{'; '.join(now.formulas) if now else '0'}]"
