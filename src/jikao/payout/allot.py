"""Sharing an amount in proportion to weights when nobody may get less than a floor or more than a cap, to the fen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from jikao.payout import money


@dataclass(frozen=True)
class Allotment:
    """What everybody gets, in fen: ``rest`` × own weight ÷ ``weight``, within floor and cap. ``left``: given to nobody."""

    parts: list[int]
    rest: int
    weight: Fraction
    left: int


def allot(amount: int, weights: Sequence[Fraction | int], floor: int = 0, cap: int | None = None) -> Allotment:
    """Share ``amount`` fen by weights ≥ 0; floor ≤ cap, and ``floor`` × heads ≤ ``amount``.

    Round by round, those outside floor or cap get just that, on the side where more money is at stake, and the rest is
    shared again among the others. Fen that do not divide go by largest remainders, then to the earlier ones. The parts
    add up to ``amount`` unless nobody with a weight is below the cap.
    """
    whole, scale = money.whole_numbers(weights)
    parts = [floor] * len(whole)
    rest, weight, free = amount, sum(whole), list(range(len(whole)))
    while weight:
        fixed = _outside(rest, weight, {i: whole[i] for i in free}, floor, cap)
        if not fixed:
            for i, part in zip(free, money.split(rest, [whole[i] for i in free]), strict=True):
                parts[i] = part
            break
        for i, part in fixed.items():
            parts[i] = part
        free = [i for i in free if i not in fixed]
        if not any(whole[i] for i in free):
            break
        rest -= sum(fixed.values())
        weight -= sum(whole[i] for i in fixed)
    return Allotment(parts, rest, Fraction(weight, scale), amount - sum(parts))


def _outside(rest: int, weight: int, free: dict[int, int], floor: int, cap: int | None) -> dict[int, int]:
    """Those whose share of ``rest`` is below the floor or above the cap, and what they get instead."""
    below = {i: floor * weight - rest * own for i, own in free.items() if rest * own < floor * weight}
    above = {i: rest * own - cap * weight for i, own in free.items() if rest * own > cap * weight} if cap is not None else {}
    lacking, spare = sum(below.values()), sum(above.values())
    fixed = dict.fromkeys(below, floor) if lacking >= spare else {}
    if cap is not None and spare >= lacking:
        fixed |= dict.fromkeys(above, cap)
    return fixed
