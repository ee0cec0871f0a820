"""Late evidence re-measures only whom it touches, and the result is that of a full run."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests import samples
from tests.scoring.test_engines import canonical

from jikao.evidence.importing import import_rows
from jikao.evidence.store import Store
from jikao.scheme.period import parse_period
from jikao.scoring.refresh import Earlier, refresh, touched_people
from jikao.scoring.run import score

PRESET = "s1-indicators"
PERIOD = parse_period(samples.PERIODS[PRESET])


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return samples.fill(Store.create(tmp_path / "store"), PRESET)


def late_ticket(store: Store, day: str, name: str = "LATE-1") -> Store:
    row = {
        "ticket": name, "assignee": "T02", "solver": "T02", "responder": "T03", "created_at": f"{day} 09:00", "responded_at": f"{day} 09:10",
        "solved_at": f"{day} 11:00", "status": "solved",
    }  # fmt: skip
    report = import_rows(store, "tickets", [row], origin="late")
    assert not report.refused, report.problems
    return Store.open(store.root)


def test_a_late_ticket_touches_its_solver_and_its_responder(store: Store) -> None:
    before = store.snapshot()
    after = late_ticket(store, f"{PERIOD.start:%Y-%m}-20").snapshot()
    assert touched_people(samples.rules(PRESET), before, after, (PERIOD,)) == ("T02", "T03")


def test_a_ticket_of_another_month_touches_nobody(store: Store) -> None:
    before = store.snapshot()
    after = late_ticket(store, "2023-01-20").snapshot()
    assert touched_people(samples.rules(PRESET), before, after, (PERIOD,)) == ()


def test_a_new_person_touches_everybody(store: Store) -> None:
    before = store.snapshot()
    import_rows(store, "people", [{"person": "NEW", "department": "技术支持部"}], origin="late")
    assert touched_people(samples.rules(PRESET), before, Store.open(store.root).snapshot(), (PERIOD,)) is None


def test_a_refresh_gives_the_same_bytes_as_a_full_run(store: Store, tmp_path: Path) -> None:
    rules, before = samples.rules(PRESET), store.snapshot()
    score(rules, before, [PERIOD], tmp_path / "first")
    after = late_ticket(store, f"{PERIOD.start:%Y-%m}-20").snapshot()
    touched = refresh(rules, Earlier(before, tmp_path / "first"), after, [PERIOD], tmp_path / "refreshed")
    score(rules, after, [PERIOD], tmp_path / "full")
    assert touched == ("T02", "T03")
    assert canonical(tmp_path / "refreshed") == canonical(tmp_path / "full")
    assert canonical(tmp_path / "full") != canonical(tmp_path / "first")
