"""What pay is computed from, as frozen values: results of sealed runs, and evidence about money.

Money is fen, shares are exact fractions, days are local days. Every record knows the row it came from: ``fact`` names it
as ``shape/key``, ``at`` says which import and row of a raw file, so that a problem can point there.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Protocol

from jikao.scheme.model import Scheme
from jikao.scheme.period import Period
from jikao.scheme.problem import Place

At = tuple[str, int]
"""Import id and row number in the raw file."""


class Record(Protocol):
    """Any record of evidence."""

    @property
    def fact(self) -> str: ...
    @property
    def at(self) -> At: ...


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, and when they were employed (``None``: before or after all we look at)."""

    fact: str
    at: At
    person: str
    name: str
    department: str
    position: str
    hired_on: dt.date | None
    left_on: dt.date | None


@dataclass(frozen=True, slots=True)
class Span:
    """A position held from one day until another (inclusive; ``None``: open)."""

    fact: str
    at: At
    person: str
    position: str
    department: str
    from_on: dt.date
    until_on: dt.date | None


@dataclass(frozen=True, slots=True)
class Leave:
    """Days off, both ends inclusive."""

    fact: str
    at: At
    person: str
    from_on: dt.date
    until_on: dt.date
    statutory: bool


@dataclass(frozen=True, slots=True)
class Base:
    """An amount a bonus is a share of, from a day on until the next one of its kind."""

    fact: str
    at: At
    person: str
    kind: str
    from_on: dt.date
    amount: int


@dataclass(frozen=True, slots=True)
class Violation:
    """A violation of company rules, as the run saw it."""

    fact: str
    at: At
    person: str
    happened_on: dt.date
    severity: str
    share: Fraction | None
    state: str


@dataclass(frozen=True, slots=True)
class Order:
    """A task order (任务单). ``progress`` is the latest known, ``None`` when nobody said."""

    fact: str
    at: At
    order_no: str
    title: str
    created_by: str
    value: int
    received_on: dt.date | None
    agreed_on: dt.date | None
    delivered_on: dt.date | None
    settled_on: dt.date | None
    cancelled_on: dt.date | None
    project_manager: str
    progress: Fraction | None


@dataclass(frozen=True, slots=True)
class Split:
    """A department's part of an order's value; ``value`` ``None``: an equal part."""

    fact: str
    at: At
    order_no: str
    department: str
    value: int | None
    manager: str


@dataclass(frozen=True, slots=True)
class Cost:
    """Money spent on an order by a department (empty: the only one of the order)."""

    fact: str
    at: At
    cost: str
    order_no: str
    department: str
    kind: str
    amount: int
    spent_on: dt.date


@dataclass(frozen=True, slots=True)
class Workload:
    """A person's share of the work on an order: as decided, and as the project manager proposed."""

    fact: str
    at: At
    order_no: str
    person: str
    share: Fraction
    proposed: Fraction | None
    decided_on: dt.date
    decided_by: str
    reason: str


@dataclass(frozen=True, slots=True)
class ProgressReport:
    """How far an order was on a day."""

    fact: str
    at: At
    order_no: str
    reported_on: dt.date
    progress: Fraction


@dataclass(frozen=True, slots=True)
class Advance:
    """An application for money before it is earned; paid once approved."""

    fact: str
    at: At
    advance: str
    person: str
    kind: str
    order_no: str
    amount: int
    applied_on: dt.date
    applicant: str
    approver: str
    approved_on: dt.date | None
    reason: str


@dataclass(frozen=True, slots=True)
class Repayment:
    """Money of an advance given back otherwise than out of performance pay."""

    fact: str
    at: At
    repayment: str
    advance: str
    amount: int
    repaid_on: dt.date


@dataclass(frozen=True, slots=True)
class WriteOff:
    """A part of an advance that cannot be recovered, and who bears it. ``share``: the manager's, decided by fault."""

    fact: str
    at: At
    write_off: str
    advance: str
    amount: int
    decided_on: dt.date
    decided_by: str
    manager: str
    share: Fraction | None
    agreement: str


