"""Grades, flags, coverage and ranks."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
from ibis.expr import types as ir

from jikao.evidence.portable import (
    as_int64,
    both,
    count_if,
    idiv,
    whole,
    zero_if_null,
)
from jikao.scheme.model import Condition
from jikao.scheme.rules import Rules
from jikao.scheme.text import Text
from jikao.scoring.plan.step import RANKED, RESULTS, ROSTER, ROUNDED, Step, staged
from jikao.scoring.plan.sums import extras_schema, flagged_clauses
from jikao.scoring.tables import SETTLED, common_unit


def graded_step(rules: Rules, sliced: bool) -> Step:
    """Grades by bands or counted rules, coverage, flags and what state a result is in."""
    roster, rounded, settled, extras = (
        staged("roster", ROSTER), staged("rounded", ROUNDED), staged("settled", SETTLED), staged("extras", extras_schema(rules)),
    )  # fmt: skip
    exact = rounded.left_join(settled, ["pid", "node"])
    exact = exact.select("pid", "node", hundredths=exact.hundredths_right.fill_null(exact.hundredths))
    t = _people(roster, extras, rules, sliced)
    totals = exact.filter(exact.node == 0).select("pid", total_points=exact.hundredths)
    t = t.left_join(totals, "pid").drop("pid_right")
    conditions = _conditions(rules)
    if conditions:
        shares = exact.filter(exact.node != 0)
        counts = shares.group_by("pid").agg(
            sections=shares.count().cast("int64"), **{f"c{i}": count_if(shares, _meets(shares, c)) for i, c in enumerate(conditions)}
        )
        t = t.left_join(counts, "pid").drop("pid_right")
    needed = int(rules.scheme.grades.needs_coverage * 10_000)
    state = ibis.cases((t.held > 0, "held"), (t.total_points.isnull(), "nothing"), (t.coverage < needed, "insufficient"), else_="scored")
    t = t.mutate(state=state, total=(t.held > 0).ifelse(whole(None), t.total_points))
    graded = t.state == "scored"
    grade = graded.ifelse(_grade(rules, t, conditions), ibis.null("string"))
    flags = _flags(rules, t, grade, conditions)
    return Step("graded", Text("评定等级", "grades"), t.mutate(grade=grade, flags=flags).select(*RESULTS))


def _people(roster: ir.Table, extras: ir.Table, rules: Rules, sliced: bool) -> ir.Table:
    """One row per person and period, with what stands against a grade: lines held, and coverage in basis points."""
    raised = [f"flag{no}" for no in flagged_clauses(rules)]
    t = roster.inner_join(extras.select("rid", "held", "scored_units", *raised), "rid")
    full = whole(int(rules.scheme.total.full * common_unit(rules)))
    if sliced:
        last = ibis.window(group_by="pid", order_by=ibis.desc("seat"))
        own = ibis.window(group_by="pid")
        t = t.mutate(
            nth=ibis.row_number().over(last),
            held=as_int64(t.held.sum().over(own)),
            weighted=as_int64((t.scored_units * t.days).sum().over(own)),
            all_days=as_int64(t.days.sum().over(own)),
            **{name: as_int64(t[name].sum().over(own)) for name in raised},
        )
        t = t.filter(t.nth == 0)
        t = t.mutate(coverage=idiv(t.weighted * 10_000, full * t.all_days))
    else:
        t = t.mutate(coverage=idiv(t.scored_units * 10_000, full))
    return t.select("pid", "period_no", "person", "department", "team", "position", "seats", "held", "coverage", *raised)


def _conditions(rules: Rules) -> list[Condition]:
    grades = rules.scheme.grades
    found = [c for rule in grades.rules for c in rule.when] + [c for flag in grades.flags for c in flag.when]
    return list(dict.fromkeys(found))


def _meets(shares: ir.Table, condition: Condition) -> ir.Value:
    line = condition.from_ if condition.from_ is not None else condition.below
    assert line is not None  # noqa: S101 - the checks require exactly one line
    edge = whole(int(line * 100))
    return shares.hundredths >= edge if condition.from_ is not None else shares.hundredths < edge


def _holds(t: ir.Table, condition: Condition, conditions: Sequence[Condition]) -> ir.Value:
    count = zero_if_null(t[f"c{conditions.index(condition)}"])
    if condition.at_least is not None:
        return count >= condition.at_least
    if condition.exactly is not None:
        return count == condition.exactly
    return count == 0 if condition.none else (count == t.sections) & (count > 0)


def _grade(rules: Rules, t: ir.Table, conditions: Sequence[Condition]) -> ir.Value:
    grades = rules.scheme.grades
    if grades.rules:
        cases = [(both(*[_holds(t, c, conditions) for c in rule.when]), ibis.literal(rule.id)) for rule in grades.rules if rule.when]
        return ibis.cases(*cases, else_=ibis.literal(grades.rules[-1].id)) if cases else ibis.literal(grades.rules[-1].id)
    if not grades.bands:
        return ibis.null("string")
    step = 10 ** (2 - grades.round)
    score = idiv(t.total * 2 + step, 2 * step) * step
    bands = sorted(grades.bands, key=lambda b: b.from_, reverse=True)
    return ibis.cases(*[(score >= int(b.from_ * 100), ibis.literal(b.id)) for b in bands], else_=ibis.null("string"))


def _flags(rules: Rules, t: ir.Table, grade: ir.Value, conditions: Sequence[Condition]) -> ir.Value:
    """Ids of what raised a flag, joined by commas: indicators by a flagged clause, then the grade, then the scheme's flags."""
    grades = rules.scheme.grades
    raised = [(x.indicator.id, t[f"flag{x.no}"] > 0) for x in rules.lines if x.no in flagged_clauses(rules)]
    graded = t.state == "scored"
    raised += [(rule.id, graded & (grade == rule.id)) for rule in grades.rules if rule.flag is not None]
    raised += [(flag.id, both(graded, *[_holds(t, c, conditions) for c in flag.when])) for flag in grades.flags]
    joined = ibis.literal("")
    for name, met in raised:
        joined = joined + met.fill_null(False).ifelse(ibis.literal(f",{name}"), ibis.literal(""))
    return joined.substr(1) if raised else joined


def ranked_step(rules: Rules) -> Step:
    """Ranks among scored peers of the same period: equal totals share the better rank (1, 1, 3)."""
    t = staged("graded", RESULTS)
    peers = rules.scheme.rank.peers
    group = ["period_no", "is_scored"] + ([] if peers == "everybody" else [peers])
    t = t.mutate(is_scored=t.state == "scored")
    ordered = ibis.window(group_by=group, order_by=ibis.desc("total"))
    t = t.mutate(place=ibis.rank().over(ordered), company=t.pid.count().over(ibis.window(group_by=group)))
    scored = t.mutate(
        rank=t.is_scored.ifelse((t.place + 1).cast("int64"), whole(None)), peers=t.is_scored.ifelse(t.company.cast("int64"), whole(None))
    )
    return Step("ranked", Text("同组排名", "ranks among peers"), scored.select(*RANKED))


def group_sizes() -> ir.Table:
    """The sizes of the peer groups that were ranked."""
    ranked = staged("ranked", RANKED)
    return ranked.filter(ranked.peers.notnull()).select("peers").distinct()
