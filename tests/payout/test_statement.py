"""Statements: every posting on a person's accounts once, with its rule, figures and sources; sums that hold to the fen."""

from __future__ import annotations

import random
from time import perf_counter

import pytest
from tests.payout import making as m

from jikao.payout.facts import Person
from jikao.payout.ledger import Account, Entry, Posting
from jikao.payout.rules import RULES
from jikao.payout.standing import held
from jikao.payout.statement import Statement, statement_of, statements
from jikao.payout.statement_layout import Heading, as_json, as_text, moment
from jikao.scheme.text import Text
from jikao.scheme.words import same
from jikao.scoring.explain.values import Cell, EvidenceRow, Origin

PEOPLE = {"T02": Person("people/T02", ("i", 2), "T02", "李娜", "技术支持部", "", None, None)}
HEADING = Heading("59a332dc0e2cc05e", "2024-Q2", "人事", "总经理", "2024-07-02")
CONDUCT = "8000.00 × 5% = 400.00"


def entry(
    rule: str, *postings: tuple[str, str, int], period: str = "2024-06", formula: str = "", subject: str = "T02", sources=()
) -> Entry:
    balanced = [Posting(Account(kind, owner), amount) for kind, owner, amount in postings]
    return Entry(
        period,
        rule,
        "trial",
        subject,
        formula,
        tuple(sources),
        (*balanced, Posting(Account("company", rule), -sum(p.amount for p in balanced))),
    )


def paid(person: str, amount: int) -> Entry:
    return Entry(
        "2024-06", "payment", "", person, "", (), (Posting(Account("pay", person), -amount), Posting(Account("paid", person), amount))
    )


def test_a_statement_is_what_was_brought_forward_and_every_line():
    entries = [
        entry("conduct", ("pay", "T02", 40000), formula=CONDUCT, sources=["bonuses/T02|bonus_base|2024-01-01"]),
        entry("offset", ("pay", "T02", -10000)), paid("T02", 28000),
    ]  # fmt: skip
    [sheet] = statements(entries, {Account("pay", "T02"): -2000}, PEOPLE)
    assert [(x.rule, x.amount, x.account) for x in sheet.lines] == [("conduct", 40000, "pay"), ("offset", -10000, "pay")]
    assert sheet.lines[0][:6] == ("2024-06", "conduct", RULES["conduct"].title, "trial", "T02", CONDUCT)
    assert sheet.lines[0].sources == ("bonuses/T02|bonus_base|2024-01-01",)
    assert (sheet.name, sheet.department) == ("李娜", "技术支持部")
    assert (sheet.brought_forward, sheet.total, sheet.paid, sheet.carried, sheet.withheld) == (-2000, 28000, 28000, 0, 0)


def test_lines_stand_by_period_and_then_in_the_order_of_the_rules():
    entries = [
        entry(rule, ("pay", "T02", 1), period=period) for period in ("2024-Q2", "2024-05", "2024-04") for rule in ("offset", "conduct")
    ]
    [sheet] = statements(entries, {}, {})
    assert [(x.period, x.rule) for x in sheet.lines] == [(p, r) for p in ("2024-04", "2024-05", "2024-Q2") for r in ("conduct", "offset")]


def test_what_is_withheld_from_the_wage_is_no_part_of_the_total():
    [sheet] = statements([entry("liability", ("wage", "M01", -60000)), entry("conduct", ("pay", "M01", 100)), paid("M01", 100)], {}, {})
    assert (sheet.total, sheet.withheld, sheet.paid, sheet.carried) == (100, 60000, 100, 0)


def test_money_given_back_is_a_line_and_no_part_of_the_total():
    [sheet] = statements([entry("repayment", ("paid", "T02", -30000))], {}, {})
    assert ([(x.amount, x.account) for x in sheet.lines], sheet.total, sheet.paid) == ([(-30000, "paid")], 0, 0)
    assert sheet.returned == 30000


