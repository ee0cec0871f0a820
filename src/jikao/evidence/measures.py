"""How every measure of the vocabulary comes to be: aggregates over one shape, and a formula over the aggregates.

Aggregates that read the same shape with the same credit rule are gathered in one scan (``gather``). A formula then
makes numerator, denominator, ``n`` and ``base`` from the gathered columns of one person, period and seat. Nothing
here knows curves or points.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import ibis
from ibis.expr import types as ir

from jikao.evidence.credits import NUMBER
from jikao.evidence.portable import both, count_if, count_known, is_one_of, lookup, total, whole, zero_if_null
from jikao.evidence.shapes import SCALES, Type
from jikao.scheme.model import Indicator
from jikao.scheme.number import MICRO
from jikao.scheme.params import params_of


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One aggregated column: a credit rule, a name that says what is aggregated (equal names are computed once), how."""

    credit: str
    name: str
    build: Callable[[ir.Table], ir.Value]
    rows: Callable[[ir.Table], ir.Value]
    """Which rows of the credit rule it looks at: the evidence behind it."""
    of: str = ""
    share: float = 0
    """With ``of``, a name for what ``build`` makes of each row: the column is their percentile at this share, in whole
    seconds. Percentiles of the same name are read from one sorted list."""


@dataclass(frozen=True, slots=True)
class Values:
    """What a formula yields for each row of the roster, all 64-bit; ``held`` marks rows that wait for somebody."""

    num: ir.Value
    den: ir.Value
    n: ir.Value
    base: ir.Value
    held: ir.Value | None = None


Columns = Callable[[str], ir.Value]
"""Gives a formula its aggregated column by the name the formula knows it by."""


@dataclass(frozen=True, slots=True)
class Formula:
    """Aggregates by the names the formula uses, and the formula over them."""

    needs: Mapping[str, Aggregate]
    values: Callable[[Columns], Values]
    recipients: tuple[str, ...] = ()
    """Whom a weekly summary must reach, for the formulas over ``dues``."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A measure as one indicator asks for it."""

    indicator: Indicator
    params: Mapping[str, Any]

    def number(self, name: str) -> Decimal:
        value = self.params[name]
        if not isinstance(value, Decimal):
            raise TypeError(f"{self.indicator.id}.{name} is {value!r}, not a number: the checks should have stopped this")
        return value

    def word(self, name: str) -> str:
        return str(self.params[name])

    def words(self, name: str) -> tuple[str, ...]:
        return tuple(self.params[name] or ())

    def numbers(self, name: str) -> list[tuple[str, int]]:
        """A table of numbers in millionths."""
        return [(key, int(value * MICRO)) for key, value in (self.params[name] or {}).items()]


def ask(indicator: Indicator) -> Ask:
    """A measure with its parameters, as an indicator asks for it."""
    return Ask(indicator, params_of(indicator.measure))


def formula_of(indicator: Indicator) -> Formula:
    """The formula of an indicator whose measure is computed from aggregates (all but the long ones)."""
    return FORMULAS[indicator.measure.use](ask(indicator))


LONG = ("rating", "deductions")
"""Measures with a row per indicator in the evidence itself: computed for all indicators at once, in the plan."""


def _tag(*parts: object) -> str:
    return "·".join(str(p) for p in parts if p not in ((), None, ""))


def _count(credit: str, tag: str, where: Callable[[ir.Table], ir.Value]) -> Aggregate:
    return Aggregate(credit, _tag("count", tag), lambda t: count_if(t, where(t)), where)


def _known(credit: str, tag: str, what: Callable[[ir.Table], ir.Value], where: Callable[[ir.Table], ir.Value]) -> Aggregate:
    return Aggregate(credit, _tag("known", tag), lambda t: count_known(what(t), where(t)), lambda t: both(where(t), what(t).notnull()))


def _sum(credit: str, tag: str, what: Callable[[ir.Table], ir.Value]) -> Aggregate:
    return Aggregate(credit, _tag("sum", tag), lambda t: total(what(t)), lambda t: what(t).notnull())


def _always(_: ir.Table) -> ir.Value:
    return ibis.literal(True)


def _where(condition: ir.Value, value: ir.Value) -> ir.Value:
    return condition.ifelse(value, whole(None))


