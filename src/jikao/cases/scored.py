"""A scheme's own tests: text files of cases, run through the real path (text -> store -> engine -> results).

A case states evidence and what must come out of it, or which problems must be reported. The form is described in
docs/reference/cases.md; the product's presets and every example of the specification are such cases.
"""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from jikao.evidence.backend import DuckEngine, parquet
from jikao.evidence.importing import import_rows
from jikao.evidence.quality import evidence_problems
from jikao.evidence.store import Store
from jikao.scheme.checks.holes import needed_by_a_run
from jikao.scheme.model import Scheme
from jikao.scheme.number import NANO, half_up
from jikao.scheme.period import parse_period
from jikao.scheme.problem import Level, Problem, Refused, errors, kind
from jikao.scheme.process import deadline, in_force, submission
from jikao.scheme.read import read
from jikao.scheme.rules import rules_of
from jikao.scheme.text import Text
from jikao.scheme.yaml_nodes import decode, parse
from jikao.scoring.entry_checks import entry_problems
from jikao.scoring.run import score

CASE_FORM = kind(
    "case.form", Level.ERROR,
    what=Text("案例文件的写法不对:{cause}", "The case file is not well formed: {cause}"),
    why=Text("读不懂的案例不能算通过", "a case that cannot be read must not count as passed"),
    mend=Text("参照文档“案例”一页的写法改正", "see the reference page on cases"),
)  # fmt: skip


class Deadline(BaseModel):
    """A step of the process, the day before its first day, and its last day."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    step: str
    after: dt.date
    expect: dt.date


class Late(BaseModel):
    """Something handed in on a day, and how that counts."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    step: str
    after: dt.date
    submitted: dt.date
    expect: str


class Version(BaseModel):
    """Another version of the scheme: from when it holds and what is different."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    version: str
    valid_from: str
    edit: dict[str, Any] = {}


class Case(BaseModel):
    """One case as written."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    case: str
    en: str = ""
    period: str = ""
    settings: dict[str, str] = {}
    edit: dict[str, Any] = {}
    people: dict[str, dict[str, Any] | None] = {}
    evidence: dict[str, list[dict[str, Any]]] = {}
    expect: dict[str, dict[str, str]] = {}
    problems: list[str] | None = None
    deadline: Deadline | None = None
    late: Late | None = None
    versions: list[Version] = []
    expect_version: str = ""

    @property
    def title(self) -> Text:
        return Text(self.case, self.en or self.case)


