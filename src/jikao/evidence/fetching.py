"""A file from anywhere, copied into the store's scratch folder, hashed, unpacked within limits and brought to UTF-8.

The copy is what gets read and kept, so nothing that happens to the original meanwhile matters.
"""

from __future__ import annotations

import codecs
import gzip
import hashlib
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from jikao.scheme.problem import Level, Place, Problem, kind
from jikao.scheme.text import Text

Kind = Literal["csv", "xlsx", "parquet", "json"]

MOST_UNPACKED = 8 << 30
"""Bytes of one unpacked file."""

FREE, RATIO = 64 << 20, 200
"""Beyond ``FREE`` bytes nothing may unpack to more than ``RATIO`` times its size: real tables pack 5 to 60 times."""

_CHUNK = 4 << 20
_SAMPLE = 1 << 20

GONE = kind(
    "file.missing", Level.ERROR,
    what=Text("找不到文件 {path}", "There is no file {path}"), why=Text("没有文件就没有数据。", "Without the file there is no data."),
    mend=Text("检查路径;文件可能已被移动或删除。", "Check the path; the file may have been moved or deleted."),
)  # fmt: skip
DIRECTORY = kind(
    "file.directory", Level.ERROR,
    what=Text("{path} 是文件夹或设备,不是文件", "{path} is a folder or a device, not a file"), why=Text("一次导入一个文件。", "An import takes one file."),
    mend=Text("指明文件夹里的某个文件。", "Name a file in it."),
)  # fmt: skip
UNREADABLE = kind(
    "file.unreadable", Level.ERROR,
    what=Text("无法读取文件:{cause}", "The file cannot be read: {cause}"), why=Text("没有读完的文件不会导入。", "A file not read to its end is not imported."),
    mend=Text("检查权限,关闭占用它的程序后再试。", "Check permissions; close programs that hold it; try again."),
)  # fmt: skip
EMPTY = kind(
    "file.empty", Level.ERROR,
    what=Text("文件是空的", "The file is empty"), why=Text("没有表头就不知道各列是什么;没有数据的导出至少应有表头。", "Without a header nobody knows the columns; an export without data still has its header."),
    mend=Text("重新导出;确实没有数据时保留表头一行。", "Export it again; if there really is no data keep the header line."),
)  # fmt: skip
FOREIGN = kind(
    "file.kind", Level.ERROR,
    what=Text("文件是{given},不是能导入的表格", "The file is {given}, not a table that can be imported"),
    why=Text("能导入的有 csv、tsv、xlsx、parquet、json(可加 .gz)。", "csv, tsv, xlsx, parquet and json (also .gz) can be imported."),
    mend=Text("用 Excel 打开后另存为 xlsx 或 csv(UTF-8)。", "Open it in Excel and save it as xlsx or csv (UTF-8)."),
)  # fmt: skip
BROKEN = kind(
    "file.broken", Level.ERROR,
    what=Text("文件损坏或不完整:{cause}", "The file is damaged or incomplete: {cause}"), why=Text("残缺的文件会漏掉数据。", "A damaged file loses rows."),
    mend=Text("重新下载或重新导出。", "Download or export it again."),
)  # fmt: skip
BOMB = kind(
    "file.too-large", Level.ERROR,
    what=Text("文件展开后过大(超过 {limit} 字节,或超过原大小的 {ratio} 倍)", "The file unpacks to too much (more than {limit} bytes, or more than {ratio} times its size)"),
    why=Text("展开到这么大的压缩文件会占满磁盘或内存。", "A file that unpacks like this fills disk or memory."),
    mend=Text("检查来源;确是数据时请分成几个文件,或存为 csv 或 parquet。", "Check where it comes from; if it is data, split it, or save it as csv or parquet."),
)  # fmt: skip
NUL = kind(
    "file.nul", Level.ERROR,
    what=Text("文本中含有 NUL 字节(第 {line} 行)", "The text holds NUL bytes (line {line})"), why=Text("文本表格里没有这种字节,多半是文件损坏。", "No text table holds such bytes; the file is most likely damaged."),
    mend=Text("重新导出。", "Export it again."),
)  # fmt: skip
ENCODING = kind(
    "file.encoding", Level.ERROR,
    what=Text("文件不是 {encoding} 编码(第 {line} 行读不出)", "The file is not {encoding} (line {line} cannot be read)"), why=Text("编码不明时人名会变成乱码。", "With an unknown encoding names turn to garbage."),
    mend=Text("另存为 UTF-8,或在映射的 format.encoding 中写明。", "Save it as UTF-8, or state format.encoding in the mapping."),
)  # fmt: skip


