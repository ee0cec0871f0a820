"""Write the parts of the documentation that the program knows better than anybody: ``python docs/generate.py``.

A page marks such a part with ``<!-- generated: NAME -->`` … ``<!-- end -->``; the rest of the page is written by hand.
``--check`` changes nothing and fails when a committed page differs from what the program says today.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click
from pydantic import BaseModel
from ruamel.yaml import YAML

import jikao
from jikao.archive.manifest import Manifest
from jikao.evidence.mapping import MappingText
from jikao.scheme.catalogue import CATALOGUE, MeasureKind, Param, Unit
from jikao.scheme.model import Scheme
from jikao.scheme.problem import KINDS, Kind, Level
from jikao.scheme.text import Text

DOCS = Path(__file__).resolve().parent
PRESETS = Path(jikao.__file__).parent / "presets"
PART = re.compile(r"(<!-- generated: (?P<name>[\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)

UNITS = {
    Unit.RATIO: Text("比率 0–1", "ratio 0–1"),
    Unit.COUNT: Text("个数", "count"),
    Unit.DURATION: Text("时长(秒)", "duration (seconds)"),
    Unit.SCORE: Text("分 0–100", "score 0–100"),
    Unit.POINTS: Text("数值", "number"),
}
BETTER = {"more": Text("多为好", "more is better"), "less": Text("少为好", "less is better")}
EMPTY = {"missing": Text("N/A", "N/A"), "zero": Text("0", "0")}
PLAIN = {
    "date": "日期 · date",
    "string": "文字 · text",
    "boolean": "`true`, `false`",
    "integer": "整数 · whole number",
    "number": "数 · number",
}
LEVELS = {Level.ERROR: Text("错误", "error"), Level.WARNING: Text("注意", "warning"), Level.HINT: Text("提示", "hint")}


def import_everything() -> None:
    """Problem codes are declared beside their checks, so every module must have been read once."""
    for module in pkgutil.walk_packages(jikao.__path__, "jikao."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


def both(text: Text) -> str:
    """``中文 · English``; a word that is the same in both is said once."""
    return text.zh if text.zh == text.en else f"{text.zh} · {text.en}"


def row(cells: Iterable[object]) -> str:
    """One row of a Markdown table."""
    return "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table."""
    titles = list(head)
    return "\n".join([row(titles), "|" + " --- |" * len(titles), *map(row, rows)])


def code(words: Iterable[object]) -> str:
    """Words as code, with commas between."""
    return ", ".join(f"`{word}`" for word in words)


# --- measures ----------------------------------------------------------------------------------------------------


def measures() -> str:
    """Every measure a scheme may ask for."""
    index = table(
        ["度量 · measure", "单位 · unit", "数据表 · shapes"],
        ([f"[`{m.name}`](#{m.name})", both(UNITS[m.unit]), code(m.shapes)] for m in CATALOGUE.values()),
    )
    return "\n\n".join([index, *map(_measure, CATALOGUE.values())])


def _measure(m: MeasureKind) -> str:
    links = ", ".join(f"[`{shape}`](shapes.md#{shape})" for shape in m.shapes)
    facts = [both(UNITS[m.unit]), both(BETTER[m.better]), f"{links}", f"无记录时 · without rows: {both(EMPTY[m.empty])}"]
    parts = [f'<a id="{m.name}"></a>\n### `{m.name}` {both(m.title)}', m.meaning.zh, m.meaning.en, " — ".join(facts)]
    if m.params:
        parts.append(table(["参数 · parameter", "可写 · may be", "默认 · default", "含义 · meaning"], map(_param, m.params)))
    return "\n\n".join(parts)


def _param(p: Param) -> list[str]:
    default = "必填 · required" if p.required else "—" if p.default is None else f"`{_plain(p.default)}`"
    return [f"`{p.name}`", code(p.choices) if p.choices else p.kind, default, both(p.title)]


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


# --- shapes ------------------------------------------------------------------------------------------------------


