"""Pay batches: computed from sealed runs, evidence about money and what earlier batches left, and sealed like runs.

A closed batch is never edited. What turns out wrong is put right by a correction batch, which posts the difference
between a fresh computation of the period and what was posted (A52).
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from jikao.archive.batch_draft import Draft
from jikao.archive.batch_held import held_of
from jikao.archive.batch_manifest import BATCH, Approved, BatchManifest, bare
from jikao.archive.batch_verify import BatchVerification, verify_batch
from jikao.archive.books import read_balances, read_entries, read_opening
from jikao.archive.canonical import connection, no_room
from jikao.archive.chain import Chain, begun_with, entries_settling, read_chain
from jikao.archive.inspect import opened
from jikao.archive.paying import Paying, closing, left_behind, missing_runs, open_to_pay, paying_runs, unnamed_by, unpaid_since
from jikao.archive.stale import stale_runs
from jikao.archive.writing import BUSY, WAIT, place
from jikao.archive.zipped import NOT_WRITTEN
from jikao.evidence.duck import Error
from jikao.evidence.lock import locked
from jikao.evidence.snapshot import Snapshot
from jikao.payout.collector import resting
from jikao.payout.compute import Job, Payroll
from jikao.payout.facts import Person
from jikao.payout.ledger import FOLLOWING, Entry, Opening, correcting
from jikao.payout.money import yuan
from jikao.payout.reading import read_people
from jikao.payout.standing import Held
from jikao.scheme.period import Period
from jikao.scheme.problem import Level, Place, Problem, Refused, errors, kind, stop_on_errors
from jikao.scheme.text import Text

__all__ = [
    "Approval", "Batch", "BatchVerification", "SealedBatch", "job_of", "ledger", "make_batch", "opening_of", "read_batch", "verify_batch",
]  # fmt: skip

NO_MAKER = kind(
    "batch.no-maker", Level.ERROR,
    what=Text("没有写明批次由谁经办", "Nobody is named as the maker of the batch"),
    why=Text("发钱要有人经手,也要另有人审批", "money is paid by one person's work and another's approval"),
    mend=Text("用 --by 写明经办人", "name the maker with --by"),
)  # fmt: skip
NO_APPROVER = kind(
    "batch.no-approver", Level.ERROR,
    what=Text("没有写明批次由谁审批", "Nobody is named as having approved the batch"),
    why=Text("未经审批的钱不能发放", "what nobody approved is not paid"),
    mend=Text("用 --approver 写明审批人", "name who approved it with --approver"),
)  # fmt: skip
SAME_PERSON = kind(
    "batch.same-person", Level.ERROR,
    what=Text("经办人与审批人都是“{who}”", "'{who}' both made and approved the batch"),
    why=Text("自己经手的钱不能自己审批", "nobody approves money they handle themselves"),
    mend=Text("请另一个人审批", "have somebody else approve it"),
)  # fmt: skip
NO_REASON = kind(
    "batch.no-reason", Level.ERROR,
    what=Text("更正批次没有写明理由", "The correction gives no reason"),
    why=Text("受影响的人有权知道钱为何变了", "those it touches have a right to know why their pay changed"),
    mend=Text("用 --reason 写明理由", "give it with --reason"),
)  # fmt: skip
CLOSED = kind(
    "batch.closed", Level.ERROR,
    what=Text("{period} 已由批次 {batch} 发放;现在重算有 {people} 人不同:{first}", "{period} is closed by batch {batch}; computed now, {people} people would get other amounts: {first}"),
    why=Text("已发放的批次不改写,差额由更正批次补发或追回", "a closed batch is never edited; a correction batch pays or takes back the difference"),
    mend=Text("若确应更正,加上 --corrects {batch} --reason 理由", "if it is to be put right, add --corrects {batch} --reason WHY"),
)  # fmt: skip
CORRECTS_UNKNOWN = kind(
    "batch.corrects-unknown", Level.ERROR,
    what=Text("要更正的批次 {batch} 不在这里", "Batch {batch}, which is to be corrected, is not here"),
    why=Text("更正必须指明它更正哪一批", "a correction names the batch it puts right"),
    mend=Text("核对编号:jikao pay batches 列出全部批次", "check the id; jikao pay batches lists them all"),
)  # fmt: skip
CORRECTS_OTHER = kind(
    "batch.corrects-other", Level.ERROR,
    what=Text("批次 {batch} 是 {closed} 的,不是 {period} 的", "Batch {batch} is of {closed}, not of {period}"),
    why=Text("更正只能针对同一周期", "a correction is of the same period"),
    mend=Text("核对编号与周期", "check the id and the period"),
)  # fmt: skip
CORRECTS_NOTHING = kind(
    "batch.corrects-nothing", Level.ERROR,
    what=Text("重算 {period} 与已发放的(批次 {batch})一分不差,无需更正", "Computed again, {period} comes to the same to the cent as batch {batch}; there is nothing to correct"),
    why=Text("没有变化的更正会让人误以为钱改过", "a correction without a change would look like one"),
    mend=Text("先更正结果或证据,再作更正批次", "correct the run or the evidence first"),
)  # fmt: skip
_FIRST = 3
_OTHER_ACCOUNTS = Text("个人金额不变,其他科目变动", "no person's amount changes, other accounts do")


@dataclass(frozen=True)
class Approval:
    """Who made a batch, who approved it, when; ``reason``: why a correction is made."""

    by: str
    approver: str
    at: str = ""
    reason: str = ""


@dataclass(frozen=True)
class SealedBatch:
    """What became of it. ``fresh``: sealed now; otherwise this period was closed with the same amounts. No ``path``: see the problems."""

    path: Path | None
    batch: str
    fresh: bool
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Batch:
    """A sealed batch as values. ``opening``: what the batches before it left; ``held``: bonuses it does not pay yet, and why."""

    manifest: BatchManifest
    entries: tuple[Entry, ...]
    opening: Opening
    people: Mapping[str, Person]
    held: tuple[Held, ...] = ()


@resting()
def make_batch(
    root: Path, runs: Path, snapshot: Snapshot, period: Period, approval: Approval, *, corrects: str | None = None
) -> SealedBatch:
    """Pay a period: every run that holds, pays and ends in it; sealed into a folder of ``root`` named by the batch's id.

    A period closed with the same amounts stays as it is. ``corrects``: the batch (or a correction of it) that a
    correction puts right. Nothing is written when there are errors.
    """
    try:
        return _made(root, runs, snapshot, period, approval, corrects)
    except Refused as no:
        return SealedBatch(None, "", fresh=False, problems=no.problems)
    except Error as cause:
        problem = no_room(cause)
        if problem is None:
            raise
        return SealedBatch(None, "", fresh=False, problems=(problem,))
    except OSError as cause:
        return SealedBatch(None, "", fresh=False, problems=(NOT_WRITTEN(Place(str(root)), path=root, reason=cause.strerror),))


def _made(root: Path, runs: Path, snapshot: Snapshot, period: Period, approval: Approval, corrects: str | None) -> SealedBatch:
    chain = read_chain(root)
    closed = closing(chain, period) if corrects is None else None
    problems = list(_approval_problems(approval, correction=corrects is not None))
    if corrects is not None:
        problems += _correction_problems(chain, corrects, period)
    elif closed is None:
        problems += [*open_to_pay(chain, period), *left_behind(chain, runs, period)]
    target = closed.batch if closed else _target(chain, corrects)
    problems += unpaid_since(chain, runs, besides=target)
    paying = _paying(runs, period, problems)
    problems += stale_runs(paying, snapshot)
    with tempfile.TemporaryDirectory(dir=root.parent, prefix=".sealing-") as scratch, connection() as con:
        draft = Draft(con, Path(scratch) / "batch", chain, period, target, paying)
        draft.write_inputs(snapshot, correction=corrects is not None)
        payroll = draft.content(snapshot.origins).payroll(con, correction=corrects is not None)
        problems += payroll.problems
        stop_on_errors(problems)
        if closed is not None:
            return _unchanged(draft, closed, payroll, problems)
        unchanged = all(e.rule in FOLLOWING for e in payroll.entries) and not unnamed_by(chain, paying, target)
        if corrects is not None and unchanged:
            raise Refused([*problems, CORRECTS_NOTHING(period=period, batch=target)])
        manifest = draft.finished(payroll, _stripped(approval), snapshot.origins, correction=corrects is not None)
        return _placed(root, draft, manifest, problems)


def _stripped(approval: Approval) -> Approved:
    return Approved(by=approval.by.strip(), approver=approval.approver.strip(), at=approval.at, reason=approval.reason.strip())


def _approval_problems(approval: Approval, *, correction: bool) -> Iterator[Problem]:
    by, approver = bare(approval.by), bare(approval.approver)
    if not by:
        yield NO_MAKER()
    if not approver:
        yield NO_APPROVER()
    if by and by == approver:
        yield SAME_PERSON(who=approval.by.strip())
    if correction and not bare(approval.reason):
        yield NO_REASON()


def _correction_problems(chain: Chain, corrects: str, period: Period) -> Iterator[Problem]:
    known = chain.get(corrects)
    if known is None:
        yield CORRECTS_UNKNOWN(batch=corrects)
    elif known.when != period:
        yield CORRECTS_OTHER(batch=corrects, closed=known.period, period=period)


def _target(chain: Chain, corrects: str | None) -> str | None:
    """The regular batch a correction is about: a correction of a correction puts right the same batch."""
    known = None if corrects is None else chain.get(corrects)
    return None if known is None else known.settles


def _paying(runs: Path, period: Period, problems: list[Problem]) -> list[Paying]:
    """The runs to be paid, and what is to be said of them. Raises ``Refused`` when the batch cannot be made."""
    try:
        paying = paying_runs(runs, period)
    except Refused as no:
        raise Refused([*problems, *no.problems]) from no
    problems += missing_runs(paying, period)
    stop_on_errors(problems)
    return paying


def _unchanged(draft: Draft, closed: BatchManifest, payroll: Payroll, problems: Sequence[Problem]) -> SealedBatch:
    """The batch that closed the period, if it still comes to the same amounts."""
    changes = correcting(payroll.entries, entries_settling(draft.con, draft.chain, closed.batch))
    if changes:
        people, first = _changes(changes)
        raise Refused([*problems, CLOSED(period=closed.period, batch=closed.batch, people=people, first=first)])
    return SealedBatch(draft.chain.folder(closed), closed.batch, fresh=False, problems=tuple(problems))


def _changes(entries: Iterable[Entry]) -> tuple[int, Text | str]:
    """How many people would get other amounts, and the first of them with the difference."""
    sums: defaultdict[str, int] = defaultdict(int)
    for entry in entries:
        for account, amount in entry.postings:
            if account.kind in ("pay", "wage"):
                sums[account.owner] += amount
    changed = [(person, amount) for person, amount in sorted(sums.items()) if amount]
    said = [f"{person} {'+' if amount > 0 else ''}{yuan(amount)}" for person, amount in changed[:_FIRST]]
    return len(changed), ", ".join([*said, *(["…"] if len(changed) > _FIRST else [])]) or _OTHER_ACCOUNTS


def _placed(root: Path, draft: Draft, manifest: BatchManifest, problems: Sequence[Problem]) -> SealedBatch:
    """Put the batch behind the last one, unless another came in between."""
    root.mkdir(exist_ok=True)
    with locked(root / ".lock", WAIT) as free:
        if not free or read_chain(root).last != manifest.after:
            return SealedBatch(None, "", fresh=False, problems=(*problems, BUSY()))
        placed = place(root, draft.folder, BATCH, manifest)
    return SealedBatch(placed.path, manifest.batch, placed.fresh, (*problems, *placed.problems))


def job_of(root: Path, runs: Path, snapshot: Snapshot, period: Period) -> Job:
    """What a batch of the period is computed from by runs and evidence as they are now: the next batch, or, of a closed
    period, the one that closed it. Writes nothing that stays. Raises ``Refused`` when there is nothing to pay, or damage.
    """
    chain = read_chain(root)
    closed = closing(chain, period)
    with tempfile.TemporaryDirectory() as scratch, connection() as con:
        draft = Draft(con, Path(scratch) / "batch", chain, period, closed.batch if closed else None, paying_runs(runs, period))
        draft.write_inputs(snapshot, correction=False)
        return draft.content(snapshot.origins).job(con)


def opening_of(root: Path, period: Period) -> Opening:
    """What a batch of the period begins with, or began with if it is closed. Raises ``Refused`` when a batch is damaged."""
    chain = read_chain(root)
    closed = closing(chain, period)
    with connection() as con:
        return begun_with(con, chain, period, closed.batch if closed else None)


def read_batch(path: Path) -> Batch:
    """A sealed batch, from its folder or a zip file of it. Raises ``Refused`` when it is damaged."""
    with opened(path, BATCH) as found, connection() as con:
        if found.manifest is None or errors(found.problems):
            raise Refused(found.problems)
        folder, manifest = found.folder, found.manifest
        opening = read_opening(con, folder / "opening")
        if manifest.corrects is not None:
            opening = replace(opening, balances=read_balances(con, folder / "now"))
        people = [folder / "evidence" / "people.parquet"] if "evidence/people" in manifest.tables else []
        return Batch(
            manifest, tuple(read_entries(con, folder / "results")), opening, read_people(people), tuple(held_of(con, folder, manifest))
        )


def ledger(root: Path) -> list[Entry]:
    """The entries of all batches, in the order in which they were sealed. Raises ``Refused`` when one is damaged or missing."""
    chain = read_chain(root)
    with connection() as con:
        return [entry for batch in chain.batches for entry in read_entries(con, chain.folder(batch) / "results")]
