"""How the value of an order flows: profit and shared expense withheld first, the rest pays cost and performance (F10, F11).

``V = profit + shared expense + part 3`` and ``part 3 = direct cost + pool``, to the fen; a price turns it round.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from jikao.payout.facts import Order, Split
from jikao.payout.money import part, percent, split, yuan
from jikao.scheme.checks.holes import UNSET_FOR_PAY
from jikao.scheme.model import OutputValue
from jikao.scheme.number import Unset
from jikao.scheme.problem import Refused


@dataclass(frozen=True, slots=True)
class Withheld:
    """The shares of a value that are withheld before anything is paid from it."""

    profit: Fraction
    expense: Fraction


@dataclass(frozen=True, slots=True)
class Waterfall:
    """A value in fen and its three parts; they add up to it."""

    value: int
    profit: int
    shared: int
    part3: int


def withheld(rules: OutputValue) -> Withheld:
    """The shares a scheme states. Raises ``Refused`` while one of them is unset (AMB-20)."""
    shares = {name: getattr(rules, name) for name in ("profit_share", "expense_share")}
    unset = [name for name, share in shares.items() if isinstance(share, Unset)]
    if unset:
        raise Refused([UNSET_FOR_PAY(name=f"payout.output_value.{name}") for name in unset])
    return Withheld(*map(Fraction, shares.values()))


def waterfall(value: int, shares: Withheld) -> Waterfall:
    """A value in fen, parted: profit and expense are rounded half up, the rest is what remains (A35, A36)."""
    profit, shared = part(value, shares.profit), part(value, shares.expense)
    return Waterfall(value, profit, shared, value - profit - shared)


def price(rules: OutputValue, cost: int) -> Waterfall:
    """What to ask for work whose cost and performance pay come to ``cost`` fen: V = cost ÷ (1 − p − f) (F11, A39).

    Raises ``Refused`` while one of the shares is unset.
    """
    shares = withheld(rules)
    return waterfall(part(cost, 1 / (1 - shares.profit - shares.expense)), shares)


def said(flow: Waterfall, shares: Withheld) -> str:
    """``100000.00 = 20000.00 (20%) + 15000.00 (15%) + 65000.00``."""
    taken = f"{yuan(flow.profit)} ({percent(shares.profit)}) + {yuan(flow.shared)} ({percent(shares.expense)})"
    return f"{yuan(flow.value)} = {taken} + {yuan(flow.part3)}"


def values_of(order: Order, splits: Sequence[Split]) -> dict[str, int] | None:
    """Each department's part of an order's value in fen, in the order of the departments; where no part is written, equal
    ones by largest remainder (A36). ``None`` when the parts do not make up the value: none, some left open, another sum.
    """
    departments = [s.department for s in splits]
    given = [s.value for s in splits if s.value is not None]
    if splits and not given:
        return dict(zip(departments, split(order.value, [1] * len(splits)), strict=True))
    if len(given) < len(splits) or not splits or sum(given) != order.value:
        return None
    return dict(zip(departments, given, strict=True))
