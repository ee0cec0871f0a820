"""Every measure of the vocabulary, computed row by row from its published meaning.

Where the meaning leaves something open, a careful reader of the appraisal documents would expect this; each of these is
a decision the engine must share:

* Merged, duplicate and spam tickets (by state, or by naming the ticket they went into) count in no ticket measure.
* A ticket is credited by the event the measure is about: the last solver (solved, resolution in full, attainment, SLA,
  one-touch, reassignments), the first solver (resolution to first, reopen rate), the first responder, the assignee
  (received, backlog). Nobody recorded means nobody is credited. A robot is nobody.
* The acknowledge time is credited to the solver and belongs to the period of the last solve, as everything credited so.
* Backlog: created by the end of the last day and not solved (last solve) by then; closing is no solve. Its age is calendar
  time up to midnight after the last day; older means strictly longer.
* An answered call nobody marked as resolved counts as not resolved.
* Plan items count by their amount of work, only from approved plans, by the day they are due.
* Summaries due come from the calendar, not from the rows: a week without a row is a week not fed back. Nothing is due
  on days of leave, before hiring or after leaving.
* A complete feedback costs nothing, even when somebody entered a deduction.
* Several exams on the last day are averaged. An absence counts as an exam taken.
* A kind of deduction with a fixed amount costs that amount, whatever was written beside it.
* A manager without settled orders has no profit to speak of: N/A, not 0. Costs are those of the department's part of a
  settled order, whenever they were spent; they come off after the share, and a loss counts as nothing.
* A violation for which the share is decided case by case and nobody decided it counts nothing.
* Sharing counts when somebody confirmed it.
* Task points: the latest correction is A (one after the quarter was locked stops a run), otherwise A as given, otherwise
  base x difficulty x quality to four decimals; a task nobody gave a worth gives nothing. Who has no written
  share gets an equal part of what the written ones leave. Equal parts come in hundredths where A has no more than two
  decimals, all others in ten-thousandths, by largest remainder and then the earlier employee number.
* The best and the median are those of the seats of the same department, as the scheme binds them.
* Ratings belong to the day they judge, by default the day they were given. Only roles with a weight count, each as the
  mean of its rows; without any weights the superior judges alone (AMB-3).
* Where the source knows only one solve, it is the first and the last.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from jikao.scheme.model import Indicator, Scheme
from jikao.scheme.number import parse_quantity
from jikao.scheme.period import Period

from .clock import ONE_DAY, Slice, half_up, quantile
from .files import Files, Row, Seat


@dataclass(frozen=True)
class Measured:
    """A measured value; ``state`` is measured, nothing (denominator 0), no_source or held."""

    value: Fraction | None
    n: int
    base: int
    state: str = "measured"


@dataclass(frozen=True)
class Case:
    """One indicator of one seat: all a measure may look at."""

    files: Files
    scheme: Scheme
    indicator: Indicator
    period: Period
    seat: Seat
    everybody: tuple[Seat, ...]

    @property
    def person(self) -> str:
        return self.seat.person

    @property
    def days(self) -> Slice:
        return self.seat.days

    def word(self, name: str, default: Any = None) -> Any:
        return self.indicator.measure.with_.get(name, default)

    def words(self, name: str, default: Sequence[str] = ()) -> Sequence[str]:
        """Several words, or one written alone; none means no limit."""
        written = self.word(name, default)
        return (written,) if isinstance(written, str) else tuple(written)

    def number(self, name: str) -> Fraction:
        return number(self.word(name))

    def flag(self, name: str) -> bool:
        return str(self.word(name, "no")).lower() in ("yes", "true", "是")

    def numbers(self, name: str) -> dict[str, Fraction]:
        return {key: number(raw) for key, raw in self.word(name, {}).items()}

    def mine(self, shape: str, day: str) -> list[dict[str, Any]]:
        """The person's rows of a shape whose day lies in the slice."""
        return [row for row in self.files.of(shape, self.person) if row.get(day) in self.days]


def number(raw: object) -> Fraction:
    """A parameter as written: ``4h``, ``50%``, ``3``."""
    return Fraction(parse_quantity(str(raw)))


