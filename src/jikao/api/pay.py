"""Pay: batches made, read, verified and taken home; statements; the ledger under them; task orders and prices."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from jikao.api.runs import period_of, runs_folder
from jikao.api.schemes import sound
from jikao.scheme.number import is_hole
from jikao.scheme.period import Period, PeriodKind
from jikao.scheme.problem import Level, Place, Problem, Refused, kind, stop_on_errors
from jikao.scheme.text import Lang, Text

if TYPE_CHECKING:
    from jikao.archive.batch_manifest import BatchManifest
    from jikao.archive.batches import Batch
    from jikao.archive.verify import Verification
    from jikao.evidence.store import Store
    from jikao.payout.ledger import Account, Entry
    from jikao.payout.orders import OrderSheet
    from jikao.payout.statement import Statement
    from jikao.payout.statement_layout import Heading
    from jikao.payout.waterfall import Waterfall
    from jikao.scheme.model import OutputValue
    from jikao.scoring.explain.values import EvidenceRow


NO_BATCH = kind(
    "batch.not-found", Level.ERROR,
    what=Text("找不到发放批次 {path}", "There is no pay batch {path}"),
    why=Text("没有批次就无从说明发了什么", "nothing can be said of what was paid without it"),
    mend=Text("先用 jikao pay batch 发放,或用 jikao pay batches 核对编号", "make one with jikao pay batch, or look for its id with jikao pay batches"),
)  # fmt: skip
SEVERAL_BATCHES = kind(
    "batch.several", Level.ERROR,
    what=Text("以 {path} 开头的批次有几个:{found}", "Several batches begin with {path}: {found}"),
    why=Text("说的是哪一个必须明确", "which one is meant must be plain"),
    mend=Text("多写几位编号", "give more of the id"),
)  # fmt: skip
NO_PAYEE = kind(
    "batch.no-person", Level.ERROR,
    what=Text("这个批次里没有“{person}”", 'There is no "{person}" in this batch'),
    why=Text("只能给批次所知的人出清单", "a statement can only be given to somebody the batch knows"),
    mend=Text("核对工号;其中有:{some}", "check the employee number; some of them: {some}"),
)  # fmt: skip
SHEET_FORM = kind(
    "output.unknown-form", Level.ERROR,
    what=Text("不会写 {path} 这种文件", "{path} is no kind of file a pay sheet is written as"),
    why=Text("发放表写成 xlsx 或 csv", "a pay sheet is written as xlsx or csv"),
    mend=Text("文件名用 .xlsx 或 .csv 结尾", "let the file name end with .xlsx or .csv"),
)  # fmt: skip
NO_OUTPUT_VALUE = kind(
    "payout.no-output-value", Level.ERROR,
    what=Text("方案 {scheme} 没有产值规则", "Scheme {scheme} has no rules of output value"),
    why=Text("任务单的产值按方案的 payout.output_value 计提和分配", "the value of an order flows by the scheme's payout.output_value"),
    mend=Text("换用有这一节的方案,如 s5-output-value", "give a scheme that has this part, such as s5-output-value"),
)  # fmt: skip
NO_ORDER = kind(
    "payout.no-order", Level.ERROR,
    what=Text("没有任务单“{order}”", 'There is no order "{order}"'),
    why=Text("只能说明已登记的任务单", "only an order that was recorded can be told about"),
    mend=Text("核对单号;其中有:{some}", "check the number; some of them: {some}"),
)  # fmt: skip


@dataclass(frozen=True)
class MadeBatch:
    """A batch that was made and sealed. ``fresh`` is ``False`` when the period was closed with the same amounts already."""

    folder: Path
    batch: str
    fresh: bool
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class PayTable:
    """A batch with everybody's statement."""

    batch: Batch
    statements: list[Statement]


@dataclass(frozen=True)
class PersonPay:
    """One person's statement with the rows it rests on, by the names its lines give them."""

    heading: Heading
    statement: Statement
    rows: Mapping[str, EvidenceRow]


