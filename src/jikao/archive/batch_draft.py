"""A batch on its way: first everything it is computed from is written into a folder of its own, then what it makes."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import jikao
from jikao.archive.batch_content import Content, totals
from jikao.archive.batch_manifest import (
    FORMAT,
    Approved,
    BatchManifest,
    PaidRun,
    batch_content,
    file_names,
    run_manifest_name,
    scheme_name,
)
from jikao.archive.books import Sums, write_balances, write_entries, write_opening, write_results
from jikao.archive.chain import Chain, balances, begun_with, entries_settling
from jikao.archive.manifest import MANIFEST, SCHEME
from jikao.archive.paying import Paying
from jikao.archive.writing import Evidence, copied_evidence, copied_table, file_sums, made_with
from jikao.evidence.duck import Con
from jikao.evidence.snapshot import Snapshot
from jikao.payout.compute import Payroll
from jikao.payout.reading import needed_rows
from jikao.payout.statement import statements
from jikao.scheme.period import Period
from jikao.scheme.problem import stop_on_errors


class Draft:
    """A batch being written into a folder of its own."""

    def __init__(self, con: Con, folder: Path, chain: Chain, period: Period, target: str | None, paying: Sequence[Paying]) -> None:
        self.con, self.folder, self.chain, self.target = con, folder, chain, target
        self._period, self._paying = period, paying
        self._runs = tuple(
            PaidRun(run=p.manifest.run, scheme=p.scheme.scheme, version=p.scheme.version, period=str(p.period), content=p.manifest.content)
            for p in paying
        )
        self._evidence = Evidence()
        self._tables: Sums = {}

    def content(self, origins: Mapping[str, str]) -> Content:
        """What the batch is computed from, once the inputs are written."""
        return Content(self.folder, self._period, self._runs, origins)

    def write_inputs(self, snapshot: Snapshot, *, correction: bool) -> None:
        """Everything the batch is computed from. Raises ``Refused`` when evidence cannot be read."""
        con, folder = self.con, self.folder
        for paying in self._paying:
            self._copy_run(paying)
        self._evidence = copied_evidence(con, folder / "evidence", snapshot, needed_rows(self._period.end))
        stop_on_errors(self._evidence.problems)
        self._keep("evidence", self._evidence.sums)
        self._keep("opening", write_opening(con, folder / "opening", begun_with(con, self.chain, self._period, self.target)))
        if correction:
            self._keep("now", write_balances(con, folder / "now", balances(con, self.chain)))
            self._keep("measured", write_entries(con, folder / "measured", entries_settling(con, self.chain, self.target)))

    def _copy_run(self, paying: Paying) -> None:
        run = f"runs/{paying.manifest.run}"
        (self.folder / run).mkdir(parents=True, exist_ok=True)
        shutil.copyfile(paying.folder / SCHEME, self.folder / scheme_name(paying.manifest.run))
        shutil.copyfile(paying.folder / MANIFEST, self.folder / run_manifest_name(paying.manifest.run))
        sources = {
            "results": paying.folder / "results" / "results.parquet",
            "violations": paying.folder / "evidence" / "violations.parquet",
        }
        self._keep(run, {t: copied_table(self.con, f, self.folder / run / f"{t}.parquet") for t, f in sources.items() if f.is_file()})

    def _keep(self, folder: str, sums: Sums) -> None:
        self._tables |= {f"{folder}/{table}": total for table, total in sums.items()}

    def finished(self, payroll: Payroll, approval: Approved, origins: Mapping[str, str], *, correction: bool) -> BatchManifest:
        """Write the results; the manifest of the whole."""
        self._keep("results", write_results(self.con, self.folder / "results", payroll.entries, payroll.posted))
        corrects = self.target if correction else None
        schemes = {f.name: f.sha256 for f in file_sums(self.folder, {scheme_name(r.run) for r in self._runs})}
        content = batch_content(str(self._period), corrects, self.chain.last, approval, self._runs, schemes, self._tables)
        before = balances(self.con, self.chain)
        return BatchManifest(
            format=FORMAT,
            batch=content[:16],
            period=str(self._period),
            corrects=corrects,
            after=self.chain.last,
            runs=self._runs,
            tables=self._tables,
            approval=approval,
            totals=totals(statements(payroll.entries, before, {})),
            jikao=jikao.__version__,
            made_with=made_with("duckdb"),
            origins=self._evidence.origins(origins) | self._run_origins(),
            files=file_sums(self.folder, file_names(self._runs, self._tables)),
        )

    def _run_origins(self) -> dict[str, str]:
        """The raw files of what the runs saw."""
        return {i: name for p in self._paying for i, name in p.manifest.origins.items()}
