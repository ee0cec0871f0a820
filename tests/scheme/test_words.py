from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from jikao.scheme.catalogue import Unit
from jikao.scheme.text import Text
from jikao.scheme.words import duration, fill, joined, listed, number, percent, points, quantity, same, score


def test_numbers_have_at_most_four_decimals_and_no_tail():
    assert [number(x) for x in (Fraction(47, 75) * 85, Decimal("87.50"), 40)] == ["53.2667", "87.5", "40"]
    assert percent(Fraction(7, 8)) == "87.5 %"
    assert score(Decimal("61.5")) == "61.50"
    assert score(None) == "N/A"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, Text("0 秒", "0s")), (900, Text("15 分", "15min")), (8100, Text("2 小时 15 分", "2h 15min")), (172_800, Text("48 小时", "48h")), (61, Text("1 分 1 秒", "1min 1s"))],
)  # fmt: skip
def test_durations_are_hours_and_never_days(seconds, said):
    assert duration(seconds) == said


def test_a_quantity_is_said_in_its_unit():
    assert quantity(Unit.RATIO, Decimal("0.9")) == same("90 %")
    assert quantity(Unit.DURATION, Decimal(3600)) == Text("1 小时", "1h")
    assert quantity(Unit.COUNT, 36) == same("36")


def test_texts_are_put_together_in_both_languages():
    assert points(1) == Text("1 分", "1 point")
    assert listed([points(1), points(2)]) == Text("1 分、2 分", "1 point, 2 points")
    assert joined([same("a"), same("b")], " + ") == same("a + b")
    assert fill(Text("{x} 分", "{x} points"), x=3) == Text("3 分", "3 points")
