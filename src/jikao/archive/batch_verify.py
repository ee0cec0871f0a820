"""Verifying a batch: every file, every table, the computation, and that it joins the batches and runs it names."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from jikao.archive.batch_content import Content, totals
from jikao.archive.batch_manifest import BATCH, BATCH_MANIFEST, RESULT_KEYS, BatchManifest, PaidRun, scheme_name
from jikao.archive.books import read_balances, read_entries, read_opening, write_results
from jikao.archive.canonical import TableSum, columns_of, connection, table_sum
from jikao.archive.chain import Chain, balances, begun_with, entries_settling, read_chain
from jikao.archive.changes import first_changes
from jikao.archive.corrections import manifest_of
from jikao.archive.inspect import Inspection, opened
from jikao.archive.manifest import Manifest, run_id
from jikao.archive.say import change_text
from jikao.archive.verify import SHOWN, SUM_WRONG, Difference, Verification, attempted, check_table, differences, differs
from jikao.evidence.backend import parquet
from jikao.evidence.duck import Con
from jikao.payout.collector import resting
from jikao.payout.statement import statements
from jikao.scheme.problem import Level, Place, Problem, Refused, errors, kind, stop_on_errors
from jikao.scheme.text import Text

BatchVerification = Verification[BatchManifest]
"""What verifying a batch found."""

TOTALS_WRONG = kind(
    "batch.totals-wrong", Level.ERROR,
    what=Text("清单所记的合计与分录不符", "The totals in the manifest are not those of the entries"),
    why=Text("合计是给财务看的,必须等于每个人之和", "finance reads the totals; they must be the sum over everybody"),
    mend=Text("向提供者索取原始的批次", "ask whoever gave it to you for the original"),
)  # fmt: skip
RUN_GONE = kind(
    "batch.run-gone", Level.WARNING,
    what=Text("批次所依据的结果 {run}(方案 {scheme},{period})不在手边", "Run {run} ({scheme}, {period}), which the batch rests on, is not at hand"),
    why=Text("已用批次自带的副本重算,副本与该结果的清单相符;但没有核对该结果本身", "the batch's copies agree with the run's manifest and were computed again; the run itself was not checked"),
    mend=Text("在证据库所在处核对,或取回该结果", "verify it where the store is, or get the run back"),
)  # fmt: skip
RUN_DIFFERS = kind(
    "batch.run-differs", Level.ERROR,
    what=Text("结果 {run} 与批次所封存的不同:{part}", "Run {run} is not what is sealed in the batch: {part}"),
    why=Text("批次必须依据封存的结果", "a batch rests on the sealed run it names"),
    mend=Text("分别核对该结果与该批次,看哪一个被换过", "verify the run and the batch each, to see which was put in another's place"),
)  # fmt: skip
NOT_AT_HAND = kind(
    "batch.earlier-not-at-hand", Level.WARNING,
    what=Text("之前的批次不在手边,期初余额按封存时的数", "The earlier batches are not at hand; the balances it begins with are taken as sealed"),
    why=Text("没有它们就无法核对期初余额", "without them nobody can check what it begins with"),
    mend=Text("在证据库所在处核对", "verify it where the store is"),
)  # fmt: skip
OPENING_DIFFERS = kind(
    "batch.opening-differs", Level.ERROR,
    what=Text("批次的期初({part})与之前批次留下的不同", "What the batch begins with ({part}) is not what the earlier batches left"),
    why=Text("余额必须是之前全部分录之和", "a balance is the sum of all entries before, and nothing else"),
    mend=Text("逐个核对之前的批次", "verify the earlier batches one by one"),
)  # fmt: skip

WORDED = kind(
    "batch.worded-otherwise", Level.WARNING,
    what=Text("重新计算的 {count} 条分录金额相同,但算式的写法与封存的不同,例如:{first}", "Computed again, {count} entries have the same amounts, but their formulas are worded otherwise; for example: {first}"),
    why=Text("后来的版本可以换一种写法;每一分钱都与封存的一致", "a later version may word a formula otherwise; every fen is as sealed"),
    mend=Text("不必处理;封存时的写法受封条保护。封存时的版本是 {jikao}", "nothing to do: the words as sealed are guarded by the seal. It was sealed by version {jikao}"),
)  # fmt: skip

FORMULA = "formula"
"""The column of entries that is for reading: nothing is computed from it."""

_COPIES = {
    "manifest": Text("清单", "its manifest"),
    "content": Text("内容", "its content"),
    "scheme": Text("方案", "its scheme"),
    "results": Text("考核结果", "its results"),
    "violations": Text("违规", "its violations"),
}

_PARTS = {
    "balances": Text("余额", "balances"),
    "earned": Text("已得绩效", "performance earned"),
    "posted": Text("已入账的事实", "facts posted"),
    "granted": Text("已发的预支", "advances paid"),
    "written_off": Text("已核销的预支", "advances written off"),
    "now": Text("更正时的余额", "balances at the time"),
    "measured": Text("所更正的分录", "the entries put right"),
}


@resting()
def verify_batch(path: Path, *, root: Path | None = None, runs: Path | None = None) -> BatchVerification:
    """Check a sealed batch, given as its folder or as a zip file of it.

    First every file against the seal; if all are whole, every table against its sum; if these hold too, the entries against
    those computed again from what is sealed. Given where the batches (``root``) and runs of a company lie, also that the
    runs it names are there and the same, and that it begins with what the earlier batches left.
    """
    with opened(path, BATCH) as found, connection() as con:
        if found.manifest is None or errors(found.problems):
            return Verification(found.manifest, found.problems, found.files, recomputed=False)
        manifest = found.manifest
        problems = [*found.problems, *_content_problems(con, found.folder, manifest), *_copy_problems(found.folder, manifest)]
        if errors(problems):
            return Verification(manifest, tuple(problems), found.files, recomputed=False)
        again = attempted(lambda: _again(con, found.folder, manifest), manifest.jikao)
        problems += [*_run_problems(manifest, runs), *_chain_problems(con, found, manifest, root)]
        return _verification(found, manifest, problems, again)


def _verification(
    found: Inspection[BatchManifest], manifest: BatchManifest, problems: list[Problem], again: tuple[Difference, ...] | list[Problem]
) -> BatchVerification:
    if not isinstance(again, tuple):
        return Verification(manifest, (*again, *problems), found.files, recomputed=False)
    said = [_worded(d, manifest.jikao) if d.table == FORMULA else differs(d, manifest.jikao) for d in again]
    differing = tuple(d for d in again if d.table != FORMULA)
    return Verification(manifest, (*said, *problems), found.files, recomputed=True, differences=differing)


def _content_problems(con: Con, folder: Path, manifest: BatchManifest) -> Iterator[Problem]:
    wrong = [p for table, sealed in manifest.tables.items() for p in check_table(con, folder, f"{table}.parquet", sealed)]
    yield from wrong
    if manifest.batch != manifest.content[:16]:
        yield SUM_WRONG(Place(BATCH_MANIFEST), name=manifest.batch)
    if not wrong:
        before = read_balances(con, folder / ("now" if manifest.corrects else "opening"))
        if totals(statements(read_entries(con, folder / "results"), before, {})) != manifest.totals:
            yield TOTALS_WRONG(Place(BATCH_MANIFEST))


def _copy_problems(folder: Path, manifest: BatchManifest) -> Iterator[Problem]:
    """Runs whose copies in the batch are not what the run's own manifest, from which its id follows, says."""
    for run in manifest.runs:
        for part, same in _copied(manifest, run, manifest_of(folder / "runs" / run.run)).items():
            if not same:
                yield RUN_DIFFERS(Place(f"runs/{run.run}"), run=run.run, part=_COPIES[part])


