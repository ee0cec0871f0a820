"""What is still needed: every promise is scored again before it is made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jikao.scheme.number import half_up
from jikao.scheme.rules import Rules
from jikao.scoring.exact import Measured, Scorer, sheet
from jikao.scoring.whatif import (
    LineNeeds,
    Move,
    Needs,
    as_json,
    as_text,
    check_changes,
    check_target,
    needed,
    with_changes,
)

from .golden import agrees
from .schemes import BANDS, rated, rules, s3, s6, s8, section
from .test_exact import A01, FULL, HELD, NOTHING, people, rate, work, worth

BAND_IDS = ["优秀", "良好", "合格", "亚标准", "不合格"]
CONTRACT = Scorer(s3())


def line(of: Needs, indicator: str) -> LineNeeds:
    return next(x for x in of.lines if x.indicator == indicator)


def only(measured: Measured, measure: object, curve: object, remaining: int = 0, total: int = 100) -> LineNeeds:
    """What one line of a scheme of one line of 100 points needs."""
    by = rules(section("all", {"id": "x", "title": "x", "measure": measure, "curve": curve, "points": 100}, points=100))
    return needed(by, {"x": measured}, total=Decimal(total), remaining={"x": remaining} if remaining else {}).lines[0]


def applied(measured: Mapping[str, Measured], *moves: Move) -> dict[str, Measured]:
    return dict(measured) | {move.indicator: move.measured for move in moves}


TIERS = [{"from": "90%", "score": 100}, {"from": "80%", "score": 80}, {"from": 0, "score": 20}]


# --- other values ------------------------------------------------------------------------------------------------


def test_other_values_give_the_sheet_before_and_after() -> None:
    both = with_changes(s3(), A01, {"plan_on_time": Fraction(36, 40), "records": 0})
    assert (both.before.total, both.after.total) == (Decimal("61.50"), Decimal("81.50"))
    assert both.after.marked("plan_on_time").measured == work(36, 40)
    assert both.after.marked("csat") == both.before.marked("csat")


def test_a_value_between_two_counts_is_taken_as_it_is() -> None:
    assert with_changes(s3(), A01, {"plan_on_time": Decimal("0.93")}).after.marked("plan_on_time").measured.value == Fraction(93, 100)


def test_evidence_for_a_missing_line_ends_the_renormalising() -> None:
    both = with_changes(s3(), A01 | {"csat": NOTHING}, {"csat": Fraction(7, 10)})
    assert (both.before.total, both.after.total) == (Decimal("61.77"), Decimal("61.50"))


@pytest.mark.parametrize(("changes", "remaining", "code"), [
    ({"no_such": 1}, {}, "whatif.unknown-indicator"), ({}, {"no_such": 1}, "whatif.unknown-indicator"),
    ({"csat": Decimal("1.2")}, {}, "whatif.out-of-domain"), ({"exam": -1}, {}, "whatif.out-of-domain"),
    ({}, {"exam": 3}, "whatif.not-counted"), ({}, {"csat": -3}, "whatif.not-counted"),
])  # fmt: skip
def test_impossible_suppositions_are_named(changes: dict[str, Any], remaining: dict[str, int], code: str) -> None:
    found = check_changes(s3(), changes, remaining)
    assert [p.code for p in found] == [code]
    assert all(p.what(lang) and p.why(lang) and p.mend(lang) for p in found for lang in ("zh", "en"))


def test_half_a_ticket_is_impossible() -> None:
    by = rules(section("a", {"id": "x", "title": "x", "measure": "tickets_solved", "curve": [{"from": 0, "score": 0, "each": 1}]}))
    assert [p.code for p in check_changes(by, {"x": Decimal("1.5")})] == ["whatif.out-of-domain"]
    assert check_changes(by, {"x": 2}) == []


def test_possible_suppositions_have_no_problems() -> None:
    assert check_changes(s3(), {"csat": Fraction(1, 2), "records": 12}, {"plan_on_time": 5, "csat": 2}) == []


@pytest.mark.parametrize(
    ("target", "code"), [({"grade": "卓越"}, "whatif.unknown-grade"), ({"total": Decimal(101)}, "whatif.total-out-of-range")]
)
def test_impossible_targets_are_named_and_refused(target: dict[str, Any], code: str) -> None:
    assert [p.code for p in check_target(s3(), **target)] == [code]
    with pytest.raises(ValueError):
        needed(s3(), A01, **target)


@pytest.mark.parametrize("target", [{}, {"grade": "良好", "total": Decimal(80)}])
def test_exactly_one_target_is_asked_for(target: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        needed(s3(), A01, **target)


# --- the next clause ---------------------------------------------------------------------------------------------


def test_the_next_clause_in_things_and_what_it_gives() -> None:
    following = line(needed(s3(), A01, grade="良好"), "plan_on_time").next
    assert following is not None
    assert (following.value, following.mark, following.after.total) == (Fraction(9, 10), 10, Decimal("63.50"))
    assert following.says.zh == "再按时完成 1 件:87.5 % → 36 ÷ 40 = 90 %,本项 10 分,总分 63.50"
    assert following.says.en == "1 more on time: 87.5 % → 36 ÷ 40 = 90 %, this line 10 points, total 63.50"


@pytest.mark.parametrize(("remaining", "said"), [
    (10, "at least 10 on time of the 10 still to come: 87.5 % → 45 ÷ 50 = 90 %, this line 100 points, total 100.00"),
    (20, "at least 19 on time of the 20 still to come: 87.5 % → 54 ÷ 60 = 90 %, this line 100 points, total 100.00"),
])  # fmt: skip
def test_things_still_to_come_grow_the_denominator(remaining: int, said: str) -> None:
    alone = only(work(35, 40), "plan_on_time_rate", TIERS, remaining).alone
    assert alone is not None
    assert alone.says.en == said
    assert alone.measured.den == (40 + remaining) * 10_000


def test_what_still_comes_may_not_be_enough() -> None:
    needs = only(work(30, 40), "plan_on_time_rate", TIERS, 10)
    assert needs.alone is None
    assert needs.best is not None
    assert needs.best.value == Fraction(4, 5)
    assert needs.notes[0].en == "this line alone cannot reach the target: even at its best (80 %) the total is only 80.00"


def test_things_to_come_that_weigh_differently_are_not_counted_in_and_it_says_so() -> None:
    needs = only(Measured(120_000, 220_000, 20, 20), "plan_on_time_rate", TIERS, 5)
    assert needs.notes[0].zh == "各条分量不等,余下的件数无法计入"
    assert needs.alone is not None
    assert needs.alone.says.en == "7.8 more work on time: 54.5455 % → 90 %, this line 100 points, total 100.00"


def test_of_bad_things_at_most_so_many_may_still_come() -> None:
    alone = only(rate(1, 20), "reopen_rate", [{"upto": "5%", "score": 100}, {"above": "5%", "score": 0}], 30).alone
    assert alone is None  # 5 % of 20 is reached already: nothing is needed
    reopened = only(rate(2, 20), "reopen_rate", [{"upto": "5%", "score": 100}, {"above": "5%", "score": 0}], 30).alone
    assert reopened is not None
    assert reopened.says.zh == "余下 30 件中至多重开 0 件:10 % → 2 ÷ 50 = 4 %,本项 100 分,总分 100.00"


def test_a_line_without_evidence_can_still_be_earned_by_what_comes() -> None:
    alone = only(NOTHING, "csat", TIERS, 7).alone
    assert alone is not None
    assert alone.says.zh == "余下 7 份答卷中至少 7 份满意:N/A → 7 ÷ 7 = 100 %,本项 100 分,总分 100.00"


@pytest.mark.parametrize(("measured", "measure", "curve", "value"), [
    (Measured(8_100, 1, 9, 9), {"use": "resolution_time"}, [{"upto": "1h", "score": 100}, {"above": "1h", "score": 0}], 3_600),
    (Measured(8_100, 1, 9, 9), {"use": "resolution_time"}, [{"below": "1h", "score": 100}, {"from": "1h", "score": 0}], 3_599),
    (worth(47), "tickets_solved", [{"above": 50, "score": 100}, {"upto": 50, "score": 0}], 51),
    (worth(47), "tickets_solved", [{"from": 50, "score": 100}, {"below": 50, "score": 0}], 50),
    (Measured(256, 3, 3, 3), "exam_score", [{"above": 90, "score": 100}, {"upto": 90, "score": 0}], Fraction("90.01")),
    (worth(47), "exam_score", [{"from": 40, "below": 60, "score": 0}, {"from": 60, "score": 100}, {"below": 40, "score": 100}], Fraction("39.99")),
])  # fmt: skip
def test_an_end_counts_only_where_it_belongs(measured: Measured, measure: object, curve: object, value: Fraction) -> None:
    alone = only(measured, measure, curve).alone
    assert alone is not None
    assert alone.value == value


def test_a_slope_needs_the_next_hundredth_that_is_enough() -> None:
    alone = only(worth(70), "rating", [{"from": 0, "score": 0, "to": 100}], total=77).alone
    assert alone is not None
    assert alone.value == 77
    by = rules(section("all", rated("x"), rated("y"), rated("z")))
    thirds = needed(by, {"x": worth(70), "y": worth(70), "z": worth(70)}, total=Decimal(75))
    assert [m.value for m in (line(thirds, "x").alone,) if m is not None] == [Fraction("84.99")]  # 74.9967 is frozen as 75.00


def test_a_line_at_its_best_says_so() -> None:
    assert [n.zh for n in line(needed(s3(), FULL | {"csat": rate(0, 5)}, total=Decimal(95)), "exam").notes] == [
        "已得本项能得的最高分",
        "单靠本项达不到目标",
    ]


# --- a grade or a total ------------------------------------------------------------------------------------------


def test_the_fewest_lines_that_reach_a_grade() -> None:
    found = needed(s3(), A01, grade="良好")
    assert [(m.indicator, m.value) for m in found.least] == [("records", 0), ("feedback", Fraction("3.67"))]
    assert [m.after.total for m in found.least] == [Decimal("79.50"), Decimal("80.00")]
    assert found.after is not None
    assert (found.after.total, found.after.grade) == (Decimal("80.00"), "良好")


def test_one_line_alone_may_be_enough() -> None:
    found = needed(s3(), A01, total=Decimal(63))
    assert len(found.least) == 1
    alone = {x.indicator: x.alone.value for x in found.lines if x.alone is not None}
    assert alone == {
        "plan_on_time": Fraction(9, 10), "records": Fraction("16.5"), "feedback": 3, "csat": Fraction(4, 5), "exam": 90,
        "attitude": 2, "service": Fraction("1.5"),
    }  # fmt: skip


def test_a_reached_target_needs_nothing() -> None:
    found = needed(s3(), A01, grade="合格")
    assert (found.reached, found.least, found.blocked) == (True, (), None)


def test_a_grade_below_is_reached_too() -> None:
    assert needed(s3(), A01, grade="亚标准").reached


def test_whole_point_grades_begin_half_a_point_earlier() -> None:
    by = rules(section("a", rated("x")), grades=BANDS | {"round": 0})
    found = needed(by, {"x": worth(70)}, grade="优秀")
    assert [(m.value, m.after.grade) for m in found.least] == [(Fraction("89.5"), "优秀")]


def test_evidence_for_a_missing_line_is_said_to_change_the_shares() -> None:
    found = needed(s3(), {"plan_on_time": work(20, 40)}, total=Decimal(60))
    csat = line(found, "csat").alone
    assert csat is not None
    assert csat.assumes is not None
    assert csat.assumes.en == "assumes that this line gets evidence and counts: the shares of its section change"
    assert csat.after.total == half_up(Fraction(5 + 8, 20) * 100)
    assert "csat" not in [m.indicator for m in found.least]


def test_a_line_counted_as_zero_can_be_earned_without_changing_shares() -> None:
    by = rules(section("a", rated("x"), rated("y", missing="zero")), grades=BANDS)
    found = needed(by, {"x": worth(80)}, grade="合格")
    # (80 + 39.99) / 2 = 59.995, frozen as 60.00
    assert [(m.indicator, m.value, m.assumes is not None) for m in found.least] == [("y", Fraction("39.99"), True)]
    assert line(found, "y").notes[0].en == "no evidence, counted as 0"


def test_a_missing_bonus_is_among_the_ways() -> None:
    found = needed(s8(), {"tasks": rate(35, 35), "sharing": worth(80), "evaluation": worth(90)}, total=Decimal(96))
    extra = line(found, "extra").alone
    assert extra is not None
    assert (extra.value, extra.after.total) == (2, Decimal("96.00"))


def test_what_cannot_be_reached_is_said() -> None:
    low = [{"from": 0, "score": 0, "each": "0.5"}]
    by = rules(section("a", rated("x"), {**rated("y"), "curve": low}), grades=BANDS)
    found = needed(by, {"x": worth(80), "y": worth(80)}, grade="优秀")
    assert found.blocked is not None
    assert found.blocked.en == "not even with every line that has evidence at its best"
    assert (found.least, found.after) == ((), None)


def test_held_lines_stand_in_the_way() -> None:
    found = needed(s3(), A01 | {"feedback": HELD}, grade="良好")
    assert found.blocked is not None
    assert found.blocked.zh == "待定项须先补齐:客户信息反馈及时率"


def test_too_little_evidence_stands_in_the_way_of_a_grade() -> None:
    by = rules(section("a", rated("x"), rated("y")), grades=BANDS | {"needs_coverage": "60%"})
    found = needed(by, {"x": worth(70)}, grade="优秀")
    assert found.blocked is not None
    assert found.blocked.en == "evidence covers 50 %, less than the 60 % asked for: evidence first, grades after"
    assert needed(by, {"x": worth(70)}, total=Decimal(90)).blocked is None


# --- counted rules -----------------------------------------------------------------------------------------------


def four(*scores: int) -> dict[str, Measured]:
    return {f"i{i}": worth(score) for i, score in enumerate(scores, 1)}


@pytest.mark.parametrize(("scores", "grade", "least"), [
    ((92, 85, 75, 70), "良好", {"i3": Fraction(80)}),
    ((55, 58, 70, 80), "合格", {"i2": Fraction(60)}),
    ((55, 58, 70, 80), "良好", {"i1": Fraction(80), "i2": Fraction(80)}),
    ((92, 85, 95, 70), "优秀", {"i2": Fraction(90), "i4": Fraction(90)}),
    ((35, 38, 70, 80), "待提升", {"i2": Fraction(40)}),
])  # fmt: skip
def test_the_fewest_sections_to_lift_for_a_counted_grade(scores: tuple[int, ...], grade: str, least: dict[str, Fraction]) -> None:
    found = needed(s6(), four(*scores), grade=grade)
    assert {m.indicator: m.value for m in found.least} == least
    assert found.after is not None
    assert found.after.grade == grade


def test_one_section_alone_may_lift_a_counted_grade() -> None:
    found = needed(s6(), four(92, 85, 75, 70), grade="良好")
    assert {x.indicator for x in found.lines if x.alone is not None} == {"i3", "i4"}
    assert [n.en for n in line(found, "i1").notes] == [
        'this line alone cannot reach the target: even at its best (100) the grade is only "合格"'
    ]


def test_a_worse_counted_grade_is_out_of_reach() -> None:
    found = needed(s6(), four(95, 92, 90, 91), grade="待提升")
    assert (found.reached, found.least) == (False, ())
    assert found.blocked is not None


# --- properties --------------------------------------------------------------------------------------------------


FEW = settings(max_examples=max(30, settings().max_examples // 4))
"""A search scores a sheet dozens of times."""


@FEW
@given(people, st.sampled_from(BAND_IDS))
def test_what_is_said_to_reach_a_grade_reaches_it(measured: dict[str, Measured], grade: str) -> None:
    found = needed(CONTRACT.rules, measured, grade=grade)
    line_of = {band.id: band.from_ for band in CONTRACT.rules.scheme.grades.bands}[grade]
    ways = ([found.least] if found.least else []) + [(x.alone,) for x in found.lines if x.alone is not None]
    for way in ways:
        total = CONTRACT.sheet(applied(measured, *way)).total
        assert total is not None
        assert total >= line_of
    assert found.reached or found.least or found.blocked is not None


@FEW
@given(people)
def test_the_next_clause_earns_more_and_exactly_what_is_said(measured: dict[str, Measured]) -> None:
    before = CONTRACT.sheet(measured)
    for found in needed(CONTRACT.rules, measured, total=Decimal(100)).lines:
        if found.next is not None:
            after = CONTRACT.sheet(applied(measured, found.next))
            assert (after.total, after.marked(found.indicator).mark) == (found.next.after.total, found.next.mark)
            assert found.next.mark > (before.marked(found.indicator).mark or 0)


@FEW
@given(people, st.integers(0, 100))
def test_alone_is_the_least_step_that_is_enough(measured: dict[str, Measured], total: int) -> None:
    found = needed(CONTRACT.rules, measured, total=Decimal(total))
    for name, step in (("exam", Fraction(1, 100)), ("records", Fraction(-1, 100))):
        alone = line(found, name).alone
        if alone is not None and alone.value - step >= 0 and alone.now is not None:
            less = CONTRACT.sheet(measured | {name: worth(f"{alone.value - step}")}).total
            assert less is not None
            assert less < total


@FEW
@given(st.lists(st.integers(0, 100), min_size=4, max_size=4), st.sampled_from(["优秀", "良好", "合格", "待提升", "不合格"]))
def test_counted_grades_are_reached_as_said(scores: list[int], grade: str) -> None:
    by = s6()
    measured = four(*scores)
    found = needed(by, measured, grade=grade)
    if found.least:
        assert sheet(by, applied(measured, *found.least)).grade == grade
    for x in found.lines:
        if x.alone is not None:
            assert sheet(by, applied(measured, x.alone)).grade == grade


@FEW
@given(st.lists(st.integers(0, 99), min_size=4, max_size=4))
def test_excellent_can_always_be_reached_by_rising(scores: list[int]) -> None:
    found = needed(s6(), four(*scores), grade="优秀")
    assert found.reached or len(found.least) == sum(score < 90 for score in scores)


@given(st.integers(1, 40).flatmap(lambda den: st.tuples(st.integers(0, den), st.just(den))), st.integers(1, 40))
def test_of_things_still_to_come_no_fewer_would_do(counted: tuple[int, int], remaining: int) -> None:
    num, den = counted
    needs = only(rate(num, den), "csat", TIERS, remaining)
    most = max(k for k in range(remaining + 1)) + num
    if needs.alone is None:
        assert Fraction(num, den) >= Fraction(9, 10) or Fraction(most, den + remaining) < Fraction(9, 10)
        return
    k = needs.alone.value * (den + remaining) - num
    assert 0 <= k <= remaining
    assert Fraction(num + k, den + remaining) >= Fraction(9, 10)
    assert k == 0 or Fraction(num + k - 1, den + remaining) < Fraction(9, 10)


# --- words -------------------------------------------------------------------------------------------------------


def test_json_has_both_languages() -> None:
    done = json.loads(json.dumps(as_json(needed(s3(), A01, grade="良好")), ensure_ascii=False))
    assert done["target"] == {"grade": "良好", "title": {"zh": "良好", "en": "good"}, "total": "80"}
    assert done["least"][0]["title"] == {"zh": "售后跟踪记录完整性", "en": "Service records complete"}


def test_text_says_that_nothing_is_needed_or_what_stands_in_the_way() -> None:
    assert "  提示 已经达到目标\n" in as_text(needed(s3(), A01, grade="合格"), "zh")
    assert as_text(needed(s3(), A01, total=Decimal(60)), "zh").startswith("目标总分 60.00\n  现在 61.50 · 合格\n")
    assert "  note these lines must be settled first: Exam\n" in as_text(needed(s3(), A01 | {"exam": HELD}, grade="合格"), "en")
    assert as_text(needed(s6(), four(92, 85, 75, 70), grade="良好"), "en").startswith("target grade 良好\n  now 80.50 · 合格\n")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_golden_needs(lang: Any) -> None:
    by: Rules = s3()
    text = as_text(needed(by, A01 | {"csat": NOTHING}, grade="良好", remaining={"plan_on_time": 20}), lang)
    agrees(
        f"whatif-s3-good.{lang}",
        "One line is enough; 20 plan items still to come; CSAT has no evidence and says what it would assume",
        text,
    )