def ratio(num: Fraction | int, den: Fraction | int, n: int, base: int) -> Measured:
    """A quotient; a denominator of nothing is not a value."""
    return Measured(None, n, base, "nothing") if den == 0 else Measured(Fraction(num) / Fraction(den), n, base)


def counted(count: int) -> Measured:
    return Measured(Fraction(count), count, count)


def summed(amounts: list[Fraction]) -> Measured:
    return Measured(sum(amounts, Fraction(0)), len(amounts), len(amounts))


def total(values: Iterable[Any]) -> Fraction:
    return sum((Fraction(value) for value in values), Fraction(0))


def statistic(lengths: list[int], stat: str, base: int) -> Measured:
    """Median and 90th percentile in whole seconds; the mean is exact."""
    if not lengths:
        return Measured(None, 0, base, "nothing")
    if stat == "mean":
        return ratio(sum(lengths), len(lengths), len(lengths), base)
    exact = quantile(lengths, Fraction(1, 2) if stat == "median" else Fraction(9, 10))
    return Measured(Fraction(math.floor(exact + Fraction(1, 2))), len(lengths), base)


# --- tickets -----------------------------------------------------------------------------------------------------
def tickets(case: Case, who: str) -> list[dict[str, Any]]:
    """The tickets that count, of the asked kinds, where the person stands as ``who``."""
    rows = (first_solve(row) for row in case.files.rows("tickets"))
    return [row for row in rows if row.get(who) == case.person and counts(row) and asked_for(case, row)]


def first_solve(row: dict[str, Any]) -> dict[str, Any]:
    """Where a source knows only one solve, it is the first and the last."""
    last = {name: row[event] for name, event in (("first_solver", "solver"), ("first_solved_at", "solved_at")) if event in row}
    return last | row


def counts(row: Row) -> bool:
    return row["status"] not in ("merged", "duplicate", "spam") and "merged_into" not in row


def asked_for(case: Case, row: Row) -> bool:
    requester, priorities, kinds = case.word("requester", "any"), case.words("priorities"), case.words("kinds")
    return (
        (requester == "any" or row.get("requester_kind") == requester)
        and (not priorities or row.get("priority") in priorities)
        and (not kinds or row.get("kind") in kinds)
    )


def happened(case: Case, who: str, event: str) -> list[dict[str, Any]]:
    """The tickets whose ``event`` lies on a day of the seat, credited to ``who``."""
    return [row for row in tickets(case, who) if case.files.clock.day(row.get(event)) in case.days]


def lengths(case: Case, rows: list[dict[str, Any]], until: str) -> list[int]:
    clock = case.word("clock", "working")
    return [case.files.clock.seconds(row["created_at"], row[until], clock) for row in rows if until in row]


def tickets_solved(case: Case) -> Measured:
    return counted(len(happened(case, "solver", "solved_at")))


def tickets_received(case: Case) -> Measured:
    return counted(len(happened(case, "assignee", "created_at")))


def first_response_time(case: Case) -> Measured:
    rows = happened(case, "responder", "responded_at")
    return statistic(lengths(case, rows, "responded_at"), case.word("stat", "median"), len(rows))


def first_response_attainment(case: Case) -> Measured:
    return within(case, happened(case, "responder", "responded_at"), "responded_at")


def within(case: Case, rows: list[dict[str, Any]], until: str) -> Measured:
    limit, took = case.number("within"), lengths(case, rows, until)
    return ratio(sum(1 for seconds in took if seconds <= limit), len(took), len(took), len(rows))


def acknowledge_time(case: Case) -> Measured:
    rows = happened(case, "solver", "solved_at")
    return statistic(lengths(case, rows, "acknowledged_at"), case.word("stat", "median"), len(rows))


def resolution_time(case: Case) -> Measured:
    who, until = ("first_solver", "first_solved_at") if case.word("to", "full") == "first" else ("solver", "solved_at")
    rows = happened(case, who, until)
    return statistic(lengths(case, rows, until), case.word("stat", "median"), len(rows))


def resolution_attainment(case: Case) -> Measured:
    return within(case, happened(case, "solver", "solved_at"), "solved_at")


def sla_attainment(case: Case) -> Measured:
    rows = happened(case, "solver", "solved_at")
    decided = [row["sla_met"] for row in rows if "sla_met" in row]
    return ratio(sum(decided), len(decided), len(decided), len(rows))


