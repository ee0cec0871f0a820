"""What an import did, and the problem report of one that was refused: a CSV that opens in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from jikao.scheme.problem import Problem, errors
from jikao.scheme.text import Text

_HEADER = (
    "行 row",
    "列 column",
    "单元格 cell",
    "值 value",
    "代码 code",
    "级别 level",
    "问题",
    "原因",
    "改法",
    "problem",
    "why",
    "how to mend",
)


@dataclass(frozen=True)
class ImportReport:
    """The outcome of one import: counts of rows by shape, problems, and where the problem report of a refusal lies."""

    import_id: str
    added: Mapping[str, int] = field(default_factory=dict)
    changed: Mapping[str, int] = field(default_factory=dict)
    same: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    report: Path | None = None

    @property
    def refused(self) -> bool:
        """Whether an error stopped it: then nothing in the store changed."""
        return bool(errors(self.problems))

    @property
    def nothing_changed(self) -> bool:
        return not any(self.added.values()) and not any(self.changed.values())


def write_report(path: Path, problems: Iterable[Problem]) -> Path:
    """One line a problem, in both languages, with a byte-order mark so that Excel reads it right."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_HEADER)
        writer.writerows([_safe(cell) for cell in _line(problem)] for problem in problems)
    return path


def _line(problem: Problem) -> list[str]:
    place, values = problem.place, problem.values
    said = [part(lang) for lang in ("zh", "en") for part in (problem.what, problem.why, problem.mend)]
    column = values.get("column", place.column)
    row, name = ("" if part is None else str(part.zh if isinstance(part, Text) else part) for part in (place.line, column))
    return [row, name, place.cell, str(values.get("value", "")), problem.code, str(problem.level), *said]


def _safe(cell: str) -> str:
    """A cell that a spreadsheet will not run as a formula."""
    return "'" + cell if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
