"""Who held which position, in which department, on a day."""

from __future__ import annotations

import pytest
from tests.payout import working as w

from jikao.payout.staff import department_on, position_on

SPANS = [
    w.span("T1", "组长", "二部", "2024-02-01", "2024-02-29"),
    w.span("T1", "主管", "", "2024-04-01"),
    w.span("T1", "经理", "三部", "2024-05-01"),
]


@pytest.mark.parametrize(
    ("day", "position", "department"),
    [
        ("2024-01-31", "工程师", "一部"), ("2024-02-01", "组长", "二部"), ("2024-02-29", "组长", "二部"), ("2024-03-01", "工程师", "一部"),
        ("2024-04-30", "主管", "一部"), ("2024-05-01", "经理", "三部"), ("2030-01-01", "经理", "三部"),
    ],
)  # fmt: skip
def test_the_span_in_force_counts_and_else_the_person_s_own_row(day, position, department):
    facts = w.known(SPANS)
    assert (position_on(facts, "T1", w.day(day)), department_on(facts, "T1", w.day(day))) == (position, department)


def test_somebody_unknown_holds_nothing():
    assert (position_on(w.known(), "nobody", w.day("2024-01-01")), department_on(w.known(), "nobody", w.day("2024-01-01"))) == ("", "")
