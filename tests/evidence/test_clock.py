"""Working time stored at import equals a plain count of overlaps, day by day."""

from __future__ import annotations

import datetime as dt
import random
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import chinese_calendar

from jikao.evidence import duck
from jikao.evidence.clock import EPOCH, coordinate, settled, to_local, to_utc, work_days
from jikao.evidence.importing import import_rows
from jikao.evidence.store import Store
from jikao.scheme.calendar import WorkCalendar

from .helpers import rows

H = 3600
PAIRS = 52_000
EDGES = [
    dt.datetime.combine(day, time)
    for day in (
        dt.date(2024, 2, 4), dt.date(2024, 2, 9), dt.date(2024, 2, 10), dt.date(2024, 2, 18), dt.date(2024, 4, 7), dt.date(2024, 4, 28), dt.date(2024, 5, 1),
        dt.date(2024, 5, 11), dt.date(2024, 9, 29), dt.date(2024, 10, 1), dt.date(2024, 10, 7), dt.date(2024, 10, 12), dt.date(2023, 12, 31), dt.date(2024, 1, 1),
        dt.date(2024, 2, 29), dt.date(2024, 6, 3), dt.date(2024, 6, 8),
    )
    for time in (
        dt.time(0), dt.time(8, 59, 59), dt.time(9), dt.time(9, 0, 1), dt.time(11, 59, 59), dt.time(12), dt.time(12, 0, 1), dt.time(12, 30), dt.time(12, 59, 59),
        dt.time(13), dt.time(13, 0, 1), dt.time(17, 59, 59), dt.time(18), dt.time(18, 0, 1), dt.time(23, 59, 59),
    )
]  # fmt: skip
"""Make-up Saturdays and Sundays, holidays, leap day, year's end; starts and ends of work and of lunch, a second around."""


@cache
def works(day: dt.date) -> bool:
    return bool(chinese_calendar.is_workday(day))


def overlap(start: dt.datetime, end: dt.datetime) -> int:
    """Seconds of 9–12 and 13–18 on working days between two local times, counted day by day."""
    total, day = 0, start.date()
    while day <= end.date():
        if works(day):
            midnight = dt.datetime.combine(day, dt.time())
            for a, b in ((9, 12), (13, 18)):
                low, high = max(start, midnight + dt.timedelta(hours=a)), min(end, midnight + dt.timedelta(hours=b))
                total += max(0, round((high - low).total_seconds()))
        day += dt.timedelta(days=1)
    return total


def pairs() -> list[tuple[dt.datetime, dt.datetime | None]]:
    chance = random.Random(20240229)
    made: list[tuple[dt.datetime, dt.datetime | None]] = [(a, b) for a in EDGES for b in EDGES if a <= b and (b - a).days < 40]
    while len(made) < PAIRS:
        start = dt.datetime(2006, 1, 1) + dt.timedelta(seconds=chance.randrange(19 * 365 * 86_400))
        end = start + dt.timedelta(seconds=chance.choice((chance.randrange(86_400), chance.randrange(12 * 86_400))))
        made.append((start, None if chance.random() < 0.1 else end))
    return made


def test_working_time_of_many_random_and_edge_pairs_is_exact(store: Store) -> None:
    given = pairs()
    tickets = [{"ticket": str(i), "created_at": a, "solved_at": b} for i, (a, b) in enumerate(given)]
    assert import_rows(store, "tickets", tickets, origin="test").added == {"tickets": len(given)}
    stored = rows(store, "tickets", "created_work, solved_work, created_on, solved_on")
    assert len(stored) == len(given) >= 50_000
    wrong = [
        (a, b, start, end)
        for (a, b), (start, end, on, solved_on) in zip(given, stored, strict=True)
        if on != a.date()
        or (end is not None or solved_on is not None if b is None else end - start != overlap(a, b) or solved_on != b.date())
    ]
    assert wrong == []


