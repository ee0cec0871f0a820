"""Quarterly bonus by grade, and redistribution (F9)."""

from __future__ import annotations

from jikao.payout.facts import Facts, RunFacts
from jikao.payout.ledger import Book


def post(run: RunFacts, facts: Facts, book: Book) -> None:
    """To be written."""
    del run, facts, book
