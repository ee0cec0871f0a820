"""Sections and totals: lines into sections, sections into the total, seats into persons; then the one rounding."""

from __future__ import annotations

from fractions import Fraction
from functools import reduce

import ibis
from ibis.expr import types as ir

from jikao.evidence.portable import (
    count_if,
    idiv,
    least_of,
    total,
    whole,
    zero_if_null,
)
from jikao.scheme.number import NANO
from jikao.scheme.rules import Rules, clauses_as_written
from jikao.scheme.text import Text
from jikao.scoring.plan.step import EXTRAS, MARKED, MEASURED, ROSTER, ROUNDED, STANDING, SUMMED, Step, staged
from jikao.scoring.tables import LINES, NODES, common_unit, rule_tables


def sum_steps(rules: Rules) -> list[Step]:
    """Lines into sections, sections into the total, deepest first; N/A renormalises inside its section (AMB-22)."""
    deepest = max(n.depth for n in rules.nodes)
    levels = [
        Step(f"level_{depth}", Text(f"第 {depth} 层合计", f"sections of level {depth}"), _level(depth, deepest))
        for depth in range(deepest, -1, -1)
    ]
    every = reduce(lambda a, b: a.union(b), [staged(f"level_{d}", SUMMED) for d in range(deepest + 1)])
    return [*levels, Step("summed", Text("各层合计", "sections and totals"), every)]


def _level(depth: int, deepest: int) -> ir.Table:
    nodes, lines, marked = staged("nodes", NODES), staged("lines", LINES), staged("marked", MARKED)
    here = nodes.filter(nodes.depth == depth).select("node", whole_units=nodes.units)
    own = lines.filter(~lines.bonus).select("line", "node", "units").inner_join(here.select("node"), "node")
    parts = marked.inner_join(own, "line").select("rid", "node", "units", "points", "loose")
    if depth < deepest:
        below = staged(f"level_{depth + 1}", SUMMED).inner_join(nodes.select("node", "parent", "units"), "node")
        parts = parts.union(
            below.select("rid", "units", "points", "loose", node=below.parent).select("rid", "node", "units", "points", "loose")
        )
    present = parts.points.notnull()
    sums = parts.group_by("rid", "node").agg(
        got=total(parts.points), have=total(present.ifelse(parts.units, whole(0))), loose=total(present.ifelse(parts.loose, whole(0)))
    )
    t = sums.inner_join(here, "node")
    t = t.mutate(have=zero_if_null(t.have))
    t = t.mutate(product=t.got * t.whole_units, over=(t.have > 0).ifelse(t.have, whole(1)))
    whole_section = t.have == t.whole_units
    points = ibis.cases((t.have == 0, whole(None)), (whole_section, t.got), else_=idiv(t.product, t.over))
    broken = (~whole_section & (t.product % t.over > 0).fill_null(False)).ifelse(whole(1), whole(0))
    return t.select("rid", "node", points=points, loose=t.loose + broken)


def standing_steps(rules: Rules, sliced: bool) -> list[Step]:
    """Each person's standing in every section and in all: seats weighted by days (A48), bonuses added, capped."""
    return [
        Step("extras", Text("加分与提示", "bonuses and flags"), _extras(rules)),
        Step("standing", Text("个人各层得分", "everybody's points"), _standing(rules, sliced)),
    ]


def flagged_clauses(rules: Rules) -> dict[int, list[int]]:
    """Clauses that raise a flag when they are hit, by line."""
    flagged = {x.no: [i for i, c in enumerate(clauses_as_written(rules.scheme, x.indicator)) if c.flag is not None] for x in rules.lines}
    return {no: clauses for no, clauses in flagged.items() if clauses}


def extras_schema(rules: Rules) -> dict[str, str]:
    """Columns of the extras: the fixed ones, and one for every line that can raise a flag."""
    return EXTRAS | {f"flag{no}": "int64" for no in flagged_clauses(rules)}


