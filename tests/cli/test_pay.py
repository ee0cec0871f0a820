"""``jikao pay`` as a user meets it: batches, statements, the ledger, orders; exit codes 0, 1 and 2."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest
from rich.cells import cell_len
from tests import payday, samples
from tests.payday import QUARTER

from jikao import api
from jikao.cli import main
from jikao.cli.pay_demo import DEMOS
from jikao.evidence.store import Store

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
    code, out, _ = run("batch", QUARTER, "--by", "甲", "--approver", "总经理")
    assert (code, "没有写入任何内容" in out, "经办 人事、审批 总经理;这次给出的没有记录" in out) == (0, True, True)
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


def test_a_batch_repeated_after_its_correction_shows_what_holds_now(run: Run, tmp_path: Path, paid: str) -> None:
    payday.dismissed(api.open_store(tmp_path / "store"), tmp_path)
    assert run("batch", QUARTER, *HANDS, "--corrects", paid, "--reason", "申诉成立")[0] == 0
    correction = api.batches(api.open_store(tmp_path / "store"))[-1].batch
    out = run("batch", QUARTER, *HANDS)[1]
    assert f"以上是批次 {paid} 连同更正 {correction} 的合计" in out
    assert "这次给出的没有记录" not in out
    assert "4620.00 │  4620.00" in next(line for line in out.splitlines() if "T02" in line)
    said = json.loads(run("batch", QUARTER, *HANDS, "--json")[1])
    assert (said["fresh"], said["batch"], said["corrections"], said["totals"]["paid"]) == (False, paid, [correction], "36002.50")
    assert next(p["total"] for p in said["people"] if p["person"] == "T02") == "4620.00"


def test_a_reason_without_a_correction_is_refused(run: Run, scored: Path) -> None:
    code, _, err = run("batch", QUARTER, *HANDS, "--reason", "申诉成立")
    assert (code, "--corrects" in err) == (2, True)
    assert not (scored / "pay").exists()


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
    assert (code, "batch.none-yet" in err) == (1, True)
    assert "jikao pay batch 2024-Q2 --by NAME --approver NAME --store store" in err


@pytest.mark.parametrize("words", [("batches",), ("ledger",), ("ledger", "--account", "pool")])
def test_without_a_batch_lists_say_how_to_make_one(words: tuple[str, ...], run: Run, scored: Path) -> None:
    del scored
    code, out, _ = run(*words)
    assert (code, "还没有发放批次" in out, "jikao pay batch 2024-Q2" in out) == (0, True, True)


def test_a_store_without_runs_says_to_score_first(run: Run, tmp_path: Path) -> None:
    api.open_store(tmp_path / "store", create=True)
    assert "jikao score SCHEME --period PERIOD --store store" in run("verify")[2]
    assert run("ledger", "--person", "T01")[0] == 1


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
    assert run("ledger", "--account", "gold")[0] == 2


def test_the_ledger_names_who_gave_and_in_which_batch(run: Run, paid: str) -> None:
    lines = json.loads(run("ledger", "--account", "pool", "--json")[1])
    gave = {line["subject"]: line["amount"] for line in lines if line["rule"] == "grade_effect"}
    assert gave == {"T02": "500.00", "T03": "500.00", "T04": "1500.00", "T08": "500.00"}
    assert {line["batch"] for line in lines} == {paid}
    out = run("ledger", "--account", "pool")[1]
    assert "再分配池" in out
    assert all(any(paid[:8] in row and who in row and amount in row for row in out.splitlines()) for who, amount in gave.items())


def test_the_ledger_lists_a_pool_that_is_empty_again(run: Run, paid: str) -> None:
    del paid
    row = next(line for line in run("ledger")[1].splitlines() if "│ pool " in line)
    assert [cell.strip() for cell in row.strip("│").split("│")] == ["再分配池", "pool", "0", "0.00"]
    assert {"kind": "pool", "owner": "s8-points", "part": "技术支持部", "balance": "0.00"} in json.loads(run("ledger", "--json")[1])[
        "accounts"
    ]


def test_the_ledger_says_who_and_what_there_is(run: Run, paid: str) -> None:
    del paid
    code, _, err = run("ledger", "--person", "nobody")
    assert (code, "batch.no-account" in err, "T01" in err) == (1, True, True)
    code, out, _ = run("ledger", "--account", "liability")
    assert (code, "有分录的科目:pay, paid, company, pool" in out) == (0, True)
    assert json.loads(run("ledger", "--account", "liability", "--json")[1]) == []
    assert "“T01”的" in run("ledger", "--account", "pool", "--person", "T01")[1]


FIGURE = re.compile(r"-?\d+\.\d\d")


@pytest.mark.parametrize("words", [("batches",), ("ledger",), ("ledger", "--account", "pool"), ("ledger", "--person", "T01")])
def test_figures_and_ids_are_whole_in_a_narrow_terminal(
    words: tuple[str, ...], run: Run, paid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = {}
    for width in (80, 240):
        monkeypatch.setenv("COLUMNS", str(width))
        out = run(*words)[1]
        assert max(map(cell_len, out.splitlines())) <= width
        seen[width] = [_whole(row, paid) for row in out.splitlines() if _whole(row, paid)]
    assert seen[80] == seen[240] != []


def _whole(row: str, batch: str) -> list[str]:
    """The cells of a row that are figures or the batch's id."""
    cells = [cell.strip() for cell in row.split("│")]
    return [cell for cell in cells[:8] if FIGURE.fullmatch(cell) or (cell and batch.startswith(cell))]


