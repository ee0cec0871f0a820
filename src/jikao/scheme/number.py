"""Numbers as people write them, exactly, and the one rounding of the product."""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer

MICRO = 1_000_000
"""Thresholds stand on a grid of one millionth, so ``value >= threshold`` is a comparison of whole numbers."""

NANO = 1_000_000_000
"""Points inside the engine are whole billionths of a point."""

LARGEST = Decimal(1_000_000_000)
"""No number in a scheme is larger: a billion seconds is 31 years, a billion yuan is beyond any department."""

_WIDE = Context(prec=80, rounding=ROUND_HALF_UP)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)\Z")
_UNITS = {"%": Decimal("0.01"), "‰": Decimal("0.001"), "s": Decimal(1), "min": Decimal(60), "h": Decimal(3600), "d": Decimal(86400)}
_UNITS |= {"秒": _UNITS["s"], "分钟": _UNITS["min"], "小时": _UNITS["h"], "天": _UNITS["d"]}


def half_up(value: Decimal | Fraction | int, places: int = 2) -> Decimal:
    """Round to ``places`` decimals, halves away from zero. The only rounding of scores and money in the product."""
    exact = Fraction(value)
    scaled = abs(exact) * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    signed = -whole if exact < 0 else whole
    return Decimal(signed).scaleb(-places, _WIDE)


def narrow(text: str) -> str:
    """Full-width digits and signs (９５％) made plain, outer space removed."""
    return unicodedata.normalize("NFKC", text).strip()


def parse_quantity(text: str) -> Decimal:
    """``90%`` → 0.9, ``15min`` → 900 (seconds), ``４h`` → 14400, ``1.5`` → 1.5. Exact.

    Raises ``ValueError`` for anything else: words, NaN, infinities, exponents, more than six decimals, beyond a billion.
    """
    plain = narrow(text).replace(",", "")
    unit = next((u for u in sorted(_UNITS, key=len, reverse=True) if plain.endswith(u)), "")
    digits = plain.removesuffix(unit).strip()
    if not _NUMBER.match(digits):
        raise ValueError(text)
    try:
        value = _WIDE.multiply(Decimal(digits), _UNITS.get(unit, Decimal(1)))
    except InvalidOperation as cause:
        raise ValueError(text) from cause
    if abs(value) > LARGEST or value * MICRO != (value * MICRO).to_integral_value():
        raise ValueError(text)
    return value


def as_quantity(value: Any) -> Decimal:
    """A number, percentage or length of time as text, ``int`` or ``Decimal``. Raises ``ValueError`` as ``parse_quantity`` does."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise ValueError("not a number")
    return parse_quantity(str(value))


Quantity = Annotated[
    Decimal,
    BeforeValidator(as_quantity, json_schema_input_type=str | int | float),
    PlainSerializer(lambda d: plain_number(d), return_type=str),
]
"""A field that takes a number, a percentage or a length of time, and holds an exact ``Decimal``."""


def plain_number(value: Decimal | Fraction | int) -> str:
    """A decimal without exponent and without trailing zeros: 10, 0.9, 2.64."""
    if isinstance(value, Fraction):
        value = half_up(value, 6)
    text = format(Decimal(value), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
