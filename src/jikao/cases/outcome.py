"""How a case went: what came out differently from what it says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from jikao.cases.form import Case
from jikao.payout.money import fen, yuan
from jikao.scheme.number import half_up
from jikao.scheme.problem import Problem

Figure = Fraction | str | None
"""A figure that came out; ``None``: there is none."""


@dataclass(frozen=True, slots=True)
class Miss:
    """Something that came out differently: where, what was expected, what came."""

    where: str
    expected: str
    got: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a case went."""

    case: Case
    misses: tuple[Miss, ...]

    @property
    def passed(self) -> bool:
        return not self.misses


def unless_equal(where: str, expected: str, got: str) -> Iterator[Miss]:
    """A miss, when the words differ."""
    if expected != got:
        yield Miss(where, expected, got)


def unless_agrees(where: str, wanted: str, got: Figure) -> Iterator[Miss]:
    """A miss, when a figure does not agree.

    Numbers agree after rounding half up to the decimals written; ``36/40`` agrees exactly; ``N/A`` is nothing.
    """
    if not _agrees(wanted, got):
        yield Miss(where, wanted, _said(got))


def unless_money(where: str, wanted: str, got: int | None) -> Iterator[Miss]:
    """A miss, unless an amount of fen is the same to the fen; ``N/A`` is nothing."""
    expected = wanted if wanted == "N/A" else yuan(fen(Decimal(wanted)))
    yield from unless_equal(where, expected, "N/A" if got is None else yuan(got))


def told(problems: Sequence[Problem]) -> str:
    """Problems in one line."""
    return "; ".join(f"{x.code}: {x.what('zh')}" for x in problems) or "—"


def _agrees(wanted: str, got: Figure) -> bool:
    if wanted == "N/A" or got is None:
        return wanted == "N/A" and got is None
    if isinstance(got, str):
        return wanted == got
    if "/" in wanted:
        return Fraction(wanted) == got
    percent = wanted.endswith("%")
    number = Decimal(wanted.removesuffix("%"))
    places = max(0, -int(number.as_tuple().exponent))
    return half_up(got * 100 if percent else got, places) == number


def _said(got: Figure) -> str:
    return "N/A" if got is None else got if isinstance(got, str) else f"{half_up(got, 6)} ({got})"
