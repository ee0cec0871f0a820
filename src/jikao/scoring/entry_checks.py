"""What a scheme demands of the entries people make: allowed kinds and amounts, proof, scales, separation of roles.

These need both the scheme and the evidence, so they are made at the start of a run; an error stops it and nothing is
written (A15, A17, A18, S8.3).
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from jikao.evidence.backend import DuckEngine
from jikao.evidence.shapes import SCALES, SHAPES, Type, day_column, stored
from jikao.evidence.snapshot import Snapshot
from jikao.scheme.model import EntryKind, Indicator, RaterGap
from jikao.scheme.number import plain_number
from jikao.scheme.params import params_of, rated_item
from jikao.scheme.period import Period
from jikao.scheme.problem import Level, Place, Problem, kind
from jikao.scheme.rules import Rules, domain_of
from jikao.scheme.text import Text

Row = Mapping[str, Any]
NUMBER = SCALES[Type.NUMBER]

DEDUCTION_KIND = kind(
    "evidence.deduction-kind", Level.ERROR,
    what=Text("“{person}”在指标“{indicator}”下登记了方案没有的扣分种类“{given}”", '"{person}": the scheme knows no deduction "{given}" under indicator "{indicator}"'),
    why=Text("方案没有规定的扣分不能影响得分", "a deduction the scheme does not provide for must not move a score"),
    mend=Text("改用方案规定的种类:{known}", "use one of the kinds the scheme lists: {known}"),
)  # fmt: skip
DEDUCTION_RANGE = kind(
    "evidence.deduction-range", Level.ERROR,
    what=Text("“{person}”的扣分 {given} 不在“{kind}”规定的 {low}–{high} 之内", '"{person}": a deduction of {given} is outside {low}-{high}, the range of "{kind}"'),
    why=Text("单次扣分的幅度由方案规定", "the scheme limits what one entry may deduct"),
    mend=Text("把扣分改到规定范围内,或先修订方案", "enter an amount inside the range, or revise the scheme first"),
)  # fmt: skip
NO_PROOF = kind(
    "evidence.no-proof", Level.ERROR,
    what=Text("“{person}”的一条扣分没有{lacks}", '"{person}": a deduction without {lacks}'),
    why=Text("凭事实与证据考核,不凭印象;没有依据的扣分不能成立", "appraisal rests on facts and evidence; a deduction without them cannot stand"),
    mend=Text("补上{lacks}(证据可以是记录号)后重新导入", "add {lacks} (the number of a record is enough) and import again"),
)  # fmt: skip
RATING_SCALE = kind(
    "evidence.rating-scale", Level.ERROR,
    what=Text("“{person}”的“{item}”评分 {given} 不在 {low}–{high} 的刻度内", '"{person}": the rating {given} of "{item}" is off its scale {low}-{high}'),
    why=Text("刻度之外的评分无法换算成得分", "a rating off its scale cannot become points"),
    mend=Text("请评价人按刻度重评", "ask the rater to rate on the scale"),
)  # fmt: skip
RATED_ONESELF = kind(
    "evidence.rated-oneself", Level.ERROR,
    what=Text("“{person}”以“{role}”身份给自己评了“{item}”", '"{person}" rated "{item}" of themselves in the role "{role}"'),
    why=Text("被评人不能同时是自评以外的评价人", "nobody may be rated by themselves in another role than self"),
    mend=Text("更正评价人或角色", "correct the rater or the role"),
)  # fmt: skip
NOT_DECIDED = kind(
    "evidence.not-decided", Level.ERROR,
    what=Text("“{person}”的违规 {violation} 已核实,但没有核定扣减比例", '"{person}": violation {violation} is verified, but nobody decided its share'),
    why=Text("方案规定逐案核定;没有核定不能当作 0", "the scheme has the share decided case by case, and undecided must not count as 0"),
    mend=Text("补上核定的比例(share)后重新导入", "add the share decided and import again"),
)  # fmt: skip
UNKNOWN_LEVEL = kind(
    "evidence.unknown-level", Level.ERROR,
    what=Text("“{person}”的{what}“{given}”不在方案的分级表中", '"{person}": {what} "{given}" is not in the scheme\'s table'),
    why=Text("方案没有这一级的数值,不能当作 0", "the scheme has no number for it, and it must not count as 0"),
    mend=Text("改用分级表中的一级:{known}", "use one of the table's levels: {known}"),
)  # fmt: skip
COMMENT_OWED = kind(
    "evidence.comment-owed", Level.WARNING,
    what=Text("“{person}”的“{item}”{because},应附说明", '"{person}", "{item}": {because}, so a comment is owed'),
    why=Text("差距大或极端的评分须说明理由,才经得起面谈和申诉", "large gaps and extreme ratings need a reason that stands in interview and appeal"),
    mend=Text("请评价人补写理由", "ask the rater for the reason"),
)  # fmt: skip
REASON, EVIDENCE = Text("理由", "a reason"), Text("证据", "evidence")
SEVERITY, LEVEL = Text("违规程度", "severity"), Text("证书级别", "certificate level")
GAP = Text("{one} {first} 与 {other} {second} 相差超过 {limit}", "{one} {first} and {other} {second} differ by more than {limit}")
EXTREME = Text("{role}评 {given},属极端评分", "{role} rated {given}, an extreme")


class Entries:
    """The entries of one period that a scheme's checks look at."""

    def __init__(self, on: DuckEngine, rules: Rules, snapshot: Snapshot, period: Period) -> None:
        self._on, self.rules, self.snapshot, self.period = on, rules, snapshot, period

    def rows(self, shape: str) -> list[Row]:
        """Rows of a shape that fall in the period, in the order they came."""
        if not self.snapshot.tables.get(shape):
            return []
        columns = stored(SHAPES[shape])
        self._on.attach(shape, self.snapshot.tables[shape], columns)
        day = "coalesce(judged_on, rated_on)" if shape == "ratings" else day_column(SHAPES[shape])
        within = f"{day} >= DATE '{self.period.start}' AND {day} < DATE '{self.period.end}'"
        found = self._on.rows(f'SELECT * FROM "{shape}" WHERE {within} ORDER BY import_id, row_no')
        return [dict(zip(columns, row, strict=True)) for row in found]

    def place(self, row: Row) -> Place:
        origin = str(row["import_id"])
        return Place(self.snapshot.origins.get(origin, origin), line=row["row_no"])


