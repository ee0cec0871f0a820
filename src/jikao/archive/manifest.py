"""``run.json`` and ``SEAL``: what a sealed run says about itself.

``run.json`` names every other file with its size and sum; ``SEAL`` holds the sum of ``run.json`` and a sum of its own
lines. So a change to any byte, also of these two, shows and can be told where.

A run's id is the first 16 digits of the sum over what went in and came out: scheme, calendar, periods, evidence,
results, and the run it replaces. The same inputs give the same id wherever, whenever and on whatever engine.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from pydantic_core import from_json

from jikao.archive.canonical import TableSum
from jikao.scheme.period import Period, parse_period
from jikao.scheme.problem import Level, Place, Problem, kind
from jikao.scheme.text import Text

FORMAT = 1
"""The version of this format. It changes only when an older Jikao could misread a newer run."""

MANIFEST, SEAL, SCHEME, CALENDAR = "run.json", "SEAL", "scheme.yaml", "calendar.json"

RESULTS = {
    "measures": ("period", "person", "seat", "indicator"),
    "marks": ("period", "person", "seat", "indicator"),
    "sections": ("period", "person", "seat", "section"),
    "results": ("period", "person"),
}
"""The tables a run makes, and the columns that name their rows."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
RunId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
TableName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]

UNREADABLE = kind(
    "run.manifest-unreadable",
    Level.ERROR,
    what=Text("封存清单无法理解：{reason}", "The manifest cannot be understood: {reason}"),
    why=Text(
        "封条完好，说明文件自封存后未变，但内容不是本程序写的格式",
        "the seal is whole, so nobody changed it since; it was not written in our format",
    ),
    mend=Text("向提供者索取原始的封存结果", "ask whoever gave you the run for the original"),
)
NEWER = kind(
    "run.newer-format",
    Level.ERROR,
    what=Text("封存格式 {format} 比本程序能读的 {known} 新", "The run is of format {format}; this program reads up to {known}"),
    why=Text("旧程序可能误读新格式", "an older program could misread it"),
    mend=Text("升级绩考后再试", "upgrade Jikao and try again"),
)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FileSum(_Part):
    """One file of the run."""

    name: str
    size: int = Field(ge=0)
    sha256: Sha256


class SchemeFile(_Part):
    """Which scheme; ``file`` is the name the text had when it was sealed."""

    id: str
    version: str
    file: str
    sha256: Sha256


class Correction(_Part):
    """Which run this one puts in the place of, and why."""

    replaces: str
    reason: str


class Manifest(_Part):
    """``run.json``. ``made_with``, ``origins``, ``by`` and ``at`` are for information; nothing is computed from them."""

    format: int = Field(ge=1, le=FORMAT)
    run: RunId
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

    def as_bytes(self) -> bytes:
        return (json.dumps(self.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n").encode()


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
    return _sha256("".join(f"{line}\n" for line in said))


def run_id(content: str, replaces: str | None) -> str:
    """The id of a run. A correction is another run than the same content sealed first (a change taken back must show)."""
    return (content if replaces is None else _sha256(f"{content}\nreplaces {replaces}\n"))[:16]


def read_manifest(raw: bytes) -> Manifest | Problem:
    """The manifest a text holds, or why it holds none."""
    place = Place(MANIFEST)
    try:
        value = from_json(raw)
        found = value.get("format") if isinstance(value, dict) else None
        if isinstance(found, int) and found > FORMAT:
            return NEWER(place, format=found, known=FORMAT)
        return Manifest.model_validate(value)
    except ValidationError as cause:
        first = cause.errors()[0]
        return UNREADABLE(place, reason=f"{'.'.join(map(str, first['loc']))}: {first['msg']}")
    except ValueError as cause:
        return UNREADABLE(place, reason=str(cause))


def seal_text(manifest: bytes) -> str:
    """What ``SEAL`` must say for a manifest."""
    return _sealed(hashlib.sha256(manifest).hexdigest())


def is_whole(seal: bytes) -> bool:
    """Whether a seal's own sum is right; then a wrong sum of the manifest is the manifest's fault."""
    words = seal.decode("ascii", "replace").split()
    return any(_sealed(word).encode() == seal for word in words)


def _sealed(manifest_sum: str) -> str:
    said = f"jikao sealed run {FORMAT}\n{MANIFEST} {manifest_sum}\n"
    return f"{said}seal {_sha256(said)}\n"


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