@dataclass(frozen=True)
class LedgerLine:
    """What one entry moved on one account, and the account's balance after it, in fen."""

    entry: Entry
    account: Account
    amount: int
    balance: int


def pay_folder(store: Store) -> Path:
    """Where a store's pay batches lie."""
    return store.root / "pay"


def make_batch(
    store: Store, period: str, *, by: str, approver: str, corrects: str | None = None, reason: str = "", at: str = ""
) -> MadeBatch:
    """Pay a period from the sealed runs that end in it, and seal the batch into the store's ``pay``.

    ``corrects``: the id (or its beginning) of the batch a correction puts right. Raises ``Refused``; then nothing was written.
    """
    from jikao.archive.batches import Approval
    from jikao.archive.batches import make_batch as make

    target = None if corrects is None else find_batch(Path(corrects), store).name
    made = make(
        pay_folder(store), runs_folder(store), store.snapshot(), period_of(period), Approval(by, approver, at, reason), corrects=target
    )
    if made.path is None:
        raise Refused(made.problems)
    return MadeBatch(made.path, made.batch, made.fresh, made.problems)


def batches(store: Store) -> list[BatchManifest]:
    """All batches of a store, in the order in which they were sealed."""
    from jikao.archive.chain import read_chain

    return list(read_chain(pay_folder(store)).batches)


def find_batch(path: Path | None, store: Store | None) -> Path:
    """A sealed batch by its folder, its zip or the beginning of its id in a store; without any, the newest of the store."""
    if path is not None and ((path / "batch.json").is_file() or (path.is_file() and path.suffix == ".zip")):
        return path
    if store is not None:
        root = pay_folder(store)
        found = [root / b.batch for b in batches(store) if path is None or b.batch.startswith(path.name)]
        if len(found) == 1 or (found and path is None):
            return found[-1]
        if found:
            raise Refused([SEVERAL_BATCHES(path=path, found=", ".join(f.name for f in found))])
    raise Refused([NO_BATCH(path="" if path is None else path)])


def pay_table(path: Path) -> PayTable:
    """A sealed batch and everybody's statement, in the order of the people."""
    from jikao.archive.batches import read_batch
    from jikao.payout.statement import statements

    batch = read_batch(path)
    correction = batch.manifest.corrects is not None
    return PayTable(batch, statements(batch.entries, batch.opening.balances, batch.people, correction=correction))


def pay_statement(path: Path, person: str) -> PersonPay:
    """One person's statement of a sealed batch: every part with its rule, its figures and its source rows."""
    from jikao.archive.batch_rows import source_rows
    from jikao.archive.batches import read_batch
    from jikao.payout.statement import statement_of

    batch = read_batch(path)
    statement = statement_of(person, batch.entries, batch.opening.balances, batch.people, correction=batch.manifest.corrects is not None)
    if person not in batch.people and not statement.lines and not statement.total:
        raise Refused([NO_PAYEE(person=person, some=", ".join(sorted(batch.people)[:8]))])
    rows = source_rows(path, (source for line in statement.lines for source in line.sources))
    return PersonPay(_heading(batch.manifest), statement, rows)


def _heading(manifest: BatchManifest) -> Heading:
    from jikao.payout.statement_layout import Heading

    said = manifest.approval
    return Heading(manifest.batch, manifest.period, said.by, said.approver, said.at, manifest.corrects or "", said.reason)


def verify_batch(path: Path, store: Store | None = None) -> Verification[BatchManifest]:
    """Check a sealed batch: files, tables, computed again; with a store also the runs and batches it rests on."""
    from jikao.archive.batches import verify_batch as check_batch

    if store is None:
        return check_batch(path)
    return check_batch(path, root=pay_folder(store), runs=runs_folder(store))


