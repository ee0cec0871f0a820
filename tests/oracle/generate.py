"""Random companies and their evidence: people who move, leave and go on leave, robots, and rows that sit on every edge.

``company`` gives rows as people think of them (days, moments, decimals); ``as_text`` writes the same rows the ways
people write them, for the importer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

from jikao.scheme.calendar import WorkCalendar
from jikao.scheme.model import Scheme
from jikao.scheme.period import Period, PeriodKind

from .clock import ONE_DAY, Clock, Slice
from .generate_scheme import CAUSES, CODES, LEVELS, POSITIONS, PRIORITIES, QUESTIONS, RECIPIENTS, ROLES, SEVERITIES, TICKET_KINDS

Row = dict[str, Any]
Tables = dict[str, list[Row]]

STARTS = {
    PeriodKind.MONTH: ((2024, 2), (2024, 5), (2024, 10), (2025, 9), (2025, 4), (2023, 12)),
    PeriodKind.QUARTER: ((2024, 10), (2025, 1)),
    PeriodKind.YEAR: ((2024, 1),),
}
"""Periods with long holidays and make-up days, a leap day, the turn of a year."""

TIMES = (
    "00:00:00",
    "08:59:59",
    "09:00:00",
    "10:30:00",
    "11:59:59",
    "12:00:00",
    "12:30:00",
    "13:00:00",
    "15:07:41",
    "17:30:00",
    "18:00:00",
    "23:59:59",
)
"""Times of day at the edges of working hours, lunch and the day."""


@dataclass
class Company:
    """A company with everything that was recorded about it."""

    rng: Random
    scheme: Scheme
    periods: list[Period]
    calendar: WorkCalendar
    people: list[str] = field(default_factory=list)
    tables: Tables = field(default_factory=dict)

    @property
    def days(self) -> Slice:
        return Slice(self.periods[0].start, self.periods[-1].end - ONE_DAY)

    # --- choices --------------------------------------------------------------------------------------------
    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def maybe(self, value: Any, share: float = 0.5) -> Any:
        return value if self.chance(share) else None

    def one(self, words: Sequence[Any]) -> Any:
        return self.rng.choice(words)

    def day(self) -> dt.date:
        """A day in or near the periods, often on an edge."""
        whole = self.days
        if self.chance(0.25):
            return self.rng.choice((whole.first, whole.last)) + ONE_DAY * self.rng.choice((-1, 0, 1))
        return whole.first + ONE_DAY * self.rng.randint(-2, whole.days + 1)

    def moment(self, first: dt.datetime | None = None) -> dt.datetime:
        """A moment on the company's wall clock, not before ``first``; often just half hours after it."""
        if first is not None and self.chance(0.6):
            return first + dt.timedelta(minutes=30 * self.rng.choice((0, 1, 1, 2, 3, 8, 16, 48)), seconds=self.rng.choice((0, 0, 0, 1)))
        moment = dt.datetime.combine(self.day(), dt.time.fromisoformat(self.one(TIMES)))
        return moment if first is None or moment >= first else first + dt.timedelta(seconds=self.rng.randint(0, 400_000))

    def number(self, high: int, *steps: str) -> Decimal:
        step = Decimal(self.one(steps))
        return step * self.rng.randint(0, int(high / step))

    def someone(self) -> str:
        return str(self.one(self.people))

    # --- records --------------------------------------------------------------------------------------------
    def record(self, shape: str, **cells: Any) -> None:
        self.tables.setdefault(shape, []).append({name: value for name, value in cells.items() if value is not None})


def company(seed: int, scheme: Scheme, people: int = 6) -> Company:
    """A random company with evidence for every line of the scheme; some sources were never imported, some are empty."""
    rng = Random(seed)
    calendar = WorkCalendar() if rng.random() < 0.8 else odd_calendar()
    made = Company(rng, scheme, periods_of(rng, scheme), calendar)
    staff(made, people)
    for shape in SHAPES:
        made.tables.setdefault(shape, [])
    for recording in RECORDINGS:
        recording(made)
    unknown = 0.9 if seed % 10 == 9 else 0.05
    for shape in SHAPES:
        if rng.random() < unknown:
            del made.tables[shape]
        elif rng.random() < 0.04:
            made.tables[shape] = []
    return made


