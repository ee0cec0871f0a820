from __future__ import annotations

from jikao.scheme.settings import reference, settle
from jikao.scheme.yaml_nodes import parse


def settled(text: str, **overrides: str):
    parsed = parse(text)
    return settle(parsed.value, parsed.places, overrides)


def test_only_a_whole_value_is_a_reference():
    assert reference("$a") == reference(" $a ") == "a"
    assert reference("$考核") == "考核"
    assert [reference(x) for x in ("a", "$", "$a b", "costs $5", "$$a", None, ["$a"])] == [None] * 7


def test_a_reference_takes_the_value_or_the_value_of_the_named_reading():
    found = settled("settings: {a: {value: 5}, b: {value: low, readings: {low: 0, high: 9}}}\nx: [$a, {y: $b}]\n")
    assert found.tree["x"] == ["5", {"y": "0"}]
    assert found.refs == {("x", 0): "a", ("x", 1, "y"): "b"}
    assert found.problems == ()


def test_settings_may_refer_to_settings_in_value_and_reading():
    found = settled("settings: {a: {value: $b}, b: {value: r, readings: {r: $c}}, c: {value: 7}}\nx: $a\n")
    assert found.tree["x"] == "7"
    assert found.tree["settings"]["a"]["value"] == "7"
    assert found.tree["settings"]["b"]["readings"]["r"] == "7"


def test_overrides_hold_instead_of_the_value_and_may_name_a_reading():
    text = "settings: {a: {value: 5, readings: {strict: 0}}}\nx: $a\n"
    assert settled(text, a="strict").tree["x"] == "0"
    assert settled(text, a="3").tree["x"] == "3"
    assert settled(text, a="strict").tree["settings"]["a"]["value"] == "strict"


def test_an_override_of_nothing_is_named():
    (problem,) = settled("settings: {scale: {value: 5}}\nx: $scale\n", scael="1").problems
    assert problem.code == "settings.unknown-override"
    assert "'scale'" in problem.mend("en")


def test_an_unknown_name_is_named_at_its_place_and_left_as_it_is():
    found = settled("x: 1\ny: $nobody\n")
    (problem,) = found.problems
    assert (problem.code, problem.place.line) == ("settings.unknown", 2)
    assert found.tree["y"] == "$nobody"
    assert found.broken == {("y",)}


def test_a_circle_is_named_once_with_its_way():
    found = settled("settings:\n  a: {value: $b}\n  b: {value: $c}\n  c: {value: $a}\nx: [$a, $b]\n")
    (problem,) = found.problems
    assert problem.code == "settings.circle"
    assert problem.values["circle"] in {"a → b → c → a", "b → c → a → b", "c → a → b → c"}
    assert problem.place.line in {2, 3, 4}


def test_a_setting_of_itself_is_a_circle():
    (problem,) = settled("settings: {a: {value: $a}}\n").problems
    assert problem.values["circle"] == "a → a"


def test_a_long_chain_is_followed_without_recursion():
    chain = "".join(f"  s{i}: {{value: $s{i + 1}}}\n" for i in range(3000))
    assert settled(f"settings:\n{chain}  s3000: {{value: end}}\nx: $s0\n").tree["x"] == "end"


def test_settings_of_a_wrong_shape_are_left_to_the_model():
    for text in ("settings: 3\nx: $a\n", "settings: {a: 3}\nx: $a\n", "settings: {a: {value: [1]}}\nx: $a\n", "settings: [a]\nx: 1\n"):
        assert settled(text).tree["x"] in {"$a", "1"}
