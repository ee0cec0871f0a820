"""Random valid schemes over all measures: nested sections, all modes of shares, all forms of curves, all policies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

from jikao.scheme.catalogue import CATALOGUE, Unit

Words = dict[str, Any]
"""A piece of a scheme as it would be written."""

RECIPIENTS = ("部门主管", "销售部", "产品部")
ROLES = ("self", "superior", "customer", "peer")
QUESTIONS = ("result", "attitude")
CAUSES = ("attitude", "skill", "delay")
LEVELS = ("junior", "senior", "expert")
SEVERITIES = ("minor", "serious", "grave")
CODES = ("coverage", "quality")
PRIORITIES = ("low", "normal", "high", "vip")
TICKET_KINDS = ("incident", "request", "vip")
POSITIONS = ("工程师", "高级工程师", "组长")

THRESHOLDS: dict[Unit, tuple[str, ...]] = {
    Unit.RATIO: ("25%", "0.333333", "0.333334", "50%", "60%", "0.666667", "70%", "75%", "80%", "0.875", "90%", "95%"),
    Unit.COUNT: ("1", "2", "3", "4", "5", "7", "10"),
    Unit.DURATION: ("10min", "30min", "1h", "90min", "2h", "4h", "8h", "1d", "3d"),
    Unit.SCORE: ("40", "55.5", "60", "66.666667", "70", "80", "89.5", "90", "95"),
    Unit.POINTS: ("0.5", "1", "1.5", "2", "2.5", "3", "5", "7.5", "10"),
}
STEPS = {
    Unit.RATIO: ("1%", "0.03", "10%"),
    Unit.COUNT: ("1", "2", "3"),
    Unit.DURATION: ("10min", "1h", "7h"),
    Unit.SCORE: ("1", "3", "0.7"),
}
POLICIES = (*("renormalise", "zero", "full") * 4, "hold")
PERIODS = ("month", "month", "month", "quarter", "year")


@dataclass
class Maker:
    """Random pieces of one scheme; counts what it made so that ids are unique."""

    rng: Random
    measures: list[str]
    drawn: int = 0
    indicators: int = 0
    sections: int = 0
    quirk: str = ""
    curves: dict[str, Words] = field(default_factory=dict)

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def measure(self) -> str:
        """The next measure, sometimes one that was drawn before, to ask it in another way."""
        if self.drawn and self.chance(0.25):
            return self.measures[self.rng.randrange(self.drawn) % len(self.measures)]
        self.drawn += 1
        return self.measures[(self.drawn - 1) % len(self.measures)]

    def some(self, words: Sequence[str]) -> list[str]:
        return self.rng.sample(list(words), self.rng.randint(1, len(words)))

    def hundredths(self, most: Decimal) -> str:
        """A score up to ``most`` in whole, half or hundredth points."""
        step = self.rng.choice((Decimal(1), Decimal("0.5"), Decimal("0.01")))
        return str(Decimal(self.rng.randint(0, int(most / step))) * step)


def scheme_words(seed: int, attempt: int = 0, size: int = 7) -> Words:
    """The text of a random scheme as plain values, with at least ``size`` different measures, some of odd names.

    Neighbouring seeds take turns through the whole vocabulary of measures; another attempt makes another scheme of them.
    """
    rng = Random(f"{seed}/{attempt}")
    names = sorted(CATALOGUE)
    start = seed * size % len(names)
    full = rng.choice((Decimal(100), Decimal(100), Decimal(100), Decimal(120), Decimal(50)))
    sections: list[Words] = []
    make = Maker(rng, [])
    while make.drawn < size:
        make = Maker(rng, names[start:] + names[:start], quirk=rng.choice(("", "", "指标", "'", '"', ";--", "%_")))
        sections = children(make, full, 0)["sections"]
    period = rng.choice(PERIODS)
    words: Words = {
        "scheme": f"random-{seed}", "version": "1.0", "title": "随机方案", "valid_from": "2020-01-01", "period": period, "sections": sections,
        "curves": make.curves, "missing": rng.choice(POLICIES), "grades": grades(make, len(sections)),
        "rank": {"peers": rng.choice(("department", "position", "team", "everybody"))}, "total": {"full": str(full), "cap": str(full + rng.choice((0, 5, 10)))},
    }  # fmt: skip
    if make.chance(0.5):
        words["raters"] = {"weights": rater_weights(make)}
    if make.chance(0.3):
        words["positions"] = rng.sample(POSITIONS, 2)
    return words


# --- sections ----------------------------------------------------------------------------------------------------
def children(make: Maker, whole: Decimal | None, depth: int) -> Words:
    """Indicators and sections of a section worth ``whole`` points (``None``: not a round number), shared out in one mode."""
    below = make.rng.randint(1, 3) if depth == 0 else make.rng.randint(0, 2) if depth < 2 else 0
    leaves = 0 if depth == 0 else make.rng.randint(0 if below else 1, 3)
    shares, worths = share_out(make, whole, below + leaves)
    items: Words = {"indicators": [indicator(make, share) for share in shares[:leaves]]}
    items["sections"] = [section(make, share, worth, depth) for share, worth in zip(shares[leaves:], worths[leaves:], strict=True)]
    if depth and make.chance(0.2):
        items["indicators"].append(indicator(make, {"bonus": str(make.rng.randint(1, 10))}))
    return items


def section(make: Maker, share: Words, worth: Decimal | None, depth: int) -> Words:
    make.sections += 1
    name = f"s{make.quirk}{make.sections}"
    policy = {"missing": make.rng.choice(("renormalise", "zero", "full"))} if make.chance(0.15) else {}
    return {"id": name, "title": name, **share, **policy, **children(make, worth, depth + 1)}


def share_out(make: Maker, whole: Decimal | None, count: int) -> tuple[list[Words], list[Decimal | None]]:
    """Points, percentages or equal parts of a section, and what each part is worth where that is a round number."""
    modes = ["equal", "weight"] if whole is None else ["equal", "weight", "points", "points"]
    mode = make.rng.choice(modes)
    if mode == "points" and whole is not None and whole >= count:
        parts = split(make, whole, count)
        return [{"points": str(part)} for part in parts], list(parts)
    if mode == "weight":
        return [{"weight": str(part)} for part in split(make, Decimal(100), count)], [None] * count
    worth = None if whole is None else whole / count
    round_worth = worth if worth is not None and worth == worth.quantize(Decimal("0.01")) else None
    return [{} for _ in range(count)], [round_worth] * count


def split(make: Maker, whole: Decimal, count: int) -> list[Decimal]:
    """Parts of at least a unit each that sum to the whole; mostly whole numbers, sometimes hundredths."""
    unit = make.rng.choice((Decimal(1), Decimal(1), Decimal("0.5"), Decimal("0.01")))
    units = int(whole / unit)
    if units < count or whole != units * unit:
        unit, units = Decimal("0.01"), int(whole * 100)
    cuts = sorted(make.rng.sample(range(1, units), count - 1))
    ends = zip([0, *cuts], [*cuts, units], strict=True)
    return [(high - low) * unit for low, high in ends]


def indicator(make: Maker, share: Words) -> Words:
    make.indicators += 1
    name = f"i{make.quirk}{make.indicators}"
    use = make.measure()
    full = Decimal(share.get("points") or share.get("bonus") or 100)
    words: Words = {"id": name, "title": name, **share, "measure": {"use": use, **PARAMS.get(use, no_params)(make)}}
    words["curve"] = curve(make, name, words["measure"], full)
    if make.chance(0.3):
        words["missing"] = make.rng.choice(POLICIES)
    if use == "rating" and "raters" not in words["measure"] and make.chance(0.3):
        words["raters"] = rater_weights(make)
    if use in ("deductions", "feedback_deductions"):
        words["entry"] = {"kinds": {"fixed": {"each": make.hundredths(Decimal(5))}, "judged": {"min": 0, "max": 10}}}
    return words


def rater_weights(make: Maker) -> Words:
    roles = make.some(ROLES)
    weights = [0, *([100] if len(roles) == 2 else [])] if len(roles) == 2 and make.chance(0.2) else split(make, Decimal(100), len(roles))
    return {role: str(weight) for role, weight in zip(roles, weights, strict=True)}


# --- measures ----------------------------------------------------------------------------------------------------
def no_params(_: Maker) -> Words:
    return {}


def about_tickets(make: Maker) -> Words:
    words: Words = {}
    if make.chance(0.3):
        words["requester"] = make.rng.choice(("any", "customer", "internal"))
    if make.chance(0.2):
        words["priorities"] = make.some(PRIORITIES)
    if make.chance(0.2):
        words["kinds"] = make.some(TICKET_KINDS)
    return words


def timed(make: Maker) -> Words:
    clock: Words = {} if make.chance(0.5) else {"clock": make.rng.choice(("working", "calendar"))}
    return about_tickets(make) | clock


def statistic(make: Maker) -> Words:
    return {} if make.chance(0.25) else {"stat": make.rng.choice(("median", "mean", "p90"))}


def limited(make: Maker) -> Words:
    return timed(make) | {"within": make.rng.choice(("30min", "1h", "4h", "8h", "1d"))}


def complained(make: Maker) -> Words:
    causes: Words = {"causes": make.some(CAUSES)} if make.chance(0.5) else {}
    return causes | ({"origin": make.rng.choice(("any", "customer", "department"))} if make.chance(0.5) else {})


def numbers(names: Sequence[str], *values: str) -> dict[str, str]:
    return dict(zip(names, values, strict=True))


def rated(make: Maker) -> Words:
    words: Words = {"scale": {"low": 1, "high": 5}} if make.chance(0.25) else {}
    if make.chance(0.3):
        words["raters"] = rater_weights(make)
    return words | ({"item": "shared"} if make.chance(0.2) else {})


PARAMS = {
    "tickets_solved": about_tickets,
    "tickets_received": about_tickets,
    "first_response_time": lambda make: timed(make) | statistic(make),
    "first_response_attainment": limited,
    "acknowledge_time": lambda make: timed(make) | statistic(make),
    "resolution_time": lambda make: timed(make) | statistic(make) | {"to": make.rng.choice(("first", "full"))},
    "resolution_attainment": limited,
    "sla_attainment": about_tickets,
    "reopen_rate": about_tickets,
    "one_touch_rate": about_tickets,
    "reassignments": about_tickets,
    "backlog": lambda make: about_tickets(make) | ({"older_than": make.rng.choice(("1d", "7d"))} if make.chance(0.5) else {}),
    "csat": lambda make: {
        "question": make.rng.choice(QUESTIONS), "good_from": make.rng.choice((3, 4, "3.5")), "of": make.rng.choice(("answered", "sent")),
    },
    "survey_score": lambda make: {"question": make.rng.choice(QUESTIONS)},
    "answer_speed": statistic,
    "plan_on_time_rate": lambda make: {"kinds": make.some(("plan", "task", "milestone"))} if make.chance(0.5) else {},
    "feedback_rate": lambda make: {"recipients": make.some(RECIPIENTS)},
    "feedback_deductions": lambda make: {"recipients": make.some(RECIPIENTS)},
    "complaint_rate": lambda make: {"per": make.rng.choice(("requests", "customers"))} | ({"causes": make.some(CAUSES)} if make.chance(0.5) else {}),
    "complaints": complained,
    "complaint_deductions": complained,
    "violation_severity": lambda make: {"levels": numbers(SEVERITIES, "1%", "2.5%", "0.333333"), "decided": make.rng.choice(("no", "yes"))},
    "renewal_rate": lambda make: {"by": make.rng.choice(("count", "amount"))},
    "exam_score": lambda make: {"take": make.rng.choice(("average", "last", "best"))},
    "certificate_points": lambda _: {"levels": numbers(LEVELS, "1", "2.5", "4")},
    "sharing": lambda make: {"counts_to": make.rng.choice(("any", "knowledge", "teamwork"))} | ({"kinds": ["talk", "article"]} if make.chance(0.5) else {}),
    "task_points": lambda make: make.rng.choice(({}, {"against": "best"}, {"against": "median"}, {"against": "target", "target": "2.5"}))
    | make.rng.choice(({}, {}, {"shared": "each"}, {"shared": "split"})),
    "profit_attainment": lambda make: {"profit_share": make.rng.choice(("20%", "0.15", "12.5%")), "target": make.rng.choice(("0.01", "3000", "240000.5"))}
    | make.rng.choice(({}, {"less_costs": "yes"})),
    "observed_rate": lambda make: {"code": make.rng.choice(CODES)},
    "observed_score": lambda make: {"code": make.rng.choice(CODES)},
    "rating": rated,
}  # fmt: skip
"""Random parameters of the measures that take some."""


# --- curves ------------------------------------------------------------------------------------------------------
def curve(make: Maker, name: str, measure: Words, full: Decimal) -> Words | str | list[Words]:
    """A curve without gap or overlap over the measure's domain; sometimes scaled, sometimes kept under a name."""
    ground = ground_of(measure)
    form = make.rng.choice((tiers, tiers, upper_tiers, below_tiers, slope, lines, falling))
    marks = [mark for mark in ground.marks if form in (tiers, upper_tiers, below_tiers) or len(mark) < 6]
    picked = [marks[i] for i in sorted(make.rng.sample(range(len(marks)), make.rng.randint(1, 4)))]
    clauses = form(make, ground, picked, full)
    make.rng.shuffle(clauses)
    words: Words | list[Words] = clauses
    if make.chance(0.3):
        words = {"clauses": clauses, "scale": make.rng.choice(("1.5", "0.5", "1.25"))}
    if make.chance(0.2):
        make.curves[f"curve-{name}"] = words if isinstance(words, dict) else {"clauses": words}
        return f"curve-{name}"
    return words


