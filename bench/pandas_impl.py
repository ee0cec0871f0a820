"""The workload in pandas, from the stored coordinates or from raw instants."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import sheet
from generate import calendar_rows

KEYS = ["person", "m"]
WORDS = ["solver", "first_solver", "responder", "assignee", "status", "merged_into"]
STORED = ["created_on", "responded_on", "first_solved_on", "solved_on", "created_work", "responded_work", "solved_work"]
RAW = ["created_at", "responded_at", "first_solved_at", "solved_at"]
NUMBERS = ["reopen_count", "reply_count", "sla_met"]


def run(folder: Path, out: Path, *, raw: bool) -> None:
    t = _tickets(folder, raw=raw)
    t = t[~t.status.isin(sheet.LEFT_OUT) & t.merged_into.isna()]
    parts = [_solved(t), _responded(t), _first_solved(t), _backlog(t)]
    del t
    people = _judged(folder)
    for part in [*parts, _surveys(folder), _violations(folder)]:
        people = people.merge(part, on=KEYS, how="left")
    _graded(_totals(people)).to_parquet(out, index=False)


def _read(folder: Path, kind: str, shape: str, columns: Sequence[str]) -> pd.DataFrame:
    paths = sorted((folder / kind).glob(f"{shape}*.parquet"))
    return pd.concat([pd.read_parquet(path, columns=list(columns)) for path in paths], ignore_index=True)


def _tickets(folder: Path, *, raw: bool) -> pd.DataFrame:
    t = _read(folder, "raw" if raw else "stored", "tickets-", [*WORDS, *NUMBERS, *(RAW if raw else STORED)])
    if not raw:
        for name in STORED[:4]:
            t[name] = pd.to_datetime(t[name])
        return t
    days = np.array([(r[1], r[2], r[3], r[4], r[5]) for r in calendar_rows()], dtype="int64")
    first = np.datetime64(calendar_rows()[0][0], "D")
    for x in ("created", "responded", "first_solved", "solved"):
        local = t.pop(f"{x}_at") + pd.Timedelta(hours=8)
        t[f"{x}_on"] = local.dt.normalize()
        if x == "first_solved":
            continue
        seconds = local.to_numpy().astype("datetime64[s]")
        there = ~np.isnat(seconds)
        rows = days[np.where(there, (seconds.astype("datetime64[D]") - first).astype("int64"), 0)]
        second = np.where(there, seconds.astype("int64"), 0) % 86400
        worked = rows[:, 0] + sum(np.clip(np.minimum(second, rows[:, b]) - rows[:, a], 0, None) for a, b in ((1, 2), (3, 4)))
        t[f"{x}_work"] = np.where(there, worked, np.nan)
    return t


def _by(t: pd.DataFrame, person: pd.Series, day: pd.Series) -> tuple[pd.DataFrame, list[pd.Series]]:
    within = (day >= pd.Timestamp(sheet.BEGIN)) & (day < pd.Timestamp(sheet.END)) & person.notna()
    return t[within], [person[within].rename("person"), day[within].dt.month.rename("m")]


def _percentile(grouped: pd.api.typing.SeriesGroupBy, share: float) -> pd.Series:
    return np.floor(grouped.quantile(share) + sheet.WHOLE_SECOND)


def _solved(t: pd.DataFrame) -> pd.DataFrame:
    t, keys = _by(t, t.solver, t.solved_on)
    t = t.assign(
        met=t.sla_met.fillna(False).astype(bool),
        once=(t.reply_count < 2) & (t.reopen_count.fillna(0) == 0),
        span=t.solved_work - t.created_work,
    )
    g = t.groupby(keys, sort=False)
    made = {"solved": g.size(), "sla": g.met.sum() / g.sla_met.count(), "one_touch": g.once.sum() / g.reply_count.count()}
    return pd.DataFrame(made | {"resolution": _percentile(g.span, 0.5)}).reset_index()


def _responded(t: pd.DataFrame) -> pd.DataFrame:
    t, keys = _by(t, t.responder, t.responded_on)
    spans = (t.responded_work - t.created_work).groupby(keys, sort=False)
    return pd.DataFrame({"response": _percentile(spans, 0.5), "response_p90": _percentile(spans, 0.9)}).reset_index()


def _first_solved(t: pd.DataFrame) -> pd.DataFrame:
    t, keys = _by(t, t.first_solver.fillna(t.solver), t.first_solved_on.fillna(t.solved_on))
    g = (t.reopen_count > 0).groupby(keys, sort=False)
    return pd.DataFrame({"reopen": g.mean()}).reset_index()


def _backlog(t: pd.DataFrame) -> pd.DataFrame:
    begin, end = pd.Timestamp(sheet.BEGIN), pd.Timestamp(sheet.END)
    t = t[t.assignee.notna() & (t.created_on < end) & (t.solved_on.isna() | (t.solved_on >= begin.replace(month=2)))]
    entered = np.where(t.created_on < begin, 1, t.created_on.dt.month)
    gone = np.where(t.solved_on.isna() | (t.solved_on >= end), 13, t.solved_on.dt.month).astype("int64")
    stays = np.maximum(gone - entered, 0)
    first = np.repeat(np.cumsum(stays) - stays, stays)
    month = np.repeat(entered, stays) + np.arange(stays.sum()) - first
    spread = pd.DataFrame({"person": t.assignee.repeat(stays).to_numpy(), "m": month.astype("int32")})
    return spread.groupby(KEYS, sort=False).size().rename("backlog").reset_index()


def _surveys(folder: Path) -> pd.DataFrame:
    t = _read(folder, "stored", "surveys-", ["person", "question", "asked_on", "answer"])
    t = t[t.question == "result"]
    t, keys = _by(t, t.person, pd.to_datetime(t.asked_on))
    g = t.assign(good=t.answer >= 4).groupby(keys, sort=False)
    return (g.good.sum() / g.answer.count()).rename("csat").reset_index()


def _violations(folder: Path) -> pd.DataFrame:
    t = _read(folder, "stored", "violations", ["person", "happened_on", "severity", "state"])
    t = t[t.state == "verified"]
    t, keys = _by(t, t.person, pd.to_datetime(t.happened_on))
    return (t.severity.map(sheet.SEVERITY).groupby(keys, sort=False).sum() / 10).rename("violations").reset_index()


def _judged(folder: Path) -> pd.DataFrame:
    people = _read(folder, "stored", "people", ["person", "department", "kind", "hired_on", "left_on"])
    months = pd.DataFrame({"m": np.arange(1, 13, dtype="int32")})
    months["start"] = pd.to_datetime({"year": 2025, "month": months.m, "day": 1})
    months["end"] = months.start + pd.DateOffset(months=1)
    t = people[people.kind == "human"].merge(months, how="cross")
    hired, left = pd.to_datetime(t.hired_on), pd.to_datetime(t.left_on)
    return t[(hired.isna() | (hired < t.end)) & (left.isna() | (left >= t.start))]


def _marks(value: pd.Series, curve: Sequence[tuple[float, float, float]]) -> np.ndarray:
    x = value.to_numpy(dtype="float64")
    made = np.full(len(x), np.nan)
    for start, marks, slope in curve:
        made = np.where(x >= start, marks + slope * (x - start), made)
    return np.clip(made, 0, 100)


def _totals(t: pd.DataFrame) -> pd.DataFrame:
    t = t.fillna({"solved": 0, "backlog": 0, "violations": 0})
    got, worth = np.zeros(len(t)), np.zeros(len(t))
    for parts in sheet.SECTIONS.values():
        marks = {name: _marks(t[name], sheet.CURVES[name]) for name in parts}
        own = sum(np.nan_to_num(marks[name]) * points / 100 for name, points in parts.items())
        have = sum(~np.isnan(marks[name]) * points for name, points in parts.items())
        whole = sum(parts.values())
        got += np.where(have > 0, whole * own / np.where(have > 0, have, 1), 0)
        worth += np.where(have > 0, whole, 0)
    return t.assign(total=np.floor(100 * 100 * got / worth + sheet.HALF).astype("int64"))


def _graded(t: pd.DataFrame) -> pd.DataFrame:
    t["grade"] = np.select([t.total >= edge for _, edge in sheet.GRADES], [name for name, _ in sheet.GRADES], "")
    t["rank"] = t.groupby(["department", "m"]).total.rank(method="min", ascending=False).astype("int64")
    t["period"] = "2025-" + t.m.astype(str).str.zfill(2)
    return t.sort_values(["period", "person"])[["period", "person", "total", "grade", "rank"]]
