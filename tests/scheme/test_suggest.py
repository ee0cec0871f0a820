from __future__ import annotations

from jikao.scheme.suggest import MOST, among


def test_the_nearest_name_is_proposed():
    assert among("csta", ["csat", "backlog"]).en == "Did you mean 'csat'?"
    assert among("CSAT", ["csat"]).zh == "是不是“csat”?"


def test_without_a_near_one_all_are_listed_up_to_a_dozen():
    assert among("xyz", ["csat", "backlog"]).en == "There are: csat, backlog."
    assert among("#", [f"name-{i}" for i in range(50)]).en.count("name-") == MOST
    assert among("xyz", []).en == "There are none yet."
