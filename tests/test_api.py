"""The front door: versions in force, corrections, seals, and refusals that write nothing."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from tests import payday, samples

from jikao import api
from jikao.evidence.store import Store
from jikao.scheme.problem import Refused

PRESET, PERIOD = "s8-points", samples.PERIODS["s8-points"]


@pytest.fixture
def scheme(tmp_path: Path) -> Path:
    return api.new(PRESET, tmp_path / "mine")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return samples.fill(Store.create(tmp_path / "store"), PRESET)


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [p.code for p in refused.value.problems]


def rewrite(scheme: Path, old: str, new: str) -> None:
    file = scheme / "scheme.yaml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def test_every_preset_reads_without_a_problem_beyond_what_it_leaves_open() -> None:
    assert {p.code for name in api.preset_names() for p in api.check(samples.preset(name)).problems} <= {"scheme.unset"}


def test_a_preset_is_copied_only_into_an_empty_folder(scheme: Path) -> None:
    with pytest.raises(Refused) as refused:
        api.new(PRESET, scheme)
    assert codes(refused) == ["folder.taken"]


def test_an_unknown_preset_is_named_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        api.new("s9", tmp_path / "x")
    assert "s8-points" in refused.value.problems[0].mend("en")


def test_the_same_run_twice_is_one_seal(scheme: Path, store: Store) -> None:
    first, second = api.score(scheme, store, PERIOD), api.score(scheme, store, PERIOD)
    assert (first.fresh, second.fresh, second.run) == (True, False, first.run)
    assert len(list(api.runs_folder(store).glob("[0-9a-f]*"))) == 1


def test_a_full_run_and_a_refresh_are_one_seal(scheme: Path, store: Store) -> None:
    first = api.score(scheme, store, PERIOD)
    again = api.score(scheme, store, PERIOD, api.ScoreOptions(refresh=False, threads=1))
    assert (again.fresh, again.run_id) == (False, first.run_id)


def test_another_result_for_a_sealed_period_must_be_a_correction(scheme: Path, store: Store) -> None:
    first = api.score(scheme, store, PERIOD)
    api.import_file(store, _late(store.root.parent), shape="sharings")
    changed = Store.open(store.root)
    with pytest.raises(Refused) as refused:
        api.score(scheme, changed, PERIOD)
    assert codes(refused) == ["run.exists"]
    assert [p.name for p in api.runs_folder(changed).glob("[0-9a-f]*")] == [first.run_id]
    second = api.score(scheme, changed, PERIOD, api.ScoreOptions(replaces=first.run_id, reason="迟到的分享记录"))
    assert second.fresh
    assert second.run_id != first.run_id
    comparison = api.compare_runs(first.run, second.run)
    assert [move.person for move in comparison.moves][:1] == ["T06"]


def _late(folder: Path) -> Path:
    file = folder / "late.csv"
    file.write_text("sharing,person,shared_on,kind,verifier,counts_to\nLATE,T06,2024-06-20,talk,T00,knowledge\n", "utf-8")
    return file


def test_a_text_changed_under_the_same_version_is_refused(scheme: Path, store: Store) -> None:
    api.score(scheme, store, PERIOD)
    rewrite(scheme, "readings: {a90: 90", "readings: {a90: 91")
    with pytest.raises(Refused) as refused:
        api.score(scheme, store, PERIOD)
    assert codes(refused) == ["scheme.version-reused"]


def test_a_version_made_during_a_cycle_does_not_touch_it(scheme: Path, store: Store) -> None:
    first = api.score(scheme, store, PERIOD)
    rewrite(scheme, 'version: "1.0"', 'version: "1.1"')
    rewrite(scheme, "valid_from: 2010-01-01", "valid_from: 2024-05-01")
    again = api.score(scheme, store, PERIOD)
    assert (again.version, again.run) == ("1.0", first.run)


def test_a_period_of_another_length_is_refused(scheme: Path, store: Store) -> None:
    with pytest.raises(Refused) as refused:
        api.score(scheme, store, "2024-05")
    assert codes(refused) == ["period.other-kind"]


@pytest.mark.parametrize("period", ["", "2024-13", "Q5", "last month", "9999999999999"])
def test_words_that_are_no_period_are_refused(scheme: Path, store: Store, period: str) -> None:
    with pytest.raises(Refused) as refused:
        api.score(scheme, store, period)
    assert codes(refused) == ["period.unreadable"]


def test_nobody_in_scope_is_said_and_nothing_is_sealed(scheme: Path, store: Store) -> None:
    rewrite(scheme, "period: quarter", "period: quarter\npositions: [宇航员]")
    with pytest.raises(Refused) as refused:
        api.score(scheme, store, PERIOD)
    assert codes(refused) == ["run.nobody"]
    assert not api.runs_folder(store).exists()


def test_a_receipt_agrees_with_the_run(scheme: Path, store: Store) -> None:
    run = api.score(scheme, store, PERIOD).run
    for row in api.results(run):
        receipt = api.explain(run, row.person)
        assert (f"{receipt.total:.2f}", receipt.grade.id) == (row.total, row.grade)


def test_somebody_not_in_the_run_has_no_receipt(scheme: Path, store: Store) -> None:
    with pytest.raises(Refused) as refused:
        api.explain(api.score(scheme, store, PERIOD).run, "nobody")
    assert codes(refused) == ["run.no-person"]


def test_an_unknown_indicator_cannot_be_explained(scheme: Path, store: Store) -> None:
    with pytest.raises(Refused) as refused:
        api.explain(api.score(scheme, store, PERIOD).run, "T03", line="nothing")
    assert codes(refused) == ["run.no-indicator"]


def test_a_sealed_run_verifies_and_one_flipped_byte_does_not(scheme: Path, store: Store) -> None:
    run = api.score(scheme, store, PERIOD).run
    assert api.verify(run).holds
    file = run / "results" / "marks.parquet"
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 2] ^= 1
    file.chmod(0o644)
    file.write_bytes(bytes(raw))
    verification = api.verify(run)
    assert not verification.holds
    assert "results/marks.parquet" in " ".join(p.what("en") for p in verification.problems)


def test_a_setting_used_for_a_run_is_in_the_sealed_text(scheme: Path, store: Store) -> None:
    run = api.score(scheme, store, PERIOD, api.ScoreOptions(settings={"a_from": "a80"})).run
    assert "value: a80" in (run / "scheme.yaml").read_text("utf-8")
    assert api.verify(run).holds


def test_another_reading_of_an_ambiguity_is_a_correction_and_no_new_version(scheme: Path, store: Store) -> None:
    first = api.score(scheme, store, PERIOD)
    lenient = {"a_from": "a80"}
    with pytest.raises(Refused) as refused:
        api.score(scheme, store, PERIOD, api.ScoreOptions(settings=lenient))
    assert codes(refused) == ["run.exists"]
    second = api.score(scheme, store, PERIOD, api.ScoreOptions(settings=lenient, replaces=first.run_id, reason="改用 A ≥ 80 的读法"))
    assert {r.person: r.grade for r in api.results(second.run)}["T05"] == "A"
    assert {r.person: r.grade for r in api.results(first.run)}["T05"] == "B"


def test_an_unknown_setting_is_refused(scheme: Path, store: Store) -> None:
    with pytest.raises(Refused) as refused:
        api.score(scheme, store, PERIOD, api.ScoreOptions(settings={"nonsense": "1"}))
    assert codes(refused) == ["settings.unknown-override"]


# --- pay ---------------------------------------------------------------------------------------------------------


def test_a_period_is_paid_once_and_found_again(tmp_path: Path) -> None:
    paid = payday.company(tmp_path)
    made = api.make_batch(paid, payday.QUARTER, **payday.HANDS)
    assert (made.fresh, made.folder) == (True, api.pay_folder(paid) / made.batch)
    assert not api.make_batch(paid, payday.QUARTER, **payday.HANDS).fresh
    assert api.find_batch(None, paid) == api.find_batch(Path(made.batch[:5]), paid) == api.find_batch(made.folder, None) == made.folder
    assert [b.batch for b in api.batches(paid)] == [made.batch]


def test_a_refused_batch_writes_nothing(tmp_path: Path) -> None:
    paid = payday.company(tmp_path)
    with pytest.raises(Refused) as refused:
        api.make_batch(paid, payday.QUARTER, by="甲", approver="")
    assert codes(refused) == ["batch.no-approver"]
    assert not api.pay_folder(paid).exists()


def test_a_batch_that_is_not_there_is_said(tmp_path: Path) -> None:
    paid = payday.company(tmp_path)
    for path, code in ((None, "batch.none-yet"), (Path("zz"), "batch.not-found")):
        with pytest.raises(Refused) as refused:
            api.find_batch(path, paid)
        assert codes(refused) == [code]


def test_statements_and_the_ledger_say_the_same(tmp_path: Path) -> None:
    paid, folder = payday.sealed(tmp_path)
    table = api.pay_table(folder)
    assert {s.person: s.paid for s in table.statements} == {a.owner: v for a, v in api.pay_balances(paid).items() if a.kind == "paid"}
    assert api.pay_statement(folder, "T02").statement == next(s for s in table.statements if s.person == "T02")
    lines = api.ledger_lines(paid, account="pay", person="T02")
    assert (sum(x.amount for x in lines), lines[-1].balance) == (0, 0)
    assert sum(x.amount for x in api.ledger_lines(paid)) == 0


def test_a_batch_is_verified_where_its_store_is(tmp_path: Path) -> None:
    paid, folder = payday.sealed(tmp_path)
    assert api.verify_batch(folder, paid).problems == ()
    assert {p.code for p in api.verify_batch(folder).problems} == {"batch.run-gone"}


def test_samples_fill_what_a_document_leaves_open() -> None:
    assert set(api.sample_settings(samples.preset("s5-output-value"))) == {
        "profit_share",
        "expense_share",
        "manager_liability",
        "minimum_wage",
    }
    assert api.sample_settings(samples.preset("s8-conduct")) == {}


def test_orders_are_told_as_of_a_day(tmp_path: Path) -> None:
    filled = samples.fill(Store.create(tmp_path / "store"), "s5-output-value")
    shares = {"profit_share": "20%", "expense_share": "15%"}
    scheme = samples.preset("s5-output-value")
    [before], [after] = (
        api.order_sheets(filled, scheme, order="RW-2401", as_of=dt.date(2024, 6, day), settings=shares) for day in (24, 30)
    )  # fmt: skip
    assert (before.state.value, after.state.value) == ("delivered", "settled")
    assert api.price(scheme, Decimal(65000), shares).value == 10_000_000
