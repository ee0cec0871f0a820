"""The command line as a user meets it: words in, words out, exit codes 0, 1 and 2, never a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests import samples

from jikao import api
from jikao.cli import main
from jikao.cli.lang import chosen, without_language

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)

    def call(*words: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in words])
        told = capsys.readouterr()
        assert "Traceback" not in told.out + told.err
        return int(ended.value.code or 0), told.out, told.err

    return call


@pytest.fixture
def filled(run: Run) -> Path:
    run("new", "s8-points", "mine")
    assert run("import", *sorted(Path("mine/evidence").glob("*.csv")))[0] == 0
    return Path("mine")


def test_no_words_show_the_commands(run: Run) -> None:
    code, out, _ = run("--help")
    assert code == 0
    for command in ("new", "check", "diff", "fmt", "import", "map", "score", "explain", "whatif", "verify", "test", "bench", "demo"):
        assert f"\n  {command} " in out


def test_an_unknown_command_is_a_wrong_call(run: Run) -> None:
    assert run("banana")[0] == 2


def test_a_missing_option_is_a_wrong_call(run: Run) -> None:
    assert run("score", "x")[0] == 2


def test_the_presets_are_listed(run: Run) -> None:
    assert set(json.loads(run("new", "--list", "--json")[1])) == set(api.preset_names())


def test_a_sound_scheme_has_no_problems(run: Run) -> None:
    code, out, _ = run("check", samples.preset("s3-contract"))
    assert (code, out.startswith("没有问题")) == (0, True)


def test_a_scheme_that_is_not_there_is_a_problem(run: Run) -> None:
    code, out, _ = run("check", "nowhere.yaml", "--json")
    assert (code, [p["level"] for p in json.loads(out)["problems"]]) == (1, ["error"])


def test_the_literal_contract_is_told_its_gap_and_its_conflict_with_lines(run: Run) -> None:
    code, out, _ = run("check", Path(__file__).parents[1] / "scheme" / "data" / "s3-literal.yaml", "--json")
    found = {p["code"]: p for p in json.loads(out)["problems"]}
    assert code == 1
    assert {"curve.gap", "curve.unreachable"} <= set(found)
    assert all(found[c]["line"] > 0 and found[c]["column"] > 0 for c in ("curve.gap", "curve.unreachable"))


def test_a_formatted_scheme_stays_as_it_is(run: Run) -> None:
    run("new", "s2-form", "mine")
    assert run("fmt", "mine", "--check")[0] == 0
    assert run("fmt", "mine")[0] == 0


def test_a_semantic_difference_is_a_sentence(run: Run) -> None:
    run("new", "s3-contract", "a")
    run("new", "s3-contract", "b")
    assert run("diff", "a", "b")[0] == 0
    file = Path("b/scheme.yaml")
    file.write_text(file.read_text("utf-8").replace("{from: 90%, score: 10", "{from: 95%, score: 10", 1), "utf-8")
    code, out, _ = run("diff", "a", "b")
    assert code == 1
    assert "满分线由 90 % 改为 95 %" in out


def test_cases_are_run_and_told(run: Run) -> None:
    code, out, _ = run("test", samples.preset("s7-rubric"), "--json")
    assert (code, {case["passed"] for case in json.loads(out)}) == (0, {True})


def test_a_case_that_fails_is_told_with_both_figures(run: Run) -> None:
    run("new", "s7-rubric", "mine")
    file = next(Path("mine/cases").glob("*.yaml"))
    file.write_text(file.read_text("utf-8").replace("81.67", "81.68"), "utf-8")
    code, out, _ = run("test", "mine")
    assert code == 1
    assert "应为 81.68" in out


def test_importing_again_changes_nothing(run: Run, filled: Path) -> None:
    code, out, _ = run("import", filled / "evidence" / "tasks.csv", "--json")
    assert (code, json.loads(out)[0]["added"]) == (0, {"tasks": 0})


@pytest.mark.usefixtures("filled")
def test_a_refused_import_writes_a_report_and_nothing_else(run: Run) -> None:
    before = Path("store/store.json").read_bytes()
    bad = Path("exams.csv")
    bad.write_text("exam,person,held_on,score\nE1,T01,2024-02-30,NaN\n", "utf-8")
    code, out, _ = run("import", bad, "--json")
    told = json.loads(out)[0]
    assert (code, told["refused"]) == (1, True)
    assert Path(told["report"]).read_bytes().startswith(b"\xef\xbb\xbf")
    assert Path("store/store.json").read_bytes() == before


def test_score_explain_whatif_verify_and_take_home(run: Run, filled: Path) -> None:
    code, out, _ = run("score", filled, "--period", "2024-Q2", "--json")
    scored = json.loads(out)
    assert code == 0
    assert {r["person"]: (r["total"], r["grade"]) for r in scored["results"]}["T01"] == ("97.60", "A")
    code, out, _ = run("explain", "T03")
    assert code == 0
    assert "4.05 ÷ 9.1 = 44.5055 %" in out
    code, out, _ = run("explain", "T03", "--json", "--line", "task_points")
    assert code == 0
    assert json.loads(out)["person"] == "T03"
    code, out, _ = run("whatif", "T03", "--grade", "A")
    assert code == 0
    assert "90.00 · A" in out
    code, out, _ = run("whatif", "T03", "--suppose", "task_points=100%", "--json")
    assert (code, json.loads(out)["after"]["total"]) == (0, "100.00")
    assert run("verify")[0] == 0
    assert run("pack", "--out", "home.zip")[0] == 0
    assert run("verify", "home.zip")[0] == 0
    assert run("diff", scored["run"], scored["run"])[0] == 0


def test_whatif_asks_for_a_target(run: Run, filled: Path) -> None:
    run("score", filled, "--period", "2024-Q2")
    assert run("whatif", "T03")[0] == 2
    assert run("whatif", "T03", "--total", "much")[0] == 2
    assert run("whatif", "T03", "--grade", "Z")[0] == 1


@pytest.mark.usefixtures("filled")
def test_reading_without_a_run_is_a_problem(run: Run) -> None:
    code, _, err = run("explain", "T01")
    assert code == 1
    assert "jikao score" in err


def test_a_score_without_a_store_is_a_problem(run: Run) -> None:
    code, out, _ = run("score", samples.preset("s8-points"), "--period", "2024-Q2", "--json")
    assert (code, json.loads(out)["problems"][0]["code"]) == (1, "store.missing")


def test_bench_repeats_and_seals_nothing(run: Run, filled: Path) -> None:
    code, out, _ = run("bench", filled, "--period", "2024-Q2", "--repeats", "2", "--json")
    assert (code, len(json.loads(out)["seconds"]), json.loads(out)["people"]) == (0, 2, 8)
    assert not Path("store/runs").exists()


@pytest.mark.parametrize(
    ("words", "environ", "lang"),
    [
        ([], {}, "zh"), ([], {"LANG": "C.UTF-8"}, "zh"), ([], {"LANG": "zh_CN.UTF-8"}, "zh"), ([], {"LANG": "en_GB.UTF-8"}, "en"),
        ([], {"LANG": "en_GB.UTF-8", "JIKAO_LANG": "zh"}, "zh"), (["--lang", "en"], {}, "en"), (["--lang=zh"], {"LANG": "en"}, "zh"),
    ],
)  # fmt: skip
def test_the_language_follows_flag_then_setting_then_locale(words: list[str], environ: dict[str, str], lang: str) -> None:
    assert chosen(words, environ) == lang


def test_english_is_complete(tmp_path: Path) -> None:
    environ = os.environ | {"JIKAO_LANG": "en", "COLUMNS": "100"}
    for words in (["--help"], ["score", "--help"], ["new", "--list"], ["check", str(samples.preset("s3-contract"))]):
        done = subprocess.run(
            [sys.executable, "-m", "jikao", *words], env=environ, cwd=tmp_path, capture_output=True, text=True, check=True
        )
        assert not any("\u4e00" <= sign <= "\u9fff" for sign in done.stdout), done.stdout


def test_help_does_not_wait_for_an_engine() -> None:
    heavy = "import sys, jikao.cli.runs, jikao.cli.schemes, jikao.cli.evidence, jikao.cli.demo; print([m for m in ('ibis', 'pyspark', 'rich') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_a_store_can_keep_its_own_hours_zone_and_days(run: Run) -> None:
    code, out, _ = run("calendar", "--zone", "Europe/Rome", "--hours", "08:30-17:00", "--day", "2024-02-09=off", "--json")
    assert (code, json.loads(out)["hours"], json.loads(out)["days"]) == (0, "08:30-17:00", {"2024-02-09": "off"})
    assert json.loads(run("calendar", "--json")[1])["zone"] == "Europe/Rome"
    assert run("calendar", "--hours", "09:00-10:00")[0] == 1


@pytest.mark.parametrize(
    "words", [("--hours", "9-5"), ("--hours", "13:00-18:00,09:00-12:00"), ("--hours", "25:00-26:00"), ("--day", "2024-02-30=off"), ("--day", "2024-02-09=maybe"), ("--zone", "Moon/Sea")]
)  # fmt: skip
def test_a_calendar_that_makes_no_sense_makes_no_store(run: Run, words: tuple[str, str]) -> None:
    assert run("calendar", *words)[0] == 1
    assert not Path("store/store.json").exists()


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        (["--lang", "en", "check", "x"], ["check", "x"]), (["check", "x", "--lang=zh", "--json"], ["check", "x", "--json"]),
        (["check", "--lang", "fr"], ["check", "--lang", "fr"]), (["check", "--lang"], ["check", "--lang"]),
    ],
)  # fmt: skip
def test_the_language_may_stand_anywhere(words: list[str], kept: list[str]) -> None:
    assert without_language(words) == kept
