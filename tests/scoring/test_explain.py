"""Receipts: every figure says where it comes from, in both languages, with the real numbers put in."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given

from jikao.scheme.period import Period, parse_period
from jikao.scheme.rules import Line, Rules
from jikao.scoring.exact import Measured, Scorer, Seat, sheet
from jikao.scoring.explain import Receipt, as_json, as_text, receipt
from jikao.scoring.explain.values import LineNote, SectionNote
from jikao.scoring.tree import columns

from .golden import agrees
from .schemes import BANDS, rated, rules, s3, s6, s8, section
from .test_exact import A01, HELD, NOTHING, people, rate, work, worth

NOVEMBER = parse_period("2011-11")
SHANGHAI = ZoneInfo("Asia/Shanghai")
Rows = Mapping[str, list[dict[str, object]]]


def explained(by: Rules, measured: Mapping[str, Measured], rows: Rows | None = None, **more: Any) -> Receipt:
    """The receipt of one person in November 2011; ``rows``: indicator to its evidence."""

    def evidence(line: Line, person: str, period: Period, seat: int) -> Iterable[Mapping[str, object]]:
        assert (person, period, seat) == ("甲", NOVEMBER, 0)
        return (rows or {}).get(line.indicator.id, [])

    return receipt(by, [Seat(sheet(by, measured), 30)], person="甲", period=NOVEMBER, evidence=evidence if rows else None, **more)


def notes(of: Receipt) -> dict[str, LineNote]:
    """Every line of a receipt by its id."""

    def below(part: SectionNote) -> Iterable[LineNote]:
        yield from part.lines
        for inner in part.sections:
            yield from below(inner)

    return {line.id: line for seat in of.seats for part in seat.sections for line in below(part)}


def line(measured: Measured, measure: object, curve: object, rows: list[dict[str, object]] | None = None, **more: Any) -> LineNote:
    """The explanation of one line of a scheme of one line."""
    by = rules(section("all", {"id": "x", "title": "x", "measure": measure, "curve": curve, "points": 10, **more}, points=100))
    return notes(explained(by, {"x": measured}, {"x": rows} if rows is not None else None))["x"]


TIERS = [{"from": "90%", "score": 10}, {"from": "80%", "score": 8}, {"from": 0, "score": 2}]
RATED = [{"from": 0, "score": 0, "each": "0.1"}]


# --- the clause hit and its neighbours ---------------------------------------------------------------------------


def test_a_rate_says_how_many_more_would_have_reached_the_next_clause() -> None:
    note = line(work(34, 40), "plan_on_time_rate", TIERS)
    better, worse = note.neighbours
    assert (better.says.zh, better.says.en) == ("再按时完成 2 件即达 90 %(10 分)", "2 more on time would have reached 90 % (10 points)")
    assert (worse.says.zh, worse.says.en) == ("少按时完成 3 件即低于 80 %(2 分)", "3 fewer on time would have come below 80 % (2 points)")
    assert note.formula.zh == "34 ÷ 40 = 85 % → 8 分"
    assert note.clause is not None
    assert note.clause.range.zh == "80 % ≤ x < 90 %"


def test_a_rate_of_work_in_different_amounts_moves_by_amounts() -> None:
    note = line(Measured(345_000, 400_000, 12, 12), "plan_on_time_rate", TIERS)
    assert [n.says.zh for n in note.neighbours] == ["再按时完成 1.5 个工作量即达 90 %(10 分)", "少按时完成 2.51 个工作量即低于 80 %(2 分)"]


def test_a_rate_measured_elsewhere_moves_by_percentage_points() -> None:
    note = line(Measured(345_000, 400_000, 1, 1), {"use": "observed_rate", "code": "coverage"}, TIERS)
    assert note.neighbours[0].says.en == "3.75 percentage points more would have reached 90 % (10 points)"


def test_one_step_may_jump_over_a_clause() -> None:
    better, worse = line(rate(2, 3), "csat", [*TIERS[:2], {"from": "50%", "score": 5}, {"below": "50%", "score": 0}]).neighbours
    assert better.says.zh == "再有 1 份满意答卷即达 90 %(10 分)"
    assert worse.says.en == "1 fewer satisfied answers would have come below 50 % (0 points)"


def test_a_length_of_time_says_how_much_shorter() -> None:
    hour = [{"upto": "1h", "score": 10}, {"above": "1h", "upto": "4h", "score": 6}, {"above": "4h", "score": 0}]
    note = line(Measured(8_100, 1, 12, 12), {"use": "resolution_time", "clock": "calendar"}, hour)
    assert (note.figure.says.zh, note.figure.says.en) == (
        "2 小时 15 分 (中位数, 自然时间)(n = 12)",
        "2h 15min (median, calendar time) (n = 12)",
    )
    assert [n.says.zh for n in note.neighbours] == [
        "再缩短 1 小时 15 分即降到 1 小时(10 分)",
        "再延长 1 小时 45 分 1 秒即超过 4 小时(0 分)",
    ]
    assert note.clause is not None
    assert note.clause.range.en == "1h < x ≤ 4h"


def test_a_count_moves_by_one() -> None:
    note = line(worth(47), "tickets_solved", [{"from": 50, "score": 10}, {"from": 0, "score": 5}])
    assert [n.says.zh for n in note.neighbours] == ["再解决 3 件即达 50(10 分)"]
    assert note.clause is not None
    assert note.clause.range.zh == "x < 50"


def test_a_score_off_the_grid_asks_for_enough() -> None:
    note = line(Measured(256, 3, 3, 3), "exam_score", [{"from": 90, "score": 10}, {"from": 0, "score": 5}])
    assert note.figure.says.en == "85.3333 (n = 3)"
    assert note.neighbours[0].says.en == "4.67 points higher would have reached 90 (10 points)"


def test_a_clause_between_gaps_has_no_neighbours() -> None:
    gap = [{"from": "60%", "below": "70%", "score": 6}, {"below": "50%", "score": 0}]
    assert line(rate(6, 10), "csat", gap).neighbours == ()


# --- formulas ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("curve", "value", "formula"), [
    ([{"from": 0, "score": 10, "each": -1}], 4, "10 − 1 × 4 = 6"),
    ([{"from": 0, "score": 10, "each": -1}], 14, "10 − 1 × 14 = -4,不足 0 按 0 计"),
    ({"scale": "1.5", "clauses": [{"from": 0, "score": 6, "each": -1}]}, 4, "1.5 × (6 − 1 × 4) = 3"),
    ([{"from": 0, "score": 0, "each": 1, "per": 20}], 70, "1 × 70 ÷ 20 = 3.5"),
    ([{"from": 0, "score": 2}, {"from": 60, "score": 5, "each": "0.5"}], 66, "5 + 0.5 × (66 − 60) = 8"),
    ([{"from": 0, "score": 2}, {"from": 60, "score": 5, "each": "0.5"}], 80, "5 + 0.5 × (80 − 60) = 15,超过满分按 10 计"),
    ([{"from": 0, "score": 0, "each": 1}], 7, "7 → 7 分"),
])  # fmt: skip
def test_a_sloping_clause_shows_its_arithmetic(curve: object, value: int, formula: str) -> None:
    assert line(worth(value), "rating", curve).formula.zh == formula


def test_a_weighted_line_says_what_its_mark_is_worth() -> None:
    by = rules(section("a", rated("x", weight=60), rated("y", weight=40), weight=100))
    assert notes(explained(by, {"x": worth(85), "y": worth(70)}))["x"].formula.en == "85 → 85 points; 85 ÷ 100 × 60 = 51"


def test_task_points_show_own_and_best_points() -> None:
    note = notes(explained(s8(), {"tasks": Measured(29_000, 35_000, 3, 3)}))["tasks"]
    assert note.formula.zh == "100 × 82.8571 % = 82.8571; 82.8571 ÷ 100 × 60 = 49.7143"
    assert note.figure.says.zh == "2.9 ÷ 3.5 = 82.8571 %(n = 3)"
    assert note.clause is not None
    assert note.clause.worth.en == "from 0 points, 1 more for every 1 %"


def test_a_line_from_end_to_end_is_said_for_every_one() -> None:
    rises = [{"from": 0, "score": 0, "to": 80}, {"from": "80%", "score": 80, "to": 100}]
    note = line(Measured(5, 7, 7, 7), "csat", rises, points=100)
    assert note.clause is not None
    assert note.clause.worth.zh == "0 分起,每多 1 % 加 1 分"
    assert note.formula.zh == "100 × 71.4286 % = 71.4286"


@pytest.mark.parametrize(("measured", "measure", "says"), [
    (Measured(20_000, 1_000_000, 2, 2), {"use": "violation_severity", "levels": {"轻微": "1%"}}, "2 % (n = 2)"),
    (Measured(500_000, 1_000_000, 1, 1), "workload_share", "50 %"),
    (Measured(129_000_000, 120_000_000, 4, 4), {"use": "profit_attainment", "profit_share": "20%", "target": 240_000}, "258000 ÷ 240000 = 107.5 % (n = 4)"),
])  # fmt: skip
def test_values_are_said_in_the_units_people_count(measured: Measured, measure: object, says: str) -> None:
    assert line(measured, measure, [{"from": 0, "score": 10}]).figure.says.en == says


def test_a_shared_task_shows_its_points_and_the_part_of_the_person() -> None:
    row: dict[str, object] = {"shape": "task_shares", "task": "T2", "person": "甲", "share": 600_000, "A": 20_000, "points": 12_000}
    note = line(Measured(12_000, 12_000, 1, 1), "task_points", [{"from": 0, "score": 10}], [row])
    assert [cell.says.en for cell in note.behind.rows[0].cells] == ["T2", "60 %", "2", "1.2"]


def test_words_of_a_shape_are_said_in_the_language_of_the_receipt() -> None:
    row: dict[str, object] = {"shape": "exams", "exam": "e", "person": "甲", "presence": "absent"}
    note = line(worth(0), "exam_score", RATED, [row])
    assert [(cell.says.zh, cell.says.en) for cell in note.behind.rows[0].cells][-1] == ("缺考", "absent")


def test_response_is_shown_where_not_everybody_answered() -> None:
    assert line(Measured(35, 50, 50, 60), "csat", TIERS).figure.says.en == "35 ÷ 50 = 70 % (n = 50 of 60, 83.3333 %)"


def test_a_renormalised_section_shows_how_a05() -> None:
    part = explained(s3(), A01 | {"csat": NOTHING}).seats[0].sections[0]
    assert part.formula is not None
    assert part.formula.en == "8 + 22 + 9 + 8 = 47; 47 ÷ 75 × 85 = 53.2667"
    assert [note.en for note in part.notes] == ["without evidence, left out: Customer satisfaction"]


def test_the_total_shows_sections_bonus_cap_and_the_one_rounding() -> None:
    assert explained(s3(), A01 | {"csat": NOTHING}).formula.zh == "53.2667 + 8.5 = 61.7667 → 61.77"
    base = {"tasks": rate(35, 35), "sharing": worth(100), "evaluation": worth(90), "extra": worth(9)}
    assert explained(s8(), base).formula.en == "98; 98 + bonus 5 = 103, capped at 100 → 100.00"


# --- missing evidence --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("where", "who"), [("line", "本项规定"), ("section", "分区“inner”规定"), ("outer", "分区“outer”规定"), ("scheme", "方案规定")]
)
def test_a_missing_line_names_the_rule_and_where_it_stands(where: str, who: str) -> None:
    def at(place: str) -> dict[str, str]:
        return {"missing": "zero"} if where == place else {}

    inner = section("inner", rated("a"), rated("b", **at("line")), **at("section"))
    by = rules({"id": "outer", "title": "outer", "sections": [inner], **at("outer")}, **at("scheme"))
    said = notes(explained(by, {"a": worth(80)}))["b"].notes
    assert [n.zh for n in said] == ["没有导入过评分数据:N/A,不是 0 分也不是满分", f"{who}缺证据时按 zero 处理:记 0 分"]


def test_nothing_to_count_is_not_the_same_as_no_source() -> None:
    assert line(NOTHING, "csat", TIERS).notes[0].en.startswith("nothing to count among Satisfaction surveys in the period")


def test_a_held_line_says_what_it_waits_for() -> None:
    note = line(HELD, {"use": "feedback_deductions", "recipients": ["部门主管"]}, [{"from": 0, "score": 10, "each": -1}])
    assert len(note.notes) == 1
    assert note.notes[0].zh.startswith("待定:须先有人登记,才能计分")
    assert note.formula.zh == "N/A"


def test_a_value_off_the_curve_is_named() -> None:
    gap = [{"from": "60%", "score": 6}, {"below": "50%", "score": 0}]
    assert [n.en for n in line(rate(28, 50), "csat", gap).notes] == ["held: the scheme does not say what 56 % is worth"]


def test_a_bonus_without_evidence_costs_nothing() -> None:
    assert notes(explained(s8(), {"tasks": rate(1, 2)}))["extra"].notes[-1].en == "a bonus without evidence adds nothing and takes nothing"


# --- grades ------------------------------------------------------------------------------------------------------


def test_a_band_and_the_way_to_the_next() -> None:
    grade = explained(s3(), A01).grade
    assert (grade.id, grade.rule.en) == ("合格", "60 ≤ 61.50 < 80")
    assert grade.next is not None
    assert grade.next.zh == "距“良好”(≥ 80)还差 18.50 分"


def test_the_top_band_has_no_next() -> None:
    top = rules(section("a", rated("x")), grades=BANDS)
    assert explained(top, {"x": worth(95)}).grade.next is None


def test_whole_point_grades_say_what_was_rounded() -> None:
    by = rules(section("a", rated("x")), grades=BANDS | {"round": 0})
    grade = explained(by, {"x": worth("89.4")}).grade
    assert (grade.id, grade.rule.zh) == ("良好", "89.40 取整为 89;80 ≤ 89 < 90")
    assert grade.next is not None
    assert grade.next.en == '0.10 points short of "优秀" (≥ 90)'


def test_counted_rules_show_every_rule_tried_a26() -> None:
    grade = explained(s6(), {f"i{i}": worth(v) for i, v in enumerate((55, 82, 85, 90), 1)}).grade
    assert [(t.grade, t.held) for t in grade.tried] == [
        ("不合格", False),
        ("待提升", False),
        ("优秀", False),
        ("良好", False),
        ("合格", True),
    ]
    assert grade.tried[3].says.en == "at least 3 at 80 or more (3 are); none below 60 (1 are)"
    assert grade.tried[1].says.zh == "至少 2 项低于 60(实有 1 项)"


@pytest.mark.parametrize(("measured", "why"), [
    ({}, "没有任何证据,不评总分和等级"), ({"x": HELD}, "有待定项,先补齐再评定"),
    ({"x": worth(80)}, "证据覆盖 50 %,低于方案要求的 60 %,不评等级"),
])  # fmt: skip
def test_no_grade_says_why(measured: dict[str, Measured], why: str) -> None:
    by = rules(section("a", rated("x"), rated("y")), grades=BANDS | {"needs_coverage": "60%"})
    assert explained(by, measured).grade.rule.zh == why


# --- what stands behind ------------------------------------------------------------------------------------------


def rating(role: str, score: int, **more: object) -> dict[str, object]:
    return {
        "person": "甲", "item": "x", "role": role, "rater": f"{role}-1", "rated_on": dt.date(2011, 11, 29), "score": score * 10_000,
        "reason": "按事实", "import_id": "ab12", "row_no": 3, **more,
    }  # fmt: skip


def test_raters_show_weights_means_and_who_did_not_rate_a21() -> None:
    measure = {"use": "rating", "raters": {"self": "0.2", "superior": "0.6", "customer": "0.2"}}
    note = line(Measured(171, 2, 2, 2), measure, RATED, [rating("self", 90), rating("superior", 84)])
    assert note.figure.says.en == "(0.2 × 90 + 0.6 × 84) ÷ 0.8 = 85.5 (n = 2)"
    assert [(r.role, r.weight, r.score) for r in note.behind.raters] == [
        ("self", Fraction(1, 5), 90), ("superior", Fraction(3, 5), 84), ("customer", Fraction(1, 5), None),
    ]  # fmt: skip
    assert [n.zh for n in note.notes] == ["客户(权重 0.2)未评,按其余权重折算"]
    given_ = note.behind.raters[1].ratings[0]
    assert (given_.by, given_.on, given_.reason, given_.counted) == ("superior-1", "2011-11-29", "按事实", True)


def test_raters_far_apart_owe_a_comment_a20() -> None:
    raters = {"weights": {"self": "0", "superior": "1"}, "gap": {"between": ["self", "superior"], "more_than": 10}}
    by = rules(section("a", rated("x")), raters=raters)
    note = notes(explained(by, {"x": worth(80)}, {"x": [rating("self", 92), rating("superior", 80)]}))["x"]
    assert [n.en for n in note.notes] == ["self 92 and superior 80 differ by 12, more than 10: a comment is owed"]
    assert [r.counted for rater in note.behind.raters for r in rater.ratings] == [False, True]


def test_a_formula_is_not_shown_when_the_rows_do_not_make_the_value() -> None:
    measure = {"use": "rating", "raters": {"self": 1, "superior": 1}}
    note = line(worth(80), measure, RATED, [rating("self", 92), rating("superior", 90)])
    assert note.figure.says.en == "80 (n = 1)"


def deduction(kind: str, amount: int | None, **more: object) -> dict[str, object]:
    return {
        "deduction": f"d-{kind}", "person": "甲", "indicator": "records", "kind": kind, "amount": amount, "happened_on": dt.date(2011, 11, 9),
        "verified": True, "record": "SR-7", "reason": "漏记", "evidence": None, "entered_by": "主管", "import_id": "cd34", "row_no": 2, **more,
    }  # fmt: skip


def test_deductions_show_who_entered_what_and_why() -> None:
    rows = [deduction("false_record", None), deduction("incomplete", 30_000, verified=False)]
    fixed, judged = notes(explained(s3(), A01, {"records": rows}))["records"].behind.judgements
    assert (fixed.what.zh, fixed.amount, fixed.by, fixed.on, fixed.reason, fixed.evidence, fixed.counted) == (
        "虚假记录", 5, "主管", "2011-11-09", "漏记", "SR-7", True,
    )  # fmt: skip
    assert (judged.amount, judged.counted) == (3, False)


def test_only_verified_complaints_of_the_right_cause_count_a17() -> None:
    def complaint(state: str, cause: str, origin: str = "department") -> dict[str, object]:
        day = dt.date(2011, 11, 3)
        return {"complaint": "c", "person": "甲", "received_on": day, "origin": origin, "state": state, "cause": cause, "amount": 30_000}

    rows = [complaint("verified", "attitude"), complaint("verified", "other"), complaint("verifying", "attitude"),
            complaint("verified", "attitude", "customer")]  # fmt: skip
    behind = notes(explained(s3(), A01, {"service": rows}))["service"].behind
    assert [j.counted for j in behind.judgements] == [True, False, False, False]


def test_violations_count_once_verified_and_heard() -> None:
    def violation(state: str) -> dict[str, object]:
        day = dt.date(2011, 11, 8)
        return {
            "violation": "v",
            "person": "甲",
            "happened_on": day,
            "clause": "第 3 条",
            "severity": "minor",
            "state": state,
            "reason": "迟到",
        }

    measure = {"use": "violation_severity", "levels": {"minor": "1%"}}
    note = line(
        Measured(10_000, 1_000_000, 1, 1), measure, [{"from": 0, "score": 10}], [violation("verified"), violation("employee_heard")]
    )
    assert [(j.what.zh, j.reason, j.counted) for j in note.behind.judgements] == [
        ("第 3 条 minor", "迟到", True),
        ("第 3 条 minor", "迟到", False),
    ]


def test_money_is_a_share_of_amounts_and_not_counted() -> None:
    note = line(Measured(30_000_00, 40_000_00, 4, 4), {"use": "renewal_rate", "by": "amount"}, TIERS)
    assert note.formula.en == "30000 ÷ 40000 = 75 % → 2 points"
    assert note.neighbours[0].says.en == "2000 yuan more renewed would have reached 80 % (8 points)"


def test_a_row_may_name_its_shape() -> None:
    row: dict[str, object] = {"shape": "tickets", "ticket": "T", "solved_at": dt.datetime(2011, 11, 3, tzinfo=SHANGHAI)}
    note = line(rate(1, 20), "complaint_rate", [{"from": 0, "score": 10}], [row])
    assert [c.says.en for c in note.behind.rows[0].cells] == ["T", "2011-11-02 16:00"]


def test_a_ticket_row_tells_its_times_in_the_companys_zone_and_how_long_it_took() -> None:
    at = dt.datetime(2011, 11, 3, 1, 0)
    row: dict[str, object] = {
        "ticket": "INC1", "created_at": at, "solved_at": at + dt.timedelta(hours=30), "first_solved_at": None,
        "created_work": 1_000, "solved_work": 1_000 + 9_000, "import_id": "ef56", "row_no": 9,
    }  # fmt: skip
    by = rules(section("a", {"id": "x", "title": "x", "measure": "resolution_time", "curve": [{"from": 0, "score": 10}]}))
    note = notes(explained(by, {"x": Measured(9_000, 1, 1, 1)}, {"x": [row]}, zone=SHANGHAI))["x"]
    assert [(c.column, c.says.en) for c in note.behind.rows[0].cells] == [
        ("ticket", "INC1"), ("created_at", "2011-11-03 09:00"), ("solved_at", "2011-11-04 15:00"), ("took", "2h 30min"),
    ]  # fmt: skip
    by_clock = {"id": "x", "title": "x", "measure": {"use": "resolution_time", "clock": "calendar"}, "curve": [{"from": 0, "score": 10}]}
    calendar = notes(explained(rules(section("a", by_clock)), {"x": Measured(108_000, 1, 1, 1)}, {"x": [row]}))["x"]
    assert calendar.behind.rows[0].cells[-1].says.zh == "30 小时"


def test_stored_units_are_said_as_people_write_them() -> None:
    row: dict[str, object] = {"task": "T2", "person": "甲", "share": 400_000}
    note = notes(explained(s8(), {"tasks": rate(1, 2)}, {"tasks": [row]}))["tasks"]
    assert [(c.title.en, c.says.en) for c in note.behind.rows[0].cells] == [("task", "T2"), ("share", "40 %")]


def plan_row(item: str) -> dict[str, object]:
    day = dt.date(2011, 11, 10)
    return {"person": "甲", "item": item, "kind": "plan", "due_on": day, "done_on": day, "amount": 10_000, "approved": True}


def test_long_evidence_is_counted_whole_and_kept_in_part() -> None:
    behind = notes(explained(s3(), A01, {"plan_on_time": [plan_row(f"on-{i}") for i in range(40)]}, limit=3))["plan_on_time"].behind
    assert (len(behind.rows), behind.count) == (3, 40)


# --- the whole and its parts -------------------------------------------------------------------------------------


def test_one_line_alone_keeps_the_way_down_to_it_and_reads_no_other_evidence() -> None:
    asked: list[str] = []

    def evidence(of: Line, *_: object) -> list[Mapping[str, object]]:
        asked.append(of.indicator.id)
        return []

    by = s3()
    one = receipt(by, [Seat(sheet(by, A01), 30)], person="甲", period=NOVEMBER, only="csat", evidence=evidence)
    assert (asked, list(notes(one)), [s.id for s in one.seats[0].sections]) == (["csat"], ["csat"], ["kpi"])
    assert one.total == Decimal("61.50")
    with pytest.raises(KeyError):
        receipt(by, [Seat(sheet(by, A01), 30)], person="甲", period=NOVEMBER, only="no_such_line")


def test_settings_say_which_reading_of_an_ambiguity_was_used() -> None:
    by = s3({"csat_50_60": "strict"})
    assert [(s.name, s.value, s.reading, s.ambiguity) for s in explained(by, A01).settings] == [
        ("csat_50_60", "0", "strict", "AMB-7"), ("feedback_scale", "1.5", "scaled", "AMB-5"),
    ]  # fmt: skip


def test_a_flagged_clause_is_said_beside_the_line_and_on_top_a11() -> None:
    done = explained(s3(), A01 | {"csat": rate(28, 50)})
    clause = notes(done)["csat"].clause
    assert clause is not None
    assert clause.flag is not None
    assert [f.text for f in done.flags] == [clause.flag]


def test_json_has_both_languages_and_exact_numbers() -> None:
    done = json.loads(json.dumps(as_json(explained(s3(), A01 | {"csat": NOTHING})), ensure_ascii=False))
    assert done["total"] == "61.77"
    assert done["scheme"]["title"] == {"zh": "售前售后技术支持绩效合约", "en": "Pre- and after-sales support contract"}
    kpi = done["seats"][0]["sections"][0]
    assert kpi["points"] == {"exact": "799/15", "decimal": "53.2667"}
    assert kpi["lines"][0]["neighbours"][0]["says"]["zh"] == "再按时完成 1 件即达 90 %(10 分)"


@pytest.mark.parametrize("width", [30, 60, 100])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_line_of_text_is_wider_than_asked(width: int, lang: Any) -> None:
    rows = {"records": [deduction("false_record", None, reason="记录有虚假情况," * 9)]}
    text = as_text(explained(s3(), A01, rows), lang, width)
    assert [x for x in text.splitlines() if columns(x) > width] == []


def test_signs_that_steer_a_terminal_never_reach_it() -> None:
    text = as_text(explained(s3(), A01, {"records": [deduction("false_record", None, reason="a\x1b[31mb\nc\x07")]}), "en")
    assert "a [31mb c" in text
    assert not any(c < " " and c != "\n" for c in text)


@given(people)
def test_a_receipt_says_what_the_sheet_says(measured: dict[str, Measured]) -> None:
    done = CONTRACT.sheet(measured)
    told = receipt(CONTRACT.rules, [Seat(done, 30)], person="甲", period=NOVEMBER)
    assert (told.total, told.grade.id, told.coverage) == (done.total, done.grade, done.coverage)
    assert {name: note.points for name, note in notes(told).items()} == {m.line.indicator.id: m.points for m in done.lines}
    for name, note in notes(told).items():
        for neighbour in note.neighbours:
            there = CONTRACT.rules.line(name).curve.points(neighbour.value)
            assert there == neighbour.mark
            assert (neighbour.mark > (note.mark or 0)) is neighbour.better


CONTRACT = Scorer(s3())


# --- golden ------------------------------------------------------------------------------------------------------

LATE = dt.date(2011, 11, 12)
EVIDENCE = {
    "plan_on_time": [
        {**plan_row(f"item-{i}"), "done_on": LATE if i < 5 else dt.date(2011, 11, 9), "import_id": "ab12", "row_no": i + 2} for i in range(40)
    ],
    "records": [
        deduction("false_record", None), deduction("false_record", None, row_no=3, record="SR-8"),
        deduction("unlogged_outing", None, row_no=4, reason="11 月 7 日外出", record="SR-9"),
        deduction("incomplete", 30_000, row_no=5, reason="缺客户电话", record="SR-10"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_golden_contract(lang: Any) -> None:
    measured = A01 | {"csat": NOTHING, "records": Measured(180_000, 10_000, 4, 4)}
    text = as_text(explained(s3(), measured, EVIDENCE, name="张三"), lang, rows=2)
    agrees(
        f"s3-csat-missing.{lang}", "A05: CSAT is N/A, the section says how it is renormalised; neighbours; deductions; 2 of 40 rows", text
    )


def test_golden_counted_rules() -> None:
    measured = {f"i{i}": worth(v) for i, v in enumerate((55, 82, 85, 90), 1)}
    agrees("s6-counted-rules.en", "A26: four rules fail, the last holds, and the flag", as_text(explained(s6(), measured), "en"))


def test_golden_raters() -> None:
    weights = {"raters": {"self": "0.2", "superior": "0.6", "customer": "0.2"}}
    by = rules(section("all", rated("x", source="default", seed="S7.2", **weights)), grades=BANDS)
    rows = {"x": [rating("self", 90), rating("superior", 84, reason="两次回访客户确认"), rating("peer", 60)]}
    text = as_text(explained(by, {"x": Measured(171, 2, 2, 3)}, rows), "en")
    agrees("a21-raters.en", "A21: the customer did not rate, the weights left are scaled up; the peer has no weight", text)


def test_golden_two_positions() -> None:
    by = rules(section("all", rated("x")), grades=BANDS)
    seats = [Seat(sheet(by, {"x": worth(80)}), 20), Seat(sheet(by, {"x": worth(92)}), 10)]
    text = as_text(receipt(by, seats, person="乙", period=NOVEMBER), "zh")
    agrees("a48-two-positions.zh", "A48: 20 days at 80, 10 days at 92", text)
