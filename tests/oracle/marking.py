"""From measured values to marks, sections, total and grade, by the text of the scheme alone.

Decisions where the documents are silent:

* Scores of clauses are multiplied by the scale first and then kept between 0 and the full mark.
* A section none of whose present children is worth anything is missing, as one without present children is.
* Bonus marks join the total only, not their section; they cannot rescue a total that has nothing else. A bonus without
  evidence adds nothing, whatever the missing policy says.
* Bands look at the total as it was frozen, so that everybody can check the grade from the figure they were given; it is
  rounded once more only where the scheme asks for it: 89.495 is 89.50, and to whole points 90.
* Coverage: the worth of the lines that were really scored in the worth of the total; bonuses aside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from jikao.scheme.model import ClauseText, Condition, CurveText, GradeRule, Grades, Indicator, Missing, Scheme, Section

from .clock import half_up
from .measures import Measured, number

HUNDRED = Fraction(100)
NOTHING = Fraction(0)
Domain = tuple[Fraction, Fraction | None]
"""The lowest and the highest value; ``None``: no end."""


@dataclass(frozen=True)
class Marked:
    """One line of a sheet: ``mark`` on the line's own scale, ``points`` of the total before renormalising."""

    indicator: str
    measured: Measured
    state: str
    clause: int | None
    mark: Fraction | None
    points: Fraction | None
    worth: Fraction
    full: Fraction
    bonus: bool
    flagged: bool = False


@dataclass(frozen=True)
class Sheet:
    """Everything about one seat: lines in the order of the text, sections by id (points, worth), exact total."""

    lines: tuple[Marked, ...]
    sections: dict[str, tuple[Fraction | None, Fraction]]
    top: tuple[str, ...]
    exact: Fraction | None
    coverage: Fraction
    state: str


# --- curves ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Stretch:
    """A clause with its ends filled in."""

    clause: ClauseText
    lower: Fraction | None
    upper: Fraction | None

    def holds(self, value: Fraction, upper_included: bool) -> bool:
        if upper_included:
            return (self.lower is None or self.lower < value) and (self.upper is None or value <= self.upper)
        return (self.lower is None or self.lower <= value) and (self.upper is None or value < self.upper)


def stretches(curve: CurveText) -> tuple[list[Stretch], bool]:
    """The clauses by rising lower end, and whether they include their upper ends."""
    upper_included = any(clause.above is not None or clause.upto is not None for clause in curve.clauses)
    ends = [(clause.above, clause.upto) if upper_included else (clause.from_, clause.below) for clause in curve.clauses]
    starts = sorted(Fraction(low) for low, _ in ends if low is not None)
    stops = sorted(Fraction(high) for _, high in ends if high is not None)
    filled = []
    for clause, (low, high) in zip(curve.clauses, ends, strict=True):
        lower = None if low is None else Fraction(low)
        upper = None if high is None else Fraction(high)
        if upper is None and lower is not None:
            upper = next((start for start in starts if start > lower), None)
        elif lower is None and upper is not None:
            lower = next((stop for stop in reversed(stops) if stop < upper), None)
        filled.append(Stretch(clause, lower, upper))
    return sorted(filled, key=lambda s: (s.lower is not None, s.lower or 0)), upper_included


def worth_of(stretch: Stretch, value: Fraction, domain: Domain) -> Fraction:
    """The score of a value by one clause: flat, a slope of ``each`` for every ``per``, or a straight line ``to``."""
    return Fraction(stretch.clause.score) + slope_of(stretch, domain) * (value - start_of(stretch, domain))


def start_of(stretch: Stretch, domain: Domain) -> Fraction:
    return domain[0] if stretch.lower is None else stretch.lower


def slope_of(stretch: Stretch, domain: Domain) -> Fraction:
    """Points for one more of the value."""
    clause = stretch.clause
    if clause.to is None:
        return Fraction(clause.each or 0) / Fraction(clause.per)
    end = stretch.upper if stretch.upper is not None else domain[1]
    assert end is not None, "a line needs an end"
    return (Fraction(clause.to) - Fraction(clause.score)) / (end - start_of(stretch, domain))


def mark_of(scheme: Scheme, indicator: Indicator, value: Fraction) -> tuple[int, Fraction, bool] | None:
    """The clause hit (its place by rising lower end), the mark, and whether the clause raises a flag; nothing where the
    curve says nothing."""
    curve = scheme.curves[indicator.curve] if isinstance(indicator.curve, str) else indicator.curve
    clauses, upper_included = stretches(curve)
    for index, stretch in enumerate(clauses):
        if stretch.holds(value, upper_included):
            score = worth_of(stretch, value, domain_of(indicator)) * Fraction(curve.scale)
            return index, max(Fraction(0), min(full_mark(indicator), score)), stretch.clause.flag is not None
    return None


HUNDRED_AT_MOST = ("survey_score", "exam_score", "observed_score", "rating")
ENDLESS = ("complaint_rate", "violation_severity", "task_points", "profit_attainment")
RATIOS = (
    "first_response_attainment", "resolution_attainment", "sla_attainment", "reopen_rate", "one_touch_rate", "csat", "calls_answered_rate",
    "calls_resolved_rate", "plan_on_time_rate", "feedback_rate", "renewal_rate", "workload_share", "observed_rate",
)  # fmt: skip


def domain_of(indicator: Indicator) -> Domain:
    """Lowest and highest value of the measure: shares go to 1, scores to 100 or as their scale says, the rest is open."""
    use, scale = indicator.measure.use, indicator.measure.with_.get("scale")
    if use == "rating" and scale:
        return number(scale["low"]), number(scale["high"])
    if use in HUNDRED_AT_MOST:
        return NOTHING, HUNDRED
    return NOTHING, Fraction(1) if use in RATIOS else None


