from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
import stat
from pathlib import Path

import chinese_calendar
import duckdb
import pytest

from jikao.archive.compare import compare
from jikao.archive.corrections import sealed_runs
from jikao.archive.form import SEAL
from jikao.archive.inspect import FILE_EXTRA
from jikao.archive.manifest import MANIFEST, RUN, Manifest
from jikao.archive.seal import seal
from jikao.archive.verify import verify
from jikao.evidence.lock import locked
from jikao.scheme.problem import Refused

FILES = [
    "SEAL", "calendar.json", "evidence/people.parquet", "evidence/plan_items.parquet", "results/marks.parquet", "results/measures.parquet",
    "results/results.parquet", "results/sections.parquet", "run.json", "scheme.yaml",
]  # fmt: skip


def files(run: Path) -> list[str]:
    return sorted(f.relative_to(run).as_posix() for f in run.rglob("*") if f.is_file())


def visible(root: Path) -> list[str]:
    """What lies in a folder of runs, its lock left out."""
    return sorted(p.name for p in root.iterdir() if p.name != ".lock")


def codes(verification) -> list[str]:
    return [p.code for p in verification.problems]


def overwrite(file: Path, raw: bytes) -> None:
    file.chmod(0o644)
    file.write_bytes(raw)


def manifest(run: Path) -> Manifest:
    found = RUN.read((run / MANIFEST).read_bytes())
    assert isinstance(found, Manifest)
    return found


def rewrite(file: Path, query: str, options: str = "COMPRESSION zstd") -> None:
    """Another table in the place of a table: ``query`` over ``t``."""
    with duckdb.connect() as con:
        con.execute(f"CREATE TABLE t AS FROM '{file}'")
        con.execute(f"COPY ({query}) TO '{file}' (FORMAT parquet, {options})")


# --- sealing -----------------------------------------------------------------------------------------------------


def test_a_run_holds_its_scheme_to_the_byte_its_evidence_and_its_results(run, company):
    assert files(run) == FILES
    assert (run / "scheme.yaml").read_bytes() == company.scheme.encode()
    assert manifest(run).evidence["plan_items"].rows == 30
    assert manifest(run).results["results"].rows == 3


def test_a_run_is_named_by_its_id(run):
    assert run.name == manifest(run).run == manifest(run).content[:16]


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_files_of_a_run_are_read_only(run):
    assert {stat.S_IMODE((run / f).stat().st_mode) for f in FILES} == {0o444}


def test_nothing_is_left_beside_a_sealed_run(run):
    assert visible(run.parent) == [run.name]


def test_the_same_content_sealed_again_is_the_same_run_and_the_first_stays(run, company):
    before = {f: (run / f).stat().st_mtime_ns for f in FILES}
    again = company.seal(by="somebody else", at="2012-01-01")
    assert (again.path, again.fresh, again.problems) == (run, False, ())
    assert {f: (run / f).stat().st_mtime_ns for f in FILES} == before


def test_who_when_and_with_what_is_recorded_as_the_caller_says(company):
    said = manifest(company.sealed(by="王主管", at="2011-12-01T09:00:00+08:00", engine="spark"))
    assert (said.by, said.at, said.made_with["engine"]) == ("王主管", "2011-12-01T09:00:00+08:00", "spark")
    assert said.scheme.file == "s.yaml"


def test_only_the_raw_files_of_sealed_rows_are_named(run):
    assert manifest(run).origins == {"00112233aabbccdd": "计划.xlsx"}


def test_a_shape_nobody_imported_stays_absent_and_an_empty_one_is_sealed_empty(company):
    company.rows["leaves"] = []
    run = company.sealed()
    assert manifest(run).evidence["leaves"].rows == 0
    assert "spans" not in manifest(run).evidence