@pytest.fixture
def orders(tmp_path: Path) -> None:
    samples.fill(api.open_store(tmp_path / "store", create=True), "s5-output-value")


@pytest.mark.usefixtures("orders")
def test_orders_are_listed_and_one_is_shown_in_full(run: Run) -> None:
    scheme = samples.preset("s5-output-value")
    code, out, _ = run("orders", "--scheme", scheme, *SHARES, "--as-of", "2024-06-30")
    assert (code, "RW-2401" in out, "45000.00" in out) == (0, True, True)
    code, out, _ = run("orders", "RW-2401", "--scheme", scheme, *SHARES, "--as-of", "2024-06-30")
    assert (code, "65000.00" in out, "产值 = 项目成本 65000.00 + 费用 15000.00 + 利润 20000.00 + 余 0.00" in out) == (0, True, True)
    said = json.loads(run("orders", "RW-2401", "--scheme", scheme, *SHARES, "--json")[1])
    assert said[0]["departments"][0]["flow"]["part3"] == "65000.00"


@pytest.mark.usefixtures("orders")
def test_an_unknown_order_and_a_scheme_without_output_value_are_said(run: Run) -> None:
    assert "payout.no-order" in run("orders", "RW-0", "--scheme", samples.preset("s5-output-value"), *SHARES)[2]
    assert "payout.no-output-value" in run("orders", "--scheme", samples.preset("s8-points"))[2]
    err = run("orders", "--scheme", samples.preset("s5-output-value"))[2]
    assert "payout.unset-share" in err
    assert "--set profit_share=20%" in err
    assert "payout.no-output-value-run" in run("orders")[2]
    assert "payout.no-output-value-run" in run("orders", "RW-2401")[2]


@cache
def _paid_orders() -> Path:
    """The sample orders, paid from May to July; RW-2404 overran, RW-2405 bore it."""
    store = samples.fill(Store.create(Path(mkdtemp()) / "store"), "s5-output-value")
    scheme = samples.preset("s5-output-value")
    for period in ("2024-05", "2024-06", "2024-07"):
        api.score(scheme, store, period, api.ScoreOptions(settings=api.sample_settings(scheme)))
        api.make_batch(store, period, by="人事", approver="总经理")
    return store.root


@pytest.fixture
def orders_paid(tmp_path: Path) -> None:
    shutil.copytree(_paid_orders(), tmp_path / "store")


@pytest.mark.usefixtures("orders_paid")
def test_a_paid_order_shows_what_was_posted_whatever_scheme_it_is_looked_at_with(run: Run) -> None:
    said = json.loads(run("orders", "RW-2405", "--json")[1])
    [department] = said[0]["departments"]
    assert (department["borne"], department["pool"]) == ("1500.00", "18500.00")
    assert {m["person"]: m["amount"] for m in department["members"]} == {"T01": "11100.00", "T04": "7400.00"}
    out = run("orders", "RW-2405")[1]
    assert "承担以前的超支" in out
    unset = ("--scheme", samples.preset("s5-output-value"))
    for others in (("--set", "profit_share=50%"), ("--set", "project_cost=direct_cost"), unset, (*unset, *SHARES)):
        assert run("orders", "RW-2405", *others)[1] == out