@dataclass(frozen=True)
class Ground:
    """What a curve stands on: the lowest value, places worth a boundary, steps worth a point, and whether it ends."""

    low: str
    marks: tuple[str, ...]
    steps: tuple[str, ...]
    ends: bool


def ground_of(measure: Words) -> Ground:
    kind = CATALOGUE[measure["use"]]
    if "scale" in measure:
        return Ground("1", ("2", "2.5", "3", "3.75", "4", "4.5"), ("1", "0.3"), ends=True)
    ends = kind.unit in (Unit.RATIO, Unit.SCORE) and not kind.open_ended
    return Ground("0", THRESHOLDS[kind.unit], STEPS.get(kind.unit, ("1", "0.3")), ends)


def flagged(make: Maker) -> Words:
    return {"flag": "请核实"} if make.chance(0.1) else {}


def tiers(make: Maker, ground: Ground, picked: list[str], full: Decimal) -> list[Words]:
    """From the lower ends up, each clause to the next."""
    return [{"from": start, "score": make.hundredths(full), **flagged(make)} for start in (ground.low, *picked)]


def upper_tiers(make: Maker, ground: Ground, picked: list[str], full: Decimal) -> list[Words]:  # noqa: ARG001
    """Clauses that include their upper ends, some written with both."""
    clauses: list[Words] = [{"upto": picked[0], "score": make.hundredths(full)}]
    for start, end in zip(picked, [*picked[1:], None], strict=True):
        both = {"upto": end} if end is not None and make.chance(0.5) else {}
        clauses.append({"above": start, **both, "score": make.hundredths(full), **flagged(make)})
    return clauses


