"""Quarterly bonus by grade, and redistribution X/Y (F9, A31-A34)."""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.payout import making as m

from jikao.payout import grades
from jikao.payout.ledger import Account, Book, Opening
from jikao.scheme.problem import Level

GRADES = """
  - {grade: A, gets_share: true}
  - {grade: B, amount: 0}
  - {grade: C, amount: -500, gives: true}
  - {grade: D, amount: -1500, gives: true}
  - {grade: E, withheld: true}
"""


def payout(**redistribution: str) -> str:
    sharing = "".join(f"\n    {key}: {value}" for key, value in redistribution.items())
    return f"\n  grades:{GRADES.replace(chr(10), chr(10) + '  ')}\n  redistribution:{sharing or ' {}'}\n"


def quarter(
    people: Mapping[str, str], *, bonus: Mapping[str, str] | None = None, departments: Mapping[str, str] | None = None,
    opening: Opening | None = None, period: str = "2024-Q2", **redistribution: str,
) -> Book:  # fmt: skip
    """The book of a quarter. ``people``: person → grade; everybody's bonus is 4,000 in one department unless said."""
    amounts = dict.fromkeys(people, "4000") | dict(bonus or {})
    known = m.facts(bases=[m.base(who, amount, kind="quarterly_bonus") for who, amount in amounts.items()])
    results = {who: ((departments or {}).get(who, "支持"), "80", grade) for who, grade in people.items()}
    return m.posted(grades.post, m.run(m.scheme(payout(**redistribution)), period, results), known, opening)


def lines(book: Book, rule: str) -> dict[str, str]:
    """Subject → what the person's account receives under a rule, in yuan."""
    found = [(e.subject, sum(p.amount for p in e.postings if p.account.kind == "pay")) for e in book.entries if e.rule == rule]
    return {subject: m.money.yuan(amount) for subject, amount in found}


EIGHT = {"T1": "A", "T2": "A", "T3": "B", "T4": "B", "T5": "B", "T6": "C", "T7": "C", "T8": "D"}


def test_a31_what_c_and_d_lose_is_shared_by_the_as():
    book = quarter(EIGHT)
    assert lines(book, "grade_effect") == {"T6": "-500.00", "T7": "-500.00", "T8": "-1500.00"}
    assert lines(book, "redistribution") == {"T1": "1250.00", "T2": "1250.00"}
    assert m.moved(book) == {
        "T1": "5250.00", "T2": "5250.00", "T3": "4000.00", "T4": "4000.00", "T5": "4000.00", "T6": "3500.00", "T7": "3500.00", "T8": "2500.00",
    }  # fmt: skip
    assert m.moved(book, "pool") == {}
    assert m.moved(book, "company") == {"grade_base": "-32000.00"}


def test_entries_say_how_and_from_what():
    book = quarter(EIGHT)
    said = {(e.rule, e.subject): (e.formula, e.sources) for e in book.entries if e.subject in {"T1", "T8"}}
    assert said == {
        ("grade_base", "T1"): ("4000.00", ("bonuses/T1|quarterly_bonus|2010-01-01",)),
        ("redistribution", "T1"): ("X 2500.00 (3) ÷ Y 2 = 1250.00", ("run/R1|T1",)),
        ("grade_base", "T8"): ("4000.00", ("bonuses/T8|quarterly_bonus|2010-01-01",)),
        ("grade_effect", "T8"): ("−min(1500.00, 4000.00) = −1500.00", ("run/R1|T8",)),
    }
    assert {(e.period, e.scheme) for e in book.entries} == {("2024-Q2", "trial")}


def test_a32_what_does_not_divide_stays_in_the_pool():
    book = quarter(EIGHT | {"T3": "A"})
    assert lines(book, "redistribution") == {"T1": "833.33", "T2": "833.33", "T3": "833.33"}
    assert m.moved(book, "pool") == {"trial/支持": "0.01"}


def test_a33_nobody_to_share_it_carries_it_over_into_the_next_x():
    first = quarter(EIGHT | {"T1": "B", "T2": "B"})
    assert lines(first, "redistribution") == {}
    assert m.moved(first, "pool") == {"trial/支持": "2500.00"}
    second = quarter(EIGHT, opening=Opening(first.balances("pool")), period="2024-Q3")
    assert lines(second, "redistribution") == {"T1": "2500.00", "T2": "2500.00"}
    assert m.moved(second, "pool") == {}


