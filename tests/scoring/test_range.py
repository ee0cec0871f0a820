"""Between what a result may still end: exact bounds, and nothing that keeps to the assumption falls outside them."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jikao.scheme.catalogue import CATALOGUE, Unit
from jikao.scheme.curve import Clause, Curve, Domain
from jikao.scheme.read import read
from jikao.scheme.rules import Rules, rules_of
from jikao.scoring.exact import Measured, Scorer, Seat
from jikao.scoring.whatif.range import JUDGED, PILES, Ends, SeatSoFar, ends, ranged

TEXT = """
scheme: trial
version: "1.0"
title: Trial
valid_from: 2020-01-01
period: quarter
missing: renormalise
sections:
  - id: work
    title: Work
    weight: 70
    indicators:
      - {id: csat, title: Csat, weight: 40, measure: csat, curve: [{from: 0, score: 0, to: 100}]}
      - {id: reopened, title: Reopened, weight: 20, measure: reopen_rate, curve: [{from: 0, score: 100, to: 0}]}
      - {id: solved, title: Solved, weight: 20, measure: tickets_solved, curve: [{from: 0, score: 0, each: 5}]}
      - {id: speed, title: Speed, weight: 20, measure: {use: first_response_time, stat: mean}, curve: [{from: 0, below: 1h, score: 100}, {from: 1h, below: 4h, score: 60}, {from: 4h, score: 10}]}
  - id: conduct
    title: Conduct
    weight: 30
    indicators:
      - {id: rated, title: Rated, weight: 50, measure: rating, curve: [{from: 0, score: 0, to: 100}]}
      - {id: deducted, title: Deducted, weight: 50, measure: deductions, curve: [{from: 0, score: 100, each: -10}], entry: {kinds: {any: {min: 0, max: 50}}}}
grades:
  bands: [{id: A, title: A, from: 90}, {id: B, title: B, from: 70}, {id: C, title: C, from: 60}, {id: D, title: D, from: 0}]
"""


def rules(text: str = TEXT) -> Rules:
    found = read(text, "trial.yaml")
    assert found.scheme is not None, [p.what("en") for p in found.problems]
    return rules_of(found.scheme)


TRIAL = Scorer(rules())
N = 10_000


def so_far(gone: int = 30, days: int = 90, **measured: Measured) -> SeatSoFar:
    return SeatSoFar(measured, gone, days)


def line(use: str, **params: object):
    curve = "[{from: 0, score: 0, to: 100}]" if CATALOGUE[use].domain().high else "[{from: 0, score: 0}]"
    written = ", ".join(f"{name}: {value}" for name, value in params.items())
    text = (
        TEXT[: TEXT.index("sections:")]
        + f"""
sections:
  - id: s
    title: S
    weight: 100
    indicators: [{{id: x, title: X, weight: 100, measure: {{use: {use}, {written}}}, curve: {curve}}}]