SHAPES = (
    "tickets", "surveys", "contacts", "plan_items", "feedback_summaries", "deductions", "complaints", "violations", "renewals", "exams",
    "trainings", "certificates", "sharings", "tasks", "task_shares", "orders", "order_splits", "workloads", "observations", "ratings",
)  # fmt: skip


def odd_calendar() -> WorkCalendar:
    """A company of its own: another zone, one stretch a day, days off and worked Sundays the nation does not know."""
    days = {dt.date(2024, 10, 25): False, dt.date(2024, 10, 13): True, dt.date(2025, 9, 5): False, dt.date(2024, 2, 25): True}
    return WorkCalendar(name="odd", zone="Asia/Tokyo", hours=((8 * 3600 + 1800, 17 * 3600 + 900),), days=days)


def periods_of(rng: Random, scheme: Scheme) -> list[Period]:
    year, month = rng.choice(STARTS[scheme.period])
    first = Period(dt.date(year, month, 1), scheme.period)
    return [first] if rng.random() < 0.7 else [first, Period(first.end, scheme.period)]


NAMES = ("E", "员工", "O'Neil-", '"x" ', "0")


# --- people ------------------------------------------------------------------------------------------------------
def staff(made: Company, people: int) -> None:
    departments = [f"部门{i}" for i in range(made.rng.randint(1, 4))]
    made.people = [f"{made.one(NAMES)}{i:03d}" for i in range(people)]
    for person in made.people:
        made.record(
            "people", person=person, name=f"姓名{person}", department=made.maybe(made.one(departments), 0.9), team=made.maybe(made.one("甲乙"), 0.6),
            position=made.maybe(made.one(POSITIONS), 0.9), kind=made.one(("human", "human", "human", None)), hired_on=made.maybe(made.day(), 0.2),
            left_on=None,
        )  # fmt: skip
        row = made.tables["people"][-1]
        if made.chance(0.15):
            row["left_on"] = max(made.day(), row.get("hired_on", dt.date.min))
        if made.chance(0.25):
            move(made, person, departments)
    made.record("people", person="robot", department=departments[0], position=POSITIONS[0], kind="robot")
    made.people.append("robot")
    for person in made.people:
        first = made.day()
        if made.chance(0.4):
            to_friday = (4 - first.weekday()) % 7
            last = first + ONE_DAY * made.rng.choice((to_friday, made.rng.randint(0, 9)))
            made.record("leaves", person=person, from_on=first, until_on=last, statutory=made.maybe(True, 0.3))


def move(made: Company, person: str, departments: list[str]) -> None:
    """Two or three spans, one after the other; some leave a gap, some never say when they end."""
    start = made.days.first - ONE_DAY * made.rng.choice((0, 1, 40))
    for _ in range(made.rng.randint(1, 3)):
        last = start + ONE_DAY * made.rng.choice((0, 9, 19, 30, 70))
        made.record(
            "spans", person=person, position=made.one(POSITIONS), department=made.maybe(made.one(departments), 0.3), from_on=start,
            until_on=made.maybe(last, 0.7),
        )  # fmt: skip
        start = last + ONE_DAY * made.rng.choice((1, 1, 1, 4))


# --- tickets, surveys, calls -------------------------------------------------------------------------------------
def tickets(made: Company) -> None:
    for no in range(8 * len(made.people)):
        created = made.moment()
        acknowledged = made.maybe(made.moment(created), 0.8)
        responded = made.maybe(made.moment(acknowledged or created), 0.8)
        first = made.maybe(made.moment(responded or acknowledged or created), 0.8)
        reopened = made.rng.choice((0, 0, 0, 1, 2)) if first is not None else 0
        last = first if first is None or not reopened else made.moment(first)
        if responded is not None and made.chance(0.02):
            responded = created - dt.timedelta(hours=made.rng.randint(1, 30))
        once = made.chance(0.3) and not reopened
        solver = made.maybe(made.someone(), 0.95) if first is not None else None
        made.record(
            "tickets", ticket=f"T{no}", kind=made.maybe(made.one(TICKET_KINDS), 0.8), priority=made.maybe(made.one(PRIORITIES), 0.8),
            requester=made.maybe(made.one(("C1", "C2", "C3", "C4")), 0.9), requester_kind=made.maybe(made.one(("customer", "internal")), 0.8), status=made.one((*STATUSES, None)), assignee=made.maybe(made.someone(), 0.9),
            solver=solver, first_solver=None if first is None or once else made.maybe(made.someone(), 0.9), responder=made.maybe(made.someone(), 0.9),
            created_at=created, acknowledged_at=acknowledged, responded_at=responded, first_solved_at=None if once else first, solved_at=last,
            closed_at=made.maybe(made.moment(last or created), 0.4), reopen_count=reopened or made.maybe(0, 0.9),
            reply_count=made.maybe(made.rng.randint(0, 3), 0.8), reassignment_count=made.maybe(made.rng.randint(0, 4), 0.8),
            sla_met=made.maybe(made.chance(0.7), 0.8), merged_into=made.maybe("T0", 0.04),
        )  # fmt: skip