def reopen_rate(case: Case) -> Measured:
    rows = happened(case, "first_solver", "first_solved_at")
    return ratio(sum(1 for row in rows if row["reopen_count"] > 0), len(rows), len(rows), len(rows))


def one_touch_rate(case: Case) -> Measured:
    rows = happened(case, "solver", "solved_at")
    known = [row for row in rows if "reply_count" in row]
    touched_once = [row for row in known if row["reply_count"] < 2 and row["reopen_count"] == 0]
    return ratio(len(touched_once), len(known), len(known), len(rows))


def reassignments(case: Case) -> Measured:
    rows = happened(case, "solver", "solved_at")
    hops = [row["reassignment_count"] for row in rows if "reassignment_count" in row]
    return ratio(sum(hops), len(hops), len(hops), len(rows))


def backlog(case: Case) -> Measured:
    clock = case.files.clock
    older = None if case.word("older_than") is None else case.number("older_than")
    midnight = dt.datetime.combine(case.period.end, dt.time())

    def open_then(row: Row) -> bool:
        over = row.get("solved_at", row.get("closed_at"))
        solved = over is not None and clock.local(over) < midnight
        old = older is None or clock.elapsed(row["created_at"], midnight) > older
        return clock.local(row["created_at"]) < midnight and not solved and old

    return counted(sum(1 for row in tickets(case, "assignee") if open_then(row)))


# --- surveys and calls -------------------------------------------------------------------------------------------
def surveys(case: Case) -> list[dict[str, Any]]:
    return [row for row in case.mine("surveys", "asked_on") if row["question"] == case.word("question", "result")]


def csat(case: Case) -> Measured:
    sent = surveys(case)
    answers = [row["answer"] for row in sent if "answer" in row]
    good = sum(1 for answer in answers if answer >= number(case.word("good_from", 4)))
    return ratio(good, len(answers) if case.word("of", "answered") == "answered" else len(sent), len(answers), len(sent))


def survey_score(case: Case) -> Measured:
    sent = surveys(case)
    answers = [row["answer"] for row in sent if "answer" in row]
    return ratio(20 * sum(answers), len(answers), len(answers), len(sent))


def calls(case: Case) -> list[dict[str, Any]]:
    rows = case.files.of("contacts", case.person)
    return [row for row in rows if case.files.clock.day(row["happened_at"]) in case.days]


def calls_answered_rate(case: Case) -> Measured:
    rows = calls(case)
    return ratio(sum(row["answered"] for row in rows), len(rows), len(rows), len(rows))


def calls_resolved_rate(case: Case) -> Measured:
    answered = [row for row in calls(case) if row["answered"]]
    known = [row["resolved"] for row in answered if "resolved" in row]
    return ratio(sum(known), len(known), len(known), len(answered))


def answer_speed(case: Case) -> Measured:
    answered = [row for row in calls(case) if row["answered"]]
    return statistic([row["wait"] for row in answered if "wait" in row], case.word("stat", "median"), len(answered))


# --- records -----------------------------------------------------------------------------------------------------
def plan_on_time_rate(case: Case) -> Measured:
    kinds = case.words("kinds")
    rows = [row for row in case.mine("plan_items", "due_on") if row["approved"] and (not kinds or row["kind"] in kinds)]
    done = [row["amount"] for row in rows if "done_on" in row and row["done_on"] <= row["due_on"]]
    return ratio(total(done), total(row["amount"] for row in rows), len(rows), len(rows))


def summaries(case: Case) -> list[bool]:
    """For every summary due: did it reach everybody in time?"""
    recipients = set(case.words("recipients"))
    leaves = [Slice(row["from_on"], row["until_on"]) for row in case.files.of("leaves", case.person)]
    dues = [day for day in case.files.clock.fridays_due(case.seat.worked) if not any(day in leave for leave in leaves)]
    rows = case.files.of("feedback_summaries", case.person)
    reached = [{row["recipient"] for row in rows if row["due_on"] == day and "sent_on" in row and row["sent_on"] <= day} for day in dues]
    return [recipients <= names for names in reached]


