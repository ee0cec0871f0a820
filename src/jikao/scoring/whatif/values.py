"""What a search for a target found, as frozen values: moves of single lines and the result each would give."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from jikao.scheme.text import Text
from jikao.scoring.exact import Measured, SheetState


@dataclass(frozen=True, slots=True)
class Outcome:
    """A result in short."""

    total: Decimal | None
    grade: str | None
    title: Text | None
    """The grade's title."""
    state: SheetState


@dataclass(frozen=True, slots=True)
class Move:
    """One line changed: from ``now`` to ``value`` (measured as ``measured``), its mark then, and the result then.

    ``after`` is the result of this move alone; in ``Needs.least`` of the moves up to and with this one.
    """

    indicator: str
    title: Text
    now: Fraction | None
    value: Fraction
    measured: Measured
    mark: Fraction
    after: Outcome
    assumes: Text | None
    says: Text


@dataclass(frozen=True, slots=True)
class LineNeeds:
    """What one line could do: reach its ``next`` clause, reach the target ``alone``, earn its ``best``; or why not.

    Without evidence there is no ``next``; ``alone`` and ``best`` then say what they assume.
    """

    indicator: str
    title: Text
    next: Move | None
    alone: Move | None
    best: Move | None
    notes: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """A grade (by counted rules: only that) or the least frozen total to reach."""

    grade: str | None
    title: Text | None
    """The grade's title."""
    total: Decimal | None


@dataclass(frozen=True, slots=True)
class Needs:
    """What is needed for a target. ``least``: the fewest lines that reach it together, ``after`` the result then.

    ``blocked`` says what stands in the way when no change of a value helps.
    """

    target: Target
    before: Outcome
    reached: bool
    lines: tuple[LineNeeds, ...]
    least: tuple[Move, ...]
    after: Outcome | None
    blocked: Text | None
