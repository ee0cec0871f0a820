"""The store: a folder of evidence. ``store.json`` is the only truth in it and is replaced in one step.

    store.json                  calendar, imports in order, and which parts make up each shape
    parts/<shape>/*.parquet     immutable tables as ``shapes.stored`` describes them
    raw/                        every imported file and mapping as it came, named by import
    reports/                    problem reports of refused imports
    tmp/                        work in progress; nothing in it counts

An import writes new parts beside the old ones and then replaces ``store.json``. Killed at any moment before that, it
leaves the store as it was; what it left behind is swept away by the next import.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from jikao.evidence import duck
from jikao.evidence.clock import work_days
from jikao.evidence.lock import locked
from jikao.evidence.shapes import SHAPES
from jikao.evidence.snapshot import Snapshot
from jikao.scheme.calendar import WorkCalendar
from jikao.scheme.problem import Level, Place, Refused, kind
from jikao.scheme.text import Text

FORMAT = 1
"""The version of ``store.json``; a store of another version is not guessed at."""

_DAY = 86_400
_OURS = "import-"
_WAIT = 30.0

NO_STORE = kind(
    "store.missing", Level.ERROR,
    what=Text("{path} 不是证据库", "{path} is not an evidence store"),
    why=Text("证据库是含有 store.json 的文件夹。", "A store is a folder with a store.json."),
    mend=Text("先用 jikao import 建立,或检查路径。", "Create one with jikao import, or check the path."),
)  # fmt: skip
BROKEN = kind(
    "store.broken", Level.ERROR,
    what=Text("证据库的 store.json 无法读取:{cause}", "The store's store.json cannot be read: {cause}"),
    why=Text("它记录哪些文件是证据,读不懂就不能使用。", "It says which files are evidence; unread, nothing can be used."),
    mend=Text("从备份恢复该文件,或由 raw/ 中的原文件重新导入。", "Restore it from a backup, or import the files in raw/ again."),
)  # fmt: skip
EXISTS = kind(
    "store.exists", Level.ERROR,
    what=Text("{path} 已是证据库", "{path} is a store already"),
    why=Text("新建会丢掉已有的证据。", "Creating it anew would lose the evidence in it."),
    mend=Text("直接使用它,或换一个文件夹。", "Use it, or choose another folder."),
)  # fmt: skip
BUSY = kind(
    "store.busy", Level.ERROR,
    what=Text("另一个导入正在进行", "Another import is under way"),
    why=Text("同一证据库一次只写入一份。", "A store takes one import at a time."),
    mend=Text("等它结束后再试。", "Try again when it is done."),
)  # fmt: skip
ZONE = kind(
    "store.zone", Level.ERROR,
    what=Text("没有“{zone}”这个时区", "There is no time zone {zone}"),
    why=Text("每个时间都要按公司时区归到某一天。", "Every instant is put on a day of the company's zone."),
    mend=Text("写成 Asia/Shanghai 之类的名字。", "Write a name such as Asia/Shanghai."),
)  # fmt: skip
UNWRITABLE = kind(
    "store.unwritable", Level.ERROR,
    what=Text("证据库写不进去:{cause}", "The store cannot be written to: {cause}"),
    why=Text("没有写完的导入不算数,证据库还是原来的样子。", "An import not written to its end does not count; the store is as it was."),
    mend=Text("检查权限与磁盘空间后再试。", "Check permissions and disk space and try again."),
)  # fmt: skip
DAYS_MOVED = kind(
    "store.days-moved", Level.ERROR,
    what=Text("工作日历的既有日子变了({was} → {now})", "Days of the working calendar have changed ({was} → {now})"),
    why=Text("已存的工作时间按旧日历算得,新旧混用会得出错误的时长。", "Stored working time follows the old days; mixed with the new ones, durations come out wrong."),
    mend=Text("用 Store.create 新建证据库,由 raw/ 中的原文件重新导入。", "Create a new store and import the files in raw/ again."),
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One import that took place: what came, from where, through which mapping, and what it changed."""

    import_id: str
    at: str
    origin: str
    by: str = ""
    raw: str = ""
    mapping: str = ""
    counts: Mapping[str, tuple[int, int, int]] = field(default_factory=dict)
    """Shape → rows added, changed, the same."""


@dataclass(frozen=True)
class State:
    """What ``store.json`` says. ``parts`` names files relative to the store; a covered shape without rows has none."""

    calendar: WorkCalendar
    days_until: str
    days_sum: str
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    imports: tuple[Entry, ...] = ()
    written: int = 0
    """How many part files were ever written: names are never used twice."""


