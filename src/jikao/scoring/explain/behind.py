"""What stands behind a value: evidence rows, what people entered and why, who rated and with what weight."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from jikao.evidence.shapes import SCALES, SHAPES, Column, Shape, Type
from jikao.scheme.model import Scheme
from jikao.scheme.params import params_of
from jikao.scheme.rules import Line
from jikao.scheme.text import Text
from jikao.scoring.exact import Measured
from jikao.scoring.explain.values import Behind, Cell, EvidenceRow, Judgement, Origin, RaterNote
from jikao.scoring.steps import measure_of
from jikao.scoring.words import duration, each, fill, number, percent

Row = Mapping[str, object]

YES, NO = Text("是", "yes"), Text("否", "no")
TOOK = Text("用时", "took")
NOBODY_RATED = Text("{role}(权重 {weight})未评,按其余权重折算", "{role} (weight {weight}) did not rate: the other weights are scaled up")
GAP = Text(
    "{one} {first} 与 {other} {second} 相差 {gap},超过 {limit},须附说明",
    "{one} {first} and {other} {second} differ by {gap}, more than {limit}: a comment is owed",
)
SUPERIOR_ALONE = {"superior": Decimal(1)}
"""Who rates when the scheme names no raters."""

_TICKET_COLUMNS = {
    "tickets_solved": "priority created_at solved_at",
    "tickets_received": "priority created_at",
    "first_response_time": "created_at responded_at",
    "first_response_attainment": "created_at responded_at",
    "acknowledge_time": "created_at acknowledged_at",
    "resolution_time": "created_at first_solved_at solved_at",
    "resolution_attainment": "created_at solved_at",
    "sla_attainment": "solved_at sla_met",
    "reopen_rate": "first_solved_at solved_at reopen_count",
    "one_touch_rate": "solved_at reply_count reopen_count",
    "reassignments": "solved_at reassignment_count",
    "backlog": "status created_at solved_at",
    "complaint_rate": "solved_at",
}
"""A ticket has two dozen columns; these tell why it counts."""

_SPANS = {
    "first_response_time": "responded",
    "first_response_attainment": "responded",
    "acknowledge_time": "acknowledged",
    "resolution_time": "solved",
    "resolution_attainment": "solved",
}
"""Measures of lengths of time: what ends the time that begins with creation."""


def behind(scheme: Scheme, line: Line, measured: Measured, rows: Iterable[Row], limit: int, zone: dt.tzinfo) -> Behind:
    """Sort the rows of a line into ratings, entries people made, and plain evidence (the first ``limit`` of it)."""
    judged: list[tuple[Shape, Row]] = []
    plain: list[tuple[Shape, Row]] = []
    count = 0
    for row in rows:
        shape = _shape_of(line, row)
        if shape.name in ("ratings", *_JUDGED):
            judged.append((shape, row))
            continue
        count += 1
        if len(plain) < limit:
            plain.append((shape, row))
    ratings = [row for shape, row in judged if shape.name == "ratings"]
    raters = _raters(scheme, line, ratings) if measure_of(line).name == "rating" else ()
    return Behind(
        raters=raters,
        judgements=tuple(_JUDGED[shape.name](line, row) for shape, row in judged if shape.name in _JUDGED),
        rows=tuple(_evidence(line, shape, row, zone) for shape, row in plain),
        count=count,
        notes=tuple(_rater_notes(scheme, raters)),
    )


def _shape_of(line: Line, row: Row) -> Shape:
    named = row.get("shape")
    if isinstance(named, str):
        return SHAPES[named]
    shapes = [SHAPES[name] for name in measure_of(line).shapes]
    return next((s for s in shapes if all(column in row for column in s.key)), shapes[0])


# --- evidence rows -----------------------------------------------------------------------------------------------


def _evidence(line: Line, shape: Shape, row: Row, zone: dt.tzinfo) -> EvidenceRow:
    cells = [Cell(c.name, c.title, said_cell(c, row[c.name], zone)) for c in _telling(line, shape) if row.get(c.name) is not None]
    return EvidenceRow(shape.name, shape.title, (*cells, *_took(line, row)), origin_of(row))


def _telling(line: Line, shape: Shape) -> Iterator[Column]:
    """Key columns first, then those that tell why the row counts; the person is known."""
    chosen = _TICKET_COLUMNS.get(measure_of(line).name, "").split() if shape.name == "tickets" else [c.name for c in shape.columns]
    names = dict.fromkeys([*shape.key, *chosen])
    return (shape.column(name) for name in names if name != "person")


def _took(line: Line, row: Row) -> Iterator[Cell]:
    """The length of time of one row, by the measure's clock."""
    stop = _SPANS.get(measure_of(line).name)
    if stop is None:
        return
    params = params_of(line.indicator.measure)
    stop = "first_solved" if params.get("to") == "first" and row.get("first_solved_at") is not None else stop
    if params["clock"] == "working":
        start, end = row.get("created_work"), row.get(f"{stop}_work")
        seconds = end - start if isinstance(start, int) and isinstance(end, int) else None
    else:
        begun, done = row.get("created_at"), row.get(f"{stop}_at")
        seconds = int((done - begun).total_seconds()) if isinstance(begun, dt.datetime) and isinstance(done, dt.datetime) else None
    if seconds is not None:
        yield Cell("took", TOOK, duration(seconds))


