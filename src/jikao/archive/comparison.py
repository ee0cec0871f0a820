"""What differs between two sealed runs, as values and in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from jikao.archive.changes import RowChange
from jikao.archive.manifest import Manifest
from jikao.archive.say import evidence_text
from jikao.evidence.shapes import SHAPES
from jikao.scheme.catalogue import Unit
from jikao.scheme.diff import Change
from jikao.scheme.problem import Problem
from jikao.scheme.text import Text
from jikao.scheme.words import NOT_AVAILABLE, fill, listed, quantity, same, score

BY_SCHEME = Text("方案改动：{change}", "The scheme changed: {change}")
BY_CALENDAR = Text("工作日历不同", "The working-day calendar is another")

_HEAD = Text("{before} → {after}：{people} 人中 {moved} 人有变动", "{before} → {after}: {moved} of {people} people moved")
_CORRECTION = Text("{after} 更正 {before}：{reason}", "{after} corrects {before}: {reason}")
_SHAPE = Text(
    "证据 {shape}：新增 {added} 行，删除 {removed} 行，变更 {changed} 行",
    "Evidence, {shape}: {added} added, {removed} removed, {changed} changed",
)
_MOVE = Text("{period} {who}：{changes}", "{period} {who}: {changes}")
_FIELD = Text("{title} {before} → {after}", "{title} {before} → {after}")
_APPEARED, _GONE = Text("只在后一次结果中", "only in the later run"), Text("只在前一次结果中", "only in the earlier run")
_INDENTED = Text("  {text}", "  {text}")
_MARK = Text("{title}：{before} → {after}", "{title}: {before} → {after}")
_MEASURED = Text("{points}（{value}）", "{points} ({value})")
_ROW = Text("{shape} {row}", "{shape} {row}")
_MORE_ROWS = Text("另有 {count} 行证据", "and {count} more rows of evidence")
_MORE = Text("另有 {count} 人变动较小", "{count} more people moved less")


@dataclass(frozen=True)
class Standing:
    """Where a person stood in one run; ``total`` in points, ``None`` for N/A."""

    total: Decimal | None
    grade: str | None
    rank: int | None
    state: str


@dataclass(frozen=True)
class Mark:
    """One indicator of one person in one run: points of the total, and the measured value, exactly ``num/den``."""

    state: str
    points: Decimal | None
    num: int | None
    den: int | None

    def text(self, unit: Unit) -> Text:
        """``80.00 (87.5 %)`` for a rate, ``80.00 (2h 15min)`` for a length of time: in people's units, not in stored ones."""
        if self.num is None or self.den is None:
            return same(score(self.points))
        return fill(_MEASURED, points=score(self.points), value=quantity(unit, Fraction(self.num, self.den)))


@dataclass(frozen=True)
class MarkChange:
    """An indicator that was worth something else; ``None``: it was not there."""

    seat: int
    indicator: str
    title: Text
    unit: Unit
    before: Mark | None
    after: Mark | None

    @property
    def text(self) -> Text:
        """``Plan on time: 80.00 (8/10) → 90.00 (9/10)``."""
        before, after = (NOT_AVAILABLE if mark is None else mark.text(self.unit) for mark in (self.before, self.after))
        return fill(_MARK, title=self.title, before=before, after=after)


@dataclass(frozen=True)
class EvidenceChange:
    """One row of evidence that differs and names the person."""

    shape: str
    row: RowChange

    @property
    def text(self) -> Text:
        return fill(_ROW, shape=SHAPES[self.shape].title, row=evidence_text(self.shape, self.row))


@dataclass(frozen=True)
class Move:
    """One person whose total, grade, rank or state is another.

    ``row_count``: all changed rows that name the person, of which ``rows`` are the first. ``reasons`` are never none.
    """

    period: str
    person: str
    name: str
    before: Standing | None
    after: Standing | None
    marks: tuple[MarkChange, ...]
    rows: tuple[EvidenceChange, ...]
    row_count: int
    reasons: tuple[Text, ...] = ()

    @property
    def change(self) -> Decimal | None:
        """After minus before; ``None`` where one of the totals is N/A."""
        if self.before is None or self.after is None or self.before.total is None or self.after.total is None:
            return None
        return self.after.total - self.before.total

    def differs_in(self, field: str) -> bool:
        """Whether a field of the standing is another."""
        return self.before is None or self.after is None or getattr(self.before, field) != getattr(self.after, field)

    @property
    def text(self) -> Text:
        """``2011-11 甲某 甲： total 80.00 → 90.00 （+10.00）， grade 合格 → 优秀， rank 2 → 1``."""
        who = f"{self.name} {self.person}" if self.name not in {"", self.person} else self.person
        return fill(_MOVE, period=self.period, who=who, changes=listed([*self._changes()]))

    def _changes(self) -> Iterator[Text]:
        if self.before is None or self.after is None:
            yield _APPEARED if self.before is None else _GONE
            return
        if self.differs_in("total"):
            change = "" if self.change is None else f" ({'+' if self.change > 0 else ''}{score(self.change)})"
            yield fill(_FIELD, title=Text("总分", "total"), before=score(self.before.total), after=score(self.after.total) + change)
        for field, title in (("grade", Text("等级", "grade")), ("rank", Text("名次", "rank")), ("state", Text("状态", "state"))):
            if self.differs_in(field):
                old, new = getattr(self.before, field), getattr(self.after, field)
                yield fill(_FIELD, title=title, before=NOT_AVAILABLE if old is None else old, after=NOT_AVAILABLE if new is None else new)

    def sentences(self) -> Iterator[Text]:
        """The move, then its reasons, marks and rows, one below the other."""
        yield self.text
        below = [*self.reasons, *(m.text for m in self.marks), *(r.text for r in self.rows)]
        if self.row_count > len(self.rows):
            below.append(fill(_MORE_ROWS, count=self.row_count - len(self.rows)))
        yield from (fill(_INDENTED, text=text) for text in below)


