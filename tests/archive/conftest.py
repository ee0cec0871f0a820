"""A company of three with a plan, and a scoring of one line: the share of plan items done on time, times 100."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest

from jikao.archive.form import SEAL
from jikao.archive.manifest import MANIFEST, RUN, Correction
from jikao.archive.seal import ALL_ROWS, SchemeText, Sealed, seal
from jikao.evidence.shapes import SHAPES, stored
from jikao.evidence.snapshot import Snapshot
from jikao.scheme.calendar import WorkCalendar
from jikao.scheme.period import Period, parse_period

SCHEME = """\
scheme: plan-only   # 一项指标
version: "1.0"
title: {zh: 计划考核, en: Plan only}
valid_from: 2011-01-01
period: month
sections:
  - id: work
    title: {zh: 工作, en: Work}
    points: 100
    indicators:
      - id: plan
        title: {zh: 计划按时完成率, en: Plan on time}
        points: 100
        measure: plan_on_time_rate
        curve: [{from: 0, score: 0, each: 1, per: 1%}]
"""
_TYPES = {"string": "VARCHAR", "int64": "BIGINT", "date": "DATE", "timestamp": "TIMESTAMP", "boolean": "BOOLEAN"}

MEASURES = """
    SELECT period, person, 0 AS seat, 'plan' AS indicator, count(*) FILTER (done_on <= due_on) AS num, count(*) AS den,
           count(*) AS n, count(*) AS base, 'measured' AS state
    FROM plan JOIN periods ON due_on >= start_on AND due_on < end_on GROUP BY ALL ORDER BY ALL
"""
RESULTS = {
    "measures": "SELECT * FROM measures",
    "marks": "SELECT period, person, seat, indicator, 'scored' AS state, 0 AS clause, worth(num, den) AS mark, mark AS points FROM measures",
    "sections": "SELECT period, person, seat, 'total' AS section, worth(num, den) AS points, 100000000000 AS of FROM measures",
    "results": """
        SELECT period, person, department, NULL::VARCHAR AS team, NULL::VARCHAR AS position, 1 AS seats, worth(num, den) // 10000000 AS total,
               CASE WHEN total >= 9000 THEN '优秀' ELSE '合格' END AS grade, rank() OVER (PARTITION BY period ORDER BY total DESC) AS rank,
               count(*) OVER (PARTITION BY period) AS peers, 10000 AS coverage, 'scored' AS state, '' AS flags, NULL::VARCHAR AS advice
        FROM measures JOIN people USING (person) ORDER BY period, person
    """,
}


def make_table(file: Path, columns: Mapping[str, str], rows: Sequence[Mapping[str, object]]) -> Path:
    """A parquet file of the given rows; columns not named are N/A."""
    with duckdb.connect() as con:
        con.execute(f"CREATE TABLE made ({', '.join(f'{c} {t}' for c, t in columns.items())})")
        for row in rows:
            con.execute(f"INSERT INTO made ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values()))
        con.execute(f"COPY made TO '{file}' (FORMAT parquet)")
    return file


def fake_score(_scheme: str, snapshot: Snapshot, periods: Sequence[Period], out: Path, *, full: int = 100) -> None:
    """The plan's share on time, as the four tables of a run; everything on time is worth ``full`` points."""
    out.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as con:
        con.execute(f"CREATE MACRO worth(num, den) AS num * {full} * 1000000000 // den")
        for shape, view in (("plan_items", "plan"), ("people", "people")):
            con.execute(f"CREATE VIEW {view} AS FROM read_parquet({[str(p) for p in snapshot.tables[shape]]})")
        con.execute("CREATE TABLE periods (period VARCHAR, start_on DATE, end_on DATE)")
        for p in periods:
            con.execute("INSERT INTO periods VALUES (?, ?, ?)", [str(p), p.start, p.end])
        con.execute(f"CREATE TABLE measures AS {MEASURES}")
        for table, query in RESULTS.items():
            con.execute(f"COPY ({query}) TO '{out / table}.parquet' (FORMAT parquet)")