@dataclass(frozen=True, slots=True)
class Miss:
    """Something that came out differently: where, what was expected, what came."""

    where: str
    expected: str
    got: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a case went."""

    case: Case
    misses: tuple[Miss, ...]

    @property
    def passed(self) -> bool:
        return not self.misses


def read_cases(path: Path) -> list[Case]:
    """The cases of a file. Raises ``Refused`` with every problem of its text."""
    text, problems = decode(path.read_bytes(), str(path))
    parsed = parse(text or "", str(path))
    found = errors([*problems, *parsed.problems])
    if found:
        raise Refused(found)
    cases, wrong = [], []
    for index, raw in enumerate(parsed.value or []):
        try:
            cases.append(Case.model_validate(raw))
        except ValidationError as cause:
            first = cause.errors()[0]
            place = parsed.places.of(index, *first["loc"])
            wrong.append(CASE_FORM(place, cause=f"{'.'.join(map(str, first['loc']))} {first['type']}"))
    if wrong:
        raise Refused(wrong)
    return cases


def run_case(text: str, case: Case, file: str = "") -> Outcome:
    """Run one case against the text of a scheme."""
    return Outcome(case, tuple(_misses(text, case, file)))


def _misses(text: str, case: Case, file: str) -> Iterator[Miss]:
    reading = read(_edited(text, case.edit), file, case.settings)
    found = errors(reading.problems)
    if found or reading.scheme is None:
        yield from _compare_problems(case, found)
        return
    scheme = reading.scheme
    needed = list(needed_by_a_run(scheme, reading.places))
    if needed and case.problems is not None:
        yield from _compare_problems(case, needed)
        return
    yield from _process_misses(scheme, case, text, file)
    if case.expect or case.problems is not None:
        with tempfile.TemporaryDirectory() as folder:
            yield from _scored(scheme, case, Path(folder))


def _edited(text: str, changes: Mapping[str, Any]) -> str:
    """The text with parts replaced, named by dotted paths of keys and ids such as ``sections.kpi.points``."""
    if not changes:
        return text
    tree = parse(text).value
    for path, value in changes.items():
        *way, last = path.split(".")
        holder = tree
        for name in way:
            holder = holder[_step(holder, name)]
        holder[_step(holder, last)] = value
    return json.dumps(tree, ensure_ascii=False)  # JSON is YAML, and every value is still the text it was


def _step(here: Any, name: str) -> str | int:
    if isinstance(here, list):
        return next(i for i, item in enumerate(here) if item.get("id") == name)
    return name


def _process_misses(scheme: Scheme, case: Case, text: str, file: str) -> Iterator[Miss]:
    with tempfile.TemporaryDirectory() as folder:
        calendar = Store.create(Path(folder) / "store").calendar
    if case.deadline is not None:
        last = deadline(scheme, case.deadline.step, case.deadline.after, calendar)
        yield from _unless_equal(f"deadline {case.deadline.step}", str(case.deadline.expect), str(last))
    if case.late is not None:
        how = submission(scheme, case.late.step, case.late.after, case.late.submitted, calendar)
        yield from _unless_equal(f"late {case.late.step}", case.late.expect, how)
    if case.expect_version:
        yield from _unless_equal("version", case.expect_version, _version_in_force(scheme, case, text, file))


def _version_in_force(scheme: Scheme, case: Case, text: str, file: str) -> str:
    versions = [scheme]
    for version in case.versions:
        changed = read(_edited(text, {"version": version.version, "valid_from": version.valid_from} | version.edit), file)
        if changed.scheme is not None:
            versions.append(changed.scheme)
    holds = in_force(versions, parse_period(case.period).start)
    return holds.version if holds else "—"


def _unless_equal(where: str, expected: str, got: str) -> Iterator[Miss]:
    if expected != got:
        yield Miss(where, expected, got)


# --- evidence and results ----------------------------------------------------------------------------------------


def _scored(scheme: Scheme, case: Case, folder: Path) -> Iterator[Miss]:
    store, period = Store.create(folder / "store"), parse_period(case.period)
    problems = _fill(store, case)
    rules = rules_of(scheme)
    if not errors(problems):
        snapshot = store.snapshot()
        problems += [*evidence_problems(store, rules.scheme, period), *entry_problems(rules, snapshot, [period])]
    if errors(problems) or case.problems is not None:
        yield from _compare_problems(case, problems if case.problems is not None else errors(problems))
    if errors(problems) or not case.expect:
        return
    out = folder / "out"
    score(rules, store.snapshot(), [period], out)
    yield from _compare_results(case, out)


def _fill(store: Store, case: Case) -> list[Problem]:
    people = [{"person": name, "name": name, **(about or {})} for name, about in case.people.items()]
    problems: list[Problem] = []
    for shape, rows in {"people": people, **case.evidence}.items():
        problems += import_rows(store, shape, [cells for row in rows for cells in _repeated(row)], origin=case.case).problems
    return problems


def _repeated(row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """``times: 36`` repeats a row; ``{n}`` in its words counts from 1."""
    cells = dict(row)
    times = cells.pop("times", None)
    for n in range(1, int(times) + 1) if times is not None else [1]:
        yield {k: v.replace("{n}", str(n)) if isinstance(v, str) and times is not None else v for k, v in cells.items()}


def _compare_problems(case: Case, problems: Sequence[Problem]) -> Iterator[Miss]:
    wanted = set(case.problems or [])
    got = {problem.code for problem in problems}
    if case.problems is None:
        yield Miss("problems", "—", "; ".join(f"{x.code}: {x.what('zh')}" for x in problems))
    elif not wanted <= got:
        yield Miss("problems", ", ".join(sorted(wanted)), ", ".join(sorted(got)) or "—")


def _compare_results(case: Case, out: Path) -> Iterator[Miss]:
    with tempfile.TemporaryDirectory() as scratch:
        on = DuckEngine(Path(scratch))
        for person, expected in case.expect.items():
            got = _figures(on, out, person)
            for name, wanted in expected.items():
                if not _agrees(str(wanted), got.get(name)):
                    yield Miss(f"{person}.{name}", str(wanted), _said(got.get(name)))
        on.close()


Figure = Fraction | str | None


def _figures(on: DuckEngine, out: Path, person: str) -> dict[str, Figure]:
    """Everything a case may expect of one person, by name."""
    figures: dict[str, Figure] = {}
    for indicator, state, mark, points in _rows(on, out, "marks", person, "indicator, state, mark, points"):
        figures |= {indicator: _nano(points), f"{indicator}.mark": _nano(mark), f"{indicator}.state": state}
    for indicator, num, den, n, base in _rows(on, out, "measures", person, "indicator, num, den, n, base"):
        figures[f"{indicator}.value"] = Fraction(num, den) if den else None
        figures |= {f"{indicator}.n": Fraction(n), f"{indicator}.base": Fraction(base)}
    for section, points, of in _rows(on, out, "sections", person, "section, points, of"):
        worth = _nano(points)
        figures |= {section: worth, f"{section}.percent": None if worth is None else worth / Fraction(of, NANO) * 100}
    columns = "total, grade, rank, peers, coverage, state, flags, advice"
    for total, grade, rank, peers, coverage, state, flags, advice in _rows(on, out, "results", person, columns):
        figures |= {
            "total": None if total is None else Fraction(total, 100), "grade": grade, "state": state, "flags": flags or None, "advice": advice,
            "rank": None if rank is None else Fraction(rank), "peers": None if peers is None else Fraction(peers), "coverage": Fraction(coverage, 10_000),
        }  # fmt: skip
    return figures


def _rows(on: DuckEngine, out: Path, name: str, person: str, columns: str) -> list[tuple[Any, ...]]:
    who = person.replace("'", "''")
    return on.rows(f"SELECT {columns} FROM {parquet([out / f'{name}.parquet'])} WHERE person = '{who}'")


def _nano(value: int | None) -> Fraction | None:
    return None if value is None else Fraction(value, NANO)


def _agrees(wanted: str, got: Figure) -> bool:
    """Numbers agree after rounding half up to the decimals written; ``36/40`` agrees exactly; ``N/A`` is nothing."""
    if wanted == "N/A" or got is None:
        return wanted == "N/A" and got is None
    if isinstance(got, str):
        return wanted == got
    if "/" in wanted:
        return Fraction(wanted) == got
    percent = wanted.endswith("%")
    number = Decimal(wanted.removesuffix("%"))
    places = max(0, -int(number.as_tuple().exponent))
    return half_up(got * 100 if percent else got, places) == number


def _said(got: Figure) -> str:
    return "N/A" if got is None else got if isinstance(got, str) else f"{half_up(got, 6)} ({got})"


def case_files(folder: Path) -> list[Path]:
    """The case files beside a scheme, in order."""
    return sorted((folder / "cases").glob("*.yaml"))
