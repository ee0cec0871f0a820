"""The monthly conduct bonus (F14, A45)."""

from __future__ import annotations

import random

import pytest
from tests.payout import making as m

from jikao.payout import conduct
from jikao.scheme.problem import Level

TABLE = "{conduct: {rate: 5%, severity: {轻微: 1%, 一般: 2.5%, 严重: 5%}}}"
DECIDED = "{conduct: {rate: 5%, severity: {轻微: 1%}, decided: true}}"


def paid(payout: str, *violations, base: str = "8000", **person: str):
    of = m.scheme(payout, period="month")
    known = m.facts(people=[m.person("T02", **person)], bases=[m.base("T02", base)])
    return m.posted(conduct.post, m.run(of, "2024-05", {"T02": ("支持", "90", None)}, violations), known)


def broken(no: str, severity: str, state: str = "verified", share: str | None = None):
    return m.violation(no, "T02", severity, "2024-05-07", state, share)


@pytest.mark.parametrize(
    ("violations", "amount", "formula"),
    [
        ((), "400.00", "8000.00 × 5% = 400.00"),
        ((broken("W1", "轻微"), broken("W2", "轻微")), "240.00", "8000.00 × max(0, 5% − 1% − 1%) = 240.00"),
        ((broken("W1", "一般"),), "200.00", "8000.00 × max(0, 5% − 2.5%) = 200.00"),
        ((broken("W1", "一般"), broken("W2", "严重")), "0.00", "8000.00 × max(0, 5% − 2.5% − 5%) = 0.00"),
        ((broken("W1", "严重", "reported"),), "400.00", "8000.00 × 5% = 400.00"),
        ((broken("W1", "严重", "employee_heard"), broken("W2", "严重", "dismissed")), "400.00", "8000.00 × 5% = 400.00"),
    ],
)
def test_a45(violations, amount, formula):
    book = paid(TABLE, *violations)
    (entry,) = book.entries
    verified = [v.fact for v in violations if v.state == "verified"]
    assert (entry.period, entry.rule, entry.subject, entry.formula) == ("2024-05", "conduct", "T02", formula)
    assert entry.sources == (*verified, "bonuses/T02|bonus_base|2010-01-01")
    assert {account.kind: posting for account, posting in entry.postings} == {"company": -m.fen(amount), "pay": m.fen(amount)}
    assert book.problems == []


def test_the_share_in_the_record_counts_where_cases_are_decided_one_by_one():
    book = paid(DECIDED, broken("W1", "前所未有", share="0.03"))
    assert book.entries[0].formula == "8000.00 × max(0, 5% − 3%) = 160.00"


def test_a_verified_violation_without_a_share_decided_is_a_problem_at_its_row():
    book = paid(DECIDED, broken("W1", "轻微"), broken("W2", "轻微", "reported"))
    (problem,) = book.problems
    assert (problem.code, problem.level, str(problem.place), problem.values["violation"]) == (
        "payout.not-decided",
        Level.ERROR,
        "rows.csv:7",
        "W1",
    )
    assert book.entries == []


def test_a_severity_the_scheme_does_not_know_is_a_problem_and_others_are_paid():
    of = m.scheme(TABLE, period="month")
    known = m.facts(bases=[m.base("T01", "1000"), m.base("T02", "1000")])
    run = m.run(of, "2024-05", {"T02": ("", "90", None), "T01": ("", "90", None)}, [broken("W1", "严重的"), broken("W2", "一")])
    book = m.posted(conduct.post, run, known)
    assert m.codes(book) == ["payout.unknown-severity"] * 2
    assert "是不是“严重”?" in book.problems[0].mend("zh")
    assert m.moved(book) == {"T01": "50.00"}


def test_a_base_for_part_of_the_month_is_rounded_once_at_the_end():
    book = paid(TABLE, broken("W1", "一般"), base="1000.10", hired="2024-05-21")
    assert book.entries[0].formula == "1000.10 × 11/31 × max(0, 5% − 2.5%) = 8.87"
    assert m.moved(book) == {"T02": "8.87"}


def test_nobody_without_a_recorded_base_is_paid_and_all_problems_are_found():
    of = m.scheme("{conduct: {rate: 5%, base: salary, severity: {轻微: 1%}}}", period="month")
    run = m.run(of, "2024-05", {"T01": ("", "90", None), "T02": ("", "90", None)}, [broken("W1", "重")])
    book = m.posted(conduct.post, run, m.facts(bases=[m.base("T01", "1000"), m.base("T02", "1000")]))
    assert m.codes(book) == ["payout.no-base", "payout.no-base", "payout.unknown-severity"]
    assert {problem.values.get("kind", "salary") for problem in book.problems} == {"salary"}
    assert book.entries == []


def test_a_base_of_nought_pays_nothing_and_says_nothing():
    assert paid(TABLE, base="0").entries == []


def test_people_without_score_or_grade_are_paid_too_and_order_does_not_matter():
    of = m.scheme(TABLE, period="month")
    people = [f"T{i:02d}" for i in range(20)]
    known = m.facts(bases=[m.base(who, f"{1000 + i}.37") for i, who in enumerate(people)])
    violations = [m.violation(f"W{i}", people[i % 7], "轻微", f"2024-05-{i + 1:02d}") for i in range(12)]
    results = dict.fromkeys(people, ("", None, None))
    expected = m.posted(conduct.post, m.run(of, "2024-05", results, violations), known).entries
    assert len(expected) == 20
    random.Random(1).shuffle(people)
    random.Random(2).shuffle(violations)
    assert m.posted(conduct.post, m.run(of, "2024-05", dict.fromkeys(people, ("", None, None)), violations), known).entries == expected


def test_a_scheme_without_conduct_bonus_pays_none():
    of = m.scheme("{}", period="month")
    assert m.posted(conduct.post, m.run(of, "2024-05", {"T01": ("", "90", None)}), m.facts()).entries == []
