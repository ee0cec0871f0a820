"""What a person is paid, line by line: every posting on their accounts, with its rule, its figures and its sources."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

from jikao.payout.collector import resting
from jikao.payout.ledger import PAYMENT, Account, Entry
from jikao.payout.rules import ORDER, RULES
from jikao.payout.standing import Held
from jikao.scheme.text import Text
from jikao.scheme.words import fill

SHOWN = ("pay", "wage", "paid")
"""The kinds of account whose postings are lines of a statement; payments themselves are its result."""

_CORRECTED = Text("更正:{title}", "correction: {title}")


class Line(NamedTuple):
    """One posting on an account of the person. ``amount``: fen, + what they get; ``account``: ``pay`` is part of the total,
    ``wage`` is withheld from the wage, ``paid`` is money they gave back.
    """

    period: str
    rule: str
    title: Text
    scheme: str
    subject: str
    formula: str
    amount: int
    sources: tuple[str, ...]
    account: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A person's pay, in fen.

    ``total`` = ``brought_forward`` + the ``pay`` lines = ``paid`` + ``carried``; ``carried`` below zero is owed by the person
    and taken from what they get next. ``withheld``: what is taken from the wage (below 0: given back), which is no part of the total; nor is
    ``returned``, money they gave back (≥ 0). ``lines``: those of the total first. ``held``: bonuses not paid yet, and why.
    """

    person: str
    name: str
    department: str
    brought_forward: int
    lines: tuple[Line, ...]
    total: int
    withheld: int
    paid: int
    carried: int
    held: tuple[Held, ...] = ()

    @property
    def returned(self) -> int:
        """Money given back, in fen."""
        return -sum(line.amount for line in self.lines if line.account == "paid")


class Named(Protocol):
    """Somebody with a name and a department."""

    @property
    def name(self) -> str: ...
    @property
    def department(self) -> str: ...


@resting()
def statements(
    entries: Iterable[Entry], opening_balances: Mapping[Account, int], people: Mapping[str, Named], *, correction: bool = False
) -> list[Statement]:
    """The statement of everybody who has a line or a balance brought forward, in the order of the people.

    ``correction``: the entries are those of a correction batch, and every line says so.
    """
    lines, paid = _lines(entries, _titles(correction=correction))
    brought = {account.owner: amount for account, amount in opening_balances.items() if account.kind == "pay" and amount}
    everybody = sorted(lines.keys() | paid.keys() | brought.keys())
    return [
        _statement(person, people.get(person), brought.get(person, 0), lines.get(person, []), paid.get(person, 0)) for person in everybody
    ]


def statement_of(
    person: str,
    entries: Iterable[Entry],
    opening_balances: Mapping[Account, int],
    people: Mapping[str, Named],
    *,
    correction: bool = False,
    held: Iterable[Held] = (),
) -> Statement:
    """One person's statement; all figures are zero when nothing was posted for them. ``held``: what is held of anybody."""
    account = Account("pay", person)
    theirs = (entry for entry in entries if any(posting.account.owner == person for posting in entry.postings))
    found = statements(theirs, {account: opening_balances.get(account, 0)}, people, correction=correction)
    mine = [statement for statement in found if statement.person == person]
    statement = mine[0] if mine else _statement(person, people.get(person), 0, [], 0)
    return replace(statement, held=tuple(x for x in held if x.person == person))


def _titles(*, correction: bool) -> dict[str, Text]:
    return {name: fill(_CORRECTED, title=rule.title) if correction else rule.title for name, rule in RULES.items()}


def _lines(entries: Iterable[Entry], titles: Mapping[str, Text]) -> tuple[dict[str, list[Line]], dict[str, int]]:
    """The lines by person, and what was paid to each."""
    lines: defaultdict[str, list[Line]] = defaultdict(list)
    paid: defaultdict[str, int] = defaultdict(int)
    for entry in entries:
        period, rule, scheme, subject = entry.period, entry.rule, entry.scheme, entry.subject
        for account, amount in entry.postings:
            if account.kind not in SHOWN:
                continue
            if rule != PAYMENT:
                line = Line(period, rule, titles[rule], scheme, subject, entry.formula, amount, entry.sources, account.kind)
                lines[account.owner].append(line)
            elif account.kind == "paid":
                paid[account.owner] += amount
    return lines, paid


def _statement(person: str, known: Named | None, brought: int, lines: list[Line], paid: int) -> Statement:
    lines.sort(key=lambda line: (line.account != "pay", line.period, ORDER[line.rule]))
    total = brought + sum(line.amount for line in lines if line.account == "pay")
    withheld = -sum(line.amount for line in lines if line.account == "wage")
    name, department = (known.name, known.department) if known else ("", "")
    return Statement(person, name, department, brought, tuple(lines), total, withheld, paid, total - paid)