def test_lines_that_are_no_part_of_the_total_stand_apart_at_the_end_and_the_rest_adds_up():
    entries = [
        entry("repayment", ("paid", "T04", -50000), formula="−500.00 (800.00 → 300.00)", subject="GH-1", period="2024-05"),
        entry("liability", ("wage", "T04", -600), period="2024-05"), entry("performance_pay", ("pay", "T04", 1425000)),
        entry("offset", ("pay", "T04", -30000)), paid("T04", 1395000),
    ]  # fmt: skip
    sheet = statement_of("T04", entries, {}, {})
    assert [x.account for x in sheet.lines] == ["pay", "pay", "paid", "wage"]
    assert sum(x.amount for x in sheet.lines if x.account == "pay") == sheet.total
    said = as_text(sheet, HEADING, {}, "zh")
    counted, _, apart = said.partition("└─ 不在应发合计内")
    assert "归还预支" not in counted
    assert "2024-05 · 归还预支 · 本人交回 · -500.00" in apart
    assert "算式 −500.00 (800.00 → 300.00)" in apart
    assert "本人另已交回(不在合计内) 500.00" in counted


def test_a_held_bonus_is_said_with_its_reason_and_not_called_nothing():
    of = m.scheme("{grade_base: quarterly_bonus, grades: [{grade: A}, {grade: B}, {grade: C}, {grade: D}, {grade: E}]}")
    found = list(held(m.run(of, "2024-Q2", {"T05": ("支持", None, None), "T06": ("支持", "95", "A")})))
    sheet = statement_of("T05", [], {}, {}, held=found)
    assert [(h.person, h.rule, h.problem.code) for h in sheet.held] == [("T05", "grade_base", "payout.no-grade")]
    said = as_text(sheet, HEADING, {}, "en")
    assert "held, not paid yet" in said
    assert "'T05' has no grade (too little evidence)" in " ".join(said.split())
    assert "nothing was posted" not in said
    (told,) = as_json(sheet, HEADING, {})["held"]
    assert (told["code"], told["rule"], told["period"]) == ("payout.no-grade", "grade_base", "2024-Q2")
    assert statement_of("T06", [], {}, {}, held=found).held == ()


def test_who_owes_is_paid_nothing_and_carries_it():
    [sheet] = statements([entry("conduct", ("pay", "T02", 500))], {Account("pay", "T02"): -2000, Account("paid", "T02"): 9}, {})
    assert (sheet.total, sheet.paid, sheet.carried) == (-1500, 0, -1500)


def test_a_balance_brought_forward_alone_makes_a_statement_and_other_accounts_do_not():
    found = statements([], {Account("pay", "T02"): -2000, Account("advance", "T03", "YZ-1"): 5, Account("pay", "T04"): 0}, {})
    assert [(s.person, s.total, s.lines) for s in found] == [("T02", -2000, ())]


def test_lines_of_a_correction_say_so():
    [sheet] = statements([entry("conduct", ("pay", "T02", 8000))], {}, {}, correction=True)
    assert sheet.lines[0].title == Text("更正:守则奖金", "correction: conduct bonus")


def test_one_person_has_the_same_statement_as_among_all():
    entries = [entry("conduct", ("pay", f"T{i}", 100 + i), ("wage", f"T{i + 1}", -1)) for i in range(5)]
    opening = {Account("pay", "T3"): -7}
    for sheet in statements(entries, opening, PEOPLE):
        assert statement_of(sheet.person, entries, opening, PEOPLE) == sheet


def test_who_has_nothing_has_a_statement_of_zero():
    assert statement_of("T02", [], {}, PEOPLE) == Statement("T02", "李娜", "技术支持部", 0, (), 0, 0, 0, 0)


@pytest.mark.parametrize("seed", range(5))
def test_statements_together_are_the_entries_whatever_their_order(seed):
    rng = random.Random(seed)
    entries = [
        entry(rng.choice(("conduct", "offset", "performance_pay")), ("pay", f"T{rng.randrange(9)}", rng.randrange(-999, 9999)))
        for _ in range(200)
    ]
    found = statements(entries, {}, {})
    assert sum(s.total for s in found) == sum(p.amount for e in entries for p in e.postings if p.account.kind == "pay")
    rng.shuffle(entries)
    assert [(s.person, s.total) for s in statements(entries, {}, {})] == [(s.person, s.total) for s in found]


@pytest.mark.slow
def test_a_hundred_thousand_people_take_seconds():
    entries = [e for i in range(100_000) for e in (entry("conduct", ("pay", f"T{i:06}", 100)), paid(f"T{i:06}", 100))]
    begun = perf_counter()
    assert len(statements(entries, {}, {})) == 100_000
    assert perf_counter() - begun < 10