class Unfit(Exception):  # noqa: N818 - carries a problem, is not a crash
    """The file cannot be read; ``problem`` says why. Never leaves the reading modules."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.code)


@dataclass(frozen=True)
class Fetched:
    """A copied file. ``raw`` is what came, ``plain`` the same unpacked; ``kind`` what it is."""

    name: str
    raw: Path
    plain: Path
    kind: Kind
    sha256: str

    @property
    def suffix(self) -> str:
        return "".join(Path(self.name).suffixes[-2:]) if self.name.lower().endswith(".gz") else Path(self.name).suffix


def fetch(path: Path, scratch: Path) -> Fetched:
    """Copy and unpack. Raises ``Unfit``."""
    place = Place(path.name)
    if path.exists() and not path.is_file():
        raise Unfit(DIRECTORY(place, path=path))
    raw = scratch / "raw"
    try:
        sha256 = _copy(path, raw)
    except FileNotFoundError as cause:
        raise Unfit(GONE(place, path=path)) from cause
    except OSError as cause:
        raise Unfit(UNREADABLE(place, cause=cause.strerror or cause)) from cause
    plain = _unpacked(raw, scratch, place) if _head(raw)[:2] == b"\x1f\x8b" else raw
    return Fetched(path.name, raw, plain, _kind_of(plain, path.name, place), sha256)


def _copy(path: Path, target: Path) -> str:
    """Copy a file; its SHA-256."""
    sum_ = hashlib.sha256()
    with path.open("rb") as source, target.open("wb") as copy:
        while chunk := source.read(_CHUNK):
            sum_.update(chunk)
            copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    return sum_.hexdigest()


def _unpacked(raw: Path, scratch: Path, place: Place) -> Path:
    target = scratch / "plain"
    packed = raw.stat().st_size
    try:
        with gzip.open(raw) as source, target.open("wb") as copy:
            written = 0
            while chunk := source.read(_CHUNK):
                written += len(chunk)
                check_size(written, packed, place)
                copy.write(chunk)
    except (OSError, EOFError, zlib.error) as cause:
        raise Unfit(BROKEN(place, cause=f"gzip: {cause}")) from cause
    return target


def check_size(unpacked: int, packed: int, place: Place) -> None:
    """Refuse what unpacks beyond all measure. Raises ``Unfit``."""
    if unpacked > MOST_UNPACKED or (unpacked > FREE and unpacked > RATIO * packed):
        raise Unfit(BOMB(place, limit=MOST_UNPACKED, ratio=RATIO))


def _head(path: Path, size: int = 4096) -> bytes:
    with path.open("rb") as file:
        return file.read(size)


_MAGIC = (
    (b"\xd0\xcf\x11\xe0", Text("旧式 xls 或加密的 Excel 文件", "an old xls or an encrypted Excel file")),
    (b"%PDF", Text("PDF", "a PDF")), (b"<!DO", Text("网页", "a web page")), (b"<htm", Text("网页", "a web page")), (b"<HTM", Text("网页", "a web page")),
    (b"<?xm", Text("XML", "XML")), (b"\x89PNG", Text("图片", "a picture")), (b"\xff\xd8\xff", Text("图片", "a picture")),
    (b"Rar!", Text("压缩包", "an archive")), (b"7z\xbc\xaf", Text("压缩包", "an archive")), (b"\x1f\x8b", Text("压缩了两次的文件", "a file packed twice")),
)  # fmt: skip


def _kind_of(plain: Path, name: str, place: Place) -> Kind:
    """What a file is: by its first bytes, and by its name where bytes say nothing."""
    head = _head(plain)
    if not head:
        raise Unfit(EMPTY(place))
    if head[:4] == b"PK\x03\x04":
        return "xlsx"
    if head[:4] == b"PAR1":
        return "parquet"
    for magic, given in _MAGIC:
        if head.lstrip()[: len(magic)] == magic:
            raise Unfit(FOREIGN(place, given=given))
    endings = {s.lower() for s in Path(name).suffixes}
    for ending, kind_ in ((".xlsx", "xlsx"), (".parquet", "parquet")):
        if ending in endings:
            raise Unfit(BROKEN(place, cause=kind_))
    return "json" if endings & {".json", ".jsonl", ".ndjson"} else "csv"


# --- text --------------------------------------------------------------------------------------------------------

_SAME = {"gbk": "gb18030", "gb2312": "gb18030", "cp936": "gb18030", "utf8": "utf-8", "utf-8-sig": "utf-8"}
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def to_utf8(fetched: Fetched, scratch: Path, encoding: str = "auto", *, tidy: bool = False) -> Path:
    """The text in UTF-8: the file itself where it is that already. ``tidy``: one kind of line end. Raises ``Unfit``."""
    place = Place(fetched.name)
    wanted = _SAME.get(encoding.lower(), encoding.lower())
    if wanted == "auto":
        wanted = _guess(fetched.plain, place)
    tidy = tidy or _mixed_line_ends(fetched.plain)
    if wanted == "utf-8" and not tidy:
        _check_text(fetched.plain, place)
        return fetched.plain
    return _recoded(fetched.plain, scratch / "utf8", wanted, place)


def _guess(path: Path, place: Place) -> str:
    """The encoding of a text: by its mark, else UTF-8 if all of it is, else GB18030 if all of it is."""
    head = _head(path)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    bad = _first_bad(path, "utf-8")
    if bad is None:
        return "utf-8"
    if not _damaged_utf8(path, bad) and _first_bad(path, "gb18030") is None:
        return "gb18030"
    raise Unfit(ENCODING(Place(place.file, _line_at(path, bad)), encoding="UTF-8 / GB18030", line=_line_at(path, bad)))


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _first_bad(path: Path, encoding: str) -> int | None:
    """Where decoding fails first, roughly (to the chunk and the byte in it)."""
    decoder = codecs.getincrementaldecoder(encoding)()
    pure = encoding == "utf-8"
    start = 0
    for chunk in _chunks(path):
        waiting = len(decoder.getstate()[0])
        if not (pure and not waiting and chunk.isascii()):
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as wrong:
                return max(0, start - waiting + wrong.start)
        start += len(chunk)
    return start - 1 if decoder.getstate()[0] else None


def _damaged_utf8(path: Path, bad: int) -> bool:
    """UTF-8 with a few bad bytes often passes as GB18030, every character of it wrong."""
    with path.open("rb") as file:
        file.seek(max(0, bad - _SAMPLE // 2))
        sample = file.read(_SAMPLE)
    foreign = sum(byte > 0x7F for byte in sample)
    return sample.decode("utf-8", "replace").count("\ufffd") * 10 < foreign


def _line_at(path: Path, offset: int) -> int:
    line, left = 1, offset
    for chunk in _chunks(path):
        line += chunk.count(b"\n", 0, left)
        left -= len(chunk)
        if left <= 0:
            break
    return line


def _mixed_line_ends(path: Path) -> bool:
    """Whether lines end now with CR LF, now with LF (looked for where a file starts)."""
    head = _head(path, _SAMPLE)
    return 0 < head.count(b"\r\n") < head.count(b"\n")


def _check_text(path: Path, place: Place) -> None:
    start = 0
    for chunk in _chunks(path):
        if (at := chunk.find(b"\0")) >= 0:
            line = _line_at(path, start + at)
            raise Unfit(NUL(Place(place.file, line), line=line))
        start += len(chunk)
    bad = _first_bad(path, "utf-8")
    if bad is not None:
        line = _line_at(path, bad)
        raise Unfit(ENCODING(Place(place.file, line), encoding="UTF-8", line=line))


def _recoded(path: Path, target: Path, encoding: str, place: Place) -> Path:
    """The same text in UTF-8 with LF line ends."""
    line = 1
    try:
        with (
            path.open(encoding="utf-8-sig" if encoding == "utf-8" else encoding, newline=None) as source,
            target.open("w", encoding="utf-8", newline="") as copy,
        ):
            line = _pour(source, copy, place)
    except UnicodeError as cause:
        raise Unfit(ENCODING(Place(place.file, line), encoding=encoding, line=line)) from cause
    return target


def _pour(source: IO[str], copy: IO[str], place: Place) -> int:
    line = 1
    while chunk := source.read(_CHUNK):
        if (at := chunk.find("\0")) >= 0:
            line += chunk.count("\n", 0, at)
            raise Unfit(NUL(Place(place.file, line), line=line))
        line += chunk.count("\n")
        copy.write(chunk)
    return line
