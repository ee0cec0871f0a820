"""``jikao pay demo``: from a preset's sample evidence to sealed scores, a pay batch and statements, in one command."""

from __future__ import annotations

import csv
import shlex
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jikao import api
from jikao.cli import show
from jikao.cli.lang import say
from jikao.cli.pay_show import show_batch, show_statement, tell_sealed

if TYPE_CHECKING:
    from jikao.evidence.store import Store


@dataclass(frozen=True)
class Demo:
    """Presets scored together, the periods to score each for, and those to pay, in order."""

    scored: dict[str, Sequence[str]]
    paid: Sequence[str]


_Q2, _MAY_TO_JULY = ("2024-04", "2024-05", "2024-06"), ("2024-05", "2024-06", "2024-07")
DEMOS = {
    "s8": Demo({"s8-conduct": _Q2, "s8-points": ("2024-Q2",)}, ("2024-Q2",)),
    "s8-conduct": Demo({"s8-conduct": _Q2}, ("2024-Q2",)),
    "s8-points": Demo({"s8-points": ("2024-Q2",)}, ("2024-Q2",)),
    **dict.fromkeys(("s5", "s5-output-value"), Demo({"s5-output-value": _MAY_TO_JULY}, _MAY_TO_JULY)),
}
"""Every preset that speaks of money; ``s8``: both schemes of S8 with one summary for everybody; ``s5`` for short."""

BY, APPROVER = say("人事", "HR"), say("总经理", "general manager")


@click.command(
    help=say(
        "演示:由预设方案的样例证据到得分、发放批次和奖金单(默认 s8:守则奖金与绩点奖金合并发放)",
        "Demonstration: from a preset's sample evidence to scores, a pay batch and statements (by default s8: conduct bonus and points together)",
    )
)
@click.argument("preset", type=click.Choice(sorted(DEMOS)), default="s8")
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    help=say("放置演示数据的新文件夹,默认为临时文件夹", "a new folder for it, by default a temporary one"),
)
@click.option("--person", help=say("给谁的清单", "whose statement"))
def demo(preset: str, folder: Path | None, person: str | None) -> int:
    wanted = DEMOS[preset]
    _check_person(person, wanted)
    root = folder or Path(tempfile.mkdtemp(prefix="jikao-pay-"))
    store = api.open_store(root / "store", create=True)
    _title(say("一、导入样例证据", "1. Import the sample evidence"))
    schemes = [_imported(name, root, store) for name in wanted.scored]
    _title(say("二、按方案计分并封存", "2. Score by the schemes and seal"))
    for scheme, periods in zip(schemes, wanted.scored.values(), strict=True):
        _score(store, scheme, periods)
    _title(say("三、发放", "3. Pay"))
    made = _paid(store, wanted.paid)
    shown, chosen = _telling(made, person)
    _title(say("四、{who} 的奖金单", "4. The statement of {who}", who=chosen))
    _command("pay", "statement", chosen, shown.batch, "--store", store.root)
    show_statement(api.pay_statement(shown.folder, chosen), 3, min(show.console().width, 110))
    return _verified(store, made)


def _check_person(person: str | None, wanted: Demo) -> None:
    """Before anything is made: somebody whom none of the sample evidence knows has no statement."""
    known = {who for preset in wanted.scored for who in _people(preset)}
    if person is not None and person not in known:
        some = ", ".join(sorted(known))
        raise click.BadParameter(
            say("样例里没有“{person}”;其中有:{some}", 'no "{person}" in the sample; there are: {some}', person=person, some=some),
            param_hint="--person",
        )


def _people(preset: str) -> Iterator[str]:
    """The employee numbers of a preset's sample evidence: the first column of its people."""
    with api.shipped(preset, "evidence", "people.csv") as file, file.open(encoding="utf-8-sig", newline="") as opened:
        rows = csv.reader(opened)
        next(rows)
        yield from (row[0] for row in rows)


def _title(title: str) -> None:
    click.echo()
    click.echo(click.style(title, bold=True))


def _command(*words: object) -> None:
    """A command as it can be typed."""
    click.echo(click.style(f"$ jikao {shlex.join(str(word) for word in words)}", dim=True))


def _imported(preset: str, root: Path, store: Store) -> Path:
    """The preset copied, with its sample evidence in the store."""
    scheme = api.new(preset, root / preset)
    files = sorted((scheme / "evidence").glob("*.csv"), key=lambda f: (f.stem != "people", f.name))
    _command("new", preset, scheme)
    _command("import", *files, "--store", store.root)
    for file in files:
        report = api.import_file(store, file, by="demo")
        show.problems(report.problems)
    click.echo(say("{preset}:已导入 {n} 个文件", "{preset}: {n} files imported", preset=preset, n=len(files)))
    return scheme


def _score(store: Store, scheme: Path, periods: Sequence[str]) -> None:
    settings = api.sample_settings(scheme)
    if settings:
        click.echo(
            say("原文留空的比例取演示值:{names}", "Left open by the document, set for demonstration: {names}", names=", ".join(settings))
        )
    given = [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
    for period in periods:
        _command("score", scheme, "--period", period, *given, "--store", store.root)
        scored = api.score(scheme, store, period, api.ScoreOptions(settings=settings, by="demo", at=api.today()))
        click.echo(say("{period} → 结果 {run}", "{period} → run {run}", period=period, run=scored.run_id))


def _paid(store: Store, periods: Sequence[str]) -> list[api.MadeBatch]:
    made = []
    for period in periods:
        _command("pay", "batch", period, "--by", BY, "--approver", APPROVER, "--store", store.root)
        made.append(api.make_batch(store, period, by=BY, approver=APPROVER, at=api.today()))
        show.problems(made[-1].problems)
        show_batch(api.pay_table(made[-1].folder))
        tell_sealed(made[-1])
    return made


def _telling(made: Sequence[api.MadeBatch], person: str | None) -> tuple[api.MadeBatch, str]:
    """The statement that shows most: the most kinds of lines, something taken off among them. ``person``: only theirs."""
    found = [(each, s) for each in made for s in api.pay_table(each.folder).statements if person in (None, s.person)]
    if not found:
        return made[-1], person or ""
    batch, best = max(
        found, key=lambda x: (len({line.rule for line in x[1].lines}), any(line.amount < 0 for line in x[1].lines), len(x[1].lines))
    )
    return batch, best.person


def _verified(store: Store, made: Sequence[api.MadeBatch]) -> int:
    _title(say("五、任何人都能核对", "5. Verified by anybody"))
    found = []
    for each in made:
        _command("pay", "verify", each.batch, "--store", store.root)
        found.append(api.verify_batch(each.folder, store))
        show.problems(found[-1].problems)
    holds = all(verification.holds for verification in found)
    if holds and sum(api.pay_balances(store).values()) == 0:
        click.echo(
            say(
                "文件完好;重新计算,逐字节相同;全部科目余额之和为零。",
                "Files whole; computed again, the same bytes; all accounts sum to zero.",
            )
        )
        click.echo(say("接下来:jikao pay ledger --store {root}", "Next: jikao pay ledger --store {root}", root=store.root))
    return show.FINE if holds else show.FOUND
