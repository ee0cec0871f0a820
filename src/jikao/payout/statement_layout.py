"""A pay statement as plain text and for machines: every part with its rule, its figures and the rows it rests on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from jikao.payout.money import yuan
from jikao.payout.rules import RULES
from jikao.payout.standing import Held
from jikao.payout.statement import Line, Statement
from jikao.scheme.text import Lang, Text
from jikao.scoring.explain.layout import said_row
from jikao.scoring.explain.values import EvidenceRow
from jikao.scoring.plain import plain
from jikao.scoring.tree import Block, labelled, trees, wrapped

TITLE, CORRECTION = (
    Text("奖金单", "Pay statement"),
    Text("更正批次 {batch},更正 {corrects}:{reason}", "Correction {batch} of {corrects}: {reason}"),
)
BATCH = Text("批次 {batch} · 经办人 {by} · 审批人 {approver}", "Batch {batch} · made by {by} · approved by {approver}")
TOTAL, BROUGHT, PAID = Text("应发合计", "Total"), Text("上期结转", "brought forward"), Text("本次实发", "paid now")
CARRIED, OWED = Text("结转下期", "carried forward"), Text("尚欠,从以后应发中扣回", "still owed, taken from what is due next")
WITHHELD = Text("另从工资代扣(不在合计内)", "withheld from the wage (no part of the total)")
RETURNED = Text("本人另已交回(不在合计内)", "given back by the person (no part of the total)")
APART = Text("不在应发合计内", "not part of the total")
HELD, WHY, MEND = Text("暂不发放", "held, not paid yet"), Text("原因", "why"), Text("处理", "to be done")
RULE, FORMULA, SCHEME, ABOUT, SOURCES = (
    Text("规则", "rule"),
    Text("算式", "formula"),
    Text("方案", "scheme"),
    Text("事项", "about"),
    Text("依据", "rests on"),
)
MORE, NOTHING = Text("另有 {count} 条", "{count} more"), Text("本批次没有给本人的分录", "nothing was posted for this person in this batch")
ELSEWHERE = {"pay": Text("", ""), "wage": Text("从工资代扣", "from the wage"), "paid": Text("本人交回", "given back by the person")}
"""Said of lines that are no part of the total."""


@dataclass(frozen=True)
class Heading:
    """The batch a statement is of. ``corrects``: the batch a correction puts right, with its ``reason``."""

    batch: str
    period: str
    by: str
    approver: str
    at: str = ""
    corrects: str = ""
    reason: str = ""


def moment(at: str) -> str:
    """When a batch was made, to the minute and with its zone: a batch keeps the moment, and not the clock of the company.
    What is no moment is said as it is.
    """
    try:
        made = dt.datetime.fromisoformat(at)
    except ValueError:
        return at
    return f"{made.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC" if made.tzinfo else at


def as_text(
    statement: Statement, heading: Heading, rows: Mapping[str, EvidenceRow], lang: Lang, *, width: int = 100, shown: int = 5
) -> str:
    """The statement in one language, at most ``width`` columns, ``shown`` source rows a line."""
    words = _Words(lang, rows, shown)
    return "\n".join([*words.head(statement, heading, width), "", *trees(words.blocks(statement), width)]) + "\n"


def as_json(statement: Statement, heading: Heading, rows: Mapping[str, EvidenceRow]) -> dict[str, Any]:
    """The statement for machines: money as text in yuan, sentences in both languages, every source with its row."""
    figures = {name: yuan(getattr(statement, name)) for name in ("brought_forward", "total", "withheld", "returned", "paid", "carried")}
    who = {name: getattr(statement, name) for name in ("person", "name", "department")}
    lines, held = [_line_json(line, rows) for line in statement.lines], [_held_json(held) for held in statement.held]
    return {"batch": plain(heading), **who, **figures, "lines": lines, "held": held}


def _held_json(held: Held) -> dict[str, Any]:
    problem = held.problem.as_json()
    why = {name: problem[name] for name in ("code", "what", "why", "mend")}
    return {"rule": held.rule, "title": plain(RULES[held.rule].title), "period": held.period, "scheme": held.scheme, **why}


def _line_json(line: Line, rows: Mapping[str, EvidenceRow]) -> dict[str, Any]:
    sources = [{"fact": fact, "row": plain(rows.get(fact))} for fact in line.sources]
    said: dict[str, Any] = plain(line._asdict())
    return said | {"amount": yuan(line.amount), "says": plain(RULES[line.rule].says), "sources": sources}


class _Words:
    """Says the parts of a statement in one language."""

    def __init__(self, lang: Lang, rows: Mapping[str, EvidenceRow], shown: int) -> None:
        self.lang, self.rows, self.shown = lang, rows, shown

    def say(self, text: Text, **values: object) -> str:
        return text.say(self.lang, **values)

    def head(self, statement: Statement, heading: Heading, width: int) -> Iterator[str]:
        yield self.say(TITLE)
        yield from wrapped(
            " · ".join(x for x in (heading.period, statement.person, statement.name, statement.department) if x), "", "  ", width
        )
        yield from wrapped(" · ".join(filter(None, [self.say(BATCH, **plain(heading)), moment(heading.at)])), "", "  ", width)
        if heading.corrects:
            yield from wrapped(self.say(CORRECTION, **plain(heading)), "", "  ", width)
        for label, amount in self.figures(statement):
            yield from labelled(self.say(label), yuan(amount), "  ", width)

    def figures(self, statement: Statement) -> Iterator[tuple[Text, int]]:
        """The figures of the head; those that are zero for most people only where they are not."""
        if statement.brought_forward:
            yield BROUGHT, statement.brought_forward
        yield TOTAL, statement.total
        yield PAID, statement.paid
        if statement.carried:
            yield (CARRIED, statement.carried) if statement.carried > 0 else (OWED, -statement.carried)
        if statement.withheld:
            yield WITHHELD, statement.withheld
        if statement.returned:
            yield RETURNED, statement.returned

    def blocks(self, statement: Statement) -> list[Block]:
        """The lines of the total by period; then, apart, those that are no part of it, and what is held."""
        counted = [line for line in statement.lines if line.account == "pay"]
        apart = [self.line(statement, line) for line in statement.lines if line.account != "pay"]
        blocks = [
            Block(period, (), [self.line(statement, line) for line in lines]) for period, lines in groupby(counted, key=lambda x: x.period)
        ]
        blocks += [Block(self.say(APART), (), apart)] if apart else []
        blocks += [Block(self.say(HELD), (), [self.held(held) for held in statement.held])] if statement.held else []
        return blocks or [Block(self.say(NOTHING))]

    def held(self, held: Held) -> Block:
        heading = " · ".join((held.period, self.say(RULES[held.rule].title)))
        problem, lang = held.problem, self.lang
        return Block(heading, [(self.say(WHY), f"{problem.what(lang)} ({problem.code})"), (self.say(MEND), problem.mend(lang))])

    def line(self, statement: Statement, line: Line) -> Block:
        elsewhere = self.say(ELSEWHERE[line.account])
        period = "" if line.account == "pay" else line.period
        heading = " · ".join(x for x in (period, self.say(line.title), elsewhere, yuan(line.amount)) if x)
        return Block(heading, list(self.details(statement, line)), list(self.sources(line.sources)))

    def details(self, statement: Statement, line: Line) -> Iterator[tuple[str, str]]:
        yield self.say(RULE), self.say(RULES[line.rule].says)
        if line.scheme:
            yield self.say(SCHEME), line.scheme
        about = line.subject.removesuffix(f"|{statement.person}")
        if about != statement.person:
            yield self.say(ABOUT), about
        if line.formula:
            yield self.say(FORMULA), line.formula

    def sources(self, facts: Sequence[str]) -> Iterator[Block]:
        if facts:
            said = [("", self.source(fact)) for fact in facts[: self.shown]]
            more = len(facts) - len(said)
            yield Block(self.say(SOURCES), [*said, *([("", self.say(MORE, count=more))] if more > 0 else [])])

    def source(self, fact: str) -> str:
        row = self.rows.get(fact)
        return fact if row is None else f"{self.say(row.title)}: {said_row(row, self.lang)}"
