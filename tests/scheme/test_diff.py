from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from jikao.scheme.curve import Clause, Curve, Domain, in_order
from jikao.scheme.curve_diff import full_marks, say_worth, stretches
from jikao.scheme.diff import ChangeKind, diff
from jikao.scheme.read import read


@pytest.fixture
def changes(good, spoilt):
    def between(*edits: tuple[str, str], more: str = "", settings: dict[str, str] | None = None) -> list:
        after = read(spoilt(*edits, more=more).text, settings=settings)
        return diff(read(good).scheme, after.scheme)

    return between


def test_a_scheme_does_not_differ_from_itself(changes):
    assert changes() == []


def test_wording_in_the_file_is_no_change(changes):
    assert changes(("weight: 60", "weight: 60%   # sixty"), ("{from: 90%, score: 60}", "{score: 60, from: 0.9}")) == []


def test_full_marks_that_moved_are_said_so(changes):
    line, stretch = changes(("from: 90%, score: 60", "from: 95%, score: 60"), ("below: 90%", "below: 95%"))
    assert (line.path, line.kind) == ("on_time.curve", ChangeKind.FULL_MARKS)
    assert line.says.zh == "指标“按时”:满分线由 90 % 改为 95 %"
    assert line.says.en == "indicator On time: full marks from 90 % to 95 %"
    assert stretch.says.zh == "指标“按时”在 90 %–95 %:由 60 分 改为 0 分"


def test_a_reading_that_changed_names_both_and_what_it_moves(changes):
    setting, full, curve, _ = changes(settings={"top": "low"})
    assert (setting.kind, setting.says.zh) == (ChangeKind.SETTING, "设置“满分”:由 high(10) 改为 low(8)")
    assert (full.kind, full.says.en) == (ChangeKind.FULL_MARKS, "indicator Told off: full marks from 0 to out of reach")
    assert curve.says.en == "indicator Told off, 0–8: from 10→2 points to 8→0 points"


def test_every_kind_of_change_has_its_sentence(changes):
    found = changes(
        ('version: "1.0"', 'version: "1.1"'),
        ("weight: 60", "weight: 70"),
        ("weight: 40", "weight: 30"),
        ("points: 60", "points: 70"),
        ("from: 90%, score: 60", "from: 90%, score: 70"),
        ("measure: rating", "measure: {use: rating, item: manner}"),
        ("{id: A, title: A, from: 90}", "{id: A, title: A, from: 85}"),
        ("within: 3", "within: 4"),
        ("title: {zh: 行为, en: Conduct}", "title: {zh: 品行, en: Conduct}"),
        ("late: {each: 2}", "late: {each: 3}"),
        more="raters: {weights: {boss: 100}}\npayout: {conduct: {rate: 5%}}\nvalid_to: 2024-12-31\n",
    )
    said = {change.says.en for change in found}
    assert {
        "version: from 1.0 to 1.1",
        "section Work: share from 60 % to 70 %",
        "section Conduct: share from 40 % to 30 %",
        "indicator On time: share from 60 points to 70 points",
        "indicator On time, 90 %–100 %: from 60 points to 70 points",
        "indicator Rated, item: from not set to manner",
        "lower end of grade A: from 90 to 85",
        "working days of step self_review: from 3 to 4",
        "section Conduct, title: from “行为” to “品行”",
        "indicator Told off, entry.kinds.late.each: from 2 to 3",
        "weight of rater boss: added, 100",
        "conduct bonus: added",
        "valid to: added, 2024-12-31",
    } <= said
    kinds = {change.path: str(change.kind) for change in found}
    assert kinds["grades.bands.A.from"] == "grade"
    assert kinds["process.steps.self_review.within"] == "process"
    assert kinds["conduct.title"] == "words"


TOLD_OFF = """\
      - id: told_off
        title: {zh: 扣分, en: Told off}
        measure: deductions
        curve: [{from: 0, score: $top, each: -1}]
        entry: {by: [boss], kinds: {late: {each: 2}}}
        bonus: 10
"""


def test_indicators_come_go_and_move(changes):
    (moved,) = [c for c in changes((TOLD_OFF, ""), ("  - id: conduct", f"{TOLD_OFF}  - id: conduct")) if c.kind is ChangeKind.MOVED]
    assert moved.says.en == "indicator Told off: moved from section Conduct to section Work"
    (gone,) = changes((TOLD_OFF, ""))
    assert (gone.path, gone.kind, gone.says.zh) == ("told_off", ChangeKind.REMOVED, "指标“扣分”:删去")
    renamed = changes(("id: told_off", "id: scolded"))
    assert [(c.path, str(c.kind)) for c in renamed] == [("told_off", "removed"), ("scolded", "added")]


