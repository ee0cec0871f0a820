"""What every sealed folder has in common: a manifest that names every other file, and ``SEAL``, which guards the manifest.

``SEAL`` holds the sum of the manifest and a sum of its own lines. So a change to any byte, also of these two, shows and
can be told where. A *form* says what the manifest of one kind of folder is called and how it is read.
"""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import from_json

from jikao.scheme.problem import Level, Place, Problem, kind
from jikao.scheme.text import Text

SEAL = "SEAL"

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
SealedId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]

UNREADABLE = kind(
    "run.manifest-unreadable",
    Level.ERROR,
    what=Text("封存清单无法理解：{reason}", "The manifest cannot be understood: {reason}"),
    why=Text(
        "封条完好，说明文件自封存后未变，但内容不是本程序写的格式",
        "the seal is whole, so nobody changed it since; it was not written in our format",
    ),
    mend=Text("向提供者索取原始的封存结果", "ask whoever gave it to you for the original"),
)
NEWER = kind(
    "run.newer-format",
    Level.ERROR,
    what=Text("封存格式 {format} 比本程序能读的 {known} 新", "It is sealed in format {format}; this program reads up to {known}"),
    why=Text("旧程序可能误读新格式", "an older program could misread it"),
    mend=Text("升级绩考后再试", "upgrade Jikao and try again"),
)


class Part(BaseModel):
    """A part of a manifest: frozen, with no fields but its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FileSum(Part):
    """One file of a sealed folder."""

    name: str
    size: int = Field(ge=0)
    sha256: Sha256


class Listing(Part, ABC):
    """A manifest, as far as all are alike: it has an id and lists every other file."""

    @property
    @abstractmethod
    def sealed_id(self) -> str:
        """The id the folder is named by."""

    @property
    @abstractmethod
    def listed(self) -> tuple[FileSum, ...]:
        """Every other file, in the order of the names."""

    def as_bytes(self) -> bytes:
        """The manifest as it is written."""
        return (json.dumps(self.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n").encode()


M = TypeVar("M", bound=Listing)


@dataclass(frozen=True)
class Form(Generic[M]):
    """A kind of sealed folder. ``version`` of its format changes only when an older Jikao could misread a newer folder."""

    what: str
    """What its seal calls it."""
    manifest: str
    """The file name of its manifest."""
    version: int
    model: type[M]

    def read(self, raw: bytes) -> M | Problem:
        """The manifest a text holds, or why it holds none."""
        place = Place(self.manifest)
        try:
            value = from_json(raw)
            found = value.get("format") if isinstance(value, dict) else None
            if isinstance(found, int) and found > self.version:
                return NEWER(place, format=found, known=self.version)
            return self.model.model_validate(value)
        except ValidationError as cause:
            first = cause.errors()[0]
            return UNREADABLE(place, reason=f"{'.'.join(map(str, first['loc']))}: {first['msg']}")
        except ValueError as cause:
            return UNREADABLE(place, reason=str(cause))

    def seal_text(self, manifest: bytes) -> str:
        """What ``SEAL`` must say for a manifest."""
        return self._sealed(hashlib.sha256(manifest).hexdigest())

    def is_whole(self, seal: bytes) -> bool:
        """Whether a seal's own sum is right; then a wrong sum of the manifest is the manifest's fault."""
        words = seal.decode("ascii", "replace").split()
        return any(self._sealed(word).encode() == seal for word in words)

    def _sealed(self, manifest_sum: str) -> str:
        said = f"jikao sealed {self.what} {self.version}\n{self.manifest} {manifest_sum}\n"
        return f"{said}seal {text_sum(said)}\n"


def text_sum(text: str) -> str:
    """SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()
