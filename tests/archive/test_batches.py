"""Pay batches: sealed, the same again, closed, corrected, in order; refused ones leave nothing; every byte guarded."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import TypeAdapter
from tests import payday, samples
from tests.payday import MONTHS, QUARTER

from jikao import api
from jikao.archive.batch_content import Content, totals
from jikao.archive.batch_manifest import BATCH, BATCH_MANIFEST
from jikao.archive.batches import Approval, SealedBatch, ledger, make_batch, read_batch, verify_batch
from jikao.archive.books import write_results
from jikao.archive.canonical import TableSum, connection
from jikao.archive.chain import read_chain
from jikao.archive.form import SEAL
from jikao.archive.writing import export, file_sums, sum_of
from jikao.archive.zipped import zip_sealed
from jikao.evidence.backend import parquet
from jikao.evidence.store import Store
from jikao.payout.ledger import Account, balances_of
from jikao.payout.statement import statements
from jikao.scheme.period import parse_period
from jikao.scheme.problem import Refused, errors

HANDS = Approval("人事", "总经理", reason="申诉成立")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return payday.company(tmp_path)


@pytest.fixture
def paid(tmp_path: Path) -> tuple[Store, Path]:
    return payday.sealed(tmp_path)


def make(store: Store, period: str = QUARTER, approval: Approval = HANDS, **more) -> SealedBatch:
    return make_batch(api.pay_folder(store), api.runs_folder(store), store.snapshot(), parse_period(period), approval, **more)


def codes(made: SealedBatch) -> list[str]:
    return [p.code for p in made.problems]


def refused(made: SealedBatch) -> list[str]:
    assert made.path is None
    return [p.code for p in errors(made.problems)]


def verified(store: Store, path: Path):
    return verify_batch(path, root=api.pay_folder(store), runs=api.runs_folder(store))


def files(store: Store) -> dict[str, bytes]:
    root = api.pay_folder(store)
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in sorted(root.glob("[0-9a-f]*/**/*")) if p.is_file()}


def nothing_written(store: Store) -> bool:
    return not api.pay_folder(store).exists() and not list(store.root.glob(".sealing-*"))


# --- sealing -----------------------------------------------------------------------------------------------------


def test_a_batch_pays_every_run_that_ends_in_its_period(store):
    made = make(store)
    assert (made.fresh, made.problems, made.path) == (True, (), api.pay_folder(store) / made.batch)
    batch = read_batch(made.path)
    assert [(r.scheme, r.period) for r in batch.manifest.runs] == [
        ("s8-conduct", "2024-04"), ("s8-conduct", "2024-05"), ("s8-conduct", "2024-06"), ("s8-points", "2024-Q2"),
    ]  # fmt: skip
    totals = {s.person: s.total for s in statements(batch.entries, batch.opening.balances, batch.people)}
    assert (totals["T01"], totals["T02"]) == (820000, 454000)
    assert sum(totals.values()) == batch.manifest.totals.payable == batch.manifest.totals.paid
    assert batch.people["T02"].name == "李娜"


def test_a_batch_says_who_made_and_who_approved_it(store):
    made = make(store, approval=Approval(" 人事 ", "总经理", "2024-07-02T01:00:00+00:00"))
    assert read_batch(made.path).manifest.approval.model_dump() == {
        "by": "人事", "approver": "总经理", "at": "2024-07-02T01:00:00+00:00", "reason": "",
    }  # fmt: skip


def test_who_answers_for_it_is_part_of_the_id_and_when_is_not(tmp_path):
    ids = {}
    for at, hands in enumerate((Approval("甲", "乙"), Approval("甲", "乙", "2024-07-09"), Approval("甲", "丁"), Approval("丙", "乙"))):
        folder = tmp_path / str(at)
        folder.mkdir()
        ids[at] = make(payday.company(folder), approval=hands).batch
    assert ids[0] == ids[1]
    assert len(set(ids.values())) == 3


def test_sealed_files_are_read_only(paid):
    store, path = paid
    assert {p.stat().st_mode & 0o777 for p in path.rglob("*") if p.is_file()} == {0o444}
    assert not list(store.root.glob(".sealing-*"))


def test_the_ledger_is_all_batches_together_and_sums_to_zero(paid):
    store, path = paid
    entries = ledger(api.pay_folder(store))
    assert entries == list(read_batch(path).entries)
    balances = balances_of(entries)
    assert sum(balances.values()) == 0
    assert balances[Account("paid", "T02")] == 454000


def test_without_batches_the_ledger_is_empty(store):
    assert ledger(api.pay_folder(store)) == []


# --- refused -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("approval", "expected"),
    [
        (Approval("", "总经理"), ["batch.no-maker"]),
        (Approval("人事", "  "), ["batch.no-approver"]),
        (Approval("", ""), ["batch.no-maker", "batch.no-approver"]),
        (Approval("hr", "HR "), ["batch.same-person"]),
        (Approval("Ｌi", "Li"), ["batch.same-person"]),
        (Approval("张 三", "张\u3000三\u200b"), ["batch.same-person"]),
        (Approval("人事", "\u200b\u3000"), ["batch.no-approver"]),
    ],
)
def test_without_two_named_people_nothing_is_paid_and_nothing_written(approval, expected, store):
    assert refused(make(store, approval=approval)) == expected
    assert nothing_written(store)


def test_a_period_without_runs_has_nothing_to_pay(store):
    assert refused(make(store, "2025-Q1")) == ["batch.nothing-to-pay"]
    assert nothing_written(store)


def test_runs_whose_scheme_pays_nothing_are_no_part_of_it(store, tmp_path):
    scheme = api.new("s7-rubric", tmp_path / "rubric")
    for file in ("people", "ratings"):
        api.import_file(store, scheme / "evidence" / f"{file}.csv")
    api.score(scheme, store, QUARTER)
    assert {r.scheme for r in read_batch(make(store).path).manifest.runs} == {"s8-conduct", "s8-points"}


def test_an_error_of_payout_refuses_the_batch_with_all_problems(store):
    with store.writing():
        store.commit(replace(store.state, parts={shape: parts for shape, parts in store.state.parts.items() if shape != "bonuses"}))
    made = make(store)
    assert set(refused(made)) == {"payout.no-base"}
    assert len(made.problems) > 8
    assert nothing_written(store)


def test_a_damaged_run_is_not_paid(store):
    run = next(iter(sorted(api.runs_folder(store).glob("[0-9a-f]*"))))
    file = run / "results" / "results.parquet"
    file.chmod(0o644)
    file.write_bytes(file.read_bytes() + b"\0")
    made = make(store)
    assert refused(made) == ["run.file-changed"]
    assert made.problems[0].place.file == f"{run.name}/results/results.parquet"
    assert nothing_written(store)


def test_a_folder_that_cannot_be_written_to_is_said(store):
    api.pay_folder(store).write_text("not a folder")
    assert refused(make(store)) == ["run.not-written"]


# --- closed, and in order ----------------------------------------------------------------------------------------


def test_the_same_batch_again_is_the_same_batch(paid):
    store, path = paid
    before = files(store)
    again = make(store, approval=Approval("别人", "另一人"))
    assert (again.path, again.batch, again.fresh, again.problems) == (path, path.name, False, ())
    assert files(store) == before


def test_a_closed_period_that_would_come_out_otherwise_says_for_whom(paid, tmp_path):
    store, path = paid
    before = files(store)
    payday.dismissed(store, tmp_path)
    made = make(store)
    assert refused(made) == ["batch.closed"]
    assert made.problems[-1].values == {"period": QUARTER, "batch": path.name, "people": 1, "first": "T02 +80.00"}
    assert files(store) == before


def test_a_correction_of_a_run_that_changes_no_amount_leaves_the_period_closed_as_it_is(paid, tmp_path):
    store, path = paid
    payday.changed(store, "violations", tmp_path, "WG-01", 理由="迟到二十一分钟")
    payday.rescored(store, payday.CONDUCT, "2024-06")
    assert (make(store).path, make(store).fresh) == (path, False)


@pytest.mark.parametrize("period", ["2024-04", "2024-06", "2024"])
def test_a_period_that_overlaps_a_closed_one_is_refused(period, paid):
    assert refused(make(paid[0], period)) == ["batch.overlaps"]


def test_an_earlier_period_is_refused_once_a_later_one_is_closed(store):
    assert make(store, "2024-05").fresh
    assert refused(make(store, "2024-04")) == ["batch.later-closed"]


def test_a_period_with_results_is_not_skipped_once_batches_are_made(store):
    assert make(store, "2024-04").fresh
    made = make(store, "2024-06")
    assert refused(made) == ["batch.skips"]
    assert made.problems[0].values["periods"] == "2024-05"
    assert make(store, "2024-05").fresh
    assert make(store, "2024-06").fresh


def test_results_before_the_first_batch_are_a_warning(store):
    made = make(store, "2024-05")
    assert (made.fresh, codes(made)) == (True, ["batch.never-paid"])


def test_months_of_a_monthly_scheme_that_have_no_run_are_named(store):
    run = next(r for r in api.runs_folder(store).glob("[0-9a-f]*") if json.loads((r / "run.json").read_text())["periods"] == ["2024-05"])
    shutil.rmtree(run)
    made = make(store)
    assert (made.fresh, codes(made), made.problems[0].values["missing"]) == (True, ["batch.missing-runs"], "2024-05")


def test_a_quarter_is_paid_with_the_month_it_ends_in(store):
    for month in MONTHS:
        assert make(store, month).fresh
    batches = read_chain(api.pay_folder(store)).batches
    assert [[r.period for r in b.runs] for b in batches] == [["2024-04"], ["2024-05"], ["2024-06", "2024-Q2"]]
    assert balances_of(ledger(api.pay_folder(store)))[Account("paid", "T02")] == 454000


def test_batches_form_a_chain_by_name_and_not_by_clock(store):
    ids = [
        make(store, month, Approval("人事", "总经理", at)).batch
        for month, at in zip(MONTHS, ("2024-09", "2024-08", "2024-07"), strict=True)
    ]
    chain = read_chain(api.pay_folder(store))
    assert [(b.batch, b.after) for b in chain.batches] == list(zip(ids, [None, *ids[:-1]], strict=True))
    assert read_batch(api.pay_folder(store) / ids[2]).opening.balances == balances_of(
        entry for name in ids[:2] for entry in read_batch(api.pay_folder(store) / name).entries
    )


def test_a_missing_batch_stops_all_that_comes_after_it(store):
    ids = [make(store, month).batch for month in MONTHS[:2]]
    shutil.rmtree(api.pay_folder(store) / ids[0])
    with pytest.raises(Refused) as no:
        ledger(api.pay_folder(store))
    assert [(p.code, p.values["missing"], p.values["batches"]) for p in no.value.problems] == [("batch.chain-broken", ids[0], ids[1])]
    assert refused(make(store, "2024-06")) == ["batch.chain-broken"]


# --- corrections -------------------------------------------------------------------------------------------------


def test_a_correction_posts_the_difference_and_nothing_else(paid, tmp_path):
    store, path = paid
    before = files(store)
    payday.dismissed(store, tmp_path)
    made = make(store, corrects=path.name)
    batch = read_batch(made.path)
    [sheet] = statements(batch.entries, batch.opening.balances, batch.people, correction=True)
    assert (made.fresh, sheet.person, sheet.total, sheet.paid, sheet.carried) == (True, "T02", 8000, 8000, 0)
    [line] = sheet.lines
    assert (line.title.zh, line.formula) == (
        "更正:守则奖金", "[8000.00 × max(0, 5% − 1% − 1%) = 240.00] → [8000.00 × max(0, 5% − 1%) = 320.00]",
    )  # fmt: skip
    assert {"violations/WG-01", "violations/WG-02"} <= set(line.sources)
    assert (batch.manifest.corrects, batch.manifest.after, batch.manifest.approval.reason) == (path.name, path.name, "申诉成立")
    assert before.items() <= files(store).items()
    assert verified(store, made.path).problems == ()


def test_original_and_correction_together_are_the_fresh_computation(paid, tmp_path):
    store, path = paid
    payday.dismissed(store, tmp_path)
    make(store, corrects=path.name)
    shutil.copytree(store.root, tmp_path / "fresh", ignore=shutil.ignore_patterns("pay"))
    fresh = api.open_store(tmp_path / "fresh")
    make(fresh)
    assert balances_of(ledger(api.pay_folder(store))) == balances_of(ledger(api.pay_folder(fresh)))


def test_who_got_too_much_owes_it_and_gets_less_next_time(store, tmp_path):
    april, _ = (make(store, month) for month in MONTHS[:2])
    payday.changed(store, "violations", tmp_path, "WG-01", 日期="2024-04-04")
    payday.rescored(store, payday.CONDUCT, "2024-04")
    correction = read_batch(make(store, "2024-04", corrects=april.batch).path)
    [owes] = statements(correction.entries, correction.opening.balances, correction.people, correction=True)
    assert (owes.person, owes.total, owes.paid, owes.carried) == ("T02", -8000, 0, -8000)
    payday.rescored(store, payday.CONDUCT, "2024-06")
    june = read_batch(make(store, "2024-06").path)
    then = next(s for s in statements(june.entries, june.opening.balances, june.people) if s.person == "T02")
    assert (then.brought_forward, then.carried) == (-8000, 0)
    assert then.paid == then.total == -8000 + sum(line.amount for line in then.lines)


def test_a_corrected_period_is_closed_as_corrected(paid, tmp_path):
    store, path = paid
    payday.dismissed(store, tmp_path)
    correction = make(store, corrects=path.name)
    assert (make(store).path, make(store).fresh) == (path, False)
    assert refused(make(store, corrects=path.name)) == ["batch.corrects-nothing"]
    assert refused(make(store, corrects=correction.batch)) == ["batch.corrects-nothing"]


def test_a_correction_of_a_correction_puts_right_the_same_batch(paid, tmp_path):
    store, path = paid
    payday.dismissed(store, tmp_path)
    first = make(store, corrects=path.name)
    payday.changed(store, "violations", tmp_path, "WG-02")
    payday.rescored(store, payday.CONDUCT, "2024-06")
    second = read_batch(make(store, corrects=first.batch).path)
    assert (second.manifest.corrects, second.manifest.after) == (path.name, first.batch)
    [sheet] = statements(second.entries, second.opening.balances, second.people, correction=True)
    assert (sheet.person, sheet.total) == ("T02", -8000)
    assert all(verified(store, api.pay_folder(store) / b.batch).problems == () for b in read_chain(api.pay_folder(store)).batches)


def test_a_correction_after_later_batches_leaves_what_they_posted_to_them(tmp_path):
    """Advances, repayments and costs of July stay July's when June is put right afterwards."""
    scheme, months = samples.preset("s5-output-value"), ("2024-05", "2024-06", "2024-07")
    store = samples.fill(Store.create(tmp_path / "store"), scheme.name)
    for month in months:
        api.score(scheme, store, month, api.ScoreOptions(settings=api.sample_settings(scheme)))
    _, june, july = (make(store, month) for month in months)
    opening = read_batch(july.path).opening
    assert opening.earned["T01", "2024-06"] > 0
    assert {"advances/YZ-01", "advances/YZ-02"} <= opening.posted
    assert (opening.granted["YZ-01"], opening.granted["YZ-02"]) == (("T05", 2_000_000), ("T06", 120_000))
    assert [make(store, month).fresh for month in months] == [False] * 3

    (tmp_path / "costs.csv").write_text("成本单号,任务单号,部门,类别,金额,日期\nCB-02,RW-2401,一部,直接成本,11000,2024-06-18\n", "utf-8")
    assert not api.import_file(store, tmp_path / "costs.csv").refused
    correction = read_batch(make(store, "2024-06", corrects=june.batch).path)
    gained = {s.person: s.total for s in statements(correction.entries, correction.opening.balances, correction.people, correction=True)}
    assert gained == {"T01": 50000, "T02": 30000, "T03": 20000}
    assert [make(store, month).fresh for month in months] == [False] * 3
    chain = read_chain(api.pay_folder(store))
    assert [p for b in chain.batches for p in verified(store, chain.folder(b)).problems] == []
    assert sum(balances_of(ledger(chain.root)).values()) == 0


