"""``jikao pay whatif`` and ``jikao pay forecast`` as a user meets them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests import payday

from jikao.cli import main

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    payday.company(tmp_path)

    def call(*words: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["pay", *[str(word) for word in words]])
        told = capsys.readouterr()
        assert "Traceback" not in told.out + told.err
        return int(ended.value.code or 0), told.out, told.err

    return call


def test_an_appeal_is_previewed_in_words_and_in_json(run: Run) -> None:
    code, out, _ = run("whatif", payday.QUARTER, "--grade", "T02=B")
    assert code == 0
    assert "T02 的等级:C → B(s8-points 2024-Q2)" in out
    assert "T01 王磊 8200.00 → 7700.00 (-500.00)" in out
    assert "÷ Y 1 = 2500.00" in out
    said = json.loads(run("whatif", payday.QUARTER, "--grade", "T02=B", "--json")[1])
    assert [(p["person"], p["before"], p["after"]) for p in said["people"]] == [
        ("T01", "8200.00", "7700.00"),
        ("T02", "4540.00", "5040.00"),
    ]
    assert said["accounts"][0]["came_after"] == "2500.00"
    assert said["people"][1]["lines"][0]["after"] == "0.00"
    assert (said["company_before"], said["company_after"]) == ("35922.50", "35922.50")


def test_totals_bases_and_violations_can_be_supposed(run: Run) -> None:
    code, out, _ = run("whatif", payday.QUARTER, "--total", "T02=90", "--base", "T02:bonus_base=9000", "--violation", "WG-01=dismissed")
    assert code == 0
    for said in ("T02 的等级:C → A", "T02 的奖金基数:8000.00 → 9000.00", "违规 WG-01(T02):轻微,已核实 → 轻微,不成立"):
        assert said in out


def test_what_cannot_be_supposed_is_a_problem(run: Run) -> None:
    code, _, err = run("whatif", payday.QUARTER, "--grade", "T99=B")
    assert (code, "whatif.not-judged" in err) == (1, True)
    assert run("whatif", payday.QUARTER, "--at", "s8-conduct", "--grade", "T02=B")[0] == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--base", "T02=9000"), "--base T02:bonus_base=…、--base T02:quarterly_bonus=…"),
        (("--base", "T99=9000"), "whatif.no-base"),
        (("--violation", "WG-02=maybe"), "已核实、不成立、"),
        (("--violation", "WG-99=不成立"), "WG-02"),
    ],
)
def test_what_cannot_be_supposed_says_what_can(run: Run, words: tuple[str, ...], said: str) -> None:
    code, _, err = run("whatif", payday.QUARTER, *words)
    assert (code, said in err) == (1, True)


@pytest.mark.parametrize("words", [(), ("--grade", "T02"), ("--total", "T02=many"), ("--base", "T02=")])
def test_a_wrong_call_says_how_it_is_written(run: Run, words: tuple[str, ...]) -> None:
    assert run("whatif", payday.QUARTER, *words)[0] == 2


def test_a_forecast_of_everybody_and_of_one(run: Run) -> None:
    code, out, _ = run("forecast", payday.POINTS, payday.QUARTER, "--as-of", "2024-05-20")
    assert code == 0
    assert "s8-points 2024-Q2 的预测,截至 2024-05-20:91 天已过 50 天" in out
    assert "再分配池" in out
    assert "T01 王磊" in out
    code, out, _ = run("forecast", payday.POINTS, payday.QUARTER, "T02", "--as-of", "2024-05-20")
    assert code == 0
    assert "各项得分" in out
    assert "T01" not in out


def test_a_forecast_in_json_holds_what_was_paid(run: Run) -> None:
    said = json.loads(run("forecast", payday.CONDUCT, "2024-06", "--as-of", "2024-06-10", "--json")[1])
    t02 = next(p for p in said["people"] if p["person"] == "T02")
    assert (said["days_gone"], said["days"]) == (10, 30)
    assert t02["pay"] == {
        "low": "160.00",
        "now": "320.00",
        "high": "320.00",
    }  # one late arrival in ten days: at worst two more; June came to 240.00


def test_a_forecast_that_cannot_be_made_says_why(run: Run) -> None:
    assert "forecast.not-a-day" in run("forecast", payday.POINTS, payday.QUARTER, "--as-of", "2024-07-01")[2]
    assert "forecast.no-person" in run("forecast", payday.POINTS, payday.QUARTER, "T99")[2]
    assert run("forecast", payday.POINTS, "2024-05")[0] == 1
