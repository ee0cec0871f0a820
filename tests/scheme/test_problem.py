from __future__ import annotations

import importlib
import pkgutil
import re

import pytest

import jikao.scheme
from jikao.scheme.problem import KINDS, Level, Place, Refused, errors, kind, stop_on_errors
from jikao.scheme.text import Text

for module in pkgutil.walk_packages(jikao.scheme.__path__, "jikao.scheme."):
    importlib.import_module(module.name)

SOME = Text("有", "some")


def test_a_place_reads_like_a_compiler_message():
    assert str(Place("a.yaml", 3, 7)) == "a.yaml:3:7"
    assert str(Place("a.xlsx", cell="Sheet1!C7")) == "a.xlsx:Sheet1!C7"
    assert str(Place()) == ""


def test_a_code_is_declared_once():
    with pytest.raises(ValueError):
        kind("yaml.tab", Level.ERROR, what=SOME, why=SOME, mend=SOME)


def test_refused_carries_every_problem():
    warning = KINDS["settings.unused"](Place("a.yaml", 1), name="x")
    error = KINDS["yaml.tab"](Place("a.yaml", 2))
    stop_on_errors([warning])
    with pytest.raises(Refused) as caught:
        stop_on_errors([warning, error])
    assert caught.value.problems == (warning, error)
    assert errors([warning, error]) == [error]


@pytest.mark.parametrize("code", sorted(code for code in KINDS if code.split(".")[0] not in {"evidence", "run", "archive", "cli"}))
def test_every_kind_says_what_why_and_mend_in_both_languages_with_the_same_values(code):
    found = KINDS[code]
    assert re.fullmatch(r"[a-z]+\.[a-z-]+", code)
    for part in (found.what, found.why, found.mend):
        assert part.zh
        assert part.en
        assert set(re.findall(r"{(\w+)}", part.zh)) == set(re.findall(r"{(\w+)}", part.en))
        assert re.search(r"[一-鿿]", part.zh)
        assert not re.search(r"[一-鿿]", part.en)


def test_a_problem_is_json_in_both_languages():
    said = KINDS["settings.unused"](Place("a.yaml", 3, 5), name="x").as_json()
    assert (said["code"], said["level"], said["file"], said["line"], said["column"]) == ("settings.unused", "warning", "a.yaml", 3, 5)
    assert said["what"] == {"zh": "设置“x”没有被引用。", "en": "The setting 'x' is not referred to."}
