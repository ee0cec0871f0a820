"""The performance bonus: base × coefficients, within floor, cap and budget."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.payout import making as m

from jikao.payout import performance
from jikao.payout.facts import Budget
from jikao.payout.ledger import Book
from jikao.scheme.problem import Level

COEFFICIENTS = "coefficients: {A: 1.5, B: 1.2, C: 1, D: 0.5, E: 0}"
Row = tuple[str, str | None, str | None]


def bonus(rule: str, results: dict[str, Row], *budgets: Budget, positions: dict[str, str] | None = None, base: str = "8000") -> Book:
    of = m.scheme(f"{{performance: {{{rule}}}}}", period="month")
    known = m.facts(bases=[m.base(who, base) for who in results], budgets=budgets)
    return m.posted(performance.post, m.run(of, "2024-05", results, positions=positions), known)


def budget(amount: str, department: str = "*", since: str = "2024-05-01") -> Budget:
    return m.budget(m.scheme("{}"), amount, since, department)


@pytest.mark.parametrize(
    ("rule", "grade", "position", "formula"),
    [
        (COEFFICIENTS, "B", "", "8000.00 × 1.2 = 9600.00"),
        (f"{COEFFICIENTS}, by_score: true", "B", "", "8000.00 × 1.2 × 85.55 ÷ 100 = 8212.80"),
        ("by_score: true", None, "", "8000.00 × 85.55 ÷ 100 = 6844.00"),
        (f"{COEFFICIENTS}, positions: {{经理: 1.3}}", "A", "经理", "8000.00 × 1.5 × 1.3 = 15600.00"),
        (f"{COEFFICIENTS}, positions: {{经理: 1.3}}", "A", "工程师", "8000.00 × 1.5 = 12000.00"),
        (f"{COEFFICIENTS}, floor: 5000, cap: 9000", "A", "", "min(9000.00, 8000.00 × 1.5) = 9000.00"),
        (f"{COEFFICIENTS}, floor: 5000, cap: 9000", "E", "", "max(5000.00, 8000.00 × 0) = 5000.00"),
        (f"{COEFFICIENTS}, floor: 5000, cap: 9600", "B", "", "8000.00 × 1.2 = 9600.00"),
        ("floor: 0", None, "", "8000.00"),
    ],
)
def test_a_bonus_is_base_times_coefficients_within_floor_and_cap(rule, grade, position, formula):
    book = bonus(rule, {"T1": ("", "85.55", grade)}, positions={"T1": position})
    (entry,) = book.entries
    assert (entry.rule, entry.formula, entry.sources) == ("performance", formula, ("run/R1|T1", "bonuses/T1|bonus_base|2010-01-01"))
    assert m.moved(book) == {"T1": formula.rpartition("= ")[2]}
    assert book.earned == {("T1", "2024-05"): book.balance(entry.postings[1].account)}


def test_the_bonus_is_rounded_once():
    book = bonus(f"{COEFFICIENTS}, by_score: true", {"T1": ("", "99.99", "D")}, base="0.99")
    assert m.moved(book) == {"T1": "0.49"}
    assert book.entries[0].formula == "0.99 × 0.5 × 99.99 ÷ 100 = 0.49"


def test_who_lacks_grade_total_or_base_is_not_paid():
    of = m.scheme(f"{{performance: {{{COEFFICIENTS}, by_score: true}}}}", period="month")
    results = {"T1": ("", "85", "B"), "T2": ("", "85", None), "T3": ("", None, None), "T4": ("", "85", "B")}
    book = m.posted(performance.post, m.run(of, "2024-05", results), m.facts(bases=[m.base(who, "100") for who in ("T1", "T2", "T3")]))
    assert [(p.code, p.level, p.values["person"]) for p in book.problems] == [
        ("payout.no-grade", Level.WARNING, "T2"), ("payout.no-grade", Level.WARNING, "T3"), ("payout.no-score", Level.WARNING, "T3"),
        ("payout.no-base", Level.ERROR, "T4"),
    ]  # fmt: skip
    assert m.moved(book) == {"T1": "102.00"}


THREE = {"T1": ("甲", "90", "A"), "T2": ("甲", "80", "B"), "T3": ("乙", "70", "C")}
"""12,000 + 9,600 + 8,000 = 29,600."""


def test_within_the_budget_nothing_changes():
    for rule, rows in (
        ("budget: 29600", ()),
        ("budget: unset", (budget("29600"),)),
        ("budget: unset", (budget("21600", "甲"), budget("8000", "乙"))),
    ):
        book = bonus(f"{COEFFICIENTS}, {rule}", THREE, *rows)
        assert (m.moved(book), m.codes(book)) == ({"T1": "12000.00", "T2": "9600.00", "T3": "8000.00"}, [])


def test_a_sum_beyond_the_budget_by_a_fen_is_refused_with_the_figures():
    (problem,) = bonus(f"{COEFFICIENTS}, budget: 29599.99", THREE).problems
    assert (problem.code, problem.level) == ("payout.over-budget", Level.ERROR)
    assert problem.what("en") == "The performance bonuses of everybody make 29600.00, 0.01 more than the budget of 29599.99."


def test_each_department_and_all_together_keep_to_their_budgets():
    book = bonus(f"{COEFFICIENTS}, budget: unset", THREE, budget("20000", "甲"), budget("8000", "乙"), budget("29000"))
    assert [(p.values["group"].zh, p.values["excess"], str(p.place)) for p in book.problems] == [
        ("部门“甲”", "1600.00", "rows.csv:2"), ("全体", "600.00", "rows.csv:2"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "departments"),
    [
        ((), ["乙", "甲"]),
        ((budget("30000", "甲"),), ["乙"]),
        ((budget("30000", since="2024-04-01"),), ["乙", "甲"]),
        ((budget("30000"),), []),
    ],
)
def test_a_budget_left_to_the_evidence_must_be_there(rows, departments):
    book = bonus(f"{COEFFICIENTS}, budget: unset", THREE, *rows)
    assert [(p.code, p.values["department"]) for p in book.problems] == [("payout.no-budget", d) for d in departments]


def test_scaled_down_the_sum_is_exactly_the_budget():
    book = bonus(f"{COEFFICIENTS}, budget: 10000, over_budget: scale", THREE)
    assert m.moved(book) == {"T1": "4054.06", "T2": "3243.24", "T3": "2702.70"}
    assert book.entries[0].formula == "8000.00 × 1.5 = 12000.00; 10000.00 × 12000.00 ÷ 29600 ≈ 4054.0541 → 4054.06"
    assert book.earned["T1", "2024-05"] == 405_406


def test_scaled_down_each_department_first_and_then_everybody():
    rows = budget("10800", "甲"), budget("9000", "乙"), budget("9400")
    book = bonus(f"{COEFFICIENTS}, budget: unset, over_budget: scale", THREE, *rows)
    assert m.moved(book) == {"T1": "3000.00", "T2": "2400.00", "T3": "4000.00"}
    assert book.entries[0].formula == (
        "8000.00 × 1.5 = 12000.00; 10800.00 × 12000.00 ÷ 21600 = 6000.00; 9400.00 × 6000.00 ÷ 18800 = 3000.00"
    )
    assert book.entries[0].sources[2:] == ("budgets/trial|甲|2024-05-01", "budgets/trial|*|2024-05-01")
    assert book.entries[2].formula == "8000.00 × 1 = 8000.00; 9400.00 × 8000.00 ÷ 18800 = 4000.00"


def test_scaling_down_leaves_everybody_the_floor():
    book = bonus(f"{COEFFICIENTS}, budget: 10000, over_budget: scale, floor: 3000", THREE)
    assert m.moved(book) == {"T1": "3888.89", "T2": "3111.11", "T3": "3000.00"}
    assert [entry.formula.partition("; ")[2] for entry in book.entries] == [
        "(10000.00 − 3000.00) × 12000.00 ÷ 21600 = 3888.89", "(10000.00 − 3000.00) × 9600.00 ÷ 21600 = 3111.11",
        "max(3000.00, (10000.00 − 3000.00) × 8000.00 ÷ 21600) = 3000.00",
    ]  # fmt: skip
    refused = bonus(f"{COEFFICIENTS}, budget: 8999.99, over_budget: scale, floor: 3000", THREE)
    assert [p.what("en") for p in refused.problems] == [
        "The floors of everybody make 9000.00 (3 × 3000.00), 0.01 more than the 8999.99 there is.",
    ]  # fmt: skip


def test_the_order_of_people_never_moves_a_fen():
    people = [(f"T{i:03d}", ("甲", "80", "ABCD"[i % 4])) for i in range(50)]
    expected = bonus(f"{COEFFICIENTS}, budget: 77777.77, over_budget: scale", dict(people)).entries
    random.Random(5).shuffle(people)
    assert bonus(f"{COEFFICIENTS}, budget: 77777.77, over_budget: scale", dict(people)).entries == expected


@given(
    grades=st.lists(st.sampled_from("ABCDE"), min_size=1, max_size=8), amount=st.integers(0, 12_000_000), floor=st.integers(0, 3000),
    room=st.none() | st.integers(0, 9000),
)  # fmt: skip
def test_bonuses_keep_within_floor_cap_and_budget(grades, amount, floor, room):
    cap = "" if room is None else f", cap: {floor + room}"
    results: dict[str, Row] = {f"T{i}": ("", "80", grade) for i, grade in enumerate(grades)}
    book = bonus(f"{COEFFICIENTS}, budget: {m.money.yuan(amount)}, over_budget: scale, floor: {floor}{cap}", results)
    if m.codes(book) == ["payout.floors"]:
        assert floor * 100 * len(grades) > amount
        return
    paid = [sum(p.amount for p in e.postings if p.account.kind == "pay") for e in book.entries]
    assert sum(paid) <= amount
    assert all(floor * 100 <= fen and (room is None or fen <= (floor + room) * 100) for fen in paid)
    if any("; " in entry.formula for entry in book.entries):
        assert sum(paid) == amount


def test_who_is_held_needs_no_base():
    of = m.scheme(f"{{performance: {{{COEFFICIENTS}}}}}", period="month")
    book = m.posted(performance.post, m.run(of, "2024-05", {"T1": ("甲", None, None)}), m.facts())
    assert (m.codes(book), book.entries) == (["payout.no-grade"], [])
