"""The sheet with other values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from jikao.scheme.rules import Rules
from jikao.scheme.words import Number
from jikao.scoring.exact import NO_SOURCE, Measured, Scorer, Sheet
from jikao.scoring.reach import room_of


@dataclass(frozen=True, slots=True)
class Comparison:
    """The sheet as it stands and as it would be."""

    before: Sheet
    after: Sheet


def with_changes(rules: Rules, measured: Mapping[str, Measured], changes: Mapping[str, Number]) -> Comparison:
    """The sheet before and after some indicators take other values (a rate keeps its denominator where it can).

    Raises ``KeyError`` for an unknown indicator; ``check_changes`` names it nicely.
    """
    scorer = Scorer(rules)
    supposed = {
        name: room_of(rules.line(name), measured.get(name, NO_SOURCE)).with_value(Fraction(value)) for name, value in changes.items()
    }
    return Comparison(scorer.sheet(measured), scorer.sheet({**measured, **supposed}))
