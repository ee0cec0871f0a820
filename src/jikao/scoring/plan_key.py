"""What a plan depends on, and the phases it is carried out in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from jikao.scheme.catalogue import CATALOGUE
from jikao.scheme.model import Indicator
from jikao.scheme.period import Period
from jikao.scheme.rules import Rules

Phase = Literal["roster", "gather", "mark", "sum", "round", "settle", "grade", "export"]


@dataclass(frozen=True)
class PlanKey:
    """Everything the SQL of a plan depends on."""

    rules: Rules
    covered: frozenset[str]
    periods: tuple[Period, ...]
    dialect: str
    scope: bool = False
    """Whether only some of the roster is measured anew (``refresh``)."""


def sources_there(indicator: Indicator, covered: frozenset[str]) -> bool:
    """Whether every shape the measure needs was ever imported; if not, its values are "no source", never 0."""
    return all(shape in covered for shape in CATALOGUE[indicator.measure.use].shapes)