def _ratio(num: Aggregate, den: Aggregate, base: Aggregate | None = None) -> Formula:
    """Share of ``num`` in ``den``; nothing counted is N/A."""
    needs = {"num": num, "den": den, "base": base or den}
    return Formula(needs, lambda c: Values(zero_if_null(c("num")), zero_if_null(c("den")), zero_if_null(c("den")), zero_if_null(c("base"))))


def _plain(what: Aggregate, rows: Aggregate, den: int = 1) -> Formula:
    """A count or sum for which no rows mean zero."""
    needs = {"num": what, "n": rows}
    return Formula(needs, lambda c: Values(zero_if_null(c("num")), whole(den), zero_if_null(c("n")), zero_if_null(c("n"))))


def _mean(what: Aggregate, rows: Aggregate, base: Aggregate | None = None, *, times: int = 1, per: int = 1) -> Formula:
    """``times`` x mean of a column stored in units of 1/``per``; no rows are N/A."""
    needs = {"num": what, "n": rows, "base": base or rows}
    return Formula(
        needs,
        lambda c: Values(
            zero_if_null(c("num")) * whole(times), zero_if_null(c("n")) * whole(per), zero_if_null(c("n")), zero_if_null(c("base"))
        ),
    )


# --- tickets -----------------------------------------------------------------------------------------------------


def _ticket_filter(a: Ask) -> tuple[str, Callable[[ir.Table], ir.Value]]:
    requester, priorities, kinds = a.word("requester"), a.words("priorities"), a.words("kinds")
    if requester == "any" and not priorities and not kinds:
        return "", _always

    def where(t: ir.Table) -> ir.Value:
        asked = ibis.literal(True) if requester == "any" else t.requester_kind == requester
        return both(asked, is_one_of(t.priority, priorities), is_one_of(t.kind, kinds))

    return _tag(
        "" if requester == "any" else requester, *(("priority", *priorities) if priorities else ()), *(("kind", *kinds) if kinds else ())
    ), where


def _duration(start: str, stop: str, clock: str) -> Callable[[ir.Table], ir.Value]:
    if clock == "working":
        return lambda t: t[f"{stop}_work"] - t[f"{start}_work"]
    return lambda t: (t[f"{stop}_at"].epoch_seconds() - t[f"{start}_at"].epoch_seconds()).cast("int64")


def _length(credit: str, name: str, length: Callable[[ir.Table], ir.Value], a: Ask, base: Aggregate | None = None) -> Formula:
    """A statistic over lengths of time: mean exactly, median and P90 as whole seconds.

    ``base``: all rows that could have a length, by default every ticket asked for.
    """
    tag, where = _ticket_filter(a) if "requester" in a.params else ("", _always)
    stat, base = a.word("stat"), base or _count(credit, tag, where)

    def seconds(t: ir.Table) -> ir.Value:
        return length(t) if where is _always else _where(where(t), length(t))

    rows = _known(credit, _tag(name, tag), length, where)
    if stat == "mean":
        return _mean(_sum(credit, _tag(name, tag), seconds), rows, base)
    share = {"median": 0.5, "p90": 0.9}[stat]
    middle = Aggregate(credit, _tag(stat, name, tag), seconds, rows.rows, of=_tag(name, tag), share=share)
    return Formula(
        {"num": middle, "n": rows, "base": base},
        lambda c: Values(
            zero_if_null(c("num")), (zero_if_null(c("n")) > 0).ifelse(whole(1), whole(0)), zero_if_null(c("n")), zero_if_null(c("base"))
        ),
    )


def _attained(credit: str, name: str, length: Callable[[ir.Table], ir.Value], a: Ask) -> Formula:
    tag, where = _ticket_filter(a)
    within = int(a.number("within"))
    return _ratio(
        _count(credit, _tag(name, "within", within, tag), lambda t: both(where(t), length(t) <= within)),
        _known(credit, _tag(name, tag), length, where),
    )


def _tickets(credit: str, a: Ask) -> Formula:
    tag, where = _ticket_filter(a)
    rows = _count(credit, tag, where)
    return _plain(rows, rows)