def _copied(manifest: BatchManifest, run: PaidRun, of: Manifest | None) -> dict[str, bool]:
    """For every part of a run, whether the batch has it as the run's manifest says."""
    if of is None:
        return {"manifest": False}
    follows = run_id(of.content, of.correction.replaces if of.correction else None)
    named = (run.scheme, run.version) == (of.scheme.id, of.scheme.version) and run.period in of.periods
    schemes = {f.name: f.sha256 for f in manifest.files}
    return {
        "manifest": run.run == of.run == follows and named,
        "content": run.content == of.content,
        "scheme": schemes[scheme_name(run.run)] == of.scheme.sha256,
        "results": manifest.tables[f"runs/{run.run}/results"] == of.results["results"],
        "violations": manifest.tables.get(f"runs/{run.run}/violations") == of.evidence.get("violations"),
    }


def _again(con: Con, folder: Path, manifest: BatchManifest) -> Iterator[Difference]:
    """The results that come out otherwise when computed from what is sealed; if none does, the formulas. Raises ``Refused``."""
    payroll = Content(folder, manifest.when, manifest.runs, manifest.origins).payroll(con, correction=manifest.corrects is not None)
    stop_on_errors(payroll.problems)
    sums = {table.removeprefix("results/"): total for table, total in manifest.tables.items() if table.startswith("results/")}
    with tempfile.TemporaryDirectory(prefix="jikao-") as scratch:
        write_results(con, Path(scratch), payroll.entries, payroll.posted)
        sums["entries"] = _unworded(con, folder / "results")
        found = list(differences(con, folder / "results", sums, RESULT_KEYS, Path(scratch)))
        yield from found or _formulas(con, folder / "results", Path(scratch))


