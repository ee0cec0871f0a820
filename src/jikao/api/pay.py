"""Pay: batches made, read, verified and taken home; statements; the ledger under them; task orders and prices."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from jikao.api.runs import period_of, runs_folder
from jikao.api.schemes import sound
from jikao.scheme.number import is_hole
from jikao.scheme.problem import Level, Place, Problem, Refused, kind, stop_on_errors
from jikao.scheme.text import Lang, Text

if TYPE_CHECKING:
    from jikao.archive.batch_manifest import BatchManifest
    from jikao.archive.batches import Batch
    from jikao.archive.verify import Verification
    from jikao.evidence.store import Store
    from jikao.payout.ledger import Account, Entry
    from jikao.payout.orders import OrderSheet, Paid
    from jikao.payout.statement import Statement
    from jikao.payout.statement_layout import Heading
    from jikao.payout.waterfall import Waterfall
    from jikao.scheme.model import OutputValue
    from jikao.scheme.read import Reading
    from jikao.scoring.explain.values import EvidenceRow


NO_BATCH = kind(
    "batch.not-found", Level.ERROR,
    what=Text("找不到发放批次 {path}", "There is no pay batch {path}"),
    why=Text("没有批次就无从说明发了什么", "nothing can be said of what was paid without it"),
    mend=Text("核对编号或路径:jikao pay batches 列出全部批次", "check the id or the path; jikao pay batches lists them all"),
)  # fmt: skip
NO_BATCH_YET = kind(
    "batch.none-yet", Level.ERROR,
    what=Text("证据库 {store} 里还没有发放批次", "There is no pay batch in store {store} yet"),
    why=Text("清单、账目与核对都以封存的批次为准", "statements, the ledger and verification all rest on sealed batches"),
    mend=Text("先做一个:{command}", "make one: {command}"),
)  # fmt: skip
NO_OWNER = kind(
    "batch.no-account", Level.ERROR,
    what=Text("账上没有“{person}”", '"{person}" has no account in the ledger'),
    why=Text("只有发放中出现过的人员、部门和任务单才有科目", "only people, departments and orders that pay has touched have accounts"),
    mend=Text("核对写法;有科目的:{some}", "check how it is written; some that have one: {some}"),
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
NO_OUTPUT_VALUE_RUN = kind(
    "payout.no-output-value-run", Level.ERROR,
    what=Text("证据库 {store} 里没有一份封存的结果,其方案写了产值规则", "No sealed run in store {store} is by a scheme with rules of output value"),
    why=Text("没有指明方案时,按最近一份这样的结果的方案说明任务单", "without a scheme given, orders are told by that of the newest such run"),
    mend=Text("用 --scheme 指明方案,或先用 jikao score 计分", "name the scheme with --scheme, or score first with jikao score"),
)  # fmt: skip
SHARE_UNSET = kind(
    "payout.unset-share", Level.ERROR,
    what=Text("“{name}”还没有填写", "'{name}' is not set"),
    why=Text("缺这个比例就算不出产值的去向,也不能猜", "without this share nobody can say where the value goes, and it is not guessed"),
    mend=Text("在这条命令里用 --set 给出,如 --set {setting}=20%,或在方案里填写", "give it to this command, e.g. --set {setting}=20%, or fill it in in the scheme"),
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
    """A batch with everybody's statement. ``corrections``: ids of the corrections whose amounts are in them too."""

    batch: Batch
    statements: list[Statement]
    corrections: tuple[str, ...] = ()


@dataclass(frozen=True)
class PersonPay:
    """One person's statement with the rows it rests on, by the names its lines give them."""

    heading: Heading
    statement: Statement
    rows: Mapping[str, EvidenceRow]


@dataclass(frozen=True)
class LedgerLine:
    """What one entry of a batch moved on one account, and the account's balance after it, in fen."""

    batch: str
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
        found = [root / b.batch for b in batches(store) if path is None or (path.name and b.batch.startswith(path.name))]
        if len(found) == 1 or (found and path is None):
            return found[-1]
        if found:
            raise Refused([SEVERAL_BATCHES(path=path, found=", ".join(f.name for f in found))])
        if path is None:
            raise Refused([none_yet(store)])
    raise Refused([NO_BATCH(path=path)])