@pytest.mark.usefixtures("orders_paid")
def test_a_period_before_those_paid_is_refused_once(run: Run) -> None:
    scheme, settings = samples.preset("s5-output-value"), api.sample_settings(samples.preset("s5-output-value"))
    api.score(scheme, api.open_store(Path("store")), "2024-04", api.ScoreOptions(settings=settings))
    code, _, err = run("batch", "2024-04", *HANDS)
    assert (code, err.count("batch.later-closed"), "2024-05" in err) == (1, 1, True)
    assert "在新的证据库里从 2024-04 起" in err


def test_an_overlap_says_the_period_that_can_be_corrected(run: Run, paid: str) -> None:
    assert f"jikao pay batch {QUARTER} --corrects {paid}" in run("batch", "2024-05", *HANDS)[2]


@pytest.mark.usefixtures("orders_paid")
def test_an_order_not_paid_yet_bears_the_overrun_that_stands(run: Run) -> None:
    """Before July is paid the overrun of June is still to be borne."""
    [sheet] = json.loads(run("orders", "RW-2405", "--as-of", "2024-07-30", "--json")[1])
    [department] = sheet["departments"]
    assert (sheet["state"], department["borne"], department["pool"]) == ("settled", "1500.00", "18500.00")
    assert {m["person"]: m["amount"] for m in department["members"]} == {"T01": "11100.00", "T04": "7400.00"}


@pytest.mark.usefixtures("orders_paid")
def test_orders_keep_their_figures_whole_in_a_narrow_terminal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    out = run("orders", "RW-2402")[1] + run("orders")[1]
    for whole in ("RW-2402", "120000.00", "99500.00", "200000.00"):
        assert whole in out
    assert max(map(cell_len, out.splitlines())) <= 80


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
    code, out, _ = run("whatif", QUARTER, "--violation", "WG-02=不成立")
    assert code == 0
    assert "违规 WG-02(T02):轻微,已核实 → 轻微,不成立" in out
    assert "T02 李娜 4540.00 → 4620.00 (+80.00)" in out
    assert "守则奖金 2024-06 240.00 → 320.00 (+80.00)" in out
    assert "公司承担 35922.50 → 36002.50 (+80.00)" in out


@pytest.mark.slow
@pytest.mark.parametrize("preset", sorted(DEMOS))
def test_every_preset_that_speaks_of_money_runs_from_evidence_to_statements_in_one_command(preset: str, run: Run) -> None:
    code, out, _ = run("demo", preset, "--folder", "mine")
    assert code == 0
    titles = [line for line in out.splitlines() if re.match("[一二三四五]、", line)]
    assert [title[0] for title in titles] == list("一二三四五")
    typed = [shlex.split(line.removeprefix("$ jikao ")) for line in out.splitlines() if line.startswith("$ jikao ")]
    assert _typed_again(typed) == sorted(m.batch for m in api.batches(api.open_store(Path("mine/store"))))
    for words in ("导入", "封存于", "奖金单", "重新计算,逐字节相同"):
        assert words in out


def _typed_again(commands: list[list[str]]) -> list[str]:
    """The commands a demonstration printed, typed into another folder: the batches they make."""
    Path("again").mkdir()
    os.chdir("again")
    api.open_store(Path("mine/store"), create=True)
    for words in commands:
        with pytest.raises(SystemExit) as ended:
            main(words)
        assert ended.value.code in (0, None), words
    made = sorted(m.batch for m in api.batches(api.open_store(Path("mine/store"))))
    os.chdir("..")
    return made


def test_a_demonstration_for_nobody_makes_nothing(run: Run) -> None:
    code, _, err = run("demo", "s5", "--person", "T99", "--folder", "mine")
    assert (code, "T99" in err, "T01" in err, Path("mine").exists()) == (2, True, True, False)


def test_every_preset_that_pays_has_a_demonstration() -> None:
    paying = {name for name in api.preset_names() if (scheme := api.check(samples.preset(name)).scheme) and scheme.payout.pays}
    assert paying == {name for demo in DEMOS.values() for name in demo.scored}
