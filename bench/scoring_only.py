"""Scoring alone: measured values in memory → totals and grades. ``python bench/scoring_only.py --sizes 100k,1M``.

The plan of a run (whole numbers, exact), its one-person interpreter (fractions), the same rules in NumPy (64-bit
floats) and as OpenFisca variables (its 32-bit floats). NumPy and OpenFisca get the quotients ready-made. NumPy's
totals must equal ours in every hundredth; how many of OpenFisca's do not is printed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import sheet
from cost import peak_mib
from generate import size_of

HERE = Path(__file__).resolve().parent
NAMES = list(sheet.CURVES)
TITLES = {
    "jikao": "jikao, whole numbers, exact",
    "numpy": "NumPy, 64-bit floats",
    "openfisca": "OpenFisca, 32-bit floats",
    "interpreter": "jikao, one person at a time, exact fractions",
}
Scored = tuple[float, Any]
"""Seconds, and the totals in hundredths by person."""

RANGES = {
    "solved": "hash(i * 3) % 400, 1", "backlog": "hash(i * 5) % 60, 1", "response": "hash(i * 7) % 20000, 1", "response_p90": "hash(i * 11) % 70000, 1",
    "sla": "d - hash(i * 13) % (d // 4 + 1), d", "resolution": "hash(i * 17) % 120000, 1", "reopen": "hash(i * 19) % (d // 5 + 1), d",
    "one_touch": "hash(i * 23) % (d + 1), d", "csat": "d - hash(i * 29) % (d // 2 + 1), d", "violations": "100000 * (hash(i * 31) % 5), 1000000",
}  # fmt: skip
"""Numerator and denominator of each indicator for person ``i``; one in thirty has no tickets and no rates."""


def make(people: int, path: Path) -> None:
    import duckdb

    sometimes = ("response", "response_p90", "sla", "resolution", "reopen", "one_touch", "csat")
    parts = []
    for line, name in enumerate(NAMES):
        num, den = RANGES[name].split(", ")
        there = "hash(i * 37) % 30 > 0" if name in sometimes else "true"
        parts.append(
            f"SELECT i AS rid, {line} AS line, CASE WHEN {there} THEN ({num})::BIGINT END AS num, CASE WHEN {there} THEN ({den})::BIGINT END AS den, "
            f"1 AS n, 1 AS base, CASE WHEN {there} THEN 'measured' ELSE 'nothing' END AS state FROM (SELECT i, 20 + hash(i * 41) % 300 AS d FROM range({people}) t(i))"
        )
    columns = "rid::BIGINT AS rid, line::BIGINT AS line, num, den, n::BIGINT AS n, base::BIGINT AS base, state"
    duckdb.connect().execute(f"COPY (SELECT {columns} FROM ({' UNION ALL '.join(parts)})) TO '{path}'")


def arrays(path: Path) -> dict[str, tuple[Any, Any]]:
    """Numerators and denominators by indicator, in the order of the people; a denominator of 0 is "nothing"."""
    import duckdb

    con = duckdb.connect()
    found = {}
    for line, name in enumerate(NAMES):
        got = con.execute(
            f"SELECT coalesce(num, 0) AS num, coalesce(den, 0) AS den FROM '{path}' WHERE line = {line} ORDER BY rid"
        ).fetchnumpy()
        found[name] = got["num"], got["den"]
    return found


# --- jikao -------------------------------------------------------------------------------------------------------


def _rules() -> Any:
    from jikao.scheme.read import read_file
    from jikao.scheme.rules import rules_of

    scheme = read_file(HERE / "scheme.yaml").scheme
    assert scheme is not None
    return rules_of(scheme)


ORDER = ("solved", "backlog", "response", "response_p90", "sla", "resolution", "reopen", "one_touch", "csat", "violations")
"""Our names in the order of the lines of scheme.yaml."""


def jikao(path: Path, repeats: int) -> list[Scored]:
    """The phases of a run after measuring, on tables in memory."""
    from jikao.evidence.backend import DuckEngine
    from jikao.scheme.period import parse_period
    from jikao.scoring.settle import settled_rows
    from jikao.scoring.statements import PlanKey, Statements
    from jikao.scoring.tables import CLAUSES, LINES, NODES, SETTLED, rule_tables

    rules = _rules()
    statements = Statements(PlanKey(rules, frozenset(("tickets", "surveys", "violations")), (parse_period("2025-01"),), "duckdb"))
    tables = rule_tables(rules)
    with tempfile.TemporaryDirectory() as scratch:
        on = DuckEngine(Path(scratch))
        for name, columns, rows in (("lines", LINES, tables.lines), ("clauses", CLAUSES, tables.clauses), ("nodes", NODES, tables.nodes)):
            on.values(name, columns, rows)
        number = " ".join(f"WHEN {NAMES.index(name)} THEN {no}" for no, name in enumerate(ORDER))
        on.stage("measured", f"SELECT rid, (CASE line {number} END)::BIGINT AS line, num, den, n, base, state FROM '{path}'")
        people = f"(SELECT DISTINCT rid FROM '{path}')"
        on.stage("roster", f"""SELECT rid, rid AS pid, 0::BIGINT AS period_no, 'E' || rid AS person, 0::BIGINT AS seat, 'D' || rid // 25 AS department,
            '' AS team, '' AS position, DATE '2025-01-01' AS from_on, DATE '2025-02-01' AS until_on, 31::BIGINT AS days, 1::BIGINT AS seats FROM {people}""")  # fmt: skip

        def once() -> float:
            start = time.perf_counter()
            for phase in ("mark", "sum", "round"):
                for step in statements.phase(phase):  # type: ignore[arg-type]
                    on.stage(step.name, step.sql)
            near = statements.phase("settle")[0]
            on.values("settled", SETTLED, settled_rows(rules, on.rows(near.sql)))
            graded = statements.phase("grade", sliced=False)[0]
            on.stage(graded.name, graded.sql)
            return time.perf_counter() - start

        once()
        seconds = [once() for _ in range(repeats)]
        totals = [t for (t,) in on.rows("SELECT total FROM graded ORDER BY pid")]
        return [(s, totals) for s in seconds]


def interpreter(path: Path, repeats: int) -> list[Scored]:
    """Two thousand people, one after the other, extrapolated."""
    from jikao.scoring.exact import Measured, Scorer

    rules, sample = _rules(), 2000
    values = {name: (num[:sample].tolist(), den[:sample].tolist(), len(num)) for name, (num, den) in arrays(path).items()}
    ids = dict(zip(ORDER, (line.indicator.id for line in rules.lines), strict=True))
    people = [
        {
            ids[name]: Measured(num[i], den[i], 1, 1, "measured") if den[i] else Measured(None, None, 0, 0, "nothing")
            for name, (num, den, _) in values.items()
        }
        for i in range(sample)
    ]
    scorer = Scorer(rules)

    def once() -> Scored:
        start = time.perf_counter()
        totals = [scorer.sheet(person).total for person in people]
        seconds = (time.perf_counter() - start) * values["solved"][2] / sample
        return seconds, [int(t * 100) for t in totals if t is not None]

    return [once() for _ in range(repeats)]


# --- NumPy -------------------------------------------------------------------------------------------------------


def quotients(path: Path) -> dict[str, Any]:
    import numpy as np

    return {name: np.where(den > 0, num / np.maximum(den, 1), np.nan) for name, (num, den) in arrays(path).items()}


def numpy(path: Path, repeats: int) -> list[Scored]:
    import numpy as np

    values = quotients(path)
    edges = np.array([edge for _, edge in reversed(sheet.GRADES)][1:])

    def marks(x: Any, curve: list[tuple[float, float, float]]) -> Any:
        starts, bases, slopes = (np.array(column, dtype=float) for column in zip(*curve, strict=True))
        clause = np.searchsorted(starts[1:], x, side="right")
        return np.clip(bases[clause] + slopes[clause] * (x - starts[clause]), 0, 100)

    def once() -> Scored:
        start = time.perf_counter()
        got, worth = 0.0, 0.0
        for parts in sheet.SECTIONS.values():
            own, have = 0.0, 0.0
            for name, points in parts.items():
                there = ~np.isnan(values[name])
                own = own + np.where(there, marks(values[name], sheet.CURVES[name]) * (points / 100), 0)
                have = have + there * points
            whole = sum(parts.values())
            got = got + np.where(have > 0, whole * own / np.maximum(have, 1), 0)
            worth = worth + (have > 0) * whole
        totals = np.floor(100 * 100 * got / worth + sheet.HALF).astype("int64")
        np.searchsorted(edges, totals, side="right")
        return time.perf_counter() - start, totals

    once()
    return [once() for _ in range(repeats)]


# --- OpenFisca ---------------------------------------------------------------------------------------------------


def openfisca(path: Path, repeats: int) -> list[Scored]:  # noqa: C901 - one class after another, as OpenFisca has it
    """One input variable per measured value, one computed per mark, section, total and grade."""
    import numpy as np
    from openfisca_core import entities, periods, taxbenefitsystems, variables
    from openfisca_core.simulations import SimulationBuilder

    person = entities.Entity("person", "persons", "", "")
    system = taxbenefitsystems.TaxBenefitSystem([person])

    def variable(name: str, formula: Callable[..., Any] | None, kind: type = float) -> None:
        body = {"value_type": kind, "entity": person, "definition_period": periods.DateUnit.MONTH, "label": name}
        system.add_variable(type(name, (variables.Variable,), body | ({"formula": formula} if formula else {})))

    def mark_of(name: str, points: float) -> Callable[..., Any]:
        starts, bases, slopes = (np.array(column, dtype="float32") for column in zip(*sheet.CURVES[name], strict=True))

        def formula(who: Any, period: Any) -> Any:
            x = who(name, period)
            clause = np.searchsorted(starts[1:], x, side="right")
            return np.clip(bases[clause] + slopes[clause] * (x - starts[clause]), 0, 100) * np.float32(points / 100)

        return formula

    def section_of(parts: dict[str, float]) -> Callable[..., Any]:
        def formula(who: Any, period: Any) -> Any:
            marks = {name: who(f"mark_{name}", period) for name in parts}
            have = sum(~np.isnan(mark) * np.float32(parts[name]) for name, mark in marks.items())
            own = sum(np.nan_to_num(mark) for mark in marks.values())
            return np.where(have > 0, np.float32(sum(parts.values())) * own / np.maximum(have, 1), np.nan)

        return formula

    def total(who: Any, period: Any) -> Any:
        sections = {name: who(f"section_{name}", period) for name in sheet.SECTIONS}
        worth = sum(~np.isnan(s) * np.float32(sum(sheet.SECTIONS[name].values())) for name, s in sections.items())
        return np.floor(100 * 100 * sum(np.nan_to_num(s) for s in sections.values()) / worth + 0.5).astype("int32")

    def grade(who: Any, period: Any) -> Any:
        return np.searchsorted(np.array([edge for _, edge in reversed(sheet.GRADES)][1:]), who("total", period), side="right").astype(
            "int32"
        )

    for section, parts in sheet.SECTIONS.items():
        for name, points in parts.items():
            variable(name, None)
            variable(f"mark_{name}", mark_of(name, points))
        variable(f"section_{section}", section_of(parts))
    variable("total", total, int)
    variable("grade", grade, int)
    values = {name: x.astype("float32") for name, x in quotients(path).items()}

    def once() -> Scored:
        builder = SimulationBuilder()
        builder.create_entities(system)
        builder.declare_person_entity("person", list(range(len(values["solved"]))))
        simulation = builder.build(system)
        for name, x in values.items():
            simulation.set_input(name, "2025-01", x)
        start = time.perf_counter()
        simulation.calculate("grade", "2025-01")
        return time.perf_counter() - start, simulation.calculate("total", "2025-01")

    once()
    return [once() for _ in range(repeats)]


# --- side by side ------------------------------------------------------------------------------------------------


def worker(name: str, path: Path, repeats: int, out: Path) -> None:
    import numpy as np

    scored = globals()[name](path, repeats)
    np.save(out, np.array(scored[-1][1], dtype="int64"))
    print(json.dumps({"seconds": [s for s, _ in scored], "rss": peak_mib()}))


def compare(people: int, repeats: int, scratch: Path) -> str:
    import numpy as np

    path = scratch / f"measured-{people}.parquet"
    make(people, path)
    lines = [
        f"\n## {people:,} people, {len(NAMES)} indicators\n",
        "| | s (median) | min–max | ns a value | peak MiB | totals off |",
        "|---|---|---|---|---|---|",
    ]
    seen: dict[str, Any] = {}
    for name, title in TITLES.items():
        out = scratch / f"{name}.npy"
        done = subprocess.run(
            [sys.executable, __file__, "--worker", name, path, str(repeats), out], capture_output=True, text=True, check=False
        )
        if done.returncode:
            sys.exit(f"{name} failed:\n{done.stderr}")
        cost = json.loads(done.stdout.splitlines()[-1])
        seen[name] = np.load(out)
        off = int((seen[name] != seen["jikao"][: len(seen[name])]).sum())
        if off and name != "openfisca":
            sys.exit(f"{name} differs from jikao in {off} totals: no times are printed")
        seconds = cost["seconds"]
        figures = f"{median(seconds):.3f} | {min(seconds):.3f}–{max(seconds):.3f} | {median(seconds) / people / len(NAMES) * 1e9:.0f} | {cost['rss']:.0f} | {off:,}"
        lines.append(f"| {title} | {figures} |")
    return "\n".join(lines)


def main() -> None:
    if sys.argv[1:2] == ["--worker"]:
        worker(sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]), Path(sys.argv[5]))
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="100k,1M")
    parser.add_argument("--repeats", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="jikao-bench-") as scratch:
        os.environ["JIKAO_CACHE"] = f"{scratch}/plans"
        for size in map(size_of, asked.sizes.split(",")):
            print(compare(size, asked.repeats, Path(scratch)), flush=True)


if __name__ == "__main__":
    main()
