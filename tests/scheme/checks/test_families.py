"""One spoilt part at a time: the small checks, one family after the other."""

from __future__ import annotations

import pytest

from jikao.scheme.checks.holes import needed_by_a_run
from jikao.scheme.problem import Level
from jikao.scheme.read import read

RULES = """\
grades:
  rules:
    - {id: C, title: C, when: [{at_least: 2, below: 40}]}
    - {id: A, title: A, when: [{all: true, from: 90}]}
    - {id: B, title: B}
"""
BANDS = """\
grades:
  bands:
    - {id: A, title: A, from: 90}
    - {id: B, title: B, from: 0}
"""


# --- measures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("measure", "code", "line"),
    [
        ("plan_in_time_rate", "measure.unknown", "'plan_on_time_rate'"),
        ("{use: plan_on_time_rate, kind: [plan]}", "measure.unknown-param", "'kinds'"),
        ("{use: feedback_rate}", "measure.missing-param", "recipients"),
        ("{use: observed_rate}", "measure.missing-param", "code"),
        ("{use: calls_answered_rate, of: sent}", "measure.unknown-param", "of"),
        ("{use: csat, of: send}", "measure.param", "'sent'"),
        ("{use: csat, good_from: high}", "measure.param", "high"),
        ("{use: csat, question: [a, b]}", "measure.param", "question"),
        ("{use: task_points, against: target}", "measure.missing-param", "target"),
    ],
)  # fmt: skip
def test_measures_and_their_parameters(spoilt, measure, code, line):
    problem = spoilt(("measure: plan_on_time_rate", f"measure: {measure}")).only(code)
    assert line in problem.what("en") + problem.mend("en")


@pytest.mark.parametrize("scale", ["{low: 5, high: 5}", "{low: 0}", "{low: 0, high: 5, middle: 3}", "{low: 0, high: XX}"])
def test_the_scale_of_a_rating_has_two_ends_in_order(spoilt, scale):
    assert "measure.rating-scale" in spoilt(("measure: rating", f"measure: {{use: rating, scale: {scale}}}")).codes


def test_quantities_and_settings_serve_as_parameters(spoilt):
    measure = "measure: {use: first_response_attainment, within: 4h, requester: customer}"
    assert spoilt(("measure: plan_on_time_rate", measure)).codes == []


def test_beside_names_an_indicator_or_a_measure(spoilt):
    assert spoilt(("points: 60", "points: 60\n        beside: [rated, reopen_rate]")).codes == []
    problem = spoilt(("points: 60", "points: 60\n        beside: [rated, reopen_rat]")).only("measure.beside")
    assert "'reopen_rate'" in problem.mend("en")


def test_speed_alone_gets_a_hint(spoilt):
    assert (
        spoilt(("measure: plan_on_time_rate", "measure: {use: tickets_solved}"), ("from: 90%", "from: 9"), ("below: 90%", "below: 9"))
        .only("measure.alone")
        .level
        is Level.HINT
    )


# --- ids, dates, settings, holes --------------------------------------------------------------------------------------


def test_a_duplicate_id_names_the_first_line(spoilt):
    found = spoilt(("id: rated", "id: work"))
    assert found.only("ids.duplicate").values["line"] == found.line_of("id: work")


@pytest.mark.parametrize("change", [("id: A, title: A", "id: B, title: A"), ("id: told_off", "id: on_time")])
def test_ids_are_given_once(spoilt, change):
    assert spoilt(change).codes == ["ids.duplicate"]


def test_the_total_keeps_its_name(spoilt):
    spoilt(("id: on_time", "id: total")).only("ids.reserved")


def test_a_scheme_does_not_end_before_it_begins(spoilt):
    spoilt(more="valid_to: 2023-12-31\n").only("dates.order")
    assert spoilt(more="valid_to: 2024-01-01\n").codes == []


def test_settings_are_used_and_mean_one_thing(spoilt):
    assert spoilt(("score: $top", "score: 10")).only("settings.unused").level is Level.WARNING
    spoilt(("value: high", "value: hihg")).only("settings.unknown-reading")
    spoilt(("value: high, readings: {high: 10, low: 8}", "value: '8', readings: {'8': 10, low: 8}")).only("settings.ambiguous-reading")
    assert spoilt(("value: high", "value: 9")).codes == ["curve.unreachable"]