# --- put into words ----------------------------------------------------------------------------------------------

ROW = EvidenceRow(
    "violations",
    Text("违规", "Violations"),
    (Cell("violation", Text("违规单号", "violation"), same("WG-01")),),
    Origin("violations.csv", 2),
)


def shown() -> Statement:
    entries = [
        entry("conduct", ("pay", "T02", 24000), formula="8000.00 × max(0, 5% − 1% − 1%) = 240.00", sources=["violations/WG-01", "run/ab|T02"]),
        entry("performance_pay", ("pay", "T02", 100), subject="RW-1|T02"), entry("liability", ("wage", "T02", -500)),
    ]  # fmt: skip
    return statement_of("T02", entries, {Account("pay", "T02"): -30000}, PEOPLE)


def test_every_part_is_said_with_its_rule_figures_and_rows():
    assert (
        as_text(shown(), HEADING, {"violations/WG-01": ROW}, "en", width=110)
        == """\
Pay statement
2024-Q2 · T02 · 李娜 · 技术支持部
Batch 59a332dc0e2cc05e · made by 人事 · approved by 总经理 · 2024-07-02
  brought forward -300.00
  Total -59.00
  paid now 0.00
  still owed, taken from what is due next 59.00
  withheld from the wage (no part of the total) 5.00

├─ 2024-06
│  ├─ conduct bonus · 240.00
│  │  │  rule base × (rate − what verified violations take), never below 0
│  │  │  scheme trial
│  │  │  formula 8000.00 × max(0, 5% − 1% − 1%) = 240.00
│  │  └─ rests on
│  │        Violations: WG-01 · violations.csv:2
│  │        run/ab|T02
│  └─ performance pay · 1.00
│        rule the department's pool goes to its people by the shares of the work decided
│        scheme trial
│        about RW-1
└─ not part of the total
   └─ 2024-06 · manager's liability withheld · from the wage · -5.00
         rule each month up to the stated share of the wage, leaving the minimum wage
         scheme trial
"""
    )


def test_it_is_said_in_chinese_too_and_further_rows_are_counted():
    said = as_text(shown(), HEADING, {}, "zh", shown=1)
    for words in (
        "奖金单",
        "经办人 人事 · 审批人 总经理",
        "不在应发合计内",
        "上期结转 -300.00",
        "守则奖金 · 240.00",
        "算式 8000.00 × max(0, 5% − 1% − 1%) = 240.00",
        "另有 1 条",
        "从工资代扣",
    ):
        assert words in said


def test_a_correction_says_what_it_corrects_and_why():
    heading = Heading("6ded03ab582122b4", "2024-Q2", "人事", "总经理", corrects="59a332dc0e2cc05e", reason="申诉成立")
    assert "更正批次 6ded03ab582122b4,更正 59a332dc0e2cc05e:申诉成立" in as_text(shown(), heading, {}, "zh")


def test_nothing_posted_is_said():
    assert "nothing was posted for this person in this batch" in as_text(statement_of("T9", [], {}, {}), HEADING, {}, "en")


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2024-07-02T08:30:59+00:00", "2024-07-02 08:30 UTC"), ("2024-07-02T08:30:59+08:00", "2024-07-02 00:30 UTC"),
        ("2024-07-02", "2024-07-02"), ("七月二日", "七月二日"), ("", ""),
    ],
)  # fmt: skip
def test_a_moment_names_its_zone(at, said):
    assert moment(at) == said


def test_machines_get_every_figure_as_exact_text():
    said = as_json(shown(), HEADING, {"violations/WG-01": ROW})
    assert {k: said[k] for k in ("person", "brought_forward", "total", "paid", "carried", "withheld")} == {
        "person": "T02", "brought_forward": "-300.00", "total": "-59.00", "paid": "0.00", "carried": "-59.00", "withheld": "5.00",
    }  # fmt: skip
    line = said["lines"][0]
    assert (line["rule"], line["amount"], line["title"]["en"]) == ("conduct", "240.00", "conduct bonus")
    assert line["says"]["en"] == "base × (rate − what verified violations take), never below 0"
    assert [(s["fact"], s["row"] and s["row"]["origin"]["row_no"]) for s in line["sources"]] == [
        ("violations/WG-01", 2),
        ("run/ab|T02", None),
    ]
