"""Is every file of a sealed folder there, alone and unchanged? The check that needs no engine and no recomputing."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic

from jikao.archive.form import SEAL, FileSum, Form, Listing, M
from jikao.archive.zipped import is_zip, unzip
from jikao.scheme.problem import Level, Place, Problem, kind
from jikao.scheme.text import Text

NO_RUN = kind(
    "run.not-a-run",
    Level.ERROR,
    what=Text("{path} 不是封存结果的文件夹或 zip 文件", "{path} is neither a sealed folder nor a zip file of one"),
    why=Text("没有可核对的内容", "there is nothing to check"),
    mend=Text("给出封存结果所在的文件夹（其中有 SEAL 和 {manifest}）", "give the sealed folder (the one with SEAL and {manifest} in it)"),
)
FILE_CHANGED = kind(
    "run.file-changed",
    Level.ERROR,
    what=Text("文件 {name} 与封存时不同", "File {name} is not as it was sealed"),
    why=Text("封存的结果一个字节也不得改动", "not one byte of what is sealed may change"),
    mend=Text(
        "从备份取回原文件；若结果确有错误，另作一次更正",
        "restore the file from a copy; if the result was wrong, make a correction",
    ),
)
FILE_MISSING = kind(
    "run.file-missing",
    Level.ERROR,
    what=Text("缺少文件 {name}", "File {name} is missing"),
    why=Text("缺少文件就无法证明结果从何而来", "without it the result cannot be shown to follow from its evidence"),
    mend=Text("从备份取回该文件", "restore the file from a copy"),
)
FILE_EXTRA = kind(
    "run.file-extra",
    Level.ERROR,
    what=Text("多出文件 {name}", "File {name} was added"),
    why=Text("封存之后不得添加任何文件", "nothing is added to a sealed folder"),
    mend=Text("把它移到别处", "move it elsewhere"),
)
SEAL_BROKEN = kind(
    "run.seal-broken",
    Level.ERROR,
    what=Text("封条文件 {name} 被改动", "The seal, file {name}, was changed"),
    why=Text("封条保护清单，清单保护其余文件", "the seal guards the list, the list guards all other files"),
    mend=Text("从备份取回封条文件", "restore the seal from a copy"),
)
UNREADABLE = kind(
    "run.file-unreadable",
    Level.ERROR,
    what=Text("文件 {name} 读不出来：{reason}", "File {name} cannot be read: {reason}"),
    why=Text("读不出来就无法核对", "what cannot be read cannot be checked"),
    mend=Text("检查权限和磁盘", "check permissions and the disk"),
)

_LARGEST_SEAL, _LARGEST_MANIFEST = 4096, 64 << 20
"""More of these files is never read: ours are far smaller."""


@dataclass(frozen=True)
class Inspection(Generic[M]):
    """A folder as found. ``manifest`` is there when it could be read, even when files are not as it says."""

    folder: Path
    manifest: M | None
    problems: tuple[Problem, ...]
    files: int = 0


@contextlib.contextmanager
def opened(path: Path, form: Form[M]) -> Iterator[Inspection[M]]:
    """A sealed folder, or a zip file of one (unpacked for the length of the ``with`` block), inspected."""
    if path.is_dir() and any((path / name).exists() for name in (form.manifest, SEAL)):
        yield inspect(path, form)
    elif is_zip(path):
        with tempfile.TemporaryDirectory(prefix="jikao-") as scratch:
            yield _unpacked(path, Path(scratch), form)
    else:
        yield Inspection(path, None, (_not_sealed(path, form),))


def _not_sealed(path: Path, form: Form[Any]) -> Problem:
    return NO_RUN(Place(str(path)), path=path, manifest=form.manifest)


def _unpacked(path: Path, into: Path, form: Form[M]) -> Inspection[M]:
    problems = unzip(path, into)
    if not any(into.iterdir()):
        return Inspection(into, None, tuple(problems) or (_not_sealed(path, form),))
    found = inspect(into, form)
    named = {p.place for p in problems}
    more = [p for p in found.problems if p.place not in named]  # a damaged entry is said once, where it was found first
    return Inspection(into, found.manifest, (*problems, *more), found.files)


def named(path: Path, found: Inspection[Any]) -> Iterator[Problem]:
    """The problems of a folder, with its name before the file's."""
    for problem in found.problems:
        yield replace(problem, place=replace(problem.place, file="/".join(filter(None, (path.name, problem.place.file)))))


