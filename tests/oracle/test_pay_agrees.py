"""Random companies under random payout rules, batch after batch: the payout room and the oracle agree to the fen.

``JIKAO_ORACLE`` = number of companies (default 8, here times five); ``JIKAO_ORACLE_FROM`` = the first seed.
"""

from __future__ import annotations

from fractions import Fraction

import pytest

from jikao.payout.compute import pay
from jikao.payout.ledger import Entry, balances_of
from jikao.payout.rules import RULES
from jikao.scheme.problem import errors

from . import test_engine_agrees
from .generate_pay import Batch, Made, company
from .pay_facts import amounts, job, lines, opening

SEEDS = range(test_engine_agrees.FIRST, test_engine_agrees.FIRST + 5 * test_engine_agrees.COUNT)


def small(seed: int) -> Made:
    return company(seed, people=3 + seed % 10, departments=1 + seed % 3)


def check(made: Made) -> None:
    entries: list[Entry] = []
    posted: frozenset[str] = frozenset()
    for batch in made.batches:
        payroll = pay(job(batch.period, batch.runs, made.tables, opening(entries, posted)))
        assert not errors(payroll.problems), errors(payroll.problems)
        entries, posted = [*entries, *payroll.entries], posted | payroll.posted
        told = difference(f"{batch.period} lines", lines(payroll.entries), batch.lines)
        told += difference(f"{batch.period} accounts", amounts(balances_of(entries)), batch.accounts)
        assert not told, f"{len(told)} differences:\n" + "\n".join(told[:30])


def difference(what: str, ours: dict, theirs: dict) -> list[str]:
    keys = sorted(ours.keys() | theirs.keys())
    return [
        f"{what} {key}: engine {float(ours.get(key, Fraction(0)))}, oracle {float(theirs.get(key, Fraction(0)))}"
        for key in keys
        if ours.get(key, 0) != theirs.get(key, 0)
    ]


@pytest.mark.parametrize("seed", SEEDS)
def test_payout_and_oracle_agree_on_everybody(seed: int) -> None:
    check(small(seed))


@pytest.mark.slow
def test_payout_and_oracle_agree_on_ten_thousand_people_in_fifty_departments() -> None:
    check(company(1, people=10_000, departments=50, months=2, orders=60))


def test_the_seeds_reach_every_rule() -> None:
    found: set[str] = set()
    batches: list[Batch] = []
    for seed in range(40):
        batches += small(seed).batches
    for batch in batches:
        found |= {rule for _, rule in batch.lines}
    kinds = {account[0] for batch in batches for account in batch.accounts}
    assert found == PAID_BY <= set(RULES)
    assert kinds >= {"paid", "company", "pool", "value", "profit", "shared", "cost", "overrun", "advance", "liability", "wage"}


PAID_BY = {
    "conduct", "grade_base", "grade_effect", "withheld", "redistribution", "performance", "pool_share", "performance_pay",
    "progress_advance", "hardship_advance", "settlement", "offset",
}  # fmt: skip