def _ticket_ratio(
    credit: str, name: str, counts: Callable[[ir.Table], ir.Value], among: Callable[[ir.Table], ir.Value] | None, a: Ask
) -> Formula:
    """The tickets for which ``counts`` holds, among those that have a value in ``among``; without a value nothing counts."""
    tag, where = _ticket_filter(a)
    every = _count(credit, tag, where)
    known = every if among is None else _known(credit, _tag(name, tag), among, where)
    return _ratio(_count(credit, _tag(name, tag), lambda t: both(where(t), counts(t))), known, every)


def _reassignments(a: Ask) -> Formula:
    tag, where = _ticket_filter(a)
    return _mean(
        _sum("solved", _tag("reassignments", tag), lambda t: _where(where(t), t.reassignment_count)),
        _count("solved", _tag("reassignments", tag), lambda t: both(where(t), t.reassignment_count.notnull())),
        _count("solved", tag, where),
    )


def _backlog(a: Ask) -> Formula:
    tag, where = _ticket_filter(a)
    older = a.params["older_than"]
    if older is None:
        rows = _count("open", tag, where)
        return _plain(rows, rows)
    days = int(Fraction(older) / 86400)
    rows = _count("open", _tag(tag, "older", days), lambda t: both(where(t), t.period_end.delta(t.created_on, unit="day") > days))
    return _plain(rows, rows)


# --- surveys, calls ----------------------------------------------------------------------------------------------


def _csat(a: Ask) -> Formula:
    question, good = a.word("question"), math.ceil(a.number("good_from"))
    sent = _count("surveys", question, lambda t: t.question == question)
    answered = _known("surveys", question, lambda t: t.answer, lambda t: t.question == question)
    satisfied = _count("surveys", _tag(question, "from", good), lambda t: both(t.question == question, t.answer >= good))
    of = "answered" if a.word("of") == "answered" else "sent"
    return Formula(
        {"num": satisfied, "answered": answered, "sent": sent},
        lambda c: Values(zero_if_null(c("num")), zero_if_null(c(of)), zero_if_null(c("answered")), zero_if_null(c("sent"))),
    )


def _survey_score(a: Ask) -> Formula:
    question = a.word("question")
    return _mean(
        _sum("surveys", _tag(question, "answer"), lambda t: _where(t.question == question, t.answer)),
        _known("surveys", question, lambda t: t.answer, lambda t: t.question == question),
        _count("surveys", question, lambda t: t.question == question),
        times=20,
    )


# --- records -----------------------------------------------------------------------------------------------------


def _plan(a: Ask) -> Formula:
    kinds = a.words("kinds")

    def planned(t: ir.Table) -> ir.Value:
        return both(t.approved.fill_null(True), is_one_of(t.kind, kinds))

    def in_time(t: ir.Table) -> ir.Value:
        return both(planned(t), t.done_on.notnull(), t.done_on <= t.due_on)

    tag = _tag("plan", kinds)
    return Formula(
        {
            "num": _sum("plan_items", _tag(tag, "in time"), lambda t: _where(in_time(t), t.amount)),
            "den": _sum("plan_items", tag, lambda t: _where(planned(t), t.amount)),
            "n": _count("plan_items", tag, planned),
        },
        lambda c: Values(zero_if_null(c("num")), zero_if_null(c("den")), zero_if_null(c("n")), zero_if_null(c("n"))),
    )


def dues(recipients: Sequence[str]) -> str:
    """The credit rule of weekly summaries that must reach all these recipients; the plan builds its rows."""
    return _tag("dues", *recipients)


def _feedback_columns(a: Ask) -> dict[str, Aggregate]:
    credit = dues(a.words("recipients"))
    return {"sent": _count(credit, "sent", lambda t: t.complete), "due": _count(credit, "due", _always)}


def _feedback_rate(a: Ask) -> Formula:
    return Formula(
        _feedback_columns(a),
        lambda c: Values(zero_if_null(c("sent")), zero_if_null(c("due")), zero_if_null(c("due")), zero_if_null(c("due"))),
        a.words("recipients"),
    )


def deducted(t: ir.Table, indicator: Indicator) -> ir.Value:
    """Points (ten-thousandths) a deduction row takes: the fixed amount of its kind, or the amount entered."""
    fixed = [(name, int(k.each * NUMBER)) for name, k in indicator.entry.kinds.items() if k.each is not None]
    return ibis.coalesce(lookup(t.kind, fixed), t.amount) if fixed else t.amount


