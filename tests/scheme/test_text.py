from __future__ import annotations

import pytest

from jikao.scheme.text import Text, WordsError, as_text


def test_one_language_stands_for_the_other():
    assert as_text("总分") == Text("总分", "总分")
    assert as_text({"zh": "总分"}) == Text("总分", "总分")
    assert as_text({"en": "total", "zh": "总分"}) == Text("总分", "total")


@pytest.mark.parametrize("value", [None, 3, [], {}, {"de": "Summe"}, {"zh": "总分", "de": "Summe"}, {"zh": ["总分"]}])
def test_what_is_no_words_is_refused(value):
    with pytest.raises(WordsError):
        as_text(value)


def test_a_text_among_the_values_is_said_in_the_same_language():
    sentence = Text("{what}缺失", "{what} is missing")
    assert sentence.say("zh", what=Text("权重", "weight")) == "权重缺失"
    assert sentence.say("en", what=Text("权重", "weight")) == "weight is missing"


def test_braces_of_strangers_are_no_placeholders():
    assert Text("{what}", "{what}").say("en", what=Text("{0}{x}", "{0}{x}")) == "{0}{x}"
