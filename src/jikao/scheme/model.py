"""A scheme as frozen typed values: exactly what the text says, nothing computed.

The text is YAML; ``read.py`` turns it into these values, with a place for every one; ``checks/`` judges them;
``docs/reference/scheme.md`` describes every field for scheme authors. Field names are the keys of the text.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, StringConstraints, Tag

from jikao.scheme.number import UNSET, Fillable, Percent, Quantity
from jikao.scheme.period import PeriodKind, parse_day
from jikao.scheme.text import Text, Words

Id = Annotated[str, StringConstraints(pattern=r"^[^\s$\[\]{},:#|/\\]{1,64}$")]
"""A stable name: letters (Chinese too), digits, ``_`` and ``-``; no spaces."""

Source = Literal["seed", "default", "elsewhere", "company"]
"""Where a rule comes from: the source document, our proposal, another document, or the company itself."""


def _as_day(value: Any) -> Any:
    return parse_day(value) if isinstance(value, str) else value


Day = Annotated[dt.date, BeforeValidator(_as_day, json_schema_input_type=dt.date)]
"""A field that takes ``2011-11-01``."""


def _as_whole(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10 else value


class Part(BaseModel):
    """Base of all parts of a scheme: frozen, and unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Sourced(Part):
    """A part that says where its rule comes from: ids in the source document (several parted by spaces) and a note."""

    seed: str = ""
    source: Source = "seed"
    note: Words = Text("", "")


class Missing(StrEnum):
    """What happens to an indicator without evidence (AMB-22)."""

    RENORMALISE = "renormalise"
    ZERO = "zero"
    FULL = "full"
    HOLD = "hold"


class Setting(Part):
    """A named number or choice the text refers to as ``$name``; ambiguities are settings with their readings listed."""

    title: Words = Text("", "")
    value: str
    unit: str = ""
    since: Day | None = None
    readings: dict[str, str] = {}
    ambiguity: str = ""
    source: Source = "default"
    note: Words = Text("", "")

    @property
    def meant(self) -> str:
        """What ``$name`` stands for: the reading named by ``value``, or the value itself."""
        return self.readings.get(self.value, self.value)


class ClauseText(Part):
    """One clause of a curve as written; open ends are filled from its neighbours (see ``curves.py``)."""

    from_: Quantity | None = Field(None, alias="from")
    below: Quantity | None = None
    above: Quantity | None = None
    upto: Quantity | None = None
    score: Quantity
    to: Quantity | None = None
    each: Quantity | None = None
    per: Quantity = Decimal(1)
    says: Words | None = None
    flag: Words | None = None


def _as_curve(value: Any) -> Any:
    return {"clauses": value} if isinstance(value, list) else value


class CurveText(Part):
    """A curve as written: its clauses and the scale its scores are multiplied by."""

    clauses: tuple[ClauseText, ...]
    scale: Quantity = Decimal(1)


Curved = Annotated[CurveText, BeforeValidator(_as_curve, json_schema_input_type=list[ClauseText] | CurveText)]


def _name_or_clauses(value: Any) -> str:
    return "name" if isinstance(value, str) else "clauses"


CurveOrName = Annotated[Annotated[str, Tag("name")] | Annotated[Curved, Tag("clauses")], Discriminator(_name_or_clauses)]
"""A curve, or the name of one in ``curves``."""


def _as_use(value: Any) -> Any:
    if isinstance(value, str):
        return {"use": value}
    if isinstance(value, dict) and "with_" not in value:
        params = {k: v for k, v in value.items() if k != "use"}
        return {"use": value["use"], "with_": params} if "use" in value else {"with_": params}
    return value


class MeasureUse(Part):
    """A measure by name, with its parameters beside it: ``{use: csat, question: result}``."""

    use: str
    with_: dict[str, Any] = {}


Measured = Annotated[MeasureUse, BeforeValidator(_as_use, json_schema_input_type=str | dict[str, Any])]