def shapes() -> str:
    """Every table shape with its columns."""
    from jikao.evidence.shapes import SHAPES, Column, Shape  # noqa: PLC0415 - this block alone needs the room above

    def column(c: Column, shape: Shape) -> list[str]:
        marks = [
            "🔑" if c.name in shape.key else "",
            "必填 · required" if c.required else "",
            code(c.words),
            "" if c.low is None and c.high is None else f"{'' if c.low is None else c.low}…{'' if c.high is None else c.high}",
            "→ `people`" if c.person else "",
            f"默认 · default `{c.default}`" if c.default is not None else "",
        ]
        return [f"`{c.name}`", both(c.title), str(c.type), "; ".join(filter(None, marks))]

    def section(s: Shape) -> str:
        period = (
            f"归属周期 · counts to the period of: `{s.day}`" if s.day else "随所属的行归属周期 · belongs to the period of its parent row"
        )
        head = f'<a id="{s.name}"></a>\n### `{s.name}` {both(s.title)}\n\n{period}'
        return head + "\n\n" + table(["列 · column", "标题 · title", "类型 · type", "说明 · notes"], (column(c, s) for c in s.columns))

    index = table(
        ["表 · shape", "标题 · title", "主键 · key"], ([f"[`{s.name}`](#{s.name})", both(s.title), code(s.key)] for s in SHAPES.values())
    )
    return "\n\n".join([index, *map(section, SHAPES.values())])


# --- problems ----------------------------------------------------------------------------------------------------


def problems() -> str:
    """Every problem code, grouped by the word before its dot."""
    families: dict[str, list[Kind]] = {}
    for kind in sorted(KINDS.values(), key=lambda k: k.code):
        families.setdefault(kind.code.partition(".")[0], []).append(kind)
    return "\n\n".join(f"## {family}\n\n" + "\n\n".join(map(_problem, kinds)) for family, kinds in families.items())


def _problem(k: Kind) -> str:
    return "\n".join(
        [
            f'<a id="{k.code}"></a>',
            f"### `{k.code}` {both(LEVELS[k.level])}",
            "",
            f"{k.what.zh}  \n*为什么*:{k.why.zh}  \n*怎么改*:{k.mend.zh}",
            "",
            f"{k.what.en}  \n*Why*: {k.why.en}  \n*Mend*: {k.mend.en}",
        ]
    )


# --- fields of the texts people write ----------------------------------------------------------------------------


EVERYWHERE = "Sourced"
"""The part of ``fields.yaml`` whose keys mean the same in every part."""


def words_of_fields() -> dict[str, dict[str, list[str]]]:
    """Part (``Root.Part`` where two texts use one name) → key → [Chinese, English], by hand in ``reference/fields.yaml``."""
    with (DOCS / "reference" / "fields.yaml").open(encoding="utf-8") as file:
        return dict(YAML(typ="safe").load(file))


def words_of(said: Mapping[str, Mapping[str, list[str]]], root: type[BaseModel], part: str, key: str) -> list[str] | None:
    """What a key means: its own words in its part, or those it has in every part."""
    own = said.get(f"{root.__name__}.{part}", said.get(part, {}))
    return own.get(key) or said[EVERYWHERE].get(key)