def test_a_correction_needs_a_reason_a_known_batch_and_its_period(paid):
    store, path = paid
    assert refused(make(store, approval=Approval("人事", "总经理"), corrects=path.name)) == ["batch.no-reason"]
    assert refused(make(store, corrects="0" * 16)) == ["batch.corrects-unknown"]
    assert refused(make(store, corrects="")) == ["batch.corrects-unknown"]
    assert refused(make(store, "2024-06", corrects=path.name)) == ["batch.corrects-other"]
    assert refused(make(store, corrects=path.name)) == ["batch.corrects-nothing"]


def test_an_empty_id_is_no_batch(paid):
    with pytest.raises(Refused) as no:
        api.make_batch(paid[0], QUARTER, **payday.HANDS, corrects="", reason="申诉成立")
    assert [p.code for p in no.value.problems] == ["batch.not-found"]


# --- results that came after their period was paid ---------------------------------------------------------------


def test_a_quarter_scored_after_its_months_were_paid_is_told_until_a_correction_takes_it_in(tmp_path):
    store = payday.company(tmp_path)
    quarter = next(r for r in api.runs_folder(store).glob("[0-9a-f]*") if json.loads((r / "run.json").read_text())["periods"] == [QUARTER])
    late = quarter.rename(tmp_path / quarter.name)
    months = [make(store, month) for month in MONTHS]
    june = months[-1]
    assert june.problems == ()
    late.rename(quarter)
    api.score(payday.CONDUCT, store, "2024-07")
    july = make(store, "2024-07")
    assert (july.fresh, codes(july)) == (True, ["batch.unpaid-since"])
    assert july.problems[0].values == {"closed": "2024-06", "batch": june.batch, "periods": QUARTER, "schemes": "s8-points"}
    assert codes(make(store, "2024-07")) == ["batch.unpaid-since"]
    correction = make(store, "2024-06", corrects=june.batch)
    assert (correction.fresh, correction.problems) == (True, ())
    assert {r.period for r in read_batch(correction.path).manifest.runs} == {"2024-06", QUARTER}
    assert make(store, "2024-07").problems == ()
    quarterly = [entry for made in (*months, correction) for entry in read_batch(made.path).entries]
    assert balances_of(quarterly)[Account("paid", "T02")] == 454000