class EntryKind(Sourced):
    """One kind of deduction somebody may enter: a fixed amount ``each``, or an amount from ``min`` to ``max``."""

    title: Words = Text("", "")
    each: Quantity | None = None
    min: Quantity = Decimal(0)
    max: Quantity | None = None


class Entry(Part):
    """Who enters what for an indicator that people judge, and what each entry must carry."""

    by: tuple[str, ...] = ()
    kinds: dict[str, EntryKind] = {}
    reason: bool = True
    evidence: bool = True


class Indicator(Sourced):
    """One line of the appraisal: a measure, its curve, its share of the total and who answers for it.

    Exactly one of ``points`` (points that already carry the weight), ``weight`` (percent of its section; scored
    0-100) and ``bonus`` (points beyond the total) may be given; with none the items of a section count equally.
    """

    id: Id
    title: Words
    kind: Literal["quantitative", "qualitative", "behaviour"] = Field("quantitative", alias="class")
    points: Quantity | None = None
    weight: Percent | None = None
    bonus: Quantity | None = None
    measure: Measured
    curve: CurveOrName
    missing: Missing | None = None
    standard: Words = Text("", "")
    record: Words = Text("", "")
    resources: Words = Text("", "")
    raters: dict[str, Quantity] = {}
    entry: Entry = Entry()
    anchors: dict[str, Words] = {}
    beside: tuple[str, ...] = ()


class Section(Sourced):
    """A domain (领域) or dimension: indicators, or further sections, whose shares must add up."""

    id: Id
    title: Words
    points: Quantity | None = None
    weight: Percent | None = None
    missing: Missing | None = None
    indicators: tuple[Indicator, ...] = ()
    sections: tuple[Section, ...] = ()

    def walk(self) -> Iterator[Indicator]:
        """All indicators below this section, in the order of the text."""
        yield from self.indicators
        for section in self.sections:
            yield from section.walk()


Need = Literal["direction", "improvement_plan", "training_record"]
"""What a result must carry besides its figures: where to improve, a plan for it, a record of training or transfer."""


class Band(Sourced):
    """A grade by the lower end of its band (AMB-2): a total of at least ``from``. ``needs``: what its results must carry."""

    id: Id
    title: Words
    from_: Quantity = Field(alias="from")
    says: Words = Text("", "")
    needs: tuple[Need, ...] = ()


class Condition(Part):
    """A count over the sections' scores (0-100): how many stand ``from`` or ``below`` a line (F7)."""

    at_least: int | None = Field(None, ge=1)
    exactly: int | None = Field(None, ge=0)
    all: bool = False
    none: bool = False
    from_: Quantity | None = Field(None, alias="from")
    below: Quantity | None = None


class GradeRule(Sourced):
    """A grade given when all its conditions hold; the first rule that holds wins, the last has none."""

    id: Id
    title: Words
    when: tuple[Condition, ...] = ()
    says: Words = Text("", "")
    flag: Words | None = None
    needs: tuple[Need, ...] = ()


class Flag(Sourced):
    """A note shown on a result when its conditions hold; it never changes score or grade."""

    id: Id
    text: Words
    when: tuple[Condition, ...]


class Grades(Sourced):
    """How a total or the sections become a grade: by ``bands`` on the rounded total, or by counted ``rules``."""

    round: Annotated[Literal[0, 1, 2], BeforeValidator(_as_whole)] = 2
    bands: tuple[Band, ...] = ()
    rules: tuple[GradeRule, ...] = ()
    flags: tuple[Flag, ...] = ()
    needs_coverage: Quantity = Decimal(0)

    @property
    def ids(self) -> list[str]:
        """Every grade by its id, best first as written."""
        return [band.id for band in self.bands] + [rule.id for rule in self.rules]


class Quota(Part):
    """One grade's share in a forced distribution."""

    grade: Id
    share: Percent


class Distribution(Part):
    """Forced distribution (强制分布): advice only, off unless the scheme says so, never below ``min_group`` people."""

    on: bool = False
    min_group: int = Field(10, ge=1)
    quotas: tuple[Quota, ...] = ()


