"""What a clause says, the formula it makes with the real number, and how far its neighbours are."""

from __future__ import annotations

from fractions import Fraction

from jikao.scheme.catalogue import Unit
from jikao.scheme.curve import Clause, Curve
from jikao.scheme.model import ClauseText
from jikao.scheme.rules import Line
from jikao.scheme.text import Lang, Text
from jikao.scheme.words import each, fill, number, points, quantity, same
from jikao.scoring.exact import MarkedLine
from jikao.scoring.explain.values import ClauseNote, Neighbour
from jikao.scoring.steps import change_words, step_of, steps_past, unit_of

ANY_VALUE = Text("任何数值", "any value")
ITSELF = Text("得分即数值", "the value itself")
RISES = Text("{start} 分起,每多 {per} 加 {change} 分", "from {start} points, {change} more for every {per}")
FALLS = Text("{start} 分起,每多 {per} 减 {change} 分", "from {start} points, {change} less for every {per}")
AT_LEAST_0 = Text("{formula},不足 0 按 0 计", "{formula}, below 0 counts as 0")
AT_MOST_FULL = Text("{formula},超过满分按 {full} 计", "{formula}, above full marks counts as {full}")
WOULD = {
    (True, False): Text("{change}即达 {bound}({points})", "{change} would have reached {bound} ({points})"),
    (True, True): Text("{change}即超过 {bound}({points})", "{change} would have passed {bound} ({points})"),
    (False, False): Text("{change}即降到 {bound}({points})", "{change} would have come down to {bound} ({points})"),
    (False, True): Text("{change}即低于 {bound}({points})", "{change} would have come below {bound} ({points})"),
}
"""By direction (upwards or not) and whether the bound itself lies outside the clause."""


def clause_note(line: Line, written: tuple[ClauseText, ...], index: int) -> ClauseNote:
    """The clause in words."""
    clause = line.curve.clauses[index]
    return ClauseNote(index, range_words(line, clause), _worth(line, clause), written[index].says, written[index].flag)


def range_words(line: Line, clause: Clause) -> Text:
    """``80 % ≤ x < 90 %``; ends of the domain go without saying."""
    curve, unit = line.curve, unit_of(line)
    low = None if clause.lower is None or _is_bottom(curve, clause) else quantity(unit, clause.lower)
    high = None if clause.upper is None or _is_top(curve, clause) else quantity(unit, clause.upper)
    above, below = ("≤", "<") if curve.includes == "lower" else ("<", "≤")
    if low is not None and high is not None:
        return fill(same(f"{{low}} {above} x {below} {{high}}"), low=low, high=high)
    if low is not None:
        return fill(same(f"x {'≥' if above == '≤' else '>'} {{low}}"), low=low)
    return fill(same(f"x {below} {{high}}"), high=high) if high is not None else ANY_VALUE


def _is_bottom(curve: Curve, clause: Clause) -> bool:
    return curve.includes == "lower" and clause.lower is not None and clause.lower <= curve.domain.low


def _is_top(curve: Curve, clause: Clause) -> bool:
    high = curve.domain.high
    return high is not None and clause.upper is not None and clause.upper >= high and curve.includes == "upper"


def _worth(line: Line, clause: Clause) -> Text:
    if not clause.change:
        return points(line.curve.clause_points(clause, Fraction(0)))
    if _is_identity(line, clause):
        return ITSELF
    scale = Fraction(line.curve.scale)
    change, per = _steepness(line, clause)
    words = RISES if change * scale > 0 else FALLS
    start = number(Fraction(clause.base) * scale)
    return fill(words, start=start, per=quantity(unit_of(line), per), change=number(abs(change * scale)))


def _steepness(line: Line, clause: Clause) -> tuple[Fraction, Fraction]:
    """Change and per what, as the scheme says it. A line from end to end is said for every 1 % or 1 where that is exact."""
    change, per = Fraction(clause.change), Fraction(clause.per)
    ratio, ends = unit_of(line) is Unit.RATIO, (clause.lower, clause.upper)
    end_to_end = None not in ends and per == Fraction(ends[1] or 0) - Fraction(ends[0] or 0)
    if unit_of(line) is Unit.DURATION or not (end_to_end or (ratio and per == 1)):
        return change, per
    least = Fraction(1, 100 if ratio else 1)
    each_one = change * least / per
    written = each_one * Fraction(line.curve.scale) * 10_000
    return (each_one, least) if written.denominator == 1 else (change, per)


