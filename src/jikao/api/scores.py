"""Scoring: make a run of a period by the version in force, and seal it."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jikao.api.runs import period_of, runs_folder
from jikao.api.schemes import sound, write_whole
from jikao.scheme.period import Period
from jikao.scheme.problem import Level, Place, Problem, Refused, errors, kind, stop_on_errors
from jikao.scheme.text import Text

if TYPE_CHECKING:
    from jikao.evidence.backend import EngineName
    from jikao.evidence.snapshot import Snapshot
    from jikao.evidence.store import Store
    from jikao.scheme.read import Reading
    from jikao.scheme.rules import Rules
    from jikao.scoring.run import Progress


OTHER_PERIOD = kind(
    "period.other-kind", Level.ERROR,
    what=Text("方案按{needs}考核,而 {given} 不是", "The scheme judges by {needs}, and {given} is not one"),
    why=Text("周期由方案规定", "the length of the period is set by the scheme"),
    mend=Text("换用对应的周期", "give a period of that length"),
)  # fmt: skip
NOT_VALID_YET = kind(
    "scheme.not-in-force", Level.ERROR,
    what=Text("方案 {scheme} 在 {day} 尚无生效的版本", "No version of scheme {scheme} is in force on {day}"),
    why=Text("不能用生效之前或失效之后的规则评价人", "people cannot be judged by rules before or after they hold"),
    mend=Text("修改 valid_from,或选择生效后的周期", "mend valid_from, or choose a later period"),
)  # fmt: skip
VERSION_REUSED = kind(
    "scheme.version-reused", Level.ERROR,
    what=Text("方案 {scheme} 的版本 {version} 已用过,而文字与当时不同", "Version {version} of scheme {scheme} was used before, with another text"),
    why=Text("同一版本号只能对应一份文字,否则无法说清当时按什么评的", "a version names one text, or nobody can say what people were judged by"),
    mend=Text("修改后请改用新的版本号和生效日期;只想换一种读法,用 --set 即可", "give the changed text a new version and date; for another reading of a setting --set is enough"),
)  # fmt: skip
NOBODY = kind(
    "run.nobody", Level.ERROR,
    what=Text("{period} 没有符合方案岗位的考核对象", "Nobody is judged in {period}: no one holds a position the scheme binds"),
    why=Text("方案约束的岗位:{positions}", "the scheme binds the positions: {positions}"),
    mend=Text("导入人员(people),并核对岗位名称与在职日期", "import people, and check their positions and dates"),
)  # fmt: skip

_UNITS = {"month": Text("月", "the month"), "quarter": Text("季度", "the quarter"), "year": Text("年", "the year")}


@dataclass(frozen=True)
class Scored:
    """A run that was made and sealed. ``fresh`` is ``False`` when the very same run lay there already."""

    run: Path
    run_id: str
    fresh: bool
    version: str
    problems: tuple[Problem, ...]
    touched: tuple[str, ...] | None
    """People measured anew; ``None``: everybody."""


@dataclass(frozen=True)
class ScoreOptions:
    """How to make a run; nothing here changes a result."""

    engine: EngineName = "duckdb"
    threads: int | None = None
    master: str | None = None
    progress: Progress | None = None
    settings: Mapping[str, str] | None = None
    replaces: str | None = None
    reason: str = ""
    by: str = ""
    at: str = ""
    refresh: bool = True


def score(scheme: Path, store: Store, period: str, options: ScoreOptions | None = None) -> Scored:
    """Score a period by the version of the scheme in force for it, and seal the run into the store's ``runs``."""
    from jikao.scheme.checks.holes import needed_by_a_run
    from jikao.scheme.rules import rules_of
    from jikao.scoring.entry_checks import entry_problems

    options = options or ScoreOptions()
    when, version = period_of(period), in_force(scheme, store, period)
    adopted = with_settings(version, options.settings)
    rules = rules_of(judged_by(adopted, when))
    snapshot = store.snapshot()
    problems = [p for p in adopted.problems if p.level is not Level.HINT] + list(needed_by_a_run(rules.scheme, adopted.places))
    problems += [*_evidence_problems(store, rules, when), *entry_problems(rules, snapshot, [when])]
    if errors(problems):
        raise Refused(problems)
    with tempfile.TemporaryDirectory(dir=store.root / "tmp") as folder:
        out = Path(folder) / "out"
        touched = _carry_out(rules, store, snapshot, when, out, adopted.sha256, options)
        scored = _sealed(rules, adopted, store, snapshot, when, out, tuple(problems), touched, options)
    _keep_scheme(store, version)
    return scored


def judged_by(reading: Reading, period: Period) -> Any:
    """The scheme of a reading, which judges by periods of that kind. Raises ``Refused`` otherwise."""
    scheme = reading.scheme
    if scheme is not None and scheme.period is not period.kind:
        raise Refused([OTHER_PERIOD(needs=_UNITS[scheme.period], given=period)])
    return scheme