def full_mark(indicator: Indicator) -> Fraction:
    """Points carry the weight already; everything else is marked out of 100."""
    if indicator.points is not None:
        return Fraction(indicator.points)
    return Fraction(indicator.bonus) if indicator.bonus is not None else HUNDRED


# --- lines -------------------------------------------------------------------------------------------------------
def mark_line(scheme: Scheme, indicator: Indicator, measured: Measured, worth: Fraction, missing: Missing) -> Marked:
    full, bonus = full_mark(indicator), indicator.bonus is not None

    def line(state: str, clause: int | None, mark: Fraction | None, flagged: bool = False) -> Marked:
        points = None if mark is None else mark / full * worth if full else Fraction(0)
        return Marked(indicator.id, measured, state, clause, mark, points, worth, full, bonus, flagged)

    if measured.state == "held":
        return line("held", None, None)
    if measured.value is None:
        return line(*without_evidence(Missing.RENORMALISE if bonus else missing, full))
    hit = mark_of(scheme, indicator, measured.value)
    return line("held", None, None) if hit is None else line("scored", *hit)


def without_evidence(policy: Missing, full: Fraction) -> tuple[str, None, Fraction | None]:
    marks: dict[Missing, tuple[str, None, Fraction | None]] = {
        Missing.RENORMALISE: ("missing", None, None),
        Missing.ZERO: ("zero", None, Fraction(0)),
        Missing.FULL: ("full", None, full),
        Missing.HOLD: ("held", None, None),
    }
    return marks[policy]


def sheet(scheme: Scheme, measured: dict[str, Measured]) -> Sheet:
    """All lines, sections and the exact total of one seat."""
    lines: list[Marked] = []
    sections: dict[str, tuple[Fraction | None, Fraction]] = {}

    def share(item: Indicator | Section, counted: int, whole: Fraction) -> Fraction:
        if item.points is not None:
            return Fraction(item.points)
        return whole * Fraction(item.weight) / 100 if item.weight is not None else whole / counted

    def grow(name: str, whole: Fraction, indicators: Sequence[Indicator], parts: Sequence[Section], missing: Missing) -> Fraction | None:
        counted = sum(1 for indicator in indicators if indicator.bonus is None) + len(parts)
        got, worth_present = Fraction(0), Fraction(0)
        sections[name] = (None, whole)
        for indicator in indicators:
            worth = Fraction(indicator.bonus) if indicator.bonus is not None else share(indicator, counted, whole)
            line = mark_line(scheme, indicator, measured[indicator.id], worth, indicator.missing or missing)
            lines.append(line)
            if line.points is not None and not line.bonus:
                got, worth_present = got + line.points, worth_present + worth
        for part in parts:
            worth = share(part, counted, whole)
            points = grow(part.id, worth, part.indicators, part.sections, part.missing or missing)
            if points is not None:
                got, worth_present = got + points, worth_present + worth
        sections[name] = (whole * got / worth_present if worth_present else None, whole)
        return sections[name][0]

    full = Fraction(scheme.total.full)
    base = grow("total", full, (), scheme.sections, scheme.missing)
    held = any(line.state == "held" for line in lines)
    scored = sum((line.worth for line in lines if line.state == "scored" and not line.bonus), Fraction(0))
    exact = None if held or base is None else with_bonus(scheme, base, lines)
    state = "held" if held else "nothing" if base is None else "scored"
    return Sheet(tuple(lines), sections, tuple(part.id for part in scheme.sections), exact, scored / full, state)


def with_bonus(scheme: Scheme, base: Fraction, lines: Sequence[Marked]) -> Fraction:
    extra = sum((line.points for line in lines if line.bonus and line.points is not None), Fraction(0))
    return min(Fraction(scheme.total.cap), base + extra)


# --- grades ------------------------------------------------------------------------------------------------------
def percentages(sections: dict[str, tuple[Fraction | None, Fraction]], top: Sequence[str]) -> list[Fraction]:
    """The top sections' scores on a scale of 100, two decimals; missing ones left out."""
    scores = [sections[name] for name in top]
    return [half_up(points / worth * 100, 2) for points, worth in scores if points is not None and worth]


def grade_of(grades: Grades, total: Fraction, sections: list[Fraction]) -> str | None:
    """By bands the highest lower end reached; by rules the first whose conditions all hold."""
    if grades.rules:
        rule = rule_of(grades, sections)
        return None if rule is None else rule.id
    seen = half_up(total, grades.round)
    reached = [band for band in grades.bands if seen >= Fraction(band.from_)]
    return max(reached, key=lambda band: band.from_).id if reached else None


def rule_of(grades: Grades, sections: list[Fraction]) -> GradeRule | None:
    return next((rule for rule in grades.rules if all(holds(condition, sections) for condition in rule.when)), None)


def flags_of(grades: Grades, sections: list[Fraction]) -> list[str]:
    """The grade whose rule raises a flag, then the scheme's own flags."""
    rule = rule_of(grades, sections) if grades.rules else None
    raised = [rule.id] if rule is not None and rule.flag is not None else []
    return raised + [flag.id for flag in grades.flags if all(holds(condition, sections) for condition in flag.when)]


def holds(condition: Condition, sections: list[Fraction]) -> bool:
    inside = [
        (condition.from_ is None or score >= Fraction(condition.from_)) and (condition.below is None or score < Fraction(condition.below))
        for score in sections
    ]
    count = sum(inside)
    return (
        (condition.at_least is None or count >= condition.at_least)
        and (condition.exactly is None or count == condition.exactly)
        and (not condition.all or count == len(inside))
        and (not condition.none or count == 0)
    )