@dataclass(frozen=True)
class ShapeChange:
    """How many rows of one shape differ."""

    shape: str
    added: int
    removed: int
    changed: int

    @property
    def any(self) -> bool:
        """Whether anything people brought in differs; which import a row came with does not count."""
        return bool(self.added or self.removed or self.changed)

    @property
    def text(self) -> Text:
        return fill(_SHAPE, shape=SHAPES[self.shape].title, added=self.added, removed=self.removed, changed=self.changed)


@dataclass(frozen=True)
class Comparison:
    """What differs between two runs. ``people`` were judged in either, ``moved`` of them moved; ``moves`` are the largest.

    With errors among ``problems`` nothing was compared.
    """

    before: Manifest | None
    after: Manifest | None
    problems: tuple[Problem, ...]
    scheme: tuple[Change, ...] = ()
    calendar: bool = False
    evidence: tuple[ShapeChange, ...] = ()
    people: int = 0
    moved: int = 0
    moves: tuple[Move, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether anything of what went in or came out is another."""
        return bool(self.scheme or self.calendar or self.evidence or self.moved)

    def sentences(self) -> Iterator[Text]:
        """Who moved and why, in the words of a letter: what changed as a whole, then person by person."""
        if self.before is None or self.after is None:
            return
        named = {"before": self.before.run, "after": self.after.run}
        yield fill(_HEAD, **named, people=self.people, moved=self.moved)
        if self.after.correction is not None and self.after.correction.replaces == self.before.run:
            yield fill(_CORRECTION, **named, reason=self.after.correction.reason)
        yield from (fill(BY_SCHEME, change=c.says) for c in self.scheme)
        yield from ([BY_CALENDAR] if self.calendar else [])
        yield from (shape.text for shape in self.evidence)
        for move in self.moves:
            yield from move.sentences()
        if self.moved > len(self.moves):
            yield fill(_MORE, count=self.moved - len(self.moves))

    def as_json(self) -> dict[str, object]:
        """For machines; points as text with two decimals, sentences in both languages."""
        return {
            "before": self.before.run if self.before else None,
            "after": self.after.run if self.after else None,
            "problems": [p.as_json() for p in self.problems],
            "scheme": [c.as_json() for c in self.scheme],
            "calendar": self.calendar,
            "evidence": [vars(s) for s in self.evidence],
            "people": self.people,
            "moved": self.moved,
            "moves": [_move_json(m) for m in self.moves],
        }


def _move_json(move: Move) -> dict[str, object]:
    return {
        **{k: getattr(move, k) for k in ("period", "person", "name", "row_count")},
        "before": _standing_json(move.before),
        "after": _standing_json(move.after),
        "change": None if move.change is None else score(move.change),
        "reasons": [_both(r) for r in move.reasons],
        "marks": [
            {"seat": m.seat, "indicator": m.indicator, "before": _mark_json(m.before), "after": _mark_json(m.after)} for m in move.marks
        ],
        "rows": [
            {"shape": r.shape, "what": r.row.what, "key": {k: _plain(v) for k, v in r.row.key.items()}, "text": _both(r.text)}
            for r in move.rows
        ],
    }


def _standing_json(standing: Standing | None) -> dict[str, object] | None:
    return None if standing is None else vars(standing) | {"total": None if standing.total is None else score(standing.total)}


def _mark_json(mark: Mark | None) -> dict[str, object] | None:
    return None if mark is None else vars(mark) | {"points": None if mark.points is None else str(mark.points)}


def _both(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _plain(value: Any) -> object:
    return value if value is None or isinstance(value, str | int) else same(str(value)).en
