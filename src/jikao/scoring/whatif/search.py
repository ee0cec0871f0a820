"""What is still needed for a grade or a total.

Every line's curve is read backwards (``reach``). A section's points are a straight line in each of its lines' marks as
long as the same lines have evidence, so the mark a line needs follows exactly. Evidence for a line that had none changes
the shares of its section: such a change is said to assume it. Nothing is promised that was not scored again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import combinations_with_replacement, islice, product

from jikao.scheme.model import Grades
from jikao.scheme.number import half_up
from jikao.scheme.rules import Line, Rules
from jikao.scheme.text import Text
from jikao.scheme.words import fill, listed, percent, quantity, score
from jikao.scoring.exact import NO_SOURCE, ZERO, MarkedLine, Measured, Scorer, Sheet
from jikao.scoring.grading import rule_of, title_of
from jikao.scoring.reach import Room, room_of
from jikao.scoring.steps import unit_of
from jikao.scoring.whatif.checks import check_target
from jikao.scoring.whatif.sentences import move_words
from jikao.scoring.whatif.values import LineNeeds, Move, Needs, Outcome, Target

GETS_EVIDENCE = Text(
    "假设本项有了证据并计入:所在分区各项的折算随之改变", "assumes that this line gets evidence and counts: the shares of its section change"
)
FIRST_EVIDENCE = Text("假设本项有了证据", "assumes that this line gets evidence")
AT_TOP = Text("已得本项能得的最高分", "earns the most it can already")
AT_BEST = Text(
    "单靠本项达不到目标:即使做到最好({value}),总分也只有 {total}",
    "this line alone cannot reach the target: even at its best ({value}) the total is only {total}",
)
AT_BEST_GRADE = Text(
    "单靠本项达不到目标:即使做到最好({value}),等级也只是“{grade}”",
    'this line alone cannot reach the target: even at its best ({value}) the grade is only "{grade}"',
)
OUT_OF_REACH = Text("单靠本项达不到目标", "this line alone cannot reach the target")
WITHOUT = {
    "missing": Text("没有证据,未计入", "no evidence, left out"),
    "zero": Text("没有证据,按 0 分计", "no evidence, counted as 0"),
    "full": Text("没有证据,按满分计", "no evidence, counted as full marks"),
    "held": Text("待定", "held"),
}
UNEQUAL = Text("各条分量不等,余下的件数无法计入", "its rows do not weigh alike: what is still to come cannot be counted in")
HELD = Text("待定项须先补齐:{titles}", "these lines must be settled first: {titles}")
THIN = Text(
    "证据覆盖 {have},低于方案要求的 {need}:先补证据,才谈得上等级",
    "evidence covers {have}, less than the {need} asked for: evidence first, grades after",
)
TOO_FAR = Text("现有证据各项都做到最好,也达不到目标", "not even with every line that has evidence at its best")
SEARCHED = 200
"""So many combinations of sections are tried for a counted grade, the smallest first."""


def needed(
    rules: Rules,
    measured: Mapping[str, Measured],
    *,
    grade: str | None = None,
    total: Decimal | None = None,
    remaining: Mapping[str, int] | None = None,
) -> Needs:
    """What each line, and which fewest lines together, must reach for a ``grade`` or a ``total`` (one of the two).

    ``remaining``: indicator to how many more things will be counted in its denominator before the period ends; without
    it the question is what would have been needed. Raises ``ValueError`` for a target ``check_target`` refuses.
    """
    if check_target(rules, grade, total) or (grade is None) is (total is None):
        raise ValueError(grade, total)
    return _Search(Scorer(rules), measured, _target(rules.scheme.grades, grade, total), remaining or {}).needs()


def _target(grades: Grades, grade: str | None, total: Decimal | None) -> Target:
    """A band is reached by its least frozen total; where totals are rounded to grade them, half a step below its end."""
    if grade is None or grades.rules:
        return Target(grade, title_of(grades, grade), None if total is None else half_up(total))
    low = next(band.from_ for band in grades.bands if band.id == grade)
    return Target(grade, title_of(grades, grade), low if grades.round == 2 else low - Decimal(5).scaleb(-grades.round - 1))


class _Search:
    """One person's search for one target."""

    def __init__(self, scorer: Scorer, measured: Mapping[str, Measured], target: Target, remaining: Mapping[str, int]) -> None:
        self.scorer, self.target = scorer, target
        self.measured = {line.indicator.id: measured.get(line.indicator.id, NO_SOURCE) for line in scorer.rules.lines}
        self.rooms = [room_of(line, self.measured[line.indicator.id], remaining.get(line.indicator.id, 0)) for line in scorer.rules.lines]
        self.unequal = {room.line.no for room in self.rooms if remaining.get(room.line.indicator.id, 0) != room.remaining}
        self.before = scorer.sheet(self.measured)

    def needs(self) -> Needs:
        reached, blocked = self.reached(self.before), self.blocked()
        lines = tuple(self.line_needs(room, search=not reached and blocked is None) for room in self.rooms)
        moves = [] if reached or blocked is not None else self.least()
        after = self.applied(moves) if moves else None
        if not reached and blocked is None and after is None:
            blocked = TOO_FAR
        found = tuple(self.move(room, value, moves[:i]) for i, (room, value) in enumerate(moves))
        return Needs(self.target, self.outcome(self.before), reached, lines, found, self.outcome(after) if after else None, blocked)

    def blocked(self) -> Text | None:
        """What no change of a value can mend."""
        held = [m.line.indicator.title for m in self.before.lines if m.state == "held"]
        if held:
            return fill(HELD, titles=listed(held))
        need = self.scorer.rules.scheme.grades.needs_coverage
        if self.target.grade is not None and self.before.state == "insufficient":
            return fill(THIN, have=percent(self.before.coverage), need=percent(need))
        return None

    def reached(self, sheet: Sheet) -> bool:
        """Whether a sheet meets the target; a band is also met by any higher one."""
        if self.target.total is None:
            return sheet.grade == self.target.grade
        graded = self.target.grade is None or sheet.state == "scored"
        return sheet.total is not None and sheet.total >= self.target.total and graded

    # --- one line ------------------------------------------------------------------------------------------------

    def line_needs(self, room: Room, *, search: bool) -> LineNeeds:
        indicator, own = room.line.indicator, self.before.lines[room.line.no]
        following, best = self.next(room, own), room.best()
        alone = self.alone(room) if search else None
        top = self.move(room, best) if best is not None else None
        return LineNeeds(indicator.id, indicator.title, following, alone, top, tuple(self.notes(own, following, alone, top, search=search)))

    def next(self, room: Room, own: MarkedLine) -> Move | None:
        """The least change that earns more: the next level of the curve within reach."""
        if own.state != "scored" or own.mark is None:
            return None
        for level in room.levels():
            value = room.reach(level) if level > own.mark else None
            if value is not None:
                return self.move(room, value)
        return None

    def alone(self, room: Room) -> Move | None:
        """The least change of this line with which the target is reached, all others as they are."""
        for mark in self.marks_wanted(room.line):
            value = room.reach(mark)
            if value is not None and self.reached(self.applied([(room, value)])):
                return self.move(room, value)
        return None

    def marks_wanted(self, line: Line) -> list[Fraction]:
        """Marks of a line that could reach the target, least first."""
        if self.target.total is not None:
            found = [self.mark_for(line, 0, frozen_from(self.target.total))]
        else:
            top = self.top_of(line)
            found = [self.mark_for(line, top, self.section_points(top, edge)) for edge in _edges(self.scorer.rules.scheme.grades)]
        return [mark for mark in found if mark is not None and mark <= line.full]

    def mark_for(self, line: Line, node: int, wanted: Fraction) -> Fraction | None:
        """The least mark with which a node has the points wanted, above full if too much; ``None`` if the line does not move it."""
        none, full = self.points_with(line, ZERO, node), self.points_with(line, line.full, node)
        return max((wanted - none) / (full - none) * line.full, ZERO) if full > none else None

    def section_points(self, node: int, percentage: Decimal) -> Fraction:
        """Points with which a section stands at a percentage."""
        return frozen_from(percentage) / 100 * self.before.nodes[node].of

    def points_with(self, line: Line, mark: Fraction, node: int) -> Fraction:
        """Points of a node if the line had this mark."""
        lines = list(self.before.lines)
        share = mark * line.points / line.full if line.full else ZERO
        lines[line.no] = MarkedLine(line, lines[line.no].measured, "scored", None, mark, share)
        return _points(self.scorer.summed(lines), node)

    def top_of(self, line: Line) -> int:
        """The section of the first level a line belongs to."""
        node = self.scorer.rules.nodes[line.node]
        while node.depth > 1 and node.parent is not None:
            node = self.scorer.rules.nodes[node.parent]
        return node.no

    def notes(self, own: MarkedLine, following: Move | None, alone: Move | None, best: Move | None, *, search: bool) -> Iterator[Text]:
        if own.state != "scored":
            yield WITHOUT[own.state]
        elif following is None:
            yield AT_TOP
        if own.line.no in self.unequal:
            yield UNEQUAL
        if search and alone is None:
            yield OUT_OF_REACH if best is None or own.state != "scored" or following is None else self.at_best(best)

    def at_best(self, best: Move) -> Text:
        value = quantity(unit_of(self.scorer.rules.line(best.indicator)), best.value)
        if self.target.total is None and best.after.title is not None:
            return fill(AT_BEST_GRADE, value=value, grade=best.after.title)
        return fill(AT_BEST, value=value, total=score(best.after.total))

    # --- several lines -------------------------------------------------------------------------------------------

    def least(self) -> list[tuple[Room, Fraction]]:
        """The fewest lines that reach the target together; empty when none do."""
        if self.target.total is not None:
            moves = self.fewest(0, frozen_from(self.target.total))
            return moves if moves and self.reached(self.applied(moves)) else []
        for raised in islice(self.raised_sections(), SEARCHED):
            parts = [self.fewest(no, self.section_points(no, edge)) for no, edge in raised]
            moves = [move for part in parts for move in part]
            if all(parts) and self.reached(self.applied(moves)):
                return moves
        return []

    def fewest(self, node: int, wanted: Fraction) -> list[tuple[Room, Fraction]]:
        """Lines with the most to gain first, all at their best but the last, which does only what is still missing."""
        start = have = _points(self.before, node)
        chosen: list[tuple[Room, Fraction]] = []
        for room, gain, best in sorted(self.gains(node), key=lambda found: -found[1]):
            if have + gain >= wanted:
                mark = self.mark_for(room.line, node, wanted - (have - start))
                value = None if mark is None else room.reach(mark)
                return [*chosen, (room, best if value is None else value)]
            chosen.append((room, best))
            have += gain
        return []

    def gains(self, node: int) -> Iterator[tuple[Room, Fraction, Fraction]]:
        """What each line could add to a node at its best. Lines left out would change the shares: not among them."""
        for room in self.rooms:
            own, best = self.before.lines[room.line.no], room.best()
            counts = own.points is not None or room.line.bonus
            if not counts or best is None or (node != 0 and (room.line.bonus or self.top_of(room.line) != node)):
                continue
            mark = room.line.curve.points(best) or ZERO
            gain = self.points_with(room.line, mark, node) - _points(self.before, node)
            if gain > 0:
                yield room, gain, best

    def raised_sections(self) -> Iterator[list[tuple[int, Decimal]]]:
        """Ways to lift sections over the rules' thresholds that give the grade: fewest sections first, then least lift."""
        grades = self.scorer.rules.scheme.grades
        there = [n.no for n in self.scorer.rules.nodes if n.depth == 1 and self.before.nodes[n.no].points is not None]
        scores = dict(zip(there, self.scorer.section_scores(self.before.nodes), strict=True))
        found = []
        for raised in _raises(scores, _edges(grades)):
            then = list((scores | dict(raised)).values())
            rule = rule_of(grades, then)
            if raised and rule is not None and rule.id == self.target.grade:
                found.append((len(raised), sum(then) - sum(scores.values()), raised))
        yield from (raised for _, _, raised in sorted(found, key=lambda way: way[:2]))

    # --- moves ---------------------------------------------------------------------------------------------------

    def applied(self, moves: Sequence[tuple[Room, Fraction]]) -> Sheet:
        """The sheet after the moves, scored anew."""
        return self.scorer.sheet(self.measured | {room.line.indicator.id: room.with_value(value) for room, value in moves})

    def outcome(self, sheet: Sheet) -> Outcome:
        return Outcome(sheet.total, sheet.grade, title_of(self.scorer.rules.scheme.grades, sheet.grade), sheet.state)

    def move(self, room: Room, value: Fraction, given: Sequence[tuple[Room, Fraction]] = ()) -> Move:
        """A move and its result, ``given`` the moves made before it."""
        own = self.before.lines[room.line.no]
        sheet = self.applied([*given, (room, value)])
        mark = sheet.lines[room.line.no].mark or ZERO
        assumes = None if own.state == "scored" else FIRST_EVIDENCE if own.points is not None or room.line.bonus else GETS_EVIDENCE
        indicator = room.line.indicator
        says = move_words(room, value, mark, sheet.total)
        return Move(indicator.id, indicator.title, room.now, value, room.with_value(value), mark, self.outcome(sheet), assumes, says)


