"""The store is one folder with one truth, written in one step."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from jikao.evidence import store as store_module
from jikao.evidence.importing import import_rows
from jikao.evidence.store import Store
from jikao.scheme.calendar import WorkCalendar
from jikao.scheme.problem import Refused

from .helpers import codes, files, rows, take

CALENDAR = WorkCalendar("部门", "Asia/Tokyo", ((8 * 3600, 16 * 3600),), {dt.date(2024, 6, 8): True}, official=False)


def refused(action: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as caught:
        action()
    return [p.code for p in caught.value.problems]


def test_a_store_opens_as_it_was_created(tmp_path: Path) -> None:
    Store.create(tmp_path / "s", calendar=CALENDAR)
    opened = Store.open(tmp_path / "s")
    assert opened.calendar == CALENDAR
    assert dict(opened.snapshot().tables) == {}


def test_a_store_is_not_created_over_another(tmp_path: Path) -> None:
    Store.create(tmp_path / "s")
    assert refused(lambda: Store.create(tmp_path / "s")) == ["store.exists"]


def test_a_zone_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    assert refused(lambda: Store.create(tmp_path / "s", calendar=WorkCalendar(zone="Asia/Nowhere"))) == ["store.zone"]


def test_a_folder_that_is_no_store_is_refused(tmp_path: Path) -> None:
    assert refused(lambda: Store.open(tmp_path)) == ["store.missing"]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"format": 2}', "null", '{"format": 1, "calendar": 3}', "[" * 100_000])
def test_a_damaged_store_file_is_a_problem_not_a_traceback(tmp_path: Path, text: str) -> None:
    Store.create(tmp_path / "s")
    (tmp_path / "s" / "store.json").write_text(text)
    assert refused(lambda: Store.open(tmp_path / "s")) == ["store.broken"]


def test_parts_outside_the_store_are_not_believed(tmp_path: Path) -> None:
    Store.create(tmp_path / "s")
    path = tmp_path / "s" / "store.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"parts": {"people": ["../../elsewhere.parquet"]}}))
    assert refused(lambda: Store.open(tmp_path / "s")) == ["store.broken"]


def test_a_snapshot_stands_still_while_the_store_moves_on(store: Store) -> None:
    before = store.snapshot()
    import_rows(store, "people", [{"person": "甲", "name": "改名"}, {"person": "丙"}], origin="later")
    assert {p.exists() for p in before.tables["people"]} == {True}
    assert before.tables != store.snapshot().tables
    assert before.origins | store.snapshot().origins == store.snapshot().origins


def test_a_shape_imported_without_rows_is_covered_and_empty(store: Store) -> None:
    assert not store.snapshot().covers("complaints")
    import_rows(store, "complaints", [], origin="none this month")
    assert store.snapshot().covers("complaints")
    assert store.snapshot().tables["complaints"] == ()


def test_a_second_writer_waits_and_then_says_so(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "_WAIT", 0.1)
    with store.writing():
        assert refused(lambda: import_rows(Store.open(store.root), "people", [{"person": "丙"}], origin="other")) == ["store.busy"]


def test_an_import_sees_what_others_wrote_since_the_store_was_opened(store: Store) -> None:
    other = Store.open(store.root)
    import_rows(other, "people", [{"person": "丙"}], origin="other")
    import_rows(store, "people", [{"person": "丁"}], origin="ours")
    assert [p for (p,) in rows(store, "people", "person", "person")] == sorted(["甲", "乙", "丙", "丁"])


def test_changed_days_of_the_official_calendar_stop_an_import(store: Store) -> None:
    path = store.root / "store.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"days_sum": "0" * 16}))
    assert refused(lambda: import_rows(store, "people", [{"person": "丙"}], origin="x")) == ["store.days-moved"]


def test_what_killed_imports_left_is_swept_away_but_not_what_a_run_may_still_read(store: Store) -> None:
    folder = store.root / "parts" / "people"
    fresh, stale = folder / "999998-x.parquet", folder / "999999-x.parquet"
    for path in (fresh, stale):
        path.write_bytes(b"x")
    for name in ("import-killed", "a-run", "an-old-run"):
        (store.root / "tmp" / name).mkdir()
    for path in (stale, store.root / "tmp" / "an-old-run"):
        os.utime(path, (time.time() - 2 * 86_400,) * 2)
    import_rows(store, "people", [{"person": "丙"}], origin="x")
    assert (fresh.exists(), stale.exists(), [p.name for p in (store.root / "tmp").iterdir()]) == (True, False, ["a-run"])


def test_a_store_that_cannot_be_written_to_says_so(store: Store, write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    before = files(store.root)
    path = write("people.csv", "person\n丙\n")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("jikao.evidence.merge.sync_folder", full)
    assert refused(lambda: take(store, path)) == ["store.unwritable"]
    monkeypatch.undo()
    after = files(store.root)
    assert {name: data for name, data in after.items() if name in before} == before
    assert take(store, path).added == {"people": 1}


MOMENTS = {
    "while the file is copied": "import hashlib; patch(hashlib, 'sha256')",
    "before anything is staged": "from jikao.evidence import importing; patch(importing, 'stage')",
    "before the first part is written": "from jikao.evidence import importing; patch(importing, 'merge')",
    "after the parts are written": "from jikao.evidence import importing; patch(importing, '_commit')",
    "before the raw file is put away": "from pathlib import Path; patch(Path, 'replace')",
    "before the truth is replaced": "from jikao.evidence.store import Store; patch(Store, 'commit')",
}
KILLED = """
import os, signal, sys
from pathlib import Path
def patch(thing, name):
    setattr(thing, name, lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL))
from jikao.evidence.importing import import_file
from jikao.evidence.store import Store
store = Store.open(Path(sys.argv[1]))
exec(sys.argv[3])
import_file(store, Path(sys.argv[2]), shape="tickets")
"""


def tickets(count: int) -> str:
    lines = (f"t{i},2024-06-03 09:{i % 60:02}:00,甲" for i in range(count))
    return "ticket,created_at,solver\n" + "\n".join(lines) + "\n"


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_half_way_the_store_is_as_it_was(store: Store, write: Callable[..., Path], moment: str) -> None:
    path = write("tickets.csv", tickets(2000))
    import_rows(store, "tickets", [{"ticket": "t7", "created_at": "2024-01-02 09:00"}], origin="earlier")
    before, truth = files(store.root), store.snapshot()
    died = subprocess.run([sys.executable, "-c", KILLED, str(store.root), str(path), MOMENTS[moment]], check=False).returncode
    assert died == -signal.SIGKILL
    after = files(store.root)
    assert {name: data for name, data in after.items() if name in before} == before
    assert Store.open(store.root).snapshot() == truth
    report = take(Store.open(store.root), path, shape="tickets")
    assert (report.added, report.changed) == ({"tickets": 1999}, {"tickets": 1})
    assert len(rows(Store.open(store.root), "tickets")) == 2000


def test_killed_at_any_time_the_store_holds_all_of_an_import_or_nothing(store: Store, write: Callable[..., Path]) -> None:
    path = write("tickets.csv", tickets(60_000))
    for wait in (0.6, 0.8, 1.0, 1.2):
        child = subprocess.Popen([sys.executable, "-c", KILLED, str(store.root), str(path), "pass"])
        time.sleep(wait)
        child.kill()
        child.wait()
        there = Store.open(store.root)
        assert len(rows(there, "tickets")) == 60_000 if there.snapshot().covers("tickets") else "tickets" not in there.state.parts
    assert codes(take(store, path, shape="tickets")) == []
    assert len(rows(store, "tickets")) == 60_000
