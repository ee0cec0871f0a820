"""From a total or the sections' scores to a grade: bands on the rounded total, or counted conditions (F7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from jikao.scheme.model import Band, Condition, GradeRule, Grades
from jikao.scheme.number import half_up
from jikao.scheme.rules import Rules, clauses_as_written
from jikao.scheme.text import Text


@dataclass(frozen=True, slots=True)
class Raised:
    """A flag shown on a result; it never changes score or grade. ``id``: the indicator, grade or flag that raised it."""

    id: str
    text: Text


def how_many(condition: Condition, scores: Sequence[Decimal]) -> int:
    """How many of the scores (0-100) stand where the condition looks."""
    low, high = condition.from_, condition.below
    return sum((low is None or low <= s) and (high is None or s < high) for s in scores)


def holds(condition: Condition, scores: Sequence[Decimal]) -> bool:
    """Whether a counted condition holds over the sections' scores; sections without evidence are not among them."""
    count = how_many(condition, scores)
    return (
        (not condition.all or count == len(scores))
        and (not condition.none or count == 0)
        and (condition.at_least is None or count >= condition.at_least)
        and (condition.exactly is None or count == condition.exactly)
    )


def band_of(grades: Grades, total: Decimal) -> Band | None:
    """The highest band that begins at or below the total; the total is the frozen one, to ``grades.round`` decimals (AMB-2)."""
    rounded = half_up(total, grades.round)
    reached = [band for band in grades.bands if band.from_ <= rounded]
    return max(reached, key=lambda band: band.from_, default=None)


def rule_of(grades: Grades, scores: Sequence[Decimal]) -> GradeRule | None:
    """The first rule whose conditions all hold."""
    return next((rule for rule in grades.rules if all(holds(c, scores) for c in rule.when)), None)


def grade_of(grades: Grades, total: Decimal, scores: Sequence[Decimal]) -> Band | GradeRule | None:
    """The band or rule that gives the grade; ``None`` when the scheme gives none."""
    return rule_of(grades, scores) if grades.rules else band_of(grades, total)


def title_of(grades: Grades, grade: str | None) -> Text | None:
    """The title of a grade by its id."""
    given: list[Band | GradeRule] = [*grades.bands, *grades.rules]
    return next((g.title for g in given if g.id == grade), None)


def flags_of(grades: Grades, given: Band | GradeRule | None, scores: Sequence[Decimal]) -> list[Raised]:
    """The flag of the rule that gave the grade, then the scheme's own flags."""
    raised = [Raised(given.id, given.flag)] if isinstance(given, GradeRule) and given.flag is not None else []
    return raised + [Raised(f.id, f.text) for f in grades.flags if all(holds(c, scores) for c in f.when)]


def flag_words(rules: Rules) -> dict[str, Text]:
    """What every flag of a scheme says, by the id it is raised under; a line's flag begins with the line's title."""
    words: dict[str, Text] = {}
    for line in rules.lines:
        flags = [c.flag for c in clauses_as_written(rules.scheme, line.indicator) if c.flag is not None]
        if flags:
            title = line.indicator.title
            words[line.indicator.id] = Text(f"{title.zh}:{flags[0].zh}", f"{title.en}: {flags[0].en}")
    grades = rules.scheme.grades
    words |= {rule.id: rule.flag for rule in grades.rules if rule.flag is not None}
    return words | {flag.id: flag.text for flag in grades.flags}
