"""Commands on pay ahead of time: what a decision would change, and between what a period still ends."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import click

from jikao import api
from jikao.cli import show
from jikao.cli.lang import LANG, say
from jikao.cli.options import JSON, SCHEME, SETTINGS, STORE_READ, settings_of
from jikao.scheme.number import parse_quantity

WHEN = click.argument("period")


@click.command(
    help=say(
        "假如等级、总分、奖金基数或违规结论不同,谁的发放会变、变多少(决定申诉之前先看)",
        "Had grades, totals, bases or violations been otherwise: whose pay would change and by how much (before an appeal is decided)",
    )
)
@WHEN
@STORE_READ
@click.option("--grade", multiple=True, metavar="PERSON=GRADE", help=say("假设某人的等级,如 T04=B", "suppose a person's grade, e.g. T04=B"))
@click.option(
    "--total", multiple=True, metavar="PERSON=TOTAL", help=say("假设某人的总分,如 T04=85.5", "suppose a person's total, e.g. T04=85.5")
)
@click.option(
    "--base",
    multiple=True,
    metavar="PERSON[:KIND]=YUAN",
    help=say("假设某人的奖金基数,如 T04:quarterly_bonus=2000", "suppose a person's base, e.g. T04:quarterly_bonus=2000"),
)
@click.option(
    "--violation",
    multiple=True,
    metavar="NUMBER=OUTCOME",
    help=say("假设某违规的结论:不成立、已核实或程度", "suppose how a violation ends: dismissed, verified or a severity"),
)
@click.option("--at", default="", help=say("只假设这个方案或周期的结果", "only in results of this scheme or period"))
@JSON
def whatif(
    period: str, store: Path, grade: tuple[str, ...], total: tuple[str, ...], base: tuple[str, ...], violation: tuple[str, ...], at: str, as_json: bool
) -> int:  # fmt: skip
    from jikao.payout.money import fen
    from jikao.payout.whatif import Supposition, as_text
    from jikao.payout.whatif import as_json as found_json

    supposition = Supposition(
        settings_of(grade, "--grade"),
        {person: _number(value, "--total") for person, value in settings_of(total, "--total").items()},
        {_base(name): fen(_number(value, "--base")) for name, value in settings_of(base, "--base").items()},
        settings_of(violation, "--violation"),
        at,
    )
    if not (grade or total or base or violation):
        raise click.UsageError(say("请给出 --grade、--total、--base 或 --violation", "give --grade, --total, --base or --violation"))
    with show.working(say("计算两次发放", "computing pay twice")):
        found = api.pay_whatif(api.open_store(store), period, supposition)
    if as_json:
        show.as_json(found_json(found))
    else:
        show.problems(found.problems)
        click.echo(as_text(found, LANG, min(show.console().width, 120)), nl=False)
    return show.FOUND if show.has_errors(found.problems) else show.FINE


def _base(name: str) -> tuple[str, str]:
    person, _, kind = name.partition(":")
    return person, kind


def _number(text: str, option: str) -> Decimal:
    try:
        return parse_quantity(text)
    except ValueError:
        raise click.BadParameter(say("“{text}”不是数", '"{text}" is not a number', text=text), param_hint=option) from None


@click.command(
    help=say(
        "预测期末:由至今的证据,每个人的得分、等级和发放在什么范围之间,本期要花多少(写明假设)",
        "Forecast a period: from the evidence to date, between what everybody's total, grade and pay end, and what it costs (the assumption is stated)",
    )
)
@SCHEME
@WHEN
@click.argument("person", required=False)
@STORE_READ
@SETTINGS
@click.option(
    "--as-of",
    metavar="DAY",
    help=say("截至哪一天,默认为期内最后一个有证据的日子", "up to which day, by default the period's last day with evidence"),
)
@JSON
def forecast(
    scheme: Path, period: str, person: str | None, store: Path, settings: tuple[str, ...], as_of: str | None, as_json: bool
) -> int:
    from jikao.payout.forecast import as_json as found_json
    from jikao.payout.forecast import as_text

    with show.working(say("按至今的证据计算", "scoring the evidence to date")):
        found = api.pay_forecast(scheme, api.open_store(store), period, as_of, person=person, settings=settings_of(settings))
    if as_json:
        show.as_json(found_json(found, person))
    else:
        show.problems(found.problems)
        click.echo(as_text(found, LANG, min(show.console().width, 120), person), nl=False)
    return show.FINE


COMMANDS = {"whatif": whatif, "forecast": forecast}
