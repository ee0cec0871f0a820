"""The engine's four result tables beside the oracle's: every difference as a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from pathlib import Path
from typing import Any

import duckdb

from jikao.scheme.model import Indicator, Scheme

from .appraisal import Result
from .marking import Marked, Sheet, domain_of, slope_of, stretches

NANO = 10**9
Key = tuple[Any, ...]
Table = Mapping[Key, Mapping[str, Any]]
Results = Mapping[tuple[str, str], Result]
"""The oracle's results by period and person."""

MEASURE, MARK, SECTION, RESULT = (
    ("period", "person", "seat", "indicator"), ("period", "person", "seat", "indicator"), ("period", "person", "seat", "section"), ("period", "person"),
)  # fmt: skip


def table(path: Path, keys: tuple[str, ...]) -> Table:
    """A parquet file as rows by key; no key may come twice."""
    with duckdb.connect() as con:
        read = con.execute("SELECT * FROM read_parquet(?)", [str(path)])
        names = [column[0] for column in read.description]
        rows = [dict(zip(names, row, strict=True)) for row in read.fetchall()]
    found = {tuple(row[name] for name in keys): row for row in rows}
    assert len(found) == len(rows), f"{path.name}: a key comes twice"
    return found


def differences(scheme: Scheme, results: Results, out: Path) -> list[str]:
    """All the engine and the oracle disagree on; nothing when they are equal. An indicator is named with its measure."""
    found = [
        *_compare("results", _results(results), table(out / "results.parquet", RESULT)),
        *_compare("measures", _measures(results), _valued(table(out / "measures.parquet", MEASURE))),
        *_compare("marks", _marks(scheme, results), table(out / "marks.parquet", MARK)),
        *_compare("sections", _sections(scheme, results), table(out / "sections.parquet", SECTION)),
    ]
    uses = {f"{indicator.id!r})": f"{indicator.id!r} {indicator.measure.use})" for indicator in scheme.indicators()}
    return [reduce(lambda text, pair: text.replace(*pair), uses.items(), one) for one in found]


def _compare(what: str, expected: Table, found: Table) -> Iterator[str]:
    for key in sorted(expected.keys() | found.keys(), key=str):
        if key not in found or key not in expected:
            yield f"{what} {key}: only the {'oracle' if key in expected else 'engine'} has it"
            continue
        for name, value in expected[key].items():
            if not _same(value, found[key][name]):
                yield f"{what} {key} {name}: oracle {value}, engine {found[key][name]}"


class Near:
    """A figure in billionths of a point that the engine keeps whole: the exact one may lie up to ``slack`` away."""

    def __init__(self, exact: Fraction | None, slack: Fraction) -> None:
        self.exact, self.slack = exact, slack

    def holds(self, found: int | None) -> bool:
        if self.exact is None or found is None:
            return self.exact is None and found is None
        return abs(found - self.exact * NANO) <= self.slack

    def __str__(self) -> str:
        return "None" if self.exact is None else f"{float(self.exact * NANO):.3f} ± {float(self.slack):.1f}"


def _same(expected: Any, found: Any) -> bool:
    return expected.holds(found) if isinstance(expected, Near) else bool(expected == found)


def _seats(results: Results) -> Iterator[tuple[Key, Sheet]]:
    for (period, person), result in results.items():
        for seat, sheet in zip(result.seats, result.sheets, strict=True):
            yield (period, person, seat.number), sheet


# --- measures ----------------------------------------------------------------------------------------------------
def _measures(results: Results) -> Table:
    return {
        (*key, line.indicator): {
            "value": line.measured.value,
            "n": line.measured.n,
            "base": line.measured.base,
            "state": line.measured.state,
        }
        for key, sheet in _seats(results)
        for line in sheet.lines
    }


def _valued(rows: Table) -> Table:
    return {
        key: {**row, "value": None if row["num"] is None or not row["den"] else Fraction(row["num"], row["den"])}
        for key, row in rows.items()
    }


# --- marks and sections ------------------------------------------------------------------------------------------
def _marks(scheme: Scheme, results: Results) -> Table:
    slopes = {indicator.id: steepest(scheme, indicator) for indicator in scheme.indicators()}
    rows = {}
    for key, sheet in _seats(results):
        for line in sheet.lines:
            slack = slack_of(line, slopes[line.indicator])
            share = line.worth / (line.full or 1)
            rows[(*key, line.indicator)] = {
                "state": line.state, "clause": line.clause, "mark": Near(line.mark, slack), "points": Near(line.points, slack * share + (share != 1)),
            }  # fmt: skip
    return rows


def slack_of(line: Marked, slope: Fraction) -> Fraction:
    """Nothing where value and mark are whole billionths; otherwise what cutting the value and the mark off can cost."""
    exact = (
        line.measured.value is None or line.mark is None or (line.measured.value * NANO).denominator == 1 == (line.mark * NANO).denominator
    )
    return Fraction(0) if exact or not slope else slope + 1


def steepest(scheme: Scheme, indicator: Indicator) -> Fraction:
    """Points of a mark for one more of the value, at most."""
    curve = scheme.curves[indicator.curve] if isinstance(indicator.curve, str) else indicator.curve
    clauses, _ = stretches(curve)
    return max(abs(slope_of(one, domain_of(indicator))) for one in clauses) * Fraction(curve.scale)


def _sections(scheme: Scheme, results: Results) -> Table:
    slopes = {indicator.id: steepest(scheme, indicator) for indicator in scheme.indicators()}
    rows = {}
    for key, sheet in _seats(results):
        slack = sections_slack(sheet, slopes)
        for name, (points, worth) in sheet.sections.items():
            rows[(*key, name)] = {"points": Near(points, slack), "of": Near(worth, Fraction(1))}
    return rows


def sections_slack(sheet: Sheet, slopes: Mapping[str, Fraction]) -> Fraction:
    """What all lines together can be off, as renormalising swells it, and one for every section on the way."""
    worths = [*(worth for _, worth in sheet.sections.values()), *(line.worth for line in sheet.lines if not line.bonus)]
    swell = sheet.sections["total"][1] / min(worth for worth in worths if worth)
    errors = sum((slack_of(line, slopes[line.indicator]) * line.worth / (line.full or 1) + 1 for line in sheet.lines), Fraction(0))
    return (errors + len(sheet.sections)) * swell


# --- results -----------------------------------------------------------------------------------------------------
def _results(results: Results) -> Table:
    return {key: _result(result) for key, result in results.items()}


def _result(result: Result) -> dict[str, Any]:
    last = result.seats[-1]
    return {
        "department": last.department, "team": last.team, "position": last.position, "seats": len(result.seats),
        "total": None if result.total is None else int(result.total * Decimal(100)), "grade": result.grade, "rank": result.rank, "peers": result.peers,
        "coverage": int(result.coverage * 10_000), "state": result.state, "flags": ",".join(result.flags),
    }  # fmt: skip