class Rank(Part):
    """Ranks within a stated peer group; people with equal totals share the better rank (1, 1, 3)."""

    peers: Literal["department", "position", "team", "everybody"] = "department"
    distribution: Distribution = Distribution()


class Total(Part):
    """The total: 100 unless said otherwise, rounded once, half up; ``cap`` bounds it when bonuses are added."""

    full: Quantity = Decimal(100)
    round: Annotated[Literal[2], BeforeValidator(_as_whole)] = 2
    cap: Quantity = Decimal(100)


class RaterGap(Part):
    """Two raters whose scores differ by more than ``more_than`` owe a comment (AMB-3)."""

    between: tuple[str, str]
    more_than: Quantity


class Raters(Sourced):
    """Raters of the whole scheme: role → weight, and when a comment is owed."""

    weights: dict[str, Quantity] = {}
    gap: RaterGap | None = None
    comment_from: Quantity | None = None
    comment_below: Quantity | None = None


class Step(Sourced):
    """One step of the process: who acts, due how many working days after the step before it or the period's end."""

    id: Literal[
        "publication", "goal_setting", "self_review", "superior_review", "calibration", "approval",
        "result_published", "interview", "confirmation", "appeal", "appeal_acceptance", "appeal_decision", "result_use",
    ]  # fmt: skip
    title: Words
    actor: Words = Text("", "")
    within: int = Field(ge=0)
    after: str = ""


class Process(Part):
    """The steps of a cycle and their deadlines in working days (day after is day 1, F17)."""

    steps: tuple[Step, ...] = ()
    escalation: tuple[str, ...] = ()
    late_appeal: Literal["inadmissible", "hr_may_accept"] = "hr_may_accept"
    publication_needed: bool = True
    interview_needs: tuple[str, ...] = ()


BaseKind = Literal["bonus_base", "salary", "quarterly_bonus"]
"""Which of a person's recorded amounts a bonus is a share of; the kinds of the ``bonuses`` evidence."""

Group = Literal["department", "everybody"]
"""Among whom money is shared."""


class ConductBonus(Sourced):
    """Monthly conduct bonus: ``base`` × max(0, ``rate`` − Σ severity) (F14). ``decided``: the share in the record of a
    violation counts, not the table (AMB-16).
    """

    rate: Fillable
    base: BaseKind = "bonus_base"
    severity: dict[str, Quantity] = {}
    decided: bool = False


class GradeAmount(Sourced):
    """What a grade adds to (+) or takes from (−) the period's bonus; ``share`` takes part in redistribution."""

    grade: Id
    amount: Fillable = Decimal(0)
    gets_share: bool = False
    gives: bool = False
    withheld: bool = False


class Redistribution(Sourced):
    """X = what those who give really lost, Y = heads of those who get; X/Y each (F9, AMB-9)."""

    counts: Literal["actual", "fixed"] = "actual"
    nobody: Literal["carry_over", "keep"] = "carry_over"
    within: Group = "department"


class PerformanceBonus(Sourced):
    """绩效奖金: each person's ``base`` × coefficient of the grade (× score ÷ full) × coefficient of the position, within
    ``floor`` and ``cap`` (yuan a person); ``budget`` bounds the sum (``unset``: see the ``budgets`` evidence).
    """

    base: BaseKind = "bonus_base"
    coefficients: dict[str, Quantity] = {}
    by_score: bool = False
    positions: dict[str, Quantity] = {}
    floor: Quantity = Decimal(0)
    cap: Quantity | None = None
    budget: Fillable | None = None
    over_budget: Literal["refuse", "scale"] = "refuse"


