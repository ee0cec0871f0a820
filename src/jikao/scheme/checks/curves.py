"""Is every curve sound: one clause for every value, full marks within reach, more of a good thing never worth less?"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from jikao.scheme.checks.clauses import check_written
from jikao.scheme.checks.curve_use import CurveUse, uses
from jikao.scheme.curve import Curve, Span
from jikao.scheme.model import Indicator, Scheme
from jikao.scheme.number import plain_number
from jikao.scheme.problem import Level, Problem, kind
from jikao.scheme.rules import build_curve, clause_order
from jikao.scheme.suggest import among
from jikao.scheme.text import Text
from jikao.scheme.walk import indicators
from jikao.scheme.words import quantity, several
from jikao.scheme.yaml_nodes import Places, Steps

UNKNOWN = kind(
    "curve.unknown", Level.ERROR,
    what=Text("没有名为 “{name}” 的曲线。", "There is no curve named '{name}'."),
    why=Text("指标“{title}”按它计分。", "Indicator '{title}' is scored by it."),
    mend=Text("在 curves 中写出它,或改用已有的名称。{hint}", "Write it under curves, or use an existing name. {hint}"),
)  # fmt: skip
UNUSED = kind(
    "curve.unused", Level.WARNING,
    what=Text("曲线“{name}”没有指标使用。", "No indicator uses the curve '{name}'."),
    why=Text("改动它不会改变任何得分。", "Changing it changes no score."),
    mend=Text("删去它,或在指标的 curve 中写它的名称。", "Delete it, or name it as the curve of an indicator."),
)  # fmt: skip
NOTHING_IN_IT = kind(
    "curve.empty-clause", Level.ERROR,
    what=Text("这一条从 {lower} 到 {upper},中间没有数值。", "This clause runs from {lower} to {upper}; there is no value between."),
    why=Text("下端不低于上端,这一条永远不会用到。", "Its lower end is not below its upper end, so it never applies."),
    mend=Text("检查两端是否写反。", "Check whether the ends are swapped."),
)  # fmt: skip
GAP = kind(
    "curve.gap", Level.ERROR,
    what=Text("指标“{title}”的曲线有空档:{span} 没有规定。", "The curve of '{title}' has a gap: nothing is said for {span}."),
    why=Text("落在其中的人得不到分数。", "Whoever falls into it gets no score."),
    mend=Text("补上一条,或改相邻一条的界限。", "Add a clause, or move the end of a neighbour."),
)  # fmt: skip
OVERLAP = kind(
    "curve.overlap", Level.ERROR,
    what=Text("指标“{title}”的曲线有重叠:{span} 同时属于两条(第 {lines} 行)。", "The curve of '{title}' overlaps: {span} falls under two clauses (line {lines})."),
    why=Text("同一个数值会有两个分数。", "The same value would have two scores."),
    mend=Text("改其中一条的界限。", "Move the end of one of them."),
)  # fmt: skip
UNREACHABLE = kind(
    "curve.unreachable", Level.WARNING,
    what=Text("指标“{title}”满分 {full},曲线最多得 {highest}({full} 对 {highest})。", "Indicator '{title}' is worth {full}, its curve gives {highest} at most ({full} versus {highest})."),
    why=Text("再好的表现也拿不到满分。", "No performance, however good, earns full marks."),
    mend=Text("提高曲线的最高分、加 scale 折算,或把分值改为 {highest}。", "Raise the highest score, add a scale, or make the indicator worth {highest}."),
)  # fmt: skip
ABOVE_FULL = kind(
    "curve.above-full", Level.WARNING,
    what=Text("这一条得 {score} 分,超过指标“{title}”的满分 {full}。", "This clause gives {score}, more than the {full} that '{title}' is worth."),
    why=Text("超过的部分不计,实际得 {full}。", "What is above does not count; {full} is what it gives."),
    mend=Text("改这一条的分数,或改指标的分值。", "Change the score of the clause, or what the indicator is worth."),
)  # fmt: skip
OUTSIDE = kind(
    "curve.outside", Level.WARNING,
    what=Text("这一条的范围 {span} 在“{measure}”可能的数值之外。", "The range of this clause, {span}, lies outside the values '{measure}' can have."),
    why=Text("这一条永远不会用到;比率要写百分号,时间要写单位。", "It never applies; ratios are written with a percent sign, times with a unit."),
    mend=Text("检查界限与单位,例如 90% 而不是 90。", "Check end and unit, such as 90% instead of 90."),
)  # fmt: skip
NOT_MONOTONE = kind(
    "curve.not-monotone", Level.WARNING,
    what=Text("指标“{title}”的曲线方向不对:“{measure}”{better},得分却会{turn}。", "The curve of '{title}' turns the wrong way: of '{measure}' {better}, yet the score {turn}."),
    why=Text("做得更好的人会少得分。", "Doing better would earn less."),
    mend=Text("检查各条的分数与界限是否写反。", "Check whether scores or ends are swapped."),
)  # fmt: skip
TOO_LARGE = kind(
    "curve.too-large", Level.ERROR,
    what=Text("这一条的分数达到 {score},超过上限 {limit}。", "This clause reaches a score of {score}, beyond the limit of {limit}."),
    why=Text("计算用整数精确进行,分数要有界限。", "Scores are computed exactly in whole numbers and need a bound."),
    mend=Text("把分数写在 {limit} 以内。", "Keep scores within {limit}."),
)  # fmt: skip
TOO_FINE = kind(
    "curve.too-fine", Level.ERROR,
    what=Text("这一条的数太细:每单位增减 {slope} 分,起点 {base} 分。", "The numbers of this clause are too fine: {slope} a unit from {base}."),
    why=Text("得分用整数精确计算,每次运行逐字节一致;再细就放不下。", "Scores are computed exactly in whole numbers, the same bytes on every run; finer ones do not fit."),
    mend=Text("减少 score、scale、each、per 或两端的小数位数。", "Use fewer decimals in score, scale, each, per or the ends."),
)  # fmt: skip

LARGEST_SCORE = 100_000
_BETTER = {"more": Text("越多越好", "more is better"), "less": Text("越少越好", "less is better")}
_TURNS = {
    "up": Text("随之上升", "rises with it"),
    "down": Text("随之下降", "falls with it"),
    "mixed": Text("有升有降", "both rises and falls"),
}
_RIGHT = {"more": {"up", "flat"}, "less": {"down", "flat"}}


def check(scheme: Scheme, places: Places) -> Iterator[Problem]:
    """Every curve as every indicator uses it, names without a curve, and curves nobody uses."""
    for path, indicator in indicators(scheme):
        if isinstance(indicator.curve, str) and indicator.curve not in scheme.curves:
            yield from _unknown(path, indicator, scheme, places)
    for use in uses(scheme, places):
        yield from _check_use(use)
    yield from _unused(scheme, places)


def _unknown(path: Steps, indicator: Indicator, scheme: Scheme, places: Places) -> Iterator[Problem]:
    if places.is_sound(*path, "curve"):
        name = str(indicator.curve)
        yield UNKNOWN(places.of(*path, "curve"), name=name, title=indicator.title, hint=among(name, scheme.curves))


def _unused(scheme: Scheme, places: Places) -> Iterator[Problem]:
    used = {indicator.curve for indicator in scheme.indicators() if isinstance(indicator.curve, str)}
    if not places.is_sound("sections"):
        return  # whatever is wrong there may be what was to use it
    yield from (UNUSED(places.key("curves", name), name=name) for name in scheme.curves if name not in used)


def _check_use(use: CurveUse) -> Iterator[Problem]:
    written = list(check_written(use))
    yield from written
    if written:
        return
    curve = build_curve(use.text, use.domain, use.full)
    order = clause_order(use.text, use.domain)
    shaped = [*_empty(use, curve, order), *_bounds(use, curve, order)]
    yield from shaped
    if shaped:
        return
    yield from _gaps(use, curve, order)
    yield from _overlaps(use, curve, order)
    yield from _outside(use, curve, order)
    yield from _full_marks(use, curve)
    if not curve.overlaps():
        yield from _direction(use, curve)


def _empty(use: CurveUse, curve: Curve, order: tuple[int, ...]) -> Iterator[Problem]:
    for index, clause in zip(order, curve.clauses, strict=True):
        if clause.lower is not None and clause.upper is not None and clause.lower >= clause.upper:
            yield NOTHING_IN_IT(use.place(index), lower=quantity(use.unit, clause.lower), upper=quantity(use.unit, clause.upper))


def _bounds(use: CurveUse, curve: Curve, order: tuple[int, ...]) -> Iterator[Problem]:
    scale = Fraction(curve.scale)
    for index, clause in zip(order, curve.clauses, strict=True):
        stretch = curve.stretch(clause)
        ends = [] if stretch is None else [end for end in stretch if end is not None]
        reached = max(abs(score * scale) for score in (Fraction(clause.base), *map(clause.rule_score, ends)))
        if reached > LARGEST_SCORE:
            yield TOO_LARGE(use.place(index), score=plain_number(reached), limit=LARGEST_SCORE)
        elif not curve.fits(clause):
            yield TOO_FINE(use.place(index), slope=plain_number(curve.slope(clause)), base=plain_number(clause.base))


def _gaps(use: CurveUse, curve: Curve, order: tuple[int, ...]) -> Iterator[Problem]:
    for gap in curve.gaps():
        above = [i for i, c in zip(order, curve.clauses, strict=True) if c.lower is not None and c.lower == gap.upper]
        yield GAP(use.place((above or order[-1:])[0]), title=use.title, span=_gap_words(use, curve, gap))


def _gap_words(use: CurveUse, curve: Curve, gap: Span) -> Text:
    if gap.lower is not None and gap.lower == gap.upper:
        return quantity(use.unit, gap.lower)
    if gap.upper is None and gap.lower is not None:
        low = quantity(use.unit, gap.lower)
        from_, above = Text(f"{low.zh} 起", f"{low.en} and above"), Text(f"{low.zh} 以上", f"above {low.en}")
        return from_ if curve.includes == "lower" else above
    return use.said(gap)


def _overlaps(use: CurveUse, curve: Curve, order: tuple[int, ...]) -> Iterator[Problem]:
    first_of = {j: i for i, j in reversed(curve.overlaps())}  # one pair for each clause says enough
    for j, i in first_of.items():
        a, b = curve.clauses[i], curve.clauses[j]
        lower = max((end for end in (a.lower, b.lower) if end is not None), default=None)
        upper = min((end for end in (a.upper, b.upper) if end is not None), default=None)
        lines = sorted({use.place(order[index]).line or 0 for index in (i, j)})
        place = use.place(max(order[i], order[j]))
        yield OVERLAP(place, title=use.title, span=use.said(Span(lower, upper)), lines=several(map(str, lines)))


def _outside(use: CurveUse, curve: Curve, order: tuple[int, ...]) -> Iterator[Problem]:
    for index, clause in zip(order, curve.clauses, strict=True):
        if curve.stretch(clause) is None:
            yield OUTSIDE(use.place(index), span=use.said(Span(clause.lower, clause.upper)), measure=use.measure.title)


def _full_marks(use: CurveUse, curve: Curve) -> Iterator[Problem]:
    highest, full = curve.highest(), plain_number(use.full)
    if highest < use.full:
        yield UNREACHABLE(use.place(), title=use.title, full=full, highest=plain_number(highest))
    for index, clause in enumerate(use.text.clauses):
        for key in ("score", "to"):
            score = getattr(clause, key)
            if score is not None and Fraction(score) * Fraction(curve.scale) > use.full:
                said = plain_number(Fraction(score) * Fraction(curve.scale))
                yield ABOVE_FULL(use.places.of(*use.path, "clauses", index, key), title=use.title, score=said, full=full)


def _direction(use: CurveUse, curve: Curve) -> Iterator[Problem]:
    direction, better = curve.direction(), use.measure.better
    if direction not in _RIGHT[better]:
        yield NOT_MONOTONE(use.place(), title=use.title, measure=use.measure.title, better=_BETTER[better], turn=_TURNS[direction])
