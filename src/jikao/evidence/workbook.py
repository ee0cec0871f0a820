"""Sheets of xlsx files from strangers: bounded before anything is unpacked or laid out in memory.

A sheet is laid out as a full rectangle by its reader, and every text cell copies its shared string; both are measured
on the packed parts first. Formulas count by the value the spreadsheet program stored with them.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from posixpath import normpath
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import python_calamine
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from jikao.evidence.cells import as_cell
from jikao.evidence.fetching import BOMB, BROKEN, FOREIGN, FREE, RATIO, Unfit, check_size
from jikao.scheme.problem import Kind, Level, Place, kind
from jikao.scheme.text import Text
from jikao.scheme.words import several

MOST_CELLS = 10_000_000
MOST_PARTS = 10_000
_CHUNK = 1 << 20
_MOST_TEXT = 1 << 30

NO_SHEET = kind(
    "file.sheet", Level.ERROR,
    what=Text("没有名为“{sheet}”的工作表", "There is no sheet {sheet}"), why=Text("工作簿里有:{sheets}。", "The workbook has: {sheets}."),
    mend=Text("改用其中一个名称。", "Use one of these names."),
)  # fmt: skip
TOO_MANY_CELLS = kind(
    "file.too-many-cells", Level.ERROR,
    what=Text("工作表的范围大到 {rows} 行 × {columns} 列", "The sheet spans {rows} rows × {columns} columns"), why=Text("多半是远处有一个无意中填写的格子。", "Most likely a cell far away was filled by accident."),
    mend=Text("删除远处的空行空列,或另存为 csv。", "Delete the empty rows and columns far out, or save it as csv."),
)  # fmt: skip
NOT_COMPUTED = kind(
    "file.formula", Level.ERROR,
    what=Text("单元格里的公式没有结果", "The formula in this cell has no result"), why=Text("文件由程序生成,从未用 Excel 计算过;我们不代为计算。", "The file was made by a program and never computed; we do not compute formulas."),
    mend=Text("用 Excel 打开并保存一次,或粘贴为数值。", "Open and save it once in Excel, or paste values."),
)  # fmt: skip
CELL_ERROR = kind(
    "file.cell-error", Level.ERROR,
    what=Text("单元格的值是错误 {value}", "The cell holds the error {value}"), why=Text("错误值不能当作数据。", "An error is not data."),
    mend=Text("改正公式或填写数值。", "Correct the formula or enter the value."),
)  # fmt: skip

Span = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Sheet:
    """A sheet's cells as text, its merged ranges, and the cells without a usable value. Rows and columns from 0."""

    name: str
    rows: list[list[str | None]]
    merged: tuple[Span, ...] = ()
    faults: dict[tuple[int, int], tuple[Kind, dict[str, object]]] = field(default_factory=dict)


def read_sheet(path: Path, sheet: str | None, place: Place) -> Sheet:
    """One sheet of a workbook, the first where none is named. Raises ``Unfit``."""
    try:
        name, xml = _measured(path, sheet, place)
        return _laid_out(path, name, xml)
    except _DAMAGE as cause:
        raise Unfit(BROKEN(place, cause=f"xlsx: {cause}")) from cause
    except BaseException as cause:
        if type(cause).__name__ == "PanicException":  # how the reader's own language says that it met the impossible
            raise Unfit(BROKEN(place, cause="xlsx")) from cause
        raise


_DAMAGE = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, ParseError, DefusedXmlException, NotImplementedError, RuntimeError, ValueError, LookupError,
    python_calamine.CalamineError,
)  # fmt: skip
"""What reading a damaged workbook raises."""


# --- measuring ---------------------------------------------------------------------------------------------------

_C = rb"<(?:\w+:)?c\s[^>]*?\br\s*=\s*[\"']([A-Za-z]{1,3})(\d{1,7})[\"']"
_CELL = re.compile(_C)
_FULL_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(?<!/)>(.*?)</(?:\w+:)?c>", re.DOTALL)
_REF = re.compile(rb"\br\s*=\s*[\"']([A-Za-z]{1,3})(\d{1,7})[\"']")
_TYPE = re.compile(rb"\bt\s*=\s*[\"'](\w+)[\"']")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^>]*>([^<]+)<")
_SHARED = re.compile(rb"t=[\"']s[\"'][^>]*>\s*<(?:\w+:)?v>(\d{1,9})<")


def _measured(path: Path, sheet: str | None, place: Place) -> tuple[str, bytes]:
    """The name of the wanted sheet and its XML, after everything in the file was found to be of bearable size."""
    with zipfile.ZipFile(path) as book:
        _check_parts(book, path.stat().st_size, place)
        sheets = _sheets(book, place)
        if sheet is not None and sheet not in sheets:
            raise Unfit(NO_SHEET(place, sheet=sheet, sheets=several(sheets)))
        name = sheet if sheet is not None else next(iter(sheets))
        xml = book.read(sheets[name])
        rows, columns = _extent(xml)
        if rows * columns > MOST_CELLS:
            raise Unfit(TOO_MANY_CELLS(Place(place.file, cell=name), rows=rows, columns=columns))
        _check_strings(book, xml, place)
    return name, xml