def parts_of(model: type[BaseModel]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The model and all the parts it is made of, as JSON Schema objects, in the order they are first met."""
    schema = model.model_json_schema()
    found = {model.__name__: schema}
    waiting = [schema]
    while waiting:
        for name in re.findall(r"#/\$defs/(\w+)", str({k: v for k, v in waiting.pop(0).items() if k != "$defs"})):
            if name not in found:
                found[name] = schema["$defs"][name]
                waiting.append(found[name])
    return ((name, part) for name, part in found.items() if "properties" in part)


def fields(model: type[BaseModel], skip: frozenset[str] = frozenset()) -> str:
    """One table of keys for every part of a text."""
    enums = {name: part["enum"] for name, part in model.model_json_schema().get("$defs", {}).items() if "enum" in part}
    said = words_of_fields()

    def key(part: str, name: str, spec: Mapping[str, Any], required: bool) -> list[str]:
        zh, en = words_of(said, model, part, name) or ("", "")
        return [f"`{name}`", spell(spec, enums), "必填 · required" if required else _default(spec), f"{zh} · {en}"]

    def section(part: str, spec: Mapping[str, Any]) -> str:
        zh, en = words_of(said, model, part, "") or ("", "")
        needed = spec.get("required", [])
        rows = [key(part, name, each, name in needed) for name, each in spec["properties"].items()]
        head = f'<a id="{part.lower()}"></a>\n### {part}\n\n{zh}。\n\n{en}'
        return head + "\n\n" + table(["键 · key", "写什么 · takes", "默认 · default", "含义 · meaning"], rows)

    return "\n\n".join(section(part, spec) for part, spec in parts_of(model) if part not in skip)


def spell(spec: Mapping[str, Any], enums: Mapping[str, list[str]]) -> str:
    """What may be written for a key, in a few words, from its JSON Schema."""
    if "$ref" in spec:
        name = spec["$ref"].rpartition("/")[2]
        return code(enums[name]) if name in enums else f"[{name}](#{name.lower()})"
    if "enum" in spec or "const" in spec:
        return code(spec.get("enum") or [spec["const"]])
    if "anyOf" in spec:
        return _spell_choice([each for each in spec["anyOf"] if each.get("type") != "null"], enums)
    if spec.get("type") == "array":
        return f"列表 · list: {spell(spec.get('items', {}), enums)}"
    if spec.get("type") == "object":
        inner = spec.get("additionalProperties")
        return f"名称 → · name → {spell(inner if isinstance(inner, dict) else {}, enums)}"
    return PLAIN.get(spec.get("format", spec.get("type", "")), "值 · value")


def _spell_choice(choices: list[Mapping[str, Any]], enums: Mapping[str, list[str]]) -> str:
    types = [each.get("type") for each in choices]
    if "number" in types and all(t in {"string", "integer", "number"} for t in types):
        return "数 · number"
    if types == ["string", "object"] and choices[1].get("additionalProperties") == {"type": "string"}:
        return "文字或 {zh, en} · text or {zh, en}"
    return " 或 · or ".join(dict.fromkeys(spell(each, enums) for each in choices))


def _default(spec: Mapping[str, Any]) -> str:
    value = spec.get("default")
    if value is None or value in ("", [], {}) or isinstance(value, dict):
        return "—"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


ROOTS: tuple[type[BaseModel], ...] = (Scheme, MappingText, Manifest)
"""The texts whose keys are documented."""

CURVE_PARTS = frozenset({"CurveText", "ClauseText"})


def scheme_fields() -> str:
    """All keys of a scheme, but for those of curves, which have their own page."""
    return (
        fields(Scheme, skip=CURVE_PARTS)
        .replace("](#curvetext)", "](curves.md#curvetext)")
        .replace("](#clausetext)", "](curves.md#clausetext)")
    )


def curve_fields() -> str:
    """The keys of a curve and of its clauses."""
    return fields(Scheme, skip=frozenset(name for name, _ in parts_of(Scheme)) - CURVE_PARTS)


def mapping_fields() -> str:
    """The keys of a mapping."""
    return fields(MappingText)


def manifest_fields() -> str:
    """The keys of a sealed run's manifest."""
    return fields(Manifest)


# --- pay ---------------------------------------------------------------------------------------------------------


def pay_rules() -> str:
    """Every kind of entry a batch may hold."""
    from jikao.payout.rules import RULES  # noqa: PLC0415 - these blocks alone need the room above

    rows = (
        [f"`{name}`", both(rule.title), both(rule.says), f"`{rule.section}`" if rule.section else "—", rule.source or "—"]
        for name, rule in RULES.items()
    )
    return table(["分录 · entry", "名称 · title", "规则 · rule", "所属 · part", "原文 · document"], rows)


def pay_accounts() -> str:
    """Every kind of account."""
    from jikao.payout.ledger import ACCOUNTS  # noqa: PLC0415 - as above

    return table(["科目 · account", "名称 · title"], ([f"`{name}`", both(title)] for name, title in ACCOUNTS.items()))


# --- presets -----------------------------------------------------------------------------------------------------


def shipped_schemes() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Preset name and its text as plain values."""
    for path in sorted(PRESETS.glob("*/scheme.yaml")):
        with path.open(encoding="utf-8") as file:
            yield path.parent.name, YAML(typ="safe").load(file)


def _said(title: object) -> str:
    if isinstance(title, Mapping):
        return both(Text(str(title.get("zh", title.get("en"))), str(title.get("en", title.get("zh")))))
    return str(title)


def presets() -> str:
    """The schemes that come with the program."""
    rows = ([f"`{name}`", _said(text["title"]), f"`{text['period']}`"] for name, text in shipped_schemes())
    return table(["预设方案 · preset", "标题 · title", "周期 · period"], rows)


def ambiguities() -> str:
    """Every place where the source documents can be read in more than one way, and how to choose."""
    rows = (
        [
            setting.get("ambiguity", ""),
            f"`{name}`",
            f"`{key}`",
            _said(setting.get("title", "")),
            f"`{setting['value']}`",
            code(setting["readings"]),
        ]
        for name, text in shipped_schemes()
        for key, setting in (text.get("settings") or {}).items()
        if setting.get("readings")
    )
    return table(["编号 · no.", "预设 · preset", "设置 · setting", "内容 · about", "默认 · default", "可选 · readings"], rows)


def mappings() -> str:
    """The ready mappings."""

    def describe(path: Path) -> list[str]:
        with path.open(encoding="utf-8") as file:
            text = YAML(typ="safe").load(file)
        return [f"`{path.stem}`", _said(text.get("title", "")), _said(text.get("source", "")), code(t["shape"] for t in text["tables"])]

    rows = map(describe, sorted((PRESETS / "mappings").glob("*.yaml")))
    return table(["映射 · mapping", "标题 · title", "来源 · source", "写入 · fills"], rows)


# --- commands ----------------------------------------------------------------------------------------------------


def commands() -> str:
    """Every command with its options. The program speaks one language at a time, so it is asked twice."""
    zh, en = spoken("zh"), spoken("en")
    return "\n\n".join(map(_command, zh, en))


def spoken(lang: str) -> list[dict[str, Any]]:
    """What the command line says about itself in one language."""
    asked = subprocess.run([sys.executable, __file__, "--commands"], env=os.environ | {"JIKAO_LANG": lang}, capture_output=True, check=True)
    said: list[dict[str, Any]] = json.loads(asked.stdout)
    return said


def walk(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    """The command and all below it, by their full names."""
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for word in command.list_commands(context):
            below = command.get_command(context, word)
            if below is not None and not below.hidden:
                yield from walk(below, f"{name} {word}")


def described(name: str, command: click.Command) -> dict[str, Any]:
    """One command as plain values: how it is called, what it does, its options."""
    context = click.Context(command, info_name=name, max_content_width=200)
    options = [p for p in command.get_params(context) if isinstance(p, click.Option) and "--help" not in p.opts]
    records = [record for option in options if (record := option.get_help_record(context))]
    return {"name": name, "usage": command.get_usage(context).removeprefix("Usage: "), "help": command.help or "", "options": records}


def _command(zh: Mapping[str, Any], en: Mapping[str, Any]) -> str:
    parts = [f"## {zh['name']}", f"```text\n{zh['usage']}\n```", zh["help"], en["help"]]
    rows = [[f"`{flags}`", both(Text(one, other))] for (flags, one), (_, other) in zip(zh["options"], en["options"], strict=True)]
    if rows:
        parts.append(table(["选项 · option", "含义 · meaning"], rows))
    return "\n\n".join(filter(None, parts))


# --- pages -------------------------------------------------------------------------------------------------------

BLOCKS: dict[str, Callable[[], str]] = {
    "measures": measures,
    "shapes": shapes,
    "problems": problems,
    "scheme-fields": scheme_fields,
    "curve-fields": curve_fields,
    "mapping-fields": mapping_fields,
    "manifest-fields": manifest_fields,
    "pay-rules": pay_rules,
    "pay-accounts": pay_accounts,
    "presets": presets,
    "ambiguities": ambiguities,
    "mappings": mappings,
    "commands": commands,
}


def rendered(page: str) -> str:
    """The page with its generated parts as of now."""
    return PART.sub(lambda found: f"{found[1]}{BLOCKS[found['name']]()}\n{found[3]}", page)


def stale() -> dict[Path, str]:
    """Pages that differ from what the program says, with what they should be."""
    import_everything()
    pages = {path: path.read_text(encoding="utf-8") for path in sorted(DOCS.rglob("*.md"))}
    return {path: new for path, old in pages.items() if (new := rendered(old)) != old}


def main() -> int:
    """Write the pages, or with ``--check`` only name those that are out of date."""
    if "--commands" in sys.argv[1:]:
        from jikao.cli import cli  # noqa: PLC0415 - this errand alone needs the top floor

        print(json.dumps([described(name, command) for name, command in walk(cli, "jikao")]))
        return 0
    pages = stale()
    check = "--check" in sys.argv[1:]
    for path, text in pages.items():
        print(f"{'out of date' if check else 'written'}: {path.relative_to(DOCS.parent)}")
        if not check:
            path.write_text(text, encoding="utf-8")
    return 1 if pages and check else 0


if __name__ == "__main__":
    sys.exit(main())