def _is_identity(line: Line, clause: Clause) -> bool:
    return unit_of(line) is not Unit.RATIO and clause.base == clause.anchor and clause.change == clause.per and line.curve.scale == 1


def mark_formula(line: Line, clause: Clause, value: Fraction, mark: Fraction, measured: Text) -> Text:
    """The mark with numbers put in: ``36 ÷ 40 = 90 % → 10 分``, ``40 − 1 × 18 = 22``, ``1.5 × (10 − 1 × 4) = 9``."""
    if not clause.change or _is_identity(line, clause):
        return fill(same("{measured} → {points}"), measured=measured, points=points(mark))
    raw = clause.rule_score(value) * Fraction(line.curve.scale)
    formula = each(lambda lang: f"{_sum(line, clause, value).say(lang)} = {number(raw)}")
    if raw < 0:
        return fill(AT_LEAST_0, formula=formula)
    return fill(AT_MOST_FULL, formula=formula, full=number(line.full)) if raw > line.full else formula


def _sum(line: Line, clause: Clause, value: Fraction) -> Text:
    """Start and way: ``60 + 2 × (85 − 60)``, times the curve's scale."""
    unit, scale = unit_of(line), Fraction(line.curve.scale)
    (change, per), anchor = _steepness(line, clause), Fraction(clause.anchor)
    if unit is Unit.RATIO and abs(change / per) == 100:  # 71.4286 % is 71.4286 points
        change, per = change / per, Fraction(1)
    x, start, span = quantity(unit, value), quantity(unit, anchor), quantity(unit, per)

    def words(lang: Lang) -> str:
        way = x.say(lang) if not anchor else f"({x.say(lang)} − {start.say(lang)})"
        way = f"{number(abs(change))} × {way}" + ("" if per == 1 else f" ÷ {span.say(lang)}")
        sign = "−" if change < 0 else "+"
        whole = f"{number(clause.base)} {sign} {way}" if clause.base or change < 0 else way
        return whole if scale == 1 else f"{number(scale)} × ({whole})"

    return each(words)


def neighbours(marked: MarkedLine, written: tuple[ClauseText, ...]) -> tuple[Neighbour, ...]:
    """The clauses next above and next below in value, where they give another mark; the better one first."""
    found = [n for up in (True, False) if (n := _neighbour(marked, written, up=up)) is not None]
    return tuple(sorted(found, key=lambda n: not n.better))


def _neighbour(marked: MarkedLine, written: tuple[ClauseText, ...], *, up: bool) -> Neighbour | None:
    line, value, mark = marked.line, marked.measured.value, marked.mark
    if marked.clause is None or value is None or mark is None:
        return None
    own, curve = line.curve.clauses[marked.clause], line.curve
    bound = own.upper if up else own.lower
    if bound is None:
        return None
    strict = up is (curve.includes == "upper")
    step = step_of(line, marked.measured)
    way = step * steps_past(abs(Fraction(bound) - value), step, strict=strict)
    change = way if up else -way
    there = value + change
    index = curve.clause_at(there) if _inside(curve, there) else None
    if index is None:
        return None
    reached = curve.clauses[index]
    then = curve.clause_points(reached, there)
    entry = reached.lower if up else reached.upper
    if then == mark or entry is None:
        return None
    says = fill(
        WOULD[up, strict],
        change=change_words(line, marked.measured, change),
        bound=quantity(unit_of(line), entry),
        points=points(then),
    )
    return Neighbour(clause_note(line, written, index), then > mark, change, there, then, says)


def _inside(curve: Curve, value: Fraction) -> bool:
    high = curve.domain.high
    return value >= Fraction(curve.domain.low) and (high is None or value <= Fraction(high))
