"""What is needed, as plain text or JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from jikao.scheme.text import Lang, Text
from jikao.scheme.words import score
from jikao.scoring.plain import plain
from jikao.scoring.tree import Block, labelled, trees, wrapped
from jikao.scoring.whatif.values import LineNeeds, Move, Needs, Outcome

GRADE, TOTAL = Text("目标等级 {grade}", "target grade {grade}"), Text("目标总分 {total}", "target total {total}")
BOTH = Text("目标等级 {grade}(总分 ≥ {total})", "target grade {grade} (total ≥ {total})")
NOW, THEN = Text("现在", "now"), Text("届时", "then")
REACHED = Text("已经达到目标", "the target is reached already")
LEAST = Text("最少的改动", "fewest changes")
LINES = Text("各项", "line by line")
NEXT, ALONE, BEST = Text("更高一档", "next"), Text("单靠本项", "alone"), Text("做到最好", "at best")
NOTE = Text("提示", "note")


def as_json(needs: Needs) -> dict[str, Any]:
    """The findings for machines: sentences in both languages, fractions exact."""
    return cast("dict[str, Any]", plain(needs))


def as_text(needs: Needs, lang: Lang, width: int = 100) -> str:
    """The findings in one language, at most ``width`` columns."""
    return "\n".join([*_head(needs, lang, width), "", *trees(list(_blocks(needs, lang)), width)]) + "\n"


def _head(needs: Needs, lang: Lang, width: int) -> Iterator[str]:
    target = needs.target
    form = GRADE if target.total is None else TOTAL if target.grade is None else BOTH
    yield from wrapped(form.say(lang, grade=target.title, total=score(target.total)), "", "  ", width)
    yield from labelled(NOW.say(lang), _result(needs.before, lang), "  ", width)
    if needs.reached:
        yield from labelled(NOTE.say(lang), REACHED.say(lang), "  ", width)
    if needs.blocked is not None:
        yield from labelled(NOTE.say(lang), needs.blocked.say(lang), "  ", width)


def _result(outcome: Outcome, lang: Lang) -> str:
    return " · ".join([score(outcome.total), *([outcome.title.say(lang)] if outcome.title is not None else [])])


def _blocks(needs: Needs, lang: Lang) -> Iterator[Block]:
    if needs.least:
        then = [(THEN.say(lang), _result(needs.after, lang))] if needs.after is not None else []
        yield Block(LEAST.say(lang), then, [_move(move, lang) for move in needs.least])
    yield Block(LINES.say(lang), (), [_line(line, lang) for line in needs.lines])


def _move(move: Move, lang: Lang) -> Block:
    assumes = [(NOTE.say(lang), move.assumes.say(lang))] if move.assumes is not None else []
    return Block(move.title.say(lang), [("", move.says.say(lang)), *assumes])


def _line(line: LineNeeds, lang: Lang) -> Block:
    details = []
    following = None if line.next == line.alone else line.next
    best = line.best if line.next is None and line.alone is None and line.best is not None and line.best.assumes is not None else None
    for label, move in ((NEXT, following), (ALONE, line.alone), (BEST, best)):
        if move is not None:
            details.append((label.say(lang), move.says.say(lang)))
            details += [(NOTE.say(lang), move.assumes.say(lang))] if move.assumes is not None else []
    return Block(line.title.say(lang), [*details, *((NOTE.say(lang), note.say(lang)) for note in line.notes)])
