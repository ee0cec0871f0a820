"""The habits of the repository: one version, locks without addresses, rooms on their floors, a wheel with everything in it."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.machinery import SourceFileLoader
from pathlib import Path

import pytest

import jikao

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-bench.lock")


def locked(name: str) -> dict[str, str]:
    """Package → version of one lock."""
    return dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))


def tracked_texts() -> dict[str, str]:
    """Every text file that belongs to the project, by its path."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout: nothing says which files are ours")
    texts = {}
    for name in filter(None, listed.stdout.split("\0")):
        try:
            texts[name] = (ROOT / name).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue
    return texts


def test_one_version_everywhere() -> None:
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest is not None
    assert PROJECT["project"]["version"] == jikao.__version__ == newest[1]


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_packages_and_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*(-i|-f|--(extra-)?index-url|--find-links)", text, re.MULTILINE)
    entries = re.split(r"\n(?=\S)", text.strip())
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_each_lock_holds_all_of_the_smaller_one() -> None:
    small, dev, bench = map(locked, LOCKS)
    assert small.items() <= dev.items()
    assert dev.items() <= bench.items()


def test_every_dependency_is_locked() -> None:
    wanted = {re.split(r"[<>=!~\[; ]", each)[0].lower().replace(".", "-") for each in PROJECT["project"]["dependencies"]}
    assert wanted <= set(locked("requirements.lock"))


def test_the_build_tool_is_the_same_for_a_checkout_and_for_a_wheel() -> None:
    assert set(PROJECT["build-system"]["requires"]) <= set(PROJECT["dependency-groups"]["build"])


def test_no_address_of_a_registry_in_what_installs_us() -> None:
    addresses = {
        name: re.findall(r"https?://\S+", (ROOT / name).read_text(encoding="utf-8")) for name in ("pyproject.toml", "jk", ".ci/run")
    }
    assert addresses == {"pyproject.toml": [], "jk": [], ".ci/run": []}


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    home = re.compile(rf"{re.escape(str(ROOT))}\b|/(?:home|root|Users)/[\w.-]+/|[A-Z]:\\Users\\")
    found = {name: home.findall(text) for name, text in tracked_texts().items() if name != "tests/test_house.py"}
    assert {name: hits for name, hits in found.items() if hits} == {}


def test_the_rooms_stand_on_their_floors() -> None:
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run([sys.executable, "-c", code, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_a_wheel_carries_every_file_of_the_package_and_the_licence(tmp_path: Path) -> None:
    code = "import sys, hatchling.build; print(hatchling.build.build_wheel(sys.argv[1]))"
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True)
    with zipfile.ZipFile(tmp_path / done.stdout.split()[-1]) as wheel:
        names = set(wheel.namelist())
    source = ROOT / "src"
    files = {p.relative_to(source) for p in (source / "jikao").rglob("*") if p.is_file()}
    ours = {p.as_posix() for p in files if not any(part.startswith((".", "__pycache__")) for part in p.parts)}
    assert ours - names == set()
    assert any(name.endswith("/licenses/LICENSE") for name in names)


# --- ./jk --------------------------------------------------------------------------------------------------------


@pytest.fixture
def jk(tmp_path: Path):
    """The start script as a module, with a checkout of its own to install into."""
    loader = SourceFileLoader("jk", str(ROOT / "jk"))
    spec = importlib.util.spec_from_loader("jk", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode, kept = True, sys.dont_write_bytecode
    loader.exec_module(module)
    sys.dont_write_bytecode = kept
    module.ROOT, module.PYTHON, module.STAMP = tmp_path, tmp_path / "python", tmp_path / "stamp"
    for name in (*module.LOCKS, "pyproject.toml"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    return module


def test_jk_can_be_read_by_the_old_pythons_it_turns_away() -> None:
    tree = ast.parse((ROOT / "jk").read_text(encoding="utf-8"), feature_version=(3, 6))
    imported = {a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names}
    assert imported <= sys.stdlib_module_names


@pytest.mark.skipif(os.name == "nt", reason="Windows has no executable bit")
@pytest.mark.parametrize("name", ["jk", ".ci/run"])
def test_a_start_script_is_executable(name: str) -> None:
    assert os.access(ROOT / name, os.X_OK)


def test_jk_trusts_an_environment_only_while_nothing_has_changed(jk) -> None:
    assert jk.installed() == -1
    jk.PYTHON.touch()
    jk.STAMP.write_text(f"{jk.fingerprint()} 1")
    assert jk.installed() == 1
    (jk.ROOT / "requirements.lock").write_text("changed")
    assert jk.installed() == -1


def test_jk_does_not_reinstall_for_a_smaller_need(jk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jk, "installer", lambda: pytest.fail("nothing should be installed"))
    jk.PYTHON.touch()
    jk.STAMP.write_text(f"{jk.fingerprint()} 1")
    jk.prepare(0)
    jk.prepare(1)


def test_jk_hands_the_index_of_pip_on_to_uv(jk, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = "global.index-url='https://mirror.example/simple'\nglobal.timeout='60'\n"
    monkeypatch.setattr(jk.subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 0, stdout=listed))
    jk.TOOLS = jk.ROOT / "tools"
    (jk.TOOLS / jk.BIN).mkdir(parents=True)
    (jk.TOOLS / jk.BIN / f"uv{jk.EXE}").touch()
    monkeypatch.delenv("UV_DEFAULT_INDEX", raising=False)
    assert jk.installer()[1]["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://chosen.example/simple")
    assert jk.installer()[1]["UV_DEFAULT_INDEX"] == "https://chosen.example/simple"


def test_jk_says_in_both_languages_that_an_installation_failed(jk) -> None:
    with pytest.raises(SystemExit) as stopped:
        jk.install(sys.executable, "-c", "raise SystemExit(2)")
    assert "安装未完成" in str(stopped.value)
    assert "did not finish" in str(stopped.value)
