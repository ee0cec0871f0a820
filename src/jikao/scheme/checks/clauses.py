"""Is every clause of a curve written in a way that means one thing?"""

from __future__ import annotations

from collections.abc import Iterator

from jikao.scheme.checks.curve_use import CurveUse
from jikao.scheme.model import ClauseText, CurveText
from jikao.scheme.number import plain_number
from jikao.scheme.problem import Level, Problem, kind
from jikao.scheme.text import Text

NO_CLAUSES = kind(
    "curve.no-clauses", Level.ERROR,
    what=Text("指标“{title}”的曲线一条也没有。", "The curve of '{title}' has no clause."),
    why=Text("任何数值都得不到分。", "No value earns anything."),
    mend=Text("至少写一条,如 {example}。", "Write at least one, such as {example}."),
)  # fmt: skip
MIXED_ENDS = kind(
    "curve.mixed-ends", Level.ERROR,
    what=Text("指标“{title}”的曲线混用了 from/below 与 above/upto。", "The curve of '{title}' mixes from/below with above/upto."),
    why=Text("界限本身归哪一条,一条曲线里只能有一种规定。", "Within one curve a boundary always belongs to the same side."),
    mend=Text("“达到即算”用 from 与 below,“不超过即算”用 above 与 upto。", "Use from and below where reaching counts, above and upto where not exceeding counts."),
)  # fmt: skip
TWO_SLOPES = kind(
    "curve.two-slopes", Level.ERROR,
    what=Text("这一条同时写了 to 和 each。", "This clause has both to and each."),
    why=Text("一条只能有一个斜率。", "A clause has one slope."),
    mend=Text("只留一个:to 是到上端时的分数,each 是每单位增减的分数。", "Keep one: to is the score at the upper end, each what every unit adds."),
)  # fmt: skip
PER = kind(
    "curve.per", Level.ERROR,
    what=Text("per 是 {value},应当大于 0,并与 each 一起写。", "per is {value}; it must be above 0 and stand beside each."),
    why=Text("per 说的是每多少单位增减 each 分。", "per says for how much of the value each is added."),
    mend=Text("写成 each: -1, per: 1h,或删去 per。", "Write each: -1, per: 1h, or delete per."),
)  # fmt: skip
ENDLESS = kind(
    "curve.endless-line", Level.ERROR,
    what=Text("这一条写了 to,却没有上端。", "This clause has to but no upper end."),
    why=Text("没有上端,就不知道在哪里达到 {score} 分。", "Without an upper end nobody knows where {score} points are reached."),
    mend=Text("加上 below(或 upto),或再写一条更高的。", "Add below (or upto), or another clause further up."),
)  # fmt: skip
SCALE = kind(
    "curve.scale", Level.ERROR,
    what=Text("曲线的 scale 是 {value},应当大于 0。", "The curve's scale is {value}; it must be above 0."),
    why=Text("各条的分数都要乘以它。", "Every score of the curve is multiplied by it."),
    mend=Text("写一个大于 0 的数,或删去。", "Write a number above 0, or delete it."),
)  # fmt: skip
TOO_MANY = kind(
    "curve.too-many", Level.ERROR,
    what=Text("指标“{title}”的曲线有 {count} 条,超过上限 {limit}。", "The curve of '{title}' has {count} clauses, more than the limit of {limit}."),
    why=Text("没有人能读懂这么长的规定。", "Nobody can read a rule this long."),
    mend=Text("用 to 或 each 把成串的小档写成一条斜线。", "Write runs of small steps as one line with to or each."),
)  # fmt: skip

MOST_CLAUSES = 200


def check_written(use: CurveUse) -> Iterator[Problem]:
    """What must be right before the curve can be built."""
    clauses = use.text.clauses
    if not clauses:
        yield NO_CLAUSES(use.place(), title=use.title, example="{from: 90%, score: 10}")
    if use.text.scale <= 0:
        yield SCALE(use.places.of(*use.path, "scale"), value=plain_number(use.text.scale))
    forms = [form for c in clauses if (form := _form(c))]
    if len(set(forms)) > 1 or "both" in forms:
        yield MIXED_ENDS(
            use.place(next(i for i, c in enumerate(clauses) if _form(c) not in {"", forms[0]} or _form(c) == "both")), title=use.title
        )
    if len(clauses) > MOST_CLAUSES:
        yield TOO_MANY(use.place(), title=use.title, count=len(clauses), limit=MOST_CLAUSES)
    for index, clause in enumerate(clauses):
        yield from _slope(use, index, clause)


def _form(clause: ClauseText) -> str:
    """By which words the clause names its ends; "" if it has none."""
    from_below = clause.from_ is not None or clause.below is not None
    above_upto = clause.above is not None or clause.upto is not None
    return {(True, False): "from", (False, True): "above", (True, True): "both", (False, False): ""}[from_below, above_upto]


def _slope(use: CurveUse, index: int, clause: ClauseText) -> Iterator[Problem]:
    if clause.to is not None and clause.each is not None:
        yield TWO_SLOPES(use.place(index))
    if clause.per <= 0 or ("per" in clause.model_fields_set and clause.each is None):
        yield PER(use.place(index), value=plain_number(clause.per))
    if clause.to is not None and use.domain.high is None and _is_topmost(clause, use.text):
        yield ENDLESS(use.place(index), score=plain_number(clause.to))


def _is_topmost(clause: ClauseText, text: CurveText) -> bool:
    """Whether the clause has no upper end, neither its own nor a neighbour's lower one."""
    lower = clause.above if clause.above is not None else clause.from_
    if clause.below is not None or clause.upto is not None:
        return False
    others = [end for c in text.clauses for end in (c.from_, c.above) if end is not None]
    return lower is None or not any(end > lower for end in others)