STATUSES = ("new", "open", "pending", "hold", "solved", "solved", "closed", "closed", "merged", "duplicate", "spam")


def surveys(made: Company) -> None:
    for no in range(5 * len(made.people)):
        for question in made.rng.sample(QUESTIONS, made.rng.randint(1, 2)):
            answer = made.maybe(made.rng.randint(1, 5), 0.75)
            written = None if question == "result" and made.chance(0.3) else question
            made.record("surveys", survey=f"S{no}", question=written, person=made.someone(), asked_on=made.day(), answer=answer)


def contacts(made: Company) -> None:
    for no in range(5 * len(made.people)):
        made.record(
            "contacts", contact=f"C{no}", person=made.someone(), happened_at=made.moment(), answered=made.chance(0.8),
            resolved=made.maybe(made.chance(0.7), 0.8), wait=made.maybe(made.rng.choice((0, 5, 20, 21, 60, 600, 1800)), 0.8),
        )  # fmt: skip


# --- records -----------------------------------------------------------------------------------------------------
def plan_items(made: Company) -> None:
    for no in range(5 * len(made.people)):
        due = made.day()
        made.record(
            "plan_items", person=made.someone(), item=f"P{no}", kind=made.one(("plan", "task", "milestone", None)), due_on=due,
            done_on=made.maybe(due + ONE_DAY * made.rng.randint(-3, 1), 0.85), amount=made.maybe(made.number(3, "1", "0.5", "0.0001"), 0.4),
            approved=made.one((True, None, None, False)),
        )  # fmt: skip


def feedback_summaries(made: Company) -> None:
    dues = Clock(made.calendar).fridays_due(Slice(made.days.first - 9 * ONE_DAY, made.days.last + 9 * ONE_DAY))
    for person in made.people:
        careful = made.chance(0.6)
        for due in dues:
            for recipient in RECIPIENTS:
                sent = due - ONE_DAY * made.rng.randint(0, 2) if careful or made.chance(0.8) else made.one((None, due + ONE_DAY))
                if careful or made.chance(0.9):
                    made.record("feedback_summaries", person=person, due_on=due, recipient=recipient, sent_on=sent)


def deductions(made: Company) -> None:
    lines = [line.id for line in made.scheme.indicators() if line.measure.use in ("deductions", "feedback_deductions")]
    for no in range(2 * len(made.people) * len(lines)):
        kind = made.one(("fixed", "judged"))
        amount = made.number(10, "1", "0.5", "0.0001") if kind == "judged" else None
        made.record(
            "deductions", deduction=f"D{no}", person=made.someone(), indicator=made.one(lines), kind=kind, amount=amount, happened_on=made.day(),
            verified=made.one((True, None, False)), reason="理由",
        )  # fmt: skip


def complaints(made: Company) -> None:
    for no in range(2 * len(made.people)):
        made.record(
            "complaints", complaint=f"K{no}", person=made.someone(), received_on=made.day(), origin=made.one(("customer", "department", None)),
            state=made.one(("received", "verifying", "verified", "verified", "verified", "rejected", None)), cause=made.one(CAUSES),
            amount=made.number(3, "1", "0.5"),
        )  # fmt: skip


def violations(made: Company) -> None:
    for no in range(2 * len(made.people)):
        made.record(
            "violations", violation=f"V{no}", person=made.someone(), happened_on=made.day(), clause="3.1", severity=made.one(SEVERITIES),
            state=made.one(("reported", "employee_heard", "verified", "verified", "dismissed", None)), reason="理由",
            share=made.maybe(made.number(1, "0.05", "0.001"), 0.9),
        )  # fmt: skip


