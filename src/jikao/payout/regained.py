"""Money of an advance that comes in after it was written off: back to manager and company, as they bore the loss (F13)."""

from __future__ import annotations

from fractions import Fraction

from jikao.payout.facts import Repayment, RunFacts
from jikao.payout.ledger import REGAINED, Account, Book, Entry, Posting
from jikao.payout.money import part, yuan


def lost(book: Book, advance: str) -> dict[str, tuple[Account, int, int]]:
    """What is given up of an advance, by write-off: who is liable, what the manager bears, what the company bears (fen)."""
    found = {}
    for name in sorted({name for name, account in book.written_off if account.kind == "advance" and account.part == advance}):
        shares = {account: -amount for (of, account), amount in book.written_off.items() if of == name and amount}
        liable = max((account for account in shares if account.kind == "liability"), key=shares.__getitem__, default=Account("liability"))
        manager = sum(amount for account, amount in shares.items() if account.kind in {"liability", "wage"})
        company = sum(amount for account, amount in shares.items() if account.kind == "company")
        if manager + company > 0:  # a correction of the write-off may have left less than came in since
            found[name] = (liable, max(0, manager), max(0, company))
    return found


def regain(run: RunFacts, book: Book, repayment: Repayment, person: str, amount: int) -> None:
    """Share an amount of at most what was lost: write-offs in the order of their numbers, each as it was borne."""
    for name, (liable, manager, company) in lost(book, repayment.advance).items():
        given = min(amount, manager + company)
        amount -= given
        if given:
            back = part(given, Fraction(manager, manager + company))
            owed = min(back, -book.balance(liable))
            taken = (
                (Account("paid", person), -given), (liable, owed), (Account("wage", liable.owner), back - owed),
                (Account("company", "write_off"), given - back),
            )  # fmt: skip
            formula = f"{yuan(given)} × {yuan(manager)} ÷ {yuan(manager + company)} = {yuan(back)}"
            sources = (repayment.fact, f"write_offs/{name}", f"advances/{repayment.advance}")
            postings = tuple(Posting(account, fen) for account, fen in taken if fen)
            book.post(Entry(str(run.period), REGAINED, run.scheme.scheme, name, formula, sources, postings))
