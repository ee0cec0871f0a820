"""Pay ahead of time through the front door: appeals previewed on sealed runs, forecasts from a store that knows the future."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest
from tests import payday

from jikao import api
from jikao.evidence.store import Store
from jikao.payout.forecast import Forecast, as_json
from jikao.payout.money import yuan
from jikao.payout.whatif import Supposition
from jikao.scheme.problem import Refused

SCHEME = """
scheme: ahead
version: "1.0"
title: Ahead
valid_from: 2020-01-01
period: month
positions: [support]
sections:
  - id: work
    title: Work
    weight: 100
    indicators:
      - {id: csat, title: Csat, weight: 40, measure: csat, curve: [{from: 0, score: 0, to: 100}]}
      - {id: rated, title: Rated, weight: 30, measure: rating, curve: [{from: 0, score: 0, to: 100}]}
      - {id: trained, title: Trained, weight: 10, measure: trainings, curve: [{from: 0, score: 0, each: 25}]}
      - id: records
        title: Records
        weight: 20
        measure: deductions
        curve: [{from: 0, score: 100, each: -10}]
        entry: {kinds: {gap: {title: Gap, each: 2}}}
grades:
  bands: [{id: A, title: A, from: 85}, {id: B, title: B, from: 70}, {id: C, title: C, from: 60}, {id: D, title: D, from: 0}]
payout:
  conduct: {rate: 5%, severity: {minor: 1%, grave: 5%}}
  grades: [{grade: A, gets_share: yes}, {grade: B}, {grade: C, amount: -500, gives: yes}, {grade: D, amount: -1500, gives: yes}]
  redistribution: {within: everybody}
