"""One step of a plan, and the columns of the tables steps leave to each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis
from ibis.expr import types as ir

from jikao.scheme.text import Text

ROSTER = {
    "rid": "int64", "pid": "int64", "period_no": "int64", "person": "string", "seat": "int64", "department": "string", "team": "string",
    "position": "string", "from_on": "date", "until_on": "date", "days": "int64", "seats": "int64",
}  # fmt: skip
SEATS = {
    "period_no": "int64", "person": "string", "seat": "int64", "department": "string", "team": "string", "position": "string",
    "from_on": "date", "until_on": "date", "hired_from": "date", "hired_until": "date", "whole_period": "boolean",
}  # fmt: skip
"""A stretch of days in one position: evidence of those days counts; the person is employed on those of ``hired_…``."""
MEASURED = {"rid": "int64", "line": "int64", "num": "int64", "den": "int64", "n": "int64", "base": "int64", "state": "string"}
MARKED = {
    "rid": "int64", "line": "int64", "state": "string", "clause": "int64", "mark": "int64", "points": "int64", "loose": "int64",
}  # fmt: skip
SUMMED = {"rid": "int64", "node": "int64", "points": "int64", "loose": "int64"}
STANDING = {"pid": "int64", "node": "int64", "points": "int64", "loose": "int64"}
EXTRAS = {"rid": "int64", "bonus": "int64", "held": "int64", "scored_units": "int64", "loose": "int64"}
ROUNDED = {"pid": "int64", "node": "int64", "hundredths": "int64", "near": "boolean"}
RESULTS = {
    "pid": "int64", "period_no": "int64", "person": "string", "department": "string", "team": "string", "position": "string", "seats": "int64",
    "total": "int64", "grade": "string", "coverage": "int64", "state": "string", "flags": "string",
}  # fmt: skip
RANKED = RESULTS | {"rank": "int64", "peers": "int64"}


def staged(name: str, columns: Mapping[str, str]) -> ir.Table:
    """The table an earlier step left, unbound."""
    return ibis.table(columns, name=name)


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its table's name, what it does in words, and the expression that makes it."""

    name: str
    title: Text
    expr: ir.Table
