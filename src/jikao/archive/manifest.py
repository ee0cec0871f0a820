"""``run.json``: what a sealed run says about itself.

A run's id is the first 16 digits of the sum over what went in and came out: scheme, calendar, periods, evidence,
results, and the run it replaces. The same inputs give the same id wherever, whenever and on whatever engine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from jikao.archive.canonical import TableSum
from jikao.archive.form import FileSum, Form, Listing, Part, SealedId, Sha256, text_sum
from jikao.scheme.period import Period, parse_period

FORMAT = 1
"""The version of this format. It changes only when an older Jikao could misread a newer run."""

MANIFEST, SCHEME, CALENDAR = "run.json", "scheme.yaml", "calendar.json"

RESULTS = {
    "measures": ("period", "person", "seat", "indicator"),
    "marks": ("period", "person", "seat", "indicator"),
    "sections": ("period", "person", "seat", "section"),
    "results": ("period", "person"),
}
"""The tables a run makes, and the columns that name their rows."""

TableName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]


class SchemeFile(Part):
    """Which scheme; ``file`` is the name the text had when it was sealed."""

    id: str
    version: str
    file: str
    sha256: Sha256


class Correction(Part):
    """Which run this one puts in the place of, and why."""

    replaces: str
    reason: str


class Manifest(Listing):
    """``run.json``. ``made_with``, ``origins``, ``by`` and ``at`` are for information; nothing is computed from them."""

    format: int = Field(ge=1, le=FORMAT)
    run: SealedId
    scheme: SchemeFile
    calendar: Sha256
    periods: tuple[str, ...] = Field(min_length=1)
    evidence: dict[TableName, TableSum]
    results: dict[TableName, TableSum]
    correction: Correction | None = None
    by: str = ""
    at: str = ""
    jikao: str
    made_with: dict[str, str]
    origins: dict[str, str]
    """Name of the raw file by import id, for rows that are followed back to it."""
    files: tuple[FileSum, ...]

    @model_validator(mode="after")
    def _names_its_own_files(self) -> Self:
        if [f.name for f in self.files] != sorted(file_names(self.evidence, self.results)):
            raise ValueError("files and tables do not match")
        if set(self.results) != set(RESULTS):
            raise ValueError("results are not those of a run")
        if [str(p) for p in self.when()] != list(self.periods):
            raise ValueError("periods are not written in our form")
        return self

    def when(self) -> tuple[Period, ...]:
        """The periods as values."""
        return tuple(map(parse_period, self.periods))

    @property
    def content(self) -> str:
        """The sum over all that went in and came out."""
        return content_sum(self.scheme.sha256, self.calendar, self.periods, self.evidence, self.results)

    @property
    def sealed_id(self) -> str:
        return self.run

    @property
    def listed(self) -> tuple[FileSum, ...]:
        return self.files


RUN = Form("run", MANIFEST, FORMAT, Manifest)
"""Sealed runs."""


def file_names(evidence: Mapping[str, TableSum], results: Mapping[str, TableSum]) -> list[str]:
    """Every file a manifest must list."""
    return [CALENDAR, SCHEME, *(f"evidence/{n}.parquet" for n in evidence), *(f"results/{n}.parquet" for n in results)]


def content_sum(
    scheme: str, calendar: str, periods: Sequence[str], evidence: Mapping[str, TableSum], results: Mapping[str, TableSum]
) -> str:
    """SHA-256 over one line for every part of a run's content."""
    said = [f"scheme {scheme}", f"calendar {calendar}", *(f"period {p}" for p in sorted(periods))]
    said += [f"evidence {n} {evidence[n].sha256}" for n in sorted(evidence)]
    said += [f"results {n} {results[n].sha256}" for n in sorted(results)]
    return text_sum("".join(f"{line}\n" for line in said))


def run_id(content: str, replaces: str | None) -> str:
    """The id of a run. A correction is another run than the same content sealed first (a change taken back must show)."""
    return (content if replaces is None else text_sum(f"{content}\nreplaces {replaces}\n"))[:16]
