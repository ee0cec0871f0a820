"""A forecast as plain text or JSON: first the assumption, then the ranges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jikao.payout.forecast.values import NOTHING, Forecast, PersonOutlook, PoolOutlook, Range
from jikao.payout.ledger import ACCOUNTS
from jikao.payout.money import said as said_amounts
from jikao.payout.money import yuan
from jikao.scheme.text import Lang, Text
from jikao.scheme.words import NOT_AVAILABLE, number, score
from jikao.scoring.exact import Result
from jikao.scoring.plain import plain
from jikao.scoring.tree import Block, labelled, trees, wrapped
from jikao.scoring.whatif.range import LineRange, ScoreRange

HEAD = Text(
    "{scheme} {period} 的预测,截至 {last}:{days} 天已过 {gone} 天", "Forecast of {scheme} {period} as of {last}: {gone} of {days} days gone"
)
ASSUMING = Text("假设", "assuming")
COST = Text("公司承担", "borne by the company")
ORDERS = Text("任务绩效(出自产值)", "performance pay (out of order value)")
BOUNDS = Text(
    "人人都落到最低、都升到最高时的合计,实际在两者之间", "the sums with everybody at their least and at their most; it ends in between"
)
TODAY = Text("{low} – {high},按现状 {now}", "{low} – {high}, as it stands {now}")
POINT = Text("{now}", "{now}")
POOLS, PEOPLE, LINES = Text("再分配池", "redistribution pools"), Text("每人", "everybody"), Text("各项得分", "marks line by line")
X, Y, EACH = Text("X(扣减合计)", "X (what was given)"), Text("Y(人数)", "Y (heads)"), Text("每人 X ÷ Y", "X ÷ Y each")
TOTAL, GRADE, PAY = Text("总分", "total"), Text("等级", "grade"), Text("发放", "pay")
NO_GRADE = Text("无等级", "none")


def as_json(found: Forecast, person: str | None = None) -> dict[str, Any]:
    """For machines: money as text in yuan, sentences in both languages; one person's lines too when asked for."""
    people = [p for p in found.people if person in {None, p.person}]
    return {
        "scheme": found.scheme, "period": str(found.period), "as_of": found.last.isoformat(), "days_gone": found.gone, "days": found.days,
        "assumed": plain(found.assumed), "cost": _yuan(found.cost), "orders": _yuan(found.orders),
        "pools": [{**p.account._asdict(), "held": _yuan(p.held), "heads": p.heads._asdict(), "share": _yuan(p.share)} for p in found.pools],
        "people": [_person_json(p, lines=person is not None) for p in people], "problems": [p.as_json() for p in found.problems],
    }  # fmt: skip


def _yuan(span: Range) -> dict[str, str]:
    return said_amounts(span._asdict())


def _person_json(p: PersonOutlook, *, lines: bool) -> dict[str, Any]:
    said: dict[str, Any] = {"person": p.person, "name": p.name, "department": p.department, "pay": _yuan(p.pay)}
    said["parts"] = [{"part": part.part, "title": plain(part.title), **_yuan(part.range)} for part in p.parts]
    said["score"] = None if p.score is None else _score_json(p.score)
    if lines and p.score is not None:
        said["lines"] = [[_line_json(line) for line in seat] for seat in p.score.seats]
    return said


def _score_json(found: ScoreRange) -> dict[str, Any]:
    ends = {end: {"total": plain(result.total), "grade": result.grade, "state": result.state} for end, result in _ends(found).items()}
    return {**ends, "grades": list(found.grades)}


def _ends(found: ScoreRange) -> dict[str, Result]:
    return {"low": found.low, "now": found.now, "high": found.high}


def _line_json(line: LineRange) -> dict[str, Any]:
    marks = {"low": line.low, "now": line.now.mark, "high": line.high}
    return {
        "indicator": line.now.line.indicator.id,
        "title": plain(line.now.line.indicator.title),
        **{end: plain(mark) for end, mark in marks.items()},
    }


