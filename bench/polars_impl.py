"""The workload in Polars: lazy, streaming, from the stored coordinates or from raw instants."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl
import sheet
from generate import calendar_rows

KEYS = ["person", "m"]


def run(folder: Path, out: Path, *, raw: bool) -> None:
    tickets = _tickets(folder, raw=raw)
    counted = tickets.filter((pl.col("status").is_null() | ~pl.col("status").is_in(sheet.LEFT_OUT)) & pl.col("merged_into").is_null())
    parts = [_solved(counted), _responded(counted), _first_solved(counted), _backlog(counted), _surveys(folder), _violations(folder)]
    people = _judged(folder)
    for part in pl.collect_all(parts, engine="streaming"):
        people = people.join(part, on=KEYS, how="left")
    _graded(_totals(people)).sort("period", "person").write_parquet(out)


def _tickets(folder: Path, *, raw: bool) -> pl.LazyFrame:
    if not raw:
        return pl.scan_parquet(sorted((folder / "stored").glob("tickets-*.parquet")))
    t = pl.scan_parquet(sorted((folder / "raw").glob("tickets-*.parquet")))
    rows = calendar_rows()
    columns = ["day", "before", "s1", "e1", "s2", "e2"]
    days = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.Int64) | {"day": pl.Date}, orient="row").lazy()
    t = t.with_columns(
        (pl.col(f"{x}_at") + pl.duration(hours=8)).alias(f"{x}_l") for x in ("created", "responded", "first_solved", "solved")
    )
    t = t.with_columns(pl.col(f"{x}_l").dt.date().alias(f"{x}_on") for x in ("created", "responded", "first_solved", "solved"))
    for x in ("created", "responded", "solved"):
        second = pl.col(f"{x}_l").dt.epoch("s") % 86400
        worked = [(pl.min_horizontal(second, pl.col(f"e{i}")) - pl.col(f"s{i}")).clip(lower_bound=0) for i in (1, 2)]
        t = t.join(days, left_on=f"{x}_on", right_on="day", how="left", maintain_order="none")
        t = t.with_columns(pl.when(pl.col(f"{x}_l").is_not_null()).then(pl.col("before") + worked[0] + worked[1]).alias(f"{x}_work")).drop(
            columns[1:]
        )
    return t


def _within(day: pl.Expr) -> pl.Expr:
    return (day >= sheet.BEGIN) & (day < sheet.END)


def _by(t: pl.LazyFrame, person: pl.Expr, day: pl.Expr, *aggregates: pl.Expr) -> pl.LazyFrame:
    return t.filter(_within(day)).group_by(person.alias("person"), day.dt.month().alias("m")).agg(*aggregates)


def _percentile(span: pl.Expr, share: float) -> pl.Expr:
    return (span.quantile(share, "linear") + sheet.WHOLE_SECOND).floor()


def _solved(t: pl.LazyFrame) -> pl.LazyFrame:
    touched_once = (pl.col("reply_count") < 2) & (pl.col("reopen_count").fill_null(0) == 0)
    return _by(
        t, pl.col("solver"), pl.col("solved_on"),
        pl.len().alias("solved"),
        (pl.col("sla_met").sum() / pl.col("sla_met").count()).alias("sla"),
        (touched_once.sum() / pl.col("reply_count").count()).alias("one_touch"),
        _percentile(pl.col("solved_work") - pl.col("created_work"), 0.5).alias("resolution"),
    )  # fmt: skip


def _responded(t: pl.LazyFrame) -> pl.LazyFrame:
    span = pl.col("responded_work") - pl.col("created_work")
    return _by(
        t,
        pl.col("responder"),
        pl.col("responded_on"),
        _percentile(span, 0.5).alias("response"),
        _percentile(span, 0.9).alias("response_p90"),
    )


def _first_solved(t: pl.LazyFrame) -> pl.LazyFrame:
    person, day = pl.coalesce("first_solver", "solver"), pl.coalesce("first_solved_on", "solved_on")
    return _by(t, person, day, ((pl.col("reopen_count") > 0).sum() / pl.len()).alias("reopen"))


def _backlog(t: pl.LazyFrame) -> pl.LazyFrame:
    created, solved = pl.col("created_on"), pl.col("solved_on")
    t = t.filter((created < sheet.END) & (solved.is_null() | (solved >= sheet.BEGIN.replace(month=2))))
    t = t.select(
        pl.col("assignee").alias("person"),
        pl.when(created < sheet.BEGIN).then(1).otherwise(created.dt.month()).cast(pl.Int8).alias("entered"),
        pl.when(solved.is_null() | (solved >= sheet.END)).then(13).otherwise(solved.dt.month()).cast(pl.Int8).alias("gone"),
    ).filter(pl.col("entered") < pl.col("gone"))
    spread = t.with_columns(pl.int_ranges("entered", "gone", dtype=pl.Int8).alias("m")).explode("m")
    return spread.group_by(KEYS).agg(pl.len().alias("backlog"))


def _surveys(folder: Path) -> pl.LazyFrame:
    t = pl.scan_parquet(sorted((folder / "stored").glob("surveys-*.parquet"))).filter(pl.col("question") == "result")
    return _by(t, pl.col("person"), pl.col("asked_on"), ((pl.col("answer") >= 4).sum() / pl.col("answer").count()).alias("csat"))


def _violations(folder: Path) -> pl.LazyFrame:
    t = pl.scan_parquet(folder / "stored" / "violations.parquet").filter(pl.col("state") == "verified")
    tenths = pl.col("severity").replace_strict(sheet.SEVERITY, return_dtype=pl.Int64)
    return _by(t, pl.col("person"), pl.col("happened_on"), (tenths.sum() / 10).alias("violations"))


def _judged(folder: Path) -> pl.DataFrame:
    months = pl.DataFrame({"m": range(1, 13)}, schema={"m": pl.Int8}).with_columns(start=pl.date(2025, pl.col("m"), 1))
    people = pl.read_parquet(folder / "stored" / "people.parquet", columns=["person", "department", "kind", "hired_on", "left_on"])
    t = people.filter(pl.col("kind") == "human").join(months.with_columns(end=pl.col("start").dt.offset_by("1mo")), how="cross")
    hired, left = pl.col("hired_on"), pl.col("left_on")
    return t.filter((hired.is_null() | (hired < pl.col("end"))) & (left.is_null() | (left >= pl.col("start"))))


def _marks(value: pl.Expr, curve: Sequence[tuple[float, float, float]]) -> pl.Expr:
    """NULL and the NaN of 0/0 have no marks."""
    made = pl.when(value.is_null() | value.is_nan()).then(None)
    for start, marks, slope in reversed(curve):
        made = made.when(value >= start).then(marks + slope * (value - start))
    return made.otherwise(None).clip(0, 100)


def _totals(t: pl.DataFrame) -> pl.DataFrame:
    t = t.with_columns(pl.col("solved").fill_null(0), pl.col("backlog").fill_null(0), pl.col("violations").fill_null(0.0))
    t = t.with_columns(_marks(pl.col(name).cast(pl.Float64), curve).alias(f"mark_{name}") for name, curve in sheet.CURVES.items())
    got, worth = pl.lit(0.0), pl.lit(0.0)
    for parts in sheet.SECTIONS.values():
        whole = sum(parts.values())
        own = sum((pl.col(f"mark_{name}").fill_null(0) * (points / 100) for name, points in parts.items()), pl.lit(0.0))
        have = sum((pl.col(f"mark_{name}").is_not_null() * points for name, points in parts.items()), pl.lit(0.0))
        got += pl.when(have > 0).then(whole * own / have).otherwise(0)
        worth += pl.when(have > 0).then(whole).otherwise(0)
    return t.with_columns((100 * 100 * got / worth + sheet.HALF).floor().cast(pl.Int64).alias("total"))


def _graded(t: pl.DataFrame) -> pl.DataFrame:
    grade = pl.when(pl.col("total") >= sheet.GRADES[0][1]).then(pl.lit(sheet.GRADES[0][0]))
    for name, edge in sheet.GRADES[1:]:
        grade = grade.when(pl.col("total") >= edge).then(pl.lit(name))
    place = pl.col("total").rank("min", descending=True).over("department", "m").cast(pl.Int64)
    return t.select(
        pl.format("2025-{}", pl.col("m").cast(pl.String).str.zfill(2)).alias("period"),
        "person",
        "total",
        grade.alias("grade"),
        place.alias("rank"),
    )
