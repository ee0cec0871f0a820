"""Orders, costs, shares of work, advances and what follows them, for tests of pay; like ``making`` in few words."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import count
from typing import Any

from jikao.payout.compute import Job, Payroll, correct, pay
from jikao.payout.facts import (
    Advance,
    Cost,
    Facts,
    Order,
    ProgressReport,
    Record,
    Repayment,
    RunFacts,
    Span,
    Split,
    Wage,
    Workload,
    WriteOff,
)
from jikao.payout.ledger import GRANTING, PAYMENT, Account, Book, Entry, Opening, Posting, balances_of
from jikao.payout.money import yuan
from jikao.payout.rules import RULES
from jikao.scheme.model import Scheme
from jikao.scheme.period import parse_period

from .making import day, fen, person, scheme

_ROWS = count(2)
"""Every record stands in a row of its own, so that problems point at it."""


def _at() -> tuple[str, int]:
    return ("I1", next(_ROWS))


def _day(text: str | None) -> dt.date | None:
    return None if text is None else day(text)


def order(no: str, value: str, settled: str | None = "2024-06-25", *, manager: str = "T1", by: str = "生产管理部", **more: Any) -> Order:
    """An order. ``more``: agreed, delivered, cancelled (days), progress ("40%" as "0.4")."""
    days = {f"{name}_on": _day(more.get(name)) for name in ("received", "agreed", "delivered", "cancelled")}
    progress = Fraction(more["progress"]) if "progress" in more else None
    return Order(
        f"orders/{no}", _at(), no, no, by, fen(value), settled_on=_day(settled), project_manager=manager, progress=progress, **days
    )


def parted(no: str, **values: str | None) -> list[Split]:
    """Splits of an order: department → yuan, ``None`` for a part left open."""
    return [Split(f"order_splits/{no}|{d}", _at(), no, d, None if v is None else fen(v), "") for d, v in values.items()]


def cost(name: str, no: str, amount: str, on: str = "2024-06-10", department: str = "", sort: str = "直接成本") -> Cost:
    """Money spent on an order."""
    return Cost(f"costs/{name}", _at(), name, no, department, sort, fen(amount), day(on))


def work(
    no: str, who: str, share: str, on: str = "2024-06-28", by: str = "M1", *, proposed: str | None = None, reason: str = ""
) -> Workload:  # fmt: skip
    """A share of the work: "0.5" is a half."""
    return Workload(
        f"workloads/{no}|{who}", _at(), no, who, Fraction(share), None if proposed is None else Fraction(proposed), day(on), by, reason
    )


def report(no: str, on: str, progress: str) -> ProgressReport:
    """How far an order was."""
    return ProgressReport(f"progress_reports/{no}|{on}", _at(), no, day(on), Fraction(progress))


def progress_advance(name: str, who: str, no: str, amount: str, on: str = "2024-06-20", **more: Any) -> Advance:
    """An advance on an order, approved the day after by GM unless ``more`` says otherwise."""
    return _advance(name, who, "progress", no, amount, on, more)


def hardship_advance(name: str, who: str, amount: str, on: str = "2024-06-20", **more: Any) -> Advance:
    """An advance in hardship."""
    return _advance(name, who, "hardship", "", amount, on, more)


def _advance(name: str, who: str, sort: str, no: str, amount: str, on: str, more: dict[str, Any]) -> Advance:
    said = {"applicant": "M1", "approver": "GM", "approved": str(day(on) + dt.timedelta(days=1))} | more
    applied, approved = day(on), _day(said["approved"])
    return Advance(
        f"advances/{name}", _at(), name, who, sort, no, fen(amount), applied, said["applicant"], said["approver"], approved, "理由"
    )


def back(name: str, advance: str, amount: str, on: str) -> Repayment:
    """Money given back."""
    return Repayment(f"repayments/{name}", _at(), name, advance, fen(amount), day(on))


def lost(name: str, advance: str, amount: str, on: str, *, by: str = "GM", manager: str = "M1", share: str | None = None) -> WriteOff:
    """An advance given up."""
    return WriteOff(
        f"write_offs/{name}", _at(), name, advance, fen(amount), day(on), by, manager, None if share is None else Fraction(share), "同意书"
    )  # fmt: skip


def wage(who: str, month: str, amount: str | None = None, performance: str | None = None) -> Wage:
    """A month's wage, and performance pay from before."""
    both = (None if x is None else fen(x) for x in (amount, performance))
    return Wage(f"wages/{who}|{month}-01", _at(), who, day(f"{month}-01"), *both)


def span(who: str, position: str, department: str, since: str, until: str | None = None) -> Span:
    """A position held."""
    return Span(f"spans/{who}|{since}", _at(), who, position, department, day(since), _day(until))


STAFF = [
    person("GM", "总部", position="总经理"), person("M1", "一部", position="部门经理"), person("M2", "二部", position="部门经理"),
    *(person(f"T{i}", "一部", position="工程师") for i in (1, 2, 3)), *(person(f"T{i}", "二部", position="工程师") for i in (4, 5, 6)),
]  # fmt: skip
"""The general manager; two departments with a manager and three engineers each."""

_KEYS = {
    Split: ("splits", lambda r: r.order_no), Cost: ("costs", lambda r: r.order_no), Workload: ("workloads", lambda r: r.order_no),
    ProgressReport: ("progress", lambda r: r.order_no), Span: ("spans", lambda r: r.person),
}  # fmt: skip


