"""Tables in files (csv, tsv, xlsx, parquet, json rows) as rows of text with row numbers.

A row's number is the one a spreadsheet shows for it: the first line of a file is row 1. The header is the row among
the first thirty that holds most of the wanted columns, so titles above it do no harm.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from jikao.evidence import duck
from jikao.evidence.backend import quoted
from jikao.evidence.cells import as_cell
from jikao.evidence.duck import Con
from jikao.evidence.fetching import BROKEN, EMPTY, ENCODING, FOREIGN, Fetched, Unfit, to_utf8
from jikao.evidence.workbook import Sheet, column_letters, read_sheet
from jikao.scheme.number import narrow
from jikao.scheme.problem import Level, Place, Problem, kind
from jikao.scheme.text import Text
from jikao.scheme.words import several

HEADER_WITHIN = 30
DELIMITERS = (",", "\t", ";", "|")
MOST_JSON = 256 << 20
_HEAD = 1 << 18
_REJECTED = 1000

NO_HEADER = kind(
    "file.header", Level.ERROR,
    what=Text("前 {within} 行里没有找到表头,找的是:{wanted}", "No header among the first {within} rows; looked for: {wanted}"),
    why=Text("按表头认列,不按位置;分隔符或工作表不对也会这样。文件开头是:{seen}", "Columns are known by their header, not by position; a wrong delimiter or sheet also shows like this. The file begins: {seen}"),
    mend=Text("核对文件、工作表与映射中的列名;用 jikao map 可按表头生成映射。", "Compare file, sheet and the mapping's column names; jikao map proposes a mapping from a header."),
)  # fmt: skip
NO_COLUMNS = kind(
    "file.columns", Level.ERROR,
    what=Text("文件里没有这些列:{missing}", "The file lacks these columns: {missing}"), why=Text("文件里有:{seen}", "The file has: {seen}"),
    mend=Text("补上这些列,或在映射中改用文件里的列名。", "Add them, or use the file's names in the mapping."),
)  # fmt: skip
TWICE = kind(
    "file.column-twice", Level.ERROR,
    what=Text("有不止一列是“{column}”", "More than one column is {column}"), why=Text("无法知道该用哪一列。", "Nobody can tell which one counts."),
    mend=Text("删去或改名多余的列。", "Delete or rename the extra one."),
)  # fmt: skip
IGNORED = kind(
    "file.column-ignored", Level.WARNING,
    what=Text("没有导入这些列:{columns}", "These columns were not imported: {columns}"), why=Text("它们不属于这种数据。", "They do not belong to this shape."),
    mend=Text("若是写错的列名,请改正;否则不必理会。", "Correct them if they are misspelt; otherwise nothing needs doing."),
)  # fmt: skip
RAGGED = kind(
    "file.row", Level.ERROR,
    what=Text("这一行有 {found} 格,表头有 {wanted} 格:{line}", "This row has {found} cells, the header {wanted}: {line}"),
    why=Text("多一格少一格,后面的数据就错了位。", "One cell more or less shifts everything after it."),
    mend=Text("检查引号与分隔符;文字里的分隔符要加引号。", "Check quotes and delimiters; put text that holds a delimiter in quotes."),
)  # fmt: skip
QUOTES = kind(
    "file.quotes", Level.ERROR,
    what=Text("引号没有配对:{line}", "A quote is not closed: {line}"), why=Text("引号不配对,后面的行会被吞掉。", "An open quote swallows the rows after it."),
    mend=Text("补上引号;文字里的引号写成两个。", "Close the quote; write a quote inside text twice."),
)  # fmt: skip
LONG_LINE = kind(
    "file.cell-too-long", Level.ERROR,
    what=Text("这一行长达 {size} 字节", "This row is {size} bytes long"), why=Text("没有哪张表会有这么长的一行,多半是引号没有配对或选错了文件。", "No table has rows that long; most likely a quote is not closed, or it is the wrong file."),
    mend=Text("检查这一行。", "Look at this row."),
)  # fmt: skip
MERGED = kind(
    "file.merged", Level.ERROR,
    what=Text("数据里有合并的单元格 {span}", "There are merged cells in the data: {span}"), why=Text("合并后只有左上一格有值,其余各行就没有值。", "Only the first cell of a merge has a value; the other rows have none."),
    mend=Text("取消合并,并在每一行填上值。", "Unmerge them and fill in every row."),
)  # fmt: skip


@dataclass(frozen=True)
class Format:
    """What a mapping says about a file; ``auto`` and 0 mean: find out."""

    encoding: str = "auto"
    delimiter: str = ""
    header_row: int = 0
    footer_rows: int = 0
    sheet: str | None = None


Wanted = Mapping[str, Sequence[str]]
"""What is looked for in the header: a name → the spellings that count as it. Empty: any header will do."""


@dataclass(frozen=True)
class Raw:
    """A table as rows of text: ``relation`` (a FROM item) with columns ``c0``, ``c1`` and so on.

    ``index`` says which wanted name is which column. ``row_no`` is SQL; where it is ``None`` rows are only counted as
    they pass and the first is number ``first``.
    """

    relation: str
    headers: tuple[str, ...]
    index: Mapping[str, int]
    row_no: str | None
    first: int
    place: Callable[[int, int], Place]
    problems: tuple[Problem, ...] = ()
    lines: str = ""
    """The table that collects lines the CSV reader could not take; none for other kinds."""

    def numbered(self, con: Con) -> Raw:
        """The same with row numbers that any query can read."""
        if self.row_no is not None:
            return self
        con.execute(f"CREATE OR REPLACE TEMP TABLE counted AS SELECT * FROM {self.relation}")
        numbered = f"(SELECT *, rowid + {self.first} AS row_no FROM counted)"
        return replace(self, relation=numbered, row_no="row_no")


def plain(name: str) -> str:
    """A column name as compared: half width, lower case, single spaces, no mark of a required column."""
    return " ".join(narrow(name).lower().replace("*", " ").split())


def open_table(con: Con, fetched: Fetched, form: Format, wanted: Wanted, scratch: Path, expected: str = "auto") -> Raw:
    """The table in a file. Raises ``Unfit`` when there is none; problems of single rows are in the result."""
    if expected not in ("auto", fetched.kind):
        raise Unfit(FOREIGN(Place(fetched.name), given=fetched.kind))
    match fetched.kind:
        case "csv":
            return _open_csv(fetched, form, wanted, scratch)
        case "xlsx":
            return _open_sheet(con, fetched, form, wanted)
        case "parquet":
            return _open_parquet(con, fetched, wanted)
        case "json":
            return _open_json(con, fetched, form, wanted, scratch)


# --- headers -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Header:
    """A header row: its number from 0, the names of the columns, and which wanted name each is."""

    row: int
    names: tuple[str, ...]
    index: Mapping[str, int]
    twice: tuple[str, ...] = ()


def _match(row: int, names: Sequence[Sequence[str]], wanted: Wanted) -> _Header:
    """How well a row serves as header. ``names``: the spellings of each column, the plain one first."""
    ways: dict[str, list[int]] = {}
    for i, spellings in enumerate(names):
        for spelling in dict.fromkeys(plain(s) for s in spellings):
            ways.setdefault(spelling, []).append(i)
    index, twice = {}, []
    for name, spellings in wanted.items():
        found = sorted({i for s in spellings for i in ways.get(plain(s), ())})
        if found:
            index[name] = found[0]
        if len(found) > 1:
            twice.append(name)
    return _Header(row, tuple(n[0] if n else "" for n in names), index, tuple(twice))


def _best(rows: Sequence[Sequence[Sequence[str]]], wanted: Wanted, header_row: int) -> _Header | None:
    """The header row: the given one, else the one that holds most of what is wanted."""
    candidates = [_match(i, names, wanted) for i, names in enumerate(rows) if not header_row or i == header_row - 1]
    best = max(candidates, key=lambda h: (_worth(h, wanted), -h.row), default=None)
    return best if best and _worth(best, wanted) else None


def _worth(header: _Header, wanted: Wanted) -> int:
    """How much of what is wanted a header has; where nothing is wanted in particular, how many names."""
    return len(header.index) if wanted else len(set(filter(None, header.names)))


def _demand(header: _Header | None, wanted: Wanted, seen: Sequence[str], place: Place) -> _Header:
    if header is None:
        names = several(ways[0] for ways in islice(wanted.values(), 12))
        raise Unfit(NO_HEADER(place, within=HEADER_WITHIN, wanted=names, seen=" | ".join(seen)[:200]))
    if header.twice:
        raise Unfit(TWICE(Place(place.file, header.row + 1), column=wanted[header.twice[0]][0]))
    return header


# --- csv ---------------------------------------------------------------------------------------------------------


def _open_csv(fetched: Fetched, form: Format, wanted: Wanted, scratch: Path) -> Raw:
    path = to_utf8(fetched, scratch, form.encoding)
    if form.footer_rows:
        path = _without_footer(path, scratch / "body", form.footer_rows)
    delimiter, header = _sniff(path, form, wanted, Place(fetched.name))
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(header.names)))
    relation = (
        f"read_csv({quoted(str(path))}, auto_detect = false, header = false, skip = {header.row + 1}, delim = {quoted(delimiter)}, "
        f"quote = '\"', escape = '\"', columns = {{{columns}}}, store_rejects = true, rejects_table = 'bad_lines', "
        f"rejects_scan = 'bad_scans', rejects_limit = {_REJECTED})"
    )
    name = fetched.name
    return Raw(
        relation, header.names, header.index, None, header.row + 2, lambda row, column: Place(name, row, column + 1), (), "bad_lines"
    )


def _sniff(path: Path, form: Format, wanted: Wanted, place: Place) -> tuple[str, _Header]:
    """The delimiter and header that fit best what is wanted."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    text = head.decode("utf-8-sig", "replace")
    if len(head) == _HEAD and "\n" in text:
        text = text[: text.rindex("\n") + 1]
    if not text.strip():
        raise Unfit(EMPTY(place))
    found = []
    for delimiter in [form.delimiter] if form.delimiter else DELIMITERS:
        rows = _csv_rows(text, delimiter)
        header = _best([[[cell] for cell in row] for row in rows], wanted, form.header_row)
        if header:
            found.append((_worth(header, wanted), delimiter, header))
    first = next((row for row in _csv_rows(text, form.delimiter or ",") if any(row)), [])
    best = max(found, key=lambda f: f[0], default=None)
    header = _demand(best[2] if best else None, wanted, first, place)
    return best[1] if best else ",", header