def test_a_shape_imported_without_a_single_part_is_sealed_empty_too(company):
    snapshot = company.snapshot()
    snapshot = type(snapshot)({**snapshot.tables, "leaves": ()}, snapshot.calendar)
    done = seal(
        company.root, company.scored(snapshot), scheme=company.text(), snapshot=snapshot, needs={"leaves": "true"}, periods=company.periods
    )
    assert done.path is not None
    assert manifest(done.path).evidence["leaves"].rows == 0


def test_only_the_rows_asked_for_are_sealed(company):
    run = company.sealed(needs={"plan_items": "person <> '丙'", "people": "true"})
    assert manifest(run).evidence["plan_items"].rows == 20


def test_another_row_of_evidence_makes_another_run(run, company, item):
    company.rows["plan_items"].append(item("甲", "t99", on_time=True))
    assert company.corrected(run) != run


def test_another_calendar_makes_another_run_though_nobodys_result_changes(run, company):

    company.calendar = type(company.calendar)(days={dt.date(2011, 11, 5): True})
    assert company.corrected(run) != run


def test_an_unfinished_run_is_not_sealed(company):
    snapshot = company.snapshot()
    out = company.scored(snapshot)
    (out / "marks.parquet").unlink()
    (out / "results.parquet").write_bytes(b"not a table")
    done = seal(company.root, out, scheme=company.text(), snapshot=snapshot, needs={}, periods=company.periods)
    assert (done.path, [p.code for p in done.problems]) == (None, ["run.unfinished"])
    assert not company.root.exists()


def test_a_result_that_is_no_table_is_not_sealed(company):
    snapshot = company.snapshot()
    out = company.scored(snapshot)
    (out / "results.parquet").write_bytes(b"not a table")
    done = seal(company.root, out, scheme=company.text(), snapshot=snapshot, needs={}, periods=company.periods)
    assert (done.path, [p.code for p in done.problems]) == (None, ["run.unfinished"])
    assert visible(company.root) == []


def test_damaged_evidence_is_not_sealed(company):
    snapshot = company.snapshot()
    out = company.scored(snapshot)
    snapshot.tables["people"][0].write_bytes(b"PAR1 gone PAR1")
    done = seal(company.root, out, scheme=company.text(), snapshot=snapshot, needs={"people": "true"}, periods=company.periods)
    assert (done.path, [p.code for p in done.problems]) == (None, ["run.evidence-unreadable"])
    assert visible(company.root) == []


def test_what_cannot_be_written_is_a_problem(company):
    company.root.write_text("a file where the folder should be")
    assert [p.code for p in company.seal().problems] == ["run.not-written"]


def test_a_run_is_not_sealed_while_another_one_is(company, monkeypatch):
    monkeypatch.setattr("jikao.archive.seal.WAIT", 0.1)
    company.root.mkdir()
    with locked(company.root / ".lock", 0) as free:
        assert free
        assert [p.code for p in company.seal().problems] == ["run.busy"]
    assert visible(company.root) == []
    assert company.seal().fresh


def test_a_run_killed_while_it_was_being_sealed_leaves_no_run(company):
    (company.root / ".sealing-killed" / "run").mkdir(parents=True)
    (company.root / ".sealing-killed" / "run" / "run.json").write_text("{")
    assert list(sealed_runs(company.root)) == []
    assert company.seal().fresh


def test_a_damaged_run_is_not_taken_for_the_one_just_scored(run, company):
    overwrite(run / "scheme.yaml", b"changed")
    again = company.seal()
    assert (again.path, [p.code for p in again.problems]) == (None, ["run.file-changed"])


# --- verifying ---------------------------------------------------------------------------------------------------


def test_an_untouched_run_holds(run, score):
    found = verify(run, score)
    assert (found.holds, found.recomputed, found.problems, found.files) == (True, True, (), len(FILES))


def test_without_recomputing_it_says_so(run):
    assert (verify(run).holds, verify(run).recomputed) == (True, False)


