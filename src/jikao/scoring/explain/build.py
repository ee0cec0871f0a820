"""A receipt made from a sheet: the rules' words with the real numbers put in. Nothing is scored here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from fractions import Fraction

from jikao.scheme.model import Missing, Section, Setting
from jikao.scheme.period import Period
from jikao.scheme.rules import Line, Node, Rules, clauses_as_written
from jikao.scheme.text import Text
from jikao.scheme.words import NOT_AVAILABLE, each, fill, joined, listed, number, same, score
from jikao.scoring.exact import MarkedLine, Result, Scorer, Seat, Sheet
from jikao.scoring.explain.behind import behind
from jikao.scoring.explain.clauses import clause_note, neighbours
from jikao.scoring.explain.figures import figure, line_formula, reason
from jikao.scoring.explain.grades import grade_note
from jikao.scoring.explain.values import (
    Behind,
    EvidenceRows,
    LineNote,
    Receipt,
    SchemeNote,
    SeatNote,
    SectionNote,
    SettingNote,
)

POLICIES = {
    Missing.RENORMALISE: Text(
        "{who}缺证据时按 renormalise 处理(AMB-22):本项不计,所在分区按其余各项折算",
        "without evidence {who} says renormalise (AMB-22): this line is left out and its section scaled over the others",
    ),
    Missing.ZERO: Text("{who}缺证据时按 zero 处理:记 0 分", "without evidence {who} says zero: 0 points"),
    Missing.FULL: Text("{who}缺证据时按 full 处理:记满分", "without evidence {who} says full: full marks"),
    Missing.HOLD: Text(
        "{who}缺证据时按 hold 处理:总分待定,补齐证据后再评", "without evidence {who} says hold: no total until the evidence is there"
    ),
}
NO_BONUS = Text("加分项没有证据:不加分,也不影响其他项", "a bonus without evidence adds nothing and takes nothing")
THIS_LINE, THE_SCHEME = Text("本项规定", "the line"), Text("方案规定", "the scheme")
THIS_SECTION = Text("分区“{title}”规定", 'section "{title}"')
WITHOUT = Text("缺证据、未计入:{titles}", "without evidence, left out: {titles}")
CAPPED = Text("{formula},封顶 {cap}", "{formula}, capped at {cap}")
BONUS = Text("加分 {points}", "bonus {points}")


def receipt(
    rules: Rules,
    seats: Sequence[Seat],
    *,
    person: str,
    period: Period,
    name: str = "",
    only: str | None = None,
    evidence: EvidenceRows | None = None,
    limit: int = 1000,
    zone: dt.tzinfo = dt.UTC,
) -> Receipt:
    """The receipt of one person: of the whole sheet, or of one line (``only``: an indicator's id).

    ``seats`` is one seat for most people. ``evidence`` gives the rows behind a line; the first ``limit`` of them are
    kept. Instants are said in ``zone``. Raises ``KeyError`` for an ``only`` that is no indicator of the scheme.
    """
    if only is not None and all(line.indicator.id != only for line in rules.lines):
        raise KeyError(only)
    return _Builder(rules, person, period, only, evidence, limit, zone).receipt(seats, name)


class _Builder:
    """Holds what every part of one receipt needs to know."""

    def __init__(
        self, rules: Rules, person: str, period: Period, only: str | None, evidence: EvidenceRows | None, limit: int, zone: dt.tzinfo
    ) -> None:
        self.rules, self.scorer = rules, Scorer(rules)
        self.person, self.period, self.only = person, period, only
        self.evidence, self.limit, self.zone = evidence, limit, zone
        self.sections: list[Section] = list(_in_order(rules.scheme.sections))

    def receipt(self, seats: Sequence[Seat], name: str) -> Receipt:
        scheme = self.rules.scheme
        result: Result = seats[0].sheet if len(seats) == 1 else self.scorer.combine(seats)
        notes = tuple(self.seat(no, seat) for no, seat in enumerate(seats))
        return Receipt(
            scheme=SchemeNote(scheme.scheme, scheme.version, scheme.title, scheme.document, scheme.valid_from.isoformat()),
            person=self.person,
            name=name,
            period=str(self.period),
            only=self.only,
            state=result.state,
            total=result.total,
            full=scheme.total.full,
            formula=_total_formula(notes, result),
            coverage=result.coverage,
            grade=grade_note(self.scorer, result),
            flags=result.flags,
            seats=notes,
            settings=tuple(_setting(name, setting) for name, setting in scheme.settings.items()),
        )

    def seat(self, no: int, seat: Seat) -> SeatNote:
        top = self.rules.nodes[0]
        sections = [self.section(node, seat.sheet, no) for node in self.rules.nodes if node.parent == top.no]
        kept = tuple(section for section in sections if section is not None)
        return SeatNote(no, seat.days, seat.sheet.state, seat.sheet.exact, self.seat_formula(seat.sheet), kept)

    def seat_formula(self, sheet: Sheet) -> Text:
        """Sections, bonuses and cap of one seat up to the exact total."""
        if sheet.exact is None:
            return same(NOT_AVAILABLE)
        formula = self.node_formula(self.rules.nodes[0], sheet) or same(number(sheet.nodes[0].points or 0))
        extras = [m.points for m in sheet.lines if m.line.bonus and m.points]
        if not extras:
            return formula
        whole = (sheet.nodes[0].points or 0) + sum(extras)
        plus = joined([fill(BONUS, points=number(x)) for x in extras], " + ")
        said = each(lambda lang: f"{formula.say(lang)}; {number(sheet.nodes[0].points or 0)} + {plus.say(lang)} = {number(whole)}")
        return said if whole == sheet.exact else fill(CAPPED, formula=said, cap=number(sheet.exact))

    # --- sections ----------------------------------------------------------------------------------------------------

    def section(self, node: Node, sheet: Sheet, seat: int) -> SectionNote | None:
        """A section with all below it; with ``only``, just the way down to that line."""
        text = self.sections[node.no - 1]
        lines = [m for m in sheet.lines if m.line.node == node.no and self.only in (None, m.line.indicator.id)]
        below = [self.section(child, sheet, seat) for child in self.rules.nodes if child.parent == node.no]
        sections = tuple(section for section in below if section is not None)
        if self.only is not None and not lines and not sections:
            return None
        standing = sheet.nodes[node.no]
        return SectionNote(
            id=node.id,
            title=text.title,
            seed=text.seed,
            source=text.source,
            points=standing.points,
            of=standing.of,
            formula=self.node_formula(node, sheet),
            notes=tuple(self.left_out(node, sheet)),
            lines=tuple(self.line(m, seat) for m in lines),
            sections=sections,
        )

    def node_formula(self, node: Node, sheet: Sheet) -> Text | None:
        """``8 + 22 + 9 + 8 = 47; 47 ÷ 75 × 85 = 53.2667``; ``None`` where there is nothing to sum."""
        parts = [(points, of) for points, of, _ in self.children(node, sheet) if points is not None]
        points = sheet.nodes[node.no].points
        if points is None or not parts:
            return None
        got, worth = sum((p for p, _ in parts), Fraction(0)), sum((of for _, of in parts), Fraction(0))
        steps = [f"{' + '.join(number(p) for p, _ in parts)} = {number(got)}"] if len(parts) > 1 else []
        if worth != node.points:
            steps.append(f"{number(got)} ÷ {number(worth)} × {number(node.points)} = {number(points)}")
        return same("; ".join(steps)) if steps else None

    def children(self, node: Node, sheet: Sheet) -> list[tuple[Fraction | None, Fraction, Text]]:
        """What is summed into a node: points, worth and title of its lines and sections."""
        found = []
        for child in self.rules.children(node):
            if isinstance(child, Line):
                found.append((sheet.lines[child.no].points, child.points, child.indicator.title))
            else:
                found.append((sheet.nodes[child.no].points, child.points, self.sections[child.no - 1].title))
        return found

    def left_out(self, node: Node, sheet: Sheet) -> Iterator[Text]:
        titles = [title for points, _, title in self.children(node, sheet) if points is None]
        if titles:
            yield fill(WITHOUT, titles=listed(titles))

    # --- lines -------------------------------------------------------------------------------------------------------

    def line(self, marked: MarkedLine, seat: int) -> LineNote:
        line, indicator = marked.line, marked.line.indicator
        written = clauses_as_written(self.rules.scheme, indicator)
        stands = self.behind(line, seat)
        clause = clause_note(line, written, marked.clause) if marked.clause is not None else None
        return LineNote(
            id=indicator.id,
            title=indicator.title,
            seed=indicator.seed,
            source=indicator.source,
            kind=indicator.kind,
            standard=indicator.standard,
            record=indicator.record,
            bonus=line.bonus,
            state=marked.state,
            figure=figure(marked, stands),
            clause=clause,
            neighbours=neighbours(marked, written),
            formula=line_formula(marked, clause, stands),
            mark=marked.mark,
            full=line.full,
            points=marked.points,
            of=line.points,
            notes=(*self.missing_notes(marked), *stands.notes),
            behind=stands,
        )

    def behind(self, line: Line, seat: int) -> Behind:
        if self.evidence is None:
            return Behind()
        return behind(self.rules.scheme, line, self.evidence(line, self.person, self.period, seat), self.limit, self.zone)

    def missing_notes(self, marked: MarkedLine) -> Iterator[Text]:
        """Why a line has no value, and what the scheme says about that."""
        if marked.state == "scored":
            return
        yield reason(marked)
        if marked.measured.state in ("nothing", "no_source") or (marked.measured.value is None and marked.measured.state != "held"):
            yield NO_BONUS if marked.line.bonus else fill(POLICIES[marked.line.missing], who=self.who_says(marked.line))

    def who_says(self, line: Line) -> Text:
        """Where the policy for missing evidence was set: the line, the nearest section around it, or the scheme."""
        if line.indicator.missing is not None:
            return THIS_LINE
        node: Node | None = self.rules.nodes[line.node]
        while node is not None and node.no:
            section = self.sections[node.no - 1]
            if section.missing is not None:
                return fill(THIS_SECTION, title=section.title)
            node = self.rules.nodes[node.parent] if node.parent is not None else None
        return THE_SCHEME


def _in_order(sections: Sequence[Section]) -> Iterator[Section]:
    """Sections in the order nodes are numbered: each before those inside it."""
    for section in sections:
        yield section
        yield from _in_order(section.sections)


def _total_formula(seats: Sequence[SeatNote], result: Result) -> Text:
    """Up to the frozen total: one rounding, at the end; seats weighted by days (A48)."""
    if result.exact is None:
        return same(NOT_AVAILABLE)
    if len(seats) == 1:
        return each(lambda lang: f"{seats[0].formula.say(lang)} → {score(result.total)}")
    there = [(seat.days, seat.exact) for seat in seats if seat.exact is not None and seat.days > 0]
    products = " + ".join(f"{days} × {number(exact)}" for days, exact in there)
    return same(f"({products}) ÷ {sum(days for days, _ in there)} = {number(result.exact)} → {score(result.total)}")


def _setting(name: str, setting: Setting) -> SettingNote:
    """A setting may hold a number or the name of one of its readings."""
    named = {reading: str(value) for reading, value in setting.readings.items()}
    value = str(setting.value)
    reading = value if value in named else next((r for r, v in named.items() if v == value), "")
    return SettingNote(name, setting.title, named.get(value, value), reading, setting.ambiguity, setting.source)
