"""Why somebody moved: read from what differs between the two runs, never guessed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from jikao.archive.comparison import BY_CALENDAR, BY_SCHEME, Move, ShapeChange
from jikao.evidence.shapes import SHAPES, Shape
from jikao.scheme.diff import Change, ChangeKind
from jikao.scheme.text import Text
from jikao.scheme.words import fill, listed

BY_EVIDENCE = Text("涉及本人的证据有 {count} 行变化", "{count} row(s) of evidence about this person changed")
BY_OTHERS = Text("本人得分未变，名次因同组其他人变动而变", "Their own score is the same; the rank moved because others in the group did")
BY_SHARED = Text("不涉及具体个人的证据有变化：{shapes}", "Evidence that names nobody changed: {shapes}")
BY_VERSION = Text("计算程序版本不同：{before} → {after}", "Another version of the program: {before} → {after}")
BY_NOTHING = Text(
    "两次结果的方案、证据和日历没有相应差别；请核对两次结果", "Nothing in scheme, evidence or calendar accounts for it; verify both runs"
)

_WIDE = {ChangeKind.SHARE, ChangeKind.MOVED, ChangeKind.SETTING, ChangeKind.RATERS}
"""Changes that can move everybody's score though they stand for no single indicator."""

_WIDE_PATHS = ("missing", "total", "positions")


@dataclass(frozen=True)
class Why:
    """What differs between two runs as a whole. ``lines``: the ids of all indicators, before and after."""

    scheme: tuple[Change, ...]
    lines: frozenset[str]
    calendar: bool
    evidence: tuple[ShapeChange, ...]
    versions: tuple[str, str]

    def reasons(self, move: Move) -> tuple[Text, ...]:
        """Why this person moved; at least one sentence."""
        by_scheme = [fill(BY_SCHEME, change=c.says) for c in self.scheme if self._touches(c, move)]
        if not move.marks and not any(map(move.differs_in, ("total", "grade", "state"))):
            return tuple(by_scheme) or (BY_OTHERS,)
        found = [fill(BY_EVIDENCE, count=move.row_count)] if move.row_count else []
        found += by_scheme + ([BY_CALENDAR] if self.calendar else [])
        return tuple(found or [self._otherwise()])

    def _touches(self, change: Change, move: Move) -> bool:
        """Whether a change of the scheme can have moved this person."""
        if any(_is_at(change.path, line) for line in self.lines):
            return change.kind is not ChangeKind.WORDS and any(_is_at(change.path, m.indicator) for m in move.marks)
        if change.kind is ChangeKind.GRADE:
            return move.differs_in("grade") or move.differs_in("rank")
        return change.kind in _WIDE or any(_is_at(change.path, path) for path in _WIDE_PATHS)

    def _otherwise(self) -> Text:
        shared = [SHAPES[s.shape].title for s in self.evidence if not people_in(SHAPES[s.shape])]
        if shared:
            return fill(BY_SHARED, shapes=listed(shared))
        if self.versions[0] != self.versions[1]:
            return fill(BY_VERSION, before=self.versions[0], after=self.versions[1])
        return BY_NOTHING


def people_in(shape: Shape) -> list[str]:
    """The columns of a shape that name people."""
    return [c.name for c in shape.columns if c.person or c.name == "person"]


def _is_at(path: str, part: str) -> bool:
    return path == part or path.startswith(f"{part}.")


def explained(moves: Iterable[Move], why: Why) -> tuple[Move, ...]:
    """The moves, each with its reasons."""
    return tuple(replace(move, reasons=why.reasons(move)) for move in moves)
