"""Commands on runs: score, read, explain, verify, compare, take home."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import click

from jikao import api
from jikao.cli import show
from jikao.cli.lang import LANG, say
from jikao.cli.options import JSON, PERIOD, RUN, SCHEME, SETTINGS, STORE, settings_of
from jikao.cli.sealed import OUT, tell_packed, tell_verified
from jikao.scheme.number import half_up, parse_quantity, plain_number

if TYPE_CHECKING:
    from jikao.scoring.exact import MarkedLine


def chosen(run: Path | None, store: Path) -> Path:
    """The run named, or the newest of the store."""
    return api.latest_run(api.open_store(store)) if run is None else api.find_run(run, store)


@click.command(help=say("计算一个周期所有人的得分并封存", "Score everybody for a period and seal the run"))
@SCHEME
@PERIOD
@STORE
@SETTINGS
@click.option("--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb", show_default=True, help=say("计算引擎", "engine"))
@click.option("--master", help=say("Spark 主节点地址,如 spark://host:7077", "Spark master, e.g. spark://host:7077"))
@click.option("--threads", type=int, help=say("线程数", "threads"))
@click.option("--replaces", help=say("更正:被替代的结果编号", "a correction: the id of the run it replaces"))
@click.option("--reason", default="", help=say("更正的理由", "the reason of a correction"))
@click.option("--by", default="", help=say("经办人", "who scores"))
@click.option("--full", is_flag=True, help=say("全部重算,不沿用上次未变的测量值", "measure everybody anew, even where nothing changed"))
@JSON
def score(
    scheme: Path, period: str, store: Path, settings: tuple[str, ...], engine: str, master: str | None, threads: int | None,
    replaces: str | None, reason: str, by: str, full: bool, as_json: bool,
) -> int:  # fmt: skip
    opened = api.open_store(store)
    with show.progress(say("计算", "scoring")) as progress:
        options = api.ScoreOptions(
            engine="spark" if engine == "spark" else "duckdb", threads=threads, master=master, progress=progress, settings=settings_of(settings),
            replaces=replaces, reason=reason, by=by, at=api.today(), refresh=not full,
        )  # fmt: skip
        scored = api.score(scheme, opened, period, options)
    rows = api.results(scored.run)
    if as_json:
        show.as_json({
            "run": scored.run_id, "folder": str(scored.run), "fresh": scored.fresh, "version": scored.version,
            "touched": scored.touched, "problems": show.problems_json(scored.problems), "results": [result_json(r) for r in rows],
        })  # fmt: skip
        return show.FINE
    show.problems(scored.problems)
    show_results(rows)
    tell_sealed(scored)
    return show.FINE


def result_json(row: api.ResultRow) -> dict[str, object]:
    """One result for machines, notes in both languages."""
    return vars(row) | {"notes": [{"zh": note.zh, "en": note.en} for note in row.notes]}


def tell_sealed(scored: api.Scored) -> None:
    """Where the run lies, and whether it is new."""
    if not scored.fresh:
        click.echo(say("与已封存的结果完全相同。", "This very run was sealed before."))
    if scored.touched:
        click.echo(say("只重新测量了证据有变的 {n} 人。", "Measured anew: the {n} people whose evidence changed.", n=len(scored.touched)))
    click.echo(say("封存于 {run}", "Sealed at {run}", run=scored.run))


STATES = {
    "scored": ("", ""), "insufficient": ("证据不足,不评等级", "too little evidence for a grade"), "held": ("待定", "held"),
    "nothing": ("没有证据", "no evidence"),
}  # fmt: skip


def show_results(rows: list[api.ResultRow], limit: int | None = None) -> None:
    """Everybody's results as a table."""
    columns = [
        say(*c)
        for c in (
            ("工号", "person"),
            ("姓名", "name"),
            ("部门", "department"),
            ("总分", "total"),
            ("等级", "grade"),
            ("名次", "rank"),
            ("证据覆盖", "evidence"),
            ("说明", "note"),
        )
    ]
    shown = rows if limit is None else rows[:limit]
    cells = [
        (
            r.person,
            "" if r.name == r.person else r.name,
            r.department,
            r.total,
            r.grade,
            f"{r.rank}/{r.peers}" if r.rank else None,
            r.coverage,
            _note(r),
        )
        for r in shown
    ]
    show.table(
        say("{period} 结果,{n} 人", "Results of {period}, {n} people", period=rows[0].period if rows else "", n=len(rows)),
        columns,
        cells,
        right=(3, 5, 6),
    )
    if len(shown) < len(rows):
        click.echo(say("……另有 {n} 人", "… and {n} more", n=len(rows) - len(shown)))