def as_text(found: Forecast, lang: Lang, width: int = 100, person: str | None = None) -> str:
    """In one language, at most ``width`` columns: everybody, or one person line by line."""
    people = [_in_full(p, lang) if person else _person(p, lang) for p in found.people if person in {None, p.person}]
    blocks = [
        Block(ASSUMING.say(lang), (), [Block(sentence.say(lang)) for sentence in found.assumed]),
        *_pools(found, lang),
        *(people if person else [Block(PEOPLE.say(lang), (), people)]),
    ]
    return "\n".join([*_head(found, lang, width), "", *trees(blocks, width)]) + "\n"


def _head(found: Forecast, lang: Lang, width: int) -> Iterator[str]:
    yield from wrapped(
        HEAD.say(lang, scheme=found.scheme, period=found.period, last=found.last, gone=found.gone, days=found.days), "", "  ", width
    )
    for title, cost in ((COST, found.cost), (ORDERS, found.orders)):
        if cost != NOTHING:
            said = money_range(cost, lang) + ("" if cost.low == cost.high else f" ({BOUNDS.say(lang)})")
            yield from labelled(title.say(lang), said, "  ", width)


def money_range(span: Range, lang: Lang) -> str:
    """``3500.00 – 5250.00, as it stands 4000.00``."""
    return _said(yuan(span.low), yuan(span.now), yuan(span.high), lang)


def total_range(found: ScoreRange, lang: Lang) -> str:
    """``70.00 – 92.50, as it stands 81.20``."""
    return _said(score(found.low.total), score(found.now.total), score(found.high.total), lang)


def grade_range(found: ScoreRange, lang: Lang) -> str:
    """``A B C``: every grade within reach; empty where the scheme gives none."""
    if found.high.state == "scored" and found.high.grade is None:  # the scheme gives none
        return ""
    return " ".join(grade if grade is not None else NO_GRADE.say(lang) for grade in found.grades)


def _said(low: str, now: str, high: str, lang: Lang) -> str:
    form = POINT if low == now == high else TODAY
    return form.say(lang, low=low, now=now, high=high)


def _pools(found: Forecast, lang: Lang) -> Iterator[Block]:
    if found.pools:
        yield Block(POOLS.say(lang), (), [_pool(pool, lang) for pool in found.pools])


def _pool(pool: PoolOutlook, lang: Lang) -> Block:
    low, now, high = map(str, pool.heads)
    heads = _said(low, now, high, lang)
    details = [(X.say(lang), money_range(pool.held, lang)), (Y.say(lang), heads), (EACH.say(lang), money_range(pool.share, lang))]
    return Block(pool.account.part or ACCOUNTS["pool"].say(lang), details)


def _person(p: PersonOutlook, lang: Lang) -> Block:
    """In one line."""
    result = [total_range(p.score, lang), grade_range(p.score, lang)] if p.score else []
    return Block(" · ".join(filter(None, [_who(p), *result, money_range(p.pay, lang)])))


def _who(p: PersonOutlook) -> str:
    return " ".join(filter(None, (p.person, p.name if p.name != p.person else "")))


def _in_full(p: PersonOutlook, lang: Lang) -> Block:
    """Line by line, part by part."""
    result = [(TOTAL.say(lang), total_range(p.score, lang)), (GRADE.say(lang), grade_range(p.score, lang))] if p.score else []
    result = [(label, said) for label, said in result if said]
    pay = [(PAY.say(lang), money_range(p.pay, lang)), *((part.title.say(lang), money_range(part.range, lang)) for part in p.parts)]
    lines = [_line(line, lang) for seat in p.score.seats for line in seat] if p.score else []
    return Block(_who(p), [*result, *pay], [Block(LINES.say(lang), lines)] if lines else [])


def _line(line: LineRange, lang: Lang) -> tuple[str, str]:
    low, now, high = (NOT_AVAILABLE if mark is None else number(mark) for mark in (line.low, line.now.mark, line.high))
    return line.now.line.indicator.title.say(lang), _said(low, now, high, lang)