def _csv_rows(text: str, delimiter: str) -> list[list[str]]:
    try:
        return [
            [cell.strip() for cell in row] for row in islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), HEADER_WITHIN)
        ]
    except csv.Error:
        return []


def _without_footer(path: Path, target: Path, rows: int) -> Path:
    """A copy without its last lines, which some exports use for a remark."""
    data = path.read_bytes().rstrip(b"\r\n")
    for _ in range(rows):
        data = data[: max(data.rfind(b"\n"), 0)].rstrip(b"\r\n")
    target.write_bytes(data + b"\n")
    return target


def line_problems(con: Con, raw: Raw) -> Iterator[Problem]:
    """Lines the CSV reader could not take, once the table has been read."""
    if not raw.lines or not con.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [raw.lines]).fetchone():
        return
    bad = con.execute(
        f"SELECT DISTINCT ON (line) line, column_idx, error_type::VARCHAR, left(csv_line, 120), error_message FROM {raw.lines} ORDER BY line LIMIT {_REJECTED}"
    ).fetchall()
    for line, _, error, text, message in bad:
        place = replace(raw.place(line, 0), column=None)
        shown = " ".join((text or "").split())
        match error:
            case "MISSING COLUMNS" | "TOO MANY COLUMNS":
                yield RAGGED(place, found=message.rpartition(" ")[2], wanted=len(raw.headers), line=shown)
            case "LINE SIZE OVER MAXIMUM":
                yield LONG_LINE(place, size=message.rpartition(":")[2].partition(" ")[0])
            case "INVALID ENCODING":
                yield ENCODING(place, encoding="UTF-8", line=line)
            case _:
                yield QUOTES(place, line=shown)