"""
PEOPLE = ("T01", "T02", "T03", "T04", "T05")
MAY = [dt.date(2024, 5, 1) + dt.timedelta(days=i) for i in range(31)]
Rows = dict[str, list[dict[str, object]]]
DAY = {"surveys": "asked_on", "ratings": "rated_on", "trainings": "held_on", "deductions": "happened_on", "violations": "happened_on"}


def evidence(seed: int) -> Rows:
    """A month in which work comes evenly: a survey a day and a training every tenth; what is bad happens in the first week."""
    rng, proof = Random(seed), {"reason": "seen", "evidence": "log", "entered_by": "M1"}
    rows: Rows = {"people": [{"person": p, "name": p, "department": "d", "position": "support", "hired_on": "2020-01-01"} for p in PEOPLE]}
    rows["people"].append({"person": "M1", "name": "M1", "department": "d", "position": "manager", "hired_on": "2020-01-01"})
    kinds = ("quarterly_bonus", "bonus_base")
    rows["bonuses"] = [{"person": p, "kind": k, "from_on": "2020-01-01", "amount": rng.choice([400, 4000])} for p in PEOPLE for k in kinds]
    rows["surveys"] = [
        {"survey": f"{p}-{day}", "question": "result", "person": p, "asked_on": day, "answer": rng.choice([1, 3, 5, 5, 5])}
        for p in PEOPLE for day in MAY
    ]  # fmt: skip
    rows["trainings"] = [{"training": f"{p}-{day}", "person": p, "held_on": day} for p in PEOPLE[:3] for day in MAY[::10]]
    rows["deductions"] = [
        {"deduction": f"D-{p}", "person": p, "indicator": "records", "kind": "gap", "happened_on": rng.choice(MAY[:7]), **proof}
        for p in rng.sample(PEOPLE, 3)
    ]  # fmt: skip
    rows["violations"] = [
        {"violation": f"V-{p}", "person": p, "clause": "5", "severity": rng.choice(["minor", "grave"]), "happened_on": rng.choice(MAY[:7]),
         "state": rng.choice(["verified", "dismissed"]), **proof}
        for p in rng.sample(PEOPLE, 2)
    ]  # fmt: skip
    rows["ratings"] = [
        {"person": p, "item": "rated", "role": "superior", "rater": "M1", "rated_on": day, "judged_on": "2024-05-31" if late else "2024-05-02", "score": rng.randint(40, 100)}
        for p in PEOPLE for late in [rng.random() < 0.5] for day in ["2024-05-31" if late else "2024-05-06"]
    ]  # fmt: skip
    return rows


def filled(folder: Path, rows: Rows) -> Store:
    folder.mkdir()
    (folder / "scheme.yaml").write_text(SCHEME, encoding="utf-8")
    store = Store.create(folder / "store")
    for shape, listed in rows.items():
        file = folder / f"{shape}.csv"
        with file.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, listed[0])
            writer.writeheader()
            writer.writerows(listed)
        report = api.import_file(store, file)
        assert not report.refused, report.problems
    return store


def known(rows: Rows, day: str) -> Rows:
    """What had happened by the end of a day."""
    return {shape: [row for row in listed if shape not in DAY or str(row[DAY[shape]]) <= day] for shape, listed in rows.items()}


def forecast(store: Store, day: str | None) -> Forecast:
    return api.pay_forecast(store.root.parent / "scheme.yaml", store, "2024-05", day)


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Rows, Store]]:
    folder = tmp_path_factory.mktemp("ahead")
    return [(rows := evidence(seed), filled(folder / str(seed), rows)) for seed in range(2)]


def paid(store: Store) -> tuple[dict[str, api.ResultRow], dict[str, int]]:
    """The actual end: results, and the totals of the pay batch in fen."""
    scored = api.score(store.root.parent / "scheme.yaml", store, "2024-05")
    batch = api.make_batch(store, "2024-05", by="a", approver="b")
    return {r.person: r for r in api.results(scored.run)}, {s.person: s.total for s in api.pay_table(batch.folder).statements}


@pytest.mark.parametrize("day", ["2024-05-08", "2024-05-23"])
def test_what_really_comes_lies_inside_the_range(months: list[tuple[Rows, Store]], day: str) -> None:
    for _, store in months:
        found = forecast(store, day)
        results, totals = paid(store)
        assert [p.person for p in found.people] == list(PEOPLE)
        for p in found.people:
            assert p.score is not None
            assert results[p.person].grade in p.score.grades
            assert p.score.low.total <= Decimal(results[p.person].total or 0) <= p.score.high.total
            assert p.pay.low <= totals[p.person] <= p.pay.high


@pytest.mark.parametrize("day", ["2024-05-08", "2024-05-31"])
def test_what_came_later_does_not_count(months: list[tuple[Rows, Store]], day: str, tmp_path: Path) -> None:
    rows, store = months[0]
    then = filled(tmp_path / "then", known(rows, day))
    assert as_json(forecast(store, day)) == as_json(forecast(then, day))


def test_on_the_last_day_the_range_is_what_is_paid(months: list[tuple[Rows, Store]]) -> None:
    for _, store in months:
        found = forecast(store, "2024-05-31")
        results, totals = paid(store)
        for p in found.people:
            assert p.score is not None
            assert {str(p.score.low.total), str(p.score.now.total), str(p.score.high.total)} == {results[p.person].total}
            assert p.score.grades == (results[p.person].grade,)
            assert set(p.pay) == {totals[p.person]}
        assert found.cost.low == found.cost.now == found.cost.high


def test_ranges_only_become_narrower(months: list[tuple[Rows, Store]]) -> None:
    _, store = months[1]
    widths = [sum(p.pay.high - p.pay.low for p in forecast(store, day).people) for day in ("2024-05-08", "2024-05-20", "2024-05-31")]
    assert widths[0] >= widths[1] >= widths[2] == 0


def test_without_a_day_the_last_one_with_evidence_is_meant(months: list[tuple[Rows, Store]], tmp_path: Path) -> None:
    assert forecast(months[0][1], None).last == dt.date(2024, 5, 31)
    assert forecast(filled(tmp_path / "early", known(months[0][0], "2024-05-08")), None).last == dt.date(2024, 5, 8)


def test_who_came_or_left_in_the_period_goes_by_their_own_days(tmp_path: Path) -> None:
    rows = evidence(5)
    rows["people"][0]["hired_on"] = "2024-05-06"
    rows["people"][1] |= {"left_on": "2024-05-10"}
    for row in rows["people"][2:] + rows["people"][:1]:
        row["left_on"] = ""
    rows["people"] = [
        {key: row.get(key, "") for key in ("person", "name", "department", "position", "hired_on", "left_on")} for row in rows["people"]
    ]
    rows["surveys"] = [r for r in rows["surveys"] if not (r["person"] == "T01" and str(r["asked_on"]) < "2024-05-06")]
    found = forecast(filled(tmp_path / "moved", rows), "2024-05-15")
    csat = {p.person: p.score.seats[0][0] for p in found.people if p.score}
    assert csat["T02"].low == csat["T02"].high == csat["T02"].now.mark  # gone: nothing more comes
    measured = csat["T01"].now.measured
    assert measured.num is not None
    assert measured.den == 10
    assert csat["T01"].low == Fraction(100 * measured.num, 26)  # ten in 10 of 26 days: sixteen more


def test_who_is_registered_to_join_counts_from_their_first_day(tmp_path: Path) -> None:
    rows = evidence(3)
    rows["people"][4]["hired_on"] = "2024-05-20"
    for shape, listed in rows.items():
        day = DAY.get(shape, "")
        rows[shape] = [row for row in listed if not (day and row.get("person") == "T05" and str(row[day]) < "2024-05-20")]
    store = filled(tmp_path / "joined", rows)
    found = forecast(store, "2024-05-08")
    results, totals = paid(store)
    assert [p.person for p in found.people] == list(PEOPLE)
    t05 = found.people[4]
    assert t05.score is not None
    assert results["T05"].grade in t05.score.grades
    assert t05.pay.low <= totals["T05"] <= t05.pay.high
    borne = -sum(amount for account, amount in api.pay_balances(store).items() if account.kind == "company")
    assert found.cost.low <= borne <= found.cost.high
    assert [p.code for p in found.problems if p.code in ("payout.no-grade", "payout.no-score")] == []


@pytest.mark.parametrize(
    ("day", "code"), [("2024-06-01", "forecast.not-a-day"), ("soon", "forecast.not-a-day"), ("2024-05-32", "forecast.not-a-day")]
)
def test_a_day_outside_the_period_is_refused(months: list[tuple[Rows, Store]], day: str, code: str) -> None:
    with pytest.raises(Refused) as no:
        forecast(months[0][1], day)
    assert codes(no.value) == [code]


def test_no_evidence_and_nobody_are_refused(months: list[tuple[Rows, Store]], tmp_path: Path) -> None:
    _, store = months[0]
    scheme = store.root.parent / "scheme.yaml"
    with pytest.raises(Refused) as no:
        api.pay_forecast(scheme, store, "2024-04")
    assert codes(no.value) == ["forecast.no-evidence"]
    with pytest.raises(Refused) as no:
        api.pay_forecast(scheme, store, "2024-05", person="T99")
    assert codes(no.value) == ["forecast.no-person"]
    assert list((store.root / "tmp").iterdir()) == []
    del tmp_path


def codes(no: Refused) -> Iterable[str]:
    return [p.code for p in no.problems]


# --- what if -----------------------------------------------------------------------------------------------------------


def test_an_appeal_previewed_is_what_its_correction_pays(tmp_path: Path) -> None:
    store = payday.company(tmp_path)
    seen = api.pay_whatif(store, payday.QUARTER, Supposition(grades={"T02": "B"}))
    assert [(p.person, yuan(p.before), yuan(p.after)) for p in seen.people] == [
        ("T01", "8200.00", "7700.00"),
        ("T02", "4540.00", "5040.00"),
    ]
    assert seen.company_before == seen.company_after


def test_a_closed_period_is_previewed_by_what_it_began_with(tmp_path: Path) -> None:
    store, batch = payday.sealed(tmp_path)
    seen = api.pay_whatif(store, payday.QUARTER, Supposition(grades={"T02": "B"}))
    totals = {s.person: s.total for s in api.pay_table(batch).statements}
    assert {p.person: p.before for p in seen.people} == {who: totals[who] for who in ("T01", "T02")}


def test_what_cannot_be_supposed_is_refused(tmp_path: Path) -> None:
    store = payday.company(tmp_path)
    with pytest.raises(Refused) as no:
        api.pay_whatif(store, payday.QUARTER, Supposition(grades={"T99": "B", "T01": "Z"}))
    assert codes(no.value) == ["whatif.not-judged", "whatif.unknown-grade"]
    with pytest.raises(Refused) as no:
        api.pay_whatif(store, "2023-Q1", Supposition(grades={"T01": "B"}))
    assert codes(no.value) == ["batch.nothing-to-pay"]
