"""Marks: a value in fixed point, the clause its key falls in, and the points of that clause."""

from __future__ import annotations

import ibis
from ibis.expr import types as ir

from jikao.evidence.portable import (
    greatest_of,
    idiv,
    least_of,
    whole,
)
from jikao.scheme.model import Missing
from jikao.scheme.number import MICRO, NANO
from jikao.scheme.text import Text
from jikao.scoring.plan.step import MEASURED, Step, staged
from jikao.scoring.tables import CLAUSES, LINES

HUGE_VALUE = 9_000_000_000


def marks_steps(wide: bool) -> list[Step]:
    """Value -> key -> clause -> points: one range join of everybody's values with the table of clauses."""
    return [Step("marked", Text("按分段计分", "points by clause"), _marked(_valued(wide)))]


def _valued(wide: bool) -> ir.Table:
    """``nano``: the value in billionths, rounded down; ``key``: its floor or ceiling in millionths; ``loose``: 1 if rounded."""
    m, lines = staged("measured", MEASURED), staged("lines", LINES)
    t = m.inner_join(lines.select("line", "upper"), "line")
    t = t.select("rid", "line", "state", "upper", d=t.den.fill_null(whole(1)), a=t.num.fill_null(whole(0)))
    t = t.mutate(q=idiv(t.a, t.d), r=t.a % t.d)
    t = t.mutate(q=least_of(t.q, whole(HUGE_VALUE)))
    if wide:
        t = t.mutate(f=whole(0))
        for _ in range(3):
            t = t.mutate(step=t.r * 1000)
            t = t.mutate(f=t.f * 1000 + idiv(t.step, t.d), r=t.step % t.d)
    else:
        t = t.mutate(step=t.r * whole(NANO))
        t = t.mutate(f=idiv(t.step, t.d), r=t.step % t.d)
    low = t.q * MICRO + idiv(t.f, 1000)
    above = ((t.f % 1000 > 0) | (t.r > 0)).ifelse(whole(1), whole(0))
    return t.select(
        "rid",
        "line",
        "state",
        key=t.upper.ifelse(low + above, low),
        nano=t.q * whole(NANO) + t.f,
        loose=(t.r > 0).ifelse(whole(1), whole(0)),
    )


def _marked(v: ir.Table) -> ir.Table:
    lines, clauses = staged("lines", LINES), staged("clauses", CLAUSES)
    there = v.state == "measured"
    t = v.mutate(key=there.ifelse(v.key, whole(None)))
    t = t.left_join(clauses, [t.line == clauses.line, t.key >= clauses.lo, t.key < clauses.hi]).drop("line_right")
    t = t.inner_join(lines.select("line", "policy", "full", "fn", "fd", "bonus"), "line")
    way = greatest_of(t.nano - t.anchor, whole(0))
    t = t.mutate(product=least_of(way, t.span) * t.rise)
    t = t.mutate(climb=idiv(t.product, t.per), broken=((t.product % t.per > 0) | ((t.loose > 0) & (t.rise > 0))).fill_null(False))
    raw = t.rising.ifelse(t.worth + t.climb, t.worth - t.climb)
    t = t.mutate(state=_state(t), mark=least_of(greatest_of(raw, whole(0)), t.full))
    t = t.mutate(
        mark=ibis.cases((t.state == "scored", t.mark), (t.state == "zero", whole(0)), (t.state == "full", t.full), else_=whole(None)),
        broken=t.broken & (t.state == "scored"),
    )
    t = t.mutate(product=t.mark * t.fn)
    loose = (t.broken | (t.product % t.fd > 0).fill_null(False)).ifelse(whole(1), whole(0))
    return t.select(
        "rid",
        "line",
        "state",
        clause=(t.state == "scored").ifelse(t.clause, whole(None)),
        mark=t.mark,
        points=idiv(t.product, t.fd),
        loose=loose,
    )


def _state(t: ir.Table) -> ir.Value:
    """What became of a line: scored, held (somebody must act), or one of the policies for missing evidence (AMB-22)."""
    missing = ibis.cases(
        (t.bonus, "missing"), (t.policy == str(Missing.ZERO), "zero"), (t.policy == str(Missing.FULL), "full"),
        (t.policy == str(Missing.HOLD), "held"), else_="missing",
    )  # fmt: skip
    return ibis.cases(
        (t.state == "held", "held"),
        ((t.state == "measured") & t.clause.notnull(), "scored"),
        (t.state == "measured", "held"),
        else_=missing,
    )
