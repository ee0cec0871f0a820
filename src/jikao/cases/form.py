"""What a case file may say, and reading it. The form is described in docs/reference/cases.md."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from jikao.payout.ledger import ACCOUNTS
from jikao.payout.rules import RULES
from jikao.scheme.period import Period, parse_period
from jikao.scheme.problem import Level, Problem, Refused, errors, kind
from jikao.scheme.text import Text
from jikao.scheme.yaml_nodes import Places, Steps, decode, parse

CASE_FORM = kind(
    "case.form", Level.ERROR,
    what=Text("案例文件的写法不对:{cause}", "The case file is not well formed: {cause}"),
    why=Text("读不懂的案例不能算通过", "a case that cannot be read must not count as passed"),
    mend=Text("参照文档“案例”一页的写法改正", "see the reference page on cases"),
)  # fmt: skip
CASE_NAME = kind(
    "case.unknown-name", Level.ERROR,
    what=Text("案例里的“{name}”:没有这样的{sort}", "The case names “{name}”: there is no such {sort}"),
    why=Text("写错的名称永远核对不出差错", "an expectation of a misspelt name would never find a fault"),
    mend=Text("可用的是:{known}", "use one of: {known}"),
)  # fmt: skip

TOTALS = ("total", "withheld", "paid", "carried")
"""Figures of a statement that are not lines of one rule."""

ORDER_FIGURES = ("state", "value", "cost", "expense", "profit", "left")
"""What a case may expect of an order."""

Yuan = Annotated[str, StringConstraints(pattern=r"^(-?\d+(\.\d{1,2})?|N/A)$")]
"""Money to the fen, or ``N/A``: nothing of the kind was written."""

_RULE, _ACCOUNT = Text("发放规则", "rule of pay"), Text("科目类别", "kind of account")
_PERSON, _PRESET = Text("人员", "person"), Text("预设方案", "preset scheme")
_FIGURE = Text("任务单的数", "figure of an order")


class Part(BaseModel):
    """Base of all parts of a case: frozen, and unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Deadline(Part):
    """A step of the process, the day before its first day, and its last day."""

    step: str
    after: dt.date
    expect: dt.date


class Late(Part):
    """Something handed in on a day, and how that counts."""

    step: str
    after: dt.date
    submitted: dt.date
    expect: str


class Version(Part):
    """Another version of the scheme: from when it holds and what is different."""

    version: str
    valid_from: str
    edit: dict[str, Any] = {}


class Price(Part):
    """What to ask for work of a known cost (F11): the value, and what is withheld of it."""

    cost: Yuan
    value: Yuan
    expense: Yuan | None = None
    profit: Yuan | None = None


class Payday(Part):
    """One step of a pay case: evidence that came, the period's runs made or corrected, a batch made of them.

    ``expect``: person → rule or total → yuan on the statement of the batch; ``accounts``: account → its balance after all
    batches so far; ``orders``: order → its state and what its value is made of; ``problems``: the problems that must be found, and with an error among them nothing may be written;
    ``again``: the same batch lies there already and stays as it is.
    """

    period: str = ""
    people: dict[str, dict[str, Any] | None] = {}
    evidence: dict[str, list[dict[str, Any]]] = {}
    by: str = "财务"
    approver: str = "总经理"
    reason: str = ""
    corrects: bool = False
    again: bool = False
    expect: dict[str, dict[str, Yuan]] = {}
    accounts: dict[str, Yuan] = {}
    orders: dict[str, dict[str, str]] = {}
    problems: list[str] = []

    @property
    def expects(self) -> bool:
        """Whether the step can fail otherwise than by a problem."""
        return bool(self.again or self.expect or self.accounts or self.orders or self.problems)


class Pay(Payday):
    """The first batch of a pay case, the other presets scored for it with their settings, and the steps that follow."""

    also: dict[str, dict[str, str] | None] = {}
    then: list[Payday] = []

    @property
    def steps(self) -> tuple[Payday, ...]:
        return (self, *self.then)

    @model_validator(mode="after")
    def _expects_something(self) -> Self:
        if not any(step.expects for step in self.steps):
            raise PydanticCustomError("nothing_expected", "nothing is expected")
        return self