def test_which_clause_a_boundary_belongs_to_is_a_change(changes):
    (change,) = changes(("{from: 90%, score: 60}", "{above: 90%, score: 60}"), ("{below: 90%, score: 0}", "{upto: 90%, score: 0}"))
    assert change.says.zh == "指标“按时”在 90 %:由 60 分 改为 0 分"


def test_another_order_is_one_change(changes):
    rated = "      - id: rated\n        title: {zh: 评分, en: Rated}\n        measure: rating\n        curve: as_rated\n"
    (change,) = changes((rated, ""), ("        bonus: 10\n", f"        bonus: 10\n{rated}"))
    assert change.kind is ChangeKind.ORDER


def test_a_change_is_json_in_both_languages(changes):
    (change,) = changes(('version: "1.0"', 'version: "2.0"'))
    assert change.as_json() == {"path": "version", "kind": "other", "zh": "版本:由 1.0 改为 2.0", "en": "version: from 1.0 to 2.0"}


# --- curves side by side ----------------------------------------------------------------------------------------------

OPEN = Domain()


def tiers(*pairs: tuple[str, str], full: int = 10, domain: Domain | None = None) -> Curve:
    ends = [Decimal(low) for low, _ in pairs]
    clauses = [Clause(low, high, Decimal(score)) for (_, score), low, high in zip(pairs, ends, [*ends[1:], None], strict=True)]
    return Curve(in_order(clauses), Fraction(full), domain or Domain(Decimal(0), Decimal(1)))


def test_full_marks_of_less_is_better_is_the_last_value():
    falling = Curve(
        (Clause(Decimal(0), Decimal(2), Decimal(10)), Clause(Decimal(2), None, Decimal(10), Decimal(-1), Decimal(1), Decimal(2))),
        Fraction(10),
        OPEN,
    )
    assert full_marks(falling, "less") == 2
    assert full_marks(falling, "more") == 0
    assert full_marks(tiers(("0", "5")), "more") is None


def test_a_gap_says_nothing():
    holed = Curve((Clause(Decimal("0.5"), None, Decimal(10)),), Fraction(10), Domain(Decimal(0), Decimal(1)))
    (stretch,) = stretches(holed, tiers(("0", "2"), ("0.5", "10")))
    assert (stretch.before, say_worth(stretch.before)) == (None, None)
    assert (stretch.low, stretch.high, stretch.after) == (0, Fraction(1, 2), (2, 2))


@st.composite
def any_curve(draw):
    ends = sorted(draw(st.sets(st.integers(1, 7), max_size=3)))
    lowers = [Decimal(0), *(Decimal(n) / 4 for n in ends)]
    return [
        Clause(low, high, Decimal(draw(st.integers(-2, 12))), Decimal(draw(st.sampled_from([0, 0, 3, -5]))), Decimal(1), low)
        for low, high in zip(lowers, [*lowers[1:], None], strict=True)
    ]


@given(any_curve(), any_curve(), st.sampled_from([Domain(Decimal(0), Decimal(1)), OPEN]))
def test_exactly_the_values_worth_something_else_lie_in_the_stretches(first, second, domain):
    before, after = (Curve(tuple(clauses), Fraction(10), domain) for clauses in (first, second))
    found = stretches(before, after)
    values = [Fraction(n, 20) for n in range(21 if domain.high is not None else 60)]
    for value in values:
        differs = before.points(value) != after.points(value)
        inside = any(s.low < value and (s.high is None or value < s.high) for s in found)
        beyond = not any(s.low <= value and (s.high is None or value <= s.high) for s in found)
        assert not (beyond and differs)
        assert differs or not inside or _lines_cross(before, after, value)


def _lines_cross(before: Curve, after: Curve, value: Fraction) -> bool:
    """Two lines that change differently may still meet in one value."""
    near = value + Fraction(1, 10**6)
    return before.points(near) != after.points(near)


@given(any_curve(), any_curve())
def test_the_worth_of_a_stretch_is_what_its_values_earn(first, second):
    before, after = (Curve(tuple(clauses), Fraction(10), OPEN) for clauses in (first, second))
    for stretch in stretches(before, after):
        assume(stretch.high is not None)
        middle = (stretch.low + stretch.high) / 2
        for curve, worth in ((before, stretch.before), (after, stretch.after)):
            assert curve.points(middle) == (worth[0] + worth[1]) / 2