def none_yet(store: Store) -> Problem:
    """That a store has no batch, and the command that makes its first one."""
    from jikao.archive.corrections import current

    ended = [when for run in current(runs_folder(store)) for when in run.when()]
    newest = max(ended, key=lambda p: (p.end, p.days), default=None)  # the longest one: it pays the shorter ones that end in it
    pay = f"jikao pay batch {newest} --by NAME --approver NAME --store {store.root}"
    return NO_BATCH_YET(store=store.root, command=pay if newest else f"jikao score SCHEME --period PERIOD --store {store.root}")


def pay_table(path: Path) -> PayTable:
    """A sealed batch and everybody's statement, in the order of the people."""
    from jikao.archive.batches import read_batch
    from jikao.payout.statement import statements

    batch = read_batch(path)
    correction = batch.manifest.corrects is not None
    return PayTable(batch, statements(batch.entries, batch.opening.balances, batch.people, correction=correction))


def period_table(store: Store, batch: str) -> PayTable:
    """A batch of a store with its corrections: everybody's statement of the period as it holds now."""
    from jikao.archive.batches import read_batch
    from jikao.archive.chain import read_chain
    from jikao.payout.statement import statements

    root, settling = pay_folder(store), read_chain(pay_folder(store)).settling(batch)
    regular, *corrections = (read_batch(root / b.batch) for b in settling)
    entries = [entry for each in (regular, *corrections) for entry in each.entries]
    people = {who: known for each in (regular, *corrections) for who, known in each.people.items()}
    return PayTable(regular, statements(entries, regular.opening.balances, people), tuple(c.manifest.batch for c in corrections))


def pay_statement(path: Path, person: str) -> PersonPay:
    """One person's statement of a sealed batch: every part with its rule, its figures and its source rows."""
    from jikao.archive.batch_rows import source_rows
    from jikao.archive.batches import read_batch
    from jikao.payout.statement import statement_of

    batch = read_batch(path)
    correction = batch.manifest.corrects is not None
    statement = statement_of(person, batch.entries, batch.opening.balances, batch.people, correction=correction, held=batch.held)
    if person not in batch.people and not statement.lines and not statement.total and not statement.held:
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
    """The balance of every account that ever moved, in fen; together they are zero."""
    sums: defaultdict[Account, int] = defaultdict(int)
    for _, entry in _ledger(store):
        for account, amount in entry.postings:
            sums[account] += amount
    return dict(sorted(sums.items()))


def ledger_lines(store: Store, *, account: str | None = None, person: str | None = None) -> list[LedgerLine]:
    """What every entry moved, in the order of the batches: on one kind of account, on those of one owner, or on all.

    Raises ``Refused`` for an owner who has no account of any kind.
    """
    sums: defaultdict[Account, int] = defaultdict(int)
    lines, owners = [], set()
    for batch, entry in _ledger(store):
        for posted, amount in entry.postings:
            owners.add(posted.owner)
            if account in (None, posted.kind) and person in (None, posted.owner):
                sums[posted] += amount
                lines.append(LedgerLine(batch, entry, posted, amount, sums[posted]))
    if person is not None and person not in owners:
        raise Refused([NO_OWNER(person=person, some=", ".join(sorted(owners)[:12]))] if owners else [none_yet(store)])
    return lines


def _ledger(store: Store) -> Iterator[tuple[str, Entry]]:
    """Every entry with the batch it belongs to, in the order in which they were sealed."""
    from jikao.archive.books import read_entries
    from jikao.archive.canonical import connection
    from jikao.archive.chain import read_chain

    chain = read_chain(pay_folder(store))
    with connection() as con:
        for batch in chain.batches:
            yield from ((batch.batch, entry) for entry in read_entries(con, chain.folder(batch) / "results"))


# --- task orders -------------------------------------------------------------------------------------------------


def order_sheets(
    store: Store, scheme: Path | None = None, *, order: str | None = None, as_of: dt.date | None = None, settings: Mapping[str, str] | None = None
) -> list[OrderSheet]:  # fmt: skip
    """Task orders as they stand (``as_of``: at the end of that day): one of them, or all.

    Orders that batches paid show what was posted; the others go by ``scheme``, by default that of the newest run in the
    store that has rules of output value.
    """
    from jikao.payout import orders
    from jikao.payout.reading import read_facts

    reading = _newest_with_orders(store, settings) if scheme is None else sound(scheme, settings)
    rules, day = _output_value(reading), as_of or dt.datetime.now(store.calendar.tz).date()
    facts, paid = read_facts(store.snapshot(), day + dt.timedelta(days=1)), _orders_paid(store, as_of)
    if order is not None and order not in facts.orders:
        raise Refused([NO_ORDER(order=order, some=", ".join(sorted(facts.orders)[:8]))])
    with _settable(reading):
        if order is not None:
            return [orders.order_sheet(facts, order, rules, day, paid)]
        return orders.order_sheets(facts, rules, day, paid)


