"""The same bonus from two schemes for the same days."""

from __future__ import annotations

import pytest

from jikao.payout.compute import Job, pay
from jikao.scheme.period import parse_period
from jikao.scheme.problem import Level

from .making import base, facts, person, run, scheme

STAFF = [f"T{i}" for i in range(1, 6)]
KNOWN = facts(
    people=[person(who) for who in STAFF],
    bases=[base(who, "8000", kind=kind) for who in STAFF for kind in ("bonus_base", "quarterly_bonus")],
)
CONDUCT = "{conduct: {rate: 5%, severity: {minor: 1%}}}"
GRADES = "{{{base}grades: [{{grade: A, amount: 100}}, {{grade: B, amount: 0}}, {{grade: C, amount: 0}}, {{grade: D, amount: 0}}, {{grade: E, amount: 0}}]}}"


def judged(payout: str, name: str, period: str, *people: str):
    kind = "quarter" if "Q" in period else "month"
    return run(scheme(payout, name=name, period=kind), period, dict.fromkeys(people or STAFF, ("", "95.00", "A")), name=f"{name}-{period}")


def problems(*runs):
    return pay(Job(parse_period("2024-Q2"), runs, KNOWN)).problems


def test_two_schemes_with_conduct_for_the_same_month_are_a_warning():
    [problem] = problems(judged(CONDUCT, "two", "2024-04"), judged(CONDUCT, "one", "2024-04"))
    assert (problem.code, problem.level) == ("payout.paid-by-several", Level.WARNING)
    assert "one, two each pay 'conduct bonus'" in problem.what("en")
    assert "5 people get it twice (T1, T2, T3, …)" in problem.what("en")


def test_a_month_and_the_quarter_around_it_overlap_and_a_pair_is_told_once():
    months = [judged(CONDUCT, "one", f"2024-0{i}", "T1", "T2") for i in (4, 5, 6)]
    [problem] = problems(*months, judged(CONDUCT, "two", "2024-Q2"))
    assert problem.values["count"] == 2


@pytest.mark.parametrize(
    "other",
    [
        judged(CONDUCT, "two", "2024-05"),
        judged(CONDUCT, "one", "2024-05"),
        judged(CONDUCT, "two", "2024-04", "T3"),
        judged(GRADES.format(base=""), "two", "2024-04"),
    ],
    ids=["other days", "same scheme", "other people", "another bonus"],
)
def test_bonuses_that_do_not_meet_are_fine(other):
    assert problems(judged(CONDUCT, "one", "2024-04", "T1", "T2"), other) == ()


def test_grade_bonuses_meet_on_the_same_base_only():
    one = judged(GRADES.format(base=""), "one", "2024-Q2")
    [problem] = problems(one, judged(GRADES.format(base=""), "two", "2024-Q2"))
    assert "bonus before grades" in problem.what("en")
    assert problems(one, judged(GRADES.format(base="grade_base: bonus_base, "), "two", "2024-Q2")) == ()