def _note(row: api.ResultRow) -> str:
    said = [say(*STATES[row.state])] if STATES[row.state][0] else []
    said += [note.say(LANG) for note in row.notes]
    if row.advice:
        said.append(say("分布建议 ", "distribution advice ") + row.advice)
    return say(";", "; ").join(said)


@click.command(help=say("列出一份结果中所有人的总分、等级和名次", "List everybody's total, grade and rank of a run"))
@RUN
@STORE
@JSON
def results(run: Path | None, store: Path, as_json: bool) -> int:
    rows = api.results(chosen(run, store))
    if as_json:
        show.as_json([result_json(r) for r in rows])
    else:
        show_results(rows)
    return show.FINE


@click.command(
    help=say(
        "解释一个人的得分:条款、算式、证据,直到原始记录", "Explain one person's score: clause, formula, evidence, down to the raw rows"
    )
)
@click.argument("person")
@RUN
@STORE
@click.option("--line", help=say("只解释一项指标", "only one indicator"))
@click.option("--rows", type=int, default=5, show_default=True, help=say("每项列出几条证据", "evidence rows shown for each line"))
@click.option("--width", type=int, help=say("每行宽度", "columns of a line"))
@JSON
def explain(person: str, run: Path | None, store: Path, line: str | None, rows: int, width: int | None, as_json: bool) -> int:
    from jikao.scoring.explain import as_json as receipt_json
    from jikao.scoring.explain import as_text

    with show.working(say("读取证据", "reading the evidence")):
        receipt = api.explain(chosen(run, store), person, line=line)
    if as_json:
        show.as_json(receipt_json(receipt))
    else:
        click.echo(as_text(receipt, LANG, width or min(show.console().width, 120), rows), nl=False)
    return show.FINE


@click.command(
    help=say(
        "核对一份封存的结果:每个文件的校验和,再重新计算,逐字节比较",
        "Verify a sealed run: every file's sum, then compute it again and compare byte for byte",
    )
)
@RUN
@STORE
@JSON
def verify(run: Path | None, store: Path, as_json: bool) -> int:
    with show.working(say("核对并重新计算", "verifying and computing again")):
        found = api.verify(chosen(run, store))
    return tell_verified(found, as_json=as_json)


@click.command(help=say("把一份封存的结果打包成一个文件,可带走核对", "Pack a sealed run into one file that can be taken away and verified"))
@RUN
@STORE
@OUT
def pack(run: Path | None, store: Path, out: Path | None) -> int:
    folder = chosen(run, store)
    target = out or Path(f"{folder.name}.zip")
    return tell_packed(api.zip_run(folder, target), target)