def _unworded(con: Con, results: Path) -> TableSum:
    """The sum of the entries without their formulas."""
    source = parquet([results / "entries.parquet"])
    return table_sum(con, source, {column: how for column, how in columns_of(con, source).items() if column != FORMULA})


def _formulas(con: Con, sealed: Path, again: Path) -> Iterator[Difference]:
    """The formulas that are worded otherwise, of entries that are the same in all else."""
    old, new = (parquet([folder / "entries.parquet"]) for folder in (sealed, again))
    count, first = first_changes(con, old, new, RESULT_KEYS["entries"], [FORMULA], SHOWN)
    if count:
        yield Difference(FORMULA, count, first)


def _worded(difference: Difference, jikao: str) -> Problem:
    return WORDED(count=difference.count, first=change_text(difference.first[0]), jikao=jikao)


def _run_problems(manifest: BatchManifest, runs: Path | None) -> Iterator[Problem]:
    for run in manifest.runs:
        there = None if runs is None else manifest_of(runs / run.run)
        if there is None:
            yield RUN_GONE(run=run.run, scheme=run.scheme, period=run.period)
        elif there.content != run.content:
            yield RUN_DIFFERS(Place(run.run), run=run.run, part=_COPIES["content"])


def _chain_problems(con: Con, found: Inspection[BatchManifest], manifest: BatchManifest, root: Path | None) -> Iterator[Problem]:
    """What is wrong between the batch and those before it."""
    try:
        chain = Chain(found.folder.parent) if root is None else read_chain(root)
    except Refused as no:
        yield from no.problems
        return
    if manifest.after is not None and chain.get(manifest.after) is None:
        yield NOT_AT_HAND()
        return
    before = chain.up_to(manifest.after)
    for part, same in _joined(con, found.folder, manifest, before).items():
        if not same:
            yield OPENING_DIFFERS(Place(manifest.batch), part=_PARTS[part])


def _joined(con: Con, folder: Path, manifest: BatchManifest, before: Chain) -> dict[str, bool]:
    """For every part of what the batch begins with, whether it is what the chain says."""
    sealed, expected = read_opening(con, folder / "opening"), begun_with(con, before, manifest.when, manifest.corrects)
    same = {part: getattr(sealed, part) == getattr(expected, part) for part in ("balances", "earned", "posted", "granted", "written_off")}
    if manifest.corrects is None:
        return same
    measured = entries_settling(con, before, manifest.corrects)
    return same | {
        "now": read_balances(con, folder / "now") == balances(con, before),
        "measured": read_entries(con, folder / "measured") == measured,
    }