class Store:
    """A folder of evidence. Everything read from it comes through ``snapshot``; only imports write to it."""

    def __init__(self, root: Path, state: State) -> None:
        self.root = root
        self.state = state

    @classmethod
    def create(cls, root: Path, *, calendar: WorkCalendar | None = None) -> Store:
        """An empty store. Raises ``Refused`` when there is one already, or when the calendar's zone does not exist."""
        calendar = calendar or WorkCalendar()
        if (root / "store.json").exists():
            raise Refused([EXISTS(Place(str(root)), path=root)])
        _check_zone(calendar.zone)
        days = work_days(calendar)
        store = cls(root, State(calendar, str(days.last), days.sum_until(days.last)))
        with _writable(root):
            store._make_folders()
            store.commit(store.state)
        return store

    @classmethod
    def open(cls, root: Path) -> Store:
        """The store in a folder. Raises ``Refused`` when there is none or it cannot be read."""
        path = root / "store.json"
        if not path.is_file():
            raise Refused([NO_STORE(Place(str(root)), path=root)])
        try:
            return cls(root, _state_of(json.loads(path.read_text("utf-8"))))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, ZoneInfoNotFoundError) as cause:
            raise Refused([BROKEN(Place(str(path)), cause=f"{type(cause).__name__}: {cause}")]) from cause

    @property
    def calendar(self) -> WorkCalendar:
        """The working-day calendar every stored coordinate follows."""
        return self.state.calendar

    def snapshot(self) -> Snapshot:
        """The evidence as it stands: the part files of every covered shape."""
        origins = {entry.import_id: entry.origin for entry in self.state.imports}
        return Snapshot({shape: self.paths(shape) for shape in self.state.parts}, self.calendar, origins)

    def paths(self, shape: str) -> tuple[Path, ...]:
        """The part files of a shape; none when nobody ever imported it."""
        return tuple(self.root / part for part in self.state.parts.get(shape, ()))

    @contextlib.contextmanager
    def writing(self) -> Iterator[Path]:
        """Sole right to write, and a scratch folder. Reads the state afresh. Raises ``Refused`` when busy or the days moved."""
        self.state = Store.open(self.root).state
        with _writable(self.root), _locked(self.root / "lock"):
            self.state = Store.open(self.root).state
            self._check_days()
            self._make_folders()
            self._sweep()
            scratch = Path(tempfile.mkdtemp(prefix=_OURS, dir=self.root / "tmp"))
            try:
                yield scratch
            finally:
                shutil.rmtree(scratch, ignore_errors=True)

    def commit(self, state: State) -> None:
        """Make ``state`` the truth, in one step that survives a crash."""
        target = self.root / "store.json"
        new = self.root / "tmp" / f"{_OURS}store.json"
        with new.open("w", encoding="utf-8") as file:
            json.dump(_json_of(state), file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        new.replace(target)
        sync_folder(self.root)
        self.state = state

    def _check_days(self) -> None:
        days = work_days(self.calendar)
        if days.sum_until(dt.date.fromisoformat(self.state.days_until)) != self.state.days_sum:
            raise Refused([DAYS_MOVED(Place(str(self.root)), was=self.state.days_sum, now=self.calendar.version)])
        self.state = replace(self.state, days_until=str(days.last), days_sum=days.sum_until(days.last))

    def _make_folders(self) -> None:
        for folder in ("parts", "raw", "reports", "tmp"):
            (self.root / folder).mkdir(parents=True, exist_ok=True)

    def _sweep(self) -> None:
        """Remove what killed imports left, and what nobody has needed for a day: a run may still be at work on anything newer."""
        old = time.time() - _DAY
        for left in (self.root / "tmp").iterdir():
            if left.name.startswith(_OURS) or left.stat().st_mtime < old:
                shutil.rmtree(left, ignore_errors=True)
        used = {part for parts in self.state.parts.values() for part in parts}
        for path in (self.root / "parts").glob("*/*.parquet"):
            if path.relative_to(self.root).as_posix() not in used and path.stat().st_mtime < old:
                path.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make renames in a folder last through a power cut, where the system can."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextlib.contextmanager
def _writable(root: Path) -> Iterator[None]:
    """What the system will not let us write becomes a problem."""
    try:
        yield
    except (OSError, duck.Unwritable) as cause:
        said = str(cause).splitlines()[0][:200]
        raise Refused([UNWRITABLE(Place(str(root)), cause=said)]) from cause


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """The store's lock, or the problem that another import holds it."""
    with locked(path, _WAIT) as free:
        if not free:
            raise Refused([BUSY()])
        yield


def _check_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as cause:
        raise Refused([ZONE(zone=zone)]) from cause


# --- store.json --------------------------------------------------------------------------------------------------


def _json_of(state: State) -> dict[str, Any]:
    calendar = asdict(state.calendar) | {"days": {str(day): works for day, works in sorted(state.calendar.days.items())}}
    rest = {k: v for k, v in asdict(state).items() if k != "calendar"}
    return {"format": FORMAT, "calendar": calendar, **rest}


def _state_of(read: dict[str, Any]) -> State:
    if read["format"] != FORMAT:
        raise ValueError(f"format {read['format']}")
    calendar = read["calendar"]
    _ = ZoneInfo(calendar["zone"])
    return State(
        WorkCalendar(
            calendar["name"],
            calendar["zone"],
            tuple((int(a), int(b)) for a, b in calendar["hours"]),
            {dt.date.fromisoformat(day): bool(works) for day, works in calendar["days"].items()},
            bool(calendar["official"]),
        ),
        read["days_until"],
        read["days_sum"],
        {SHAPES[shape].name: tuple(map(_part, parts)) for shape, parts in read["parts"].items()},
        tuple(Entry(**(e | {"counts": {s: tuple(c) for s, c in e["counts"].items()}})) for e in read["imports"]),
        int(read["written"]),
    )


def _part(name: str) -> str:
    """The name of a part file, which lies in the store and nowhere else."""
    if not _PART.fullmatch(name):
        raise ValueError(name)
    return name


_PART = re.compile(r"parts/[a-z_]+/[0-9a-f-]+\.parquet")