def inspect(folder: Path, form: Form[M]) -> Inspection[M]:
    """Seal, list, and every file's size and sum. All problems are found, not the first."""
    present = _present(folder)
    problems = [FILE_MISSING(Place(name), name=name) for name in (form.manifest, SEAL) if name not in present]
    manifest: M | None = None
    if form.manifest in present:
        manifest, found = _guarded(folder, form, sealed=SEAL in present)
        problems += found
    if manifest is not None:
        problems += _files(folder, manifest, present - {form.manifest, SEAL})
    return Inspection(folder, manifest, tuple(problems), len(present))


def _present(folder: Path) -> set[str]:
    """Everything in the folder that is not a folder, by its path with slashes."""
    found = set()
    for root, folders, files in os.walk(folder):
        links = [f for f in folders if (Path(root) / f).is_symlink()]
        found |= {(Path(root) / f).relative_to(folder).as_posix() for f in (*files, *links)}
    return found


def _guarded(folder: Path, form: Form[M], *, sealed: bool) -> tuple[M | None, list[Problem]]:
    """The manifest, and what is wrong between it and the seal. A manifest the seal disowns accuses no other file."""
    name = form.manifest
    try:
        raw = _read(folder / name, _LARGEST_MANIFEST)
        seal = _read(folder / SEAL, _LARGEST_SEAL) if sealed else b""
    except OSError as cause:
        return None, [UNREADABLE(Place(name), name=name, reason=cause.strerror)]
    disowned = sealed and seal != form.seal_text(raw).encode()
    if disowned and form.is_whole(seal):
        return None, [FILE_CHANGED(Place(name), name=name)]
    problems = [SEAL_BROKEN(Place(SEAL), name=SEAL)] if disowned else []
    manifest = form.read(raw)
    return (None, problems or [manifest]) if isinstance(manifest, Problem) else (manifest, problems)


def _read(file: Path, largest: int) -> bytes:
    """A small file, never more of it than it may have."""
    if not stat.S_ISREG(file.lstat().st_mode):
        return b""
    with file.open("rb") as opened_file:
        return opened_file.read(largest + 1)


def _files(folder: Path, manifest: Listing, present: set[str]) -> Iterator[Problem]:
    listed = {f.name: f for f in manifest.listed}
    yield from (FILE_MISSING(Place(name), name=name) for name in sorted(listed.keys() - present))
    yield from (FILE_EXTRA(Place(_shown(name)), name=_shown(name)) for name in sorted(present - listed.keys()))
    for name in sorted(listed.keys() & present):
        try:
            if not _as_sealed(folder / name, listed[name]):
                yield FILE_CHANGED(Place(name), name=name)
        except OSError as cause:
            yield UNREADABLE(Place(name), name=name, reason=cause.strerror)


def _as_sealed(file: Path, sealed: FileSum) -> bool:
    found = file.lstat()
    return stat.S_ISREG(found.st_mode) and found.st_size == sealed.size and file_sum(file) == sealed.sha256


def file_sum(file: Path) -> str:
    """SHA-256 of a file."""
    with file.open("rb") as opened_file:
        return hashlib.file_digest(opened_file, "sha256").hexdigest()


def _shown(name: str) -> str:
    """A file name that can be printed, also when it is no text."""
    return name.encode("utf-8", "replace").decode()
