from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from jikao.scheme.curve import Clause, Curve, Domain, Span, in_order

RATIO = Domain(Decimal(0), Decimal(1))
COUNT = Domain(Decimal(0), None, Decimal(1))
OPEN = Domain()


def curve(*clauses: Clause, full: int = 10, domain: Domain = RATIO, includes: str = "lower", scale: str = "1") -> Curve:
    return Curve(in_order(clauses), Fraction(full), domain, Decimal(scale), includes)


def clause(lower: str | None, upper: str | None, base: str, change: str = "0", per: str = "1") -> Clause:
    anchor = Decimal(lower) if lower is not None else Decimal(0)
    return Clause(
        None if lower is None else Decimal(lower),
        None if upper is None else Decimal(upper),
        Decimal(base),
        Decimal(change),
        Decimal(per),
        anchor,
    )


PLAN = curve(
    clause("0.9", None, "10"), clause("0.8", "0.9", "8"), clause("0.7", "0.8", "7"), clause("0.6", "0.7", "6"),
    clause("0.5", "0.6", "5"), clause(None, "0.5", "2"),
)  # fmt: skip


@pytest.mark.parametrize(("done", "planned", "points"), [(36, 40, 10), (35, 40, 8), (20, 40, 5), (19, 40, 2), (40, 40, 10), (0, 40, 2)])
def test_tiers_of_the_plan_line(done, planned, points):
    assert PLAN.points(Fraction(done, planned)) == points


def test_a_ratio_is_compared_unrounded():
    assert PLAN.points(Fraction(899_999_999_999, 10**12)) == 8
    assert PLAN.points(Fraction(9, 10)) == 10


def test_a_deduction_stops_at_zero():
    records = curve(clause("0", None, "40", "-1"), full=40, domain=OPEN)
    assert [records.points(Fraction(x)) for x in (0, 18, 40, 45)] == [40, 22, 0, 0]
    assert records.direction() == "down"
    assert records.highest() == 40


def test_points_are_clamped_after_the_scale():
    feedback = curve(clause("0", None, "10", "-1"), full=15, domain=OPEN, scale="1.5")
    assert [feedback.points(Fraction(x)) for x in (0, 4, 8, 20)] == [15, 9, 3, 0]


def test_an_upper_boundary_belongs_to_the_clause_that_includes_it():
    late = curve(clause(None, "2", "10"), clause("2", None, "0"), domain=OPEN, includes="upper")
    assert late.points(Fraction(2)) == 10
    assert late.points(Fraction(2_000_000_000_001, 10**12)) == 0
    assert late.gaps() == []


def test_the_gap_of_the_satisfaction_line_is_found():
    csat = curve(clause("0.9", None, "10"), clause("0.8", "0.9", "8"), clause("0.6", "0.8", "6"), clause(None, "0.5", "0"))
    assert csat.gaps() == [Span(Decimal("0.5"), Decimal("0.6"))]
    assert csat.points(Fraction(55, 100)) is None


def test_the_very_top_and_the_very_bottom_can_be_gaps():
    assert curve(clause(None, "1", "1")).gaps() == [Span(Decimal(1), Decimal(1))]
    assert curve(clause("0", None, "1"), includes="upper").gaps() == [Span(Decimal(0), Decimal(0))]
    assert curve(clause("0.5", None, "1"), includes="upper").gaps() == [Span(Decimal(0), Decimal("0.5"))]


def test_what_lies_outside_the_domain_is_no_gap():
    assert curve(clause(None, "1.1", "1"), clause("1.2", None, "2")).gaps() == []
    assert curve(clause("0", "1", "1"), clause("1.5", None, "2")).gaps() == [Span(Decimal(1), Decimal(1))]


def test_counts_have_no_gap_between_neighbouring_whole_numbers():
    steps = curve(clause(None, "1", "0"), clause("1.5", None, "1"), domain=COUNT)
    assert steps.gaps() == [Span(Decimal(1), Decimal("1.5"))]
    assert curve(clause(None, "1.5", "0"), clause("2", None, "1"), domain=COUNT).gaps() == []


def test_a_clause_outside_the_domain_earns_nothing():
    unreachable = curve(clause(None, "1.2", "5"), clause("1.2", None, "10"))
    assert unreachable.highest() == 5
    assert unreachable.direction() == "flat"
    assert unreachable.values_for(Fraction(10)) == []


def test_steps_reach_only_what_a_whole_number_reaches():
    assert curve(clause("0", "3", "0", "3"), clause("3", None, "0"), domain=COUNT).highest() == 6


def test_directions():
    assert PLAN.direction() == "up"
    assert curve(clause(None, "0.5", "10"), clause("0.5", None, "0")).direction() == "down"
    assert curve(clause(None, "0.5", "10"), clause("0.5", "0.8", "0"), clause("0.8", None, "3")).direction() == "mixed"
    assert curve(clause("0", None, "5")).direction() == "flat"


def test_reading_backwards_says_what_is_needed():
    assert PLAN.values_for(Fraction(8)) == [(Fraction(4, 5), Fraction(1))]
    assert PLAN.values_for(Fraction(11)) == []
    line = curve(clause("0", None, "0", "100", "1"), full=100)
    assert line.values_for(Fraction(60)) == [(Fraction(3, 5), Fraction(1))]
    falling = curve(clause("0", None, "40", "-5"), full=40, domain=OPEN)
    assert falling.values_for(Fraction(22)) == [(Fraction(0), Fraction(18, 5))]


