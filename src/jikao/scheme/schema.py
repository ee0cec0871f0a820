"""The scheme language as a JSON Schema, so that editors can complete and check while one writes."""

from __future__ import annotations

import copy
from typing import Any

from jikao.scheme.catalogue import CATALOGUE, MeasureKind, Param
from jikao.scheme.model import Scheme

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_REFERENCE = {"type": "string", "pattern": r"^\$[^\s$]+$", "description": "$name: the value of a setting"}
_WORD: dict[str, Any] = {"type": ["string", "number", "boolean"]}
_YES_NO: dict[str, Any] = {"anyOf": [{"type": "boolean"}, {"enum": ["yes", "no", "是", "否"]}, _REFERENCE]}
_PARAMS: dict[str, dict[str, Any]] = {
    "number": {"type": ["number", "string"]},
    "numbers": {"type": "object", "additionalProperties": {"type": ["number", "string"]}},
    "word": _WORD,
    "words": {"anyOf": [_WORD, {"type": "array", "items": _WORD}]},
    "flag": _YES_NO,
}


def json_schema() -> dict[str, Any]:
    """The schema of a scheme's text.

    Looser than reading: sums, names and curves are judged by the checks alone. Whatever passes the checks passes it.
    """
    schema = _opened(copy.deepcopy(Scheme.model_json_schema(mode="validation")))
    schema["$defs"]["Indicator"]["properties"]["measure"] = _measure()
    return {"$schema": DIALECT, **schema}


def _opened(node: Any) -> Any:
    """Where pydantic wants one type, allow what a YAML text may hold: a number for a word, ``$name`` for anything."""
    if isinstance(node, list):
        return [_opened(part) for part in node]
    if not isinstance(node, dict):
        return node
    opened = {key: part if key in {"default", "enum", "required"} else _opened(part) for key, part in node.items()}
    notes = {key: opened[key] for key in ("title", "description", "default") if key in opened}
    if node.get("type") == "string" and not {"enum", "format", "pattern"} & set(node):
        return {**opened, **_WORD}
    if node.get("type") == "boolean":
        return {**notes, **_YES_NO}
    if node.get("type") in {"string", "integer"}:
        written = [{"type": "number"}] if "pattern" in node else []  # version: 1.0
        return {**notes, "anyOf": [opened, *written, _REFERENCE]}
    return opened


def _measure() -> dict[str, Any]:
    """A measure by its name alone, or with its parameters."""
    names = {"enum": sorted(CATALOGUE)}
    known = [_measure_with_params(measure) for measure in CATALOGUE.values()]
    by_setting = {"type": "object", "required": ["use"], "properties": {"use": _REFERENCE}}
    return {"title": "Measure", "anyOf": [names, _REFERENCE, *known, by_setting]}


def _measure_with_params(measure: MeasureKind) -> dict[str, Any]:
    return {
        "type": "object",
        "description": f"{measure.title.zh} / {measure.title.en}",
        "properties": {"use": {"const": measure.name}, **{param.name: _param(param) for param in measure.params}},
        "required": ["use", *(param.name for param in measure.params if param.required)],
        "additionalProperties": False,
    }


def _param(param: Param) -> dict[str, Any]:
    kind = {"anyOf": [{"enum": list(param.choices)}, _REFERENCE]} if param.kind == "choice" else _PARAMS[param.kind]
    return {"description": f"{param.title.zh} / {param.title.en}", **kind}
