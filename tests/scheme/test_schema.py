from __future__ import annotations

import json
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from jikao.scheme.catalogue import CATALOGUE
from jikao.scheme.schema import DIALECT, json_schema

PRESETS = sorted((Path(__file__).parents[2] / "src/jikao/presets").glob("*/scheme.yaml"))


def test_the_schema_names_its_dialect_and_what_a_scheme_needs():
    schema = json_schema()
    assert schema["$schema"] == DIALECT
    assert set(schema["required"]) == {"scheme", "version", "title", "valid_from", "period", "sections"}
    assert schema["additionalProperties"] is False


def test_every_measure_can_be_completed_with_its_parameters():
    forms = json_schema()["$defs"]["Indicator"]["properties"]["measure"]["anyOf"]
    assert forms[0] == {"enum": sorted(CATALOGUE)}
    csat = next(form for form in forms if form.get("properties", {}).get("use") == {"const": "csat"})
    assert set(csat["properties"]) == {"use", "question", "good_from", "of"}
    feedback = next(form for form in forms if form.get("properties", {}).get("use") == {"const": "feedback_rate"})
    assert feedback["required"] == ["use", "recipients"]


def test_every_ref_leads_somewhere():
    schema = json_schema()
    names = {part.split('"')[0] for part in json.dumps(schema).split("#/$defs/")[1:]}
    assert names <= set(schema["$defs"])


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.parent.name)
def test_presets_fit_the_schema(path):
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    loaded = json.loads(json.dumps(YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")), default=str))
    jsonschema.Draft202012Validator(json_schema()).validate(loaded)


@pytest.mark.parametrize(
    ("key", "value"), [("wieght", 3), ("period", "monthly"), ("sections", 3), ("valid_from", 3), ("missing", "perhaps")]
)
def test_slips_do_not_fit_the_schema(key, value):
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    scheme = {"scheme": "s", "version": 1.0, "title": "s", "valid_from": "2024-01-01", "period": "month", "sections": []}
    jsonschema.Draft202012Validator(json_schema()).validate(scheme)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(json_schema()).validate({**scheme, key: value})
