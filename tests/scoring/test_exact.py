"""One person by the rules of the seeds, with the figures of the acceptance examples."""

from __future__ import annotations

import subprocess
import sys
import timeit
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jikao.scheme.number import half_up
from jikao.scheme.rules import Rules
from jikao.scoring.exact import NO_SOURCE, Measured, Result, Scorer, Seat, Sheet, combine_seats, sheet

from .schemes import BANDS, rated, rules, s2, s3, s6, s8, section

NOTHING = Measured(None, None, state="nothing")
HELD = Measured(None, None, state="held")


def rate(num: int, den: int) -> Measured:
    return Measured(num, den, den, den) if den else NOTHING


def work(num: int, den: int) -> Measured:
    """A rate of work, stored in ten-thousandths: every item weighs one."""
    return Measured(num * 10_000, den * 10_000, den, den)


def worth(value: str | int) -> Measured:
    """A score or a sum of points."""
    exact = Fraction(value)
    return Measured(exact.numerator, exact.denominator, 1, 1)


RATED_CURVE = [{"from": 0, "score": 0, "each": 1}]
A01 = {
    "plan_on_time": work(35, 40), "records": worth(18), "feedback": worth(4), "csat": rate(35, 50), "exam": worth(85),
    "attitude": worth("3.5"), "service": worth(3),
}  # fmt: skip
FULL = {
    "plan_on_time": work(40, 40), "records": worth(0), "feedback": worth(0), "csat": rate(50, 50), "exam": worth(100),
    "attitude": worth(0), "service": worth(0),
}  # fmt: skip


def points(of: Sheet, indicator: str) -> Fraction | None:
    return of.marked(indicator).points


def one(curve: object, measure: object = "rating", **line: object) -> Rules:
    """Rules of a single line."""
    return rules(section("all", {"id": "x", "title": "x", "measure": measure, "curve": curve, **line}), grades=BANDS)


# --- F1 contract total -------------------------------------------------------------------------------------------


def test_the_lines_of_a_contract_sum_to_61_50_and_fair_a01() -> None:
    done = sheet(s3(), A01)
    assert [m.points for m in done.lines] == [8, 22, 9, 6, 8, Fraction("6.5"), 2]
    assert done.nodes[1] == (53, 85)
    assert done.nodes[2] == (Fraction("8.5"), 15)
    assert (done.total, done.grade, done.state, done.coverage) == (Decimal("61.50"), "合格", "scored", 1)


def test_percent_mode_gives_the_same_total_as_points_a01() -> None:
    by_percent = rules(section("kpi", rated("a", weight=100), weight=85), section("rest", rated("b", weight=100), weight=15))
    done = sheet(by_percent, {"a": worth(f"{Fraction(5300, 85)}"), "b": worth(f"{Fraction(850, 15)}")})
    assert half_up(Fraction(5300, 85), 6) == Decimal("62.352941")
    assert done.total == Decimal("61.50")


def test_all_lines_full_are_100_and_never_74_50_a02() -> None:
    assert sheet(s3(), FULL).total == Decimal("100.00")


def test_quantitative_and_qualitative_weights_inside_the_kpi_section_a03() -> None:
    kpi = {
        "id": "kpi",
        "title": "kpi",
        "weight": 85,
        "sections": [section("n", rated("n1"), weight=70), section("q", rated("q1"), weight=30)],
    }
    done = sheet(rules(kpi, section("rest", rated("r1"), weight=15), grades=BANDS), {"n1": worth(90), "q1": worth(80), "r1": worth(60)})
    assert done.nodes[1].points == Fraction("73.95")
    assert done.nodes[1].points / 85 * 100 == 87
    assert (done.total, done.grade) == (Decimal("82.95"), "良好")


def test_a_line_without_evidence_renormalises_its_section_a05() -> None:
    done = sheet(s3(), A01 | {"csat": NOTHING})
    assert done.nodes[1].points == Fraction(47, 75) * 85
    assert half_up(done.nodes[1].points or 0, 4) == Decimal("53.2667")
    assert (done.total, done.coverage, done.marked("csat").state) == (Decimal("61.77"), Fraction("0.9"), "missing")


# --- F2 tiers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("num", "den", "mark"), [(36, 40, 10), (35, 40, 8), (20, 40, 5), (19, 40, 2), (0, 0, None)])
def test_the_plan_line_by_tiers_a06_to_a10(num: int, den: int, mark: int | None) -> None:
    assert points(sheet(s3(), {"plan_on_time": rate(num, den)}), "plan_on_time") == mark


