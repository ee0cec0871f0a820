"""Remembering the run made last for a scheme and period, so that the next one need only measure what changed.

This is a convenience, never a source of truth: whatever does not match (another text, another calendar, part files
that are gone, another version of the program) means a full run.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path

from jikao.evidence.snapshot import Snapshot
from jikao.scheme.calendar import WorkCalendar
from jikao.scoring.refresh import Earlier
from jikao.scoring.statements import writers


def remember(folder: Path, scheme_sha256: str, snapshot: Snapshot, out: Path) -> None:
    """Keep what a refresh needs of a finished run; replaced whole."""
    parts = {shape: [str(path) for path in paths] for shape, paths in snapshot.tables.items()}
    about = {"scheme": scheme_sha256, "calendar": _calendar(snapshot.calendar), "writers": writers(), "parts": parts}
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        made = Path(scratch) / "latest"
        made.mkdir()
        shutil.copy2(out / "measures.parquet", made / "measures.parquet")
        (made / "about.json").write_text(json.dumps(about), "utf-8")
        if folder.exists():
            folder.rename(Path(scratch) / "before")
        made.rename(folder)


def earlier_run(folder: Path, scheme_sha256: str, calendar: WorkCalendar) -> Earlier | None:
    """The run remembered, if it was made by the same text, calendar and program and its evidence is still there."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        about = json.loads((folder / "about.json").read_text("utf-8"))
        same = about["scheme"] == scheme_sha256 and about["calendar"] == _calendar(calendar) and about["writers"] == writers()
        parts = {str(shape): tuple(map(Path, paths)) for shape, paths in about["parts"].items()}
        there = (folder / "measures.parquet").is_file() and all(path.is_file() for paths in parts.values() for path in paths)
        if same and there:
            return Earlier(Snapshot(parts, calendar), folder)
    return None


def _calendar(calendar: WorkCalendar) -> str:
    values = asdict(calendar) | {"days": {str(day): works for day, works in sorted(calendar.days.items())}, "version": calendar.version}
    return json.dumps(values, sort_keys=True)