@pytest.mark.parametrize("name", FILES)
def test_one_flipped_byte_anywhere_is_found_and_named(name, run, score):
    file = run / name
    raw = file.read_bytes()
    step = 1 if name == "SEAL" else max(1, len(raw) // 40)
    for position in [*range(0, len(raw), step), len(raw) - 1]:
        changed = bytearray(raw)
        changed[position] ^= 1 << position % 8
        overwrite(file, bytes(changed))
        found = verify(run, score)
        assert [p.values["name"] for p in found.problems] == [name], position
        assert not found.recomputed
    overwrite(file, raw)
    assert verify(run).holds


@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_short_or_made_longer_is_found_and_named(name, run):
    raw = (run / name).read_bytes()
    for changed in (raw[:-1], raw + b"\n", b""):
        overwrite(run / name, changed)
        assert [p.values["name"] for p in verify(run).problems] == [name]


@pytest.mark.parametrize("name", FILES)
def test_a_deleted_file_is_named(name, run):
    (run / name).unlink()
    found = verify(run)
    assert [(p.code, p.values["name"]) for p in found.problems] == [("run.file-missing", name)]


@pytest.mark.parametrize("name", ["note.txt", "evidence/tickets.parquet", "results/.hidden", "deep/er/file"])
def test_an_added_file_is_named(name, run):
    (run / name).parent.mkdir(parents=True, exist_ok=True)
    (run / name).write_text("hello")
    assert [(p.code, p.values["name"]) for p in verify(run).problems] == [("run.file-extra", name)]


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_a_link_in_place_of_a_file_is_a_change_and_a_linked_folder_an_addition(run, tmp_path):
    shutil.copy(run / "scheme.yaml", tmp_path / "same")
    (run / "scheme.yaml").unlink()
    (run / "scheme.yaml").symlink_to(tmp_path / "same")
    (run / "more").symlink_to(tmp_path)
    assert [(p.code, p.values["name"]) for p in verify(run).problems] == [("run.file-extra", "more"), ("run.file-changed", "scheme.yaml")]


def test_all_problems_are_found_at_once(run):
    (run / "calendar.json").unlink()
    overwrite(run / "scheme.yaml", b"x")
    overwrite(run / SEAL, b"x")
    (run / "note").write_text("hello")
    assert codes(verify(run)) == ["run.seal-broken", "run.file-missing", "run.file-extra", "run.file-changed"]


@pytest.mark.parametrize("make", [Path.mkdir, lambda p: p.write_text("x"), lambda _: None])
def test_what_is_no_run_is_said_to_be_none(make, tmp_path):
    make(tmp_path / "thing")
    assert codes(verify(tmp_path / "thing")) == ["run.not-a-run"]


def test_a_run_in_a_folder_with_an_odd_name_holds(run, tmp_path, score):
    odd = tmp_path / "a='b' [x]*?{c,d} 考核" / "month=11"
    shutil.copytree(run, odd)
    assert verify(odd, score).problems == ()


def test_a_machine_that_is_too_small_is_not_the_fault_of_the_run(run, company, monkeypatch, score):
    monkeypatch.setattr("jikao.archive.canonical.MEMORY", "1KB")
    assert set(codes(verify(run, score))) == {"run.no-room"}
    assert {p.code for p in company.seal().problems} == {"run.no-room"}
    assert [p.code for p in compare(run, run).problems] == ["run.no-room"]


# --- what computing again finds ----------------------------------------------------------------------------------


def test_a_recomputation_that_differs_names_the_first_rows(run, score):
    def otherwise(scheme, snapshot, periods, out):
        score(scheme, snapshot, periods, out)

        rewrite(out / "results.parquet", "SELECT * REPLACE (if(person = '甲', 8100, total) AS total) FROM t")

    found = verify(run, otherwise)
    assert (found.holds, found.recomputed, codes(found)) == (False, True, ["run.differs"])
    (difference,) = found.differences
    assert (difference.table, difference.count) == ("results", 1)
    assert difference.first[0].key == {"period": "2011-11", "person": "甲"}
    assert difference.first[0].columns == {"total": (8000, 8100)}
    assert "2011-11 甲: total 80 → 81" in found.problems[0].what("en")
    assert "2011-11 甲：总分 80 → 81" in found.problems[0].what("zh")


def test_the_order_of_rows_whole_number_types_and_added_columns_do_not_matter(run, score):
    def another_writer(scheme, snapshot, periods, out):
        score(scheme, snapshot, periods, out)

        for table in ("marks", "sections", "results"):
            rewrite(out / f"{table}.parquet", "SELECT *, 7 AS later FROM t ORDER BY person DESC", "COMPRESSION gzip, ROW_GROUP_SIZE 1")
        rewrite(out / "measures.parquet", "SELECT * REPLACE (seat::UBIGINT AS seat, num::SMALLINT AS num) FROM t")

    assert verify(run, another_writer).problems == ()


def test_a_missing_column_differs(run, score):
    def shorter(scheme, snapshot, periods, out):
        score(scheme, snapshot, periods, out)

        rewrite(out / "results.parquet", "SELECT * EXCLUDE grade FROM t")

    assert codes(verify(run, shorter)) == ["run.differs"]


def test_a_scoring_that_refuses_hands_on_its_problems(run):
    def refuse(*_):
        raise Refused([FILE_EXTRA(name="x")])

    found = verify(run, refuse)
    assert (codes(found), found.recomputed) == (["run.file-extra", "run.not-recomputed"], False)
    assert "1 problem" in found.problems[1].what("en")


@pytest.mark.parametrize("cause", [ValueError, OSError, KeyError])
def test_a_scoring_that_fails_on_what_was_sealed_is_a_problem(cause, run):
    def fail(*_):
        raise cause("no such year\nmore")

    assert codes(verify(run, fail)) == ["run.not-recomputed"]


def test_a_scoring_that_writes_nothing_is_a_problem(run):
    assert codes(verify(run, lambda *_: None)) == ["run.not-recomputed"]


def test_the_run_is_recomputed_from_the_sealed_calendar_not_the_installed_one(run, score, monkeypatch):

    seen = []
    monkeypatch.setattr(chinese_calendar, "is_workday", lambda _: pytest.fail("the sealed calendar holds every day of the run"))
    verify(run, lambda s, snapshot, p, out: (seen.append([snapshot.calendar.weekly_dues(x) for x in p]), score(s, snapshot, p, out)))
    assert [str(d) for d in seen[0][0]] == ["2011-11-04", "2011-11-11", "2011-11-18", "2011-11-25"]


# --- forged and damaged runs whose seal fits ---------------------------------------------------------------------


def fit(run: Path, manifest: dict, name: str) -> None:
    """Make the manifest's sum of a file fit the file."""

    raw = (run / name).read_bytes()
    entry = next(f for f in manifest["files"] if f["name"] == name)
    entry |= {"size": len(raw), "sha256": hashlib.sha256(raw).hexdigest()}


@pytest.mark.parametrize("name", [f for f in FILES if f.endswith(".parquet")])
def test_a_table_swapped_under_a_fitting_seal_is_found(name, run, table, reseal):
    (run / name).unlink()
    table(run / name, {"period": "VARCHAR", "person": "VARCHAR"}, [{"period": "2011-11", "person": "甲"}])
    reseal(run, lambda m: fit(run, m, name))
    assert [(p.code, p.values["name"]) for p in verify(run).problems] == [("run.sum-wrong", name)]


@pytest.mark.parametrize("raw", [b"", b"PAR1", b"PAR1" + bytes(40) + b"PAR1", b"\0" * 1000])
def test_a_broken_table_under_a_fitting_seal_is_a_problem(raw, run, reseal, score):
    overwrite(run / "results/marks.parquet", raw)
    reseal(run, lambda m: fit(run, m, "results/marks.parquet"))
    assert codes(verify(run, score)) == ["run.content-damaged"]


def test_a_table_of_floats_under_a_fitting_seal_is_a_problem(run, table, reseal):
    (run / "results/results.parquet").unlink()
    table(run / "results/results.parquet", {"total": "DOUBLE"}, [{"total": 80.0}])
    reseal(run, lambda m: fit(run, m, "results/results.parquet"))
    assert codes(verify(run)) == ["run.content-damaged"]


@pytest.mark.parametrize(
    ("name", "raw", "code"),
    [
        ("scheme.yaml", b"scheme: other", "run.sum-wrong"),
        ("scheme.yaml", b"\xff\xfe", "run.sum-wrong"),
        ("calendar.json", b"{}", "run.content-damaged"),
        ("calendar.json", b"[" * 100_000, "run.content-damaged"),
        ("calendar.json", b'{"name":"x","zone":"../etc","hours":[],"official":true,"version":"","days":{}}', "run.content-damaged"),
        ("calendar.json", b'{"name":"x","zone":"Asia/Shanghai","hours":[],"official":true,"version":"","days":{}}', "run.sum-wrong"),
    ],
)
def test_a_text_swapped_under_a_fitting_seal_is_found(name, raw, code, run, reseal):
    overwrite(run / name, raw)
    reseal(run, lambda m: fit(run, m, name))
    found = verify(run)
    assert codes(found)[0] == code
    assert {p.place.file for p in found.problems} == {name}


@pytest.mark.parametrize(
    "edit",
    [
        lambda m: m.update(run="0" * 16),
        lambda m: m.update(periods=["2011-12"]),
        lambda m: m.update(correction={"replaces": "1" * 16, "reason": "none"}),
    ],
)
def test_a_run_that_claims_another_id_period_or_predecessor_is_found(edit, run, reseal):
    reseal(run, edit)
    assert [(p.code, p.place.file) for p in verify(run).problems] == [("run.sum-wrong", "run.json")]


@pytest.mark.parametrize(
    "edit",
    [
        lambda m: m.pop("files"),
        lambda m: m.update(files=5),
        lambda m: m["files"][0].update(name="../../etc/passwd"),
        lambda m: m["files"].pop(),
        lambda m: m["results"].pop("marks"),
        lambda m: m.update(periods=[]),
        lambda m: m.update(periods=["２０１１-11"]),
        lambda m: m.update(periods=["soon"]),
        lambda m: m.update(format=0),
        lambda m: m.update(format="x"),
        lambda m: m["files"][0].update(size=-1),
        lambda m: m["evidence"].update({"../x": m["evidence"]["people"]}),
        lambda m: m["evidence"]["people"]["columns"].update(person="double"),
        lambda m: m.update(surprise=1),
    ],
)
def test_a_manifest_that_makes_no_sense_is_a_problem(edit, run, reseal):
    reseal(run, edit)
    assert codes(verify(run)) == ["run.manifest-unreadable"]


@pytest.mark.parametrize("raw", [b"", b"{", b"null", b"[]", b"[" * 1_000_000, b"\xff", b'{"format": 1e999}', b'{"format": "\\ud800"}'])
def test_a_manifest_that_is_no_json_of_ours_is_a_problem(raw, run, write_manifest):
    write_manifest(run, raw)
    assert codes(verify(run)) == ["run.manifest-unreadable"]


def test_a_newer_format_is_left_to_a_newer_program(run, reseal):
    reseal(run, lambda m: m.update(format=2, files="otherwise"))
    found = verify(run)
    assert codes(found) == ["run.newer-format"]
    assert found.problems[0].what("en") == "It is sealed in format 2; this program reads up to 1"


def test_every_problem_is_said_in_both_languages(run):
    (run / "calendar.json").unlink()
    (run / "note").touch()
    for lang in ("zh", "en"):
        for problem in verify(run).problems:
            assert problem.what(lang)
            assert problem.why(lang)
            assert problem.mend(lang)