@pytest.mark.parametrize(("num", "mark"), [(45, 10), (40, 8), (35, 6), (28, 5), (20, 0)])
def test_satisfaction_by_tiers_a11(num: int, mark: int) -> None:
    done = sheet(s3(), {"csat": rate(num, 50)})
    assert points(done, "csat") == mark
    assert [flag.id for flag in done.flags] == (["csat"] if num == 28 else [])


def test_satisfaction_of_56_percent_is_0_when_read_strictly_and_no_answers_are_na_a11() -> None:
    assert points(sheet(s3({"csat_50_60": "strict"}), {"csat": rate(28, 50)}), "csat") == 0
    assert points(sheet(s3(), {"csat": rate(0, 0)}), "csat") is None


@pytest.mark.parametrize(("score", "mark"), [("90", 10), ("89.5", 8), ("70", 6), ("69", 5), ("60", 5), ("59.9", 0), ("0", 0)])
def test_the_exam_by_tiers_a12(score: str, mark: int) -> None:
    assert points(sheet(s3(), {"exam": worth(score)}), "exam") == mark


# --- F3, F4 deductions and feedback ------------------------------------------------------------------------------


@pytest.mark.parametrize(("line", "taken", "left"), [("records", "18", "22"), ("records", "45", "0"), ("attitude", "3.5", "6.5"),
                                                     ("service", "3", "2"), ("service", "7", "0"), ("service", "0", "5")])  # fmt: skip
def test_deductions_come_off_and_never_go_below_zero_a13_to_a17(line: str, taken: str, left: str) -> None:
    assert points(sheet(s3(), {line: worth(taken)}), line) == Fraction(left)


@pytest.mark.parametrize(("taken", "reading", "mark"), [(0, "scaled", 15), (4, "scaled", 9), (0, "literal", 10), (4, "literal", 6)])
def test_feedback_scaled_or_literal_a18(taken: int, reading: str, mark: int) -> None:
    assert points(sheet(s3({"feedback_scale": reading}), {"feedback": worth(taken)}), "feedback") == mark


def test_feedback_that_waits_for_its_entry_holds_the_whole_sheet_a19() -> None:
    done = sheet(s3(), A01 | {"feedback": HELD})
    assert (done.marked("feedback").state, done.total, done.grade, done.state) == ("held", None, None, "held")


# --- F5, F6 raters, forms, bands ---------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["80", "83.6", "85.5"])
def test_a_weighted_rating_is_its_own_mark_a20_a21(value: str) -> None:
    assert sheet(one(RATED_CURVE), {"x": worth(value)}).total == half_up(Fraction(value))


def test_the_form_of_two_groups_of_two_of_two_a22() -> None:
    scores = dict(zip([line.indicator.id for line in s2().lines], [85, 90, 78, 88, 92, 95, 80, 100], strict=True))
    done = sheet(s2(), {name: worth(score) for name, score in scores.items()})
    percents = {node.id: standing.points / standing.of * 100 for node in s2().nodes if (standing := done.nodes[node.no]).points is not None}
    assert percents == {
        "total": Fraction("88.5"), "质量": Fraction("85.25"), "合作": Fraction("91.75"),
        "质量1": Fraction("87.5"), "质量2": 83, "合作1": Fraction("93.5"), "合作2": 90,
    }  # fmt: skip
    assert (done.total, done.grade) == (Decimal("88.50"), "良好")


@pytest.mark.parametrize(("total", "grade"), [("100", "优秀"), ("90", "优秀"), ("89.99", "良好"), ("80", "良好"), ("79.99", "合格"), ("60", "合格"),
                                              ("59.99", "亚标准"), ("40", "亚标准"), ("39.99", "不合格"), ("0", "不合格")])  # fmt: skip
def test_bands_begin_at_their_lower_ends_a23(total: str, grade: str) -> None:
    assert sheet(one(RATED_CURVE), {"x": worth(total)}).grade == grade


@pytest.mark.parametrize(("total", "grade"), [("89.5", "优秀"), ("89.49", "良好")])
def test_bands_may_look_at_whole_points_a23(total: str, grade: str) -> None:
    whole = rules(section("all", rated("x")), grades=BANDS | {"round": 0})
    assert sheet(whole, {"x": worth(total)}).grade == grade


def test_four_dimensions_count_equally_a24() -> None:
    done = sheet(s6(), {"i1": worth(85), "i2": worth(88), "i3": worth(76), "i4": worth(84)})
    assert done.total == Decimal("83.25")