def feedback_rate(case: Case) -> Measured:
    done = summaries(case)
    return ratio(sum(done), len(done), len(done), len(done))


def feedback_deductions(case: Case) -> Measured:
    done, entered = summaries(case), deducted(case)
    if not done:
        return Measured(None, 0, 0, "nothing")
    if all(done):
        return Measured(Fraction(0), len(done), len(done))
    return Measured(sum(entered, Fraction(0)), len(done), len(done)) if entered else Measured(None, len(done), len(done), "held")


def deducted(case: Case) -> list[Fraction]:
    """The verified deductions entered for the indicator: what their kind costs each time, or else the amount."""
    rows = [row for row in case.mine("deductions", "happened_on") if row["verified"] and row["indicator"] == case.indicator.id]
    return [cost(case, row["kind"], row.get("amount")) for row in rows]


def cost(case: Case, kind: str | None, amount: Decimal | None) -> Fraction:
    entry = case.indicator.entry.kinds.get(kind or "")
    if entry is not None and entry.each is not None:
        return Fraction(entry.each)
    return Fraction(amount or 0)


def deductions(case: Case) -> Measured:
    return summed(deducted(case))


def verified_complaints(case: Case, causes: Sequence[str]) -> list[dict[str, Any]]:
    origin = case.word("origin", "any")
    return [
        row
        for row in case.mine("complaints", "received_on")
        if row["state"] == "verified" and (not causes or row.get("cause") in causes) and origin in ("any", row["origin"])
    ]


def complaint_rate(case: Case) -> Measured:
    solved = happened(case, "solver", "solved_at")
    customers = {row["requester"] for row in solved if "requester" in row}
    handled = len(customers) if case.word("per", "requests") == "customers" else len(solved)
    return ratio(len(verified_complaints(case, case.words("causes"))), handled, handled, handled)


def complaints(case: Case) -> Measured:
    return counted(len(verified_complaints(case, case.words("causes"))))


def complaint_deductions(case: Case) -> Measured:
    rows = verified_complaints(case, case.words("causes", ("attitude",)))
    return summed([cost(case, row.get("cause"), row.get("amount")) for row in rows])


def violation_severity(case: Case) -> Measured:
    levels = case.numbers("levels")
    rows = [row for row in case.mine("violations", "happened_on") if row["state"] == "verified"]
    if case.flag("decided"):
        return summed([Fraction(row.get("share", 0)) for row in rows])
    return summed([levels.get(row["severity"], Fraction(0)) for row in rows])


def renewal_rate(case: Case) -> Measured:
    rows = case.mine("renewals", "due_on")
    if case.word("by", "count") == "count":
        return ratio(sum(row["renewed"] for row in rows), len(rows), len(rows), len(rows))
    priced = [row for row in rows if "amount" in row]
    renewed = total(row["amount"] for row in priced if row["renewed"])
    return ratio(renewed, total(row["amount"] for row in priced), len(priced), len(rows))


def exam_score(case: Case) -> Measured:
    rows = case.mine("exams", "held_on")
    sat = [row for row in rows if row["presence"] == "absent" or (row["presence"] == "present" and "score" in row)]
    last = max((row["held_on"] for row in sat), default=None)
    chosen = [row for row in sat if row["held_on"] == last] if case.word("take", "average") == "last" else sat
    scores = [Fraction(0) if row["presence"] == "absent" else Fraction(row["score"]) for row in chosen]
    if case.word("take", "average") == "best" and scores:
        return Measured(max(scores), len(scores), len(rows))
    return ratio(sum(scores, Fraction(0)), len(scores), len(scores), len(rows))


def trainings(case: Case) -> Measured:
    return counted(len(case.mine("trainings", "held_on")))


def training_hours(case: Case) -> Measured:
    return summed([Fraction(row.get("hours", 0)) for row in case.mine("trainings", "held_on")])


def certificate_points(case: Case) -> Measured:
    levels, last = case.numbers("levels"), case.period.end - ONE_DAY
    rows = case.files.of("certificates", case.person)
    valid = [row for row in rows if row["issued_on"] <= last <= row.get("valid_until", last)]
    return summed([levels.get(row["level"], Fraction(0)) for row in valid])