def test_a_corrected_run_no_batch_names_is_told_and_taken_in_also_where_no_amount_changes(paid, tmp_path):
    store, path = paid
    payday.changed(store, "violations", tmp_path, "WG-01", 理由="迟到二十一分钟")
    payday.rescored(store, payday.CONDUCT, "2024-06")
    api.score(payday.CONDUCT, store, "2024-07")
    assert codes(make(store, "2024-07")) == ["batch.unpaid-since"]
    correction = make(store, corrects=path.name)
    assert (correction.fresh, read_batch(correction.path).entries) == (True, ())
    assert verified(store, correction.path).problems == ()
    assert make(store, "2024-07").problems == ()
    assert refused(make(store, corrects=path.name)) == ["batch.corrects-nothing"]


def test_a_month_scored_after_a_later_one_was_paid_is_told(tmp_path):
    store = payday.company(tmp_path)
    may = next(r for r in api.runs_folder(store).glob("[0-9a-f]*") if json.loads((r / "run.json").read_text())["periods"] == ["2024-05"])
    late = may.rename(tmp_path / may.name)
    assert [make(store, month).problems for month in ("2024-04", "2024-06")] == [(), ()]
    late.rename(may)
    api.score(payday.CONDUCT, store, "2024-07")
    july = make(store, "2024-07")
    assert (july.fresh, codes(july), july.problems[0].values["periods"]) == (True, ["batch.unpaid-between"], "2024-05")