@dataclass(frozen=True, slots=True)
class Wage:
    """A month's wage, and performance pay of months before Jikao computed it."""

    fact: str
    at: At
    person: str
    month_on: dt.date
    wage: int | None
    performance: int | None


@dataclass(frozen=True, slots=True)
class Budget:
    """Money set aside for a scheme's bonus of a period; department ``*``: for all."""

    fact: str
    at: At
    scheme: str
    department: str
    from_on: dt.date
    amount: int


@dataclass(frozen=True)
class Facts:
    """Everything about money, each list in the order of its key."""

    people: Mapping[str, Person] = field(default_factory=dict)
    spans: Mapping[str, Sequence[Span]] = field(default_factory=dict)
    leaves: Mapping[str, Sequence[Leave]] = field(default_factory=dict)
    bases: Mapping[tuple[str, str], Sequence[Base]] = field(default_factory=dict)
    """By (person, kind), in the order of their days."""
    orders: Mapping[str, Order] = field(default_factory=dict)
    splits: Mapping[str, Sequence[Split]] = field(default_factory=dict)
    """By order, in the order of the departments."""
    costs: Mapping[str, Sequence[Cost]] = field(default_factory=dict)
    """By order."""
    workloads: Mapping[str, Sequence[Workload]] = field(default_factory=dict)
    """By order, in the order of the people."""
    progress: Mapping[str, Sequence[ProgressReport]] = field(default_factory=dict)
    """By order, in the order of the days."""
    advances: Mapping[str, Advance] = field(default_factory=dict)
    repayments: Sequence[Repayment] = ()
    write_offs: Sequence[WriteOff] = ()
    wages: Mapping[tuple[str, dt.date], Wage] = field(default_factory=dict)
    """By person and first day of the month."""
    second_wages: Sequence[Wage] = ()
    """Rows of a person and month for which another row says something else."""
    budgets: Sequence[Budget] = ()
    origins: Mapping[str, str] = field(default_factory=dict)
    """File name by import id."""

    @cached_property
    def advances_on(self) -> Mapping[str, Sequence[Advance]]:
        """Advances by order, in the order of application day and number."""
        return self._advances_by(lambda a: a.order_no)

    @cached_property
    def advances_of(self) -> Mapping[str, Sequence[Advance]]:
        """Advances by person, in the order of application day and number."""
        return self._advances_by(lambda a: a.person)

    def _advances_by(self, key: Callable[[Advance], str]) -> Mapping[str, Sequence[Advance]]:
        found: defaultdict[str, list[Advance]] = defaultdict(list)
        for advance in sorted(self.advances.values(), key=lambda a: (a.applied_on, a.advance)):
            found[key(advance)].append(advance)
        return dict(found)

    def place(self, record: Record) -> Place:
        """Where a record stands: file and row."""
        import_id, row = record.at
        return Place(self.origins.get(import_id, import_id), line=row)


@dataclass(frozen=True, slots=True)
class Result:
    """What a run says of one person. ``total`` in hundredths of a point."""

    person: str
    department: str
    position: str
    total: int | None
    grade: str | None
    state: str


@dataclass(frozen=True)
class RunFacts:
    """A sealed run pay rests on: its scheme, period, results by person (in the order of the people) and the violations it saw."""

    run: str
    scheme: Scheme
    period: Period
    results: Mapping[str, Result]
    violations: Mapping[str, Sequence[Violation]] = field(default_factory=dict)
    """Those of the period, by person, in the order of day and number."""

    @property
    def last_day(self) -> dt.date:
        """The last day of the period."""
        return self.period.end - dt.timedelta(days=1)

    @property
    def month(self) -> str:
        """The month the period ends in: what performance pay of the run counts to."""
        return f"{self.last_day:%Y-%m}"
