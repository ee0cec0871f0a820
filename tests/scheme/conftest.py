"""A small scheme without problems, and how to spoil one part of it."""

from __future__ import annotations

import pytest

from jikao.scheme.read import read

GOOD = """\
scheme: small
version: "1.0"
title: {zh: 小方案, en: Small scheme}
valid_from: 2024-01-01
period: month
settings:
  top: {title: {zh: 满分, en: Full}, value: high, readings: {high: 10, low: 8}}
sections:
  - id: work
    title: {zh: 工作, en: Work}
    weight: 60
    indicators:
      - id: on_time
        title: {zh: 按时, en: On time}
        measure: plan_on_time_rate
        points: 60
        curve:
          - {from: 90%, score: 60}
          - {below: 90%, score: 0}
  - id: conduct
    title: {zh: 行为, en: Conduct}
    weight: 40
    indicators:
      - id: rated
        title: {zh: 评分, en: Rated}
        measure: rating
        curve: as_rated
      - id: told_off
        title: {zh: 扣分, en: Told off}
        measure: deductions
        curve: [{from: 0, score: $top, each: -1}]
        entry: {by: [boss], kinds: {late: {each: 2}}}
        bonus: 10
curves:
  as_rated: [{from: 0, score: 0, to: 100}]
grades:
  bands:
    - {id: A, title: A, from: 90}
    - {id: B, title: B, from: 0}
process:
  steps:
    - {id: self_review, title: Self, within: 3}
    - {id: appeal, title: Appeal, within: 5, after: self_review}
"""


class Spoilt:
    """The small scheme with some words replaced, as read."""

    def __init__(self, *changes: tuple[str, str], more: str = "") -> None:
        text = GOOD
        for before, after in changes:
            assert text.count(before) == 1, f"{before!r} stands {text.count(before)} times in the small scheme"
            text = text.replace(before, after)
        self.text = text + more
        self.reading = read(self.text, "small.yaml")
        self.problems = self.reading.problems
        self.codes = [p.code for p in self.problems]

    def only(self, code: str):
        """The one problem there is, which is of this code."""
        assert self.codes == [code], [(str(p.place), p.code, p.what("en")) for p in self.problems]
        return self.problems[0]

    def line_of(self, words: str) -> int:
        return 1 + self.text[: self.text.index(words)].count("\n")


@pytest.fixture
def good() -> str:
    return GOOD


@pytest.fixture
def spoilt():
    return Spoilt
