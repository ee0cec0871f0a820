"""What a recorded amount comes to by the days somebody was there."""

from __future__ import annotations

import datetime as dt
import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.payout import making as m

from jikao.payout.facts import Facts
from jikao.payout.ledger import Book, Opening
from jikao.payout.presence import Presence

QUARTER = "2024-Q2"
"""91 days: 1 April to 30 June."""


def presence(rule: str, known: Facts, period: str = QUARTER) -> tuple[Presence, Book]:
    book = Book(Opening())
    of = m.scheme(f"{{proration: {rule}, conduct: {{rate: 5%, decided: true}}}}")
    return Presence(m.run(of, period, {}), known, book), book


def recorded(rule: str, known: Facts, who: str = "T1") -> tuple[str, tuple[str, ...]] | None:
    found, book = presence(rule, known)
    amount = found.recorded(who, "quarterly_bonus")
    assert (amount is None) == (m.codes(book) == ["payout.no-base"])
    return None if amount is None else (amount.formula, amount.sources)


def quarterly(amount: str, since: str = "2010-01-01"):
    return m.base("T1", amount, since, "quarterly_bonus")


@pytest.mark.parametrize("rule", ["none", "employed", "present"])
def test_one_amount_all_the_period_is_exactly_that_amount(rule):
    base = quarterly("4000.01")
    assert recorded(rule, m.facts(people=[m.person("T1")], bases=[base])) == ("4000.01", (base.fact,))
    assert recorded(rule, m.facts(bases=[base])) == ("4000.01", (base.fact,))


@pytest.mark.parametrize(
    ("rule", "hired", "left", "formula"),
    [
        ("employed", "2024-05-16", None, "4000.00 × 46/91 = 2021.98"),
        ("employed", None, "2024-04-01", "4000.00 × 1/91 = 43.96"),
        ("employed", "2024-04-01", "2024-06-30", "4000.00"),
        ("employed", "2024-04-02", "2024-06-29", "4000.00 × 89/91 = 3912.09"),
        ("employed", "2024-07-01", None, "0/91 = 0.00"),
        ("none", "2024-05-16", None, "4000.00"),
        ("none", None, "2024-04-01", "4000.00"),
    ],
)
def test_days_between_hiring_and_leaving_count_both_included(rule, hired, left, formula):
    found = recorded(rule, m.facts(people=[m.person("T1", hired=hired, left=left)], bases=[quarterly("4000")]))
    assert found is not None
    assert found[0] == formula


def test_an_amount_that_changes_counts_each_for_its_days_and_is_rounded_once():
    first, second = quarterly("1000"), quarterly("2000", "2024-05-01")
    later = quarterly("9000", "2024-07-01")
    known = m.facts(people=[m.person("T1")], bases=[first, second, later])
    assert recorded("employed", known) == ("1000.00 × 30/91 + 2000.00 × 61/91 = 1670.33", (first.fact, second.fact))
    assert recorded("none", known) == ("2000.00", (second.fact,))
    left = m.facts(people=[m.person("T1", left="2024-04-30")], bases=[first, second])
    assert recorded("none", left) == ("1000.00", (first.fact,))
    assert recorded("employed", left) == ("1000.00 × 30/91 = 329.67", (first.fact, "people/T1"))


def test_an_amount_confirmed_again_is_still_one_amount():
    rows = [quarterly("1000"), quarterly("1000", "2024-05-01")]
    found, _ = presence("employed", m.facts(people=[m.person("T1")], bases=rows))
    amount = found.recorded("T1", "quarterly_bonus")
    assert amount is not None
    assert (amount.exact, amount.figures) == (100_000, "1000.00")
    assert amount.sources == m.facts_of(*rows)


