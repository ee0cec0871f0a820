from __future__ import annotations

from fractions import Fraction

from jikao.scheme.walk import indicators, items, levels


def test_every_part_knows_its_path_in_the_text(spoilt):
    scheme = spoilt().reading.scheme
    assert {item.id: path for path, item in items(scheme)} == {
        "work": ("sections", 0), "conduct": ("sections", 1), "on_time": ("sections", 0, "indicators", 0), "rated": ("sections", 1, "indicators", 0),
        "told_off": ("sections", 1, "indicators", 1),
    }  # fmt: skip
    assert [item.id for _, item in indicators(scheme)] == ["on_time", "rated", "told_off"]


def test_a_level_is_worth_what_its_section_is(spoilt):
    top, work, conduct = levels(spoilt().reading.scheme)
    assert (top.whole, work.whole, conduct.whole) == (Fraction(100), Fraction(60), Fraction(40))
    assert [item.id for _, item in conduct.counted] == ["rated"]
