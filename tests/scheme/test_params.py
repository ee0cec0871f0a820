from __future__ import annotations

from decimal import Decimal

import pytest

from jikao.scheme.catalogue import CATALOGUE, Param
from jikao.scheme.model import MeasureUse
from jikao.scheme.number import UNSET
from jikao.scheme.params import params_of, typed
from jikao.scheme.text import Text

TITLE = Text("参数", "parameter")


def test_defaults_fill_in_what_is_not_written():
    assert params_of(MeasureUse(use="csat")) == {"question": "result", "good_from": Decimal(4), "of": "answered"}


def test_values_have_the_type_of_their_kind():
    params = params_of(
        MeasureUse(use="first_response_attainment", with_={"within": "４h", "priorities": ["high", "urgent"], "kinds": "incident"})
    )
    assert params["within"] == Decimal(14400)
    assert params["priorities"] == ("high", "urgent")
    assert params["kinds"] == ("incident",)
    assert params["clock"] == "working"


def test_an_absent_list_is_empty_and_a_hole_is_unset():
    assert params_of(MeasureUse(use="complaints"))["causes"] == ()
    assert params_of(MeasureUse(use="rating"))["scale"] == {}
    assert params_of(MeasureUse(use="profit_attainment", with_={"profit_share": "XX%", "target": "1,000"}))["profit_share"] is UNSET


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("number", "soon"), ("number", ["1"]), ("numbers", "1"), ("numbers", {"a": "x"}), ("word", ["a"]), ("word", "  "), ("words", {"a": "b"}),
        ("words", [["a"]]), ("choice", "third"), ("flag", "perhaps"),
    ],
)  # fmt: skip
def test_a_value_of_another_kind_is_an_error(kind, raw):
    with pytest.raises(ValueError):
        typed(Param("p", kind, TITLE, choices=("first", "second")), raw)


@pytest.mark.parametrize(("raw", "value"), [("yes", True), ("True", True), ("是", True), ("no", False), ("false", False), ("否", False)])
def test_flags_are_written_in_several_ways(raw, value):
    assert typed(Param("p", "flag", TITLE), raw) is value


def test_every_default_of_the_catalogue_is_of_its_own_kind():
    for measure in CATALOGUE.values():
        for param in measure.params:
            typed(param, None)


def test_an_age_is_in_whole_days() -> None:
    assert params_of(MeasureUse(use="backlog", with_={"older_than": "7d"}))["older_than"] == 7 * 86_400
    with pytest.raises(ValueError):
        params_of(MeasureUse(use="backlog", with_={"older_than": "4h"}))