"""
    )
    return rules(text).lines[0]


@pytest.mark.parametrize(
    ("use", "params", "measured", "low", "high"),
    [
        ("csat", {}, Measured(9, 10, 10, 20), Fraction(9, 30), Fraction(29, 30)),
        ("survey_score", {}, Measured(900, 10, 10, 10), Fraction(900, 30), Fraction(2900, 30)),
        ("plan_on_time_rate", {}, Measured(15000, 20000, 2, 2), Fraction(15000, 60000), Fraction(55000, 60000)),
        ("workload_share", {}, Measured(400_000, 1_000_000, 1, 1), Fraction(2, 15), Fraction(12, 15)),
        ("tickets_solved", {}, Measured(7, 1, 7, 7), Fraction(7), Fraction(21)),
        ("training_hours", {}, Measured(25000, N, 1, 1), Fraction(5, 2), Fraction(15, 2)),
        ("deductions", {}, Measured(30000, N, 2, 2), Fraction(3), Fraction(9)),
        ("deductions", {}, Measured(0, N, 0, 0), Fraction(0), Fraction(0)),
        ("backlog", {}, Measured(4, 1, 4, 4), Fraction(0), Fraction(12)),
        ("complaint_rate", {}, Measured(1, 10, 10, 10), Fraction(1, 30), Fraction(3, 10)),
        ("task_points", {}, Measured(29000, 35000, 3, 3), Fraction(29, 105), Fraction(1)),
        ("task_points", {"against": "target", "target": 10}, Measured(29000, 100000, 3, 3), Fraction(29, 100), Fraction(87, 100)),
        ("exam_score", {}, Measured(85 * N, N, 1, 1), Fraction(85), Fraction(85)),
        ("first_response_time", {"stat": "mean"}, Measured(3600, 10, 10, 10), Fraction(3600, 30), None),
        ("first_response_time", {"stat": "median"}, Measured(3600, 1, 10, 10), Fraction(0), None),
    ],
)  # fmt: skip
def test_between_what_a_value_ends_with_two_thirds_of_the_period_to_come(use, params, measured, low, high) -> None:
    assert ends(line(use, **params), measured, so_far()) == Ends(low, high)


def test_whole_things_come_rounded_up() -> None:
    assert ends(line("csat"), Measured(3, 4, 4, 4), so_far(gone=60)) == Ends(Fraction(3, 6), Fraction(5, 6))
    assert ends(line("deductions"), Measured(20000, N, 1, 1), so_far(gone=80)) == Ends(Fraction(2), Fraction(4))


def test_every_measure_of_the_catalogue_has_its_kind() -> None:
    piles = {name for name, kind in CATALOGUE.items() if kind.unit in {Unit.COUNT, Unit.POINTS}} - {
        "backlog",
        "reassignments",
        "certificate_points",
    }
    assert set(PILES) == piles | {"violation_severity", "profit_attainment"}
    assert set(JUDGED) <= CATALOGUE.keys()
    known = {"count", "ratio", "score", "points", "duration"}
    assert {kind.unit for kind in CATALOGUE.values()} == known


def test_a_curve_that_rises_and_falls_is_bounded_inside_too() -> None:
    one = Decimal(1)
    up = Clause(Decimal(0), Decimal("0.5"), Decimal(0), Decimal(100), Decimal("0.5"))
    down = Clause(Decimal("0.5"), None, Decimal(100), Decimal(-100), Decimal("0.5"), Decimal("0.5"))
    hill = Curve((up, down), Fraction(100), Domain(Decimal(0), one))
    assert hill.bounds(Fraction(1, 4), Fraction(3, 4)) == (Fraction(50), Fraction(100))
    assert hill.bounds(Fraction(3, 4), Fraction(3, 4)) == (Fraction(50), Fraction(50))
    assert hill.bounds(Fraction(3, 4), None) == (Fraction(0), Fraction(50))


def test_an_end_that_belongs_to_the_next_clause_is_not_counted() -> None:
    steps = Curve(
        (Clause(Decimal(0), Decimal("0.8"), Decimal(10)), Clause(Decimal("0.8"), None, Decimal(60))),
        Fraction(100),
        Domain(Decimal(0), Decimal(1)),
    )
    assert steps.bounds(Fraction(4, 5), Fraction(1)) == (Fraction(60), Fraction(60))
    assert steps.bounds(Fraction(1, 2), Fraction(4, 5)) == (Fraction(10), Fraction(60))


def test_a_line_without_evidence_goes_from_none_to_full_marks() -> None:
    found = ranged(TRIAL, [so_far(csat=Measured(10, 10, 10, 10))])
    (csat, _, solved, *_) = found.seats[0]
    assert (csat.low, csat.high) == (Fraction(100, 3), Fraction(100))
    assert (solved.low, solved.now.mark, solved.high) == (0, None, 100)
    assert (found.low.total, found.now.total, found.high.total) == (Decimal("9.33"), Decimal("100.00"), Decimal("100.00"))
    assert found.grades == ("A", "B", "C", "D")


def test_nothing_solved_yet_is_no_pace() -> None:
    found = ranged(TRIAL, [so_far(solved=Measured(0, 1, 0, 0))])
    assert (found.seats[0][2].low, found.seats[0][2].high) == (0, 100)


def everything(**more: Measured) -> dict[str, Measured]:
    return {
        "csat": Measured(9, 10, 10, 10), "reopened": Measured(1, 10, 10, 10), "solved": Measured(15, 1, 15, 15),
        "speed": Measured(7200, 1, 3, 3), "rated": Measured(80 * N, N, 1, 1), "deducted": Measured(N, N, 1, 1), **more,
    }  # fmt: skip


def test_over_the_range_is_a_point() -> None:
    found = ranged(TRIAL, [SeatSoFar(everything(), 90, 90)])
    assert found.low.total == found.now.total == found.high.total == TRIAL.sheet(everything()).total
    assert found.grades == (found.now.grade,)


def test_over_what_is_judged_may_still_come_and_the_rest_does_not() -> None:
    measured = {name: value for name, value in everything().items() if name not in {"rated", "solved"}}
    found = ranged(TRIAL, [SeatSoFar(measured, 90, 90)])
    by_id = {x.now.line.indicator.id: (x.low, x.high) for x in found.seats[0]}
    assert (by_id["rated"], by_id["solved"]) == ((0, 100), (None, None))


def test_a_seat_left_behind_stays_and_the_other_one_moves() -> None:
    found = ranged(TRIAL, [SeatSoFar(everything(), 45, 45), SeatSoFar(everything(), 15, 45)])
    now = TRIAL.combine([Seat(TRIAL.sheet(everything()), 45)] * 2)
    assert found.now.total == now.total
    assert found.low.total < now.total < found.high.total
    assert all(x.low == x.high == x.now.mark for x in found.seats[0])


def test_without_enough_evidence_no_grade_is_within_reach_too() -> None:
    strict = Scorer(rules(TEXT.replace("grades:\n", "grades:\n  needs_coverage: 60%\n")))
    assert ranged(strict, [so_far(csat=Measured(10, 10, 10, 10))]).grades[-1] is None


# --- nothing within the assumption falls outside -----------------------------------------------------------------------


@st.composite
def histories(draw: st.DrawFn) -> tuple[SeatSoFar, dict[str, Measured]]:
    """Evidence to date, and evidence at the end that came at most at the same pace."""
    days, gone = 90, draw(st.integers(1, 90))
    before: dict[str, Measured] = {}
    after: dict[str, Measured] = {}

    def further(count: int) -> int:
        return draw(st.integers(0, math.ceil(Fraction(count * (days - gone), gone))))

    for name in ("csat", "reopened"):
        den = draw(st.integers(0, 12))
        num, more = draw(st.integers(0, den)), further(den)
        before[name] = Measured(num, den, den, den) if den else Measured(None, None, state="nothing")
        after[name] = Measured(num + draw(st.integers(0, more)), den + more, den + more, den + more) if den else before[name]
    solved = draw(st.integers(0, 12))
    before["solved"], after["solved"] = Measured(solved, 1, solved, solved), Measured(k := solved + further(solved), 1, k, k)
    lengths, more = draw(st.lists(st.integers(0, 20_000), min_size=1, max_size=8)), 0
    more = further(len(lengths))
    later = draw(st.lists(st.integers(0, 20_000), min_size=more, max_size=more))
    before["speed"] = Measured(sum(lengths), len(lengths), len(lengths), len(lengths))
    after["speed"] = Measured(sum(lengths + later), len(lengths + later), len(lengths + later), len(lengths + later))
    points, taken = draw(st.integers(1, 4)), draw(st.integers(0, 3))
    before["deducted"] = Measured(points * taken * N, N, taken, taken)
    after["deducted"] = Measured(points * (taken + (k := further(taken))) * N, N, taken + k, taken + k)
    rating = Measured(draw(st.integers(0, 100)) * N, N, 1, 1)
    before |= {"rated": rating} if (known := draw(st.booleans())) else {}
    after |= {"rated": rating} if known or draw(st.booleans()) else {}
    return SeatSoFar(before, gone, days), after


@given(histories())
def test_whatever_keeps_to_the_assumption_ends_inside_the_range(history: tuple[SeatSoFar, dict[str, Measured]]) -> None:
    seat, after = history
    found, end = ranged(TRIAL, [seat]), TRIAL.sheet(after)
    assert found.low.exact is not None
    assert end.exact is not None
    assert found.high.exact is not None
    assert found.low.exact <= end.exact <= found.high.exact
    assert end.grade in found.grades
    for own, marked in zip(found.seats[0], end.lines, strict=True):
        if marked.mark is not None and own.low is not None and own.high is not None:
            assert own.low <= marked.mark <= own.high
