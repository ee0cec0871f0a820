"""Operators that mean the same in every engine. Raw ``//``, float ``round``, ``rank`` and NULL-skipping ``greatest``
differ between DuckDB and Spark; these helpers replace them (the list of traps is in docs/explanation/exactness.md).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import ibis
from ibis.expr import datatypes as dt
from ibis.expr import types as ir

ALMOST_HALF = 0.5 + 1e-6
"""Percentiles of whole seconds lie on a grid of at most ten thousandths: this is half-up for them, whatever the last bit says."""


def idiv(a: ir.Value, b: ir.Value | int) -> ir.Value:
    """Exact whole quotient for ``a >= 0``, ``b > 0`` and quotients below 2e15: the remainder is removed first."""
    return ((a - a % b) / b + 0.5).floor().cast("int64")


def whole(value: int | None) -> ir.Value:
    """A literal whole number of 64 bits."""
    return ibis.literal(value, type="int64")


def count_if(rows: ir.Table, condition: ir.Value) -> ir.Value:
    """How many rows meet a condition; NULL conditions do not count; no rows give 0."""
    return rows.count() if always_holds(condition) else zero_if_null(rows.count(where=condition))


def count_known(values: ir.Value, condition: ir.Value) -> ir.Value:
    """How many rows that meet a condition have a value."""
    return values.count() if always_holds(condition) else zero_if_null(values.count(where=condition))


def total(values: ir.Value) -> ir.Value:
    """Sum of whole numbers as 64 bits; NULL over no values."""
    return as_int64(values.sum())


def as_int64(summed: ir.Value) -> ir.Value:
    """A sum of whole numbers as 64 bits. DuckDB sums in 128 bits; Ibis believes in 64 and drops a cast to just that, but
    keeps one to a type it calls "never NULL" (which the SQL does not know).
    """
    return summed.cast(dt.Int64(nullable=False))


def _of_day(name: str) -> Callable[[ir.Value], ir.Value]:
    """A function of days that every engine knows by this name. Ibis itself would write EXTRACT, which is slower in DuckDB."""
    function: Callable[[ir.Value], ir.Value] = ibis.udf.scalar.builtin(lambda day: day, name=name, signature=(("date",), "int64"))
    return function


month, quarter, year = _of_day("month"), _of_day("quarter"), _of_day("year")


def zero_if_null(value: ir.Value) -> ir.Value:
    """A whole number; NULL, where nothing was counted, is 0."""
    return value.fill_null(whole(0)).cast("int64")


def least_of(a: ir.Value, b: ir.Value) -> ir.Value:
    """The smaller of two values that are not NULL."""
    return (a <= b).ifelse(a, b)


def greatest_of(a: ir.Value, b: ir.Value) -> ir.Value:
    """The greater of two values that are not NULL."""
    return (a >= b).ifelse(a, b)


def seconds_half_up(statistic: ir.Value) -> ir.Value:
    """A floating percentile of whole seconds as whole seconds, half up."""
    return (statistic + ALMOST_HALF).floor().cast("int64")


def lookup(key: ir.Value, table: Sequence[tuple[Any, int]]) -> ir.Value:
    """The number beside a key; NULL for a key that is not listed."""
    if not table:
        return whole(None)
    return ibis.cases(*[(key == k, whole(v)) for k, v in table], else_=whole(None))


def is_one_of(value: ir.Value, words: Sequence[str]) -> ir.Value:
    """Whether a word is among those given; no words means no limit."""
    return value.isin(list(words)) if words else ibis.literal(True)


def both(*conditions: ir.Value) -> ir.Value:
    """All of the conditions; those that always hold are left out."""
    telling = [c for c in conditions if not always_holds(c)]
    return reduce(lambda a, b: a & b, telling) if telling else ibis.literal(True)


def always_holds(condition: ir.Value) -> bool:
    """Whether a condition is the literal TRUE."""
    return bool(condition.equals(ibis.literal(True)))