# --- verifying ---------------------------------------------------------------------------------------------------


def overwrite(file: Path, raw: bytes) -> None:
    file.chmod(0o644)
    file.write_bytes(raw)


def reseal(folder: Path, change: Callable[[dict], object]) -> None:
    """The manifest changed by somebody who knows how to make a seal."""
    value = json.loads((folder / BATCH_MANIFEST).read_text())
    change(value)
    raw = json.dumps(value, ensure_ascii=False).encode()
    overwrite(folder / BATCH_MANIFEST, raw)
    overwrite(folder / SEAL, BATCH.seal_text(raw).encode())


def rewrite(folder: Path, table: str, change: str) -> None:
    """One table changed by SQL (about ``t``), its sum in the manifest with it."""
    file = folder / f"{table}.parquet"
    with connection() as con:
        con.execute(f"CREATE TEMP TABLE t AS SELECT * FROM {parquet([file])}")
        con.execute(change)
        file.chmod(0o644)
        export(con, "SELECT * FROM t ORDER BY rowid", file)
        total = TypeAdapter(TableSum).dump_python(sum_of(con, file), mode="json")
    reseal(folder, lambda m: m["tables"].update({table: total}))


def computed_anew(folder: Path) -> None:
    """The results of what lies in the folder now, and all sums, sealed under the name that follows."""
    manifest = BATCH.read((folder / BATCH_MANIFEST).read_bytes())
    with connection() as con:
        payroll = Content(folder, manifest.when, manifest.runs, manifest.origins).payroll(con, correction=False)
        shutil.rmtree(folder / "results")
        sums = write_results(con, folder / "results", payroll.entries, payroll.posted)
    said = totals(statements(payroll.entries, {}, {}))
    tables = {f"results/{t}": TypeAdapter(TableSum).dump_python(s, mode="json") for t, s in sums.items()}
    reseal(folder, lambda m: (m["tables"].update(tables), m.update(totals=said.model_dump())))
    named_anew(folder)