def frozen_from(total: Decimal) -> Fraction:
    """The least exact value that is frozen as ``total`` or more: 89.995 is frozen as 90.00."""
    return Fraction(total) - Fraction(1, 200)


def _points(sheet: Sheet, node: int) -> Fraction:
    """Points of a node; of the whole with bonuses and before the cap, so that it is a straight line in every mark."""
    bonus = sum((m.points for m in sheet.lines if m.line.bonus and m.points is not None), ZERO) if node == 0 else ZERO
    return (sheet.nodes[node].points or ZERO) + bonus


def _edges(grades: Grades) -> list[Decimal]:
    """Where counted conditions look, rising."""
    conditions = [c for rule in grades.rules for c in rule.when]
    return sorted({edge for c in conditions for edge in (c.from_, c.below) if edge is not None})


def _raises(scores: Mapping[int, Decimal], edges: Sequence[Decimal]) -> Iterator[list[tuple[int, Decimal]]]:
    """Every way to lift some sections to edges above them.

    Sections between the same edges are alike to every condition, so of those only the highest are lifted.
    """
    alike: dict[int, list[int]] = {}
    for no in sorted(scores, key=lambda no: -scores[no]):
        alike.setdefault(sum(edge <= scores[no] for edge in edges), []).append(no)
    ways = [[list(zip(group, chosen, strict=False)) for chosen in _choices(edges[low:], len(group))] for low, group in alike.items()]
    for parts in product(*ways):
        yield [raised for part in parts for raised in part]


def _choices(edges: Sequence[Decimal], at_most: int) -> Iterator[tuple[Decimal, ...]]:
    for k in range(at_most + 1):
        yield from combinations_with_replacement(edges, k)