def test_only_leave_that_is_not_statutory_and_falls_in_the_period_is_taken_off_once():
    leaves = [
        m.leave("T1", "2024-03-20", "2024-04-02"), m.leave("T1", "2024-05-01", "2024-05-05", statutory=True),
        m.leave("T1", "2024-06-10", "2024-06-12"), m.leave("T1", "2024-06-12", "2024-06-13"),
    ]  # fmt: skip
    known = m.facts(people=[m.person("T1")], bases=[quarterly("9100")], leaves=leaves)
    assert recorded("present", known) == ("9100.00 × 85/91 = 8500.00", (
        "bonuses/T1|quarterly_bonus|2010-01-01", "leaves/T1|2024-03-20", "leaves/T1|2024-06-10", "leaves/T1|2024-06-12",
    ))  # fmt: skip
    assert recorded("employed", known) == ("9100.00", ("bonuses/T1|quarterly_bonus|2010-01-01",))
    assert presence("present", known)[0].share("T1").exact == Fraction(85, 91)
    assert presence("present", known)[0].share("T1").figures == "85/91"
    assert presence("none", known)[0].share("T1").exact == 1


def test_all_the_period_on_leave_needs_no_amount_and_comes_to_nothing():
    known = m.facts(people=[m.person("T1")], leaves=[m.leave("T1", "2024-01-01", "2024-12-31")])
    assert recorded("present", known) == ("0/91 = 0.00", ("leaves/T1|2024-01-01",))


@pytest.mark.parametrize(
    ("rule", "bases", "day"),
    [
        ("employed", [], "2024-05-16"),
        ("employed", [("4000", "2024-05-17")], "2024-05-16"),
        ("none", [("4000", "2024-07-01")], "2024-06-30"),
    ],
)
def test_a_day_without_a_recorded_amount_is_a_problem_that_names_person_kind_and_day(rule, bases, day):
    known = m.facts(people=[m.person("T1", hired="2024-05-16")], bases=[quarterly(*row) for row in bases])
    found, book = presence(rule, known)
    assert found.recorded("T1", "quarterly_bonus") is None
    (problem,) = book.problems
    assert (problem.code, problem.values["person"], problem.values["kind"], problem.values["day"]) == (
        "payout.no-base", "T1", "quarterly_bonus", m.day(day),
    )  # fmt: skip
    assert "季度奖金(quarterly_bonus)" in problem.what("zh")
    assert "amount 0 if there is none" in problem.mend("en")


def test_an_amount_that_starts_on_the_day_of_hiring_is_enough():
    known = m.facts(people=[m.person("T1", hired="2024-05-16")], bases=[quarterly("9100", "2024-05-16")])
    assert recorded("employed", known) == ("9100.00 × 46/91 = 4600.00", ("bonuses/T1|quarterly_bonus|2024-05-16", "people/T1"))


def test_an_amount_of_nought_is_an_amount():
    assert recorded("employed", m.facts(bases=[quarterly("0")])) == ("0.00", ("bonuses/T1|quarterly_bonus|2010-01-01",))


DAYS = st.dates(dt.date(2024, 3, 1), dt.date(2024, 8, 1))


@given(
    rule=st.sampled_from(["employed", "present"]),
    employed=st.tuples(st.none() | DAYS, st.none() | DAYS),
    amounts=st.lists(st.tuples(DAYS, st.integers(0, 10**7)), max_size=4, unique_by=lambda row: row[0]),
    leaves=st.lists(st.tuples(DAYS, st.integers(0, 40), st.booleans()), max_size=3, unique_by=lambda row: row[0]),
    seed=st.randoms(use_true_random=False),
)
def test_it_is_the_sum_over_the_days_one_by_one(rule, employed, amounts, leaves, seed: random.Random):
    hired, left = employed
    rows = [quarterly("0.01"), *(quarterly(f"{fen // 100}.{fen % 100:02d}", str(day)) for day, fen in amounts)]
    off = [m.leave("T1", str(day), str(day + dt.timedelta(days=long)), statutory=law) for day, long, law in leaves]
    known = m.facts(people=[m.person("T1", hired=hired and str(hired), left=left and str(left))], bases=rows, leaves=off)
    total = Fraction(0)
    for n in range(91):
        day = dt.date(2024, 4, 1) + dt.timedelta(days=n)
        there = (hired is None or hired <= day) and (left is None or day <= left)
        away = rule == "present" and any(x.from_on <= day <= x.until_on and not x.statutory for x in off)
        if there and not away:
            total += Fraction(max((row for row in rows if row.from_on <= day), key=lambda row: row.from_on).amount, 91)
    seed.shuffle(rows)
    found, book = presence(rule, known)
    amount = found.recorded("T1", "quarterly_bonus")
    assert amount is not None
    assert (amount.exact, m.codes(book)) == (total, [])
