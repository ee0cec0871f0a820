"""What people entered about a person: deductions, complaints, violations; who, when, why, and whether it counted."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from jikao.evidence.shapes import SCALES, Type
from jikao.scheme.params import params_of
from jikao.scheme.rules import Line
from jikao.scheme.text import Text
from jikao.scheme.words import same
from jikao.scoring.explain.values import Judgement, Origin

Row = Mapping[str, object]


def origin_of(row: Row) -> Origin:
    """Where a row came from."""
    row_no = row.get("row_no")
    return Origin(str(row.get("import_id") or ""), row_no if isinstance(row_no, int) else None)


def judgement(row: Row, what: Text, amount: Fraction | None, day: str, *, counted: bool) -> Judgement:
    """One decision read from a row: who, when, why."""

    def word(name: str) -> str:
        value = row.get(name)
        return "" if value is None else str(value)

    evidence = word("evidence") or word("record")
    return Judgement(what, amount, word("entered_by") or word("rater"), word(day), word("reason"), evidence, counted, origin_of(row))


def amount_of(row: Row, column: str) -> Fraction | None:
    """A stored number in the unit people write."""
    value = row.get(column)
    return Fraction(value, SCALES[Type.NUMBER]) if isinstance(value, int) else None


def _deduction(line: Line, row: Row) -> Judgement:
    """A deduction takes the fixed amount of its kind, or the amount entered."""
    kind = str(row.get("kind") or "")
    entered = line.indicator.entry.kinds.get(kind)
    fixed = Fraction(entered.each) if entered is not None and entered.each is not None else None
    amount = fixed if fixed is not None else amount_of(row, "amount")
    return judgement(row, _titled(line, kind), amount, "happened_on", counted=row.get("verified") is True)


def _titled(line: Line, kind: str) -> Text:
    """A kind of entry as the scheme calls it."""
    entered = line.indicator.entry.kinds.get(kind)
    return entered.title if entered is not None and (entered.title.zh or entered.title.en) else same(kind)


def _complaint(line: Line, row: Row) -> Judgement:
    causes, origin = params_of(line.indicator.measure).get("causes") or (), params_of(line.indicator.measure).get("origin", "any")
    cause = str(row.get("cause") or "")
    counted = row.get("state") == "verified" and (not causes or cause in _words(causes)) and origin in ("any", row.get("origin"))
    return judgement(row, _titled(line, cause), amount_of(row, "amount"), "received_on", counted=counted)


def _words(value: object) -> tuple[str, ...]:
    return tuple(str(x) for x in value) if isinstance(value, list | tuple) else ()


def _violation(_: Line, row: Row) -> Judgement:
    what = same(f"{row.get('clause') or ''} {row.get('severity') or ''}".strip())
    return judgement(row, what, None, "happened_on", counted=row.get("state") == "verified")


JUDGED = {"deductions": _deduction, "complaints": _complaint, "violations": _violation}
"""Shapes whose rows are somebody's decision about the person."""
