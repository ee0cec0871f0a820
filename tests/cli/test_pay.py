"""``jikao pay`` as a user meets it: batches, statements, the ledger, orders; exit codes 0, 1 and 2."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests import payday, samples
from tests.payday import QUARTER

from jikao import api
from jikao.cli import main
from jikao.cli.pay_demo import DEMOS

Run = Callable[..., tuple[int, str, str]]
HANDS = ("--by", "人事", "--approver", "总经理")
SHARES = ("--set", "profit_share=20%", "--set", "expense_share=15%")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)

    def call(*words: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["pay", *(str(word) for word in words)])
        told = capsys.readouterr()
        assert "Traceback" not in told.out + told.err
        return int(ended.value.code or 0), told.out, told.err

    return call


@pytest.fixture
def scored(tmp_path: Path) -> Path:
    return payday.company(tmp_path).root


@pytest.fixture
def paid(tmp_path: Path) -> str:
    return payday.sealed(tmp_path)[1].name


def test_no_words_show_the_commands(run: Run) -> None:
    code, out, _ = run("--help")
    assert code == 0
    for command in ("batch", "batches", "statement", "ledger", "verify", "pack", "sheet", "orders", "price", "whatif", "forecast", "demo"):
        assert f"\n  {command} " in out


def test_a_period_is_paid_shown_and_written_for_finance(run: Run, scored: Path) -> None:
    code, out, _ = run("batch", QUARTER, *HANDS, "--xlsx", "pay.xlsx", "--csv", "pay.csv")
    assert code == 0
    assert "2024-Q2 发放,8 人" in out
    assert "李娜" in out
    assert Path("pay.xlsx").is_file()
    assert "T02,李娜" in Path("pay.csv").read_text("utf-8-sig")
    assert f"封存于 {Path('store') / 'pay'}" in out
    code, out, _ = run("batch", QUARTER, *HANDS)
    assert (code, "没有写入任何内容" in out) == (0, True)
    assert len(api.batches(api.open_store(scored))) == 1


def test_machines_get_the_batch_with_everybody(run: Run, scored: Path) -> None:
    code, out, _ = run("batch", QUARTER, *HANDS, "--json", "--store", scored)
    said = json.loads(out)
    assert (code, said["fresh"], said["period"], said["totals"]["people"]) == (0, True, QUARTER, 8)
    assert next(p for p in said["people"] if p["person"] == "T02") == {
        "person": "T02", "name": "李娜", "department": "技术支持部", "brought_forward": "0.00", "total": "4540.00", "paid": "4540.00",
        "carried": "0.00", "withheld": "0.00",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("hands", "code"),
    [((), "batch.no-maker"), (("--by", "甲"), "batch.no-approver"), (("--by", "甲", "--approver", "甲"), "batch.same-person")],
)
def test_without_two_hands_nothing_is_paid(hands: tuple[str, ...], code: str, run: Run, scored: Path) -> None:
    ended, _, err = run("batch", QUARTER, *hands)
    assert (ended, code in err) == (1, True)
    assert not (scored / "pay").exists()


def test_a_wrong_ending_is_said_before_anything_is_sealed(run: Run, scored: Path) -> None:
    code, _, err = run("batch", QUARTER, *HANDS, "--xlsx", "pay.doc")
    assert (code, ".xlsx" in err) == (2, True)
    assert not (scored / "pay").exists()


def test_a_correction_is_made_by_the_beginning_of_an_id(run: Run, tmp_path: Path, paid: str) -> None:
    payday.dismissed(api.open_store(tmp_path / "store"), tmp_path)
    code, _, err = run("batch", QUARTER, *HANDS)
    assert (code, "T02 +80.00" in err) == (1, True)
    code, out, _ = run("batch", QUARTER, *HANDS, "--corrects", paid[:6], "--reason", "申诉成立")
    assert (code, "更正" in out, "80.00" in out) == (0, True, True)
    code, out, _ = run("batches", "--json")
    assert [(b["corrects"], b["approval"]["reason"], b["totals"]["paid"]) for b in json.loads(out)][1:] == [(paid, "申诉成立", "80.00")]
    assert run("verify")[0] == run("verify", paid)[0] == 0
    assert "更正:守则奖金 · 80.00" in run("statement", "T02")[1]


def test_batches_are_listed(run: Run, paid: str) -> None:
    code, out, _ = run("batches")
    assert (code, paid in out, "总经理" in out) == (0, True, True)


def test_a_statement_shows_every_part_down_to_the_row(run: Run, paid: str) -> None:
    code, out, _ = run("statement", "T02", paid[:8], "--width", "160")
    assert code == 0
    for words in ("应发合计 4540.00", "8000.00 × max(0, 5% − 1% − 1%) = 240.00", "violations.csv:2", "考核结果: s8-points"):
        assert words in out
    said = json.loads(run("statement", "T02", "--json")[1])
    assert said["total"] == "4540.00"
    assert all(source["row"] for line in said["lines"] for source in line["sources"])


def test_a_statement_of_nobody_names_some(run: Run, paid: str) -> None:
    del paid
    code, _, err = run("statement", "T99")
    assert (code, "batch.no-person" in err, "T01" in err) == (1, True, True)


@pytest.mark.parametrize("words", [("statement", "T02"), ("verify",), ("pack",), ("sheet", "x.csv")])
def test_without_a_batch_it_is_said_how_to_make_one(words: tuple[str, ...], run: Run, scored: Path) -> None:
    del scored
    code, _, err = run(*words)
    assert (code, "batch.not-found" in err) == (1, True)


def test_a_batch_is_packed_taken_away_and_verified(run: Run, paid: str) -> None:
    assert run("pack")[0] == 0
    Path("store").rename("elsewhere")
    code, out, _ = run("verify", f"{paid}.zip")
    assert (code, "核对无误" in out) == (0, True)
    assert run("statement", "T01", f"{paid}.zip")[0] == 0
    assert run("sheet", "pay.csv", f"{paid}.zip")[0] == 0


def test_a_damaged_batch_does_not_hold(run: Run, paid: str) -> None:
    file = Path("store") / "pay" / paid / "results" / "entries.parquet"
    file.chmod(0o644)
    file.write_bytes(b"x")
    code, out, _ = run("verify", file.parents[1], "--json")
    said = json.loads(out)
    assert (code, said["holds"], [p["code"] for p in said["problems"]]) == (1, False, ["run.file-changed"])


def test_the_ledger_sums_to_zero_and_shows_what_moved_an_account(run: Run, paid: str) -> None:
    del paid
    assert "合计(必须为零)" in run("ledger")[1]
    said = json.loads(run("ledger", "--json")[1])
    assert said["total"] == "0.00"
    lines = json.loads(run("ledger", "--account", "pool", "--json")[1])
    assert lines[-1]["balance"] == "0.00"
    assert {line["rule"] for line in lines} == {"grade_effect", "redistribution"}
    assert {line["account"]["owner"] for line in json.loads(run("ledger", "--person", "T02", "--json")[1])} == {"T02"}
    assert "再分配池" in run("ledger", "--account", "pool")[1]
    assert run("ledger", "--account", "gold")[0] == 2


@pytest.fixture
def orders(tmp_path: Path) -> None:
    samples.fill(api.open_store(tmp_path / "store", create=True), "s5-output-value")


@pytest.mark.usefixtures("orders")
def test_orders_are_listed_and_one_is_shown_in_full(run: Run) -> None:
    scheme = samples.preset("s5-output-value")
    code, out, _ = run("orders", "--scheme", scheme, *SHARES, "--on", "2024-06-30")
    assert (code, "RW-2401" in out, "45000.00" in out) == (0, True, True)
    code, out, _ = run("orders", "RW-2401", "--scheme", scheme, *SHARES, "--on", "2024-06-30")
    assert (code, "65000.00" in out, "产值 = 项目成本 65000.00 + 费用 15000.00 + 利润 20000.00 + 余 0.00" in out) == (0, True, True)
    said = json.loads(run("orders", "RW-2401", "--scheme", scheme, *SHARES, "--json")[1])
    assert said[0]["departments"][0]["flow"]["part3"] == 6500000


@pytest.mark.usefixtures("orders")
def test_an_unknown_order_and_a_scheme_without_output_value_are_said(run: Run) -> None:
    assert "payout.no-order" in run("orders", "RW-0", "--scheme", samples.preset("s5-output-value"), *SHARES)[2]
    assert "payout.no-output-value" in run("orders", "--scheme", samples.preset("s8-points"))[2]
    assert "payout.unset" in run("orders", "--scheme", samples.preset("s5-output-value"))[2]


def test_a_price_covers_the_cost_after_what_is_withheld(run: Run) -> None:
    scheme = samples.preset("s5-output-value")
    code, out, _ = run("price", "--scheme", scheme, "--cost", "65000", *SHARES)
    assert (code, "报价 100000.00" in out) == (0, True)
    assert json.loads(run("price", "--scheme", scheme, "--cost", "65000", *SHARES, "--json")[1])["part3"] == "65000.00"
    assert "payout.unset" in run("price", "--scheme", scheme, "--cost", "65000")[2]
    for wrong in ("-1", "1.005", "many"):
        assert run("price", "--scheme", scheme, "--cost", wrong, *SHARES)[0] == 2


def test_an_appeal_is_looked_at_before_it_is_decided(run: Run, paid: str) -> None:
    del paid
    code, out, _ = run("whatif", QUARTER, "--violation", "WG-02=dismissed")
    assert (code, "T02" in out) == (0, True)


@pytest.mark.slow
@pytest.mark.parametrize("preset", sorted(DEMOS))
def test_every_preset_that_speaks_of_money_runs_from_evidence_to_statements_in_one_command(preset: str, run: Run) -> None:
    code, out, _ = run("demo", preset, "--folder", "mine")
    assert code == 0
    for words in ("导入", "封存于", "发放清单", "重新计算,逐字节相同"):
        assert words in out


def test_every_preset_that_pays_has_a_demonstration() -> None:
    paying = {name for name in api.preset_names() if (scheme := api.check(samples.preset(name)).scheme) and scheme.payout.pays}
    assert paying == {name for demo in DEMOS.values() for name in demo.scored}
