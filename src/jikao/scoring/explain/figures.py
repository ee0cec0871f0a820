"""A measured value and the mark it earns, as formulas with real numbers."""

from __future__ import annotations

from fractions import Fraction

from jikao.evidence.shapes import SHAPES
from jikao.scheme.catalogue import Unit
from jikao.scheme.params import params_of
from jikao.scheme.rules import Line
from jikao.scheme.text import Text
from jikao.scheme.words import NOT_AVAILABLE, duration, each, fill, listed, number, percent, points, quantity, same
from jikao.scoring.exact import MarkedLine
from jikao.scoring.explain.clauses import mark_formula
from jikao.scoring.explain.raters import weighted_formula
from jikao.scoring.explain.values import Behind, ClauseNote, Figure
from jikao.scoring.steps import as_counted, measure_of, unit_of

NO_SOURCE = Text("没有导入过{shapes}数据:N/A,不是 0 分也不是满分", "no {shapes} data were ever given: N/A, neither 0 nor full marks")
NOTHING_COUNTED = Text(
    "期内没有可计的{shapes}(分母为 0):N/A,不是 0 分也不是满分",
    "nothing to count among {shapes} in the period (the denominator is 0): N/A, neither 0 nor full marks",
)
WAITS = Text("待定:须先有人登记,才能计分({meaning})", "held: somebody must make an entry first ({meaning})")
OFF_CURVE = Text("待定:方案没有规定 {value} 得多少分", "held: the scheme does not say what {value} is worth")
RESPONSE = Text("{says}(n = {n},共 {base},{share})", "{says} (n = {n} of {base}, {share})")
ROWS = Text("{says}(n = {n})", "{says} (n = {n})")
CLOCKS = {"working": Text("工作时间", "working time"), "calendar": Text("自然时间", "calendar time")}
STATS = {"median": Text("中位数", "median"), "mean": Text("平均", "mean"), "p90": Text("P90", "P90")}


def reason(marked: MarkedLine) -> Text:
    """Why a line has no value, or none the curve knows."""
    measured, measure = marked.measured, measure_of(marked.line)
    shapes = listed([SHAPES[s].title for s in measure.shapes])
    if measured.state == "held":
        return fill(WAITS, meaning=measure.meaning)
    if measured.value is not None:
        return fill(OFF_CURVE, value=quantity(measure.unit, measured.value))
    return fill(NO_SOURCE if measured.state == "no_source" else NOTHING_COUNTED, shapes=shapes)


def figure(marked: MarkedLine, stands: Behind) -> Figure:
    """The measured value with its numerator, denominator and words."""
    line, measured, measure = marked.line, marked.measured, measure_of(marked.line)
    counted = as_counted(line, measured)
    num, den = counted or (None, None)
    return Figure(
        measure.name,
        measure.title,
        measure.unit,
        num,
        den,
        measured.value,
        measured.n,
        measured.base,
        _figure_words(marked, stands, num, den),
    )


def _figure_words(marked: MarkedLine, stands: Behind, num: Fraction | None, den: Fraction | None) -> Text:
    """The value, how many rows it stands on, and of how many: ``35 ÷ 50 = 70 % (n = 50 of 60, 83.3333 %)``."""
    measured = marked.measured
    says = expression(marked, stands)
    if num is None:
        return says
    if unit_of(marked.line) is Unit.RATIO and measured.base > measured.n:
        return fill(RESPONSE, says=says, n=measured.n, base=measured.base, share=percent(Fraction(measured.n, measured.base)))
    plain = unit_of(marked.line) is Unit.COUNT or (unit_of(marked.line) is Unit.RATIO and den == measured.n)
    return says if plain or not measured.n else fill(ROWS, says=says, n=measured.n)


def expression(marked: MarkedLine, stands: Behind) -> Text:
    """The value with its own numbers: ``36 ÷ 40 = 90 %``, ``(0.2 × 90 + 0.6 × 84) ÷ 0.8 = 85.5``."""
    value, unit, counted = marked.measured.value, unit_of(marked.line), as_counted(marked.line, marked.measured)
    if value is None or counted is None:
        return same(NOT_AVAILABLE)
    if unit is Unit.RATIO and counted[1] != 1:
        return same(f"{number(counted[0])} ÷ {number(counted[1])} = {percent(value)}")
    if unit is Unit.DURATION:
        return each(lambda lang: f"{duration(value).say(lang)} ({', '.join(word.say(lang) for word in _how(marked.line))})")
    return weighted_formula(stands.raters, value) or quantity(unit, value)


def _how(line: Line) -> list[Text]:
    """Statistic and clock of a length of time."""
    params = params_of(line.indicator.measure)
    return [table[str(params[key])] for key, table in (("stat", STATS), ("clock", CLOCKS)) if key in params]


def line_formula(marked: MarkedLine, clause: ClauseNote | None, stands: Behind) -> Text:
    """From value to mark, and from mark to points of the total where those differ."""
    line, value, mark = marked.line, marked.measured.value, marked.mark
    if mark is None or marked.points is None:
        return same(NOT_AVAILABLE)
    said = points(mark)
    if clause is not None and value is not None:
        said = mark_formula(line, line.curve.clauses[clause.index], value, mark, expression(marked, stands))
    if line.points == line.full:
        return said
    share = f"{number(mark)} ÷ {number(line.full)} × {number(line.points)} = {number(marked.points)}"
    return each(lambda lang: f"{said.say(lang)}; {share}")