def zip_batch(path: Path, target: Path) -> tuple[Problem, ...]:
    """A sealed batch as one file to take home."""
    from jikao.archive.batch_manifest import BATCH
    from jikao.archive.zipped import zip_sealed

    return zip_sealed(path, target, BATCH)


def write_pay_sheet(path: Path, target: Path, lang: Lang) -> None:
    """A sealed batch for finance, as a workbook or as csv, by how the name of ``target`` ends."""
    from jikao.archive.batches import read_batch
    from jikao.documents.pay_sheet import pay_sheet, write_csv, write_xlsx

    write = {".xlsx": write_xlsx, ".csv": write_csv}.get(target.suffix.lower())
    if write is None:
        raise Refused([SHEET_FORM(Place(str(target)), path=target.name)])
    stop_on_errors(write(pay_sheet(read_batch(path), lang), target))


# --- the ledger --------------------------------------------------------------------------------------------------


def pay_balances(store: Store) -> dict[Account, int]:
    """The balance of every account after all batches, in fen, zero ones left out; together they are zero."""
    from jikao.archive.batches import ledger
    from jikao.payout.ledger import balances_of

    return balances_of(ledger(pay_folder(store)))


def ledger_lines(store: Store, *, account: str | None = None, person: str | None = None) -> list[LedgerLine]:
    """What every entry moved, in the order of the batches: on one kind of account, on those of one owner, or on all."""
    from jikao.archive.batches import ledger

    sums: defaultdict[Account, int] = defaultdict(int)
    lines = []
    for entry in ledger(pay_folder(store)):
        for posted, amount in entry.postings:
            if account in (None, posted.kind) and person in (None, posted.owner):
                sums[posted] += amount
                lines.append(LedgerLine(entry, posted, amount, sums[posted]))
    return lines


# --- task orders -------------------------------------------------------------------------------------------------


def order_sheets(
    store: Store, scheme: Path, *, order: str | None = None, on: dt.date | None = None, settings: Mapping[str, str] | None = None
) -> list[OrderSheet]:
    """Task orders as they stand at the end of a day (by default today): one of them, or all."""
    from jikao.archive.canonical import connection
    from jikao.archive.chain import left, read_chain
    from jikao.payout import orders
    from jikao.payout.reading import read_facts

    rules, day = _output_value(scheme, settings), on or dt.datetime.now(store.calendar.tz).date()
    facts, chain = read_facts(store.snapshot(), day + dt.timedelta(days=1)), read_chain(pay_folder(store))
    if order is not None and order not in facts.orders:
        raise Refused([NO_ORDER(order=order, some=", ".join(sorted(facts.orders)[:8]))])
    with connection() as con:
        opening = left(con, chain, Period(day.replace(day=1), PeriodKind.MONTH))
    return [s for s in orders.order_sheets(facts, rules, day, opening) if order in (None, s.order.order_no)]


def price(scheme: Path, cost: Decimal, settings: Mapping[str, str] | None = None) -> Waterfall:
    """What to ask for work whose cost and performance pay come to ``cost`` yuan, and how that value flows (F11)."""
    from jikao.payout import waterfall
    from jikao.payout.money import fen

    return waterfall.price(_output_value(scheme, settings), fen(cost))


def _output_value(scheme: Path, settings: Mapping[str, str] | None) -> OutputValue:
    reading = sound(scheme, settings)
    assert reading.scheme is not None  # noqa: S101 - sound has seen to it
    rules = reading.scheme.payout.output_value
    if rules is None:
        raise Refused([NO_OUTPUT_VALUE(Place(str(scheme)), scheme=reading.scheme.scheme)])
    return rules


def sample_settings(scheme: Path) -> dict[str, str]:
    """The settings a document leaves open, each with its reading for demonstration."""
    found = sound(scheme).scheme
    assert found is not None  # noqa: S101 - sound has seen to it
    return {name: "sample" for name, setting in found.settings.items() if is_hole(setting.meant) and "sample" in setting.readings}