def said_cell(column: Column, value: object, zone: dt.tzinfo) -> Text:
    """A stored value as people write it."""
    if column.type is Type.FLAG:
        return YES if value else NO
    if column.type is Type.INSTANT and isinstance(value, dt.datetime):
        local = value.replace(tzinfo=value.tzinfo or dt.UTC).astimezone(zone)
        return _same(f"{local:%Y-%m-%d %H:%M}")
    if column.type in SCALES and isinstance(value, int):
        exact = Fraction(value, SCALES[column.type])
        if column.type is Type.SECONDS:
            return duration(exact)
        return _same(percent(exact) if column.type is Type.SHARE else number(exact))
    return _same(str(value))


def _same(words: str) -> Text:
    return Text(words, words)


def origin_of(row: Row) -> Origin:
    """Where a row came from."""
    row_no = row.get("row_no")
    return Origin(str(row.get("import_id") or ""), row_no if isinstance(row_no, int) else None)


# --- what people entered -----------------------------------------------------------------------------------------


def _judgement(row: Row, what: Text, amount: Fraction | None, day: str, *, counted: bool) -> Judgement:
    def word(name: str) -> str:
        value = row.get(name)
        return "" if value is None else str(value)

    evidence = word("evidence") or word("record")
    return Judgement(what, amount, word("entered_by") or word("rater"), word(day), word("reason"), evidence, counted, origin_of(row))


def _amount(row: Row, column: str) -> Fraction | None:
    value = row.get(column)
    return Fraction(value, SCALES[Type.NUMBER]) if isinstance(value, int) else None


def _deduction(line: Line, row: Row) -> Judgement:
    """A deduction takes the fixed amount of its kind, or the amount entered."""
    entered = line.indicator.entry.kinds.get(str(row.get("kind")))
    fixed = Fraction(entered.each) if entered is not None and entered.each is not None else None
    titled = entered is not None and bool(entered.title.zh or entered.title.en)
    what = entered.title if entered is not None and titled else _same(str(row.get("kind") or ""))
    return _judgement(row, what, fixed if fixed is not None else _amount(row, "amount"), "happened_on", counted=row.get("verified") is True)


def _complaint(line: Line, row: Row) -> Judgement:
    causes, origin = params_of(line.indicator.measure).get("causes") or (), params_of(line.indicator.measure).get("origin", "any")
    cause = str(row.get("cause") or "")
    counted = row.get("state") == "verified" and (not causes or cause in _words(causes)) and origin in ("any", row.get("origin"))
    return _judgement(row, _same(cause), _amount(row, "amount"), "received_on", counted=counted)


def _words(value: object) -> tuple[str, ...]:
    return tuple(str(x) for x in value) if isinstance(value, list | tuple) else ()


def _violation(_: Line, row: Row) -> Judgement:
    what = _same(f"{row.get('clause') or ''} {row.get('severity') or ''}".strip())
    return _judgement(row, what, None, "happened_on", counted=row.get("state") == "verified")


_JUDGED = {"deductions": _deduction, "complaints": _complaint, "violations": _violation}
"""Shapes whose rows are somebody's decision about the person."""


# --- raters ------------------------------------------------------------------------------------------------------


def rater_weights(scheme: Scheme, line: Line) -> dict[str, Decimal]:
    """Weights of the raters of a line: its own, else the scheme's, else the superior alone."""
    given = params_of(line.indicator.measure).get("raters")
    own = {str(role): weight for role, weight in given.items()} if isinstance(given, dict) else {}
    return own or line.indicator.raters or scheme.raters.weights or SUPERIOR_ALONE


def _raters(scheme: Scheme, line: Line, rows: Sequence[Row]) -> tuple[RaterNote, ...]:
    """Roles with weight first, in the order of the scheme; roles that rated without weight after them."""
    weights = rater_weights(scheme, line)
    roles = dict.fromkeys([*weights, *(str(row.get("role")) for row in rows)])
    return tuple(_rater(role, Fraction(weights.get(role, 0)), [r for r in rows if r.get("role") == role]) for role in roles)


def _rater(role: str, weight: Fraction, rows: Sequence[Row]) -> RaterNote:
    ratings = tuple(_judgement(r, _same(role), _amount(r, "score"), "rated_on", counted=weight > 0) for r in rows)
    scores = [r.amount for r in ratings if r.amount is not None]
    return RaterNote(role, weight, sum(scores, Fraction(0)) / len(scores) if scores else None, ratings)


def weighted_formula(raters: Sequence[RaterNote], value: Fraction) -> Text | None:
    """``(0.2 × 90 + 0.6 × 84) ÷ 0.8 = 85.5``, when the ratings given are indeed those behind the value (F5)."""
    present = [(r.weight, r.score) for r in raters if r.weight > 0 and r.score is not None]
    weight = sum((w for w, _ in present), Fraction(0))
    if not weight or sum((w * s for w, s in present), Fraction(0)) / weight != value:
        return None
    if len(present) == 1:
        return None
    products = " + ".join(f"{number(w)} × {number(s)}" for w, s in present)
    return each(lambda _: f"({products}) ÷ {number(weight)} = {number(value)}")


def _rater_notes(scheme: Scheme, raters: Sequence[RaterNote]) -> Iterator[Text]:
    if any(r.score is not None for r in raters):
        for r in raters:
            if r.score is None and r.weight > 0:
                yield fill(NOBODY_RATED, role=r.role, weight=number(r.weight))
    gap, means = scheme.raters.gap, {r.role: r.score for r in raters}
    if gap is None:
        return
    one, other = gap.between
    first, second = means.get(one), means.get(other)
    if first is not None and second is not None and abs(first - second) > Fraction(gap.more_than):
        numbers = {"first": number(first), "second": number(second), "gap": number(abs(first - second)), "limit": number(gap.more_than)}
        yield fill(GAP, one=one, other=other, **numbers)
