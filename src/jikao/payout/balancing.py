"""After a correction: what it took beyond the balance goes back, and what a pool lacks is the company's (A52).

A correction posts the difference to its own period. Later batches may have recovered the same advance meanwhile, or shared
what the period had left in a pool; then a balance would come to stand on the wrong side.
"""

from __future__ import annotations

from collections.abc import Sequence

from jikao.payout.ledger import BALANCING, Account, Book, Entry, balances_of
from jikao.payout.money import yuan

_BACK_TO = {"advance": "pay", "liability": "wage"}
"""Where money comes from that an account of this kind received, and goes back to."""


def balance(book: Book, period: str, corrected: Sequence[Entry]) -> None:
    """Balance a book after the entries of a correction were posted."""
    for kind, source in _BACK_TO.items():
        for account, over in book.balances(kind).items():
            if over > 0:
                _move(book, period, account, Account(source, account.owner), over, account)
    for pool, added in balances_of(corrected).items():
        if pool.kind == "pool":
            _balance_pool(book, period, pool, added)


def _balance_pool(book: Book, period: str, pool: Account, added: int) -> None:
    """No later share may pay for what an earlier one got too much: the company lends it, and takes back what is added later."""
    held, company = book.balance(pool), Account("company", BALANCING, "/".join(filter(None, pool[1:])))
    if held < 0:
        _move(book, period, company, pool, -held, pool)
    else:
        _move(book, period, pool, company, max(0, min(held, added, -book.balance(company))), pool)


def _move(book: Book, period: str, giver: Account, taker: Account, amount: int, about: Account) -> None:
    """``formula``: the balance before and after."""
    was = book.balance(about)
    will = was - amount if giver == about else was + amount
    formula, scheme = f"{yuan(was)} → {yuan(will)}", about.owner if about.kind == "pool" else ""
    book.move(period, BALANCING, scheme, about.part, giver=giver, taker=taker, amount=amount, formula=formula)
