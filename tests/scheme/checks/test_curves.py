from __future__ import annotations

import pytest

from jikao.scheme.problem import Level
from jikao.scheme.read import read

TEXT = """\
scheme: s
version: '1'
title: s
valid_from: 2024-01-01
period: month
sections:
  - id: a
    title: a
    indicators:
      - id: x
        title: {{zh: 某项, en: some line}}
        {share}
        measure: {measure}
        curve: {curve}
"""


def problems(curve: str, measure: str = "plan_on_time_rate", share: str = "points: 100", more: str = "") -> list:
    return list(read(TEXT.format(curve=curve, measure=measure, share=share) + more).problems)


def codes(*args: str, **kwargs: str) -> list[str]:
    return [p.code for p in problems(*args, **kwargs)]


SOUND = [
    ("[{from: 90%, score: 100}, {below: 90%, score: 0}]", "plan_on_time_rate"),
    ("[{from: 0, score: 0, to: 100}]", "rating"),
    ("[{upto: 2h, score: 100}, {above: 2h, upto: 8h, score: 60}, {above: 8h, score: 0}]", "first_response_time"),
    ("[{from: 0, score: 100}, {from: 4h, score: 100, to: 0}, {from: 8h, score: 0}]", "first_response_time"),
    ("[{score: 100}]", "rating"),
    ("{scale: 1.25, clauses: [{from: 0, score: 80, each: -1}]}", "complaints"),
    ("[{from: 0, below: 100%, score: 0, to: 100}, {from: 100%, score: 100, to: 100}]", "plan_on_time_rate"),
]


@pytest.mark.parametrize(("curve", "measure"), SOUND)
def test_sound_curves_have_no_problem(curve, measure):
    assert codes(curve, measure) == []


@pytest.mark.parametrize(
    ("curve", "measure", "span"),
    [
        ("[{from: 60%, score: 100}, {below: 50%, score: 0}]", "plan_on_time_rate", "50 %–60 %"),
        ("[{from: 10%, score: 100}]", "plan_on_time_rate", "0 %–10 %"),
        ("[{below: 50%, score: 0}, {from: 50%, below: 100%, score: 100}]", "plan_on_time_rate", "100 %"),
        ("[{above: 0, score: 100}]", "plan_on_time_rate", "0 %"),
        ("[{below: 8h, score: 100}]", "first_response_time", "8h and above"),
        ("[{upto: 8h, score: 100}]", "first_response_time", "above 8h"),
        ("[{upto: 1, score: 100}, {above: 2, score: 0}]", "complaints", "1–2"),
    ],
)
def test_a_gap_is_named_with_its_stretch(curve, measure, span):
    (problem,) = [p for p in problems(curve, measure) if p.code == "curve.gap"]
    assert f"for {span}." in problem.what("en")
    assert problem.place.line == 14


def test_whole_numbers_leave_no_gap_between_them():
    assert "curve.gap" not in codes("[{below: 1, score: 100}, {from: 1, below: 1.5, score: 50}, {from: 2, score: 0}]", "complaints")


def test_an_overlap_names_its_stretch_and_its_lines():
    curve = "\n          - {from: 50%, score: 100}\n          - {from: 0, below: 60%, score: 0}"
    (problem,) = problems(curve)
    assert problem.code == "curve.overlap"
    assert "50 %–60 %" in problem.what("en")
    assert "15、16" in problem.what("zh")


def test_the_same_boundary_twice_is_an_overlap():
    assert codes("[{from: 50%, score: 100}, {from: 50%, score: 90}, {below: 50%, score: 0}]") == ["curve.overlap"]


def test_full_marks_out_of_reach_are_named_with_both_numbers():
    (problem,) = problems("[{from: 50%, score: 95}, {below: 50%, score: 0}]")
    assert (problem.code, problem.level) == ("curve.unreachable", Level.WARNING)
    assert "100 versus 95" in problem.what("en")


def test_a_boundary_without_its_percent_sign_is_outside():
    found = codes("[{from: 90, score: 100}, {below: 90, score: 0}]")
    assert sorted(found) == ["curve.outside", "curve.unreachable"]


def test_scores_above_what_the_line_is_worth_are_named():
    assert codes("[{from: 50%, score: 120}, {below: 50%, score: 0}]") == ["curve.above-full"]