def test_a_second_shift_and_a_calendar_of_weekdays(tmp_path: Path) -> None:
    calendar = WorkCalendar(zone="UTC", hours=((22 * H, 24 * H),), official=False, days={dt.date(2024, 6, 8): True})
    store = Store.create(tmp_path / "store", calendar=calendar)
    moments = [
        dt.datetime(2024, 6, 7, 22),
        dt.datetime(2024, 6, 8, 0),
        dt.datetime(2024, 6, 8, 23),
        dt.datetime(2024, 6, 9, 23),
        dt.datetime(2024, 6, 10, 22, 0, 1),
    ]
    import_rows(store, "tickets", [{"ticket": i, "created_at": m} for i, m in enumerate(moments)], origin="test")
    work = [w for (w,) in rows(store, "tickets", "created_work")]
    assert [w - work[0] for w in work] == [0, 2 * H, 3 * H, 4 * H, 4 * H + 1]


def test_days_follow_the_zone_of_the_company_not_the_machine(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "store", calendar=WorkCalendar(zone="America/New_York", official=False))
    given = ["2024-03-10T04:59:59Z", "2024-03-10T05:00:00Z", "2024-07-01T03:59:59Z", "2024-07-01T04:00:00Z"]
    import_rows(store, "tickets", [{"ticket": i, "created_at": m} for i, m in enumerate(given)], origin="test")
    assert [str(d) for (d,) in rows(store, "tickets", "created_on")] == ["2024-03-09", "2024-03-10", "2024-06-30", "2024-07-01"]


def test_coordinates_count_from_the_first_published_day_and_do_not_move_when_years_are_added() -> None:
    days = work_days(WorkCalendar())
    assert days.first >= EPOCH
    assert days.rows[0][1] == 0
    shorter = WorkCalendar(official=False)
    more = WorkCalendar(official=False, days={dt.date(2099, 12, 31): False})
    last = dt.date(2026, 12, 31)
    assert work_days(shorter).sum_until(last) == work_days(more).sum_until(last)
    assert work_days(shorter).sum_until(dt.date(2099, 12, 31)) != work_days(more).sum_until(dt.date(2099, 12, 31))


def test_the_formula_of_the_calendar_is_the_coordinate() -> None:
    days = work_days(WorkCalendar())
    day, before, s1, e1, s2, e2 = next(row for row in days.rows if row[0] == dt.date(2024, 6, 3))
    with duck.connect() as con:
        days.load(con)
        days.load(con)
        for second in (0, 9 * H, 12 * H, 12 * H + 5, 17 * H, 86_399):
            local = f"TIMESTAMP '{dt.datetime.combine(day, dt.time()) + dt.timedelta(seconds=second)}'"
            got = con.execute(f"SELECT {coordinate(local, 'd')} FROM {days.table} d WHERE d.day = {local}::DATE").fetchall()
            assert got == [(before + max(min(second, e1) - s1, 0) + max(min(second, e2) - s2, 0),)]


def test_zones_agree_with_the_zone_database() -> None:
    chance = random.Random(7)
    moments = [dt.datetime(1975, 1, 1) + dt.timedelta(seconds=chance.randrange(80 * 365 * 86_400)) for _ in range(500)]
    with duck.connect() as con:
        for zone in ("Asia/Shanghai", "UTC", "Asia/Kolkata", "Europe/Rome", "America/New_York"):
            duck.text_table(con, "m", ["t"], [[str(m)] for m in moments])
            got = con.execute(f"SELECT {to_local('t::TIMESTAMP', zone)}, {to_utc(to_local('t::TIMESTAMP', zone), zone)} FROM m").fetchall()
            wanted = [m.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) for m in moments]
            assert [local for local, _ in got] == wanted, zone
            apart = [abs((back - m).total_seconds()) for m, (_, back) in zip(moments, got, strict=True)]
            ambiguous = 0 if zone in {"UTC", "Asia/Kolkata"} else 3600  # the hour that comes twice when clocks go back
            assert max(apart) <= ambiguous, zone


def test_a_zone_that_stopped_moving_its_clock_is_a_fixed_shift() -> None:
    assert settled("Asia/Shanghai") == (dt.datetime(1991, 10, 2), 8 * H)
    assert settled("Europe/Rome") == (None, 0)
    assert settled("UTC") == (dt.datetime(1970, 1, 1), 0)
