"""Why this grade, and how far the next one is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from jikao.scheme.model import Band, Condition, GradeRule, Grades
from jikao.scheme.number import half_up
from jikao.scheme.text import Text
from jikao.scheme.words import fill, joined, number, percent, same, score
from jikao.scoring.exact import Result, Scorer
from jikao.scoring.explain.values import GradeNote, Tried
from jikao.scoring.grading import band_of, holds, how_many

NO_GRADE = Text("不评等级", "no grade")
HELD = Text("有待定项,先补齐再评定", "a line is held: it must be settled before anything is graded")
NO_EVIDENCE = Text("没有任何证据,不评总分和等级", "no evidence at all: neither total nor grade")
THIN = Text("证据覆盖 {have},低于方案要求的 {need},不评等级", "evidence covers {have}, less than the {need} the scheme asks for: no grade")
NONE_SET = Text("方案没有规定等级", "the scheme sets no grades")
BELOW_ALL = Text("总分 {total} 低于最低一档", "the total {total} is below the lowest band")
ROUNDED = Text("{total} 取整为 {rounded};{range}", "{total} rounds to {rounded}; {range}")
TO_NEXT = Text("距“{title}”(≥ {line})还差 {gap} 分", '{gap} points short of "{title}" (≥ {line})')
OTHERWISE = Text("以上各条都不满足", "none of the rules above holds")
QUANTIFIERS = {
    "all": Text("各项全部", "all"),
    "none": Text("没有一项", "none"),
    "at_least": Text("至少 {k} 项", "at least {k}"),
    "exactly": Text("恰有 {k} 项", "exactly {k}"),
}
WHERE = {
    (True, True): Text("在 {low} 与 {high} 之间", "from {low} to below {high}"),
    (True, False): Text("不低于 {low}", "at {low} or more"),
    (False, True): Text("低于 {high}", "below {high}"),
    (False, False): Text("有得分", "scored"),
}
COUNTED = Text("{what}{where}(实有 {count} 项)", "{what} {where} ({count} are)")


def grade_note(scorer: Scorer, result: Result) -> GradeNote:
    """The rule that gave the grade, or the reason why there is none."""
    grades = scorer.rules.scheme.grades
    if result.state != "scored" or result.total is None:
        return GradeNote(None, NO_GRADE, _why_none(grades, result), None)
    if grades.rules:
        return _by_rules(grades, scorer.section_scores(result.nodes))
    return _by_bands(grades, result.total) if grades.bands else GradeNote(None, NO_GRADE, NONE_SET, None)


def _why_none(grades: Grades, result: Result) -> Text:
    if result.state == "held":
        return HELD
    if result.state == "nothing":
        return NO_EVIDENCE
    return fill(THIN, have=percent(result.coverage), need=percent(grades.needs_coverage))


# --- bands -------------------------------------------------------------------------------------------------------


def least_total(grades: Grades, band: Band) -> Decimal:
    """The lowest frozen total that still reaches a band: its lower end, or half a step below where totals are rounded."""
    return band.from_ if grades.round == 2 else band.from_ - Decimal(5).scaleb(-grades.round - 1)


def _by_bands(grades: Grades, total: Decimal) -> GradeNote:
    bands = sorted(grades.bands, key=lambda b: b.from_)
    given = band_of(grades, total)
    above = next((b for b in bands if given is None or b.from_ > given.from_), None)
    following = (
        fill(TO_NEXT, title=above.title, line=number(above.from_), gap=_short(least_total(grades, above) - total)) if above else None
    )
    if given is None:
        return GradeNote(None, NO_GRADE, fill(BELOW_ALL, total=score(total)), following)
    return GradeNote(given.id, given.title, _range(grades, given, above, total), following)


def _range(grades: Grades, given: Band, above: Band | None, total: Decimal) -> Text:
    rounded = half_up(total, grades.round)
    low, high = number(given.from_), "" if above is None else f" < {number(above.from_)}"
    said = same(f"{low} ≤ {rounded:f}{high}")
    return said if grades.round == 2 else fill(ROUNDED, total=score(total), rounded=f"{rounded:f}", range=said)


def _short(gap: Decimal) -> str:
    """Never less than what is really missing."""
    return score(Fraction(math.ceil(gap * 100), 100))


# --- counted rules -----------------------------------------------------------------------------------------------


def _by_rules(grades: Grades, scores: Sequence[Decimal]) -> GradeNote:
    tried: list[Tried] = []
    for rule in grades.rules:
        held = all(holds(c, scores) for c in rule.when)
        tried.append(Tried(rule.id, rule.title, held, _rule_words(rule, scores)))
        if held:
            return GradeNote(rule.id, rule.title, tried[-1].says, None, tuple(tried))
    return GradeNote(None, NO_GRADE, OTHERWISE, None, tuple(tried))


def _rule_words(rule: GradeRule, scores: Sequence[Decimal]) -> Text:
    return joined([condition_words(c, scores) for c in rule.when], "; ") if rule.when else OTHERWISE


def condition_words(condition: Condition, scores: Sequence[Decimal]) -> Text:
    """``至少 2 项低于 40(实有 0 项)`` / ``at least 2 below 40 (there: 0)``."""
    low, high = condition.from_, condition.below
    where = fill(
        WHERE[low is not None, high is not None], low=number(low) if low is not None else "", high=number(high) if high is not None else ""
    )
    what = joined(_quantifiers(condition), "/")
    return fill(COUNTED, what=what, where=where, count=how_many(condition, scores))


def _quantifiers(condition: Condition) -> list[Text]:
    said = [QUANTIFIERS["all"]] if condition.all else []
    said += [QUANTIFIERS["none"]] if condition.none else []
    said += [fill(QUANTIFIERS["at_least"], k=condition.at_least)] if condition.at_least is not None else []
    return said + ([fill(QUANTIFIERS["exactly"], k=condition.exactly)] if condition.exactly is not None else [])