def entry_problems(rules: Rules, snapshot: Snapshot, periods: Sequence[Period]) -> list[Problem]:
    """Every entry of the periods that breaks the scheme's demands, with the file and row it came from."""
    with tempfile.TemporaryDirectory() as scratch, contextlib.closing(DuckEngine(Path(scratch))) as on:
        entries = [Entries(on, rules, snapshot, period) for period in periods]
        return [problem for e in entries for check in (_deductions, _complaints, _levels, _ratings) for problem in check(e)]


def _by_measure(entries: Entries, *names: str) -> list[Indicator]:
    return [line.indicator for line in entries.rules.lines if line.indicator.measure.use in names]


# --- deductions and complaints -----------------------------------------------------------------------------------


def _deductions(entries: Entries) -> Iterator[Problem]:
    judged = {i.id: i for i in _by_measure(entries, "deductions", "feedback_deductions")}
    for row in entries.rows("deductions") if judged else []:
        indicator = judged.get(row["indicator"])
        if indicator is None:
            continue
        yield from _proof(entries, indicator, row)
        rule = indicator.entry.kinds.get(row["kind"])
        if indicator.entry.kinds and rule is None:
            known = ", ".join(indicator.entry.kinds)
            yield DEDUCTION_KIND(entries.place(row), person=row["person"], indicator=indicator.title, given=row["kind"], known=known)
        elif rule is not None:
            yield from _amount(entries, rule, row["kind"], row)


def _amount(entries: Entries, rule: EntryKind, name: str, row: Row) -> Iterator[Problem]:
    """A fixed kind needs no amount; if one is entered it must be the fixed one."""
    amount = None if row["amount"] is None else Fraction(row["amount"], NUMBER)
    low, high = (rule.each, rule.each) if rule.each is not None else (rule.min, rule.max)
    if amount is None and rule.each is not None:
        return
    if amount is None or amount < Fraction(low) or (high is not None and amount > Fraction(high)):
        given = "—" if amount is None else plain_number(amount)
        top = "∞" if high is None else plain_number(high)
        yield DEDUCTION_RANGE(
            entries.place(row),
            person=row["person"],
            given=given,
            kind=rule.title if rule.title.zh else name,
            low=plain_number(low),
            high=top,
        )


def _proof(entries: Entries, indicator: Indicator, row: Row) -> Iterator[Problem]:
    entry = indicator.entry
    if entry.reason and not row["reason"]:
        yield NO_PROOF(entries.place(row), person=row["person"], lacks=REASON)
    if entry.evidence and not (row["evidence"] or row.get("record")):
        yield NO_PROOF(entries.place(row), person=row["person"], lacks=EVIDENCE)


