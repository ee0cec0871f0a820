"""Evidence: the store, imports, mappings."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jikao.api.schemes import shipped
from jikao.scheme.calendar import WorkCalendar
from jikao.scheme.number import narrow
from jikao.scheme.period import parse_day
from jikao.scheme.problem import Level, Problem, Refused, kind
from jikao.scheme.text import Text

if TYPE_CHECKING:
    from jikao.evidence.report import ImportReport
    from jikao.evidence.store import Store

HOURS = kind(
    "calendar.hours", Level.ERROR,
    what=Text("工作时间“{given}”不对", '"{given}" are no working hours'),
    why=Text("按工作时间计时要知道每天何时上班", "working time is counted between these hours"),
    mend=Text("写作 09:00-12:00,13:00-18:00:一段或两段,先后相接不重叠", "write 09:00-12:00,13:00-18:00: one or two stretches, in order, not overlapping"),
)  # fmt: skip
SINGLE_DAY = kind(
    "calendar.day", Level.ERROR,
    what=Text("“{given}”没有说明哪一天、上不上班", '"{given}" does not say which day, and whether it is worked'),
    why=Text("公司自定的放假与上班日优先于国家日历", "the company's own days come before the official calendar"),
    mend=Text("写作 2024-02-09=off(放假)或 2024-02-10=work(上班)", "write 2024-02-09=off or 2024-02-10=work"),
)  # fmt: skip


def open_store(root: Path, *, create: bool = False) -> Store:
    """The evidence store in a folder; with ``create`` it is made when there is none."""
    from jikao.evidence.store import Store

    if create and not (root / "store.json").exists():
        return Store.create(root)
    return Store.open(root)


def mapping_names() -> list[str]:
    """The mappings that ship with the product."""
    folder = files("jikao.presets").joinpath("mappings")
    return sorted(p.name.removesuffix(".yaml") for p in folder.iterdir() if p.name.endswith(".yaml"))


def import_file(
    store: Store, path: Path, *, mapping: str | None = None, shape: str | None = None, sheet: str | None = None, by: str = ""
) -> ImportReport:
    """Import a file, by a mapping (a shipped name or a file) or as one shape (by default the one the file is named after).

    Raises ``Refused`` when the import is refused; the report of all its problems then lies in the store.
    """
    from jikao.evidence.importing import import_file as take_in
    from jikao.evidence.shapes import SHAPES

    if mapping is None and shape is None and path.stem in SHAPES:
        shape = path.stem
    return take_in(store, path, mapping=None if mapping is None else _mapping(mapping), shape=shape, sheet=sheet, by=by)


def _mapping(name: str) -> Any:
    from jikao.evidence.mapping import read_mapping_file

    if name in mapping_names():
        with shipped("mappings", f"{name}.yaml") as path:
            return read_mapping_file(path)
    return read_mapping_file(Path(name))


def propose_mapping(path: Path, *, sheet: str | None = None) -> str:
    """The text of a mapping proposed from a file's header; what it could not place is left as comments."""
    from jikao.evidence.propose import propose

    return propose(path, sheet=sheet)


def new_store(root: Path, *, zone: str, hours: str, days: Mapping[str, str]) -> Store:
    """A new store with a working-day calendar of its own.

    ``hours`` is one or two stretches such as ``09:00-12:00,13:00-18:00``; ``days`` says of single days whether they are
    worked (``2024-02-09`` → ``off`` or ``work``), over and above the official calendar.
    """
    from jikao.evidence.store import Store

    problems: list[Problem] = []
    stretches = tuple(_stretch(part, problems) for part in hours.split(","))
    worked = {day: works for text, word in days.items() for day, works in [_day(text, word, problems)]}
    if not problems and (len(stretches) > 2 or any(a[1] > b[0] for a, b in pairwise(stretches))):
        problems.append(HOURS(given=hours))
    if problems:
        raise Refused(problems)
    return Store.create(root, calendar=WorkCalendar(zone=zone, hours=stretches, days=worked))


def _stretch(text: str, problems: list[Problem]) -> tuple[int, int]:
    """``09:00-12:00`` as seconds from midnight."""
    found = re.fullmatch(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})", narrow(text))
    start, end = (0, 0) if found is None else (3600 * int(found[1]) + 60 * int(found[2]), 3600 * int(found[3]) + 60 * int(found[4]))
    if not 0 <= start < end <= 86_400:
        problems.append(HOURS(given=text))
    return start, end


def _day(text: str, word: str, problems: list[Problem]) -> tuple[dt.date, bool]:
    try:
        day = parse_day(text)
    except ValueError:
        problems.append(SINGLE_DAY(given=f"{text}={word}"))
        return dt.date.min, False
    if word not in ("off", "work"):
        problems.append(SINGLE_DAY(given=f"{text}={word}"))
    return day, word == "work"
