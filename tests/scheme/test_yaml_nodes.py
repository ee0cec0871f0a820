from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jikao.scheme.yaml_nodes import LARGEST_TEXT, MOST_VALUES, decode, parse

SAMPLE = "a: 1\nb:\n  - {c: 2, d: [x, y]}\n  - z\ne:\n"


def codes(text: str) -> list[str]:
    return [p.code for p in parse(text).problems]


def test_scalars_stay_the_text_they_were_written_as():
    assert parse("a: 1e400\nb: 0.1\nc: 012\nd: yes\ne: 2011-02-30\nf: 0x1F\ng: .nan\n").value == {
        "a": "1e400", "b": "0.1", "c": "012", "d": "yes", "e": "2011-02-30", "f": "0x1F", "g": ".nan",
    }  # fmt: skip


def test_a_key_without_a_value_is_not_written():
    assert parse("a:\nb: ~\nc: null\nd: ''\ne: [~]\n").value == {"d": "", "e": [None]}


def test_every_value_knows_its_place():
    places = parse(SAMPLE, "f.yaml").places
    assert str(places.of("a")) == "f.yaml:1:4"
    assert str(places.of("b")) == "f.yaml:2:1"
    assert str(places.of("b", 0, "d", 1)) == "f.yaml:3:19"
    assert str(places.key("b", 0, "d")) == "f.yaml:3:12"
    assert str(places.of("b", 1)) == "f.yaml:4:5"


def test_steps_the_text_does_not_have_are_skipped():
    places = parse(SAMPLE).places
    assert places.of("b", "clauses", 0, "c") == places.of("b", 0, "c")
    assert places.of("b", 7) == places.of("b")
    assert places.of("nowhere") == places.of()


def test_tags_are_refused_and_nothing_is_made_of_them():
    found = parse("a: !!python/object/apply:os.system ['exit 1']\nb: !x {c: 1}\n! d: 1\n")
    assert [p.code for p in found.problems] == ["yaml.tag", "yaml.tag", "yaml.tag"]
    assert found.value == {"a": ["exit 1"], "b": {"c": "1"}, "d": "1"}


def test_anchors_and_aliases_are_refused_even_when_they_refer_to_themselves():
    assert codes("a: &a [*a]\n") == ["yaml.anchor", "yaml.anchor"]
    assert codes("a: &a 1\nb: {<<: *a}\n") == ["yaml.anchor", "yaml.anchor"]
    assert codes("a: *nowhere\n") == ["yaml.anchor"]


def test_a_billion_laughs_are_not_laughed():
    lines = ["a0: &a0 [lol]"] + [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 10)]
    began = time.perf_counter()
    assert set(codes("\n".join(lines))) == {"yaml.anchor"}
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "{? [", "a: {? ["])
def test_depth_is_bounded_whatever_it_is_made_of(opening):
    began = time.perf_counter()
    assert codes(opening * 100_000)[-1] == "yaml.too-deep"
    assert time.perf_counter() - began < 10


def test_forty_levels_are_enough_for_anybody():
    assert parse("[" * 40 + "]" * 40).problems == ()
    assert codes("[" * 41 + "]" * 41) == ["yaml.too-deep"]


def test_size_and_number_of_values_are_bounded():
    assert codes("#" * (LARGEST_TEXT + 1)) == ["text.too-large"]
    assert decode(b" " * (LARGEST_TEXT + 1))[1][0].code == "text.too-large"
    assert codes("[" + "1," * MOST_VALUES + "]") == ["yaml.too-many"]


def test_duplicate_keys_name_both_lines_and_the_first_counts():
    found = parse("a: 1\nb: {c: 1, c: [2]}\na: 2\na: 3\n")
    assert [(p.code, p.place.line, p.values["line"]) for p in found.problems] == [
        ("yaml.duplicate-key", 2, 2), ("yaml.duplicate-key", 3, 1), ("yaml.duplicate-key", 4, 1),
    ]  # fmt: skip
    assert found.value == {"a": "1", "b": {"c": "1"}}


def test_control_characters_are_named_once_with_the_place_of_the_first():
    (problem,) = parse("a: b\nc: x\x00y\x07\n", "f").problems
    assert (problem.code, problem.place.line, problem.place.column) == ("text.control-character", 2, 5)
    assert problem.values == {"count": 2, "code": "U+0000"}


def test_control_characters_written_as_escapes_are_named_too():
    assert codes('a: "x\\0"\n"b\\e": 1\nc: "tab\\t and\\nline"\n') == ["text.control-character", "text.control-character"]


@pytest.mark.parametrize(
    ("text", "code", "line", "words"),
    [
        ("a:\n\tb: 1\n", "yaml.tab", 2, "制表符"),
        ("a: 'x\nb: 2\n", "yaml.syntax", 1, "引号没有配对"),
        ("a: [1, 2\nb: 3\n", "yaml.syntax", 1, "方括号没有配对"),
        ("a: {b: 2\nc: 3\n", "yaml.syntax", 1, "花括号没有配对"),
        ("a: b: c\n", "yaml.syntax", 1, "冒号的位置不对"),
        ("a: @x\n", "yaml.syntax", 1, "不能以这个符号开头"),
        ("a:\n   - b\n  - c\n", "yaml.syntax", 3, "缩进不一致"),
        ('a: "\\q"\n', "yaml.syntax", 1, "反斜杠"),
        ('a: "\\UFFFFFFFF"\n', "yaml.syntax", None, "写法有误"),
        ("? [a]\n: 1\n", "yaml.key", 1, "键不是一个词"),
        (": 1\n", "yaml.key", 1, "键不是一个词"),
        ("a: 1\n---\nb: 2\n", "yaml.several-documents", 2, "不止一份文档"),
    ],
)
def test_slips_of_the_pen_are_named_in_our_words(text, code, line, words):
    problem = parse(text).problems[0]
    assert (problem.code, problem.place.line) == (code, line)
    assert words in problem.what("zh")


def test_encodings_as_in_the_wild():
    words = "scheme: 考核\n" * 5
    for encoding in ("utf-8", "utf-8-sig", "gb18030", "gbk"):
        assert decode(words.encode(encoding)) == (words, [])


@pytest.mark.parametrize("data", ["考核方案".encode("utf-16"), "考核方案\n考核".encode() + b"\xff\n", b"a\n\x80\x00\xff\xff"])
def test_what_is_in_no_known_encoding_is_refused(data):
    text, (problem,) = decode(data, "f")
    assert text is None
    assert problem.code == "text.encoding"


def test_a_damaged_utf8_file_names_the_line():
    assert decode("一\n二\n三四五六七八".encode() + b"\xff\n")[1][0].place.line == 3


@given(st.text(alphabet=st.sampled_from("ab:-[]{}#&*!|>'\"%@?, \n\t\x00\\~\ufeff考"), max_size=80) | st.text(max_size=40))
def test_any_text_gives_values_or_problems_and_never_a_crash(text):
    found = parse(text)
    assert found.value is not None or found.problems or parse(text.strip() or "~").value is None
    for problem in found.problems:
        assert problem.what("zh")
        assert problem.why("en")
        assert problem.mend("en")


@given(st.binary(max_size=60))
def test_any_bytes_are_text_or_a_problem(data):
    text, problems = decode(data)
    assert (text is None) == bool(problems)
