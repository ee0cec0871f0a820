"""What stands behind a value: evidence rows, what people entered and why, who rated and with what weight."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from fractions import Fraction

from jikao.evidence.shapes import SCALES, SHAPES, WORKED_OUT, Column, Shape, Type
from jikao.evidence.words import said
from jikao.scheme.model import Scheme
from jikao.scheme.params import params_of
from jikao.scheme.rules import Line
from jikao.scheme.text import Text
from jikao.scheme.words import duration, number, percent, same
from jikao.scoring.explain.entries import JUDGED, Row, origin_of
from jikao.scoring.explain.raters import notes_on, rater_notes
from jikao.scoring.explain.values import Behind, Cell, EvidenceRow
from jikao.scoring.steps import measure_of

YES, NO = Text("是", "yes"), Text("否", "no")
TOOK = Text("用时", "took")

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


def behind(scheme: Scheme, line: Line, rows: Iterable[Row], limit: int, zone: dt.tzinfo) -> Behind:
    """Sort the rows of a line into ratings, entries people made, and plain evidence (the first ``limit`` of it)."""
    judged: list[tuple[Shape, Row]] = []
    plain: list[tuple[Shape, Row]] = []
    count = 0
    for row in rows:
        shape = _shape_of(line, row)
        if shape.name in ("ratings", *JUDGED):
            judged.append((shape, row))
            continue
        count += 1
        if len(plain) < limit:
            plain.append((shape, row))
    ratings = [row for shape, row in judged if shape.name == "ratings"]
    raters = rater_notes(scheme, line, ratings) if measure_of(line).name == "rating" else ()
    return Behind(
        raters=raters,
        judgements=tuple(JUDGED[shape.name](line, row) for shape, row in judged if shape.name in JUDGED),
        rows=tuple(_evidence(line, shape, row, zone) for shape, row in plain),
        count=count,
        notes=tuple(notes_on(scheme, raters)),
    )


def _shape_of(line: Line, row: Row) -> Shape:
    named = row.get("shape")
    if isinstance(named, str):
        return SHAPES[named]
    shapes = [SHAPES[name] for name in measure_of(line).shapes]
    fitting = [s for s in shapes if all(column in row for column in s.key)]
    return max(fitting or shapes[:1], key=lambda s: len(s.key))


# --- evidence rows -----------------------------------------------------------------------------------------------


def _evidence(line: Line, shape: Shape, row: Row, zone: dt.tzinfo) -> EvidenceRow:
    columns = (*_telling(line, shape), *WORKED_OUT.get(shape.name, ()))
    return evidence_row(shape, row, columns, zone, _took(line, row))


def evidence_row(shape: Shape, row: Row, columns: Iterable[Column], zone: dt.tzinfo, more: Iterable[Cell] = ()) -> EvidenceRow:
    """A row with those of the given columns that hold something."""
    cells = [Cell(c.name, c.title, said_cell(c, row[c.name], zone)) for c in columns if row.get(c.name) is not None]
    return EvidenceRow(shape.name, shape.title, (*cells, *more), origin_of(row))


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
    if column.words:
        return said(str(value))
    if column.type is Type.INSTANT and isinstance(value, dt.datetime):
        local = value.replace(tzinfo=value.tzinfo or dt.UTC).astimezone(zone)
        return same(f"{local:%Y-%m-%d %H:%M}")
    if column.type in SCALES and isinstance(value, int):
        exact = Fraction(value, SCALES[column.type])
        if column.type is Type.SECONDS:
            return duration(exact)
        return same(percent(exact) if column.type is Type.SHARE else number(exact))
    return same(str(value))
