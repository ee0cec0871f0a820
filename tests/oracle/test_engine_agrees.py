"""Random companies under random schemes: the engine and the oracle must agree on every figure.

``JIKAO_ORACLE`` = number of companies (default 8); ``JIKAO_ORACLE_FROM`` = the first seed; ``JIKAO_ORACLE_ENGINE`` =
``spark`` for the other engine.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import cast

import pytest

from jikao.evidence.backend import EngineName
from jikao.evidence.importing import import_rows
from jikao.evidence.store import Store
from jikao.scheme.calendar import WorkCalendar
from jikao.scheme.catalogue import CATALOGUE
from jikao.scheme.model import Scheme
from jikao.scheme.period import parse_period
from jikao.scheme.problem import errors
from jikao.scheme.read import read
from jikao.scheme.rules import Rules, rules_of
from jikao.scoring.run import score
from jikao.scoring.tables import unfit

from .appraisal import Result, appraise
from .clock import Clock
from .compare import differences
from .files import Files
from .generate import Company, as_text, company
from .generate_scheme import scheme_words

FIRST, COUNT = int(os.environ.get("JIKAO_ORACLE_FROM", "0")), int(os.environ.get("JIKAO_ORACLE", "8"))
SEEDS = range(FIRST, FIRST + COUNT)
ENGINE = cast("EngineName", os.environ.get("JIKAO_ORACLE_ENGINE", "duckdb"))


def random_rules(seed: int) -> Rules:
    """A scheme as its text is read; one that is too fine for a run is drawn again."""
    for attempt in range(20):
        reading = read(json.dumps(scheme_words(seed, attempt), ensure_ascii=False))
        assert not errors(reading.problems), reading.problems
        assert reading.scheme is not None
        rules = rules_of(reading.scheme)
        if not unfit(rules):
            return rules
    raise AssertionError(f"seed {seed}: no scheme fits")


def random_company(seed: int, scheme: Scheme) -> Company:
    return company(seed, scheme, people=60 if seed % 8 == 7 else 5 + seed % 8)


def judged(made: Company) -> dict[tuple[str, str], Result]:
    files = Files(made.tables, Clock(made.calendar))
    return {(str(period), person): one for period in made.periods for person, one in appraise(made.scheme, files, period).items()}


def stored(made: Company, root: Path) -> Store:
    """The company's rows, written as text and imported."""
    store = Store.create(root, calendar=made.calendar)
    texts = as_text(made)
    for shape in sorted(texts, key=lambda name: name != "people"):
        report = import_rows(store, shape, texts[shape], origin="oracle")
        assert not errors(report.problems), report.problems
    return store


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plans of random schemes must not fill anybody's cache."""
    monkeypatch.setenv("JIKAO_CACHE", str(tmp_path / "plans"))


def agree(rules: Rules, made: Company, store: Store, out: Path) -> None:
    score(rules, store.snapshot(), made.periods, out, engine_name=ENGINE)
    found = differences(rules.scheme, judged(made), out)
    assert not found, f"{len(found)} differences:\n" + "\n".join(found[:40])


@pytest.mark.parametrize("seed", SEEDS)
def test_engine_and_oracle_agree_on_everybody(seed: int, tmp_path: Path) -> None:
    rules = random_rules(seed)
    made = random_company(seed, rules.scheme)
    agree(rules, made, stored(made, tmp_path / "store"), tmp_path / "out")


def test_engine_and_oracle_agree_where_ninths_of_points_meet_the_edges_of_rounding(tmp_path: Path) -> None:
    made = Company(Random(1), ninths(2).scheme, [parse_period("2024-10")], WorkCalendar())
    for no in range(300):
        made.record("people", person=f"{no:03d}")
        around = made.rng.choice((Decimal("72.5"), Decimal("89.5"), Decimal("89.95")))
        for item in (indicator.id for indicator in made.scheme.indicators()):
            near = around + Decimal(made.rng.randint(-6, 6)) * Decimal("0.005")
            made.record("ratings", person=f"{no:03d}", item=item, role="superior", rater="r", rated_on=dt.date(2024, 10, 31), score=near)
    assert sum(1 for one in judged(made).values() if is_tie(one)) > 10
    store = stored(made, tmp_path / "store")
    for places in (2, 1, 0):
        made.scheme = ninths(places).scheme
        agree(ninths(places), made, store, tmp_path / f"out{places}")


def ninths(places: int) -> Rules:
    """Three equal sections of three equal items, each worth the rating it got."""
    sections = [
        {
            "id": f"s{i}",
            "title": "组",
            "indicators": [{"id": f"i{i}{k}", "title": "项", "measure": "rating", "curve": RATED} for k in range(3)],
        }
        for i in range(3)
    ]
    bands = [{"id": f"from-{low}", "title": low, "from": low} for low in ("90", "89.95", "89.9", "89.5", "72.5", "0")]
    return rules_of(
        Scheme.model_validate(
            {"scheme": "ninths", "version": "1", "title": "九分之一", "valid_from": "2020-01-01", "period": "month", "sections": sections,
             "grades": {"bands": bands, "round": places}, "rank": {"peers": "everybody"}}
        )
    )  # fmt: skip


RATED = [{"from": 0, "score": 0, "each": 1}]


def is_tie(one: Result) -> bool:
    exact = one.sheets[0].exact
    return exact is not None and (exact * 200).denominator == 1 != (exact * 100).denominator


def test_the_seeds_reach_every_measure_and_every_state_of_line_and_result() -> None:
    measured, lines, results = set(), set(), set()
    for seed in range(8):
        rules = random_rules(seed)
        uses = {indicator.id: indicator.measure.use for indicator in rules.scheme.indicators()}
        for one in judged(random_company(seed, rules.scheme)).values():
            results.add(one.state)
            for line in (line for sheet in one.sheets for line in sheet.lines):
                lines.add(line.state)
                if line.measured.value is not None:
                    measured.add(uses[line.indicator])
    assert measured == set(CATALOGUE)
    assert lines == {"scored", "missing", "zero", "full", "held"}
    assert results >= {"scored", "insufficient", "held"}