def below_tiers(make: Maker, ground: Ground, picked: list[str], full: Decimal) -> list[Words]:  # noqa: ARG001
    """From the upper ends down, with one clause at the top."""
    clauses = [{"below": end, "score": make.hundredths(full), **flagged(make)} for end in picked]
    return [*clauses, {"from": picked[-1], "score": make.hundredths(full)}]


def slope(make: Maker, ground: Ground, picked: list[str], full: Decimal) -> list[Words]:
    """So much for every unit more, with a tier or another slope above."""
    clauses: list[Words] = []
    for start in (ground.low, picked[0]) if make.chance(0.5) else (ground.low,):
        each = {"each": str(make.rng.choice((1, "0.5", "-1", "0.25", "7"))), "per": make.rng.choice(ground.steps)}
        clauses.append({"from": start, "score": make.hundredths(full), **each})
    return clauses


def lines(make: Maker, ground: Ground, picked: list[str], full: Decimal) -> list[Words]:
    """Straight lines from end to end; the last is flat where the values have no end."""
    ends = [str(make.rng.randint(0, int(full))) for _ in range(len(picked) + 2)]
    clauses: list[Words] = [
        {"from": start, "score": ends[i], "to": ends[i + 1] if make.chance(0.7) else "0"} for i, start in enumerate((ground.low, *picked))
    ]
    if not ground.ends:
        del clauses[-1]["to"]
    return clauses


