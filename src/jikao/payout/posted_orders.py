"""What batches posted for task orders. The figures of a paid order are these, whatever scheme one looks at it with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from jikao.payout.ledger import Entry
from jikao.payout.rules import RULES

_OF_ORDERS = frozenset(rule for rule, said in RULES.items() if said.section == "output_value")


@dataclass(slots=True)
class PostedPart:
    """A department's part of an order, in fen: value = profit + shared + part 3, and part 3 − cost + overrun − borne = pool.

    ``overrun``: cost the order could not pay; ``borne``: what its pool gave for earlier overruns; ``paid``: by person.
    """

    value: int = 0
    profit: int = 0
    shared: int = 0
    part3: int = 0
    cost: int = 0
    overrun: int = 0
    borne: int = 0
    pool: int = 0
    paid: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def waiting(self) -> int:
        """What of the pool is not paid yet, in fen."""
        return self.pool - sum(self.paid.values())


PostedParts = dict[str, dict[str, PostedPart]]
"""By order and department."""


def posted_parts(entries: Iterable[Entry]) -> PostedParts:
    """What entries, corrections among them, come to for every order."""
    found: defaultdict[str, defaultdict[str, PostedPart]] = defaultdict(lambda: defaultdict(PostedPart))
    for entry in entries:
        if entry.rule in _OF_ORDERS:
            order_no, _, about = entry.subject.partition("|")
            _read(entry, about, found[order_no])
    return {order_no: dict(sorted(parts.items())) for order_no, parts in found.items()}


def _read(entry: Entry, about: str, parts: defaultdict[str, PostedPart]) -> None:
    """``about``: what the entry's subject names beside the order: a department, a cost or a person."""
    for account, amount in entry.postings:
        match account.kind:
            case "value":
                parts[account.part].value -= amount
            case "profit":
                parts[account.owner].profit += amount
            case "shared":
                parts[account.owner].shared += amount
            case "cost":
                parts[account.part].cost += amount
                parts[account.part].overrun += amount if entry.rule == "late_cost" else 0
            case "order":
                _budget(entry.rule, about, amount, parts[account.part])


def _budget(rule: str, about: str, amount: int, part: PostedPart) -> None:
    """What moved the department's budget for cost and performance."""
    if rule == "performance_pay":
        part.paid[about] -= amount
        return
    part.pool += amount
    if rule == "waterfall":
        part.part3 += amount
    elif rule == "overrun":
        part.overrun += amount
    elif rule == "overrun_charged":
        part.borne -= amount
