"""Schemes: copy a preset, check, format, compare, run the cases."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jikao.scheme.problem import Level, Place, Refused, errors, kind
from jikao.scheme.text import Text

if TYPE_CHECKING:
    from jikao.cases import Outcome
    from jikao.scheme.diff import Change
    from jikao.scheme.read import Reading


NO_PRESET = kind(
    "preset.unknown", Level.ERROR,
    what=Text("没有名为“{name}”的预设方案", 'There is no preset "{name}"'),
    why=Text("只能从随产品提供的方案复制", "only the schemes that ship with the product can be copied"),
    mend=Text("可选:{known}", "choose one of: {known}"),
)  # fmt: skip
FOLDER_TAKEN = kind(
    "folder.taken", Level.ERROR,
    what=Text("文件夹 {path} 已存在且不为空", "The folder {path} exists and is not empty"),
    why=Text("不覆盖已有的文件", "existing files are never overwritten"),
    mend=Text("换一个名字,或先移走原文件夹", "choose another name, or move the old folder away first"),
)  # fmt: skip


def preset_names() -> list[str]:
    """The schemes that ship with the product."""
    return sorted(p.name for p in files("jikao.presets").iterdir() if p.is_dir() and (p / "scheme.yaml").is_file())


@contextmanager
def shipped(*parts: str) -> Iterator[Path]:
    """A file or folder of the presets, as a path."""
    found = files("jikao.presets")
    for part in parts:
        found = found / part
    with as_file(found) as path:
        yield path


def new(preset: str, folder: Path) -> Path:
    """Copy a preset (scheme, cases, sample evidence) into a new folder and return it."""
    if preset not in preset_names():
        raise Refused([NO_PRESET(name=preset, known=", ".join(preset_names()))])
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused([FOLDER_TAKEN(Place(str(folder)), path=folder)])
    with shipped(preset) as source:
        shutil.copytree(source, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    return folder


def scheme_file(path: Path) -> Path:
    """A scheme given as its file or as the folder that holds ``scheme.yaml``."""
    return path / "scheme.yaml" if path.is_dir() else path


def check(path: Path, settings: Mapping[str, str] | None = None) -> Reading:
    """Read a scheme and judge it: every problem at once, each with its place."""
    from jikao.scheme.read import read_file

    return read_file(scheme_file(path), settings)


def formatted(path: Path) -> str:
    """The text of a scheme in its standard form, comments kept."""
    from jikao.scheme.write import fmt

    return fmt(sound(path).text)


def write_formatted(path: Path) -> bool:
    """Put a scheme's text into its standard form; whether it changed."""
    file, text = scheme_file(path), formatted(path)
    if file.read_text("utf-8") == text:
        return False
    write_whole(file, text)
    return True


def write_whole(file: Path, text: str) -> None:
    """Write a file whole or not at all."""
    with tempfile.NamedTemporaryFile("w", dir=file.parent, delete=False, encoding="utf-8", newline="") as new_file:
        new_file.write(text)
    Path(new_file.name).replace(file)


def diff_schemes(before: Path, after: Path) -> list[Change]:
    """What changed between two versions of a scheme, in sentences."""
    from jikao.scheme.diff import diff

    one, other = sound(before).scheme, sound(after).scheme
    return list(diff(one, other)) if one is not None and other is not None else []


def json_schema() -> dict[str, Any]:
    """The scheme language as JSON Schema, for editors."""
    from jikao.scheme.schema import json_schema as made

    return made()


def sound(path: Path, settings: Mapping[str, str] | None = None) -> Reading:
    """A scheme without errors."""
    reading = check(path, settings)
    if reading.scheme is None or errors(reading.problems):
        raise Refused(reading.problems)
    return reading


def run_cases(path: Path, progress: Callable[[Outcome], None] | None = None) -> list[Outcome]:
    """Run a scheme's own cases (the ``cases`` folder beside it) through the real path."""
    from jikao.cases import case_files, read_cases, run_case

    file = scheme_file(path)
    text = sound(path).text
    outcomes = []
    for case in [c for f in case_files(file.parent) for c in read_cases(f)]:
        outcome = run_case(text, case, str(file))
        outcomes.append(outcome)
        if progress is not None:
            progress(outcome)
    return outcomes