# --- properties ------------------------------------------------------------------------------------------------------

_ENDS = st.integers(-2, 10).map(lambda n: Decimal(n) / 4)
_DOMAINS = st.sampled_from([RATIO, COUNT, OPEN, Domain(Decimal(0), Decimal(2)), Domain(Decimal("0.25"), Decimal("1.75"))])
_SLOPES = st.sampled_from(["0", "0", "1", "-1", "2.5", "-4"])


@st.composite
def curves(draw):
    """Any heap of clauses, well formed or not, over a small domain."""
    clauses = []
    for _ in range(draw(st.integers(1, 5))):
        lower, upper = draw(st.none() | _ENDS), draw(st.none() | _ENDS)
        anchor = lower if lower is not None else Decimal(0)
        clauses.append(
            Clause(
                lower,
                upper,
                Decimal(draw(st.integers(-3, 14))),
                Decimal(draw(_SLOPES)),
                Decimal(draw(st.sampled_from(["1", "0.5"]))),
                anchor,
            )
        )
    return Curve(
        in_order(clauses),
        Fraction(10),
        draw(_DOMAINS),
        Decimal(draw(st.sampled_from(["1", "1.5"]))),
        draw(st.sampled_from(["lower", "upper"])),
    )


def values_of(domain: Domain) -> list[Fraction]:
    """Values fine enough to meet every end of the generated clauses and every stretch between two of them."""
    step = Fraction(domain.step) if domain.step else Fraction(1, 24)
    high = Fraction(domain.high) if domain.high is not None else Fraction(4)
    values, value = [], Fraction(domain.low)
    while value <= high:
        values.append(value)
        value += step
    return values


def in_clause(c: Clause, value: Fraction, includes: str) -> bool:
    if includes == "lower":
        return (c.lower is None or Fraction(c.lower) <= value) and (c.upper is None or value < Fraction(c.upper))
    return (c.lower is None or Fraction(c.lower) < value) and (c.upper is None or value <= Fraction(c.upper))


@given(curves())
def test_a_value_falls_in_exactly_the_clauses_that_say_so(c):
    for value in values_of(c.domain):
        holding = [i for i, one in enumerate(c.clauses) if in_clause(one, value, c.includes)]
        assert c.clause_at(value) == (holding[0] if holding else None)


@given(curves())
def test_points_stay_between_zero_and_full(c):
    for value in values_of(c.domain):
        points = c.points(value)
        assert points is None or 0 <= points <= c.full


@given(curves())
def test_gaps_are_found_exactly_where_nothing_is_said(c):
    silent = [v for v in values_of(c.domain) if c.clause_at(v) is None]
    assert bool(c.gaps()) == bool(silent)
    for value in silent:
        assert any(Fraction(g.lower) <= value and (g.upper is None or value <= Fraction(g.upper)) for g in c.gaps())


@given(curves())
def test_without_overlaps_no_value_is_claimed_twice(c):
    claimed = {(i, j) for v in values_of(Domain(Decimal(-1), Decimal(4))) for i, a in enumerate(c.clauses) for j, b in enumerate(c.clauses)
               if i < j and in_clause(a, v, c.includes) and in_clause(b, v, c.includes)}  # fmt: skip
    assert claimed <= set(c.overlaps())
    if c.domain.step is None:
        whole = [
            p
            for p in c.overlaps()
            if all(x.lower is None or x.upper is None or x.lower < x.upper for x in (c.clauses[p[0]], c.clauses[p[1]]))
        ]
        outside = [p for p in whole if any(x.upper is not None and x.upper <= -1 for x in (c.clauses[p[0]], c.clauses[p[1]]))]
        assert set(whole) - set(outside) <= claimed


@given(curves())
def test_highest_is_reached_or_approached(c):
    assume(not c.overlaps())
    earned = [c.points(v) or Fraction(0) for v in values_of(c.domain)]
    assert max(earned, default=Fraction(0)) <= c.highest()
    if all(one.change == 0 for one in c.clauses):
        assert max(earned, default=Fraction(0)) == c.highest()


@given(curves())
def test_direction_holds_on_every_pair_of_neighbours(c):
    assume(not c.overlaps())
    earned = [p for p in (c.points(v) for v in values_of(c.domain)) if p is not None]
    direction = c.direction()
    if direction in {"up", "flat"}:
        assert earned == sorted(earned)
    if direction in {"down", "flat"}:
        assert earned == sorted(earned, reverse=True)


@given(curves(), st.integers(0, 20).map(lambda n: Fraction(n, 2)))
def test_reading_backwards_agrees_with_the_points(c, wanted):
    assume(not c.overlaps())
    stretches = c.values_for(wanted)
    for value in values_of(c.domain):
        points = c.points(value)
        enough = points is not None and points >= wanted
        inside = any(low < value and (high is None or value < high) for low, high in stretches)
        outside = not any(low <= value and (high is None or value <= high) for low, high in stretches)
        assert not (inside and not enough), (value, points)
        assert not (outside and enough), (value, points)


@given(st.fractions(min_value=-3, max_value=3), st.sampled_from(["lower", "upper"]), st.integers(-3_000_000, 3_000_000))
def test_the_key_orders_values_against_the_grid_exactly(value, includes, micro):
    c = curve(clause("0", None, "1"), includes=includes)
    end = Fraction(micro, 1_000_000)
    if includes == "lower":
        assert (c.key(value) >= micro) == (value >= end)
    else:
        assert (c.key(value) > micro) == (value > end)
