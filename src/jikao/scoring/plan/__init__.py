"""Scheme -> plan: named steps, each a small Ibis expression over the tables of the steps before it.

Every step is materialised by the engine before the next one runs, so no statement grows with the number of
indicators and none is computed twice. Keys inside a run are whole numbers: ``rid`` is one person in one seat of one
period, ``pid`` one person in one period.
"""

from __future__ import annotations

from collections.abc import Callable

from jikao.evidence.measures import LONG, formula_of
from jikao.scheme.text import Text
from jikao.scoring.plan.exports import export_steps
from jikao.scoring.plan.gather import facts_step, gather_steps, gathering
from jikao.scoring.plan.graded import graded_step, group_sizes, ranked_step
from jikao.scoring.plan.marks import marks_steps
from jikao.scoring.plan.measured import measures_step
from jikao.scoring.plan.roster import roster_steps, somebody_moved
from jikao.scoring.plan.step import MEASURED, Step, staged
from jikao.scoring.plan.sums import near_edges, rounded_step, standing_steps, sum_steps
from jikao.scoring.plan_key import Phase, PlanKey, sources_there
from jikao.scoring.tables import common_unit


def phase_steps(key: PlanKey, phase: Phase, *, sliced: bool, wide: bool) -> list[Step]:
    """The steps of one phase. Between phases the run looks at the data once: did somebody move, are denominators wide,
    which totals are near an edge, how large are the peer groups.
    """
    rules = key.rules
    phases: dict[Phase, Callable[[], list[Step]]] = {
        "roster": lambda: [
            *roster_steps(rules),
            Step("somebody_moved", Text("有无岗位变动", "did somebody change position"), somebody_moved()),
        ],
        "gather": lambda: _gather_phase(key, sliced),
        "mark": lambda: marks_steps(wide),
        "sum": lambda: [*sum_steps(rules), *standing_steps(rules, sliced)],
        "round": lambda: [rounded_step(rules)],
        "settle": lambda: [Step("near", Text("临界总分", "totals near an edge"), near_edges())],
        "grade": lambda: [
            graded_step(rules, sliced),
            ranked_step(rules),
            Step("sizes", Text("各组人数", "sizes of peer groups"), group_sizes()),
        ],
        "export": lambda: export_steps(common_unit(rules)),
    }
    return phases[phase]()


def _gather_phase(key: PlanKey, sliced: bool) -> list[Step]:
    lines = [x for x in key.rules.lines if x.indicator.measure.use not in LONG and sources_there(x.indicator, key.covered)]
    gathered = gathering([formula_of(x.indicator) for x in lines])
    measured = staged("measured", MEASURED)
    return [
        *gather_steps(gathered, key.periods, sliced, key.scope),
        facts_step(gathered, sliced, key.scope),
        measures_step(key.rules, key.covered, gathered, sliced, key.scope, key.periods),
        Step("widest", Text("最大分母", "largest denominator"), measured.agg(den=measured.den.max())),
    ]
