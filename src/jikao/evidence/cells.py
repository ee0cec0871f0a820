"""Values of spreadsheets, JSON and callers as the text a person would have typed; typing then has one path."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

_HALF_MILLISECOND = dt.timedelta(microseconds=500)


def as_cell(value: object) -> str | None:
    """The text of a value; ``None`` stays missing. Fractions of a millisecond, an artefact of spreadsheets, are rounded."""
    if value is None or isinstance(value, str):
        return value
    return next((said(value) for type_, said in _SAYINGS if isinstance(value, type_)), None) or str(value)


def _of_float(value: float) -> str:
    """Fifteen digits, as a spreadsheet shows them: 0.1 + 0.2 is 0.3."""
    if not math.isfinite(value):
        return str(value)
    return format(Decimal(f"{value:.15g}"), "f")


def _to_millisecond(moment: dt.datetime) -> dt.datetime:
    try:
        near = moment + _HALF_MILLISECOND
    except OverflowError:
        return moment
    return near.replace(microsecond=near.microsecond // 1000 * 1000)


def _of_time(value: dt.time) -> str:
    return _to_millisecond(dt.datetime.combine(dt.date(2000, 1, 1), value)).time().isoformat()


def _of_timedelta(value: dt.timedelta) -> str:
    seconds = round(value.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds // 3600:02}:{seconds % 3600 // 60:02}:{seconds % 60:02}"


_SAYINGS: tuple[tuple[type, Callable[[Any], str]], ...] = (
    (bool, lambda value: "yes" if value else "no"),
    (float, _of_float),
    (Decimal, lambda value: format(value, "f")),
    (dt.datetime, lambda value: _to_millisecond(value).isoformat(" ")),
    (dt.time, _of_time),
    (dt.timedelta, _of_timedelta),
)
"""How values of a type are said, special types before general ones."""
