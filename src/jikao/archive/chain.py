"""The batches of a company, one after the other, and what they left: sums over their entries and nothing else.

Every batch names the one sealed before it. Their order is that of these names; no clock has a part in it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from jikao.archive.batch_manifest import BATCH, BatchManifest
from jikao.archive.books import read_entries, read_opening
from jikao.archive.inspect import inspect, named
from jikao.evidence.backend import parquet, quoted
from jikao.evidence.duck import Con
from jikao.payout.ledger import GRANTING, LOSING, Account, Entry, Opening
from jikao.payout.rules import RULES
from jikao.scheme.period import Period, parse_period
from jikao.scheme.problem import Level, Place, Problem, Refused, errors, kind
from jikao.scheme.text import Text

CHAIN_BROKEN = kind(
    "batch.chain-broken", Level.ERROR,
    what=Text("发放批次接不上:{batches} 之前的批次 {missing} 不在这里", "The batches do not join: {missing}, which comes before {batches}, is not here"),
    why=Text("余额是所有批次分录之和,少一批就不知道谁该得多少", "balances are sums over all batches; with one missing nobody knows what is owed"),
    mend=Text("从备份取回该批次;不要把两处的批次放在一起", "restore the batch from a copy; never put batches of two places together"),
)  # fmt: skip

EARNED_MONTHS = 12
"""Months before a batch whose performance pay it may depend on: hardship advances are measured by up to so many."""

_ID = re.compile(r"[0-9a-f]{16}")
_START = "—"


@dataclass(frozen=True)
class Chain:
    """Sealed batches in the order in which they were sealed, each lying in a folder of ``root`` named by its id."""

    root: Path
    batches: tuple[BatchManifest, ...] = ()

    @property
    def last(self) -> str | None:
        """The id of the batch sealed last."""
        return self.batches[-1].batch if self.batches else None

    def get(self, batch: str) -> BatchManifest | None:
        return next((b for b in self.batches if b.batch == batch), None)

    def settling(self, batch: str) -> list[BatchManifest]:
        """A regular batch and its corrections so far."""
        return [b for b in self.batches if b.settles == batch]

    def up_to(self, batch: str | None) -> Chain:
        """The chain that ends with a batch; ``None``: the empty one."""
        ids = [b.batch for b in self.batches]
        return Chain(self.root, self.batches[: ids.index(batch) + 1] if batch is not None else ())

    def folder(self, batch: BatchManifest) -> Path:
        return self.root / batch.batch


def read_chain(root: Path) -> Chain:
    """All batches in a folder. Raises ``Refused`` when one is damaged or missing."""
    folders = sorted(p for p in root.glob("*") if _ID.fullmatch(p.name)) if root.is_dir() else []
    found = [(folder, inspect(folder, BATCH)) for folder in folders]
    problems = [p for folder, each in found for p in named(folder, each)]
    manifests = [each.manifest for _, each in found if each.manifest is not None]
    ordered = tuple(_in_order(manifests))
    if not errors(problems) and len(ordered) < len(manifests):
        problems.append(_broken(root, [m for m in manifests if m not in ordered], {m.batch for m in ordered}))
    if errors(problems):
        raise Refused(problems)
    return Chain(root, ordered)


def _in_order(manifests: Sequence[BatchManifest]) -> Iterator[BatchManifest]:
    """From the first on, as far as they join."""
    following: defaultdict[str | None, list[BatchManifest]] = defaultdict(list)
    for manifest in manifests:
        following[manifest.after].append(manifest)
    at: str | None = None
    while len(following[at]) == 1:
        manifest = following.pop(at)[0]
        yield manifest
        at = manifest.batch


def _broken(root: Path, loose: Sequence[BatchManifest], joined: set[str]) -> Problem:
    missing = sorted({m.after or _START for m in loose if m.after not in {x.batch for x in loose} | joined}) or [loose[0].after or _START]
    return CHAIN_BROKEN(Place(str(root)), batches=", ".join(m.batch for m in loose), missing=", ".join(missing))


def begun_with(con: Con, chain: Chain, period: Period, closed_by: str | None) -> Opening:
    """What a batch of a period begins with. ``closed_by``: the regular batch that closed it; then what that one began with,
    and facts other batches posted, later ones too, are not posted again. Advances paid by any batch are facts.
    """
    regular = None if closed_by is None else chain.get(closed_by)
    if regular is None:
        return left(con, chain, period)
    began = read_opening(con, chain.folder(regular) / "opening")
    return Opening(began.balances, began.earned, posted(con, chain, besides=closed_by), granted(con, chain), began.written_off)


def entries_settling(con: Con, chain: Chain, regular: str | None) -> list[Entry]:
    """The entries of a regular batch and of its corrections so far."""
    settling = [] if regular is None else chain.settling(regular)
    return [entry for batch in settling for entry in read_entries(con, chain.folder(batch) / "results")]


def left(con: Con, chain: Chain, period: Period) -> Opening:
    """What the batches of a chain left for one of ``period``."""
    return Opening(balances(con, chain), _earned(con, chain, period), posted(con, chain), granted(con, chain), written_off(con, chain))


def balances(con: Con, chain: Chain) -> dict[Account, int]:
    """Every balance that is not zero, in the order of the accounts."""
    files = [chain.folder(b) / "results" / "postings.parquet" for b in chain.batches]
    if not files:
        return {}
    rows = con.execute(
        f"SELECT kind, owner, part, sum(amount)::BIGINT AS balance FROM {parquet(files)} GROUP BY ALL HAVING balance <> 0 ORDER BY ALL"
    )
    return {Account(*row[:3]): row[3] for row in rows.fetchall()}


def posted(con: Con, chain: Chain, besides: str | None = None) -> frozenset[str]:
    """The facts turned into entries; with ``besides``: those of a regular batch and its corrections left out.

    Of a batch with corrections the last of these counts: a fact it took back may be posted again.
    """
    latest = {b.settles: b for b in chain.batches}
    files = [chain.folder(b) / "results" / "facts.parquet" for regular, b in latest.items() if regular != besides]
    rows = con.execute(f"SELECT DISTINCT fact FROM {parquet(files)}").fetchall() if files else []
    return frozenset(fact for (fact,) in rows)


def granted(con: Con, chain: Chain) -> dict[str, tuple[str, int]]:
    """The advances paid, net of corrections: person and fen by id."""
    return {advance: (person, -amount) for _, (kind, person, advance), amount in _net(con, chain, GRANTING) if kind == "advance"}


def written_off(con: Con, chain: Chain) -> dict[tuple[str, Account], int]:
    """What write-offs moved, less what came in since, in fen by write-off and account."""
    return {(name, account): amount for name, account, amount in _net(con, chain, LOSING) if account.kind != "paid"}


def _net(con: Con, chain: Chain, rules: Iterable[str]) -> Iterator[tuple[str, Account, int]]:
    """What entries of these rules come to, by subject and account, if not to nothing."""
    parts = [
        f"SELECT subject, kind, owner, part, amount FROM {parquet([results / 'entries.parquet'])} "
        f"JOIN {parquet([results / 'postings.parquet'])} USING (no) WHERE rule IN ({', '.join(map(quoted, sorted(rules)))})"
        for results in (chain.folder(b) / "results" for b in chain.batches)
    ]
    if parts:
        listed = " UNION ALL ".join(parts)
        rows = con.execute(
            f"SELECT subject, kind, owner, part, sum(amount)::BIGINT AS net FROM ({listed}) GROUP BY ALL HAVING net <> 0 ORDER BY ALL"
        )
        yield from ((row[0], Account(*row[1:4]), row[4]) for row in rows.fetchall())


def _earned(con: Con, chain: Chain, period: Period) -> dict[tuple[str, str], int]:
    """Performance pay by person and month, of the months before the period that may matter."""
    since = _months_before(period.start, EARNED_MONTHS)
    sums: defaultdict[tuple[str, str], int] = defaultdict(int)
    for batch in chain.batches:
        for when, person, amount in _earned_in(con, chain.folder(batch) / "results"):
            month = parse_period(when).end - dt.timedelta(days=1)
            if month >= since:
                sums[person, f"{month:%Y-%m}"] += amount
    return dict(sorted(sums.items()))


def _earned_in(con: Con, results: Path) -> list[tuple[str, str, int]]:
    earning = ", ".join(quoted(rule) for rule, said in RULES.items() if said.earns)
    entries, postings = (parquet([results / f"{table}.parquet"]) for table in ("entries", "postings"))
    return con.execute(
        f"SELECT e.period, p.owner, sum(p.amount)::BIGINT FROM {entries} e JOIN {postings} p USING (no) "
        f"WHERE e.rule IN ({earning}) AND p.kind = 'pay' GROUP BY ALL"
    ).fetchall()


def _months_before(day: dt.date, months: int) -> dt.date:
    counted = day.year * 12 + day.month - 1 - months
    return dt.date(counted // 12, counted % 12 + 1, 1)