def known(*records: Record | list[Any], staff: Iterable[Any] = STAFF) -> Facts:
    """Facts of these records (lists of them are flattened), keyed and ordered as the reader orders them."""
    rows = [row for each in records for row in (each if isinstance(each, list) else [each])]
    grouped: dict[str, defaultdict[str, list[Any]]] = {name: defaultdict(list) for name, _ in _KEYS.values()}
    for row in sorted(rows, key=lambda r: r.fact):
        if type(row) in _KEYS:
            name, key = _KEYS[type(row)]
            grouped[name][key(row)].append(row)
    grouped["spans"] = {who: sorted(spans, key=lambda s: s.from_on) for who, spans in grouped["spans"].items()}  # type: ignore[assignment]
    return Facts(
        people={p.person: p for p in staff}, orders={r.order_no: r for r in rows if isinstance(r, Order)},
        advances={r.advance: r for r in rows if isinstance(r, Advance)}, repayments=[r for r in rows if isinstance(r, Repayment)],
        write_offs=[r for r in rows if isinstance(r, WriteOff)], wages={(r.person, r.month_on): r for r in rows if isinstance(r, Wage)},
        origins={"I1": "rows.csv"}, **grouped,
    )  # fmt: skip


VALUE = "profit_share: 20%, expense_share: 15%"
"""The shares of the examples (AMB-20)."""


def monthly(output: str = VALUE, advances: str | None = None) -> Scheme:
    """A monthly scheme with these rules of output value (empty: none) and advances (``None``: none)."""
    parts = [f"output_value: {{{output}}}"] if output else []
    parts += [f"advances: {{{advances}}}"] if advances is not None else []
    return scheme(f"{{{', '.join(parts)}}}", period="month")


def month(of: Scheme, name: str = "2024-06") -> RunFacts:
    """A run of a month; nobody's results matter here."""
    return RunFacts(f"R{name}", of, parse_period(name), {})


@dataclass(frozen=True)
class Batch:
    """A batch that was computed, and what all batches so far left."""

    payroll: Payroll
    left: Opening

    @property
    def codes(self) -> list[str]:
        return [problem.code for problem in self.payroll.problems]

    def held(self, kind: str) -> dict[str, str]:
        """What accounts of a kind hold now, in yuan, by ``owner`` or ``owner/part``."""
        return {"/".join(x for x in a[1:] if x): yuan(amount) for a, amount in self.left.balances.items() if a.kind == kind}

    def lines(self, rule: str) -> dict[str, str]:
        """What the entries of a rule move, in yuan, by subject."""
        return {e.subject: yuan(sum(p.amount for p in e.postings if p.amount > 0)) for e in self.payroll.entries if e.rule == rule}

    def formulas(self, rule: str) -> dict[str, str]:
        return {e.subject: e.formula for e in self.payroll.entries if e.rule == rule}

    @property
    def paid(self) -> dict[str, str]:
        """What people are paid by this batch."""
        return self.lines(PAYMENT)


def batches(of: Scheme | list[Scheme], facts: Facts, *months: str, opening: Opening | None = None) -> list[Batch]:
    """The batches of these months, each going on from what those before left."""
    left, entries, found = opening or Opening(), [], []
    start = [Entry("", "", "", "", "", (), tuple(Posting(a, x) for a, x in left.balances.items()))]
    for name in months:
        runs = [month(each, name) for each in (of if isinstance(of, list) else [of])]
        payroll = pay(Job(parse_period(name), runs, facts, left))
        entries += payroll.entries
        earned = Counter(left.earned)
        for e in payroll.entries:
            for account, amount in e.postings if RULES[e.rule].earns else ():
                if account.kind == "pay":
                    earned[account.owner, name] += amount
        left = Opening(balances_of(start + entries), dict(earned), left.posted | payroll.posted, *paid_and_lost(left, payroll.entries))
        found.append(Batch(payroll, left))
    return found


def paid_and_lost(left: Opening, entries: Iterable[Entry]) -> tuple[dict[str, tuple[str, int]], dict[tuple[str, Account], int]]:
    """The advances paid, and what is written off, so far."""
    book, granted = Book(left), dict(left.granted)
    for entry in entries:
        book.post(entry)
        if entry.rule in GRANTING:
            [(_, person, advance)] = [p.account for p in entry.postings if p.account.kind == "advance"]
            granted[advance] = (person, sum(p.amount for p in entry.postings if p.amount > 0))
    return granted, dict(book.written_off)


def correction(of: Scheme, facts: Facts, name: str, opening: Opening, made: Sequence[Batch], now: Batch) -> Batch:
    """A correction of a month: ``made``: its batch and corrections so far; ``now``: the batch sealed last."""
    entries = [entry for each in made for entry in each.payroll.entries]
    others = now.left.posted - made[-1].payroll.posted
    begins = Opening(opening.balances, opening.earned, others, now.left.granted, opening.written_off)
    payroll = correct(Job(parse_period(name), [month(of, name)], facts, begins), entries, now.left)
    start = [Entry("", "", "", "", "", (), tuple(Posting(a, x) for a, x in now.left.balances.items()))]
    balances = balances_of([*start, *payroll.entries])
    left = Opening(balances, now.left.earned, others | payroll.posted, *paid_and_lost(now.left, payroll.entries))
    return Batch(payroll, left)


def batch(of: Scheme | list[Scheme], facts: Facts, name: str = "2024-06", opening: Opening | None = None) -> Batch:
    """The batch of one month."""
    return batches(of, facts, name, opening=opening)[0]