def test_a33_nothing_deducted_gives_the_as_nothing():
    book = quarter({"T1": "A", "T2": "B", "T3": "E"})
    assert lines(book, "redistribution") == {}
    assert m.moved(book) == {"T1": "4000.00", "T2": "4000.00"}


def test_the_residue_is_part_of_the_next_x_quarter_after_quarter():
    opening, residues = None, []
    for period in ("2024-Q1", "2024-Q2", "2024-Q3"):
        book = quarter(EIGHT | {"T3": "A"}, opening=opening, period=period)
        opening = Opening(book.balances("pool"))
        residues.append((lines(book, "redistribution")["T1"], m.moved(book, "pool")))
    assert residues == [("833.33", {"trial/支持": "0.01"}), ("833.33", {"trial/支持": "0.02"}), ("833.34", {})]


def test_a34_nobody_loses_more_than_their_bonus_and_x_counts_that():
    book = quarter({"T1": "A", "T2": "C", "T3": "E"}, bonus={"T2": "300", "T3": "2000"})
    assert lines(book, "grade_effect") == {"T2": "-300.00"}
    assert lines(book, "withheld") == {"T3": "-2000.00"}
    assert lines(book, "redistribution") == {"T1": "300.00"}
    assert m.moved(book) == {"T1": "4300.00"}
    assert m.moved(book, "company") == {"grade_base": "-6300.00", "withheld": "2000.00"}
    assert next(e.formula for e in book.entries if e.rule == "grade_effect") == "−min(500.00, 300.00) = −300.00"
    assert next(e.formula for e in book.entries if e.rule == "withheld") == "−2000.00"


def test_x_may_count_the_stated_amounts_and_the_company_bears_the_difference():
    book = quarter({"T1": "A", "T2": "C", "T3": "D"}, bonus={"T2": "300", "T3": "1500"}, counts="fixed")
    assert m.moved(book) == {"T1": "6000.00"}
    assert m.moved(book, "company")["redistribution"] == "-200.00"
    completed = [(e.subject, e.formula) for e in book.entries if e.rule == "redistribution"]
    assert completed == [("T2", "500.00 − 300.00 = 200.00"), ("T1", "X 2000.00 (2) ÷ Y 1 = 2000.00")]


def test_what_nobody_shares_may_be_kept_by_the_company():
    opening = Opening({Account("pool", "trial", "支持"): 7, Account("pool", "trial", "撤销的部门"): 5, Account("pool", "other", ""): 3})
    book = quarter({"T2": "C"}, nobody="keep", opening=opening)
    assert m.moved(book, "company") == {"grade_base": "-4000.00", "kept": "500.12"}
    assert m.moved(book, "pool") == {"other": "0.03"}


@pytest.mark.parametrize(
    ("within", "shares", "pools"),
    [
        ("department", {"T1": "500.00", "T3": "1500.00", "T4": "1500.00"}, {"trial/丙": "1500.00"}),
        ("everybody", {"T1": "1666.66", "T3": "1666.66", "T4": "1666.66"}, {"trial": "0.02"}),
    ],
)
def test_each_department_shares_its_own_unless_everybody_shares(within, shares, pools):
    people = {"T1": "A", "T2": "C", "T3": "A", "T4": "A", "T5": "D", "T6": "D", "T7": "D"}
    departments = {"T1": "甲", "T2": "甲", "T3": "乙", "T4": "乙", "T5": "乙", "T6": "乙", "T7": "丙"}
    book = quarter(people, departments=departments, within=within)
    assert lines(book, "redistribution") == shares
    assert m.moved(book, "pool") == pools


def test_everybody_e_gets_nothing_and_nothing_is_shared():
    book = quarter({"T1": "E", "T2": "E"})
    assert m.moved(book) == {}
    assert m.moved(book, "company") == {"grade_base": "-8000.00", "withheld": "8000.00"}
    assert m.moved(book, "pool") == {}


def test_who_has_no_grade_is_not_paid_and_the_batch_says_so():
    results = {"T1": ("支持", "95", "A"), "T2": ("支持", None, None)}
    run = m.run(m.scheme(payout()), "2024-Q2", results)
    book = m.posted(grades.post, run, m.facts(bases=[m.base("T1", "4000", kind="quarterly_bonus")]))
    (problem,) = book.problems
    assert (problem.code, problem.level, problem.values["person"]) == ("payout.no-grade", Level.WARNING, "T2")
    assert problem.what("zh") == "“T2”没有等级(证据不足),“奖金基数”暂不发放。"
    assert m.moved(book) == {"T1": "4000.00"}