def _own_deduction(t: ir.Table, indicator: Indicator) -> ir.Value:
    return both(t.indicator == indicator.id, t.verified.fill_null(False))


def _feedback_deductions(a: Ask) -> Formula:
    indicator = a.indicator
    needs = _feedback_columns(a) | {
        "taken": _sum("deductions", _tag("of", indicator.id), lambda t: _where(_own_deduction(t, indicator), deducted(t, indicator))),
        "entries": _count("deductions", _tag("of", indicator.id), lambda t: _own_deduction(t, indicator)),
    }

    def values(c: Columns) -> Values:
        due, sent, entries = (zero_if_null(c(x)) for x in ("due", "sent", "entries"))
        complete = sent == due
        num = complete.ifelse(whole(0), zero_if_null(c("taken")))
        den = (due > 0).ifelse(whole(NUMBER), whole(0))
        return Values(num, den, due, due, held=both(due > 0, ~complete, entries == 0))

    return Formula(needs, values, a.words("recipients"))


def _complaint(a: Ask, causes: Sequence[str]) -> Callable[[ir.Table], ir.Value]:
    origin = a.word("origin") if "origin" in a.params else "any"

    def verified(t: ir.Table) -> ir.Value:
        whose = ibis.literal(True) if origin == "any" else t.origin == origin
        return both(t.state == "verified", is_one_of(t.cause, causes), whose)

    return verified


def _complaints(a: Ask) -> Formula:
    causes = a.words("causes")
    rows = _count("complaints", _tag(causes, a.word("origin")), _complaint(a, causes))
    return _plain(rows, rows)


def _complaint_rate(a: Ask) -> Formula:
    causes = a.words("causes")
    customers = Aggregate("solved", "customers", lambda t: t.requester.nunique().cast("int64"), lambda t: t.requester.notnull())
    handled = customers if a.word("per") == "customers" else _count("solved", "", _always)
    return _ratio(_count("complaints", _tag(causes, "any"), _complaint(a, causes)), handled)


def _complaint_deductions(a: Ask) -> Formula:
    causes = a.words("causes")
    verified, tag = _complaint(a, causes), _tag(causes, a.word("origin"))
    return _plain(
        _sum("complaints", _tag(tag, "taken"), lambda t: _where(verified(t), t.amount)), _count("complaints", tag, verified), den=NUMBER
    )


def _violations(a: Ask) -> Formula:
    """By the table of severities, or by the share decided for each case (AMB-16)."""
    levels, decided = a.numbers("levels"), a.params["decided"]
    return _plain(
        _sum(
            "violations",
            _tag("severity", decided or levels),
            lambda t: _where(t.state == "verified", t.share if decided else lookup(t.severity, levels)),
        ),
        _count("violations", "verified", lambda t: t.state == "verified"),
        den=MICRO,
    )


def _renewals(a: Ask) -> Formula:
    rows = _count("renewals", "", _always)
    if a.word("by") == "count":
        return _ratio(_count("renewals", "renewed", lambda t: t.renewed), rows)
    return Formula(
        {
            "num": _sum("renewals", "renewed amount", lambda t: _where(t.renewed, t.amount)),
            "den": _sum("renewals", "amount", lambda t: t.amount),
            "n": _count("renewals", "priced", lambda t: t.amount.notnull()),
            "base": rows,
        },
        lambda c: Values(zero_if_null(c("num")), zero_if_null(c("den")), zero_if_null(c("n")), zero_if_null(c("base"))),
    )


def _exam_counts(t: ir.Table) -> ir.Value:
    return (t.presence == "absent") | both(t.presence == "present", t.score.notnull())


def _exam_mark(t: ir.Table) -> ir.Value:
    return (t.presence == "absent").ifelse(whole(0), t.score)