def _extras(rules: Rules) -> ir.Table:
    lines, marked = staged("lines", LINES), staged("marked", MARKED)
    t = marked.inner_join(lines.select("line", "bonus", "units"), "line")
    hits = {f"flag{no}": count_if(t, (t.line == no) & t.clause.isin(clauses)) for no, clauses in flagged_clauses(rules).items()}
    return t.group_by("rid").agg(
        **hits,
        bonus=zero_if_null(total(t.bonus.ifelse(t.points, whole(None)))),
        held=count_if(t, t.state == "held"),
        scored_units=zero_if_null(total((~t.bonus & (t.state == "scored")).ifelse(t.units, whole(0)))),
        loose=zero_if_null(total(t.bonus.ifelse(t.loose, whole(0)))),
    )


def _standing(rules: Rules, sliced: bool) -> ir.Table:
    summed, extras = staged("summed", SUMMED), staged("extras", extras_schema(rules))
    cap = int(rules.scheme.total.cap * NANO)
    t = summed.inner_join(extras.select("rid", "bonus", extra_loose="loose"), "rid")
    top = t.node == 0
    points = top.ifelse(least_of(t.points + t.bonus, whole(cap)), t.points)
    t = t.select("rid", "node", points=t.points.notnull().ifelse(points, whole(None)), loose=top.ifelse(t.loose + t.extra_loose, t.loose))
    if not sliced:
        return t.select("node", "points", "loose", pid=t.rid).select("pid", "node", "points", "loose")
    roster = staged("roster", ROSTER)
    t = t.inner_join(roster.select("rid", "pid", "days"), "rid").filter(ibis._.points.notnull())
    by_person = t.group_by("pid", "node").agg(
        product=total(t.points * t.days), days=total(t.days), loose=total(t.loose), seats=t.count().cast("int64")
    )
    broken = ((by_person.seats > 1) & (by_person["product"] % by_person.days > 0)).ifelse(whole(1), whole(0))
    return by_person.select("pid", "node", points=idiv(by_person["product"], by_person.days), loose=by_person.loose + broken)


HUNDREDTH = NANO // 100


def rounded_step(rules: Rules) -> Step:
    """Totals in hundredths of a point, half up; where counted rules grade, the sections' percentages too. ``near``:
    so close to a rounding edge that the exact value must decide (``settle``).
    """
    standing, nodes = staged("standing", STANDING), staged("nodes", NODES)
    t = standing.inner_join(nodes.select("node", "depth", "units"), "node").filter(ibis._.points.notnull())
    t = t.filter((t.node == 0) | (t.depth == 1)) if rules.scheme.grades.rules else t.filter(t.node == 0)
    unit = common_unit(rules)
    over = (t.node == 0).ifelse(whole(1), t.units)
    t = t.mutate(scaled=(t.node == 0).ifelse(t.points, t.points * whole(100 * unit)), over=over)
    t = t.mutate(nano=idiv(t.scaled, t.over), broken=t.scaled % t.over > 0)
    shifted = t.nano + HUNDREDTH // 2
    guard = (t.node == 0).ifelse(whole(rule_tables(rules).guard), whole(section_guard(rules)))
    edge = shifted % HUNDREDTH
    near = ((edge <= guard) | (edge >= HUNDREDTH - guard)) & ((t.loose > 0) | t.broken)
    return Step(
        "rounded", Text("总分取两位小数", "totals to two decimals"), t.select("pid", "node", hundredths=idiv(shifted, HUNDREDTH), near=near)
    )


def section_guard(rules: Rules) -> int:
    """The engine's largest error in a section's points turned into a percentage."""
    smallest = min((n.points for n in rules.nodes if n.points > 0), default=rules.nodes[0].points)
    return int(rule_tables(rules).guard * max(Fraction(1), 100 / smallest)) + 1


def near_edges() -> ir.Table:
    """The measured values of everybody whose total, or a section's percentage, is near a rounding edge."""
    rounded, roster = staged("rounded", ROUNDED), staged("roster", ROSTER)
    measured, lines = staged("measured", MEASURED), staged("lines", LINES)
    near = rounded.filter(rounded.near).select("pid").distinct()
    t = measured.inner_join(roster.select("rid", "pid", "seat", "days"), "rid").semi_join(near, "pid")
    t = t.inner_join(lines.select("line", "indicator"), "line")
    return t.select("pid", "seat", "days", "indicator", "num", "den", "n", "base", "state")
