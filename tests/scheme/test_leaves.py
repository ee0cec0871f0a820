from __future__ import annotations

from decimal import Decimal

from jikao.scheme.leaves import Difference, differences, leaves, said
from jikao.scheme.model import Missing, Rank, Step
from jikao.scheme.text import Text


def test_parts_in_a_list_go_by_their_id_and_what_is_empty_has_no_leaf():
    steps = (
        Step(id="appeal", title=Text("申诉", "appeal"), within=5),
        Step(id="interview", title=Text("面谈", "talk"), within=3, after="appeal"),
    )
    found = dict(leaves(steps, ("steps",)))
    assert found["steps", "appeal", "within"] == 5
    assert found["steps", "interview", "after"] == "appeal"
    assert ("steps", "appeal", "after") not in found
    assert dict(leaves(Rank(), without=("distribution",))) == {("peers",): "department"}


def test_a_part_wholly_new_comes_once_and_a_single_value_with_its_value():
    before = {("a", "x"): 1, ("b", "p", "x"): 2, ("b", "p", "y"): 2}
    after = {("a", "x"): 1, ("a", "y"): 3, ("b", "q", "x"): 4, ("b", "q", "y"): 5}
    assert list(differences(before, after)) == [
        Difference(("b", "p"), 2, None, whole=True), Difference(("a", "y"), None, 3), Difference(("b", "q"), None, 4, whole=True),
    ]  # fmt: skip


def test_values_in_words():
    assert said(Text("甲", "a")) == Text("“甲”", "'a'")
    assert said(value=True) == Text("是", "yes")
    assert said(Decimal("0.50")).zh == "0.5"
    assert said(("甲", "乙")).zh == "甲、乙"
    assert said(Missing.ZERO).en == "zero"