def falling(make: Maker, ground: Ground, picked: list[str], full: Decimal) -> list[Words]:  # noqa: ARG001
    """The full mark less something for every step, down to the clamp."""
    return [{"from": ground.low, "score": str(full), "each": make.rng.choice(("-1", "-0.5", "-3")), "per": make.rng.choice(ground.steps)}]


# --- grades ------------------------------------------------------------------------------------------------------
def grades(make: Maker, sections: int) -> Words:
    words: Words = {"needs_coverage": make.rng.choice(("0", "0", "30%", "66.67%"))}
    if make.chance(0.6):
        lows = make.rng.choice((("90", "80", "60", "40", "0"), ("89.5", "69.99", "0"), ("95", "0")))
        bands = [{"id": f"band-{low}", "title": low, "from": low} for low in lows]
        return words | {"bands": bands, "round": make.rng.choice((2, 2, 1, 0))}
    rules: list[Words] = [{"id": f"rule-{i}", "title": "级", "when": [condition(make, sections)]} for i in range(make.rng.randint(1, 3))]
    rules[0]["when"].append(condition(make, sections))
    if make.chance(0.5):
        rules[0]["flag"] = "请核实"
    flags = [{"id": f"flag-{i}", "text": "注意", "when": [condition(make, sections)]} for i in range(make.rng.randint(0, 2))]
    return words | {"rules": [*rules, {"id": "rest", "title": "其余"}], "flags": flags}


def condition(make: Maker, sections: int) -> Words:
    line = {make.rng.choice(("from", "below")): make.rng.choice(("40", "60", "79.99", "80", "90"))}
    count = make.rng.randint(1, sections)
    return line | make.rng.choice(({"at_least": count}, {"exactly": count - 1}, {"all": True}, {"none": True}))