def test_every_hole_is_named_where_it_is_to_be_filled(spoilt):
    payout = "payout:\n  output_value:\n    profit_share: $share\n    expense_share: XX%\n"
    found = spoilt(("settings:\n", "settings:\n  share: {value: unset}\n"), more=payout)
    assert [(p.code, p.values["name"], p.level) for p in found.problems] == [
        ("scheme.unset", "settings.share", Level.WARNING), ("scheme.unset", "payout.output_value.expense_share", Level.WARNING),
    ]  # fmt: skip
    assert list(needed_by_a_run(found.reading.scheme, found.reading.places)) == []


def test_a_hole_that_a_score_needs_stops_a_run(spoilt):
    measure = "measure: {use: profit_attainment, profit_share: $share, target: XX}"
    found = spoilt(("measure: plan_on_time_rate", measure), ("settings:\n", "settings:\n  share: {value: unset}\n"))
    assert found.codes == ["scheme.unset", "scheme.unset"]
    needed = list(needed_by_a_run(found.reading.scheme, found.reading.places))
    assert [(p.code, p.values["name"], p.level) for p in needed] == [
        ("scheme.unset-needed", "settings.share", Level.ERROR), ("scheme.unset-needed", "on_time.measure.target", Level.ERROR),
    ]  # fmt: skip
    filled = read(found.text, settings={"share": "20%"})
    assert [p.values["name"] for p in needed_by_a_run(filled.scheme, filled.places)] == ["on_time.measure.target"]


# --- grades and ranks -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("grades", "code"),
    [
        ("{bands: [{id: A, title: A, from: 60}, {id: B, title: B, from: 90}, {id: C, title: C, from: 0}]}", "grades.band-order"),
        ("{bands: [{id: A, title: A, from: 60}, {id: B, title: B, from: 60}, {id: C, title: C, from: 0}]}", "grades.switched-off"),
        ("{bands: [{id: A, title: A, from: 60}, {id: B, title: B, from: 10}]}", "grades.lowest"),
        ("{bands: [{id: A, title: A, from: 101}, {id: B, title: B, from: 0}]}", "grades.unreachable"),
        ("{needs_coverage: 50, bands: [{id: A, title: A, from: 0}]}", "grades.coverage"),
        ("{bands: [{id: A, title: A, from: 0}], rules: [{id: B, title: B}]}", "grades.both"),
        ("{rules: [{id: B, title: B, when: [{all: true, from: 90}]}]}", "grades.last-rule"),
        ("{rules: [{id: A, title: A}, {id: B, title: B}]}", "grades.early-rule"),
        ("{flags: [{id: f, text: f, when: [{all: true, at_least: 1, from: 90}]}]}", "grades.condition-count"),
        ("{flags: [{id: f, text: f, when: [{from: 90}]}]}", "grades.condition-count"),
        ("{flags: [{id: f, text: f, when: [{all: true}]}]}", "grades.condition-line"),
        ("{flags: [{id: f, text: f, when: [{all: true, from: 1, below: 2}]}]}", "grades.condition-line"),
        ("{flags: [{id: f, text: f, when: [{at_least: 3, from: 90}]}]}", "grades.never"),
        ("{flags: [{id: f, text: f, when: [{exactly: 0, from: 90}]}]}", None),
    ],
)  # fmt: skip
def test_grades(spoilt, grades, code):
    found = spoilt((BANDS, f"grades: {grades}\n")).codes
    assert found == ([code] if code else [])


def test_rules_with_a_last_resort_are_sound(spoilt):
    assert spoilt((BANDS, RULES)).codes == []


@pytest.mark.parametrize(
    ("quotas", "codes"),
    [
        ("[{grade: A, share: 30%}, {grade: B, share: 70}]", []),
        ("[{grade: A, share: 30}, {grade: B, share: 60}]", ["rank.quota-sum"]),
        ("[{grade: A, share: -10}, {grade: B, share: 110}]", ["rank.quota-negative"]),
        ("[{grade: S, share: 30}, {grade: B, share: 70}]", ["rank.unknown-grade"]),
        ("[]", ["rank.quota-sum"]),
    ],
)  # fmt: skip
def test_forced_distributions(spoilt, quotas, codes):
    assert spoilt(more=f"rank: {{distribution: {{on: true, quotas: {quotas}}}}}\n").codes == codes


# --- raters and entry -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raters", "codes"),
    [
        ("{weights: {self: 0, superior: 100}, gap: {between: [self, superior], more_than: 10}}", []),
        ("{weights: {self: -1, superior: 100}}", ["raters.negative"]),
        ("{weights: {self: 0, superior: 0}}", ["raters.all-zero"]),
        ("{weights: {superior: 100}, gap: {between: [self, superior], more_than: 10}}", ["raters.unknown-role"]),
    ],
)  # fmt: skip
def test_raters_of_the_scheme(spoilt, raters, codes):
    assert spoilt(more=f"raters: {raters}\n").codes == codes


