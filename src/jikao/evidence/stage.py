"""One table of text becomes one staged table of a shape, with every cell that cannot be taken reported.

A staged table holds the shape's columns as they will be stored, and three bit masks (one bit a column, in the order
of the shape): what could not be read, what lies out of range, what is missing. Only flagged columns are looked at
again, so a clean file is read once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from jikao.evidence import duck
from jikao.evidence.backend import quoted
from jikao.evidence.clock import WorkDays
from jikao.evidence.duck import Con
from jikao.evidence.shapes import SCALES, Column, Shape, Type
from jikao.evidence.typed import LONGEST, Times, halfway, value
from jikao.scheme.number import LARGEST
from jikao.scheme.problem import Kind, Level, Place, Problem, kind
from jikao.scheme.text import Text
from jikao.scheme.words import several

SHOWN = 200
"""Problems of one kind in one column that are listed one by one; the rest are counted."""

FIRST_DAY, LAST_DAY = dt.date(1900, 1, 1), dt.date(2199, 12, 31)
FIRST_INSTANT = dt.date(1970, 1, 2)
"""1970-01-01 is how many systems write "not set"."""

ONE_DAY, ONE_SECOND = dt.timedelta(days=1), dt.timedelta(seconds=1)

_MEND_CELL = Text("请在原文件中改正后重新导入。", "Correct it in the file and import again.")

NOT_READ: dict[Type, Kind] = {
    Type.WORD: kind(
        "evidence.word", Level.ERROR,
        what=Text("“{column}”不接受“{value}”", "{column} does not take “{value}”"),
        why=Text("这一列只接受:{words};文字不超过 {longest} 字。", "This column takes only: {words}; no text is longer than {longest} characters."),
        mend=Text("改用列出的词,或在映射的 words 中说明对应关系。", "Use one of those words, or say in the mapping's words what it stands for."),
    ),
    Type.DAY: kind(
        "evidence.day", Level.ERROR,
        what=Text("“{column}”的“{value}”不是日期", "“{value}” in {column} is not a day"),
        why=Text("没有日期就不知道这一行属于哪个考核期;只有年月的也不知道是哪一天。", "Without a day nobody knows which period the row belongs to; a month alone does not say which day."),
        mend=Text("写成 2016-02-29;其他写法请在映射的 times.forms 中说明。", "Write 2016-02-29, or state the form in the mapping's times.forms."),
    ),
    Type.INSTANT: kind(
        "evidence.instant", Level.ERROR,
        what=Text("“{column}”的“{value}”不是时间", "“{value}” in {column} is not a point in time"),
        why=Text("时间读错会算错时长;25/2/2016 与 2/25/2016 之类无法自行判断。", "A time misread is a duration miscounted; nobody can tell 3/2/2016 from 2/3/2016."),
        mend=Text("写成 2016-02-29 07:08:00,或在映射的 times.forms 中写明形式,如 %d/%m/%Y %H:%M。",
                  "Write 2016-02-29 07:08:00, or state the form in the mapping's times.forms, such as %d/%m/%Y %H:%M."),
    ),
    Type.COUNT: kind(
        "evidence.count", Level.ERROR,
        what=Text("“{column}”的“{value}”不是整数", "“{value}” in {column} is not a whole number"),
        why=Text("次数只能是 0、1、2……", "A count is 0, 1, 2, …"), mend=_MEND_CELL,
    ),
    Type.NUMBER: kind(
        "evidence.number", Level.ERROR,
        what=Text("“{column}”的“{value}”不是至多四位小数的数", "“{value}” in {column} is not a number of at most four decimals"),
        why=Text("分数按小数精确计算,不做隐含的舍入。", "Points are computed exactly; nothing is rounded in secret."),
        mend=Text("写成普通数字(不用科学计数法),至多四位小数。", "Write a plain number (no exponent) with at most four decimals."),
    ),
    Type.MONEY: kind(
        "evidence.money", Level.ERROR,
        what=Text("“{column}”的“{value}”不是至多两位小数的金额", "“{value}” in {column} is not an amount of at most two decimals"),
        why=Text("金额精确到分。", "Money is exact to the fen."), mend=_MEND_CELL,
    ),
    Type.SHARE: kind(
        "evidence.share", Level.ERROR,
        what=Text("“{column}”的“{value}”不是比例", "“{value}” in {column} is not a share"),
        why=Text("比例写成 40% 或 0.4,至多六位小数。", "A share is written 40% or 0.4, with at most six decimals."),
        mend=Text("改成百分数或小数;三人平分请留空,系统会精确均分。", "Write a percentage or a decimal; leave shares empty to divide equally, exactly."),
    ),
    Type.SECONDS: kind(
        "evidence.duration", Level.ERROR,
        what=Text("“{column}”的“{value}”不是时长", "“{value}” in {column} is not a length of time"),
        why=Text("时长写成秒数、00:02:23 或 15min。", "A length of time is seconds, 00:02:23 or 15min."), mend=_MEND_CELL,
    ),
    Type.FLAG: kind(
        "evidence.flag", Level.ERROR,
        what=Text("“{column}”的“{value}”不是“是/否”", "“{value}” in {column} is neither yes nor no"),
        why=Text("只接受 是/否、yes/no、true/false、Y/N、1/0。", "Only yes/no, true/false, Y/N, 1/0, 是/否 are understood."), mend=_MEND_CELL,
    ),
}  # fmt: skip
"""What it is called when a cell cannot be read as its type."""

OUT_OF_RANGE = kind(
    "evidence.range", Level.ERROR,
    what=Text("“{column}”的“{value}”超出范围 {low}–{high}", "“{value}” in {column} is outside {low}–{high}"),
    why=Text("超出范围的数多半是填错了列或单位。", "A number out of range is usually a slip of column or unit."), mend=_MEND_CELL,
)  # fmt: skip
DATE_OUT_OF_RANGE = kind(
    "evidence.date-range", Level.ERROR,
    what=Text("“{column}”的日期“{value}”不在 {low} 至 {high} 之内", "The date “{value}” in {column} is outside {low} to {high}"),
    why=Text("工作时间只能在工作日历已公布的日子里计算;远古或远未来的日期是填错。", "Working time exists only on days whose calendar is published; dates far off are slips."),
    mend=Text("改正日期;若该年日历尚未公布,请更新 chinesecalendar 或在企业日历中写明。", "Correct the date; if the year is not published yet, update chinesecalendar or give the days in the company calendar."),
)  # fmt: skip
MISSING = kind(
    "evidence.required", Level.ERROR,
    what=Text("缺少“{column}”", "{column} is missing"),
    why=Text("没有这一项,这一行不能作为考核依据。", "Without it the row cannot be evidence."),
    mend=Text("补齐这一格后重新导入。", "Fill in the cell and import again."),
)  # fmt: skip
MORE = kind(
    "evidence.more", Level.ERROR,
    what=Text("“{column}”还有 {count} 处同样的问题({code})未逐一列出", "{column} has {count} more problems of this kind ({code})"),
    why=Text("先改正列出的,多半是同一个原因。", "They mostly have one cause."), mend=_MEND_CELL,
)  # fmt: skip


@dataclass(frozen=True)
class Texts:
    """Where a shape's texts come from.

    ``relation`` is a FROM item; ``row_no`` the SQL of a row's number in it, or ``None`` when rows are only counted as
    they pass (then ``first`` is the number of the first one); ``columns`` gives each column's SQL text (blank is
    NULL), ``headers`` what the file calls it; ``place`` names a cell. A row in which all ``filled`` columns are empty
    is no row.
    """

    relation: str
    row_no: str | None
    first: int
    columns: Mapping[str, str]
    headers: Mapping[str, str]
    place: Callable[[int, str], Place]
    times: Times
    filled: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Staged:
    """A staged table: its name, the SQL of a row's number, the columns it has (those given, with a default, or of the
    key; the others are empty), and the table of rows (by rowid) left out of it.
    """

    shape: Shape
    table: str
    row_no: str
    given: tuple[Column, ...]

    @property
    def dropped(self) -> str:
        return f"{self.table}_dropped"

    def columns(self, alias: str = "") -> str:
        dot = f"{alias}." if alias else ""
        return ", ".join(dot + duck.name(c.name) for c in self.given)


def stage(con: Con, shape: Shape, texts: Texts, days: WorkDays, table: str) -> Staged:
    """Read the texts once into a temporary table."""
    given = tuple(c for c in shape.columns if c.name in texts.columns or c.default is not None or c.name in shape.key)
    text = {f"t_{c.name}": _text(c, texts) for c in given}
    halves = {name: sql for c in given for name, sql in halfway(c, duck.name(f"t_{c.name}"), texts.times).items()}
    typed = {c.name: value(c, duck.name(f"t_{c.name}"), texts.times) for c in given}
    names = ", ".join(map(duck.name, typed))
    row_no = f"{texts.row_no} AS row_no, " if texts.row_no else ""
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {table} AS "
        f"SELECT {'row_no, ' if texts.row_no else ''}{names}, {_masks(shape, given, texts, days)} FROM (SELECT *, {_listed(typed)} "
        f"FROM (SELECT *{', ' if halves else ''}{_listed(halves)} FROM (SELECT {row_no}{_listed(text)} FROM {texts.relation})))"
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE {table}_dropped AS SELECT rowid AS sid FROM {table} WHERE blank")
    return Staged(shape, table, "row_no" if texts.row_no else f"rowid + {texts.first}", given)


def _listed(named: Mapping[str, str]) -> str:
    return ", ".join(f"{sql} AS {duck.name(name)}" for name, sql in named.items())


def _text(column: Column, texts: Texts) -> str:
    given = texts.columns.get(column.name, "NULL::VARCHAR")
    return given if column.default is None else f"coalesce({given}, {quoted(column.default)})"


def _masks(shape: Shape, given: Sequence[Column], texts: Texts, days: WorkDays) -> str:
    unread, off, lacking = [], [], []
    for bit, column in enumerate(shape.columns):
        text, typed = duck.name("t_" + column.name), duck.name(column.name)
        if column in given:
            unread.append(f"CASE WHEN {text} IS NOT NULL AND {typed} IS NULL THEN {1 << bit} ELSE 0 END")
            if column.type not in (Type.WORD, Type.FLAG):
                low, high = limits(column, texts.times, days)
                off.append(f"CASE WHEN {typed} < {low} OR {typed} > {high} THEN {1 << bit} ELSE 0 END")
        if column.required:
            lacking.append(f"CASE WHEN {text} IS NULL THEN {1 << bit} ELSE 0 END" if column in given else str(1 << bit))
    filled = [duck.name(f"t_{name}") for name in sorted(texts.filled)]
    blank = f"coalesce({', '.join(filled)}) IS NULL" if filled else "false"
    masks = {"unread": unread, "off": off, "lacking": lacking}
    listed = ", ".join(f"CASE WHEN {blank} THEN 0 ELSE ({' + '.join(parts) or '0'})::BIGINT END AS {mask}" for mask, parts in masks.items())
    return f"{listed}, {blank} AS blank"


def limits(column: Column, times: Times, days: WorkDays) -> tuple[str, str]:
    """SQL of the least and the greatest stored value a column takes."""
    if column.type is Type.DAY:
        return f"DATE '{FIRST_DAY}'", f"DATE '{LAST_DAY}'"
    if column.type is Type.INSTANT:
        first, last = (days.first, days.last) if column.worked else (FIRST_INSTANT, LAST_DAY)
        return f"TIMESTAMP '{_midnight(first, times.company)}'", f"TIMESTAMP '{_midnight(last + ONE_DAY, times.company) - ONE_SECOND}'"
    low, high = bounds(column)
    return str(low * SCALES[column.type]), str(high * SCALES[column.type])


def _midnight(day: dt.date, zone: str) -> dt.datetime:
    """The instant (UTC) at which a local day begins."""
    return dt.datetime.combine(day, dt.time(), ZoneInfo(zone)).astimezone(dt.UTC).replace(tzinfo=None)


def bounds(column: Column) -> tuple[int, int]:
    """The least and greatest number a column takes, in the unit people write."""
    counted = column.type in (Type.COUNT, Type.SECONDS)
    low = column.low if column.low is not None else 0 if counted else -int(LARGEST)
    return low, column.high if column.high is not None else int(LARGEST)


# --- what cannot be taken ----------------------------------------------------------------------------------------


def cell_problems(con: Con, staged: Staged, texts: Texts, days: WorkDays) -> Iterator[Problem]:
    """Every cell that could not be read, lies out of range or is missing, in the order of the columns."""
    masks = con.execute(f"SELECT bit_or(unread), bit_or(off), bit_or(lacking) FROM {staged.table}").fetchone()
    unread, off, lacking = ((m or 0) for m in masks or (0, 0, 0))
    if not unread | off | lacking:
        return
    look = _Look(con, staged, texts, days)
    for bit, column in enumerate(staged.shape.columns):
        if unread >> bit & 1:
            yield from look.unread(bit, column)
        if off >> bit & 1:
            yield from look.off(bit, column)
        if lacking >> bit & 1:
            yield from look.lacking(bit, column)


@dataclass(frozen=True)
class _Look:
    """A second look at the flagged cells, with their texts."""

    con: Con
    staged: Staged
    texts: Texts
    days: WorkDays

    def unread(self, bit: int, column: Column) -> Iterator[Problem]:
        words = several(column.words or ("—",))
        yield from self._listed("unread", bit, column, NOT_READ[column.type], words=words, longest=LONGEST)

    def off(self, bit: int, column: Column) -> Iterator[Problem]:
        if column.type is Type.DAY:
            yield from self._listed("off", bit, column, DATE_OUT_OF_RANGE, low=FIRST_DAY, high=LAST_DAY)
        elif column.type is Type.INSTANT:
            low, high = (self.days.first, self.days.last) if column.worked else (FIRST_INSTANT, LAST_DAY)
            yield from self._listed("off", bit, column, DATE_OUT_OF_RANGE, low=low, high=high)
        else:
            least, greatest = bounds(column)
            yield from self._listed("off", bit, column, OUT_OF_RANGE, low=least, high=greatest)

    def lacking(self, bit: int, column: Column) -> Iterator[Problem]:
        yield from self._listed("lacking", bit, column, MISSING)

    def _listed(self, mask: str, bit: int, column: Column, what: Kind, **values: object) -> Iterator[Problem]:
        flagged = f"{mask} & {1 << bit} <> 0"
        rows = self.con.execute(
            f"SELECT {self.staged.row_no} AS n FROM {self.staged.table} WHERE {flagged} ORDER BY n LIMIT {SHOWN}"
        ).fetchall()
        said = self._said(column, [n for (n,) in rows])
        title = Text(*(self.texts.headers.get(column.name) or part for part in (column.title.zh, column.title.en)))
        for (row,) in rows:
            yield what(self.texts.place(row, column.name), column=title, value=said.get(row, ""), **values)
        more = self._count(flagged) - len(rows)
        if more > 0:
            yield MORE(self.texts.place(rows[0][0], column.name), column=title, count=more, code=what.code)

    def _said(self, column: Column, rows: list[int]) -> dict[int, str]:
        """The texts of a column at the given rows, shortened."""
        given = self.texts.columns.get(column.name)
        if given is None:
            return dict.fromkeys(rows, column.default or "")
        number = self.texts.row_no or f"row_number() OVER () - 1 + {self.texts.first}"
        wanted = ", ".join(map(str, rows)) or "NULL"
        found = self.con.execute(
            f"SELECT n, t FROM (SELECT {number} AS n, left({given}, 81) AS t FROM {self.texts.relation}) WHERE n IN ({wanted})"
        ).fetchall()
        return {n: _short(t or "") for n, t in found}

    def _count(self, condition: str) -> int:
        row = self.con.execute(f"SELECT count(*) FROM {self.staged.table} WHERE {condition}").fetchone()
        return int(row[0]) if row else 0


def _short(text: str) -> str:
    """A value as shown in a problem: one line, at most 80 characters."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= 80 else line[:80] + "…"
