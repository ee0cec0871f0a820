"""After a correction (A52): nothing is recovered twice, and no pool is left below zero."""

from __future__ import annotations

from dataclasses import replace

from tests.payout import working as w

from jikao.payout.balancing import balance
from jikao.payout.ledger import FOLLOWING, Account, Book, Entry, Opening, Posting, balances_of

POOL, PAY, COMPANY = Account("pool", "trial", "甲"), Account("pay", "P1"), Account("company", "balancing", "trial/甲")


def corrected(opening: dict[Account, int], **moves: int) -> dict[Account, int]:
    """The balances after a correction that moves fen from a pool to P1 (``given``), or back (``back``)."""
    amount = moves.get("given", 0) - moves.get("back", 0)
    entry = Entry("2024-Q1", "redistribution", "trial", "P1", "", (), (Posting(POOL, -amount), Posting(PAY, amount)))
    book = Book(Opening(opening))
    book.post(entry)
    balance(book, "2024-Q1", [entry])
    start = Entry("", "", "", "", "", (), tuple(Posting(account, fen) for account, fen in opening.items()))
    return balances_of([start, *book.entries])


def test_what_a_pool_lacks_the_company_makes_good():
    assert corrected({}, given=230_000) == {PAY: 230_000, COMPANY: -230_000}
    assert corrected({POOL: 30_000}, given=230_000) == {PAY: 230_000, COMPANY: -200_000}
    assert corrected({POOL: 230_000}, given=230_000) == {PAY: 230_000}


def test_a_later_correction_that_fills_the_pool_gives_back_what_the_company_lent():
    lent = corrected({}, given=230_000)
    assert corrected(lent, back=230_000) == {}
    assert corrected(lent, back=200_000) == {PAY: 30_000, COMPANY: -30_000}
    assert corrected(lent, back=250_000) == {PAY: -20_000, POOL: 20_000}


def test_what_later_periods_carry_over_never_pays_the_company_back():
    lent = corrected({}, given=230_000) | {POOL: 50_000}
    assert corrected(lent, back=0)[POOL] == 50_000
    assert corrected(lent, back=10_000) == {PAY: 220_000, COMPANY: -220_000, POOL: 50_000}


ALL_LEFT = w.monthly("profit_share: 0, expense_share: 0", "manager_liability: 30%, minimum_wage: 2000, applicant: 部门经理")


def order(no: str, pool: str, on: str, *others: tuple[str, str]):
    """An order whose pool comes to this, shared by T1 and others."""
    shares = dict(others)
    rest = str(round(1 - sum(map(float, shares.values())), 2))
    return [w.order(no, pool, on), *w.parted(no, 一部=pool), *(w.work(no, who, x, on) for who, x in {"T1": rest, **shares}.items())]


def test_an_advance_recovered_twice_goes_back_at_once_and_a_second_correction_changes_nothing():
    owed = {Account("advance", "T1", "V1"): -100_000, Account("paid", "T1"): 100_000}
    opening = Opening(owed, {}, frozenset(["advances/V1"]), {"V1": ("T1", 100_000)})
    advance, july = w.hardship_advance("V1", "T1", "1000", "2024-05-02"), order("R2", "4000", "2024-07-25")
    first = w.known(advance, order("R1", "1000", "2024-06-25", ("T2", "0.8")), july)
    months = w.batches(ALL_LEFT, first, "2024-06", "2024-07", opening=opening)
    assert [each.lines("offset") for each in months] == [{"V1": "100.00"}, {"V1": "900.00"}]

    now = w.known(advance, order("R1", "1000", "2024-06-25", ("T2", "0.2")), july)
    found = w.correction(ALL_LEFT, now, "2024-06", opening, months[:1], months[1])
    assert (found.lines("offset"), found.lines("balancing")) == ({"V1": "300.00"}, {"V1": "300.00"})
    assert found.formulas("balancing") == {"V1": "300.00 → 0.00"}
    assert (found.held("advance"), found.lines("payment"), found.held("pay")) == ({}, {"T1": "600.00"}, {"T2": "-600.00"})

    again = w.correction(ALL_LEFT, now, "2024-06", opening, [months[0], found], found)
    assert all(entry.rule in FOLLOWING for entry in again.payroll.entries)
    assert again.left.balances == found.left.balances


def test_what_a_manager_no_longer_has_to_bear_goes_back_to_the_wage():
    owed = {Account("advance", "T1", "V1"): -200_000, Account("paid", "T1"): 200_000}
    opening = Opening(owed, {}, frozenset(["advances/V1"]), {"V1": ("T1", 200_000)})
    rows = [w.hardship_advance("V1", "T1", "2000", "2024-04-02"), *(w.wage("M1", m, "2500") for m in ("2024-05", "2024-06"))]
    lost = w.lost("L1", "V1", "2000", "2024-05-20")
    months = w.batches(ALL_LEFT, w.known(rows, lost), "2024-05", "2024-06", opening=opening)
    assert months[1].held("wage") == {"M1": "-600.00"}

    found = w.correction(ALL_LEFT, w.known(rows, replace(lost, amount=100_000)), "2024-05", opening, months[:1], months[1])
    assert (found.held("liability"), found.held("wage"), found.lines("balancing")) == ({}, {"M1": "-300.00"}, {"L1": "100.00"})
    assert (found.held("advance"), found.held("company")) == ({"T1/V1": "-1000.00"}, {"write_off": "-700.00"})
