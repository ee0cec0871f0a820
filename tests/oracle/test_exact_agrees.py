"""Random companies under random schemes: the exact interpreter of receipts and what-if agrees with the oracle too.

It starts from the oracle's measured values, so neither an engine nor a store is needed and hundreds of people cost little.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Literal, cast

import pytest

from jikao.scheme.rules import Rules
from jikao.scoring.exact import Measured, Scorer, Seat, Sheet

from . import measures, test_engine_agrees
from .appraisal import Result
from .test_engine_agrees import judged, random_company, random_rules

SEEDS = range(test_engine_agrees.FIRST, test_engine_agrees.FIRST + 3 * test_engine_agrees.COUNT)
State = Literal["measured", "nothing", "no_source", "held"]


def rescored(rules: Rules, one: Result) -> list[Seat]:
    scorer = Scorer(rules)
    values = [{line.indicator: as_row(line.measured) for line in sheet.lines} for sheet in one.sheets]
    return [Seat(scorer.sheet(row), seat.worked.days) for row, seat in zip(values, one.seats, strict=True)]


def as_row(measured: measures.Measured) -> Measured:
    value = measured.value
    num, den = (None, None) if value is None else (value.numerator, value.denominator)
    return Measured(num, den, measured.n, measured.base, cast("State", measured.state))


def figures(sheet: Sheet) -> list[tuple[str, str, int | None, Fraction | None, Fraction | None]]:
    return [(one.line.indicator.id, one.state, one.clause, one.mark, one.points) for one in sheet.lines]


@pytest.mark.parametrize("seed", SEEDS)
def test_interpreter_and_oracle_agree_on_everybody(seed: int) -> None:
    rules = random_rules(seed)
    for one in judged(random_company(seed, rules.scheme)).values():
        seats = rescored(rules, one)
        for seat, sheet in zip(seats, one.sheets, strict=True):
            assert figures(seat.sheet) == [(line.indicator, line.state, line.clause, line.mark, line.points) for line in sheet.lines]
            assert {node.id: tuple(seat.sheet.nodes[node.no]) for node in rules.nodes} == sheet.sections
        whole = Scorer(rules).combine(seats) if len(seats) > 1 else seats[0].sheet
        flags = dict.fromkeys(flag.id for flag in whole.flags)
        assert (whole.total, whole.grade, whole.coverage, whole.state) == (one.total, one.grade, one.coverage, one.state)
        assert set(flags) == set(one.flags)
