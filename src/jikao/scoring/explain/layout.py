"""A receipt as plain text: an indented tree that fits a terminal; Chinese signs count two columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from jikao.evidence.words import role_said
from jikao.scheme.text import Lang, Text
from jikao.scheme.words import number, percent, points, score
from jikao.scoring.explain.values import (
    EvidenceRow,
    Judgement,
    LineNote,
    Neighbour,
    Origin,
    RaterNote,
    Receipt,
    SeatNote,
    SectionNote,
    SettingNote,
)
from jikao.scoring.plain import plain
from jikao.scoring.tree import Block, labelled, trees, wrapped

TITLE = Text("绩效考核回执", "Appraisal receipt")
TOTAL = Text("总分", "Total")
FORMULA, GRADE, NEXT, COVERAGE, FLAG = (
    Text("算式", "formula"),
    Text("等级", "grade"),
    Text("上一等级", "next grade"),
    Text("证据覆盖", "evidence"),
    Text("提示", "note"),
)
RULE, VALUE, CLAUSE, RECORD = Text("标准", "rule"), Text("实测", "value"), Text("条款", "clause"), Text("数据来源", "record")
WORDING = Text("原文", "wording")
BETTER, WORSE = Text("更高一档", "better"), Text("更低一档", "worse")
RATERS, ENTRIES, EVIDENCE = Text("评价人", "raters"), Text("登记", "entries"), Text("证据", "rows")
SETTINGS, SEAT = Text("本次采用的设置", "Settings used"), Text("第 {no} 段任职({days} 天)", "Position {no} ({days} days)")
WEIGHT, UNCOUNTED, NOT_RATED = Text("权重 {weight}", "weight {weight}"), Text("(不计)", " (not counted)"), Text("未评", "not rated")
MORE_ROWS = Text("另有 {count} 条", "{count} more")
NO_ROWS = Text("共 {count} 条", "{count} in all")
READING = Text("取法 {reading}", "reading {reading}")
BONUS = Text("加分", "bonus")
SOURCES = {
    "default": Text("建议默认", "our default"),
    "elsewhere": Text("他处补得", "from elsewhere"),
    "company": Text("公司规定", "company rule"),
}
"""Said of rules that are not from the source document."""


def as_text(receipt: Receipt, lang: Lang, width: int = 100, rows: int = 5) -> str:
    """The receipt in one language, at most ``width`` columns, ``rows`` evidence rows a line."""
    return "\n".join([*_head(receipt, lang, width), "", *trees(_Words(lang, rows).blocks(receipt), width)]) + "\n"


def as_json(receipt: Receipt) -> dict[str, Any]:
    """The receipt for machines: every field under its name, sentences in both languages, fractions exact."""
    return cast("dict[str, Any]", plain(receipt))


def _head(receipt: Receipt, lang: Lang, width: int) -> Iterator[str]:
    scheme = receipt.scheme
    grade = f" · {receipt.grade.title.say(lang)}" if receipt.grade.id is not None else ""
    yield TITLE.say(lang)
    yield from wrapped(f"{scheme.title.say(lang)} ({scheme.id} {scheme.version})", "", "  ", width)
    yield from wrapped(" · ".join(x for x in (receipt.period, receipt.person, receipt.name) if x), "", "  ", width)
    yield from wrapped(f"{TOTAL.say(lang)} {score(receipt.total)} / {number(receipt.full)}{grade}", "", "  ", width)
    details = [(FORMULA, receipt.formula), (GRADE, receipt.grade.rule), (NEXT, receipt.grade.next)]
    for label, text in details:
        if text is not None:
            yield from labelled(label.say(lang), text.say(lang), "  ", width)
    for tried in receipt.grade.tried:
        yield from wrapped(f"{'✓' if tried.held else '✗'} {tried.title.say(lang)}: {tried.says.say(lang)}", "    ", "      ", width)
    yield from labelled(COVERAGE.say(lang), percent(receipt.coverage), "  ", width)
    for flag in receipt.flags:
        yield from labelled(FLAG.say(lang), flag.text.say(lang), "  ", width)


class _Words:
    """Says the parts of a receipt in one language."""

    def __init__(self, lang: Lang, rows: int) -> None:
        self.lang, self.rows = lang, rows

    def say(self, text: Text, **values: object) -> str:
        return text.say(self.lang, **values)

    def blocks(self, receipt: Receipt) -> list[Block]:
        one = len(receipt.seats) == 1
        blocks = [self.section(s) for s in receipt.seats[0].sections] if one else [self.seat(s) for s in receipt.seats]
        if receipt.only is None and receipt.settings:
            blocks.append(Block(self.say(SETTINGS), [self.setting(s) for s in receipt.settings]))
        return blocks

    def seat(self, seat: SeatNote) -> Block:
        heading = f"{self.say(SEAT, no=seat.no + 1, days=seat.days)} · {score(seat.exact)}"
        return Block(heading, [(self.say(FORMULA), self.say(seat.formula))], [self.section(s) for s in seat.sections])

    def section(self, section: SectionNote) -> Block:
        details = [(self.say(FORMULA), self.say(section.formula))] if section.formula is not None else []
        details += [(self.say(FLAG), self.say(note)) for note in section.notes]
        heading = f"{self.say(section.title)} · {score(section.points)} / {number(section.of)}{self.origin(section.seed, section.source)}"
        return Block(heading, details, [*map(self.line, section.lines), *map(self.section, section.sections)])

    def line(self, line: LineNote) -> Block:
        bonus = f"{self.say(BONUS)} " if line.bonus else ""
        heading = f"{self.say(line.title)} · {bonus}{score(line.points)} / {number(line.of)}{self.origin(line.seed, line.source)}"
        details = [(label, text) for label, text in self.line_details(line) if text]
        return Block(heading, details, [*self.raters(line), *self.entries(line), *self.evidence(line)])

    def origin(self, seed: str, source: str) -> str:
        """The clause of the source document, and whether the rule is not from there."""
        elsewhere = SOURCES.get(source)
        return "".join(f" · {x}" for x in (seed, self.say(elsewhere) if elsewhere is not None else "") if x)

    def line_details(self, line: LineNote) -> Iterator[tuple[str, str]]:
        yield self.say(RULE), self.say(line.standard)
        yield self.say(VALUE), f"{self.say(line.figure.title)} {self.say(line.figure.says)}"
        if line.clause is not None:
            yield self.say(CLAUSE), f"{self.say(line.clause.range)} → {self.say(line.clause.worth)}"
            yield self.say(WORDING), "" if line.clause.says is None else self.say(line.clause.says)
            yield self.say(FLAG), "" if line.clause.flag is None else self.say(line.clause.flag)
        if line.mark is not None:
            yield self.say(FORMULA), self.say(line.formula)
        for neighbour in line.neighbours:
            yield self.neighbour(neighbour)
        for note in line.notes:
            yield self.say(FLAG), self.say(note)
        yield self.say(RECORD), self.say(line.record)

    def neighbour(self, neighbour: Neighbour) -> tuple[str, str]:
        return self.say(BETTER if neighbour.better else WORSE), self.say(neighbour.says)

    def raters(self, line: LineNote) -> Iterator[Block]:
        if line.behind.raters:
            yield Block(self.say(RATERS), [("", text) for rater in line.behind.raters for text in self.rater(rater)])

    def rater(self, rater: RaterNote) -> Iterator[str]:
        given = self.say(NOT_RATED) if rater.score is None else number(rater.score)
        yield f"{self.say(role_said(rater.role))} ({self.say(WEIGHT, weight=number(rater.weight))}): {given}"
        for rating in rater.ratings:
            yield f"- {self.judgement(rating, what='')}"

    def entries(self, line: LineNote) -> Iterator[Block]:
        if line.behind.judgements:
            yield Block(self.say(ENTRIES), [("", self.judgement(j, what=self.say(j.what))) for j in line.behind.judgements])

    def judgement(self, j: Judgement, what: str) -> str:
        amount = "" if j.amount is None else self.say(points(j.amount))
        uncounted = "" if j.counted else self.say(UNCOUNTED)
        return " · ".join(
            x for x in (f"{': '.join(x for x in (what, amount) if x)}{uncounted}", j.on, j.by, j.reason, j.evidence, _origin(j.origin)) if x
        )

    def evidence(self, line: LineNote) -> Iterator[Block]:
        behind = line.behind
        if not behind.count:
            return
        shown = behind.rows[: self.rows]
        said = [("", said_row(row, self.lang)) for row in shown]
        if behind.count > len(shown):
            said.append(("", self.say(MORE_ROWS, count=behind.count - len(shown))))
        yield Block(f"{self.say(EVIDENCE)} {self.say(behind.rows[0].title)} ({self.say(NO_ROWS, count=behind.count)})", said)

    def setting(self, s: SettingNote) -> tuple[str, str]:
        reading = self.say(READING, reading=s.reading) if s.reading else ""
        facts = ", ".join(x for x in (reading, s.ambiguity, s.source) if x)
        title = self.say(s.title)
        return s.name, f"{f'{title} ' if title else ''}= {s.value} ({facts})"


def said_row(row: EvidenceRow, lang: Lang) -> str:
    """A row of evidence in one language: what it is, what it says, where it stands."""
    cells = [cell.says.say(lang) if i == 0 else f"{cell.title.say(lang)} {cell.says.say(lang)}" for i, cell in enumerate(row.cells)]
    return " · ".join(x for x in (*cells, _origin(row.origin)) if x)


def _origin(origin: Origin) -> str:
    return f"{origin.import_id}:{origin.row_no}" if origin.import_id and origin.row_no is not None else ""
