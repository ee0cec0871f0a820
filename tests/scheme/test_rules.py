from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from jikao.scheme.curve import Domain
from jikao.scheme.model import CurveText, Indicator, Scheme
from jikao.scheme.rules import build_curve, clause_order, clauses_as_written, domain_of, full_mark, rules_of

HEAD = {"scheme": "s", "version": "1", "title": "s", "valid_from": "2024-01-01", "period": "month"}
FLAT = [{"from": 0, "score": 1}]


def line(name: str, **more) -> dict:
    return {"id": name, "title": name, "measure": "rating", "curve": FLAT, **more}


def scheme(*sections: dict) -> Scheme:
    return Scheme.model_validate({**HEAD, "sections": list(sections)})


def shares(*sections: dict) -> dict[str, Fraction]:
    return {each.indicator.id: each.points for each in rules_of(scheme(*sections)).lines}


def test_points_carry_the_weight():
    assert shares({"id": "k", "title": "k", "points": 100, "indicators": [line("a", points=60), line("b", points=40)]}) == {
        "a": 60,
        "b": 40,
    }


def test_weights_are_percent_of_their_section():
    section = {"id": "k", "title": "k", "weight": "60%", "indicators": [line("a", weight=25), line("b", weight="75")]}
    assert shares(section, {"id": "r", "title": "r", "weight": 40, "indicators": [line("c")]}) == {"a": 15, "b": 45, "c": 40}


def test_without_shares_all_count_equally_and_exactly():
    assert shares({"id": "k", "title": "k", "indicators": [line(x) for x in "abc"]}) == dict.fromkeys("abc", Fraction(100, 3))


def test_sections_nest_and_bonuses_come_on_top():
    inner = {"id": "i", "title": "i", "indicators": [line("a"), line("b")]}
    rules = rules_of(scheme({"id": "o", "title": "o", "indicators": [line("extra", bonus=5), line("c")], "sections": [inner]}))
    assert {x.indicator.id: x.points for x in rules.lines} == {"extra": 5, "c": 50, "a": 25, "b": 25}
    assert [(n.id, n.parent, n.depth) for n in rules.nodes] == [("total", None, 0), ("o", 0, 1), ("i", 1, 2)]
    assert rules.line("extra").bonus
    assert [getattr(x, "id", None) or x.indicator.id for x in rules.children(rules.nodes[1])] == ["c", "i"]


@pytest.mark.parametrize(("share", "full"), [({"points": 15}, 15), ({"bonus": 5}, 5), ({"weight": 20}, 100), ({}, 100)])
def test_a_full_mark(share, full):
    assert full_mark(Indicator.model_validate(line("a", **share))) == full


def built(*clauses: dict, domain: Domain | None = None):
    return build_curve(CurveText.model_validate({"clauses": list(clauses)}), domain or Domain(Decimal(0), Decimal(1)), Fraction(10))


def ends(curve) -> list[tuple]:
    return [tuple(None if e is None else str(e) for e in (c.lower, c.upper)) for c in curve.clauses]


def test_open_ends_are_filled_from_the_neighbours_in_any_order():
    assert ends(built({"from": "60%", "score": 6}, {"below": "50%", "score": 0}, {"from": "90%", "score": 10})) == [
        (None, "0.50"),
        ("0.60", "0.90"),
        ("0.90", None),
    ]


def test_what_is_included_at_the_upper_end_is_filled_the_same_way():
    curve = built({"upto": 2, "score": 10}, {"above": 2, "upto": 4, "score": 5}, {"above": 4, "score": 0}, domain=Domain())
    assert (ends(curve), curve.includes) == ([(None, "2"), ("2", "4"), ("4", None)], "upper")


def test_a_line_runs_from_score_to_to_over_its_stretch():
    curve = built({"from": 0, "score": 0, "to": 8}, {"from": "80%", "score": 8, "to": 10})
    assert [curve.points(Fraction(n, 10)) for n in (0, 4, 8, 9, 10)] == [0, 4, 8, 9, 10]


def test_a_slope_counts_each_per():
    curve = built({"from": 0, "score": 10, "each": "-0.5", "per": "15min"}, domain=Domain())
    assert [curve.points(Fraction(s)) for s in (0, 900, 1800, 36000)] == [10, Fraction(19, 2), 9, 0]


def test_a_rating_brings_its_own_scale():
    rated = Indicator.model_validate(line("a", measure={"use": "rating", "scale": {"low": "1", "high": "5"}}))
    assert domain_of(rated) == Domain(Decimal(1), Decimal(5))
    assert domain_of(Indicator.model_validate(line("a"))) == Domain(Decimal(0), Decimal(100))


def test_clauses_as_written_are_in_the_order_of_the_curve():
    clauses = [{"from": 50, "score": 5, "says": "b"}, {"from": 90, "score": 9, "says": "c"}, {"below": 50, "score": 0, "says": "a"}]
    one = scheme({"id": "k", "title": "k", "indicators": [line("a", curve=clauses)]})
    indicator = next(one.indicators())
    assert [c.says.zh for c in clauses_as_written(one, indicator)] == ["a", "b", "c"]
    assert clause_order(indicator.curve, domain_of(indicator)) == (2, 0, 1)
