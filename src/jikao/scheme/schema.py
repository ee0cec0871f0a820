"""The scheme language as a JSON Schema, so that editors can complete and check while one writes."""

from __future__ import annotations

import copy
from typing import Any

from jikao.scheme.catalogue import CATALOGUE, MeasureKind, Param
from jikao.scheme.model import Scheme

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_REFERENCE = {"type": "string", "pattern": r"^\$[^\s$]+$", "description": "$name: the value of a setting"}
_WORDS = {
    "anyOf": [
        {"type": "string"},
        {"type": "object", "properties": {"zh": {"type": "string"}, "en": {"type": "string"}}, "minProperties": 1, "additionalProperties": False},
    ]
}
_NUMBER = {"anyOf": [{"type": "number"}, {"type": "string"}]}
_PARAMS: dict[str, dict[str, Any]] = {
    "number": _NUMBER,
    "numbers": {"type": "object", "additionalProperties": _NUMBER},
    "word": {"type": "string"},
    "words": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
    "flag": {"anyOf": [{"type": "boolean"}, {"type": "string"}]},
}


def json_schema() -> dict[str, Any]:
    """The schema of a scheme's text. Looser than reading it: sums, names and curves are judged by the checks."""
    schema: dict[str, Any] = copy.deepcopy(Scheme.model_json_schema(mode="validation"))
    schema["$defs"]["MeasureUse"] = _measure()
    return {"$schema": DIALECT, **_opened(schema)}
