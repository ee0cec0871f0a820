"""``batch.json``: what a sealed pay batch says about itself.

A batch is named like a run: by the first 16 digits of the sum over what went in and came out. It also names the batch
before it, so all batches of a company form one chain, in the order in which they were sealed.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from jikao.archive.canonical import TableSum
from jikao.archive.form import FileSum, Form, Listing, Part, SealedId, Sha256, text_sum
from jikao.archive.manifest import MANIFEST, SCHEME
from jikao.scheme.period import Period, parse_period

FORMAT = 1
"""The version of this format. It changes only when an older Jikao could misread a newer batch."""

BATCH_MANIFEST = "batch.json"

OPENING = {
    "balances": {"kind": "VARCHAR", "owner": "VARCHAR", "part": "VARCHAR", "amount": "BIGINT"},
    "earned": {"person": "VARCHAR", "month": "VARCHAR", "amount": "BIGINT"},
    "posted": {"fact": "VARCHAR"},
    "granted": {"advance": "VARCHAR", "person": "VARCHAR", "amount": "BIGINT"},
    "written_off": {"write_off": "VARCHAR", "kind": "VARCHAR", "owner": "VARCHAR", "part": "VARCHAR", "amount": "BIGINT"},
}
"""The tables of what a batch begins with: column → SQL type; money in fen."""

ENTRIES = {
    "entries": {
        "no": "BIGINT", "period": "VARCHAR", "rule": "VARCHAR", "scheme": "VARCHAR", "subject": "VARCHAR", "formula": "VARCHAR",
        "sources": "VARCHAR",
    },
    "postings": {"no": "BIGINT", "seq": "BIGINT", **OPENING["balances"]},
}  # fmt: skip
"""The tables entries are written as; ``sources`` are joined by line feeds."""

RESULTS = {**ENTRIES, "facts": {"fact": "VARCHAR"}}
"""What a batch makes: its entries, and the facts it turned into entries."""

RESULT_KEYS = {"entries": ("no",), "postings": ("no", "seq"), "facts": ("fact",)}

TablePath = Annotated[str, StringConstraints(pattern=r"^[a-z]{1,16}/([0-9a-f]{16}/)?[a-z][a-z0-9_]{0,63}$")]


class PaidRun(Part):
    """A sealed run the batch pays, in the period it judges. ``content``: the sum over all that went into the run and came out."""

    run: SealedId
    scheme: str
    version: str
    period: str
    content: Sha256


class Approved(Part):
    """Who made the batch, who approved it, when, and why (a correction). The batch's id follows from all but the time."""

    by: str
    approver: str
    at: str = ""
    reason: str = ""

    @model_validator(mode="after")
    def _is_of_two_people(self) -> Self:
        if not bare(self.by) or not bare(self.approver) or bare(self.by) == bare(self.approver):
            raise ValueError("a batch is made by one person and approved by another")
        return self


class Totals(Part):
    """Sums over all statements, in fen."""

    people: int
    payable: int
    paid: int
    withheld: int


class BatchManifest(Listing):
    """``batch.json``. ``after``: the batch sealed before this one; ``tables``: by their paths without ``.parquet``."""

    format: int = Field(ge=1, le=FORMAT)
    batch: SealedId
    period: str
    corrects: SealedId | None = None
    after: SealedId | None = None
    runs: tuple[PaidRun, ...] = Field(min_length=1)
    tables: dict[TablePath, TableSum]
    approval: Approved
    totals: Totals
    jikao: str
    made_with: dict[str, str]
    origins: dict[str, str]
    """Name of the raw file by import id, for rows that are followed back to it."""
    files: tuple[FileSum, ...]

    @model_validator(mode="after")
    def _names_its_own_files(self) -> Self:
        if [f.name for f in self.files] != sorted(file_names(self.runs, self.tables)):
            raise ValueError("files and tables do not match")
        if not set(required_tables(self.runs, correction=self.corrects is not None)) <= set(self.tables):
            raise ValueError("tables are not those of a batch")
        if [str(p) for p in (self.when, *(parse_period(r.period) for r in self.runs))] != [self.period, *(r.period for r in self.runs)]:
            raise ValueError("periods are not written in our form")
        if self.corrects is not None and not bare(self.approval.reason):
            raise ValueError("a correction gives a reason")
        return self

    @property
    def when(self) -> Period:
        """The period as a value."""
        return parse_period(self.period)

    @property
    def settles(self) -> str:
        """The regular batch of the period: this one, or the one it corrects."""
        return self.corrects or self.batch

    @property
    def sealed_id(self) -> str:
        return self.batch

    @property
    def listed(self) -> tuple[FileSum, ...]:
        return self.files

    @property
    def content(self) -> str:
        """The sum over all that went in and came out."""
        schemes = {f.name: f.sha256 for f in self.files if f.name.endswith(f"/{SCHEME}")}
        return batch_content(self.period, self.corrects, self.after, self.approval, self.runs, schemes, self.tables)


BATCH = Form("batch", BATCH_MANIFEST, FORMAT, BatchManifest)
"""Sealed pay batches."""


def scheme_name(run: str) -> str:
    """The file of the scheme a run was scored by."""
    return f"runs/{run}/{SCHEME}"


def run_manifest_name(run: str) -> str:
    """The file of a run's own manifest, by which its id and the sums of what was copied from it follow."""
    return f"runs/{run}/{MANIFEST}"


def bare(name: str) -> str:
    """A person's name for comparing: full width or not, capitals or not, and whatever cannot be seen, is one name."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return "".join(c for c in folded if c.isprintable() and c != " ")


def file_names(runs: Iterable[PaidRun], tables: Iterable[str]) -> list[str]:
    """Every file a manifest must list."""
    copied = {named(r.run) for r in runs for named in (scheme_name, run_manifest_name)}
    return [*copied, *(f"{t}.parquet" for t in tables)]


def required_tables(runs: Iterable[PaidRun], *, correction: bool) -> list[str]:
    """The tables every batch has; a correction also the entries it is measured against, and the balances at the time."""
    required = [f"runs/{r.run}/results" for r in runs] + [f"opening/{t}" for t in OPENING] + [f"results/{t}" for t in RESULTS]
    return [*required, "now/balances", *(f"measured/{t}" for t in ENTRIES)] if correction else required


def batch_content(
    period: str,
    corrects: str | None,
    after: str | None,
    approval: Approved,
    runs: Sequence[PaidRun],
    schemes: Mapping[str, str],
    tables: Mapping[str, TableSum],
) -> str:
    """SHA-256 over one line for every part of a batch's content, and who answers for it; the time is no part."""
    said = [f"period {period}", f"corrects {corrects or '-'}", f"after {after or '-'}"]
    said += [f"approval {json.dumps([approval.by, approval.approver, approval.reason])}"]
    said += [f"run {r.run} {r.scheme} {r.period} {r.content}" for r in sorted(runs, key=lambda r: (r.run, r.period))]
    said += [f"scheme {n} {schemes[n]}" for n in sorted(schemes)]
    said += [f"table {n} {tables[n].sha256}" for n in sorted(tables)]
    return text_sum("".join(f"{line}\n" for line in said))