def _complaints(entries: Entries) -> Iterator[Problem]:
    for indicator in _by_measure(entries, "complaint_deductions"):
        params: Mapping[str, Any] = params_of(indicator.measure)
        for row in entries.rows("complaints"):
            counts = row["state"] == "verified" and row["cause"] in params["causes"] and params["origin"] in ("any", row["origin"])
            if not counts:
                continue
            yield from _proof(entries, indicator, row)
            rule = indicator.entry.kinds.get(row["cause"], EntryKind())
            yield from _amount(entries, rule, row["cause"], row)


# --- levels ------------------------------------------------------------------------------------------------------


def _levels(entries: Entries) -> Iterator[Problem]:
    for measure, shape, column, what in (
        ("violation_severity", "violations", "severity", SEVERITY), ("certificate_points", "certificates", "level", LEVEL),
    ):  # fmt: skip
        for indicator in _by_measure(entries, measure):
            params: Mapping[str, Any] = params_of(indicator.measure)
            known = params["levels"]
            for row in entries.rows(shape):
                if row.get("state", "verified") != "verified":
                    continue
                if params.get("decided"):
                    if row["share"] is None:
                        yield NOT_DECIDED(entries.place(row), person=row["person"], violation=row["violation"])
                elif row[column] not in known:
                    listed = ", ".join(known)
                    yield UNKNOWN_LEVEL(entries.place(row), person=row["person"], what=what, given=row[column], known=listed)


# --- ratings -----------------------------------------------------------------------------------------------------


def _ratings(entries: Entries) -> Iterator[Problem]:
    rated = {rated_item(i): i for i in _by_measure(entries, "rating")}
    rows = [r for r in entries.rows("ratings") if r["item"] in rated] if rated else []
    for row in rows:
        domain = domain_of(rated[row["item"]])
        score = Fraction(row["score"], NUMBER)
        if score < Fraction(domain.low) or (domain.high is not None and score > Fraction(domain.high)):
            high = "∞" if domain.high is None else plain_number(domain.high)
            yield RATING_SCALE(
                entries.place(row),
                person=row["person"],
                item=row["item"],
                given=plain_number(score),
                low=plain_number(domain.low),
                high=high,
            )
        if row["rater"] == row["person"] and row["role"] != "self":
            yield RATED_ONESELF(entries.place(row), person=row["person"], item=row["item"], role=row["role"])
        yield from _extreme(entries, row, score)
    if entries.rules.scheme.raters.gap is not None:
        yield from _gaps(entries, entries.rules.scheme.raters.gap, rows)


def _extreme(entries: Entries, row: Row, score: Fraction) -> Iterator[Problem]:
    raters = entries.rules.scheme.raters
    high: Decimal | None = raters.comment_from
    low: Decimal | None = raters.comment_below
    extreme = (high is not None and score >= Fraction(high)) or (low is not None and score < Fraction(low))
    if extreme and not row["reason"]:
        because = Text(*(EXTREME.say(lang, role=row["role"], given=plain_number(score)) for lang in ("zh", "en")))
        yield COMMENT_OWED(entries.place(row), person=row["person"], item=row["item"], because=because)


def _gaps(entries: Entries, gap: RaterGap, rows: Sequence[Row]) -> Iterator[Problem]:
    """Two roles too far apart on one item, and the second of them gave no reason (AMB-3, A20)."""
    first, second = gap.between
    by_item: dict[tuple[str, str], dict[str, list[Row]]] = {}
    for row in rows:
        by_item.setdefault((row["person"], row["item"]), {}).setdefault(row["role"], []).append(row)
    for (person, item), roles in by_item.items():
        if first not in roles or second not in roles:
            continue
        one, other = _mean(roles[first]), _mean(roles[second])
        if abs(one - other) > Fraction(gap.more_than) and not all(r["reason"] for r in roles[second]):
            said = {
                "one": first,
                "first": plain_number(one),
                "other": second,
                "second": plain_number(other),
                "limit": plain_number(gap.more_than),
            }
            because = Text(GAP.zh.format(**said), GAP.en.format(**said))
            yield COMMENT_OWED(entries.place(roles[second][0]), person=person, item=item, because=because)


def _mean(rows: Sequence[Row]) -> Fraction:
    return Fraction(sum(r["score"] for r in rows), NUMBER * len(rows))