def _exams(a: Ask) -> Formula:
    take = a.word("take")
    everything = _count("exams", "held", _always)
    if take == "best":
        needs = {"num": Aggregate("exams", "best", lambda t: _where(_exam_counts(t), _exam_mark(t)).max().cast("int64"), _exam_counts)}
        rows = _count("exams", "counted", _exam_counts)
        return Formula(
            needs | {"n": rows, "base": everything},
            lambda c: Values(
                zero_if_null(c("num")),
                (zero_if_null(c("n")) > 0).ifelse(whole(NUMBER), whole(0)),
                zero_if_null(c("n")),
                zero_if_null(c("base")),
            ),
        )
    chosen = _exam_counts if take == "average" else (lambda t: both(_exam_counts(t), t.held_on == t.last_exam_on))
    needs = {
        "num": _sum("exams", take, lambda t: _where(chosen(t), _exam_mark(t))),
        "n": _count("exams", _tag("counted", take), chosen),
        "base": everything,
    }
    return Formula(
        needs, lambda c: Values(zero_if_null(c("num")), zero_if_null(c("n")) * whole(NUMBER), zero_if_null(c("n")), zero_if_null(c("base")))
    )


def _certificates(a: Ask) -> Formula:
    levels = a.numbers("levels")
    return _plain(
        _sum("certificates", _tag("points", levels), lambda t: lookup(t.level, levels)), _count("certificates", "valid", _always), den=MICRO
    )


def _sharings(a: Ask) -> Formula:
    kinds, counts_to = a.words("kinds"), a.word("counts_to")

    def confirmed(t: ir.Table) -> ir.Value:
        where = ibis.literal(True) if counts_to == "any" else t.counts_to == counts_to
        return both(t.verifier.notnull(), is_one_of(t.kind, kinds), where)

    rows = _count("sharings", _tag(kinds, counts_to), confirmed)
    return _plain(rows, rows)


def _trainings(_: Ask) -> Formula:
    rows = _count("trainings", "", _always)
    return _plain(rows, rows)


def _training_hours(_: Ask) -> Formula:
    return _plain(_sum("trainings", "hours", lambda t: t.hours), _count("trainings", "", _always), den=NUMBER)


# --- points, orders, numbers measured elsewhere ------------------------------------------------------------------


def _task_points(a: Ask) -> Formula:
    """B against the best, the median or a target; peers are the people of the same department in the same period."""
    against, whole_task = a.word("against"), a.word("shared") == "each"
    own_points = _sum("points", "A", lambda t: t.A) if whole_task else _sum("points", "B", lambda t: t.points)
    needs = {"B": own_points, "n": _count("points", "", _always)}

    def values(c: Columns) -> Values:
        own, n = zero_if_null(c("B")), zero_if_null(c("n"))
        peers = ibis.window(group_by=["period_no", "department"])
        if against == "target":
            return Values(own, whole(int(a.number("target") * NUMBER)), n, n)
        if against == "best":
            return Values(own, own.max().over(peers).cast("int64"), n, n)
        doubled = (own.median().over(peers) * 2).round().cast("int64")
        return Values(own * whole(2), doubled, n, n)

    return Formula(needs, values)


def _workload(_: Ask) -> Formula:
    return _mean(_sum("workloads", "share", lambda t: t.share), _count("workloads", "", _always), per=MICRO)


def _profit(a: Ask) -> Formula:
    """A share of the value of the settled orders, perhaps less their direct costs; a loss counts as nothing (AMB-10)."""
    share = Fraction(a.number("profit_share"))
    target = int(a.number("target") * SCALES[Type.MONEY]) * share.denominator
    needs = {"value": _sum("splits", "value", lambda t: t.value), "n": _count("splits", "", _always)}
    if a.params["less_costs"]:
        needs["costs"] = _sum("costs", "amount", lambda t: t.amount)

    def values(c: Columns) -> Values:
        n, counted = zero_if_null(c("n")), zero_if_null(c("value")) * whole(share.numerator)
        if "costs" in needs:
            left = counted - zero_if_null(c("costs")) * whole(share.denominator)
            counted = (left > 0).ifelse(left, whole(0))
        return Values(counted, (n > 0).ifelse(whole(target), whole(0)), n, n)

    return Formula(needs, values)


def _observed_rate(a: Ask) -> Formula:
    code = a.word("code")
    complete: Callable[[ir.Table], ir.Value] = lambda t: both(t.code == code, t.numerator.notnull(), t.denominator.notnull())  # noqa: E731
    return Formula(
        {
            "num": _sum("observations", _tag(code, "numerator"), lambda t: _where(complete(t), t.numerator)),
            "den": _sum("observations", _tag(code, "denominator"), lambda t: _where(complete(t), t.denominator)),
            "n": _count("observations", _tag(code, "complete"), complete),
            "base": _count("observations", code, lambda t: t.code == code),
        },
        lambda c: Values(zero_if_null(c("num")), zero_if_null(c("den")), zero_if_null(c("n")), zero_if_null(c("base"))),
    )