def test_raters_of_an_indicator(spoilt):
    spoilt(("measure: rating", "measure: rating\n        raters: {supperior: 1}"), more="raters: {weights: {superior: 1}}\n").only(
        "raters.role"
    )
    assert (
        spoilt(("measure: rating", "measure: rating\n        raters: {customer: 1}"), more="raters: {weights: {superior: 1}}\n").codes == []
    )
    spoilt(("points: 60", "points: 60\n        raters: {superior: 1}")).only("raters.not-rated")
    spoilt(("measure: rating", "measure: {use: rating, raters: {a: 1}}\n        raters: {b: 1}")).only("raters.twice")


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("{each: 2}", None), ("{min: 2, max: 8}", None), ("{max: 8}", None), ("{min: 3, max: 3}", None), ("{min: 8, max: 2}", "entry.order"),
        ("{}", "entry.form"), ("{min: 2}", "entry.form"), ("{each: 2, max: 8}", "entry.form"), ("{each: 2, min: 1}", "entry.form"),
        ("{each: -2}", "entry.negative"), ("{min: -2, max: 8}", "entry.negative"),
    ],
)  # fmt: skip
def test_kinds_of_deductions(spoilt, kind, code):
    assert spoilt(("late: {each: 2}", f"late: {kind}")).codes == ([code] if code else [])


def test_deductions_nobody_can_enter_are_named(spoilt):
    spoilt(("entry: {by: [boss], kinds: {late: {each: 2}}}", "entry: {by: [boss]}")).only("entry.none")


# --- process and payout -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("id: appeal", "id: self_review"), "process.duplicate"),
        (("after: self_review", "after: superior_review"), "process.unknown-step"),
        (("after: self_review", "after: appeal"), "process.circle"),
        (("within: 3", "within: 3, after: appeal"), "process.circle"),
    ],
)
def test_steps_can_be_walked(spoilt, change, code):
    assert code in spoilt(change).codes


def test_a_circle_of_steps_is_told_once_with_its_way(spoilt):
    assert spoilt(("within: 3", "within: 3, after: appeal")).only("process.circle").values["circle"] == "self_review → appeal → self_review"


def test_steps_are_written_in_order_of_time(spoilt):
    steps = "    - {id: appeal, title: Appeal, within: 5, after: self_review}\n"
    found = spoilt((steps, ""), ("    - {id: self_review", f"{steps}    - {{id: self_review"))
    assert found.only("process.order").level is Level.WARNING


@pytest.mark.parametrize(
    ("payout", "codes"),
    [
        ("{grades: [{grade: A, gets_share: true}, {grade: B, amount: -500, gives: true}], redistribution: {counts: actual}}", []),
        ("{grades: [{grade: A}, {grade: B}, {grade: S, amount: 1}]}", ["payout.unknown-grade"]),
        ("{grades: [{grade: A, amount: 1}, {grade: A, amount: 2}, {grade: B}]}", ["payout.duplicate-grade"]),
        ("{grades: [{grade: A, gets_share: true, gives: true}, {grade: B}], redistribution: {counts: actual}}", ["payout.conflict"]),
        ("{grades: [{grade: A, gets_share: true}, {grade: B}], redistribution: {counts: actual}}", ["payout.redistribution"]),
        ("{conduct: {rate: 5%, severity: {light: 1%, grave: 5%}}}", []),
        ("{conduct: {rate: 5%, severity: {light: 1, grave: 5%}}}", ["payout.severity"]),
        ("{conduct: {rate: 5%, severity: {light: -1%}}}", ["payout.share"]),
        ("{conduct: {rate: 5, severity: {light: 1%}}}", ["payout.share"]),
        ("{output_value: {profit_share: 20%, expense_share: 15%}}", []),
        ("{output_value: {profit_share: 60%, expense_share: 40%}}", ["payout.nothing-left"]),
        ("{output_value: {profit_share: 120%, expense_share: 0}}", ["payout.share", "payout.nothing-left"]),
        ("{advances: {manager_liability: 130%, minimum_wage: 2500}}", ["payout.share"]),
    ],
)  # fmt: skip
def test_payout(spoilt, payout, codes):
    assert sorted(spoilt(more=f"payout: {payout}\n").codes) == sorted(codes)
