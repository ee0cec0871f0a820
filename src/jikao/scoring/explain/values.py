"""A receipt as frozen values: every figure, where it comes from, and the sentence that says so in both languages.

Made once by ``build.receipt``; ``layout`` and ``plain`` only arrange it. Fractions are exact; rounding is for the edge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from jikao.scheme.catalogue import Unit
from jikao.scheme.period import Period
from jikao.scheme.rules import Line
from jikao.scheme.text import Text
from jikao.scoring.exact import LineState, SheetState
from jikao.scoring.grading import Raised

EvidenceRows = Callable[[Line, str, Period, int], Iterable[Mapping[str, object]]]
"""``(line, person, period, seat)`` to the stored rows behind the line's value.

A row has the stored columns of its shape (``shapes.stored``: numbers in stored units, instants in UTC). ``shape`` may
name the shape; without it that shape of the measure is taken whose key columns are all there (the longest key).
"""


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value: ``num`` of ``den`` in the units people count, from ``n`` rows of ``base`` possible ones."""

    measure: str
    title: Text
    unit: Unit
    num: Fraction | None
    den: Fraction | None
    value: Fraction | None
    n: int
    base: int
    says: Text


@dataclass(frozen=True, slots=True)
class ClauseNote:
    """A clause of a curve: for which values, worth what, and what the scheme says and flags about it."""

    index: int
    range: Text
    worth: Text
    says: Text | None
    flag: Text | None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The clause next to the one hit: the least ``change`` of the value that gets there, and the mark it gives."""

    clause: ClauseNote
    better: bool
    change: Fraction
    value: Fraction
    mark: Fraction
    says: Text


@dataclass(frozen=True, slots=True)
class Origin:
    """Which import and which row of the raw file a figure came from."""

    import_id: str
    row_no: int | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """Something a person decided: what, how much, who, when, why. ``counted``: it went into the value."""

    what: Text
    amount: Fraction | None
    by: str
    on: str
    reason: str
    evidence: str
    counted: bool
    origin: Origin


@dataclass(frozen=True, slots=True)
class RaterNote:
    """One role of raters: its weight, the mean of its ratings (``None``: nobody rated) and who gave which."""

    role: str
    weight: Fraction
    score: Fraction | None
    ratings: tuple[Judgement, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of an evidence row."""

    column: str
    title: Text
    says: Text


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One row of evidence, its telling columns only."""

    shape: str
    title: Text
    cells: tuple[Cell, ...]
    origin: Origin


@dataclass(frozen=True, slots=True)
class Behind:
    """What stands behind a value: raters, entries people made, and the first of ``count`` rows."""

    raters: tuple[RaterNote, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    rows: tuple[EvidenceRow, ...] = ()
    count: int = 0
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class LineNote:
    """One line: its rule, the value, the clause hit and its neighbours, the formula with numbers, what is behind it."""

    id: str
    title: Text
    seed: str
    source: str
    kind: str
    standard: Text
    record: Text
    bonus: bool
    state: LineState
    figure: Figure
    clause: ClauseNote | None
    neighbours: tuple[Neighbour, ...]
    formula: Text
    mark: Fraction | None
    full: Fraction
    points: Fraction | None
    of: Fraction
    notes: tuple[Text, ...]
    behind: Behind


@dataclass(frozen=True, slots=True)
class SectionNote:
    """A section: its points of what it is worth, how they were summed, its lines and sections."""

    id: str
    title: Text
    seed: str
    source: str
    points: Fraction | None
    of: Fraction
    formula: Text | None
    notes: tuple[Text, ...]
    lines: tuple[LineNote, ...]
    sections: tuple[SectionNote, ...]


@dataclass(frozen=True, slots=True)
class SeatNote:
    """A slice of the period in one position; most people have one."""

    no: int
    days: int
    state: SheetState
    exact: Fraction | None
    formula: Text
    sections: tuple[SectionNote, ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """A counted grade rule, with the counts it found."""

    grade: str
    title: Text
    held: bool
    says: Text


@dataclass(frozen=True, slots=True)
class GradeNote:
    """The grade, the rule that gave it, how far the next one is, and for counted rules all that were tried."""

    id: str | None
    title: Text
    rule: Text
    next: Text | None
    tried: tuple[Tried, ...] = ()


@dataclass(frozen=True, slots=True)
class SettingNote:
    """A setting the scheme ran with; ``reading`` names which reading of an ambiguity it is."""

    name: str
    title: Text
    value: str
    reading: str
    ambiguity: str
    source: str


@dataclass(frozen=True, slots=True)
class SchemeNote:
    """Which text was applied."""

    id: str
    version: str
    title: Text
    document: Text
    valid_from: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """Everything about one person's result, or about one line of it (``only``)."""

    scheme: SchemeNote
    person: str
    name: str
    period: str
    only: str | None
    state: SheetState
    total: Decimal | None
    full: Decimal
    formula: Text
    coverage: Fraction
    grade: GradeNote
    flags: tuple[Raised, ...]
    seats: tuple[SeatNote, ...]
    settings: tuple[SettingNote, ...]
