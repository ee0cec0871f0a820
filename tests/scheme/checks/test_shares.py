from __future__ import annotations

import pytest

from jikao.scheme.problem import Level
from jikao.scheme.read import read

HEAD = "scheme: s\nversion: '1'\ntitle: s\nvalid_from: 2024-01-01\nperiod: month\nsections:\n"
LINE = "measure: rating, curve: [{from: 0, score: 0, to: 100}]"


def problems(*sections: str) -> list:
    return list(read(HEAD + "".join(f"  - {s}\n" for s in sections)).problems)


def section(name: str, share: str = "", lines: str = "") -> str:
    inner = lines or f"{{id: {name}1, title: {name}1, {LINE}}}"
    return f"{{id: {name}, title: {name}, {share + ', ' if share else ''}indicators: [{inner}]}}"


def test_weights_that_sum_to_95_are_named_with_their_sum():
    (problem,) = problems(section("a", "weight: 60"), section("b", "weight: 20"), section("c", "weight: 15"))
    assert problem.code == "weights.sum"
    assert "权重合计 95 ≠ 100" in problem.what("zh")
    assert "sum to 95 ≠ 100" in problem.what("en")
    assert "a 60 + b 20 + c 15" in problem.why("en")
    assert problem.place.line == 6


def test_a_percent_sign_is_no_other_number():
    assert problems(section("a", "weight: 60%"), section("b", "weight: 40")) == []


def test_thirds_need_no_decimals_when_nothing_is_written():
    assert problems(section("a"), section("b"), section("c")) == []


def test_points_must_make_the_points_of_their_section():
    line = "{{id: {0}, title: {0}, points: {1}, measure: rating, curve: [{{from: 0, score: 0, each: 1}}]}}"
    (problem,) = problems(section("a", "points: 85", f"{line.format('x', 40)}, {line.format('y', 40)}"), section("b", "points: 15"))
    assert problem.code == "points.sum"
    assert "80 ≠ 85" in problem.what("zh")


def test_points_below_a_weight_are_points_of_the_total():
    line = "{id: x, title: x, points: 30, measure: rating, curve: [{from: 0, score: 0, each: 1}]}"
    assert problems(section("a", "weight: 30", line), section("b", "weight: 70")) == []
    assert [p.code for p in problems(section("a", "weight: 35", line), section("b", "weight: 65"))] == ["points.sum"]


def test_one_level_is_shared_out_in_one_way():
    assert [p.code for p in problems(section("a", "weight: 60"), section("b"))] == ["weights.mixed"]
    assert [p.code for p in problems(section("a", "weight: 60"), section("b", "points: 40"))] == ["weights.mixed"]


def test_an_item_has_one_share():
    assert [p.code for p in problems(section("a", "weight: 100, points: 100"))] == ["weights.twice"]


@pytest.mark.parametrize("weight", ["0", "-40"])
def test_shares_are_above_nothing(weight):
    found = [p.code for p in problems(section("a", "weight: 100"), section("b", f"weight: {weight}"))]
    assert "weights.not-positive" in found


@pytest.mark.parametrize("lines", ["[]", "[{id: x, title: x, bonus: 5, measure: rating, curve: [{score: 5}]}]"])
def test_a_section_without_anything_that_counts_is_named(lines):
    assert [p.code for p in problems(f"{{id: a, title: a, indicators: {lines}}}")] == ["sections.empty"]


def test_a_scheme_without_sections_is_named():
    (problem,) = read(HEAD.replace("sections:\n", "sections: []\n")).problems
    assert problem.code == "sections.empty"


def test_the_total(spoilt):
    assert "total.full" in spoilt(more="total: {full: 0}\n").codes
    assert spoilt(more="total: {cap: 90}\n").only("total.cap").level is Level.WARNING