@dataclass
class Company:
    """Its evidence as rows, and a folder for its runs."""

    folder: Path
    rows: dict[str, list[dict[str, object]]]
    calendar: WorkCalendar = field(default_factory=WorkCalendar)
    scheme: str = SCHEME
    version: str = "1.0"
    period: str = "2011-11"
    imported: str = "00112233aabbccdd"
    _made: int = 0

    @property
    def root(self) -> Path:
        return self.folder / "runs"

    @property
    def periods(self) -> list[Period]:
        return [parse_period(self.period)]

    def snapshot(self) -> Snapshot:
        self._made += 1
        tables = {}
        for shape, rows in self.rows.items():
            provenance = [row | {"import_id": self.imported, "row_no": no} for no, row in enumerate(rows, 2)]
            columns = {c: _TYPES[t] for c, t in stored(SHAPES[shape]).items()}
            tables[shape] = (make_table(self.folder / f"{shape}-{self._made}.parquet", columns, provenance),)
        return Snapshot(tables, self.calendar, {"00112233aabbccdd": "计划.xlsx", "ffff": "never used.csv"})

    def scored(self, snapshot: Snapshot, *, full: int = 100) -> Path:
        out = self.folder / f"out-{self._made}"
        fake_score(self.scheme, snapshot, self.periods, out, full=full)
        return out

    def text(self) -> SchemeText:
        return SchemeText("plan-only", self.version, "s.yaml", self.scheme.encode())

    def seal(self, *, full: int = 100, **more) -> Sealed:
        snapshot = self.snapshot()
        needs = more.pop("needs", dict.fromkeys(["people", "plan_items", "leaves"], ALL_ROWS))
        return seal(
            self.root, self.scored(snapshot, full=full), scheme=self.text(), snapshot=snapshot, needs=needs, periods=self.periods, **more
        )

    def sealed(self, **more) -> Path:
        done = self.seal(**more)
        assert done.problems == ()
        assert done.path is not None
        return done.path

    def corrected(self, run: Path, **more) -> Path:
        return self.sealed(correction=Correction(replaces=run.name, reason="甲的记录补交"), **more)


def plan_item(person: str, item: str, *, on_time: bool) -> dict[str, object]:
    due = dt.date(2011, 11, 10)
    done = due if on_time else due + dt.timedelta(days=3)
    return {"person": person, "item": item, "kind": "plan", "due_on": due, "done_on": done, "amount": 10000, "approved": True}


def made_company(folder: Path) -> Company:
    """甲 8 of 10 on time, 乙 9 of 10, 丙 5 of 10."""
    people = [{"person": p, "name": f"{p}某", "department": "技术支持部"} for p in "甲乙丙"]
    items = [plan_item(p, f"t{i:02}", on_time=i < good) for p, good in (("甲", 8), ("乙", 9), ("丙", 5)) for i in range(10)]
    return Company(folder, {"people": people, "plan_items": items})


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return made_company(tmp_path)


@pytest.fixture(scope="session")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_company(tmp_path_factory.mktemp("first")).sealed()


@pytest.fixture
def run(company: Company, first_run: Path) -> Path:
    """The company's first run, as sealing it again would give."""
    return shutil.copytree(first_run, company.root / first_run.name)


@pytest.fixture
def score():
    return fake_score


@pytest.fixture
def table():
    return make_table


@pytest.fixture
def reseal():
    """Change a sealed run the way a forger would: the manifest edited, all sums and the seal made to fit."""

    def change(run: Path, edit) -> None:
        manifest = json.loads((run / MANIFEST).read_bytes())
        edit(manifest)
        write_sealed(run, (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode())

    return change


def write_sealed(run: Path, raw: bytes) -> None:
    for name, text in ((MANIFEST, raw), (SEAL, RUN.seal_text(raw).encode())):
        (run / name).chmod(0o644)
        (run / name).write_bytes(text)


@pytest.fixture
def write_manifest():
    return write_sealed


@pytest.fixture
def item():
    return plan_item
