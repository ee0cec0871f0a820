"""What the evidence of a period lacks or contradicts is said before anybody is judged by it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from jikao.evidence.importing import import_rows
from jikao.evidence.quality import evidence_problems, late_rows, needed_shapes, quarter_of
from jikao.evidence.store import Store
from jikao.scheme.model import Scheme
from jikao.scheme.period import parse_period
from jikao.scheme.problem import Problem, errors
from jikao.scheme.read import read
from jikao.scheme.text import Text

QUARTER = parse_period("2024-Q2")
MONTH = parse_period("2024-06")


def scheme(*measures: str) -> Scheme:
    indicators = "".join(
        f"\n      - {{id: i{n}, title: {measure.split(',')[0]}, measure: {{use: {measure}}}, curve: [{{from: 0, score: 100}}]}}"
        for n, measure in enumerate(measures)
    )
    text = f"""scheme: s
version: "1"
title: s
valid_from: 2000-01-01
period: month
sections:
  - id: all
    title: all
    indicators:{indicators}
grades: {{bands: [{{id: A, title: A, from: 0}}]}}
"""
    reading = read(text)
    assert reading.scheme is not None, [p.what("en") for p in reading.problems]
    return reading.scheme


POINTS = scheme("task_points")


def fill(store: Store, **shapes: list[dict[str, Any]]) -> Store:
    for shape, given in shapes.items():
        report = import_rows(store, shape, given, origin=f"{shape}.csv")
        assert not report.refused, [p.what("en") for p in report.problems]
    return store


def found(store: Store, judged: Scheme, period: Any = QUARTER, *, code: str = "") -> list[Problem]:
    return [p for p in evidence_problems(store, judged, period) if p.code.startswith(code)]


def task(name: str, day: str = "2024-06-10", **more: Any) -> dict[str, Any]:
    return {"task": name, "completed_on": day, "coefficient": "1"} | more


@pytest.mark.parametrize(
    ("shares", "total"),
    [
        (["60%", "50%"], "110%"), (["60%", "30%"], "90%"), (["33.33%", "33.33%"], "66.66%"), (["100%", "1%"], "101%"), (["60%", "50%", None], "110%"),
        (["60%", "40%"], None), ([None, None], None), (["60%", None], None), (["100%", None], None), (["100%"], None), ([None], None),
    ],
)  # fmt: skip
def test_shares_of_a_task_make_the_whole_a28(store: Store, shares: list[str | None], total: str | None) -> None:
    fill(
        store,
        people=[{"person": "丙"}],
        tasks=[task("T")],
        task_shares=[{"task": "T", "person": p, "share": s} for p, s in zip("甲乙丙", shares, strict=False)],
    )
    problems = found(store, POINTS, code="evidence.task-shares")
    assert [p.values["total"] for p in problems] == ([total] if total else [])
    assert errors(problems) == problems
    assert [str(p.place) for p in problems] == (["task_shares.csv:1"] if total else [])


def test_shares_of_tasks_of_another_period_wait_for_theirs(store: Store) -> None:
    fill(store, tasks=[task("T", "2024-07-01")], task_shares=[{"task": "T", "person": "甲", "share": "60%"}])
    assert found(store, POINTS, code="evidence.task-shares") == []
    assert len(found(store, POINTS, parse_period("2024-Q3"), code="evidence.task-shares")) == 1


def correction(day: str, meeting: str = "M1") -> dict[str, Any]:
    return {"task": "T", "meeting": meeting, "coefficient": "3", "corrected_on": day, "reason": "难度低估", "evidence": "纪要"}


@pytest.mark.parametrize(
    ("given", "meetings", "codes"),
    [
        (correction("2024-06-14"), [("M1", "2024-06-14")], []),
        (correction("2024-06-14"), [("M1", "2024-06-13")], ["evidence.correction-outside-meeting"]),
        (correction("2024-06-14", "M2"), [("M1", "2024-06-14")], ["evidence.correction-outside-meeting"]),
        (correction("2024-06-14"), [], ["evidence.correction-outside-meeting"]),
        (correction("2024-06-30"), [("M1", "2024-06-30")], []),
        (correction("2024-07-01"), [("M1", "2024-07-01")], ["evidence.correction-after-lock"]),
        (correction("2024-07-05"), [], ["evidence.correction-outside-meeting", "evidence.correction-after-lock"]),
    ],
)
def test_points_are_corrected_in_a_recorded_meeting_before_the_quarter_is_locked_a56(
    store: Store, given: dict[str, Any], meetings: list[tuple[str, str]], codes: list[str]
) -> None:
    fill(store, tasks=[task("T")], corrections=[given], meetings=[{"meeting": m, "held_on": d} for m, d in meetings])
    problems = found(store, POINTS, code="evidence.correction")
    assert [p.code for p in problems] == codes
    assert errors(problems) == problems


def test_shares_and_corrections_of_unregistered_tasks(store: Store) -> None:
    fill(store, tasks=[task("T")], task_shares=[{"task": "X", "person": "甲"}], corrections=[correction("2024-06-14") | {"task": "Y"}])
    assert [p.values["task"] for p in found(store, POINTS, code="evidence.no-task")] == ["X", "Y"]


def test_splits_of_an_order_sum_to_its_value(store: Store) -> None:
    judged = scheme("profit_attainment, profit_share: 20%, target: 1000")
    orders = [{"order_no": n, "value": v, "settled_on": "2024-06-03"} for n, v in (("A", "200000"), ("B", "0.03"))]
    splits = [{"order_no": "A", "department": d, "value": v} for d, v in (("x", 100_000), ("y", "99999.99"))] + [
        {"order_no": "B", "department": "x", "value": "0.03"}
    ]
    fill(store, orders=orders, order_splits=splits)
    assert [(p.values["order"], p.values["total"], p.values["value"]) for p in found(store, judged, code="evidence.order-split")] == [
        ("A", "199999.99", "200000.00")
    ]


def test_splits_are_all_empty_for_equal_parts_or_all_filled_in(store: Store) -> None:
    judged = scheme("profit_attainment, profit_share: 20%, target: 1000")
    orders = [{"order_no": n, "value": 1000, "settled_on": "2024-06-03"} for n in ("A", "B", "C")]
    splits = [
        {"order_no": order, "department": department} | ({"value": value} if value else {})
        for order, department, value in (("A", "x", 0), ("A", "y", 0), ("B", "x", 1000), ("B", "y", 0), ("C", "x", 600), ("C", "y", 400))
    ]
    fill(store, orders=orders, order_splits=splits)
    assert [(p.code, p.values["order"]) for p in found(store, judged, code="evidence.order-split")] == [("evidence.order-split-open", "B")]


def test_positions_may_follow_but_not_overlap(store: Store) -> None:
    spans = [
        {"person": "甲", "position": "x", "from_on": "2024-06-01", "until_on": "2024-06-20"}, {"person": "甲", "position": "y", "from_on": "2024-06-21"},
        {"person": "乙", "position": "x", "from_on": "2024-06-01"}, {"person": "乙", "position": "y", "from_on": "2024-06-21"},
        {"person": "丙", "position": "x", "from_on": "2024-06-01", "until_on": "2024-06-21"}, {"person": "丙", "position": "y", "from_on": "2024-06-21"},
    ]  # fmt: skip
    fill(store, people=[{"person": "丙"}], spans=spans)
    assert [(p.values["person"], str(p.values["second"]), p.place.line) for p in found(store, POINTS, code="evidence.spans")] == [
        ("丙", "2024-06-21", 6)
    ]


def test_feedback_counts_only_on_due_days_a18_a60(store: Store) -> None:
    days = ("2024-09-30", "2024-10-04", "2024-10-11", "2024-10-12")
    fill(store, feedback_summaries=[{"person": "甲", "due_on": d, "recipient": "销售部", "sent_on": d} for d in days])
    judged = scheme("feedback_rate, recipients: [销售部]")
    assert [str(p.values["day"]) for p in found(store, judged, parse_period("2024-10"), code="evidence.feedback-due")] == [
        "2024-10-04",
        "2024-10-12",
    ]
    assert found(store, judged, parse_period("2024-09"), code="evidence.feedback-due") == []


# --- coverage ----------------------------------------------------------------------------------------------------


def test_sources_never_imported_are_named_with_what_hangs_on_them(store: Store) -> None:
    fill(store, complaints=[])
    problems = found(store, scheme("complaints", "exam_score", "csat"), MONTH, code="evidence.no-source")
    assert [(p.values["shape"].en, p.values["indicators"].en) for p in problems] == [
        ("Exams", "exam_score"),
        ("Satisfaction surveys", "csat"),
    ]
    assert errors(problems) == []


def test_working_days_without_a_ticket_are_named_and_holidays_are_not(store: Store) -> None:
    june = [dt.date(2024, 6, d) for d in range(1, 31)]
    given = [d for d in june if d not in (dt.date(2024, 6, 5), dt.date(2024, 6, 10), dt.date(2024, 6, 15))]
    fill(store, tickets=[{"ticket": str(d), "created_at": f"{d} 09:00"} for d in given])
    assert [p.values["days"] for p in found(store, scheme("tickets_solved"), MONTH, code="evidence.days")] == [
        Text("2024-06-05", "2024-06-05")
    ]
    assert [p.code for p in found(store, scheme("tickets_solved"), parse_period("2024-07"), code="evidence.nothing")] == [
        "evidence.nothing-in-period"
    ]


def test_people_without_any_evidence_are_named_but_not_those_who_left_or_robots(store: Store) -> None:
    fill(
        store,
        people=[
            {"person": "丙", "left_on": "2024-05-31"},
            {"person": "丁", "hired_on": "2024-07-01"},
            {"person": "机", "kind": "robot"},
            {"person": "戊", "name": "钱七"},
        ],
        exams=[
            {"exam": "e", "person": "甲", "held_on": "2024-06-03", "score": 80},
            {"exam": "e", "person": "戊", "held_on": "2024-05-03", "score": 80},
        ],
    )
    assert [p.values["people"] for p in found(store, scheme("exam_score"), MONTH, code="evidence.people")] == [
        Text("李四、钱七", "李四, 钱七")
    ]


def test_where_no_record_means_no_fault_nobody_lacks_evidence(store: Store) -> None:
    fill(store, people=[{"person": "戊"}], complaints=[])
    assert found(store, scheme("complaints"), MONTH, code="evidence.people") == []


def test_records_that_look_alike_are_a_hint(store: Store) -> None:
    row = {"requester": "Cy", "title": "打不开", "created_at": "2024-06-03 09:00", "solved_at": "2024-06-03 10:00"}
    fill(
        store,
        tickets=[
            {"ticket": "1", **row},
            {"ticket": "2", **row},
            {"ticket": "3", **row, "title": "x"},
            {"ticket": "4", "created_at": "2024-06-03 09:00"},
        ],
    )
    problems = found(store, scheme("tickets_solved"), MONTH, code="evidence.look-alike")
    assert [(p.values["count"], p.values["example"], str(p.level)) for p in problems] == [(1, Text("1、2", "1, 2"), "hint")]


def test_every_problem_speaks_both_languages(store: Store) -> None:
    fill(store, tasks=[task("T")], task_shares=[{"task": "T", "person": "甲", "share": "60%"}], corrections=[correction("2024-07-05")])
    for problem in evidence_problems(store, scheme("task_points", "csat"), QUARTER):
        for lang in ("zh", "en"):
            assert all((problem.what(lang), problem.why(lang), problem.mend(lang)))


def test_rows_that_came_after_a_run_are_counted_by_shape(store: Store) -> None:
    fill(store, exams=[{"exam": "e", "person": "甲", "held_on": "2024-06-03", "score": 80}])
    before = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    assert late_rows(store, MONTH, before) == {"exams": 1}
    assert late_rows(store, parse_period("2024-05"), before) == {}
    assert late_rows(store, MONTH, dt.datetime.now(dt.UTC) + dt.timedelta(days=1)) == {}


def test_a_store_without_anything_has_no_errors(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "s")
    assert errors(evidence_problems(store, scheme("tickets_solved", "task_points", "feedback_rate, recipients: [x]"), MONTH)) == []


def test_what_a_scheme_needs_is_read_off_its_measures() -> None:
    assert set(needed_shapes(scheme("task_points", "csat"))) == {"tasks", "task_shares", "surveys"}
    assert str(quarter_of(dt.date(2024, 12, 31))) == "2024-Q4"