def test_a_five_point_rubric_becomes_percent_and_keeps_thirds_exact_a25() -> None:
    rubric = {"measure": {"use": "rating", "scale": {"low": 1, "high": 5}}, "curve": [{"from": 1, "score": 20, "each": 20}]}
    dims = [section(f"d{d}", *[{"id": f"d{d}{i}", "title": "x", **rubric} for i in range(3)]) for d in range(4)]
    given_points = dict(zip([f"d{d}{i}" for d in range(4) for i in range(3)], [4, 5, 3, 3, 4, 4, 5, 4, 4, 4, 4, 5], strict=True))
    done = sheet(rules(*dims, grades=BANDS), {name: worth(p) for name, p in given_points.items()})
    assert [(done.nodes[n].points or 0) * 4 for n in (1, 2, 3, 4)] == [80, Fraction(220, 3), Fraction(260, 3), Fraction(260, 3)]
    assert (done.total, done.grade) == (Decimal("81.67"), "良好")


# --- F7 counted rules --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("scores", "grade", "flagged"), [
    ((95, 92, 90, 91), "优秀", False), ((92, 85, 88, 70), "良好", False), ((70, 65, 62, 75), "合格", False),
    ((55, 82, 85, 90), "合格", True), ((55, 58, 70, 80), "待提升", False), ((35, 38, 70, 80), "不合格", False),
])  # fmt: skip
def test_grades_by_counted_conditions_a26(scores: tuple[int, ...], grade: str, flagged: bool) -> None:
    done = sheet(s6(), {f"i{i}": worth(score) for i, score in enumerate(scores, 1)})
    assert done.grade == grade
    assert [flag.id for flag in done.flags] == (["one_weak"] if flagged else [])


def test_a_section_without_evidence_is_not_counted_in_a_rule() -> None:
    done = sheet(s6(), {"i1": worth(95), "i2": worth(92), "i3": worth(90)})
    assert (done.grade, done.coverage) == ("优秀", Fraction(3, 4))


def test_the_rule_that_gives_a_grade_raises_its_own_flag() -> None:
    grades = {"rules": [{"id": "ok", "title": "ok", "flag": "look at it"}]}
    assert [(f.id, f.text.en) for f in sheet(rules(section("all", rated("x")), grades=grades), {"x": worth(1)}).flags] == [
        ("ok", "look at it")
    ]


# --- F8 points ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("own", "mark", "part"), [(29_000, "82.86", "49.71"), (21_000, "60.00", "36.00"), (35_000, "100.00", "60.00")])
def test_task_points_against_the_best_of_the_department_a27(own: int, mark: str, part: str) -> None:
    line = sheet(s8(), {"tasks": rate(own, 35_000)}).marked("tasks")
    assert (half_up(line.mark or 0), half_up(line.points or 0)) == (Decimal(mark), Decimal(part))


@pytest.mark.parametrize(("own", "sharing", "evaluation", "total", "grade"), [
    (29_000, 90, 85, "84.71", "B"), (21_000, 60, 75, "63.00", "C"), (35_000, 100, 92, "98.40", "A"),
])  # fmt: skip
def test_the_quarter_of_three_people_a29(own: int, sharing: int, evaluation: int, total: str, grade: str) -> None:
    done = sheet(s8(), {"tasks": rate(own, 35_000), "sharing": worth(sharing), "evaluation": worth(evaluation)})
    assert (done.total, done.grade) == (Decimal(total), grade)


@pytest.mark.parametrize(("total", "grade"), [("90", "A"), ("89.99", "B"), ("70", "B"), ("69.99", "C"), ("60", "C"), ("59.99", "D"),
                                              ("40", "D"), ("39.99", "E")])  # fmt: skip
def test_grade_edges_of_the_quarter_a30(total: str, grade: str) -> None:
    assert sheet(s8(), {"evaluation": worth(total)}).grade == grade


def test_nobody_with_points_is_na_a30() -> None:
    done = sheet(s8(), {"tasks": rate(0, 0)})
    assert (done.total, done.grade, done.state) == (None, None, "nothing")


def test_a_bonus_comes_on_top_and_the_cap_comes_last() -> None:
    base = {"tasks": rate(35, 35), "sharing": worth(100), "evaluation": worth(90)}
    assert sheet(s8(), base).total == Decimal("98.00")
    assert sheet(s8(), base | {"extra": worth(1)}).total == Decimal("99.00")
    capped = sheet(s8(), base | {"extra": worth(9)})
    assert (capped.total, capped.nodes[0].points, points(capped, "extra")) == (Decimal("100.00"), 98, 5)


