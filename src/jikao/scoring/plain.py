"""A value tree as JSON: every field under its name, sentences in both languages, fractions exact."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from types import NoneType
from typing import Any

from jikao.scheme.text import Text
from jikao.scheme.words import number

_LEAVES: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (Fraction, lambda value: {"exact": str(value), "decimal": number(value)}),
    (Decimal, lambda value: format(value, "f")),
    (Text, lambda value: {"zh": value.zh, "en": value.en}),
    (Enum, lambda value: value.value),
    (dt.date, lambda value: value.isoformat()),
    (str, str),
    (int, lambda value: value),
    (NoneType, lambda value: value),
)


def plain(value: object) -> Any:
    """Any tree of frozen values as JSON values: ``Text`` is ``{"zh", "en"}``, a fraction ``{"exact": "160/3", "decimal": "53.3333"}``.

    Raises ``TypeError`` for a value that is none of ours.
    """
    for kind, written in _LEAVES:
        if isinstance(value, kind):
            return written(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    raise TypeError(type(value))