@click.command(
    help=say(
        "同一方案与证据反复计算,给出耗时(不封存)", "Score the same scheme and evidence repeatedly and give the times (nothing is sealed)"
    )
)
@SCHEME
@PERIOD
@STORE
@click.option("--repeats", type=click.IntRange(1, 100), default=5, show_default=True, help=say("次数", "how often"))
@JSON
def bench(scheme: Path, period: str, store: Path, repeats: int, as_json: bool) -> int:
    opened, times = api.open_store(store), []
    people = 0
    for _ in range(repeats):
        begun = perf_counter()
        people = api.rehearse(scheme, opened, period)
        times.append(perf_counter() - begun)
    median = sorted(times)[len(times) // 2]
    if as_json:
        show.as_json({"people": people, "seconds": times, "median": median})
    else:
        click.echo(
            say(
                "{n} 人,{k} 次,中位 {median:.3f} 秒,最快 {best:.3f},最慢 {worst:.3f}",
                "{n} people, {k} times: median {median:.3f} s, best {best:.3f}, worst {worst:.3f}",
                n=people,
                k=repeats,
                median=median,
                best=min(times),
                worst=max(times),
            )
        )
    return show.FINE


@click.command(
    help=say(
        "还差什么:达到某个等级或总分,每项至少要到多少;或假设某些值会怎样",
        "What is still needed for a grade or a total; or what other values would come to",
    )
)
@click.argument("person")
@RUN
@STORE
@click.option("--grade", help=say("目标等级", "the grade to reach"))
@click.option("--total", help=say("目标总分", "the total to reach"))
@click.option(
    "--suppose",
    multiple=True,
    metavar="INDICATOR=VALUE",
    help=say("假设某项的实测值,如 csat=92%", "suppose a measured value, e.g. csat=92%"),
)
@click.option(
    "--remaining",
    multiple=True,
    metavar="INDICATOR=N",
    help=say("期末前还会计入多少件", "how many more will be counted before the period ends"),
)
@JSON
def whatif(
    person: str,
    run: Path | None,
    store: Path,
    grade: str | None,
    total: str | None,
    suppose: tuple[str, ...],
    remaining: tuple[str, ...],
    as_json: bool,
) -> int:
    from jikao.scoring.whatif import as_json as needs_json
    from jikao.scoring.whatif import as_text

    folder = chosen(run, store)
    if suppose:
        return _suppose(
            folder, person, {name: _quantity(value, "--suppose") for name, value in settings_of(suppose, "--suppose").items()}, as_json
        )
    if (grade is None) == (total is None):
        raise click.UsageError(say("请给出 --grade 或 --total 之一,或用 --suppose", "give --grade or --total (one of them), or --suppose"))
    more = {name: int(_quantity(value, "--remaining")) for name, value in settings_of(remaining, "--remaining").items()}
    needs = api.needs(folder, person, grade=grade, total=None if total is None else _quantity(total, "--total"), remaining=more)
    if as_json:
        show.as_json(needs_json(needs))
    else:
        click.echo(as_text(needs, LANG, min(show.console().width, 120)), nl=False)
    return show.FINE


def _quantity(text: str, option: str) -> Decimal:
    try:
        return parse_quantity(text)
    except ValueError:
        raise click.BadParameter(say("“{text}”不是数", '"{text}" is not a number', text=text), param_hint=option) from None


def _suppose(folder: Path, person: str, changes: dict[str, Decimal], as_json: bool) -> int:
    both = api.supposed(folder, person, changes)
    if as_json:
        sides = {"before": both.before, "after": both.after}
        show.as_json({side: {"total": sheet.total, "grade": sheet.grade, "state": sheet.state} for side, sheet in sides.items()})
        return show.FINE
    rows = [
        (now.line.indicator.title.say(LANG), _mark(now), _mark(then)) for now, then in zip(both.before.lines, both.after.lines, strict=True)
    ]
    rows.append((say("总分", "total"), str(both.before.total), str(both.after.total)))
    rows.append((say("等级", "grade"), both.before.grade or "—", both.after.grade or "—"))
    show.table(say("假设", "Supposed"), [say("指标", "indicator"), say("现在", "now"), say("假设后", "then")], rows, right=(1, 2))
    return show.FINE


def _mark(marked: MarkedLine) -> str:
    return "N/A" if marked.mark is None else plain_number(half_up(marked.mark))


COMMANDS = {
    "score": score, "results": results, "explain": explain, "whatif": whatif, "verify": verify, "pack": pack, "bench": bench,
}  # fmt: skip
