"""Mappings: a small text that says how the columns of a foreign export become the shapes of evidence.

The text is YAML, read like a scheme: every problem at once, with its line (``scheme.yaml_nodes``,
``scheme.structure``). ``docs/reference/mappings.md`` describes every field; ready mappings ship in
``presets/mappings``.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, Field

from jikao.evidence import duck
from jikao.evidence.shapes import SHAPES, Column, Type
from jikao.evidence.words import spellings
from jikao.scheme.model import Id, Part
from jikao.scheme.problem import Level, Place, Problem, errors, kind
from jikao.scheme.structure import build
from jikao.scheme.suggest import among
from jikao.scheme.text import Text, Words
from jikao.scheme.words import several
from jikao.scheme.yaml_nodes import Places, decode, parse

NOT_A_MAPPING = kind(
    "mapping.not-a-mapping", Level.ERROR,
    what=Text("这不是一份映射:最外层应当是若干“键: 值”。", "This is no mapping: the outermost level must be keys with values."),
    why=Text("映射从 mapping、tables 等项开始。", "A mapping begins with mapping, tables and so on."),
    mend=Text("检查是否选对了文件;jikao map 可按表头生成一份。", "Check the file; jikao map proposes one from a header."),
)  # fmt: skip
UNREADABLE = kind(
    "mapping.unreadable", Level.ERROR,
    what=Text("映射读不到:{reason}。", "The mapping cannot be read: {reason}."), why=Text("没有映射就不知道各列是什么。", "Without it nobody knows the columns."),
    mend=Text("检查路径与权限;现成的映射有:{ready}。", "Check the path; ready mappings are: {ready}."),
)  # fmt: skip
SHAPE = kind(
    "mapping.shape", Level.ERROR,
    what=Text("没有“{shape}”这种数据。", "There is no shape {shape}."), why=Text("数据必须属于已知的种类。", "Evidence comes in known shapes."), mend=Text("改用已有的名称。{hint}", "Use a name that exists. {hint}"),
)  # fmt: skip
COLUMN = kind(
    "mapping.column", Level.ERROR,
    what=Text("{shape} 没有“{column}”这一列。", "{shape} has no column {column}."), why=Text("写错的列名会让数据悄悄丢失。", "A misspelt column would lose its data silently."), mend=Text("改用已有的名称。{hint}", "Use a name that exists. {hint}"),
)  # fmt: skip
REQUIRED = kind(
    "mapping.required", Level.ERROR,
    what=Text("{shape} 缺少必需的列“{column}”。", "{shape} lacks its required column {column}."), why=Text("没有它,每一行都不能作为依据。", "Without it no row can be evidence."),
    mend=Text("写明它从哪一列来。", "Say which column it comes from."),
)  # fmt: skip
SOURCE = kind(
    "mapping.source", Level.ERROR,
    what=Text("“{column}”要写且只写一种来源:from、first、last、count、const、join 或 row。", "{column} takes exactly one of from, first, last, count, const, join and row."),
    why=Text("否则不知道取哪个值。", "Otherwise nobody knows which value is meant."), mend=Text("只留一种。", "Keep one."),
)  # fmt: skip
NEEDS_PER = kind(
    "mapping.per", Level.ERROR,
    what=Text("“{column}”用了 first、last 或 count,但这张表没有写 per。", "{column} uses first, last or count, but the table has no per."), why=Text("只有把多行并成一行时,才有第一行和最后一行。", "There is a first and a last row only where many become one."),
    mend=Text("写上 per,说明按哪一列合并。", "Add per: the column that names what the rows are about."),
)  # fmt: skip
DISTINCT = kind(
    "mapping.distinct", Level.ERROR,
    what=Text("distinct 的“{column}”必须是本表写明来源的列。", "distinct names {column}, which must be a mapped column of the table."), why=Text("按它去重。", "Rows are told apart by it."), mend=Text("写成本表的主键列,如 person。", "Write the key of the shape, such as person."),
)  # fmt: skip
WORD = kind(
    "mapping.word", Level.ERROR,
    what=Text("“{column}”不接受“{word}”。", "{column} does not take {word}."), why=Text("它的取值是固定的。", "Its vocabulary is closed."), mend=Text("改用已有的名称。{hint}", "Use a name that exists. {hint}"),
)  # fmt: skip
PATTERN = kind(
    "mapping.pattern", Level.ERROR,
    what=Text("“{pattern}”不是可用的正则表达式:{cause}。", "{pattern} is no usable regular expression: {cause}."), why=Text("match 用括号括出要取的部分。", "match takes what stands in its first brackets."), mend=Text("改正写法,如 \\(([^)]*)\\)。", "Correct it, such as \\(([^)]*)\\)."),
)  # fmt: skip
ZONE = kind(
    "mapping.zone", Level.ERROR,
    what=Text("没有“{zone}”这个时区。", "There is no time zone {zone}."), why=Text("时间没有时区就不知道是哪一刻。", "Without its zone a time is no instant."), mend=Text("写成 Asia/Shanghai 之类的名字。", "Write a name such as Asia/Shanghai."),
)  # fmt: skip
FORM = kind(
    "mapping.time-form", Level.ERROR,
    what=Text("“{form}”不是可用的时间形式。", "{form} is no usable form of time."), why=Text("时间按写明的形式逐字读取。", "Times are read exactly as stated."),
    mend=Text("用 %Y 年 %m 月 %d 日 %H 时 %M 分 %S 秒 %z 时区拼成,或写 epoch、epoch_ms。", "Compose it of %Y %m %d %H %M %S %z, or write epoch or epoch_ms."),
)  # fmt: skip
CODEC = kind(
    "mapping.encoding", Level.ERROR,
    what=Text("没有“{encoding}”这种编码。", "There is no encoding {encoding}."), why=Text("编码不对人名会变成乱码。", "With a wrong encoding names turn to garbage."), mend=Text("写 auto、utf-8、gb18030 或 utf-16。", "Write auto, utf-8, gb18030 or utf-16."),
)  # fmt: skip
DELIMITER = kind(
    "mapping.delimiter", Level.ERROR,
    what=Text("分隔符“{delimiter}”不是一个字符。", "The delimiter {delimiter} is not one character."), why=Text("一个文件只有一种分隔符。", "A file has one delimiter."), mend=Text('写成 ","、";" 或 "\\t";不写则自动判断。', 'Write ",", ";" or "\\t"; leave it out to find out.'),
)  # fmt: skip
PLUS = kind(
    "mapping.plus", Level.ERROR,
    what=Text("“{column}”不能用 plus。", "{column} cannot use plus."), why=Text("plus 给一个时间(from)加上一段时长,只用于时间列。", "plus adds a length of time to a time given with from."), mend=Text("删去 plus。", "Delete plus."),
)  # fmt: skip


def _as_several(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Several = Annotated[tuple[str, ...], BeforeValidator(_as_several, json_schema_input_type=str | list[str])]
"""A word or a list of words."""


def _as_condition(value: Any) -> Any:
    return {"is": value} if isinstance(value, str | list) else value


class Condition(Part):
    """What a cell must be: one of ``is``, none of ``not`` (a missing cell is none of them), ``present`` or not."""

    is_: Several = Field((), alias="is")
    not_: Several = Field((), alias="not")
    present: bool | None = None


Conditions = dict[str, Annotated[Condition, BeforeValidator(_as_condition, json_schema_input_type=str | list[str] | Condition)]]
"""Foreign column → what it must be; all of them must hold."""


def _as_source(value: Any) -> Any:
    return {"from": value} if isinstance(value, str) else value


class Source(Part):
    """Where the text of one column comes from, and what is done to it, in this order: ``match``, ``words``, ``unit``, ``plus``.

    Exactly one of ``from`` (with ``per``: the last row's), ``first``, ``last`` (rows for which ``where`` holds),
    ``count`` (of such rows, less ``minus``), ``const``, ``join`` (several columns) and ``row`` (the row's number).
    """

    from_: str | None = Field(None, alias="from")
    first: str | None = None
    last: str | None = None
    const: str | None = None
    join: tuple[str, ...] = ()
    with_: str = Field(" ", alias="with")
    count: bool = False
    minus: int = 0
    row: bool = False
    where: Conditions = Field({})
    missing: Several = ()
    match: str | None = None
    words: dict[str, str] = Field({})
    otherwise: str | None = None
    unit: str = ""
    plus: str | None = None

    @property
    def ways(self) -> int:
        """How many kinds of source are given."""
        given = (self.from_, self.first, self.last, self.const)
        return sum(x is not None for x in given) + bool(self.join) + self.count + self.row

    @property
    def picked(self) -> tuple[str, ...]:
        """The foreign columns the text itself is made of."""
        return tuple(x for x in (self.from_, self.first, self.last, *self.join) if x is not None)

    @property
    def used(self) -> tuple[str, ...]:
        """Every foreign column looked at."""
        return (*self.picked, *([self.plus] if self.plus else []), *self.where)


class Table(Part):
    """One shape made of the file's rows.

    ``per``: the foreign column that many rows share; they become one. ``distinct``: rows are gathered by this column
    of the shape and only register what is not known yet. ``where``: only rows for which it holds.
    """

    shape: str
    columns: dict[str, Annotated[Source, BeforeValidator(_as_source, json_schema_input_type=str | Source)]]
    per: str | None = None
    distinct: str | None = None
    where: Conditions = Field({})

    @property
    def used(self) -> tuple[str, ...]:
        """Every foreign column looked at."""
        named = [*([self.per] if self.per else []), *self.where, *(c for s in self.columns.values() for c in s.used)]
        return tuple(dict.fromkeys(named))

    @property
    def vital(self) -> tuple[str, ...]:
        """The foreign columns without which the table makes no sense."""
        required = {c.name for c in SHAPES[self.shape].columns if c.required} | {self.distinct}
        named = [*([self.per] if self.per else []), *self.where, *(c for n, s in self.columns.items() if n in required for c in s.used)]
        return tuple(dict.fromkeys([*named, *(c for s in self.columns.values() for c in s.where)]))


class FormatText(Part):
    """What is known about the file. ``missing``: words that stand for nothing; ``footer_rows``: lines at the end that are no data."""

    kind: Literal["auto", "csv", "xlsx", "parquet", "json"] = "auto"
    encoding: str = "auto"
    delimiter: str = ""
    missing: Several = ()
    header_row: int = Field(0, ge=0)
    footer_rows: int = Field(0, ge=0, le=100)
    sheet: str | None = None


class TimesText(Part):
    """The zone of times without one (the company's unless given), and forms of days and times beyond the usual ones."""

    zone: str = ""
    forms: Several = ()


def _as_columns(value: Any) -> Any:
    return {"true": ["*"], "false": []}.get(value, value) if isinstance(value, str) else value


class MappingText(Part):
    """A mapping as written. ``drop_duplicates``: rows that agree in these columns (``true``: in all) are kept once."""

    mapping: Id
    title: Words
    source: Words = Text("", "")
    note: Words = Text("", "")
    format: FormatText = FormatText()
    times: TimesText = TimesText()
    drop_duplicates: Annotated[Several, BeforeValidator(_as_columns, json_schema_input_type=bool | list[str])] = ()
    tables: tuple[Table, ...]

    @property
    def used(self) -> tuple[str, ...]:
        """Every foreign column looked at."""
        repeated = [c for c in self.drop_duplicates if c != "*"]
        return tuple(dict.fromkeys([*repeated, *(c for t in self.tables for c in t.used)]))

    @property
    def vital(self) -> tuple[str, ...]:
        """The foreign columns without which the import makes no sense."""
        repeated = [c for c in self.drop_duplicates if c != "*"]
        return tuple(dict.fromkeys([*repeated, *(c for t in self.tables for c in t.vital)]))


@dataclass(frozen=True)
class Mapping:
    """A mapping as read. ``spec`` is ``None`` where the text does not fit; with errors among ``problems`` it cannot be used."""

    spec: MappingText | None
    problems: tuple[Problem, ...]
    text: str

    @property
    def name(self) -> str:
        return self.spec.mapping if self.spec else ""


_STAND_INS = {"mapping": "?", "title": "?", "tables": [], "shape": "?", "columns": {}}


def read_mapping(text: str, file: str = "") -> Mapping:
    """Read a mapping. Never raises for anything in the text; ``problems`` are in the order of the text."""
    parsed = parse(text, file)
    if not isinstance(parsed.value, dict):
        return Mapping(None, parsed.problems or (NOT_A_MAPPING(parsed.places.of()),), text)
    built = build(MappingText, parsed.value, parsed.places, _STAND_INS)
    judged = list(_check(built.model, built.places)) if built.model else []
    problems = sorted((*parsed.problems, *built.problems, *judged), key=lambda p: (p.place.line or 0, p.place.column or 0))
    return Mapping(None if errors(problems) else built.model, tuple(problems), text)


def read_mapping_file(path: Path) -> Mapping:
    """Read a mapping from a file in UTF-8 or GB18030."""
    try:
        data = path.read_bytes()
    except (OSError, ValueError) as cause:
        reason = getattr(cause, "strerror", None) or type(cause).__name__
        return Mapping(None, (UNREADABLE(Place(str(path)), reason=reason, ready=several(ready_mappings())),), "")
    text, problems = decode(data, str(path))
    return Mapping(None, tuple(problems), "") if text is None else read_mapping(text, str(path))


def ready_mappings() -> list[str]:
    """The names of the mappings that ship with the product."""
    folder = files("jikao.presets").joinpath("mappings")
    return sorted(p.name.removesuffix(".yaml") for p in folder.iterdir() if p.name.endswith(".yaml"))


# --- checks ------------------------------------------------------------------------------------------------------


def _check(spec: MappingText, places: Places) -> Iterator[Problem]:
    """Everything that can be judged without a file."""
    yield from _check_format(spec, places)
    for i, table in enumerate(spec.tables):
        if not places.is_sound("tables", i, "shape"):
            continue
        if table.shape not in SHAPES:
            yield SHAPE(places.of("tables", i, "shape"), shape=table.shape, hint=among(table.shape, SHAPES))
            continue
        yield from _check_columns(table, places, i)
        for name, source in table.columns.items():
            if name in {c.name for c in SHAPES[table.shape].columns} and places.is_sound("tables", i, "columns", name):
                yield from _check_source(table, name, source, places, i)


def _check_format(spec: MappingText, places: Places) -> Iterator[Problem]:
    if spec.times.zone and not is_zone(spec.times.zone):
        yield ZONE(places.of("times", "zone"), zone=spec.times.zone)
    for i, form in enumerate(spec.times.forms):
        if form not in {"epoch", "epoch_ms"} and not _is_form(form):
            yield FORM(places.of("times", "forms", i), form=form)
    if spec.format.encoding != "auto" and not _is_codec(spec.format.encoding):
        yield CODEC(places.of("format", "encoding"), encoding=spec.format.encoding)
    if spec.format.delimiter and (len(spec.format.delimiter) != 1 or spec.format.delimiter in '"\n\r'):
        yield DELIMITER(places.of("format", "delimiter"), delimiter=spec.format.delimiter)


def is_zone(zone: str) -> bool:
    """Whether there is a time zone of this name."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _is_codec(encoding: str) -> bool:
    try:
        return codecs.lookup(encoding)._is_text_encoding  # noqa: SLF001 - the only way to tell base64 from GBK
    except (LookupError, ValueError):
        return False


def _is_form(form: str) -> bool:
    return "%" in form and _runs("SELECT try_strptime('', $1)", form) is None


def _runs(sql: str, value: str) -> str | None:
    """What is wrong with a value according to the engine; ``None`` if nothing is."""
    with duck.connect() as con:
        try:
            con.execute(sql, [value])
        except duck.Error as cause:
            return str(cause).splitlines()[0]
    return None


def _check_columns(table: Table, places: Places, i: int) -> Iterator[Problem]:
    shape = SHAPES[table.shape]
    known = [c.name for c in shape.columns]
    for name in table.columns:
        if name not in known:
            yield COLUMN(places.key("tables", i, "columns", name), shape=table.shape, column=name, hint=among(name, known))
    for column in shape.columns:
        if column.required and column.name not in table.columns and column.default is None:
            yield REQUIRED(places.of("tables", i, "columns"), shape=table.shape, column=column.name)
    if table.distinct is not None and table.distinct not in table.columns:
        yield DISTINCT(places.of("tables", i, "distinct"), column=table.distinct)


def _check_source(table: Table, name: str, source: Source, places: Places, i: int) -> Iterator[Problem]:
    place, column = places.of("tables", i, "columns", name), SHAPES[table.shape].column(name)
    if source.ways != 1:
        yield SOURCE(place, column=name)
    if (source.first is not None or source.last is not None or source.count) and table.per is None:
        yield NEEDS_PER(place, column=name)
    if source.match is not None and (cause := _runs("SELECT regexp_extract('', $1, 1)", source.match)):
        yield PATTERN(places.of("tables", i, "columns", name, "match"), pattern=source.match, cause=cause)
    if source.plus is not None and (column.type is not Type.INSTANT or not source.from_):
        yield PLUS(place, column=name)
    yield from _check_words(column, source, places, i)


def _check_words(column: Column, source: Source, places: Places, i: int) -> Iterator[Problem]:
    if not column.words:
        return
    known = spellings(column.words)
    given = {("words", key): word for key, word in source.words.items()} | {("otherwise",): source.otherwise, ("const",): source.const}
    for path, word in given.items():
        if word and word.lower() not in known:
            yield WORD(places.of("tables", i, "columns", column.name, *path), column=column.name, word=word, hint=among(word, column.words))
