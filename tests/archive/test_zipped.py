from __future__ import annotations

import random
import shutil
import warnings
import zipfile

import pytest

from jikao.archive.manifest import RUN
from jikao.archive.verify import verify
from jikao.archive.zipped import MOST_ENTRIES, zip_sealed


@pytest.fixture
def packed(run, tmp_path):
    assert zip_sealed(run, tmp_path / "run.zip", RUN) == ()
    return tmp_path / "run.zip"


def found(path) -> list[tuple[str, object]]:
    return [(p.code, p.values.get("name")) for p in verify(path).problems]


def contents(path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as z:
        return {n: z.read(n) for n in z.namelist()}


def write(path, files: dict[str, bytes], method=zipfile.ZIP_DEFLATED) -> None:
    with zipfile.ZipFile(path, "w", method) as z:
        for name, raw in files.items():
            z.writestr(name, raw)


def test_a_zip_of_a_run_holds_as_the_run_does(packed, score):
    checked = verify(packed, score)
    assert (checked.problems, checked.recomputed, checked.files) == ((), True, 10)


def test_the_same_run_gives_the_same_zip(run, packed, tmp_path):
    copied = shutil.copytree(run, tmp_path / "elsewhere" / run.name)
    (copied / "SEAL").touch()
    zip_sealed(copied, tmp_path / "again.zip", RUN)
    assert (tmp_path / "again.zip").read_bytes() == packed.read_bytes()


def test_a_zip_unpacks_into_a_folder_named_by_the_run(run, packed):
    names = [*contents(packed)]
    assert names == sorted(names)
    assert {n.split("/")[0] for n in names} == {run.name}


def test_what_is_no_run_is_not_packed(tmp_path):
    assert [p.code for p in zip_sealed(tmp_path, tmp_path / "x.zip", RUN)] == ["run.zip-nothing"]
    assert not (tmp_path / "x.zip").exists()


def test_a_place_that_cannot_be_written_is_a_problem(run, tmp_path):
    assert [p.code for p in zip_sealed(run, tmp_path / "none" / "x.zip", RUN)] == ["run.not-written"]


@pytest.mark.parametrize("name", ["SEAL", "run.json", "scheme.yaml", "results/marks.parquet"])
def test_a_file_changed_inside_the_zip_is_named(name, run, packed):
    files = contents(packed)
    inside = f"{run.name}/{name}"
    files[inside] = files[inside][:-1] + bytes([files[inside][-1] ^ 1])
    write(packed, files)
    assert [n for _, n in found(packed)] == [name]


def test_a_zip_packed_again_by_another_program_holds(packed, run):
    files = {n.removeprefix(f"{run.name}/"): raw for n, raw in contents(packed).items()}
    write(packed, files)
    assert verify(packed).problems == ()


def test_a_file_added_to_the_zip_is_named(packed, run):
    write(packed, contents(packed) | {f"{run.name}/note.txt": b"hello"})
    assert found(packed) == [("run.file-extra", "note.txt")]


def test_a_file_missing_from_the_zip_is_named(packed, run):
    files = contents(packed)
    del files[f"{run.name}/calendar.json"]
    write(packed, files)
    assert found(packed) == [("run.file-missing", "calendar.json")]


@pytest.mark.parametrize(
    "name", ["../outside", "/absolute", "C:\\x", "a\\..\\b", "evidence/../../x", "evidence//x", "con\x01trol", "a" * 300]
)
def test_a_path_that_leads_elsewhere_is_not_unpacked(name, packed, run, tmp_path):
    files = {n.removeprefix(f"{run.name}/"): raw for n, raw in contents(packed).items()}
    write(packed, files | {name: b"hello"})
    before = set(tmp_path.rglob("*"))
    assert [c for c, _ in found(packed)] == ["run.zip-unsafe"]
    assert set(tmp_path.rglob("*")) == before


def test_one_name_twice_is_not_unpacked(packed, run):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(packed, "a") as z:
            z.writestr(f"{run.name}/scheme.yaml", b"other")
    assert found(packed) == [("run.zip-unsafe", f"{run.name}/scheme.yaml")]


def test_a_zip_bomb_is_not_unpacked(packed, run):
    write(packed, contents(packed) | {f"{run.name}/evidence/people.parquet": bytes(200 << 20)})
    assert [c for c, _ in found(packed)] == ["run.zip-bomb"]


def test_too_many_entries_are_not_unpacked(packed):
    write(packed, contents(packed) | {f"n{i}": b"" for i in range(MOST_ENTRIES)})
    assert [c for c, _ in found(packed)] == ["run.zip-bomb"]


@pytest.mark.parametrize("raw", [b"", b"PK\x03\x04", b"PK\x05\x06" + bytes(18), b"hello"])
def test_what_only_claims_to_be_a_zip_is_a_problem(raw, tmp_path):
    (tmp_path / "x.zip").write_bytes(raw)
    assert [c for c, _ in found(tmp_path / "x.zip")] in (["run.zip-damaged"], ["run.not-a-run"])


def test_a_zip_cut_short_is_damaged(packed):
    packed.write_bytes(packed.read_bytes()[:-30])
    assert [c for c, _ in found(packed)] == ["run.zip-damaged"]


def test_any_flipped_byte_of_a_zip_is_found_or_does_not_touch_the_run(packed, run):
    raw, dice = packed.read_bytes(), random.Random(1)
    for position in dice.sample(range(len(raw)), 150):
        changed = bytearray(raw)
        changed[position] ^= 1 << dice.randrange(8)
        packed.write_bytes(changed)
        if not verify(packed).problems:
            files = {n.split("/", 1)[1]: data for n, data in contents(packed).items()}
            assert files == {f.relative_to(run).as_posix(): f.read_bytes() for f in run.rglob("*") if f.is_file()}