def test_a_grade_without_a_rule_and_a_person_without_a_bonus_are_problems():
    results = {"T1": ("支持", "95", "S"), "T2": ("支持", "65", "C")}
    book = m.posted(grades.post, m.run(m.scheme(payout()), "2024-Q2", results), m.facts())
    assert [(p.code, p.level) for p in book.problems] == [("payout.uncovered-grade", Level.ERROR), ("payout.no-base", Level.ERROR)]
    assert book.entries == []


def test_a_bonus_for_part_of_the_quarter_is_what_the_grade_takes_from():
    run = m.run(m.scheme(payout()), "2024-Q2", {"T1": ("支持", "65", "D")})
    known = m.facts(people=[m.person("T1", hired="2024-06-01")], bases=[m.base("T1", "4000", kind="quarterly_bonus")])
    book = m.posted(grades.post, run, known)
    assert [(e.rule, e.formula) for e in book.entries] == [
        ("grade_base", "4000.00 × 30/91 = 1318.68"), ("grade_effect", "−min(1500.00, 1318.68) = −1318.68"),
    ]  # fmt: skip
    assert m.moved(book) == {}
    assert m.moved(book, "pool") == {"trial/支持": "1318.68"}


def test_a_grade_may_add_and_a_deduction_that_is_not_given_stays_with_the_company():
    text = "{grade_base: salary, grades: [{grade: A, amount: 800.5}, {grade: B}, {grade: C, amount: -500}, {grade: D}, {grade: E}]}"
    run = m.run(m.scheme(text), "2024-Q2", {"T1": ("", "95", "A"), "T2": ("", "65", "C"), "T3": ("", "75", "B")})
    book = m.posted(grades.post, run, m.facts(bases=[m.base(who, "1000", kind="salary") for who in ("T1", "T2", "T3")]))
    assert m.moved(book) == {"T1": "1800.50", "T2": "500.00", "T3": "1000.00"}
    assert m.moved(book, "company") == {"grade_base": "-3000.00", "grade_effect": "-300.50"}


def test_the_order_of_people_never_moves_a_fen():
    people = [(f"T{i:03d}", "ABCDE"[i * i % 5]) for i in range(60)]
    bonus = {who: f"{700 + 37 * i}.11" for i, (who, _) in enumerate(people)}
    departments = {who: f"D{i % 4}" for i, (who, _) in enumerate(people)}
    expected = quarter(dict(people), bonus=bonus, departments=departments).entries
    random.Random(3).shuffle(people)
    assert quarter(dict(people), bonus=bonus, departments=departments).entries == expected


COMPANY = st.lists(st.tuples(st.sampled_from("ABCDE"), st.integers(0, 500_000), st.sampled_from(["甲", "乙", ""])), min_size=1, max_size=12)


@given(
    company=COMPANY, before=st.dictionaries(st.sampled_from(["甲", "乙", ""]), st.integers(1, 10**6)), nobody=st.sampled_from(["carry_over", "keep"]),
    counts=st.sampled_from(["actual", "fixed"]), within=st.sampled_from(["department", "everybody"]),
)  # fmt: skip
def test_nothing_is_lost_or_created(company, before, nobody, counts, within):
    people = {f"T{i:02d}": grade for i, (grade, _, _) in enumerate(company)}
    bonus = {f"T{i:02d}": m.money.yuan(fen) for i, (_, fen, _) in enumerate(company)}
    departments = {f"T{i:02d}": where for i, (_, _, where) in enumerate(company)}
    opening = Opening({Account("pool", "trial", where): fen for where, fen in before.items()})
    book = quarter(people, bonus=bonus, departments=departments, opening=opening, nobody=nobody, counts=counts, within=within)
    changes = {rule: sum(map(m.fen, lines(book, rule).values())) for rule in ("grade_effect", "redistribution")}
    pools, company_ = sum(book.balances("pool").values()), {a.owner: fen for a, fen in book.balances("company").items()}
    given = company_.get("redistribution", 0)
    assert sum(changes.values()) + pools + company_.get("kept", 0) + given == sum(before.values())
    assert (given < 0) <= (counts == "fixed")
    assert all(fen >= 0 for fen in (*book.balances("pay").values(), pools))
    heads = sum(grade == "A" for grade in people.values())
    if within == "everybody" and heads and not before:
        assert pools < heads
