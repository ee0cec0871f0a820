"""Two computations of one period side by side: whose pay differs, by which rule, and what that does to pools and to the company."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jikao.payout.compute import Job, pay
from jikao.payout.ledger import PAYMENT, Account, Entry
from jikao.payout.rules import ORDER, RULES
from jikao.payout.whatif.suppose import Supposition, supposing
from jikao.scheme.period import Period
from jikao.scheme.problem import Problem
from jikao.scheme.text import Text


@dataclass(frozen=True, slots=True)
class LineChange:
    """What one rule gives a person, in fen, and how it came and would come to be. ``subject``: the person, or order and person."""

    period: str
    rule: str
    title: Text
    scheme: str
    subject: str
    before: int
    after: int
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class PersonChange:
    """A person whose pay of the period differs: all lines together, and those that differ."""

    person: str
    name: str
    before: int
    after: int
    lines: tuple[LineChange, ...]


@dataclass(frozen=True, slots=True)
class AccountChange:
    """An account between the two, in fen: what came in (with what lay there before; the X of a pool) and what is left."""

    account: Account
    came_before: int
    came_after: int
    left_before: int
    left_after: int


@dataclass(frozen=True, slots=True)
class Consequences:
    """What a supposition comes to. ``company_before`` and ``_after``: what the company bears, in fen; ``problems``: those of
    the supposed computation.
    """

    period: Period
    supposed: tuple[Text, ...]
    people: tuple[PersonChange, ...]
    accounts: tuple[AccountChange, ...]
    company_before: int
    company_after: int
    problems: tuple[Problem, ...]


def consequences(job: Job, supposed: Supposition) -> Consequences:
    """Pay as it is and as it would be, both computed from the job's facts. ``check`` must have found nothing wrong."""
    then, said = supposing(job, supposed)
    before, after = pay(job), pay(then)
    names = {person: known.name for person, known in job.facts.people.items()}
    opening = job.opening.balances
    return Consequences(
        job.period, said, tuple(_people(before.entries, after.entries, names)), tuple(_accounts(before.entries, after.entries, opening)),
        borne(before.entries), borne(after.entries), after.problems,
    )  # fmt: skip


def borne(entries: Sequence[Entry]) -> int:
    """What the company bears of entries, in fen."""
    return -sum(amount for entry in entries for account, amount in entry.postings if account.kind == "company")


_Name = tuple[str, str, str, str]
_Line = tuple[int, str]
"""Fen and formula."""


def _people(before: Sequence[Entry], after: Sequence[Entry], names: Mapping[str, str]) -> list[PersonChange]:
    was, now = lines_of(before), lines_of(after)
    found = []
    for person in sorted(was.keys() | now.keys()):
        own, new = was.get(person, {}), now.get(person, {})
        changed = [_line(name, own.get(name, (0, "")), new.get(name, (0, ""))) for name in sorted(own.keys() | new.keys(), key=_place)]
        changed = [line for line in changed if line.before != line.after]
        if changed:
            found.append(PersonChange(person, names.get(person, ""), _sum(own), _sum(new), tuple(changed)))
    return found


def _place(name: _Name) -> tuple[str, int, str, str]:
    period, rule, scheme, subject = name
    return period, ORDER[rule], scheme, subject


def _line(name: _Name, was: _Line, now: _Line) -> LineChange:
    period, rule, scheme, subject = name
    return LineChange(period, rule, RULES[rule].title, scheme, subject, was[0], now[0], was[1], now[1])


def _sum(lines: Mapping[_Name, _Line]) -> int:
    return sum(amount for amount, _ in lines.values())


def lines_of(entries: Sequence[Entry]) -> dict[str, dict[_Name, _Line]]:
    """What entries give each person: fen and formula by (period, rule, scheme, subject). Payments are left out."""
    found: defaultdict[str, dict[_Name, _Line]] = defaultdict(dict)
    for entry in entries:
        if entry.rule == PAYMENT:
            continue
        name = entry.period, entry.rule, entry.scheme, entry.subject
        for account, amount in entry.postings:
            if account.kind == "pay":
                earlier, said = found[account.owner].get(name, (0, ""))
                found[account.owner][name] = (earlier + amount, "; ".join(filter(None, (said, entry.formula))))
    return dict(found)


def _accounts(before: Sequence[Entry], after: Sequence[Entry], opening: Mapping[Account, int]) -> list[AccountChange]:
    was, now = _turnover(before, opening), _turnover(after, opening)
    nothing = (0, 0)
    pairs = ((account, was.get(account, nothing), now.get(account, nothing)) for account in sorted(was.keys() | now.keys()))
    return [AccountChange(account, b[0], a[0], b[1], a[1]) for account, b, a in pairs if b != a]


def _turnover(entries: Sequence[Entry], opening: Mapping[Account, int]) -> dict[Account, tuple[int, int]]:
    """What came into each account and what is left in it; people's pay and the company's part are told elsewhere."""
    came: defaultdict[Account, int] = defaultdict(int, opening)
    left: defaultdict[Account, int] = defaultdict(int, opening)
    for entry in entries:
        for account, amount in entry.postings:
            came[account] += max(amount, 0)
            left[account] += amount
    return {account: (came[account], left[account]) for account in came if account.kind not in {"pay", "paid", "company"}}