def sharing(case: Case) -> Measured:
    kinds, to = case.words("kinds"), case.word("counts_to", "any")
    return counted(
        sum(
            1
            for row in case.mine("sharings", "shared_on")
            if "verifier" in row and (not kinds or row.get("kind") in kinds) and to in ("any", row["counts_to"])
        )
    )


# --- points, orders, numbers measured elsewhere ------------------------------------------------------------------
def task_points(case: Case) -> Measured:
    undivided = case.word("shared", "split") == "each"
    mine, n = points_of(case.files, case.seat, undivided)
    against = case.word("against", "best")
    if against == "target":
        return ratio(mine, case.number("target"), n, n)
    peers = [points_of(case.files, seat, undivided)[0] for seat in case.everybody if seat.department == case.seat.department]
    mark = max(peers) if against == "best" else middle(peers)
    return ratio(mine, mark, n, n)


def middle(values: list[Fraction]) -> Fraction:
    ordered = sorted(values)
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2


def points_of(files: Files, seat: Seat, undivided: bool) -> tuple[Fraction, int]:
    """B: the seat's points of the tasks completed on its days, and how many tasks gave them."""
    own = task_whole if undivided else task_split
    owned = [own(files, row, seat.person) for row in files.rows("tasks") if row.get("completed_on") in seat.days]
    parts = [part for part in owned if part is not None]
    return sum(parts, Fraction(0)), len(parts)


def task_split(files: Files, task: Row, person: str) -> Fraction | None:
    """One person's points of one task; nothing for who had no share in it, or where nobody said what it is worth."""
    whole = coefficient(files, task)
    rows = [row for row in files.rows("task_shares") if row["task"] == task["task"]]
    if whole is None or person not in {row["person"] for row in rows}:
        return None
    written = {row["person"]: Fraction(row["share"]) for row in rows if "share" in row}
    unset = [row["person"] for row in rows if "share" not in row]
    left = 1 - sum(written.values(), Fraction(0))
    wishes = {who: whole * share for who, share in written.items()} | {who: whole * left / len(unset) for who in unset}
    fine = bool(written) or whole * 100 != int(whole * 100)
    return largest_remainder(wishes, 10_000 if fine else 100)[person]


def task_whole(files: Files, task: Row, person: str) -> Fraction | None:
    """All of the task for everybody who has a share in it (AMB-18, the other reading)."""
    sharers = {row["person"] for row in files.rows("task_shares") if row["task"] == task["task"]}
    return coefficient(files, task) if person in sharers else None


def coefficient(files: Files, task: Row) -> Fraction | None:
    """A: as last corrected, as given, or as its factors make it."""
    made = [row for row in files.rows("corrections") if row["task"] == task["task"]]
    if made:
        return Fraction(max(made, key=lambda row: (row["corrected_on"], row["meeting"]))["coefficient"])
    if "coefficient" in task:
        return Fraction(task["coefficient"])
    factors = [task.get(name) for name in ("base", "difficulty", "quality")]
    known = [Fraction(factor) for factor in factors if factor is not None]
    return half_up(known[0] * known[1] * known[2], 4) if len(known) == len(factors) else None


def largest_remainder(wishes: dict[str, Fraction], parts: int) -> dict[str, Fraction]:
    """Everybody's wish in whole parts of a point that sum to all of it: first rounded down, then the parts left over go
    one each to the largest remainders, equal ones by employee number."""
    low = {who: Fraction(int(wish * parts), parts) for who, wish in wishes.items()}
    over = int((sum(wishes.values(), Fraction(0)) - sum(low.values(), Fraction(0))) * parts)
    lucky = sorted(wishes, key=lambda who: (low[who] - wishes[who], who))[:over]
    return {who: part + Fraction(who in lucky, parts) for who, part in low.items()}


def workload_share(case: Case) -> Measured:
    shares = [row["share"] for row in case.mine("workloads", "decided_on")]
    return ratio(total(shares), len(shares), len(shares), len(shares))