def renewals(made: Company) -> None:
    for no in range(3 * len(made.people)):
        amount = made.maybe(made.number(made.one((90_000, 90_000_000)), "0.01", "10000"), 0.9)
        made.record("renewals", contract=f"R{no}", person=made.someone(), due_on=made.day(), renewed=made.chance(0.7), amount=amount)


def exams(made: Company) -> None:
    for no in range(4):
        held = made.day()
        for person in made.people:
            presence = made.one(("present", "present", "present", "absent", "excused", None))
            score = (
                made.one(("60", "70", "80", "89.5", "90", "100", "59.9", "72.345"))
                if presence in ("present", None) and made.chance(0.9)
                else None
            )
            if made.chance(0.6):
                made.record(
                    "exams", exam=f"X{no}", person=person, held_on=held, presence=presence, score=None if score is None else Decimal(score)
                )


def trainings(made: Company) -> None:
    for no in range(3):
        for person in made.people:
            if made.chance(0.6):
                made.record(
                    "trainings", training=f"L{no}", person=person, held_on=made.day(), hours=made.maybe(made.number(8, "0.5", "0.25"), 0.8)
                )


def certificates(made: Company) -> None:
    for no in range(2 * len(made.people)):
        issued = made.day() - ONE_DAY * made.rng.choice((0, 0, 300))
        until = made.maybe(max(issued, made.day()), 0.6)
        made.record(
            "certificates", person=made.someone(), certificate=f"Z{no}", level=made.one(LEVELS), issued_on=issued, valid_until=until
        )


def sharings(made: Company) -> None:
    for no in range(2 * len(made.people)):
        made.record(
            "sharings", sharing=f"H{no}", person=made.someone(), shared_on=made.day(), kind=made.maybe(made.one(("talk", "article", "assist")), 0.9),
            verifier=made.maybe(made.someone(), 0.8), counts_to=made.one(("knowledge", "teamwork", None)),
        )  # fmt: skip


# --- points, orders, numbers measured elsewhere ------------------------------------------------------------------
def tasks(made: Company) -> None:
    meetings = [made.day() for _ in range(3)]
    for no, day in enumerate(meetings):
        made.record("meetings", meeting=f"M{no}", held_on=day)
    for no in range(2 * len(made.people)):
        completed = made.maybe(made.day(), 0.9)
        given = made.chance(0.6)
        made.record(
            "tasks", task=f"W{no}", completed_on=completed, coefficient=made.number(5, "0.1", "0.01", "0.0001") if given else None,
            base=made.maybe(made.number(3, "0.5"), 0.9), difficulty=made.maybe(made.number(2, "0.1"), 0.9), quality=made.maybe(made.number(2, "0.05"), 0.9),
        )  # fmt: skip
        sharers = made.rng.sample(made.people, made.rng.randint(0, min(4, len(made.people))))
        shares = share_out(made, len(sharers))
        for person, share in zip(sharers, shares, strict=True):
            made.record("task_shares", task=f"W{no}", person=person, share=share)
        for meeting, day in enumerate(meetings):
            if completed is not None and day <= completed and made.chance(0.15):
                made.record(
                    "corrections",
                    task=f"W{no}",
                    meeting=f"M{meeting}",
                    coefficient=made.number(5, "0.1", "0.0001"),
                    corrected_on=day,
                    reason="修正",
                )


def share_out(made: Company, count: int) -> list[Decimal | None]:
    """Written shares that make a whole, or none at all, or some, the others to divide what is left."""
    if not count or made.chance(0.5):
        return [None] * count
    cuts = sorted(made.rng.sample(range(1, 100), count - 1))
    shares = [Decimal(high - low) / 100 for low, high in zip([0, *cuts], [*cuts, 100], strict=True)]
    return [made.maybe(share, 0.7) for share in shares] if made.chance(0.3) else list(shares)