# --- missing evidence --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("policy", "state", "total"), [
    ("renormalise", "missing", "80.00"), ("zero", "zero", "40.00"), ("full", "full", "90.00"), ("hold", "held", None),
])  # fmt: skip
@pytest.mark.parametrize("where", ["line", "section", "outer", "scheme"])
def test_a_policy_holds_from_wherever_it_was_set(where: str, policy: str, state: str, total: str | None) -> None:
    def at(place: str) -> dict[str, str]:
        return {"missing": policy} if where == place else {}

    inner = section("inner", rated("a"), rated("b", **at("line")), **at("section"))
    done = sheet(rules({"id": "outer", "title": "outer", "sections": [inner], **at("outer")}, **at("scheme")), {"a": worth(80)})
    assert (done.marked("b").state, done.total) == (state, None if total is None else Decimal(total))


def test_the_nearest_policy_wins() -> None:
    inner = section("inner", rated("a", missing="full"), rated("b"), missing="zero")
    done = sheet(rules(inner, missing="hold"), {})
    assert [m.state for m in done.lines] == ["full", "zero"]
    assert (done.total, done.coverage) == (Decimal("50.00"), 0)


def test_a_section_without_any_evidence_leaves_its_share_to_the_others() -> None:
    deep = {"id": "a", "title": "a", "weight": 60, "sections": [section("a1", rated("x")), section("a2", rated("y"))]}
    done = sheet(rules(deep, section("b", rated("z"), weight=40)), {"x": worth(70), "z": worth(90)})
    assert [done.nodes[n].points for n in (3, 2, 1, 4)] == [None, 21, 42, 36]
    assert done.total == Decimal("78.00")


def test_too_little_evidence_gives_a_total_and_no_grade() -> None:
    half = rules(section("all", rated("a"), rated("b")), grades=BANDS | {"needs_coverage": "60%"})
    done = sheet(half, {"a": worth(95)})
    assert (done.total, done.grade, done.state, done.coverage) == (Decimal("95.00"), None, "insufficient", Fraction(1, 2))


def test_a_value_the_curve_does_not_know_is_held_and_not_guessed() -> None:
    gap = one([{"from": "60%", "score": 6}, {"below": "50%", "score": 0}], "csat", points=10)
    assert sheet(gap, {"x": rate(28, 50)}).state == "held"
    assert sheet(gap, {"x": rate(30, 50)}).total is not None


@pytest.mark.parametrize("policy", ["zero", "full", "hold", "renormalise"])
def test_a_missing_bonus_adds_nothing_whatever_the_policy(policy: str) -> None:
    done = sheet(rules(section("all", rated("a"), rated("b", bonus=5)), missing=policy), {"a": worth(70)})
    assert (done.marked("b").state, done.total) == ("missing", Decimal("70.00"))


def test_only_a_bonus_is_no_result() -> None:
    assert sheet(rules(section("all", rated("a"), rated("b", bonus=5))), {"b": worth(5)}).state == "nothing"


@pytest.mark.parametrize(("value", "mark"), [(14, 10), (15, 10), (16, 5), (30, 5), (31, 0)])
def test_clauses_may_own_their_upper_end(value: int, mark: int) -> None:
    upto = one([{"upto": 15, "score": 10}, {"upto": 30, "score": 5}, {"above": 30, "score": 0}], "complaints", points=10)
    assert points(sheet(upto, {"x": worth(value)}), "x") == mark


# --- seats (A48) -------------------------------------------------------------------------------------------------


def seats(*slices: tuple[str | None, int]) -> Result:
    form = rules(section("all", rated("x")), grades=BANDS)
    return combine_seats(form, [(sheet(form, {} if value is None else {"x": worth(value)}), days) for value, days in slices])


def test_a_change_of_position_is_weighted_by_days_a48() -> None:
    both = seats(("80", 20), ("92", 10))
    assert (both.total, both.grade, both.nodes[1].points, both.coverage) == (Decimal("84.00"), "良好", 84, 1)


def test_a_seat_without_evidence_counts_no_days_but_lowers_coverage() -> None:
    both = seats(("80", 20), (None, 10))
    assert (both.total, both.coverage) == (Decimal("80.00"), Fraction(2, 3))


def test_no_seat_with_evidence_is_no_result() -> None:
    assert seats((None, 20), (None, 10)).state == "nothing"


def test_a_held_seat_holds_the_person() -> None:
    form = rules(section("all", rated("x")))
    held = combine_seats(form, [(sheet(form, {"x": HELD}), 10), (sheet(form, {"x": worth(80)}), 20)])
    assert (held.total, held.state) == (None, "held")


def test_the_same_flag_of_two_seats_is_shown_once() -> None:
    contract = s3()
    done = sheet(contract, {"csat": rate(28, 50)})
    assert [f.id for f in combine_seats(contract, [Seat(done, 10), Seat(done, 20)]).flags] == ["csat"]


