from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jikao.scheme.number import (
    MICRO,
    UNSET,
    NumberError,
    as_fillable,
    as_percent,
    as_quantity,
    half_up,
    is_hole,
    parse_quantity,
    plain_number,
)

DECIMALS = st.decimals(min_value=-(10**9), max_value=10**9, allow_nan=False, allow_infinity=False, places=9)


@given(DECIMALS, st.integers(0, 6))
def test_half_up_is_decimal_half_up(value, places):
    assert half_up(value, places) == value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, Context(prec=60))


@given(st.fractions(), st.integers(0, 6))
def test_half_up_is_never_further_than_half_a_unit(value, places):
    assert abs(Fraction(half_up(value, places)) - value) <= Fraction(1, 2 * 10**places)


def test_halves_go_away_from_zero():
    assert [half_up(Decimal(x)) for x in ("2.345", "-2.345", "0.005", "-0.005")] == [Decimal(x) for x in ("2.35", "-2.35", "0.01", "-0.01")]
    assert half_up(Fraction(47, 75) * 85, 4) == Decimal("53.2667")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("90%", "0.9"), ("９５％", "0.95"), ("0.95", "0.95"), (" 12 ", "12"), ("1,000.5", "1000.5"), ("-500", "-500"), ("+3", "3"), (".5", "0.5"),
        ("15min", "900"), ("４h", "14400"), ("2d", "172800"), ("30 秒", "30"), ("1.5小时", "5400"), ("5‰", "0.005"), ("−5", "-5"), ("100%", "1"),
    ],
)  # fmt: skip
def test_quantities_as_people_write_them(text, value):
    assert parse_quantity(text) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "words"), ("NaN", "words"), (".nan", "words"), ("inf", "words"), ("ninety", "words"), ("1e400", "exponent"), ("1E3", "exponent"),
        ("0,5", "words"), ("1,00", "words"), ("10²", "words"), ("½", "words"), ("٣", "words"), ("1 000", "words"), ("--1", "words"), ("1_000", "words"),
        ("0.1234567", "too_fine"), ("0.00001%", "too_fine"), ("1.0000000000000000000000000000000000001", "too_fine"), ("0." + "0" * 99, "too_fine"),
        ("1000000001", "too_large"), ("9" * 5000, "too_large"), ("20000d", "too_large"),
    ],
)  # fmt: skip
def test_what_is_no_quantity_says_why(text, reason):
    with pytest.raises(NumberError) as caught:
        parse_quantity(text)
    assert caught.value.reason == reason


@given(st.integers(-(10**15), 10**15))
def test_every_number_on_the_grid_reads_back(micro):
    value = Decimal(micro) / MICRO
    assert parse_quantity(plain_number(value)) == value


@given(st.text(max_size=30))
def test_any_text_is_a_quantity_or_a_named_error(text):
    try:
        value = parse_quantity(text)
    except NumberError:
        return
    assert value * MICRO == (value * MICRO).to_integral_value()


@pytest.mark.parametrize("value", [True, 0.5, None, [], {}])
def test_binary_floats_and_flags_are_no_quantities(value):
    with pytest.raises(NumberError):
        as_quantity(value)


def test_percent_means_the_same_with_and_without_its_sign():
    assert as_percent("60%") == as_percent("60") == as_percent(60) == 60
    assert as_percent("１２.５％") == Decimal("12.5")


def test_holes():
    assert [is_hole(x) for x in ("unset", "XX", "XX%", "xx%", " ＸＸ％ ", UNSET, "0", "20%", None)] == [True] * 6 + [False] * 3
    assert as_fillable("XX%") is UNSET
    assert as_fillable("20%") == Decimal("0.2")


def test_plain_numbers_have_no_exponent_and_no_tail():
    assert [plain_number(x) for x in (Decimal("1E+3"), Decimal("2.640"), 10, Fraction(1, 3), Decimal("-0.50"))] == [
        "1000",
        "2.64",
        "10",
        "0.333333",
        "-0.5",
    ]