def _evidence_problems(store: Store, rules: Rules, period: Period) -> list[Problem]:
    from jikao.evidence.quality import evidence_problems

    return list(evidence_problems(store, rules.scheme, period))


def in_force(path: Path, store: Store, period: str) -> Reading:
    """The version that holds for the period among the given text and those used before (A53).

    A version is its text before any setting given for one run: another reading of an ambiguity is no other version.
    """
    from jikao.scheme.process import in_force as holding
    from jikao.scheme.read import read_file

    given = sound(path)
    assert given.scheme is not None  # noqa: S101 - _sound has seen to it
    folder = store.root / "schemes" / given.scheme.scheme
    kept = {r.scheme.version: r for r in map(read_file, sorted(folder.glob("*.yaml"))) if r.scheme is not None}
    same = kept.get(given.scheme.version)
    if same is not None and same.sha256 != given.sha256:
        raise Refused([VERSION_REUSED(Place(str(path)), scheme=given.scheme.scheme, version=given.scheme.version)])
    versions = {**kept, given.scheme.version: given}
    start = period_of(period).start
    holds = holding([r.scheme for r in versions.values() if r.scheme is not None], start)
    if holds is None:
        raise Refused([NOT_VALID_YET(Place(str(path)), scheme=given.scheme.scheme, day=start)])
    return versions[holds.version]


def with_settings(reading: Reading, settings: Mapping[str, str] | None) -> Reading:
    """The same scheme with the settings written into its text, so that the sealed text says what was used."""
    from jikao.scheme.read import read
    from jikao.scheme.write import edit

    if not settings:
        return reading
    stop_on_errors(read(reading.text, reading.places.file, settings).problems)
    text = reading.text
    for name, value in settings.items():
        text = edit(text, ("settings", name, "value"), value)
    return read(text, reading.places.file)


def _carry_out(
    rules: Rules, store: Store, snapshot: Snapshot, period: Period, out: Path, sha256: str, options: ScoreOptions
) -> tuple[str, ...] | None:
    """Make the run: anew, or from an earlier one of the same text and period where only some evidence changed."""
    from jikao.scoring.latest import earlier_run, remember
    from jikao.scoring.refresh import refresh
    from jikao.scoring.run import score as make

    memory = store.root / "latest" / f"{rules.scheme.scheme}-{period}"
    earlier = earlier_run(memory, sha256, snapshot.calendar) if options.refresh and options.engine == "duckdb" else None
    touched: tuple[str, ...] | None = None
    if earlier is not None:
        touched = refresh(rules, earlier, snapshot, [period], out, progress=options.progress)
    else:
        make(
            rules, snapshot, [period], out,
            engine_name=options.engine, threads=options.threads, master=options.master, progress=options.progress,
        )  # fmt: skip
    remember(memory, sha256, snapshot, out)
    return touched


def _sealed(
    rules: Rules, reading: Reading, store: Store, snapshot: Snapshot, period: Period, out: Path, problems: tuple[Problem, ...],
    touched: tuple[str, ...] | None, options: ScoreOptions,
) -> Scored:  # fmt: skip
    from jikao.archive.manifest import Correction
    from jikao.archive.seal import SchemeText, seal
    from jikao.scoring.needs import needed_rows

    scheme = rules.scheme
    if not _somebody(out):
        raise Refused([NOBODY(period=period, positions=", ".join(scheme.positions) or "*")])
    correction = Correction(replaces=options.replaces, reason=options.reason) if options.replaces else None
    text = SchemeText(scheme.scheme, scheme.version, Path(reading.places.file).name or "scheme.yaml", reading.text.encode())
    sealed = seal(
        runs_folder(store), out, scheme=text, snapshot=snapshot, needs=needed_rows(rules, snapshot, period), periods=[period],
        engine=options.engine, correction=correction, by=options.by, at=options.at,
    )  # fmt: skip
    if sealed.path is None:
        raise Refused(sealed.problems)
    return Scored(sealed.path, sealed.run, sealed.fresh, scheme.version, (*problems, *sealed.problems), touched)


def _somebody(out: Path) -> bool:
    from jikao.scoring.results import count_results

    return count_results(out) > 0


def _keep_scheme(store: Store, reading: Reading) -> None:
    assert reading.scheme is not None  # noqa: S101
    folder = store.root / "schemes" / reading.scheme.scheme
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{reading.scheme.version}.yaml"
    if not file.exists():
        write_whole(file, reading.text)


def today() -> str:
    """The moment, for the manifest of a run; nothing is computed from it."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


def rehearse(scheme: Path, store: Store, period: str) -> int:
    """Score a period in full without sealing anything; how many results there were."""
    from jikao.scheme.rules import rules_of
    from jikao.scoring.results import count_results
    from jikao.scoring.run import score as make

    when = period_of(period)
    rules = rules_of(judged_by(sound(scheme), when))
    with tempfile.TemporaryDirectory(dir=store.root / "tmp") as folder:
        make(rules, store.snapshot(), [when], Path(folder) / "out")
        return count_results(Path(folder) / "out")