def _newest_with_orders(store: Store, settings: Mapping[str, str] | None) -> Reading:
    """The scheme of the run of the latest period whose rules speak of output value."""
    from jikao.archive.corrections import current
    from jikao.archive.verify import sealed_scheme
    from jikao.scheme.read import read

    root = runs_folder(store)
    for run in sorted(current(root), key=lambda m: (m.when()[-1].end, m.run), reverse=True):
        text, _ = sealed_scheme(root / run.run)
        found = None if text is None else read(text, run.scheme.id, settings)
        if found is not None and found.scheme is not None and found.scheme.payout.output_value:
            stop_on_errors(found.problems)
            return found
    raise Refused([NO_OUTPUT_VALUE_RUN(store=store.root)])


def _orders_paid(store: Store, as_of: dt.date | None) -> Paid:
    """What batches paid: all of them, or those whose period was over at the end of a day."""
    from jikao.archive.books import read_entries
    from jikao.archive.canonical import connection
    from jikao.archive.chain import Chain, left, read_chain
    from jikao.payout.orders import Paid, PostedOrder
    from jikao.payout.posted_orders import posted_parts

    whole = read_chain(pay_folder(store))
    over = (b for b in whole.batches if as_of is None or b.when.end <= as_of + dt.timedelta(days=1))
    chain = Chain(whole.root, tuple(over))
    if not chain.batches:
        return Paid()
    entries: list[Entry] = []
    rules: dict[str, OutputValue] = {}
    with connection() as con:
        opening = left(con, chain, chain.batches[-1].when)
        for batch in chain.batches:
            posted = read_entries(con, chain.folder(batch) / "results")
            first = [e for e in posted if e.rule == "waterfall" and e.subject.partition("|")[0] not in rules]
            if first:
                held = _rules_of(chain.folder(batch), batch)
                rules |= {e.subject.partition("|")[0]: held[e.scheme] for e in first}
            entries += posted
    return Paid(opening, {no: PostedOrder(parts, rules[no]) for no, parts in posted_parts(entries).items() if no in rules})


def _rules_of(folder: Path, batch: BatchManifest) -> dict[str, OutputValue]:
    """The rules of output value of the runs a batch pays, by scheme."""
    from jikao.archive.batch_manifest import scheme_name
    from jikao.scheme.read import read

    schemes = (read((folder / scheme_name(run.run)).read_text("utf-8")).scheme for run in batch.runs)
    return {s.scheme: s.payout.output_value for s in schemes if s is not None and s.payout.output_value is not None}


def price(scheme: Path, cost: Decimal, settings: Mapping[str, str] | None = None) -> Waterfall:
    """What to ask for work whose cost and performance pay come to ``cost`` yuan, and how that value flows (F11)."""
    from jikao.payout import waterfall
    from jikao.payout.money import fen

    reading = sound(scheme, settings)
    with _settable(reading):
        return waterfall.price(_output_value(reading), fen(cost))


def _output_value(reading: Reading) -> OutputValue:
    assert reading.scheme is not None  # noqa: S101 - it was read without errors
    rules = reading.scheme.payout.output_value
    if rules is None:
        raise Refused([NO_OUTPUT_VALUE(Place(reading.places.file), scheme=reading.scheme.scheme)])
    return rules


@contextmanager
def _settable(reading: Reading) -> Iterator[None]:
    """A share that is unset is to be given to the command itself: nothing here needs a run to be scored anew."""
    from jikao.scheme.checks.holes import UNSET_FOR_PAY

    try:
        yield
    except Refused as no:
        raise Refused([_unset(reading, p) if p.kind is UNSET_FOR_PAY else p for p in no.problems]) from no


def _unset(reading: Reading, problem: Problem) -> Problem:
    name = str(problem.values["name"])
    return SHARE_UNSET(name=name, setting=reading.places.refs.get(tuple(name.split(".")), name))


def sample_settings(scheme: Path) -> dict[str, str]:
    """The settings a document leaves open, each with its reading for demonstration."""
    found = sound(scheme).scheme
    assert found is not None  # noqa: S101 - sound has seen to it
    return {name: "sample" for name, setting in found.settings.items() if is_hole(setting.meant) and "sample" in setting.readings}