# --- xlsx --------------------------------------------------------------------------------------------------------


def _open_sheet(con: Con, fetched: Fetched, form: Format, wanted: Wanted) -> Raw:
    file = Place(fetched.name)
    sheet = read_sheet(fetched.plain, form.sheet, file)
    if not any(cell for row in sheet.rows for cell in row):
        raise Unfit(EMPTY(Place(file.file, cell=sheet.name)))
    names = _names(sheet)
    seen = next(([c or "" for c in row] for row in sheet.rows if any(row)), [])
    header = _demand(_best(names, wanted, form.header_row), wanted, seen, Place(file.file, cell=sheet.name))
    last = len(sheet.rows) - form.footer_rows
    body = [(i + 1, row) for i, row in enumerate(sheet.rows[:last]) if i > header.row and any(row)]
    columns = [f"c{i}" for i in range(len(header.names))]
    duck.text_table(con, "sheet", ["row_no", *columns], [[str(n), *row] for n, row in body])
    relation = f"(SELECT row_no::BIGINT AS row_no, {', '.join(columns)} FROM sheet)"

    def place(row: int, column: int) -> Place:
        return Place(file.file, row, column + 1, f"{sheet.name}!{column_letters(column)}{row}")

    problems = tuple(_sheet_problems(sheet, header, place))
    return Raw(relation, header.names, header.index, "row_no", 0, place, problems)


