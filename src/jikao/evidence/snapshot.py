"""What a run reads: the evidence as it stood, and the calendar it is judged by. Nothing else goes in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from jikao.scheme.calendar import WorkCalendar


@dataclass(frozen=True)
class Snapshot:
    """``tables``: the parquet files of every *covered* shape; a shape nobody ever imported is absent, not empty."""

    tables: Mapping[str, tuple[Path, ...]]
    calendar: WorkCalendar
    origins: Mapping[str, str] = field(default_factory=dict)
    """File name by import id, for problems that point at a row."""

    def covers(self, shape: str) -> bool:
        return shape in self.tables