def _check_parts(book: zipfile.ZipFile, packed: int, place: Place) -> None:
    """Unpack every part once, counting; sizes a zip declares may be lies."""
    if len(book.infolist()) > MOST_PARTS:
        raise Unfit(BOMB(place, limit=MOST_PARTS, ratio=RATIO))
    total = 0
    for info in book.infolist():
        true_size = info.file_size
        info.file_size = _MOST_TEXT << 4  # read on to the real end of the part, wherever the zip says it ends
        with book.open(info) as part:
            while chunk := part.read(_CHUNK):
                total += len(chunk)
                check_size(total, packed, place)
                if total > _MOST_TEXT:
                    raise Unfit(BOMB(place, limit=_MOST_TEXT, ratio=RATIO))
        info.file_size = true_size


def _sheets(book: zipfile.ZipFile, place: Place) -> dict[str, str]:
    """Worksheet name → part, in the order of the workbook."""
    parts = set(book.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= parts:
        raise Unfit(FOREIGN(place, given=Text("一般的压缩包", "an ordinary zip archive")))
    targets = {e.get("Id"): e.get("Target", "") for e in _elements(book, "xl/_rels/workbook.xml.rels", "Relationship")}
    found = {}
    for element in _elements(book, "xl/workbook.xml", "sheet"):
        link = next((v for k, v in element.attrib.items() if k.endswith("}id")), "")
        target = targets.get(link, "")
        part = target.lstrip("/") if target.startswith("/") else normpath(f"xl/{target}")
        if part in parts and "worksheets" in part:
            found[element.get("name", "")] = part
    if not found:
        raise Unfit(BROKEN(place, cause="xlsx: no sheet"))
    return found


def _elements(book: zipfile.ZipFile, part: str, tag: str) -> Iterator[Element]:
    root: Element = fromstring(book.read(part))
    return (e for e in root.iter() if e.tag.rpartition("}")[2] == tag)


def _extent(xml: bytes) -> tuple[int, int]:
    """The rectangle from the first to the last filled cell."""
    columns: set[bytes] = set()
    rows: set[bytes] = set()
    for cell in _CELL.finditer(xml):
        columns.add(cell[1])
        rows.add(cell[2])
    return max(map(int, rows), default=0), max(map(column_number, columns), default=-1) + 1


def column_number(letters: bytes) -> int:
    """``A`` → 0, ``AA`` → 26."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number - 1


def column_letters(number: int) -> str:
    """0 → ``A``, 26 → ``AA``."""
    letters, number = "", number + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _check_strings(book: zipfile.ZipFile, xml: bytes, place: Place) -> None:
    """A long shared string used by a million cells is a bomb no zip size tells of."""
    if "xl/sharedStrings.xml" not in book.namelist():
        return
    lengths = [len(part) for part in book.read("xl/sharedStrings.xml").split(b"<si")[1:]]
    uses = xml.count(b't="s"') + xml.count(b"t='s'")
    if max(lengths, default=0) * uses <= FREE:
        return
    total = sum(lengths[i] for found in _SHARED.finditer(xml) if (i := int(found[1])) < len(lengths))
    if total > _MOST_TEXT:
        raise Unfit(BOMB(place, limit=_MOST_TEXT, ratio=RATIO))


# --- reading -----------------------------------------------------------------------------------------------------


def _laid_out(path: Path, name: str, xml: bytes) -> Sheet:
    sheet = _calamine(path, name)
    rows = [[_text(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    return Sheet(name, rows, tuple(sheet.merged_cell_ranges or ()), dict(_faults(xml)))


def _calamine(path: Path, name: str) -> python_calamine.CalamineSheet:
    return python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_name(name)


def _text(value: Any) -> str | None:
    return as_cell(value) or None


def _faults(xml: bytes) -> Iterator[tuple[tuple[int, int], tuple[Kind, dict[str, object]]]]:
    """Cells whose formula was never computed, and cells that hold an error."""
    if not _FORMULA.search(xml) and b'"e"' not in xml:
        return
    for cell in _FULL_CELL.finditer(xml):
        ref, type_, value = _REF.search(cell[1]), _TYPE.search(cell[1]), _VALUE.search(cell[2])
        if ref is None:
            continue
        at = (int(ref[2]) - 1, column_number(ref[1]))
        if type_ and type_[1] == b"e":
            yield at, (CELL_ERROR, {"value": value[1].decode("utf-8", "replace") if value else ""})
        elif value is None and _FORMULA.search(cell[2]) and not (type_ and type_[1] == b"str"):
            yield at, (NOT_COMPUTED, {})
