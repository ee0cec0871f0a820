"""The documentation is tested: nothing is missing from the reference, links lead somewhere, examples run as shown.

In a page, a fence ``yaml file=NAME`` (or csv) writes that file into the page's scratch folder (a table for an .xlsx name becomes
a workbook), and a ``console`` fence runs its ``$ jikao …`` lines there, in the order of the page. They must end with exit code 0, or with ``exit=N`` from the fence's
first line; every other line of the fence must appear in what the commands say (``…`` stands for anything).
"""

from __future__ import annotations

import csv
import importlib.util
import re
import shlex
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import click
import pytest
import xlsxwriter

from jikao.cli import cli, main
from jikao.evidence.shapes import SHAPES
from jikao.scheme.catalogue import CATALOGUE
from jikao.scheme.model import ClauseText, CurveText
from jikao.scheme.problem import KINDS

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")])
FENCE = re.compile(r"^```(?P<kind>\w+)(?P<info>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


@cache
def generator():
    """``docs/generate.py`` as a module."""
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.import_everything()
    return module


def reference(name: str) -> str:
    return (DOCS / "reference" / f"{name}.md").read_text(encoding="utf-8")


def missing(page: str, words: list[str]) -> list[str]:
    return [word for word in words if f"`{word}`" not in page]


# --- nothing is missing ------------------------------------------------------------------------------------------


def test_generated_parts_say_what_the_program_says_today() -> None:
    assert [path.name for path in generator().stale()] == []


def test_every_measure_and_parameter_has_an_entry() -> None:
    page = reference("measures")
    assert [name for name in CATALOGUE if f'<a id="{name}"></a>' not in page] == []
    assert missing(page, [p.name for m in CATALOGUE.values() for p in m.params]) == []


def test_every_shape_and_column_has_an_entry() -> None:
    page = reference("shapes")
    assert [name for name in SHAPES if f'<a id="{name}"></a>' not in page] == []
    assert missing(page, [c.name for s in SHAPES.values() for c in s.columns]) == []


def test_every_problem_code_has_an_entry() -> None:
    generator()
    page = reference("problems")
    assert KINDS
    assert [code for code in KINDS if f'<a id="{code}"></a>' not in page] == []


def test_every_curve_option_has_an_entry() -> None:
    options = [f.alias or name for model in (CurveText, ClauseText) for name, f in model.model_fields.items()]
    assert missing(reference("curves"), options) == []


def test_every_key_people_write_is_explained_in_both_languages() -> None:
    g = generator()
    said = g.words_of_fields()
    keys = [(root, part, key) for root in g.ROOTS for part, spec in g.parts_of(root) for key in ("", *spec["properties"])]
    assert [(part, key) for root, part, key in keys if len(g.words_of(said, root, part, key) or ()) != 2] == []


def test_every_explained_key_exists() -> None:
    g = generator()
    said = g.words_of_fields()
    written = {
        (each, key)
        for root in g.ROOTS
        for part, spec in g.parts_of(root)
        for key in spec["properties"]
        for each in (part, f"{root.__name__}.{part}")
    }
    explained = {(part, key) for part, keys in said.items() for key in keys if part != g.EVERYWHERE and key}
    assert sorted(explained - written) == []


def commands() -> dict[str, click.Command]:
    return dict(generator().walk(cli, "jikao"))


def test_every_command_and_option_has_an_entry() -> None:
    page = reference("commands")
    assert [name for name in commands() if f"## {name}\n" not in page] == []
    options = {flag for c in commands().values() for p in c.params if isinstance(p, click.Option) and not p.hidden for flag in p.opts}
    assert [flag for flag in sorted(options) if flag not in page] == []


def test_every_command_is_shown_in_an_example_that_is_run() -> None:
    shown = {" ".join(words[:n]) for page in PAGES for example in examples(page) for words in example.commands for n in (2, 3)}
    leaves = {name for name, c in commands().items() if not isinstance(c, click.Group)}
    assert sorted(leaves - shown) == []


# --- links lead somewhere ----------------------------------------------------------------------------------------


def slug(heading: str) -> str:
    """The anchor a heading gets on the common code hosts."""
    plain = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return plain.replace(" ", "-")


def anchors(page: str) -> set[str]:
    prose = FENCE.sub("", page)
    return {slug(h) for h in re.findall(r"^#+ (.+)$", prose, re.MULTILINE)} | set(re.findall(r'<a id="([^"]+)">', page))


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_link_inside_the_project_resolves(page: Path) -> None:
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", FENCE.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.exists() or (anchor and anchor not in anchors(file.read_text(encoding="utf-8"))):
            broken.append(target)
    assert broken == []


def test_every_page_can_be_reached_from_the_index() -> None:
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    linked = set(re.findall(r"\]\(([^)#\s]+)", index))
    assert sorted({p.relative_to(DOCS).as_posix() for p in DOCS.rglob("*.md")} - linked - {"index.md"}) == []


# --- examples run as shown ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Example:
    """One fence: a file to write, or commands with what they say and how they end."""

    kind: str
    file: str
    exit_code: int
    body: str

    @property
    def commands(self) -> list[list[str]]:
        lines = self.body.splitlines() if self.kind == "console" else []
        return [shlex.split(line[2:]) for line in lines if line.startswith("$ ")]

    @property
    def shown(self) -> list[str]:
        return [line for line in self.body.splitlines() if line.strip() and not line.startswith("$ ")]


def examples(page: Path) -> Iterator[Example]:
    for fence in FENCE.finditer(page.read_text(encoding="utf-8")):
        info = dict(re.findall(r"(\w+)=(\S+)", fence["info"]))
        if fence["kind"] == "console" or "file" in info:
            yield Example(fence["kind"], info.get("file", ""), int(info.get("exit", 0)), fence["body"])


def squeezed(line: str) -> str:
    """Spaces, line breaks and the width of punctuation do not matter."""
    return "".join(unicodedata.normalize("NFKC", line).split())


@pytest.mark.parametrize("page", [p for p in PAGES if any(examples(p))], ids=lambda p: p.relative_to(ROOT).as_posix())
def test_the_examples_of_a_page_run_as_shown(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    for example in examples(page):
        if example.file:
            write_example(example)
        else:
            run_example(example, capsys)


def write_example(example: Example) -> None:
    Path(example.file).parent.mkdir(parents=True, exist_ok=True)
    if not example.file.endswith(".xlsx"):
        Path(example.file).write_text(example.body, encoding="utf-8")
        return
    with xlsxwriter.Workbook(example.file) as book:
        sheet = book.add_worksheet()
        for number, values in enumerate(csv.reader(example.body.splitlines())):
            sheet.write_row(number, 0, values)


def run_example(example: Example, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    for program, *words in example.commands:
        assert program == "jikao", f"only jikao commands are run, not {program}; use a sh fence to show others"
        with pytest.raises(SystemExit) as ended:
            main(words)
        assert ended.value.code == example.exit_code, f"jikao {shlex.join(words)}\n{''.join(capsys.readouterr())}"
    said = "".join(capsys.readouterr())
    for line in example.shown:
        for piece in filter(None, map(squeezed, line.split("…"))):
            assert piece in squeezed(said), f"{piece!r} is not in\n{said}"