def orders(made: Company) -> None:
    for no in range(len(made.people)):
        value = made.number(made.one((90_000, 90_000_000)), "1000", "0.01")
        made.record("orders", order_no=f"O{no}", value=value, settled_on=made.maybe(made.day(), 0.8))
        part = value.quantize(Decimal("0.01")) if made.chance(0.5) else (value / 3).quantize(Decimal("0.01"))
        made.record("order_splits", order_no=f"O{no}", department="部门0", value=part, manager=made.maybe(made.someone(), 0.8))
        if part != value:
            made.record("order_splits", order_no=f"O{no}", department="部门1", value=value - part, manager=made.maybe(made.someone(), 0.8))
        made.record(
            "costs", cost=f"C{no}", order_no=f"O{no}", department=made.maybe(made.one(("部门0", "部门1")), 0.9), kind="差旅", spent_on=made.day(),
            amount=made.number(20_000, "100", "0.01"),
        )  # fmt: skip


def workloads(made: Company) -> None:
    for no in range(len(made.people)):
        for person in made.rng.sample(made.people, min(2, len(made.people))):
            made.record(
                "workloads", order_no=f"O{no}", person=person, share=Decimal(made.rng.randint(0, 1000)) / 1000, decided_on=made.day()
            )


def observations(made: Company) -> None:
    seen = set()
    for _ in range(4 * len(made.people)):
        key = (made.someone(), made.one(CODES), made.day())
        if key in seen:
            continue
        seen.add(key)
        whole = made.number(20, "1", "0.5")
        part = (whole * made.rng.randint(0, 4) / 4).quantize(Decimal("0.0001"))
        person, code, day = key
        made.record(
            "observations", person=person, code=code, measured_on=day, numerator=made.maybe(part, 0.9), denominator=made.maybe(whole, 0.9),
            score=made.maybe(made.number(100, "0.5", "0.01"), 0.8),
        )  # fmt: skip


def ratings(made: Company) -> None:
    items = [line for line in made.scheme.indicators() if line.measure.use == "rating"]
    seen = set()
    for line in items:
        item, five = line.measure.with_.get("item", line.id), "scale" in line.measure.with_
        for person in made.people:
            for _ in range(made.rng.randint(0, 6)):
                role, rated = made.one(ROLES), made.day()
                key = (person, item, role, rater := f"{role}{made.rng.randint(0, 2)}", rated)
                if key in seen:
                    continue
                seen.add(key)
                score = 1 + made.number(4, "1", "0.5") if five and not made.chance(0.02) else made.number(100, "1", "0.005", "0.01")
                made.record(
                    "ratings",
                    person=person,
                    item=item,
                    role=role,
                    rater=rater,
                    rated_on=rated,
                    judged_on=made.maybe(made.day(), 0.3),
                    score=score,
                )


RECORDINGS: tuple[Callable[[Company], None], ...] = (
    tickets, surveys, contacts, plan_items, feedback_summaries, deductions, complaints, violations, renewals, exams, trainings, certificates,
    sharings, tasks, orders, workloads, observations, ratings,
)  # fmt: skip


# --- as text -----------------------------------------------------------------------------------------------------
SHARES = {("task_shares", "share"), ("workloads", "share"), ("violations", "share")}


def as_text(made: Company) -> dict[str, list[dict[str, str]]]:
    """The rows as somebody might have typed them."""
    return {
        shape: [{name: written(made, shape, name, value) for name, value in row.items()} for row in rows]
        for shape, rows in made.tables.items()
    }


def written(made: Company, shape: str, name: str, value: Any) -> str:
    if isinstance(value, bool):
        return str(made.one(("yes", "是", "true", "1", "Y") if value else ("no", "否", "false", "0", "N")))
    if isinstance(value, dt.datetime):
        return moment_written(made, value)
    if isinstance(value, dt.date):
        return day_written(made, value)
    if isinstance(value, Decimal) and (shape, name) in SHARES and made.chance(0.5):
        return f"{value * 100:f}%"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def day_written(made: Company, day: dt.date) -> str:
    forms = (f"{day:%Y-%m-%d}", f"{day:%Y/%m/%d}", f"{day:%Y%m%d}", f"{day.year}年{day.month}月{day.day}日")
    return made.rng.choice(forms)


def moment_written(made: Company, moment: dt.datetime) -> str:
    """On the wall clock, or with an offset from another place."""
    if made.chance(0.5):
        return f"{moment:%Y-%m-%d %H:%M:%S}"
    zone = made.one((dt.UTC, Clock(made.calendar).zone, dt.timezone(dt.timedelta(hours=-5))))
    return moment.replace(tzinfo=Clock(made.calendar).zone).astimezone(zone).isoformat()