def named_anew(folder: Path) -> None:
    """Every file's sum, and the id that follows; the folder keeps its name."""
    reseal(folder, lambda m: m.update(files=[f.model_dump() for f in file_sums(folder, [f["name"] for f in m["files"]])]))
    reseal(folder, lambda m: m.update(batch=BATCH.read((folder / BATCH_MANIFEST).read_bytes()).content[:16]))


def test_an_untouched_batch_holds_and_is_computed_again(paid):
    store, path = paid
    found = verified(store, path)
    assert (found.holds, found.recomputed, found.problems) == (True, True, ())


def test_one_flipped_byte_in_any_file_is_found_and_named(paid):
    _, path = paid
    for file in sorted(p for p in path.rglob("*") if p.is_file()):
        raw = file.read_bytes()
        for position in (0, len(raw) // 2, len(raw) - 1):
            changed = bytearray(raw)
            changed[position] ^= 1
            overwrite(file, bytes(changed))
            found = verify_batch(path)
            assert [p.values["name"] for p in found.problems] == [file.relative_to(path).as_posix()]
            assert not found.recomputed
        overwrite(file, raw)
    assert verify_batch(path).holds


def test_a_batch_taken_home_holds_and_says_what_could_not_be_checked(store, tmp_path):
    paths = [make(store, month).path for month in MONTHS[:2]]
    assert zip_sealed(paths[1], tmp_path / "b.zip", BATCH) == ()
    found = verify_batch(tmp_path / "b.zip")
    assert (found.holds, found.recomputed) == (True, True)
    assert [p.code for p in found.problems] == ["batch.run-gone", "batch.earlier-not-at-hand"]


def test_a_run_put_in_anothers_place_is_found(paid):
    store, path = paid
    run, other = sorted(api.runs_folder(store).glob("[0-9a-f]*"))[:2]
    overwrite(run / "run.json", (other / "run.json").read_bytes())
    assert [p.code for p in verified(store, path).problems] == ["batch.run-differs"]


def test_totals_that_are_not_the_sum_of_the_entries_are_found(paid):
    _, path = paid
    reseal(path, lambda m: m["totals"].update(paid=m["totals"]["paid"] + 1))
    assert [p.code for p in verify_batch(path).problems] == ["batch.totals-wrong"]


def test_entries_somebody_wrote_and_sealed_are_found_by_computing_again(paid):
    """The same folder with two people's pay exchanged: everything is well sealed and adds up, and yet does not follow."""
    _, path = paid
    rewrite(path, "results/postings", "UPDATE t SET owner = CASE owner WHEN 'T01' THEN 'T02' ELSE 'T01' END WHERE owner IN ('T01', 'T02')")
    named_anew(path)
    found = verify_batch(path)
    assert found.recomputed
    assert {p.code for p in errors(found.problems)} == {"run.differs"}
    assert {d.table for d in found.differences} == {"postings"}


@pytest.mark.parametrize("run_at_hand", [True, False])
@pytest.mark.parametrize("part", ["scheme", "results", "violations", "manifest"])
def test_a_batch_computed_from_forged_copies_of_a_run_is_found(part, run_at_hand, paid):
    """Everything computed anew from the forged copy and well sealed; the run's own manifest tells it, at home or not."""
    store, path = paid
    run = next(r for r in json.loads((path / BATCH_MANIFEST).read_text())["runs"] if r["period"] == "2024-06")["run"]
    copies = {
        "results": "UPDATE t SET grade = 'A' WHERE person = 'T02'",
        "violations": "UPDATE t SET state = 'dismissed'",
    }
    if part in copies:
        rewrite(path, f"runs/{run}/{part}", copies[part])
    else:
        file = path / "runs" / run / {"scheme": "scheme.yaml", "manifest": "run.json"}[part]
        old, new = {"scheme": (b"value: 5%", b"value: 50%"), "manifest": (run.encode(), b"0" * 16)}[part]
        assert old in file.read_bytes()
        overwrite(file, file.read_bytes().replace(old, new, 1))
    computed_anew(path)
    found = verify_batch(path, **({"root": api.pay_folder(store), "runs": api.runs_folder(store)} if run_at_hand else {}))
    assert not found.holds
    told = [p for p in errors(found.problems) if p.code == "batch.run-differs"]
    assert [(p.values["run"], p.place.file) for p in told] == [(run, f"runs/{run}")]


def test_whoever_approved_it_cannot_be_exchanged(paid):
    _, path = paid
    reseal(path, lambda m: m["approval"].update(approver="董事长"))
    assert [p.code for p in verify_batch(path).problems] == ["run.sum-wrong"]


@pytest.mark.parametrize("change", [{"approver": ""}, {"by": " "}, {"approver": "人 事"}])
def test_a_manifest_without_two_people_is_not_read(change, paid):
    _, path = paid
    reseal(path, lambda m: m["approval"].update(change))
    found = verify_batch(path)
    assert (found.holds, [p.code for p in found.problems]) == (False, ["run.manifest-unreadable"])


def test_entries_with_the_same_amounts_and_formulas_worded_otherwise_hold_with_a_warning(paid):
    _, path = paid
    rewrite(path, "results/entries", "UPDATE t SET formula = replace(formula, '×', '*')")
    named_anew(path)
    found = verify_batch(path)
    assert (found.holds, found.recomputed, found.differences) == (True, True, ())
    assert "batch.worded-otherwise" in [p.code for p in found.problems]


def test_an_entry_about_somebody_else_is_no_matter_of_words(paid):
    _, path = paid
    rewrite(path, "results/entries", "UPDATE t SET subject = 'T01', formula = '' WHERE no = 1")
    named_anew(path)
    found = verify_batch(path)
    assert [(d.table, d.count) for d in found.differences] == [("entries", 1)]
    assert {p.code for p in errors(found.problems)} == {"run.differs"}


def test_an_opening_that_is_not_what_was_left_is_found(tmp_path):
    """May sealed where April was not paid, then put behind April: whole in itself, but it does not join."""
    stores = []
    for name, month in (("one", "2024-04"), ("other", "2024-05")):
        (tmp_path / name).mkdir()
        stores.append(payday.company(tmp_path / name))
        assert make(stores[-1], month).fresh
    april, may = (api.find_batch(None, store) for store in stores)
    put = shutil.copytree(may, april.parent / "put")
    reseal(put, lambda m: m.update(after=april.name))
    reseal(put, lambda m: m.update(batch=BATCH.read((put / BATCH_MANIFEST).read_bytes()).content[:16]))
    joined = put.rename(april.parent / json.loads((put / BATCH_MANIFEST).read_text())["batch"])
    assert verify_batch(joined).holds
    found = verified(stores[0], joined)
    assert [(p.code, p.values["part"].en) for p in found.problems] == [("batch.opening-differs", "balances")]


def test_damaged_earlier_batches_are_told_when_a_later_one_is_verified(store):
    first, second = (make(store, month) for month in MONTHS[:2])
    overwrite(first.path / SEAL, b"x")
    found = verified(store, second.path)
    assert [(p.code, p.place.file) for p in found.problems] == [("run.seal-broken", f"{first.batch}/SEAL")]


def test_a_damaged_batch_is_not_read(paid):
    overwrite(paid[1] / "results" / "postings.parquet", b"x")
    with pytest.raises(Refused) as no:
        read_batch(paid[1])
    assert [p.code for p in no.value.problems] == ["run.file-changed"]