# --- properties --------------------------------------------------------------------------------------------------

ratios = st.integers(1, 60).flatmap(lambda den: st.builds(rate, st.integers(0, den), st.just(den)))
taken = st.builds(lambda h: worth(f"{Fraction(h, 100)}"), st.integers(0, 6000))
exams = st.builds(lambda h: worth(f"{Fraction(h, 100)}"), st.integers(0, 10_000))
absent = st.sampled_from([NOTHING, NO_SOURCE])
people = st.fixed_dictionaries({
    "plan_on_time": ratios | absent, "csat": ratios | absent, "exam": exams | absent,
    "records": taken, "feedback": taken | absent, "attitude": taken, "service": taken,
})  # fmt: skip
CONTRACT = Scorer(s3())
QUARTER = Scorer(s8())


@given(people)
def test_a_total_stays_between_0_and_the_cap(measured: dict[str, Measured]) -> None:
    done = CONTRACT.sheet(measured)
    assert done.exact is not None
    assert 0 <= done.exact <= 100
    assert done.total == half_up(done.exact)


@given(people)
def test_a_section_is_worth_its_share_of_what_its_evidence_could_have_earned(measured: dict[str, Measured]) -> None:
    done = CONTRACT.sheet(measured)
    there = [m for m in done.lines if m.line.node == 1 and m.points is not None]
    standing = done.nodes[1].points
    assert standing is not None
    assert standing / 85 == sum(m.points or 0 for m in there) / sum(m.line.points for m in there)


@given(people)
def test_full_marks_where_there_is_evidence_are_a_full_total(measured: dict[str, Measured]) -> None:
    best = {name: FULL[name] if m.value is not None else m for name, m in measured.items()}
    assert CONTRACT.sheet(best).total == Decimal("100.00")


@given(people, st.sampled_from(sorted(A01)), st.data())
def test_more_of_a_good_thing_never_lowers_the_total(measured: dict[str, Measured], name: str, data: st.DataObject) -> None:
    other = data.draw({"plan_on_time": ratios, "csat": ratios, "exam": exams}.get(name, taken))
    value = measured[name].value
    if value is None or other.value is None:
        return
    low, high = sorted([measured[name], other], key=lambda m: m.value or 0)
    worse, better = (low, high) if CONTRACT.rules.line(name).curve.direction() == "up" else (high, low)
    one_, two = CONTRACT.sheet(measured | {name: worse}).exact, CONTRACT.sheet(measured | {name: better}).exact
    assert one_ is not None
    assert two is not None
    assert one_ <= two


@given(people)
def test_marks_are_those_of_the_curve(measured: dict[str, Measured]) -> None:
    for m in CONTRACT.sheet(measured).lines:
        value = m.measured.value
        if value is not None:
            assert m.mark == m.line.curve.points(value)
            assert m.clause == m.line.curve.clause_at(value)


@given(st.integers(0, 35_000), st.integers(0, 20))
def test_a_bonus_never_lifts_a_total_above_the_cap(own: int, extra: int) -> None:
    done = QUARTER.sheet({"tasks": rate(own, 35_000), "extra": worth(extra)})
    assert done.exact is not None
    assert done.exact == min(Fraction(own, 350) + min(extra, 5), 100)


@given(st.lists(st.tuples(exams, st.integers(1, 31)), min_size=1, max_size=4))
def test_seats_never_lie_outside_their_sheets(slices: list[tuple[Measured, int]]) -> None:
    form = rules(section("all", rated("x")))
    both = combine_seats(form, [(sheet(form, {"x": m}), days) for m, days in slices])
    values = [m.value for m, _ in slices if m.value is not None]
    assert both.exact is not None
    assert min(values) <= both.exact <= max(values)


# --- what it may cost --------------------------------------------------------------------------------------------


def test_the_web_can_score_one_person_without_an_engine() -> None:
    code = "import sys, jikao.scoring.exact, jikao.scoring.explain, jikao.scoring.whatif; print({'ibis', 'duckdb'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_one_person_with_ten_indicators_takes_a_fraction_of_a_millisecond() -> None:
    lines = [rated(f"r{i}") for i in range(10)]
    scorer = Scorer(rules(section("a", *lines[:5]), section("b", *lines[5:]), grades=BANDS))
    person = {f"r{i}": worth(f"{Fraction(8500 + i, 101)}") for i in range(10)}
    best = min(timeit.repeat(lambda: scorer.sheet(person), number=50, repeat=5)) / 50
    assert best < 0.002  # ten times what it needs, so that a busy machine does not fail it
