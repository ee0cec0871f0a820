"""The evidence shipped with each preset: it imports as it is, and a run over it judges everybody there is."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from jikao import api
from jikao.scheme.problem import errors

SAMPLES = {
    "s1-indicators": ("2024-06", {}),
    "s2-form": ("2024-Q2", {}),
    "s3-contract": ("2011-11", {}),
    "s4-standards": ("2024-Q2", {}),
    "s5-output-value": (
        "2024-06",
        {"profit_share": "sample", "expense_share": "sample", "manager_liability": "sample", "minimum_wage": "sample"},
    ),
    "s5-profit": ("2024", {"profit_share": "sample", "profit_target": "250000"}),
    "s6-goals": ("2024-Q2", {}),
    "s7-rubric": ("2024-Q2", {}),
    "s8-conduct": ("2024-06", {}),
    "s8-points": ("2024-Q2", {}),
}
"""The period the sample evidence of a preset is of, and the settings its document leaves open."""


def run_of(preset: str, folder: Path) -> list[api.ResultRow]:
    """The results of a copy of the preset over its own evidence."""
    copy = api.new(preset, folder / preset)
    store = api.open_store(folder / "store", create=True)
    files = sorted((copy / "evidence").glob("*.csv"), key=lambda file: (file.stem != "people", file.stem))
    for file in files:
        assert not errors(api.import_file(store, file).problems), file
    period, settings = SAMPLES[preset]
    scored = api.score(copy, store, period, api.ScoreOptions(settings=settings))
    return api.results(scored.run)


def test_every_preset_ships_evidence() -> None:
    assert sorted(SAMPLES) == sorted(api.preset_names())


@pytest.mark.parametrize("preset", sorted(SAMPLES))
def test_the_evidence_of_a_preset_imports_and_scores(preset: str, tmp_path: Path) -> None:
    results = run_of(preset, tmp_path)
    states = Counter(row.state for row in results)
    assert 6 <= len(results) <= 10
    assert states == Counter(scored=len(results))
    assert len({row.total for row in results}) >= 3
