"""What a batch begins with, and what entries of many batches come to, out of the tables they are sealed in."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

from jikao.archive.books import read_opening, write_entries, write_opening
from jikao.archive.canonical import connection
from jikao.archive.chain import Chain, granted, written_off
from jikao.payout.ledger import Account, Entry, Opening, Posting

ADVANCE, LIABLE, COMPANY = Account("advance", "T1", "V1"), Account("liability", "M1", "L1"), Account("company", "write_off")


def test_an_opening_is_read_as_it_was_written(tmp_path: Path):
    opening = Opening(
        {Account("pay", "T1"): -5, ADVANCE: 5}, {("T1", "2024-06"): 7}, frozenset(["costs/K1", "advances/V1"]),
        {"V1": ("T1", 5)}, {("L1", LIABLE): -3, ("L1", ADVANCE): 3},
    )  # fmt: skip
    with connection() as con:
        write_opening(con, tmp_path, opening)
        assert read_opening(con, tmp_path) == opening


def entry(rule: str, subject: str, **postings: tuple[Account, int]) -> Entry:
    return Entry("2024-06", rule, "s", subject, "", (), tuple(Posting(*each) for each in postings.values()))


def test_advances_paid_and_losses_are_summed_over_batches_and_corrections(tmp_path: Path):
    other, pay = Account("advance", "T2", "V2"), Account("pay", "T1")
    sealed = [
        [entry("hardship_advance", "V1", to=(pay, 9), of=(ADVANCE, -9)), entry("progress_advance", "V2", to=(pay, 4), of=(other, -4))],
        [entry("write_off", "L1", of=(ADVANCE, 9), by=(LIABLE, -3), rest=(COMPANY, -6)), entry("offset", "V2", of=(other, 1), by=(pay, -1))],
        [entry("progress_advance", "V2", to=(pay, -4), of=(other, 4)), entry("regained", "L1", of=(Account("paid", "T1"), -6), by=(LIABLE, 2), rest=(COMPANY, 4))],
    ]  # fmt: skip
    with connection() as con:
        for name, entries in zip("abc", sealed, strict=True):
            (tmp_path / name / "results").mkdir(parents=True)
            write_entries(con, tmp_path / name / "results", entries)
        chain = Chain(tmp_path, tuple(SimpleNamespace(batch=name) for name in "abc"))  # type: ignore[arg-type]
        assert granted(con, chain) == {"V1": ("T1", 9)}
        assert written_off(con, chain) == {("L1", ADVANCE): 9, ("L1", LIABLE): -1, ("L1", COMPANY): -2}
        assert granted(con, Chain(tmp_path)) == {}
