"""The bonus pool: one amount shared to the fen."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.payout import making as m

from jikao.payout import pool
from jikao.payout.facts import Budget, Leave, Person
from jikao.payout.ledger import Account, Book
from jikao.scheme.problem import Level

COEFFICIENTS = "coefficients: {A: 1.5, B: 1.2, C: 1, D: 0.5, E: 0}"
Row = tuple[str, str | None, str | None]


def shared(
    rule: str, results: dict[str, Row], *, proration: str = "employed", budgets: tuple[Budget, ...] = (), people: tuple[Person, ...] = (),
    leaves: tuple[Leave, ...] = (), bases: dict[str, str] | None = None, positions: dict[str, str] | None = None,
) -> Book:  # fmt: skip
    of = m.scheme(f"{{proration: {proration}, pool: {{{rule}}}}}", period="month")
    rows = [m.base(who, amount) for who, amount in (bases or {}).items()]
    known = m.facts(people=people, bases=rows, leaves=leaves, budgets=budgets)
    return m.posted(pool.post, m.run(of, "2024-06", results, positions=positions), known)


def budget(amount: str, department: str = "*") -> Budget:
    return m.budget(m.scheme("{}"), amount, "2024-06-01", department)


THREE: dict[str, Row] = {"T1": ("甲", "90", "A"), "T2": ("甲", "80", "B"), "T3": ("乙", "50", "D")}


@pytest.mark.parametrize(
    ("rule", "shares"),
    [
        ("amount: 11000", {"T1": "4500.00", "T2": "4000.00", "T3": "2500.00"}),
        ("amount: 100", {"T1": "40.91", "T2": "36.36", "T3": "22.73"}),
        ("amount: 100, by: equal", {"T1": "33.34", "T2": "33.33", "T3": "33.33"}),
        ("amount: 0.02, by: equal", {"T1": "0.01", "T2": "0.01"}),
        ("amount: 1000, by: weight", {"T1": "100.00", "T2": "200.00", "T3": "700.00"}),
        (f"amount: 3200, by: equal, {COEFFICIENTS}", {"T1": "1500.00", "T2": "1200.00", "T3": "500.00"}),
        ("amount: 4000, by: equal, positions: {经理: 2}", {"T1": "1000.00", "T2": "2000.00", "T3": "1000.00"}),
        ("amount: 11000, cap: 4200", {"T1": "4200.00", "T2": "4184.62", "T3": "2615.38"}),
        ("amount: 11000, floor: 3000", {"T1": "4235.29", "T2": "3764.71", "T3": "3000.00"}),
    ],
)
def test_a_pool_is_shared_and_adds_up(rule, shares):
    book = shared(rule, THREE, bases={"T1": "1000", "T2": "2000", "T3": "7000"}, positions={"T2": "经理"})
    assert m.moved(book) == shares
    assert book.problems == []
    assert -sum(book.balances("company").values()) == m.fen(rule.partition("amount: ")[2].partition(",")[0])
    assert {who: m.money.yuan(fen) for (who, month), fen in book.earned.items() if fen and month == "2024-06"} == shares


@pytest.mark.parametrize(
    ("rule", "formulas"),
    [
        (f"amount: 11000, {COEFFICIENTS}", ["11000.00 × 90.00 × 1.5 ÷ 256 = 5800.78", "11000.00 × 80.00 × 1.2 ÷ 256 = 4125.00", "11000.00 × 50.00 × 0.5 ÷ 256 = 1074.22"]),
        ("amount: 11000, cap: 4200", ["min(4200.00, (11000.00 − 4200.00) × 90.00 ÷ 130) = 4200.00", "(11000.00 − 4200.00) × 80.00 ÷ 130 = 4184.62", "(11000.00 − 4200.00) × 50.00 ÷ 130 = 2615.38"]),
        ("amount: 99, by: equal", ["99.00 ÷ 3 = 33.00"] * 3),
    ],
)  # fmt: skip
def test_a_share_says_how_it_comes_to_be(rule, formulas):
    assert [entry.formula for entry in shared(rule, THREE).entries] == formulas


def test_a_fen_that_goes_by_largest_remainder_is_not_called_equal():
    scores: dict[str, Row] = {f"T{i}": ("甲", total, "A") for i, total in enumerate(("60", "65", "95", "95"), 1)}
    assert [e.formula for e in shared("amount: 1000", scores).entries[:2]] == [
        "1000.00 × 60.00 ÷ 315 ≈ 190.4762 → 190.47", "1000.00 × 65.00 ÷ 315 = 206.35",
    ]  # fmt: skip
    assert [e.formula for e in shared("amount: 0.03, by: equal", {"T1": THREE["T1"], "T2": THREE["T2"]}).entries] == [
        "0.03 ÷ 2 = 0.02", "0.03 ÷ 2 = 0.015 → 0.01",
    ]  # fmt: skip


def test_a_weight_rounded_for_the_eye_is_marked():
    said = shared("amount: 100, by: equal", THREE, people=(m.person("T1", hired="2024-06-11"),)).entries[0].formula
    assert said == "100.00 × 20/30 ÷ ≈2.666667 = 25.00"


def test_who_is_held_needs_no_base():
    book = shared(f"amount: 100, by: weight, {COEFFICIENTS}", {"T1": ("甲", None, None), "T2": THREE["T2"]}, bases={"T2": "1"})
    assert (m.codes(book), m.moved(book)) == (["payout.no-grade"], {"T2": "100.00"})


def test_days_present_weigh_in():
    people = (m.person("T1", hired="2024-06-11"), m.person("T2"))
    leaves = (m.leave("T2", "2024-06-01", "2024-06-10"), m.leave("T2", "2024-06-11", "2024-06-20", statutory=True))
    two = {who: row for who, row in THREE.items() if who != "T3"}
    weights = {"T1": "3000", "T2": "3000"}
    for rule, proration, shares in (
        ("amount: 700, by: equal", "none", ("350.00", "350.00")),
        ("amount: 700, by: equal", "employed", ("280.00", "420.00")),
        ("amount: 700, by: equal", "present", ("350.00", "350.00")),
        ("amount: 700, by: weight", "employed", ("280.00", "420.00")),
        ("amount: 700, by: weight", "present", ("350.00", "350.00")),
    ):
        book = shared(rule, two, proration=proration, people=people, leaves=leaves, bases=weights)
        assert tuple(m.moved(book).values()) == shares, (rule, proration)
    by_days = shared("amount: 700, by: score", two, people=people)
    assert by_days.entries[0].formula == "700.00 × 90.00 × 20/30 ÷ 140 = 300.00"
    by_base = shared("amount: 700, by: weight", two, people=people, bases=weights)
    assert by_base.entries[0].formula == "700.00 × 3000.00 × 20/30 ÷ 5000 = 280.00"
    assert by_base.entries[0].sources == ("run/R1|T1", "bonuses/T1|bonus_base|2010-01-01", "people/T1")
    assert by_days.entries[0].sources == ("run/R1|T1", "people/T1")


def test_what_caps_leave_over_stays_with_the_company_and_is_said():
    book = shared("amount: 10000, cap: 3000", THREE)
    assert m.moved(book) == {"T1": "3000.00", "T2": "3000.00", "T3": "3000.00"}
    assert -sum(book.balances("company").values()) == m.fen("9000")
    assert [(p.code, p.level, p.what("en")) for p in book.problems] == [
        ("payout.pool-left", Level.WARNING, "Of the bonus pool of everybody, 10000.00, 1000.00 is given to nobody."),
    ]  # fmt: skip


def test_a_pool_nobody_shares_is_said():
    assert m.codes(shared("amount: 10000", {})) == ["payout.pool-left"]
    nothing = shared(f"amount: 10000, {COEFFICIENTS}", {"T1": ("", "10", "E")})
    assert (m.codes(nothing), nothing.entries) == (["payout.pool-left"], [])


def test_floors_beyond_the_pool_are_refused():
    book = shared("amount: 8999.99, floor: 3000", THREE)
    assert [(p.code, p.level) for p in book.problems] == [("payout.floors", Level.ERROR)]
    assert book.entries == []
    assert m.moved(shared("amount: 9000, floor: 3000", THREE)) == {"T1": "3000.00", "T2": "3000.00", "T3": "3000.00"}


def test_the_amount_may_come_from_the_budgets_for_all_or_for_each_department():
    everybody = shared("amount: unset, by: equal", THREE, budgets=(budget("300"), budget("9999", "甲")))
    assert m.moved(everybody) == {"T1": "100.00", "T2": "100.00", "T3": "100.00"}
    assert everybody.entries[0].sources == ("run/R1|T1", "budgets/trial|*|2024-06-01")
    each = shared("amount: unset, by: equal, within: department", THREE, budgets=(budget("300", "甲"), budget("70", "乙")))
    assert m.moved(each) == {"T1": "150.00", "T2": "150.00", "T3": "70.00"}


@pytest.mark.parametrize(
    ("within", "rows", "missing"),
    [
        ("everybody", (budget("9999", "甲"),), ["*"]),
        ("department", (budget("300"), budget("70", "乙")), ["甲"]),
        ("department", (), ["乙", "甲"]),
    ],
)
def test_a_pool_without_an_amount_is_a_problem(within, rows, missing):
    book = shared(f"amount: unset, by: equal, within: {within}", THREE, budgets=rows)
    assert [(p.code, p.level, p.values["department"]) for p in book.problems] == [("payout.no-budget", Level.ERROR, who) for who in missing]


def test_who_lacks_what_it_goes_by_has_no_share():
    results: dict[str, Row] = {"T1": ("", "90", "A"), "T2": ("", "80", None), "T3": ("", None, None)}
    by_score = shared("amount: 100", results)
    assert (m.moved(by_score), m.codes(by_score)) == ({"T1": "52.94", "T2": "47.06"}, ["payout.no-score"])
    by_grade = shared(f"amount: 100, by: equal, {COEFFICIENTS}", results)
    assert (m.moved(by_grade), m.codes(by_grade)) == ({"T1": "100.00"}, ["payout.no-grade", "payout.no-grade"])
    by_weight = shared("amount: 100, by: weight", results, bases={"T1": "1", "T3": "3"})
    assert (m.moved(by_weight), m.codes(by_weight)) == ({"T1": "25.00", "T3": "75.00"}, ["payout.no-base"])


def test_ties_go_by_person_whatever_the_order():
    people = [(f"T{i:02d}", ("", "80", "B")) for i in range(30)]
    expected = shared("amount: 100", dict(people)).entries
    assert [m.money.yuan(e.postings[1].amount) for e in expected] == ["3.34"] * 10 + ["3.33"] * 20
    random.Random(4).shuffle(people)
    assert shared("amount: 100", dict(people)).entries == expected


@given(
    results=st.lists(st.tuples(st.sampled_from("ABCDE"), st.integers(0, 10_000)), min_size=1, max_size=9), amount=st.integers(0, 10**8),
    floor=st.integers(0, 2000), room=st.none() | st.integers(0, 10**5),
)  # fmt: skip
def test_the_shares_add_up_to_the_pool_within_floor_and_cap(results, amount, floor, room):
    cap = "" if room is None else f", cap: {floor + room}"
    given_: dict[str, Row] = {f"T{i}": ("", f"{total // 100}.{total % 100:02d}", grade) for i, (grade, total) in enumerate(results)}
    book = shared(f"amount: {m.money.yuan(amount)}, floor: {floor}{cap}, {COEFFICIENTS}", given_)
    if m.codes(book) == ["payout.floors"]:
        assert floor * 100 * len(results) > amount
        return
    paid = {who: book.balance(Account("pay", who)) for who in given_}
    assert all(floor * 100 <= fen and (room is None or fen <= (floor + room) * 100) for fen in paid.values())
    weighing = [who for who, (_, total, grade) in given_.items() if grade != "E" and m.fen(total or "0")]
    if any(room is None or paid[who] < (floor + room) * 100 for who in weighing):
        assert (sum(paid.values()), m.codes(book)) == (amount, [])
    else:
        assert (m.codes(book) == ["payout.pool-left"]) == (sum(paid.values()) < amount)