def _observed_score(a: Ask) -> Formula:
    code = a.word("code")
    return _mean(
        _sum("observations", _tag(code, "score"), lambda t: _where(t.code == code, t.score)),
        _count("observations", _tag(code, "score"), lambda t: both(t.code == code, t.score.notnull())),
        _count("observations", code, lambda t: t.code == code),
        per=NUMBER,
    )


FORMULAS: dict[str, Callable[[Ask], Formula]] = {
    "tickets_solved": lambda a: _tickets("solved", a),
    "tickets_received": lambda a: _tickets("received", a),
    "first_response_time": lambda a: _length(
        "responded", _tag("response", a.word("clock")), _duration("created", "responded", a.word("clock")), a
    ),
    "first_response_attainment": lambda a: _attained(
        "responded", _tag("response", a.word("clock")), _duration("created", "responded", a.word("clock")), a
    ),
    "acknowledge_time": lambda a: _length(
        "solved", _tag("acknowledge", a.word("clock")), _duration("created", "acknowledged", a.word("clock")), a
    ),
    "resolution_time": lambda a: _length(
        "solved" if a.word("to") == "full" else "first_solved",
        _tag("resolution", a.word("to"), a.word("clock")),
        _duration("created", "solved", a.word("clock")) if a.word("to") == "full" else _first_resolution(a.word("clock")),
        a,
    ),
    "resolution_attainment": lambda a: _attained(
        "solved", _tag("resolution", a.word("clock")), _duration("created", "solved", a.word("clock")), a
    ),
    "sla_attainment": lambda a: _ticket_ratio("solved", "sla", lambda t: t.sla_met, lambda t: t.sla_met, a),
    "reopen_rate": lambda a: _ticket_ratio("first_solved", "reopened", lambda t: t.reopen_count > 0, None, a),
    "one_touch_rate": lambda a: _ticket_ratio(
        "solved", "one touch", lambda t: both(t.reply_count < 2, t.reopen_count.fill_null(0) == 0), lambda t: t.reply_count, a
    ),
    "reassignments": _reassignments,
    "backlog": _backlog,
    "csat": _csat,
    "survey_score": _survey_score,
    "calls_answered_rate": lambda _: _ratio(_count("contacts", "answered", lambda t: t.answered), _count("contacts", "", _always)),
    "calls_resolved_rate": lambda _: _ratio(
        _count("contacts", "resolved", lambda t: both(t.answered, t.resolved)),
        _count("contacts", "outcome known", lambda t: both(t.answered, t.resolved.notnull())),
        _count("contacts", "answered", lambda t: t.answered),
    ),
    "answer_speed": lambda a: _length(
        "contacts", "wait", lambda t: _where(t.answered, t["wait"]), a, _count("contacts", "answered", lambda t: t.answered)
    ),
    "plan_on_time_rate": _plan,
    "feedback_rate": _feedback_rate,
    "feedback_deductions": _feedback_deductions,
    "complaint_rate": _complaint_rate,
    "complaints": _complaints,
    "complaint_deductions": _complaint_deductions,
    "violation_severity": _violations,
    "renewal_rate": _renewals,
    "exam_score": _exams,
    "trainings": _trainings,
    "training_hours": _training_hours,
    "certificate_points": _certificates,
    "sharing": _sharings,
    "task_points": _task_points,
    "workload_share": _workload,
    "profit_attainment": _profit,
    "observed_rate": _observed_rate,
    "observed_score": _observed_score,
}
"""Every measure but the long ones, by name."""


def _first_resolution(clock: str) -> Callable[[ir.Table], ir.Value]:
    """To the first solve; where the source knows only one solve, that one."""
    if clock == "working":
        return lambda t: t.first_solved_work.fill_null(t.solved_work) - t.created_work
    return lambda t: (t.first_solved_at.fill_null(t.solved_at).epoch_seconds() - t.created_at.epoch_seconds()).cast("int64")
