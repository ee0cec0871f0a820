"""Corrections: a run that names the run it puts in its place. Nothing edits a sealed run.

The runs of a company lie side by side in one folder, each in a folder named by its id.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from jikao.archive.manifest import MANIFEST, RUN, Correction, Manifest
from jikao.scheme.problem import Level, Problem, kind
from jikao.scheme.text import Text

CORRECTS_UNKNOWN = kind(
    "run.corrects-unknown",
    Level.ERROR,
    what=Text("要更正的结果 {run} 不在这里", "Run {run}, which is to be corrected, is not here"),
    why=Text("更正必须指明它取代哪一次结果", "a correction must name the run it puts in its place"),
    mend=Text("核对编号；更正要与原结果放在同一个文件夹", "check the id; a correction lies in the same folder as the run it corrects"),
)
CORRECTS_OTHER = kind(
    "run.corrects-other",
    Level.ERROR,
    what=Text(
        "结果 {run} 属于方案 {scheme}、周期 {periods}，与本次的 {own_scheme}、{own_periods} 不同",
        "Run {run} is of scheme {scheme} and period {periods}; this one is of {own_scheme} and {own_periods}",
    ),
    why=Text("更正只能取代同一方案、同一周期的结果", "a correction puts a result of the same scheme and period in its place"),
    mend=Text("核对要更正的编号，或按原周期计算", "check which run is corrected, or score the same period"),
)
CORRECTS_SILENTLY = kind(
    "run.corrects-silently",
    Level.ERROR,
    what=Text("更正结果 {run} 没有写明理由", "The correction of run {run} gives no reason"),
    why=Text("受影响的人有权知道结果为何改变", "those it touches have a right to know why"),
    mend=Text("写明更正的理由", "give the reason"),
)
CORRECTS_NOTHING = kind(
    "run.corrects-nothing",
    Level.ERROR,
    what=Text("与结果 {run} 的内容完全相同，无需更正", "This is the same as run {run} in every part; there is nothing to correct"),
    why=Text("没有变化的更正会让人误以为结果改过", "a correction without a change would look like one"),
    mend=Text("继续使用原结果", "keep using that run"),
)
CORRECTED_ALREADY = kind(
    "run.corrected-already",
    Level.ERROR,
    what=Text("结果 {run} 已被 {by} 更正", "Run {run} is corrected by {by} already"),
    why=Text("一次结果只能有一个更正，否则不知道哪个有效", "with two corrections of one run nobody could say which holds"),
    mend=Text("更正最近的一次：{by}", "correct the latest one, {by}"),
)

UNNAMED = kind(
    "run.exists",
    Level.ERROR,
    what=Text("{periods} 已有封存的结果 {run}，本次结果与之不同", "{periods} has a sealed run {run} already, and this one differs"),
    why=Text(
        "封存的结果不改写；更正须指明它替代哪一份、为什么",
        "a sealed run is never overwritten; a correction names what it replaces, and why",
    ),
    mend=Text("加上 --replaces {run} --reason 理由", "add --replaces {run} --reason WHY"),
)


def sealed_runs(root: Path) -> Iterator[Manifest]:
    """The manifests of all runs in a folder, by id. Folders without a readable manifest are not runs; ``verify`` says why."""
    for file in sorted(root.glob(f"[0-9a-f]*/{MANIFEST}")):
        manifest = manifest_of(file.parent)
        if manifest is not None:
            yield manifest


def manifest_of(run: Path) -> Manifest | None:
    """The manifest of a run's folder, unchecked; ``None`` where there is none to be understood."""
    try:
        manifest = RUN.read((run / MANIFEST).read_bytes())
    except OSError:
        return None
    return manifest if isinstance(manifest, Manifest) else None


def current(root: Path) -> list[Manifest]:
    """The runs that hold: those no other run corrects."""
    runs = list(sealed_runs(root))
    corrected = {m.correction.replaces for m in runs if m.correction}
    return [m for m in runs if m.run not in corrected]


def holding(root: Path, scheme: str, periods: Sequence[str]) -> str | None:
    """The run that holds for a scheme and its periods, if there is one."""
    return next((m.run for m in current(root) if m.scheme.id == scheme and sorted(m.periods) == sorted(periods)), None)


def replaced_by(root: Path, run: str) -> str | None:
    """The run that corrects this one, if there is one."""
    return next((m.run for m in sealed_runs(root) if m.correction and m.correction.replaces == run), None)


def history(root: Path, run: str) -> tuple[str, ...]:
    """The whole chain a run stands in, from the first result to the one that holds now."""
    earlier = {m.run: m.correction.replaces if m.correction else None for m in sealed_runs(root)}
    later = {old: new for new, old in earlier.items() if old is not None}
    back = _walk(earlier, run)
    return tuple(dict.fromkeys((*reversed(back), run, *_walk(later, run))))  # forged runs may go in a circle


def _walk(step: dict[str, str] | dict[str, str | None], start: str) -> list[str]:
    found: list[str] = []
    at = step.get(start)
    while at is not None and at not in (start, *found):
        found.append(at)
        at = step.get(at)
    return found


def unfounded(root: Path, correction: Correction, scheme: str, periods: Sequence[str]) -> list[Problem]:
    """What speaks against a correction before its content is known."""
    known = {m.run: m for m in sealed_runs(root)}
    old = known.get(correction.replaces)
    problems = [] if correction.reason.strip() else [CORRECTS_SILENTLY(run=correction.replaces)]
    if old is None:
        return [*problems, CORRECTS_UNKNOWN(run=correction.replaces)]
    if (old.scheme.id, sorted(old.periods)) != (scheme, sorted(periods)):
        was, now = ", ".join(old.periods), ", ".join(periods)
        problems.append(CORRECTS_OTHER(run=old.run, scheme=old.scheme.id, periods=was, own_scheme=scheme, own_periods=now))
    return problems


def objections(root: Path, manifest: Manifest) -> list[Problem]:
    """What speaks against a run of known content: another one holds and is not named, or is named in vain."""
    if manifest.correction is None:
        holds = holding(root, manifest.scheme.id, manifest.periods)
        return [] if holds in (None, manifest.run) else [UNNAMED(periods=", ".join(manifest.periods), run=holds)]
    replaces = manifest.correction.replaces
    old, other = manifest_of(root / replaces), replaced_by(root, replaces)
    if old is not None and old.content == manifest.content:
        return [CORRECTS_NOTHING(run=replaces)]
    return [] if other in (None, manifest.run) else [CORRECTED_ALREADY(run=replaces, by=other)]