@pytest.mark.parametrize(
    ("curve", "measure"),
    [
        ("[{from: 50%, score: 0}, {below: 50%, score: 100}]", "plan_on_time_rate"),
        ("[{from: 50%, score: 50}, {from: 20%, below: 50%, score: 100}, {below: 20%, score: 0}]", "plan_on_time_rate"),
        ("[{from: 0, score: 0, each: 10}]", "complaints"),
        ("[{from: 0, score: 0, each: 1, per: 1h}]", "resolution_time"),
    ],
)
def test_doing_better_never_earns_less(curve, measure):
    assert "curve.not-monotone" in codes(curve, measure)


@pytest.mark.parametrize(
    ("curve", "measure", "code"),
    [
        ("[]", "rating", "curve.no-clauses"),
        ("[{from: 50, score: 100}, {upto: 50, score: 0}]", "rating", "curve.mixed-ends"),
        ("[{from: 50, upto: 60, score: 100}]", "rating", "curve.mixed-ends"),
        ("[{from: 0, score: 0, to: 100, each: 1}]", "rating", "curve.two-slopes"),
        ("[{from: 0, score: 100, each: -1, per: 0}]", "complaints", "curve.per"),
        ("[{from: 0, score: 100, each: -1, per: -5}]", "complaints", "curve.per"),
        ("[{from: 0, score: 100, per: 5}]", "complaints", "curve.per"),
        ("[{from: 0, score: 100, to: 0}]", "complaints", "curve.endless-line"),
        ("[{score: 100, to: 0}]", "complaints", "curve.endless-line"),
        ("[{above: 3, score: 100, to: 0}, {upto: 3, score: 100}]", "complaints", "curve.endless-line"),
        ("[{from: 90, below: 80, score: 100}, {from: 0, score: 0}]", "rating", "curve.empty-clause"),
        ("{scale: 0, clauses: [{score: 100}]}", "rating", "curve.scale"),
        ("{scale: -1, clauses: [{score: 100}]}", "rating", "curve.scale"),
        ("[{from: 0, score: 100001}]", "rating", "curve.too-large"),
        ("{scale: 1000, clauses: [{from: 0, score: 1000}]}", "rating", "curve.too-large"),
        ("[{from: 0, score: 0, each: 99999}]", "rating", "curve.too-large"),
        ("[{from: 0, score: 0, each: 0.123457}]", "complaints", None),
        ("[{from: 0, score: 0, to: 100}, {from: 33.3333%, score: 100}]", "plan_on_time_rate", None),
        ("{scale: 1.000001, clauses: [{from: 0, score: 33.333333}]}", "complaints", "curve.too-fine"),
        ("[{from: 0, score: 0, each: 0.000001, per: 1000000}]", "complaints", "curve.too-fine"),
        ("nobody", "rating", "curve.unknown"),
        (f"[{', '.join(f'{{from: {i}, score: {i}}}' for i in range(201))}]", "complaints", "curve.too-many"),
    ],
)
def test_clauses_say_one_thing(curve, measure, code):
    found = codes(curve, measure)
    assert (code in found) if code else not {"curve.too-fine", "curve.too-large"} & set(found)


def test_two_hundred_clauses_over_each_other_are_told_once_each():
    curve = f"[{', '.join('{from: 0, score: 1}' for _ in range(200))}]"
    assert codes(curve, "rating").count("curve.overlap") == 199


def test_a_curve_nobody_uses_and_a_name_nobody_has(spoilt):
    assert spoilt(more="").codes == []
    found = spoilt(("curve: as_rated", "curve: as_ratde"))
    assert sorted(found.codes) == ["curve.unknown", "curve.unused"]
    assert "'as_rated'" in next(p for p in found.problems if p.code == "curve.unknown").mend("en")


def test_a_shared_curve_is_judged_once_for_users_alike(spoilt):
    two = "measure: rating\n        curve: as_rated\n      - id: again\n        title: again\n        measure: rating\n        curve: as_rated"
    found = spoilt(("measure: rating\n        curve: as_rated", two), ("from: 0, score: 0, to: 100", "from: 1, score: 0, to: 100"))
    assert found.codes == ["curve.gap"]
    assert found.problems[0].place.line == found.line_of("as_rated: [")
