"""A sealed folder as one zip file to take home, and reading one that a stranger made.

Our zip files are stored, not compressed (tables are compressed already), with sorted names and one fixed time: the
same folder gives the same bytes.
"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import Any

from jikao.archive.form import SEAL, Form
from jikao.scheme.problem import Level, Place, Problem, kind
from jikao.scheme.text import Text

ZIP_DAMAGED = kind(
    "run.zip-damaged",
    Level.ERROR,
    what=Text("zip 文件损坏或无法读取：{reason}", "The zip file is damaged or cannot be read: {reason}"),
    why=Text("读不全就无法核对", "what cannot be read in full cannot be checked"),
    mend=Text("重新取得该文件", "get the file again"),
)
ZIP_ENTRY_DAMAGED = kind(
    "run.zip-entry-damaged",
    Level.ERROR,
    what=Text("zip 中的文件 {name} 损坏：{reason}", "File {name} inside the zip is damaged: {reason}"),
    why=Text("封存的结果一个字节也不得改动", "not one byte of what is sealed may change"),
    mend=Text("重新取得该 zip 文件", "get the zip file again"),
)
ZIP_UNSAFE = kind(
    "run.zip-unsafe",
    Level.ERROR,
    what=Text("zip 中的 {name} 不予解开：{reason}", "{name} inside the zip is not unpacked: {reason}"),
    why=Text("它可能写到别处，或让不同程序读到不同内容", "it could be written elsewhere, or be read differently by different programs"),
    mend=Text("向提供者索取原始的 zip 文件", "ask whoever gave you the zip for the original"),
)
ZIP_BOMB = kind(
    "run.zip-bomb",
    Level.ERROR,
    what=Text(
        "zip 声称解开后有 {size} 字节，与文件本身的 {zipped} 字节不相称", "The zip claims to hold {size} bytes in a file of {zipped}"
    ),
    why=Text("解开它会占满磁盘", "unpacking it would fill the disk"),
    mend=Text("向提供者索取原始的 zip 文件", "ask whoever gave you the zip for the original"),
)
NOT_WRITTEN = kind(
    "run.not-written",
    Level.ERROR,
    what=Text("无法写入 {path}：{reason}", "{path} cannot be written: {reason}"),
    why=Text("没有写下任何内容，原有文件不变", "nothing was written, and what was there is as it was"),
    mend=Text("检查磁盘空间与权限", "check disk space and permissions"),
)
NO_RUN = kind(
    "run.zip-nothing",
    Level.ERROR,
    what=Text("{path} 不是封存结果的文件夹", "{path} is not a sealed folder"),
    why=Text("没有可打包的内容", "there is nothing to pack"),
    mend=Text("给出其中有 SEAL 和 {manifest} 的文件夹", "give the folder that has SEAL and {manifest} in it"),
)

MOST_ENTRIES = 500
ROOM, SWELL = 64 << 20, 20
"""Unpacked, a zip may take this many bytes plus this many times its own size."""

_OURS = ("evidence", "results")
_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)
_TIME = (1980, 1, 1, 0, 0, 0)
_READ_ONLY = 0o100444 << 16
_BLOCK = 1 << 20


def zip_sealed(folder: Path, path: Path, form: Form[Any]) -> tuple[Problem, ...]:
    """Pack a sealed folder as it is, under a folder of the same name. ``path`` appears whole or not at all."""
    if not all((folder / name).is_file() for name in (form.manifest, SEAL)):
        return (NO_RUN(Place(str(folder)), path=folder, manifest=form.manifest),)
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".zip-") as scratch:
            partial = Path(scratch) / path.name
            _pack_all(folder, partial)
            partial.replace(path)
    except OSError as cause:
        return (NOT_WRITTEN(Place(str(path)), path=path, reason=cause.strerror),)
    return ()


def _pack_all(folder: Path, path: Path) -> None:
    names = sorted(f.relative_to(folder).as_posix() for f in folder.rglob("*") if f.is_file())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as packed:
        for name in names:
            _pack(packed, folder / name, f"{folder.resolve().name}/{name}")


def _pack(packed: zipfile.ZipFile, file: Path, name: str) -> None:
    entry = zipfile.ZipInfo(name, _TIME)
    entry.create_system, entry.external_attr, entry.file_size = 3, _READ_ONLY, file.stat().st_size
    with file.open("rb") as source, packed.open(entry, "w") as target:
        shutil.copyfileobj(source, target, _BLOCK)


def is_zip(path: Path) -> bool:
    """Whether a path is a file that could be a zip."""
    return path.is_file() and (path.suffix.lower() == ".zip" or zipfile.is_zipfile(path))


def unzip(path: Path, into: Path) -> list[Problem]:
    """Unpack a zip file of a sealed folder, with or without one folder around it. Nothing is ever written outside ``into``."""
    try:
        with zipfile.ZipFile(path) as packed:
            entries = [e for e in packed.infolist() if not e.is_dir()]
            problems = _claims(path, entries)
            return problems or _unpack(packed, entries, into)
    except _ERRORS as cause:
        return [ZIP_DAMAGED(Place(path.name), reason=_reason(cause))]


def _claims(path: Path, entries: list[zipfile.ZipInfo]) -> list[Problem]:
    """What the directory of the zip says, judged before anything is unpacked."""
    claimed, zipped = sum(e.file_size for e in entries), path.stat().st_size
    if len(entries) > MOST_ENTRIES or claimed > ROOM + SWELL * zipped:
        return [ZIP_BOMB(Place(path.name), size=claimed, zipped=zipped)]
    names = [e.filename for e in entries]
    twice = Text("同名两次", "the name is there twice")
    return [_unsafe(n, twice) for n in sorted({n for n in names if names.count(n) > 1})]


def _unpack(packed: zipfile.ZipFile, entries: list[zipfile.ZipInfo], into: Path) -> list[Problem]:
    outer = _outer([e.filename for e in entries])
    problems = []
    for entry in entries:
        name = entry.filename.removeprefix(outer)
        if not _is_safe(name):
            problems.append(_unsafe(name, Text("路径不安全", "its path is not safe")))
            continue
        try:
            _unpack_one(packed, entry, into / name)
        except _ERRORS as cause:
            problems.append(ZIP_ENTRY_DAMAGED(Place(name), name=name, reason=_reason(cause)))
    return problems


def _unpack_one(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with packed.open(entry) as source, target.open("xb") as written:
        shutil.copyfileobj(source, written, _BLOCK)


def _outer(names: list[str]) -> str:
    """The one folder around everything, if there is one."""
    tops = {n.split("/", 1)[0] for n in names if "/" in n}
    return f"{tops.pop()}/" if len(tops) == 1 and all("/" in n for n in names) and not tops & set(_OURS) else ""


def _is_safe(name: str) -> bool:
    parts = name.split("/")
    odd = any(c in name for c in "\\:\0") or any(ord(c) < ord(" ") for c in name)
    return bool(name) and not odd and len(name) < 200 and len(parts) < 4 and all(p.strip(". ") for p in parts)


def _unsafe(name: str, reason: Text) -> Problem:
    shown = name.encode("utf-8", "replace").decode()
    return ZIP_UNSAFE(Place(shown), name=shown, reason=reason)


def _reason(cause: BaseException) -> str:
    return str(cause) or type(cause).__name__
