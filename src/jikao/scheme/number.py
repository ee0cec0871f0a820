"""Numbers as people write them, exactly, and the one rounding of the product."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, PlainSerializer

MICRO = 1_000_000
"""Thresholds stand on a grid of one millionth, so ``value >= threshold`` is a comparison of whole numbers."""

NANO = 1_000_000_000
"""Points inside the engine are whole billionths of a point."""

LARGEST = Decimal(1_000_000_000)
"""No number in a scheme is larger: a billion seconds is 31 years, a billion yuan is beyond any department."""

_WIDE = Context(prec=80, rounding=ROUND_HALF_UP)
_DIGITS = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")
_EXPONENT = re.compile(r"[+-]?[0-9.]+[eE][+-]?[0-9]+")
_LONGEST = 40
"""Digits enough for any number a scheme can hold; more are refused before anything is computed with them."""

_NARROW = {0xFF01 + i: 0x21 + i for i in range(94)} | {0x3000: 0x20, 0x2212: 0x2D}
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
    """Full-width letters, digits and signs (９５％) made plain, outer space removed. Nothing else changes: ² is no 2."""
    return text.translate(_NARROW).strip()


class NumberError(ValueError):
    """Text that is no number a scheme can hold, and for what reason."""

    def __init__(self, text: object, reason: Literal["words", "exponent", "too_fine", "too_large"]) -> None:
        self.reason = reason
        super().__init__(f"{reason}: {str(text)[:80]!r}")


def parse_quantity(text: str) -> Decimal:
    """``90%`` → 0.9, ``15min`` → 900 (seconds), ``４h`` → 14400, ``1,000.5`` → 1000.5. Exact.

    Raises ``NumberError`` (a ``ValueError``) for anything else: words, NaN, infinities, exponents, a decimal comma, more
    than six decimals, beyond a billion.
    """
    plain = narrow(text)
    unit = next((u for u in sorted(_UNITS, key=len, reverse=True) if plain.endswith(u)), "")
    digits = plain.removesuffix(unit).strip()
    if _GROUPED.fullmatch(digits):
        digits = digits.replace(",", "")
    if not _DIGITS.fullmatch(digits):
        raise NumberError(text, "exponent" if _EXPONENT.fullmatch(digits) else "words")
    if len(digits.partition(".")[0]) > _LONGEST:
        raise NumberError(text, "too_large")
    if len(digits) > 2 * _LONGEST:
        raise NumberError(text, "too_fine")
    return _on_the_grid(_WIDE.multiply(Decimal(digits), _UNITS.get(unit, Decimal(1))), text)


def _on_the_grid(value: Decimal, text: str) -> Decimal:
    if abs(value) > LARGEST:
        raise NumberError(text, "too_large")
    if Fraction(value) * MICRO % 1:
        raise NumberError(text, "too_fine")
    return value


def as_quantity(value: Any) -> Decimal:
    """A quantity as text, ``int`` or ``Decimal``. Raises ``NumberError`` as ``parse_quantity`` does."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise NumberError(value, "words")
    return parse_quantity(str(value))


def as_percent(value: Any) -> Decimal:
    """A share in percent: ``60`` and ``60%`` are both 60. Raises ``NumberError``."""
    return as_quantity(narrow(value).removesuffix("%") if isinstance(value, str) else value)


class Unset(StrEnum):
    """A hole in the text (``XX%``): it must be filled before a run that needs it."""

    UNSET = "unset"


UNSET = Unset.UNSET


def is_hole(value: object) -> bool:
    """Whether the text leaves a number open: ``unset``, ``XX``, ``XX%``."""
    return isinstance(value, str) and (narrow(value).lower() == "unset" or narrow(value).lower().startswith("xx"))


def as_fillable(value: Any) -> Decimal | Unset:
    """A quantity, or ``UNSET`` for a hole. Raises ``NumberError``."""
    return UNSET if is_hole(value) else as_quantity(value)


def _said(value: Decimal | Unset) -> str:
    return str(value) if isinstance(value, Unset) else plain_number(value)


_WRITTEN = str | int | float
Quantity = Annotated[Decimal, BeforeValidator(as_quantity, json_schema_input_type=_WRITTEN), PlainSerializer(_said, return_type=str)]
"""A field that takes a number, a percentage or a length of time, and holds an exact ``Decimal``."""

Percent = Annotated[Decimal, BeforeValidator(as_percent, json_schema_input_type=_WRITTEN), PlainSerializer(_said, return_type=str)]
"""A field that takes a share in percent (``60`` or ``60%``) and holds 60."""

Fillable = Annotated[
    Decimal | Unset, BeforeValidator(as_fillable, json_schema_input_type=_WRITTEN), PlainSerializer(_said, return_type=str)
]
"""A number that may still be ``unset`` (also written ``XX%``)."""


def plain_number(value: Decimal | Fraction | int) -> str:
    """A decimal without exponent and without trailing zeros: 10, 0.9, 2.64."""
    if isinstance(value, Fraction):
        value = half_up(value, 6)
    text = format(Decimal(value), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
