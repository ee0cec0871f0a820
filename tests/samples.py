"""The sample evidence of a preset, imported once per test session and shared: read it, never write to it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from jikao import api
from jikao.evidence.store import Store
from jikao.scheme.rules import Rules, rules_of

PERIODS = {
    "s1-indicators": "2024-05", "s2-form": "2024-05", "s3-contract": "2011-11", "s4-standards": "2024-05", "s5-output-value": "2024-05",
    "s5-profit": "2024-05", "s6-goals": "2024-Q2", "s7-rubric": "2024-05", "s8-conduct": "2024-05", "s8-points": "2024-Q2",
}  # fmt: skip
"""A period for which each preset's sample evidence has something to say."""


def preset(name: str) -> Path:
    return Path(__file__).parents[1] / "src" / "jikao" / "presets" / name


def rules(name: str) -> Rules:
    scheme = api.check(preset(name)).scheme
    assert scheme is not None
    return rules_of(scheme)


def fill(store: Store, name: str) -> Store:
    for file in sorted((preset(name) / "evidence").glob("*.csv"), key=lambda f: f.stem != "people"):
        report = api.import_file(store, file)
        assert not report.refused, report.problems
    return store


@cache
def store(name: str) -> Store:
    return fill(Store.create(Path(mkdtemp()) / "store"), name)