def _names(sheet: Sheet) -> list[list[list[str]]]:
    """For the first rows, what each cell may be called as a header: itself, and with the merged headings above it."""
    filled = [list(row) for row in sheet.rows[:HEADER_WITHIN]]
    wide: set[tuple[int, int]] = set()
    for (top, left), (bottom, right) in sheet.merged:
        for row in range(top, min(bottom + 1, len(filled))):
            for column in range(left, min(right + 1, len(filled[row]))):
                filled[row][column] = filled[top][left]
                if right > left:
                    wide.add((row, column))
    return [[_spellings(filled, wide, i, j) for j in range(len(row))] for i, row in enumerate(filled)]


def _spellings(filled: Sequence[Sequence[str | None]], wide: set[tuple[int, int]], row: int, column: int) -> list[str]:
    own = filled[row][column] or ""
    above = [filled[r][column] or "" for r in range(row) if (r, column) in wide and filled[r][column] != own]
    return [own, *(f"{heading}/{own}" for heading in above)]


def _sheet_problems(sheet: Sheet, header: _Header, place: Callable[[int, int], Place]) -> Iterator[Problem]:
    """Cells of used columns that have no value of their own: formulas never computed, errors, merged rows."""
    used = set(header.index.values())
    for (row, column), (what, values) in sheet.faults.items():
        if row > header.row and column in used:
            yield what(place(row + 1, column), **values)
    for (top, left), (bottom, right) in sheet.merged:
        if top > header.row and bottom > top and used & set(range(left, right + 1)):
            span = f"{column_letters(left)}{top + 1}:{column_letters(right)}{bottom + 1}"
            yield MERGED(place(top + 1, left), span=span)


# --- parquet and json --------------------------------------------------------------------------------------------


def _open_parquet(con: Con, fetched: Fetched, wanted: Wanted) -> Raw:
    file = Place(fetched.name)
    source = f"read_parquet({quoted(str(fetched.plain))}, file_row_number = true)"
    try:
        names = [row[0] for row in con.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()][:-1]
    except duck.Error as cause:
        raise Unfit(BROKEN(file, cause=f"parquet: {str(cause).splitlines()[0]}")) from cause
    header = _demand(_best([[[n] for n in names]], wanted, 0), wanted, names, file)
    texts = ", ".join(f"{duck.name(n)}::VARCHAR AS c{i}" for i, n in enumerate(names))
    relation = f"(SELECT {texts}, file_row_number + 1 AS row_no FROM {source})"
    return Raw(relation, tuple(names), header.index, "row_no", 1, lambda row, column: Place(file.file, row, column + 1))


def _open_json(con: Con, fetched: Fetched, form: Format, wanted: Wanted, scratch: Path) -> Raw:
    file = Place(fetched.name)
    rows = [_flat(row) for row in _json_rows(to_utf8(fetched, scratch, form.encoding), file)]
    names = list(dict.fromkeys(name for row in rows for name in row))
    if not names:
        raise Unfit(EMPTY(file))
    header = _demand(_best([[[n] for n in names]], wanted, 0), wanted, names, file)
    duck.text_table(con, "sheet", [f"c{i}" for i in range(len(names))], [[row.get(n) for n in names] for row in rows])
    return Raw("sheet", tuple(names), header.index, None, 1, lambda row, column: Place(file.file, row, column + 1))


def _json_rows(path: Path, place: Place) -> list[dict[str, Any]]:
    """A list of objects, an object that holds one such list, or one object a line."""
    if path.stat().st_size > MOST_JSON:
        raise Unfit(BROKEN(place, cause=f"json: more than {MOST_JSON} bytes"))
    text = path.read_text("utf-8-sig")
    try:
        try:
            value = _json(text)
        except json.JSONDecodeError:
            value = [_json(line) for line in text.split("\n") if line.strip()]
    except (ValueError, RecursionError) as cause:
        raise Unfit(BROKEN(place, cause=f"json: {cause}")) from cause
    if isinstance(value, dict):
        lists = [v for v in value.values() if isinstance(v, list)]
        value = lists[0] if len(lists) == 1 else [value]
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise Unfit(BROKEN(place, cause="json: not rows"))
    return value


def _json(text: str) -> Any:
    return json.loads(text, parse_float=str, parse_int=str, parse_constant=str)


def _flat(row: Mapping[str, Any], prefix: str = "", depth: int = 0) -> dict[str, str | None]:
    """Objects in objects as dotted names: ``stats.resolved_at``."""
    flat: dict[str, str | None] = {}
    for name, value in row.items():
        if isinstance(value, dict) and depth < 5:
            flat |= _flat(value, f"{prefix}{name}.", depth + 1)
        else:
            flat[prefix + name] = json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else as_cell(value)
    return flat
