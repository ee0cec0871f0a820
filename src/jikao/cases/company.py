"""A company of its own for one case: a store of evidence, sealed runs and pay batches, made as a user makes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jikao.archive.batches import Approval, make_batch
from jikao.archive.corrections import CORRECTS_NOTHING, UNNAMED, holding
from jikao.archive.manifest import Correction
from jikao.archive.seal import SchemeText, Sealed, seal
from jikao.cases.form import Payday
from jikao.cases.material import edited, problems_of
from jikao.evidence.store import Store
from jikao.scheme.model import OutputValue
from jikao.scheme.period import Period, ending_in
from jikao.scheme.problem import Problem, errors
from jikao.scheme.read import read
from jikao.scheme.rules import Rules, rules_of
from jikao.scoring.needs import needed_rows
from jikao.scoring.run import score


@dataclass(frozen=True)
class Scored:
    """A scheme to be scored: its rules, and the text that states them with every setting in its place."""

    rules: Rules
    text: SchemeText


def scored(text: str, file: str, settings: Mapping[str, str], changes: Mapping[str, Any]) -> Scored:
    """A sound scheme. The settings are written into its text, so that the sealed text says what was used."""
    adopted = edited(text, {**changes, **{f"settings.{name}.value": value for name, value in settings.items()}})
    scheme = read(adopted, file).scheme
    assert scheme is not None  # noqa: S101 - it was read without errors
    return Scored(rules_of(scheme), SchemeText(scheme.scheme, scheme.version, Path(file).name, adopted.encode()))


@dataclass(frozen=True)
class Day:
    """How a payday went: the batch that lies there now, or the problems that kept it from being made."""

    problems: Sequence[Problem]
    path: Path | None = None


class Company:
    """A store of evidence, sealed runs and batches, as a company has them."""

    def __init__(self, folder: Path, schemes: Sequence[Scored], reason: str) -> None:
        """``reason``: why runs are corrected, where evidence changed."""
        self.store = Store.create(folder / "store")
        self._reason = reason
        self._schemes = schemes
        self._scratch = folder / "scratch"
        self._regular: dict[Period, str] = {}
        """The latest batch of every period that is no correction."""

    @property
    def pay_folder(self) -> Path:
        """Where the batches lie."""
        return self.store.root / "pay"

    @property
    def runs_folder(self) -> Path:
        """Where the sealed runs lie."""
        return self.store.root / "runs"

    def batches(self) -> list[Path]:
        """The folder of every batch."""
        return sorted(self.pay_folder.glob("[0-9a-f]*"))

    def sealed(self) -> dict[str, bytes]:
        """Every file of every batch."""
        files = (path for batch in self.batches() for path in batch.rglob("*") if path.is_file())
        return {str(path.relative_to(self.pay_folder)): path.read_bytes() for path in files}

    def payday(self, step: Payday, period: Period) -> Day:
        """Score and seal whatever ends in the period, and make the batch."""
        problems: list[Problem] = []
        for scheme in self._schemes:
            for when in ending_in(period, scheme.rules.scheme.period):
                problems += self._score(scheme, when)
        return Day(problems) if errors(problems) else self._batch(step, period, problems)

    def _batch(self, step: Payday, period: Period, problems: Sequence[Problem]) -> Day:
        corrects = self._regular.get(period, "") if step.corrects else None
        approval = Approval(step.by, step.approver, reason=step.reason)
        made = make_batch(self.pay_folder, self.runs_folder, self.store.snapshot(), period, approval, corrects=corrects)
        if made.path is not None and not step.corrects:
            self._regular[period] = made.batch
        return Day([*problems, *made.problems], made.path)

    def rules_of_orders(self) -> OutputValue | None:
        """The rules of output value among the schemes."""
        return next(filter(None, (scheme.rules.scheme.payout.output_value for scheme in self._schemes)), None)

    def _score(self, scheme: Scored, period: Period) -> list[Problem]:
        """A sealed run of the period; where another one holds already, its correction."""
        problems = problems_of(self.store, scheme.rules, period)
        if errors(problems):
            return problems
        name, out = scheme.rules.scheme.scheme, self._scratch / f"{scheme.rules.scheme.scheme}-{period}"
        score(scheme.rules, self.store.snapshot(), [period], out)
        made = self._seal(scheme, period, out)
        holds = holding(self.runs_folder, name, [str(period)])
        if holds and _codes(made) == [UNNAMED.code]:
            made = self._seal(scheme, period, out, Correction(replaces=holds, reason=self._reason))
        return [*problems, *(made.problems if _codes(made) != [CORRECTS_NOTHING.code] else ())]

    def _seal(self, scheme: Scored, period: Period, out: Path, correction: Correction | None = None) -> Sealed:
        snapshot = self.store.snapshot()
        needs = needed_rows(scheme.rules, snapshot, period)
        return seal(self.runs_folder, out, scheme=scheme.text, snapshot=snapshot, needs=needs, periods=[period], correction=correction)


def _codes(made: Sealed) -> list[str]:
    return [problem.code for problem in made.problems]