class Case(Part):
    """One case as written."""

    case: str
    en: str = ""
    period: str = ""
    settings: dict[str, str] = {}
    edit: dict[str, Any] = {}
    people: dict[str, dict[str, Any] | None] = {}
    evidence: dict[str, list[dict[str, Any]]] = {}
    expect: dict[str, dict[str, str]] = {}
    problems: list[str] | None = None
    pay: Pay | None = None
    price: Price | None = None
    deadline: Deadline | None = None
    late: Late | None = None
    versions: list[Version] = []
    expect_version: str = ""

    @property
    def title(self) -> Text:
        return Text(self.case, self.en or self.case)

    @property
    def when(self) -> Period:
        """The appraisal period. Raises ``Refused`` when none is written."""
        try:
            return parse_period(self.period)
        except ValueError as cause:
            raise Refused([CASE_FORM(cause=f"{self.case}: period {self.period}")]) from cause


def case_files(folder: Path) -> list[Path]:
    """The case files beside a scheme, in order."""
    return sorted((folder / "cases").glob("*.yaml"))


def preset_text(name: str) -> str:
    """The text of a shipped scheme."""
    return (files("jikao") / "presets" / name / "scheme.yaml").read_text(encoding="utf-8")


def read_cases(path: Path) -> list[Case]:
    """The cases of a file. Raises ``Refused`` with every problem of its text."""
    text, problems = decode(path.read_bytes(), str(path))
    parsed = parse(text or "", str(path))
    found = errors([*problems, *parsed.problems])
    if found:
        raise Refused(found)
    cases, wrong = [], []
    for index, raw in enumerate(parsed.value or []):
        try:
            case = Case.model_validate(raw)
        except ValidationError as cause:
            wrong.append(_misfit(cause.errors()[0], parsed.places, index))
        else:
            cases.append(case)
            wrong += _unknown_names(case, parsed.places, index)
    if wrong:
        raise Refused(wrong)
    return cases


def _misfit(first: ErrorDetails, places: Places, index: int) -> Problem:
    way = first["loc"]
    return CASE_FORM(places.of(index, *way), cause=f"{'.'.join(map(str, way))} {first['type']}")


def _unknown_names(case: Case, places: Places, index: int) -> Iterator[Problem]:
    """Names in the ``pay`` part that nothing bears."""
    if case.pay is None:
        return
    presets = _presets()
    for name in case.pay.also:
        if name not in presets:
            yield _unknown(places, (index, "pay", "also", name), name, _PRESET, presets)
    people = set(case.people)
    for number, step in enumerate(case.pay.steps):
        way: Steps = (index, "pay") if number == 0 else (index, "pay", "then", number - 1)
        people |= set(step.people)
        yield from _unknown_period(step.period or case.period, places, way)
        yield from _unknown_in_step(step, people, places, way)


def _unknown_period(period: str, places: Places, way: Steps) -> Iterator[Problem]:
    try:
        parse_period(period)
    except ValueError:
        yield CASE_FORM(places.of(*way), cause=f"period {period}")


def _unknown_in_step(step: Payday, people: set[str], places: Places, way: Steps) -> Iterator[Problem]:
    for person, expected in step.expect.items():
        if person not in people:
            yield _unknown(places, (*way, "expect", person), person, _PERSON, people)
        for name in expected:
            if name not in TOTALS and name.split(".")[0] not in RULES:
                yield _unknown(places, (*way, "expect", person, name), name, _RULE, (*TOTALS, *RULES))
    for account in step.accounts:
        if account.split("/")[0] not in ACCOUNTS:
            yield _unknown(places, (*way, "accounts", account), account, _ACCOUNT, ACCOUNTS)
    for order, expected in step.orders.items():
        for name in expected:
            if name not in ORDER_FIGURES:
                yield _unknown(places, (*way, "orders", order, name), name, _FIGURE, ORDER_FIGURES)


def _unknown(places: Places, way: Steps, name: str, sort: Text, known: Any) -> Problem:
    return CASE_NAME(places.of(*way), name=name, sort=sort, known=", ".join(sorted(known)))


def _presets() -> tuple[str, ...]:
    folders = (files("jikao") / "presets").iterdir()
    return tuple(sorted(folder.name for folder in folders if (folder / "scheme.yaml").is_file()))