def profit_attainment(case: Case) -> Measured:
    settled = {row["order_no"] for row in case.files.rows("orders") if row.get("settled_on") in case.days}
    splits = [row for row in case.files.rows("order_splits") if row.get("manager") == case.person and row["order_no"] in settled]
    profit = total(row["value"] for row in splits) * case.number("profit_share")
    if case.flag("less_costs"):
        parts = {(row["order_no"], row["department"]) for row in splits}
        profit -= total(row["amount"] for row in case.files.rows("costs") if (row["order_no"], row.get("department")) in parts)
    return ratio(max(profit, Fraction(0)), case.number("target") if splits else 0, len(splits), len(splits))


def observed(case: Case) -> list[dict[str, Any]]:
    return [row for row in case.mine("observations", "measured_on") if row["code"] == case.word("code")]


def observed_rate(case: Case) -> Measured:
    rows = observed(case)
    known = [row for row in rows if "numerator" in row and "denominator" in row]
    return ratio(total(row["numerator"] for row in known), total(row["denominator"] for row in known), len(known), len(rows))


def observed_score(case: Case) -> Measured:
    rows = observed(case)
    scores = [row["score"] for row in rows if "score" in row]
    return ratio(total(scores), len(scores), len(scores), len(rows))


# --- people's judgement ------------------------------------------------------------------------------------------
def rating(case: Case) -> Measured:
    weights = rater_weights(case)
    item = case.word("item", case.indicator.id)
    judged = [row | {"judged_on": row.get("judged_on", row["rated_on"])} for row in case.files.of("ratings", case.person)]
    rows = [row for row in judged if row["item"] == item and row["judged_on"] in case.days]
    heard = {role: [Fraction(row["score"]) for row in rows if row["role"] == role] for role, weight in weights.items() if weight > 0}
    means = {role: sum(scores, Fraction(0)) / len(scores) for role, scores in heard.items() if scores}
    weighted = sum((weights[role] * mean for role, mean in means.items()), Fraction(0))
    return ratio(weighted, sum((weights[role] for role in means), Fraction(0)), sum(map(len, heard.values())), len(rows))


def rater_weights(case: Case) -> dict[str, Fraction]:
    """The weights nearest to the line: on the measure, on the indicator, on the scheme; with none the superior judges alone."""
    own = case.numbers("raters") or {role: Fraction(weight) for role, weight in case.indicator.raters.items()}
    return own or {role: Fraction(weight) for role, weight in case.scheme.raters.weights.items()} or {"superior": Fraction(1)}


SOURCES = {
    "csat": "surveys", "survey_score": "surveys", "calls_answered_rate": "contacts", "calls_resolved_rate": "contacts", "answer_speed": "contacts",
    "plan_on_time_rate": "plan_items", "feedback_rate": "feedback_summaries", "feedback_deductions": "feedback_summaries",
    "deductions": "deductions", "complaint_rate": "complaints tickets", "complaints": "complaints", "complaint_deductions": "complaints",
    "violation_severity": "violations", "renewal_rate": "renewals", "exam_score": "exams", "trainings": "trainings",
    "training_hours": "trainings", "certificate_points": "certificates", "sharing": "sharings", "task_points": "tasks task_shares",
    "workload_share": "workloads", "profit_attainment": "orders order_splits", "observed_rate": "observations",
    "observed_score": "observations", "rating": "ratings",
}  # fmt: skip
"""The shapes a measure cannot do without; everything not named here is about tickets."""

MEASURES: dict[str, Callable[[Case], Measured]] = {
    function.__name__: function
    for function in (
        tickets_solved, tickets_received, first_response_time, first_response_attainment, acknowledge_time, resolution_time,
        resolution_attainment, sla_attainment, reopen_rate, one_touch_rate, reassignments, backlog, csat, survey_score,
        calls_answered_rate, calls_resolved_rate, answer_speed, plan_on_time_rate, feedback_rate, feedback_deductions, deductions,
        complaint_rate, complaints, complaint_deductions, violation_severity, renewal_rate, exam_score, trainings, training_hours,
        certificate_points, sharing, task_points, workload_share, profit_attainment, observed_rate, observed_score, rating,
    )
}  # fmt: skip


def measure(case: Case) -> Measured:
    """The measured value of one indicator of one seat."""
    use = case.indicator.measure.use
    if not all(case.files.covers(shape) for shape in SOURCES.get(use, "tickets").split()):
        return Measured(None, 0, 0, "no_source")
    return MEASURES[use](case)
