"""Computing a batch from what lies in its folder: the same step makes a batch and verifies it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jikao.archive.batch_manifest import PaidRun, Totals
from jikao.archive.books import read_balances, read_entries, read_opening
from jikao.archive.verify import sealed_scheme
from jikao.evidence.duck import Con
from jikao.evidence.snapshot import Snapshot
from jikao.payout.compute import Job, Payroll, correct, pay
from jikao.payout.ledger import Opening
from jikao.payout.reading import RunSource, read_facts, read_run
from jikao.payout.statement import Statement
from jikao.scheme.calendar import WorkCalendar
from jikao.scheme.period import Period, parse_period
from jikao.scheme.problem import stop_on_errors


@dataclass(frozen=True)
class Content:
    """A folder that holds everything a batch is computed from. ``origins``: file name by import id."""

    folder: Path
    period: Period
    runs: Sequence[PaidRun]
    origins: Mapping[str, str]

    def snapshot(self) -> Snapshot:
        """The evidence; pay asks no calendar."""
        tables = {file.stem: (file,) for file in sorted((self.folder / "evidence").glob("*.parquet"))}
        return Snapshot(tables, WorkCalendar(), self.origins)

    def payroll(self, con: Con, *, correction: bool) -> Payroll:
        """Compute it. Raises ``Refused`` when a scheme lacks a number its payout rules need."""
        job = self.job(con)
        if not correction:
            return pay(job)
        return correct(job, read_entries(con, self.folder / "measured"), Opening(read_balances(con, self.folder / "now")))

    def job(self, con: Con) -> Job:
        """What is to be computed. Raises ``Refused`` like ``payroll``."""
        runs = [read_run(source) for source in self._sources()]
        return Job(self.period, runs, read_facts(self.snapshot(), self.period.end), read_opening(con, self.folder / "opening"))

    def _sources(self) -> Iterator[RunSource]:
        for run in self.runs:
            folder = self.folder / "runs" / run.run
            violations = folder / "violations.parquet"
            text, problems = sealed_scheme(folder)
            stop_on_errors(problems)
            seen = (violations,) if violations.is_file() else ()
            yield RunSource(run.run, parse_period(run.period), text or "", folder / "results.parquet", seen)


def totals(statements: Iterable[Statement]) -> Totals:
    """Sums over all statements."""
    figures = [(s.total, s.paid, s.withheld) for s in statements]
    payable, paid, withheld = (sum(column) for column in zip(*figures, strict=True)) if figures else (0, 0, 0)
    return Totals(people=len(figures), payable=payable, paid=paid, withheld=withheld)
