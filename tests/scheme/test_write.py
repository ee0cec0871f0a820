from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jikao.scheme.problem import Refused
from jikao.scheme.read import read
from jikao.scheme.write import edit, fmt
from jikao.scheme.yaml_nodes import parse

PRESETS = sorted((Path(__file__).parents[2] / "src/jikao/presets").glob("*/scheme.yaml"))
UNTIDY = """\
# on top
a:   1.50   # beside
b:
- {c: 012,   d: "q"} # in a list
-   e: 2011-11-1

    # within
    f: |
      kept
      # no comment
g: ~
"""


def test_layout_is_tidied_and_comments_and_wording_are_kept():
    assert fmt(UNTIDY) == """\
# on top
a: 1.50     # beside
b:
  - {c: 012, d: "q"} # in a list
  - e: 2011-11-1

    # within
    f: |
      kept
      # no comment
g:
"""  # fmt: skip


def test_line_ends_and_marks_of_other_systems_go():
    assert fmt("\ufeffa: 1\r\nb: 2\r\n\r\n\r\n") == "a: 1\nb: 2\n"


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.parent.name)
def test_presets_are_in_canonical_layout(path):
    text = path.read_text(encoding="utf-8")
    assert fmt(text) == text
    assert read(fmt(text)).scheme == read(text).scheme


def test_where_a_comment_would_be_lost_the_layout_stays():
    text = "h: {a:   1, # first\n    b: 2}\n"
    assert fmt(text) == text


@pytest.mark.parametrize("text", ["a: [\n", "a: &x 1\n", "a: 1\na: 2\n", "a: \x00\n"])
def test_what_is_not_our_yaml_is_refused(text):
    with pytest.raises(Refused):
        fmt(text)
    with pytest.raises(Refused):
        edit(text, ("a",), "1")


COMMENTS = st.sampled_from(["", "  # 说明", " # {a: 1}", "\n# own line", "\n\n# after a blank", "\n    # deeper"])
VALUES = st.sampled_from(
    [
        "1",
        "90%",
        "'q # no comment'",
        '"a\\tb"',
        "[1,  2]",
        "{a: 1,b: 2}",
        "$x",
        "2011-11-1",
        "1.50",
        "0x1F",
        "~",
        "",
        "考核",
        ">\n    folded\n    text",
        "|\n    kept",
    ]
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(VALUES, COMMENTS, st.booleans()), min_size=1, max_size=6), st.integers(1, 4))
def test_formatting_keeps_the_reading_and_is_done_after_once(parts, indent):
    lines = []
    for i, (value, comment, in_list) in enumerate(parts):
        key = f"k{i}:" if not in_list else f"k{i}:\n{' ' * indent}-  x:"
        block = value.startswith(("|", ">"))
        lines.append(f"{key} {value}{'' if block else comment}" if not (in_list and block) else f"{key} 1{comment}")
    text = "\n".join(lines) + "\n"
    if parse(text).problems:
        return
    tidy = fmt(text)
    assert parse(tidy).value == parse(text).value
    assert fmt(tidy) == tidy
    assert tidy.count("#") == text.count("#")


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        (("a",), "2", "a:   2   # beside"),
        (("a",), "", 'a:   ""   # beside'),
        (("b", 0, "c"), "x, y", '- {c: "x, y",   d: "q"} # in a list'),
        (("b", 0, "new"), "90%", '- {new: 90%, c: 012,   d: "q"} # in a list'),
        (("b", 1, "e"), "考核: 是", '-   e: "考核: 是"'),
        (("b", 1, "new"), "7", "    new: 7"),
        (("b", 1, "f"), "one line", "    f: one line"),
        (("g",), "null", 'g: "null"'),
        (("h",), "$top", "h: $top"),
    ],
)
def test_one_value_changes_and_nothing_else(path, value, line):
    edited = edit(UNTIDY, path, value)
    assert line in edited.splitlines()
    assert set(UNTIDY.splitlines()) - set(edited.splitlines()) <= {
        next((x for x in UNTIDY.splitlines() if x.split(":")[0] == line.split(":")[0]), ""),
        UNTIDY.splitlines()[3],
        "      kept",
        "      # no comment",
    }
    found = parse(edited).value
    for step in path:
        found = found[step]
    assert found == value


def test_an_empty_value_is_filled():
    assert edit("a:\n# c\nb: 1\n", ("a",), "2") == "a: 2\n# c\nb: 1\n"


def test_what_is_no_single_value_is_refused():
    with pytest.raises(ValueError):
        edit(UNTIDY, ("b",), "1")
    with pytest.raises(KeyError):
        edit(UNTIDY, ("nowhere", "x"), "1")
    with pytest.raises(KeyError):
        edit(UNTIDY, ("b", 7), "1")


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc", "Cn"], exclude_characters="\ufeff"), max_size=20))
def test_any_words_can_be_written(value):
    assert parse(edit("a: 1\nb: {c: 2}\n", ("b", "c"), value)).value == {"a": "1", "b": {"c": value}}