class BonusPool(Sourced):
    """奖金池: ``amount`` (``unset``: see the ``budgets`` evidence) shared by score, by weight (the bonus ``base``) or
    equally, each share × coefficients of grade and position, within ``floor`` and ``cap`` (yuan a person).
    """

    amount: Fillable = UNSET
    within: Group = "everybody"
    by: Literal["score", "weight", "equal"] = "score"
    base: BaseKind = "bonus_base"
    coefficients: dict[str, Quantity] = {}
    positions: dict[str, Quantity] = {}
    floor: Quantity = Decimal(0)
    cap: Quantity | None = None


class OutputValue(Sourced):
    """产值: shares withheld first, and what the rest pays for (F10, F11, AMB-11, AMB-20). ``owner``: the department that
    alone creates orders and splits their value (S5.8); empty: anybody.
    """

    profit_share: Fillable
    expense_share: Fillable
    owner: str = ""
    cost_kinds: tuple[str, ...] = ()
    forbidden_costs: tuple[str, ...] = ()
    overrun: Literal["next_period", "written_off"] = "next_period"
    project_cost: Literal["part3", "direct_cost"] = "part3"


class LiabilityStep(Part):
    """Of the part of a loss from ``from`` yuan on, the manager bears ``share``."""

    from_: Quantity = Field(Decimal(0), alias="from")
    share: Quantity


class Advances(Sourced):
    """预支: progress and hardship, their caps, offset and liability (F12, F13). ``applicant`` and ``approver`` are the
    positions of those who apply and approve; an empty applicant: anybody.
    """

    progress_cap: Literal["pool", "part3", "value", "own_share"] = "pool"
    hardship_share: Quantity = Decimal("0.5")
    hardship_months: int = Field(3, ge=1, le=12)
    hardship_open: int = Field(1, ge=0)
    offset_share: Quantity = Decimal("0.5")
    liability: Literal["fixed", "by_fault", "sliding"] = "fixed"
    manager_liability: Fillable = UNSET
    liability_steps: tuple[LiabilityStep, ...] = ()
    wage_deduction_cap: Quantity = Decimal("0.2")
    minimum_wage: Fillable = UNSET
    applicant: str = ""
    approver: str = "总经理"


class Payout(Part):
    """Rules that turn results into money: read and checked here, computed by the payout room.

    ``proration``: how a recorded amount counts for somebody who was not there all the period: ``none`` (in full), by days
    ``employed``, or by days ``present`` (employed and not on other than statutory leave).
    """

    proration: Literal["none", "employed", "present"] = "employed"
    conduct: ConductBonus | None = None
    grades: tuple[GradeAmount, ...] = ()
    grade_base: BaseKind = "quarterly_bonus"
    redistribution: Redistribution | None = None
    performance: PerformanceBonus | None = None
    pool: BonusPool | None = None
    output_value: OutputValue | None = None
    advances: Advances | None = None

    @property
    def pays(self) -> bool:
        """Whether any rule is stated."""
        return any((self.conduct, self.grades, self.performance, self.pool, self.output_value, self.advances))


class Principle(Sourced):
    """A rule of the document that people follow and no formula computes; published with the scheme."""

    text: Words


class Goal(Sourced):
    """A goal of the department for the cycle (S6.1); personal goals may name it."""

    id: Id
    title: Words


class Scheme(Part):
    """One version of an appraisal scheme (考核方案)."""

    scheme: Id
    version: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z.\-]{1,32}$")]
    title: Words
    document: Words = Text("", "")
    family: Words = Text("", "")
    valid_from: Day
    valid_to: Day | None = None
    period: PeriodKind
    positions: tuple[str, ...] = ()
    principles: tuple[Principle, ...] = ()
    goals: tuple[Goal, ...] = ()
    settings: dict[str, Setting] = {}
    raters: Raters = Raters()
    curves: dict[str, Curved] = {}
    missing: Missing = Missing.RENORMALISE
    sections: tuple[Section, ...]
    total: Total = Total()
    grades: Grades = Grades()
    rank: Rank = Rank()
    process: Process = Process()
    payout: Payout = Payout()

    def indicators(self) -> Iterator[Indicator]:
        """All indicators, in the order of the text."""
        for section in self.sections:
            yield from section.walk()
