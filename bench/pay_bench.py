"""Payout beside the scoring of the same run: ``python bench/pay_bench.py --sizes 1k,10k,100k`` (sizes are people).

December is scored from ten tickets a person (the ten indicators of ``scheme.yaml``); then the same results are paid: by
conduct, grades and redistribution, and by output value with workload shares and advances. Every run has a process of its
own. Before any time is printed all balances must sum to zero, person by person what was earned must equal what was paid,
and the totals must equal those of a few lines of SQL that know nothing of the payout room.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
from cost import cpu_seconds, peak_mib
from generate import CALENDAR, YEAR, generate, size_of
from pay_money import money

from jikao.evidence.snapshot import Snapshot
from jikao.scheme.period import parse_period
from jikao.scheme.problem import errors

HERE = Path(__file__).resolve().parent
DECEMBER = parse_period(f"{YEAR}-12")
TICKETS_A_YEAR = 120
TITLES = {"scoring": "scoring", "grades": "pay: conduct, grades, redistribution", "orders": "pay: output value, workload shares, advances"}
STAGES = {"reading": "reading", "computing": "computing", "statements": "statements", "sealing": "all of it, checked and sealed"}


def main() -> None:
    if sys.argv[1:2] == ["--worker"]:
        print(json.dumps(work(sys.argv[2], Path(sys.argv[3]))))
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1k,10k,100k")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--data", default="")
    asked = parser.parse_args()
    data = Path(asked.data or tempfile.mkdtemp(prefix="jikao-bench-"))
    measured: dict[int, dict[str, list[dict[str, Any]]]] = {}
    for size in map(size_of, asked.sizes.split(",")):
        folder = data / f"pay-{size}"
        folder.mkdir(parents=True, exist_ok=True)
        generate(size * TICKETS_A_YEAR, folder, per_person=TICKETS_A_YEAR, months=[11])
        money(size, folder)
        measured[size] = measure(folder, asked.repeats)
        print(report(size, measured[size]), flush=True)
    print(growth(measured))
    if not asked.data:
        shutil.rmtree(data)


def measure(folder: Path, repeats: int) -> dict[str, list[dict[str, Any]]]:
    """All repeats, interleaved; scoring comes first, for pay rests on its results."""
    seen: dict[str, list[dict[str, Any]]] = {name: [] for name in TITLES}
    for _ in range(repeats):
        for name, costs in seen.items():
            done = subprocess.run([sys.executable, __file__, "--worker", name, folder], capture_output=True, text=True, check=False)
            if done.returncode:
                sys.exit(f"{name} failed:\n{done.stdout}{done.stderr}")
            costs.append(json.loads(done.stdout.splitlines()[-1]))
    return seen


# --- one run, in a process of its own ----------------------------------------------------------------------------
def work(name: str, folder: Path) -> dict[str, Any]:
    tables: dict[str, tuple[Path, ...]] = {}
    for path in sorted((folder / "stored").glob("*.parquet")):
        shape = path.stem.partition("-")[0]
        tables[shape] = (*tables.get(shape, ()), path)
    snapshot = Snapshot(tables, CALENDAR)
    return _score(folder, snapshot) if name == "scoring" else _pay(name, folder, snapshot)


def _score(folder: Path, snapshot: Snapshot) -> dict[str, Any]:
    from jikao.scheme.read import read_file
    from jikao.scheme.rules import rules_of
    from jikao.scoring.run import score

    scheme = read_file(HERE / "scheme.yaml").scheme
    assert scheme is not None
    for old in ("scored", "runs-grades", "runs-orders"):
        shutil.rmtree(folder / old, ignore_errors=True)
    start, cpu = time.perf_counter(), cpu_seconds()
    score(rules_of(scheme), snapshot, [DECEMBER], folder / "scored")
    cost = {"wall": time.perf_counter() - start, "cpu": cpu_seconds() - cpu, "rss": peak_mib()}
    sealing = [_seal(name, folder, snapshot) for name in ("grades", "orders")]
    return cost | {"stages": {"sealing": sealing[0]}}


def _seal(name: str, folder: Path, snapshot: Snapshot) -> float:
    """Seal the run for the batches to rest on, and say how long it took."""
    from jikao.archive.seal import SchemeText, seal
    from jikao.scheme.read import read
    from jikao.scheme.rules import rules_of
    from jikao.scoring.needs import needed_rows

    scheme = read(scheme_text(name)).scheme
    assert scheme is not None
    needs = needed_rows(rules_of(scheme), snapshot, DECEMBER)
    text = SchemeText(scheme.scheme, scheme.version, "scheme.yaml", scheme_text(name).encode())
    start = time.perf_counter()
    sealed = seal(folder / f"runs-{name}", folder / "scored", scheme=text, snapshot=snapshot, needs=needs, periods=[DECEMBER])
    if sealed.path is None:
        sys.exit("\n".join(str(problem) for problem in sealed.problems[:5]))
    return time.perf_counter() - start


def _pay(name: str, folder: Path, snapshot: Snapshot) -> dict[str, Any]:
    from jikao.payout.compute import Job, pay
    from jikao.payout.reading import RunSource, read_facts, read_run
    from jikao.payout.statement import statements

    source = RunSource("bench", DECEMBER, scheme_text(name), folder / "scored" / "results.parquet", snapshot.tables["violations"])
    start, cpu = time.perf_counter(), cpu_seconds()
    job = Job(DECEMBER, [read_run(source)], read_facts(snapshot, DECEMBER.end))
    read = time.perf_counter()
    payroll = pay(job)
    computed = time.perf_counter()
    cost = {"wall": computed - start, "cpu": cpu_seconds() - cpu, "rss": peak_mib()}
    told = statements(payroll.entries, {}, job.facts.people)
    stated = time.perf_counter()
    if errors(payroll.problems):
        sys.exit("\n".join(str(problem) for problem in errors(payroll.problems)[:5]))
    check(name, payroll.entries, folder)
    if sum(statement.paid for statement in told) != sum(a for e in payroll.entries for x, a in e.postings if x.kind == "paid"):
        sys.exit("statements do not add up to what was paid: no times are printed")
    stages = {
        "reading": read - start,
        "computing": computed - read,
        "statements": stated - computed,
        "sealing": _batch(name, folder, snapshot),
    }
    return cost | {"entries": len(payroll.entries), "stages": stages}


def _batch(name: str, folder: Path, snapshot: Snapshot) -> float:
    """The whole of a batch, from the sealed run to the sealed batch."""
    from jikao.archive.batches import Approval, make_batch

    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        start = time.perf_counter()
        made = make_batch(Path(scratch) / "pay", folder / f"runs-{name}", snapshot, DECEMBER, Approval("maker", "approver"))
        if made.path is None:
            sys.exit("\n".join(str(problem) for problem in made.problems[:5]))
        return time.perf_counter() - start


def scheme_text(name: str) -> str:
    """The scheme of the benchmarks with the payout rules of this name."""
    return "\n".join((HERE / file).read_text(encoding="utf-8") for file in ("scheme.yaml", f"pay_{name}.yaml"))


def check(name: str, entries: Any, folder: Path) -> None:
    """Stop unless everything balances and the totals are those of SQL."""
    earned: defaultdict[str, int] = defaultdict(int)
    paid: defaultdict[str, int] = defaultdict(int)
    rules: defaultdict[str, int] = defaultdict(int)
    for entry in entries:
        if sum(amount for _, amount in entry.postings):
            sys.exit(f"{entry} does not balance: no times are printed")
        for account, amount in entry.postings:
            if account.kind == "pay" and entry.rule != "payment":
                earned[account.owner] += amount
                rules[entry.rule] += amount
            elif account.kind == "paid":
                paid[account.owner] += amount
    if {person: max(0, amount) for person, amount in earned.items() if amount > 0} != {
        person: amount for person, amount in paid.items() if amount
    }:
        sys.exit("what was paid is not what was earned: no times are printed")
    for rule, total in by_hand(name, folder).items():
        if rules[rule] != total:
            sys.exit(f"{rule}: {rules[rule]} fen, by hand {total}: no times are printed")


def by_hand(name: str, folder: Path) -> dict[str, int]:
    """Totals in fen, in SQL over the same files."""
    stored, con = folder / "stored", duckdb.connect()
    if name == "orders":
        half_up = "(2 * value * {} + 100) // 200"
        rest = f"value - {half_up.format(20)} - {half_up.format(15)}"
        orders = f"SELECT greatest(0, {rest} - amount) FROM '{stored}/order_splits.parquet' JOIN '{stored}/costs.parquet' USING (order_no)"
        return {"performance_pay": con.execute(f"SELECT sum(pool)::HUGEINT FROM ({orders}) x(pool)").fetchall()[0][0]}
    days = f"least(coalesce(left_on, DATE '{YEAR}-12-31'), DATE '{YEAR}-12-31') - greatest(coalesce(hired_on, DATE '{YEAR}-12-01'), DATE '{YEAR}-12-01') + 1"
    people = f"SELECT person, {days} AS days FROM '{stored}/people.parquet'"
    bases = f"SELECT person, kind, (2 * amount * days + 31) // 62 AS base FROM '{stored}/bonuses.parquet' JOIN ({people}) USING (person)"
    severity = "sum(CASE severity WHEN 'minor' THEN 10 WHEN 'major' THEN 25 ELSE 50 END)"
    broken = f"SELECT person, {severity} AS lost FROM '{stored}/violations.parquet' WHERE state = 'verified' AND happened_on >= '{YEAR}-12-01' GROUP BY person"
    conduct = f"""SELECT sum((2 * base * greatest(0, 50 - coalesce(lost, 0)) + 1000) // 2000)::HUGEINT
        FROM '{folder}/scored/results.parquet' JOIN ({bases}) USING (person) LEFT JOIN ({broken}) USING (person) WHERE kind = 'bonus_base'"""
    graded = f"""SELECT sum(base)::HUGEINT, -sum(CASE grade WHEN 'C' THEN least(base, 50000) WHEN 'D' THEN least(base, 150000) ELSE 0 END)::HUGEINT
        FROM '{folder}/scored/results.parquet' JOIN ({bases}) USING (person) WHERE kind = 'quarterly_bonus' AND grade IS NOT NULL"""
    base, effect = con.execute(graded).fetchall()[0]
    return {"conduct": con.execute(conduct).fetchall()[0][0], "grade_base": base, "grade_effect": effect}


# --- what is printed ---------------------------------------------------------------------------------------------
def report(size: int, seen: dict[str, list[dict[str, Any]]]) -> str:
    scoring = median(cost["wall"] for cost in seen["scoring"])
    lines = [f"\n## {size:,} people, totals equal to SQL's, {len(seen['scoring'])} repeats, interleaved\n"]
    lines += [
        f"| | wall s (median) | min–max | CPU s | µs a person | peak MiB | × scoring | {' | '.join(STAGES.values())} |",
        "|---" * (7 + len(STAGES)) + "|",
    ]
    for name, costs in seen.items():
        walls = [cost["wall"] for cost in costs]
        wall, cpu, rss = median(walls), median(cost["cpu"] for cost in costs), max(cost["rss"] for cost in costs)
        stages = [f"{median(found):.2f}" if (found := [c["stages"][s] for c in costs if s in c["stages"]]) else "" for s in STAGES]
        figures = f"{wall:.2f} | {min(walls):.2f}–{max(walls):.2f} | {cpu:.2f} | {wall / size * 1e6:.0f} | {rss:.0f} | {wall / scoring:.2f}"
        lines.append(f"| {TITLES[name]} | {figures} | {' | '.join(stages)} |")
    return "\n".join(lines)


def growth(measured: dict[int, dict[str, list[dict[str, Any]]]]) -> str:
    """How time grows from size to size: 1.00 is in proportion."""
    lines = ["\n## Growth\n", "| | | exponent |", "|---|---|---|"]
    for small, large in pairwise(sorted(measured)):
        for name, title in TITLES.items():
            walls = [median(cost["wall"] for cost in measured[size][name]) for size in (small, large)]
            lines.append(f"| {title} | {small:,} → {large:,} | {math.log(walls[1] / walls[0]) / math.log(large / small):.2f} |")
    return "\n".join(lines) if len(measured) > 1 else ""


if __name__ == "__main__":
    main()
