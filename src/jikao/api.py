"""The front door: what the product can do, one short function each. Command line and web call this and nothing below.

Functions take paths and plain values and return frozen values; what cannot be done raises ``Refused`` with every
problem found, and then nothing was written. Rooms are imported inside the functions: ``jikao --help`` must not wait
for an engine, and a receipt must not wait for a compiler.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jikao.scheme.period import Period, parse_period
from jikao.scheme.problem import Level, Place, Problem, Refused, errors, kind
from jikao.scheme.text import Text

if TYPE_CHECKING:
    from jikao.archive.comparison import Comparison
    from jikao.archive.manifest import Manifest
    from jikao.archive.verify import Verification
    from jikao.evidence.backend import EngineName
    from jikao.evidence.report import ImportReport
    from jikao.evidence.snapshot import Snapshot
    from jikao.evidence.store import Store
    from jikao.scheme.diff import Change
    from jikao.scheme.read import Reading
    from jikao.scheme.rules import Rules
    from jikao.scoring.cases import Outcome
    from jikao.scoring.exact import Measured
    from jikao.scoring.explain import Receipt
    from jikao.scoring.run import Progress
    from jikao.scoring.whatif import Comparison as Supposed
    from jikao.scoring.whatif import Needs

NO_PRESET = kind(
    "preset.unknown", Level.ERROR,
    what=Text("没有名为“{name}”的预设方案", 'There is no preset "{name}"'),
    why=Text("只能从随产品提供的方案复制", "only the schemes that ship with the product can be copied"),
    mend=Text("可选:{known}", "choose one of: {known}"),
)  # fmt: skip
FOLDER_TAKEN = kind(
    "folder.taken", Level.ERROR,
    what=Text("文件夹 {path} 已存在且不为空", "The folder {path} exists and is not empty"),
    why=Text("不覆盖已有的文件", "existing files are never overwritten"),
    mend=Text("换一个名字,或先移走原文件夹", "choose another name, or move the old folder away first"),
)  # fmt: skip
NOT_A_PERIOD = kind(
    "period.unreadable", Level.ERROR,
    what=Text("看不懂周期“{given}”", '"{given}" is not a period'),
    why=Text("要计算哪个月、季度或年度必须明确", "which month, quarter or year is scored must be plain"),
    mend=Text("写作 2016-03、2016年3月、2016-Q1 或 2016", "write 2016-03, 2016-Q1 or 2016"),
)  # fmt: skip
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
    mend=Text("修改后请改用新的版本号和生效日期", "give the changed text a new version and date"),
)  # fmt: skip
NOBODY = kind(
    "run.nobody", Level.ERROR,
    what=Text("{period} 没有符合方案岗位的考核对象", "Nobody is judged in {period}: no one holds a position the scheme binds"),
    why=Text("方案约束的岗位:{positions}", "the scheme binds the positions: {positions}"),
    mend=Text("导入人员(people),并核对岗位名称与在职日期", "import people, and check their positions and dates"),
)  # fmt: skip
NO_PERSON = kind(
    "run.no-person", Level.ERROR,
    what=Text("这份结果里没有“{person}”", 'There is no "{person}" in this run'),
    why=Text("回执只能由本次结果中的人给出", "a receipt can only be given for somebody in the run"),
    mend=Text("核对工号;其中有:{some}", "check the employee number; some of them: {some}"),
)  # fmt: skip
NO_LINE = kind(
    "run.no-indicator", Level.ERROR,
    what=Text("方案里没有指标“{line}”", 'The scheme has no indicator "{line}"'),
    why=Text("只能说明方案中的一项", "only a line of the scheme can be explained"),
    mend=Text("可选:{known}", "choose one of: {known}"),
)  # fmt: skip
SEVERAL_SEATS = kind(
    "whatif.several-positions", Level.ERROR,
    what=Text("“{person}”在本期内任过 {n} 个岗位", '"{person}" held {n} positions in this period'),
    why=Text("总分按各岗位天数加权,单改一项无法说明还差多少", "the total is weighted by days in each position, so one line alone cannot tell what is missing"),
    mend=Text("用 jikao explain 查看各岗位的得分", "read each position's score with jikao explain"),
)  # fmt: skip
NO_RUN = kind(
    "run.not-found", Level.ERROR,
    what=Text("找不到封存的结果 {path}", "There is no sealed run at {path}"),
    why=Text("没有结果就无从说明", "nothing can be read from it"),
    mend=Text("先用 jikao score 计算,或核对路径", "make one with jikao score, or check the path"),
)  # fmt: skip

_UNITS = {"month": Text("月", "the month"), "quarter": Text("季度", "the quarter"), "year": Text("年", "the year")}


# --- schemes -----------------------------------------------------------------------------------------------------


def preset_names() -> list[str]:
    """The schemes that ship with the product."""
    return sorted(p.name for p in files("jikao.presets").iterdir() if p.is_dir() and (p / "scheme.yaml").is_file())


@contextmanager
def shipped(*parts: str) -> Iterator[Path]:
    """A file or folder of the presets, as a path."""
    found = files("jikao.presets")
    for part in parts:
        found = found / part
    with as_file(found) as path:
        yield path


def new(preset: str, folder: Path) -> Path:
    """Copy a preset (scheme, cases, sample evidence) into a new folder and return it."""
    if preset not in preset_names():
        raise Refused([NO_PRESET(name=preset, known=", ".join(preset_names()))])
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused([FOLDER_TAKEN(Place(str(folder)), path=folder)])
    with shipped(preset) as source:
        shutil.copytree(source, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    return folder


def scheme_file(path: Path) -> Path:
    """A scheme given as its file or as the folder that holds ``scheme.yaml``."""
    return path / "scheme.yaml" if path.is_dir() else path


def check(path: Path, settings: Mapping[str, str] | None = None) -> Reading:
    """Read a scheme and judge it: every problem at once, each with its place."""
    from jikao.scheme.read import read_file

    return read_file(scheme_file(path), settings)


def formatted(path: Path) -> str:
    """The text of a scheme in its standard form, comments kept."""
    from jikao.scheme.write import fmt

    return fmt(_sound(path).text)


def write_formatted(path: Path) -> bool:
    """Put a scheme's text into its standard form; whether it changed."""
    file, text = scheme_file(path), formatted(path)
    if file.read_text("utf-8") == text:
        return False
    _write_whole(file, text)
    return True


def _write_whole(file: Path, text: str) -> None:
    with tempfile.NamedTemporaryFile("w", dir=file.parent, delete=False, encoding="utf-8", newline="") as new_file:
        new_file.write(text)
    Path(new_file.name).replace(file)


def diff_schemes(before: Path, after: Path) -> list[Change]:
    """What changed between two versions of a scheme, in sentences."""
    from jikao.scheme.diff import diff

    one, other = _sound(before).scheme, _sound(after).scheme
    return list(diff(one, other)) if one is not None and other is not None else []


def json_schema() -> dict[str, Any]:
    """The scheme language as JSON Schema, for editors."""
    from jikao.scheme.schema import json_schema as made

    return made()


def _sound(path: Path, settings: Mapping[str, str] | None = None) -> Reading:
    """A scheme without errors."""
    reading = check(path, settings)
    if reading.scheme is None or errors(reading.problems):
        raise Refused(reading.problems)
    return reading


def run_cases(path: Path, progress: Callable[[Outcome], None] | None = None) -> list[Outcome]:
    """Run a scheme's own cases (the ``cases`` folder beside it) through the real path."""
    from jikao.scoring.cases import case_files, read_cases, run_case

    file = scheme_file(path)
    text = _sound(path).text
    outcomes = []
    for case in [c for f in case_files(file.parent) for c in read_cases(f)]:
        outcome = run_case(text, case, str(file))
        outcomes.append(outcome)
        if progress is not None:
            progress(outcome)
    return outcomes


# --- evidence ----------------------------------------------------------------------------------------------------


def open_store(root: Path, *, create: bool = False) -> Store:
    """The evidence store in a folder; with ``create`` it is made when there is none."""
    from jikao.evidence.store import Store

    if create and not (root / "store.json").exists():
        return Store.create(root)
    return Store.open(root)


def mapping_names() -> list[str]:
    """The mappings that ship with the product."""
    folder = files("jikao.presets").joinpath("mappings")
    return sorted(p.name.removesuffix(".yaml") for p in folder.iterdir() if p.name.endswith(".yaml"))


def import_file(
    store: Store, path: Path, *, mapping: str | None = None, shape: str | None = None, sheet: str | None = None, by: str = ""
) -> ImportReport:
    """Import a file, by a mapping (a shipped name or a file) or as one shape (by default the one the file is named after).

    Raises ``Refused`` when the import is refused; the report of all its problems then lies in the store.
    """
    from jikao.evidence.importing import import_file as take_in
    from jikao.evidence.shapes import SHAPES

    if mapping is None and shape is None and path.stem in SHAPES:
        shape = path.stem
    return take_in(store, path, mapping=None if mapping is None else _mapping(mapping), shape=shape, sheet=sheet, by=by)


def _mapping(name: str) -> Any:
    from jikao.evidence.mapping import read_mapping_file

    if name in mapping_names():
        with shipped("mappings", f"{name}.yaml") as path:
            return read_mapping_file(path)
    return read_mapping_file(Path(name))


def propose_mapping(path: Path, *, sheet: str | None = None) -> str:
    """The text of a mapping proposed from a file's header; what it could not place is left as comments."""
    from jikao.evidence.propose import propose

    return propose(path, sheet=sheet)


# --- scoring -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ResultRow:
    """One person's result. ``total`` as text with two decimals, ``None`` when there is none."""

    period: str
    person: str
    name: str
    department: str | None
    position: str | None
    total: str | None
    grade: str | None
    rank: int | None
    peers: int | None
    coverage: str
    state: str
    flags: tuple[str, ...]
    advice: str | None


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
    when, adopted = _period(period), _in_force(scheme, store, period, options.settings)
    rules = rules_of(_judged_by(adopted, when))
    snapshot = store.snapshot()
    problems = [p for p in adopted.problems if p.level is not Level.HINT] + list(needed_by_a_run(rules.scheme, adopted.places))
    problems += [*_evidence_problems(store, rules, when), *entry_problems(rules, snapshot, [when])]
    if errors(problems):
        raise Refused(problems)
    with tempfile.TemporaryDirectory(dir=store.root / "tmp") as folder:
        out = Path(folder) / "out"
        touched = _carry_out(rules, store, snapshot, when, out, adopted.sha256, options)
        return _sealed(rules, adopted, store, snapshot, when, out, tuple(problems), touched, options)


def _period(text: str) -> Period:
    try:
        return parse_period(text)
    except ValueError as cause:
        raise Refused([NOT_A_PERIOD(given=text)]) from cause


def _judged_by(reading: Reading, period: Period) -> Any:
    scheme = reading.scheme
    if scheme is not None and scheme.period is not period.kind:
        raise Refused([OTHER_PERIOD(needs=_UNITS[scheme.period], given=period)])
    return scheme


def _evidence_problems(store: Store, rules: Rules, period: Period) -> list[Problem]:
    from jikao.evidence.quality import evidence_problems

    return list(evidence_problems(store, rules.scheme, period))


def _in_force(path: Path, store: Store, period: str, settings: Mapping[str, str] | None) -> Reading:
    """The version that holds for the period among the given text and those used before (A53); the text is then kept."""
    from jikao.scheme.process import in_force
    from jikao.scheme.read import read_file

    given = _with_settings(_sound(path, settings), settings)
    assert given.scheme is not None  # noqa: S101 - _sound has seen to it
    folder = store.root / "schemes" / given.scheme.scheme
    kept = {r.scheme.version: r for r in map(read_file, sorted(folder.glob("*.yaml"))) if r.scheme is not None}
    same = kept.get(given.scheme.version)
    if same is not None and same.sha256 != given.sha256:
        raise Refused([VERSION_REUSED(Place(str(path)), scheme=given.scheme.scheme, version=given.scheme.version)])
    versions = {**kept, given.scheme.version: given}
    start = _period(period).start
    holds = in_force([r.scheme for r in versions.values() if r.scheme is not None], start)
    if holds is None:
        raise Refused([NOT_VALID_YET(Place(str(path)), scheme=given.scheme.scheme, day=start)])
    return versions[holds.version]


def _with_settings(reading: Reading, settings: Mapping[str, str] | None) -> Reading:
    """The same scheme with the settings written into its text, so that the sealed text says what was used."""
    from jikao.scheme.read import read
    from jikao.scheme.write import edit

    text = reading.text
    for name, value in (settings or {}).items():
        text = edit(text, ("settings", name, "value"), value)
    return reading if text == reading.text else read(text, reading.places.file)


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
    _keep_scheme(store, reading)
    return Scored(sealed.path, sealed.run, sealed.fresh, scheme.version, (*problems, *sealed.problems), touched)


def _somebody(out: Path) -> bool:
    from jikao.scoring.results import count_results

    return count_results(out) > 0


def runs_folder(store: Store) -> Path:
    """Where a store's sealed runs lie."""
    return store.root / "runs"


def _keep_scheme(store: Store, reading: Reading) -> None:
    assert reading.scheme is not None  # noqa: S101
    folder = store.root / "schemes" / reading.scheme.scheme
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{reading.scheme.version}.yaml"
    if not file.exists():
        _write_whole(file, reading.text)


# --- reading runs ------------------------------------------------------------------------------------------------


def find_run(path: Path, store_root: Path | None = None) -> Path:
    """A sealed run by its folder, its zip, or the beginning of its id in a store's ``runs``."""
    if (path / "run.json").is_file() or (path.is_file() and path.suffix == ".zip"):
        return path
    if store_root is not None:
        found = sorted((store_root / "runs").glob(f"{path.name}*"))
        if len(found) == 1:
            return found[0]
    raise Refused([NO_RUN(Place(str(path)), path=path)])


def latest_run(store: Store, scheme: str | None = None) -> Path:
    """The run that holds for the newest period of a store."""
    from jikao.archive.corrections import current

    root = runs_folder(store)
    runs = [m for m in current(root) if scheme in (None, m.scheme.id)]
    if not runs:
        raise Refused([NO_RUN(Place(str(root)), path=root)])
    return root / max(runs, key=lambda m: (m.when()[-1].end, m.run)).run


@dataclass(frozen=True)
class OpenRun:
    """A sealed run ready to be read."""

    folder: Path
    manifest: Manifest
    rules: Rules
    snapshot: Snapshot


@contextmanager
def opened_run(path: Path) -> Iterator[OpenRun]:
    """A sealed run, given as folder or zip, with its files checked against the seal."""
    from jikao.archive.inspect import opened
    from jikao.archive.verify import sealed_snapshot
    from jikao.scheme.read import read_file
    from jikao.scheme.rules import rules_of

    with opened(path) as found:
        if found.manifest is None or errors(found.problems):
            raise Refused(found.problems)
        reading = read_file(found.folder / "scheme.yaml")
        if reading.scheme is None:
            raise Refused(reading.problems)
        yield OpenRun(found.folder, found.manifest, rules_of(reading.scheme), sealed_snapshot(found.folder, found.manifest))


def results(path: Path) -> list[ResultRow]:
    """Everybody's results of a sealed run, best first."""
    from jikao.scoring.results import result_rows

    with opened_run(path) as run:
        return [ResultRow(**row) for row in result_rows(run.folder / "results", run.snapshot)]


def explain(path: Path, person: str, *, line: str | None = None, period: str | None = None) -> Receipt:
    """The receipt of one person: every figure down to rule, formula and evidence rows."""
    from jikao.scoring.exact import Scorer
    from jikao.scoring.explain import receipt
    from jikao.scoring.reader import evidence_reader

    with opened_run(path) as run:
        when = _period(period) if period else run.manifest.when()[0]
        if line is not None and all(x.indicator.id != line for x in run.rules.lines):
            raise Refused([NO_LINE(line=line, known=", ".join(x.indicator.id for x in run.rules.lines))])
        seats = _seats(run, Scorer(run.rules), person, when)
        with evidence_reader(run.rules, run.snapshot, when) as reader:
            return receipt(
                run.rules, seats, person=person, period=when, name=_name(run, person), only=line,
                evidence=lambda x, who, _, seat: _named_origins(reader.behind(x, who, seat), run.manifest.origins), zone=run.snapshot.calendar.tz,
            )  # fmt: skip


def _named_origins(rows: Iterable[Mapping[str, Any]], origins: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    """Rows that name the file they came from, where it is known."""
    return ({**row, "import_id": origins.get(row["import_id"], f"#{row['import_id']}")} for row in rows)


def _seats(run: OpenRun, scorer: Any, person: str, period: Period) -> list[Any]:
    from jikao.scoring.results import people_in, person_seats

    seats = person_seats(run.folder / "results", scorer, person, period, run.snapshot)
    if not seats:
        raise Refused([NO_PERSON(person=person, some=", ".join(people_in(run.folder / "results")[:8]))])
    return seats


def _name(run: OpenRun, person: str) -> str:
    from jikao.scoring.results import name_of

    return name_of(run.snapshot, person)


def needs(
    path: Path, person: str, *, grade: str | None = None, total: Decimal | None = None, remaining: Mapping[str, int] | None = None
) -> Needs:
    """The curves read backwards: what is still needed for a grade or a total. ``remaining``: indicator to how many more
    things will be counted before the period ends.
    """
    from jikao.scoring.whatif import check_changes, check_target, needed

    with opened_run(path) as run:
        measured = _only_seat(run, person)
        problems = check_target(run.rules, grade, total) + check_changes(run.rules, {}, remaining)
        if problems:
            raise Refused(problems)
        return needed(run.rules, measured, grade=grade, total=total, remaining=remaining)


def supposed(path: Path, person: str, changes: Mapping[str, Decimal]) -> Supposed:
    """The sheet before and after some indicators take other values."""
    from jikao.scoring.whatif import check_changes, with_changes

    with opened_run(path) as run:
        measured = _only_seat(run, person)
        problems = check_changes(run.rules, changes)
        if problems:
            raise Refused(problems)
        return with_changes(run.rules, measured, changes)


def _only_seat(run: OpenRun, person: str) -> Mapping[str, Measured]:
    from jikao.scoring.results import measured_by_seat, people_in

    seats = measured_by_seat(run.folder / "results", person, run.manifest.when()[0])
    if not seats:
        raise Refused([NO_PERSON(person=person, some=", ".join(people_in(run.folder / "results")[:8]))])
    if len(seats) > 1:
        raise Refused([SEVERAL_SEATS(person=person, n=len(seats))])
    return next(iter(seats.values()))


def verify(path: Path) -> Verification:
    """Check a sealed run: every file against the seal, then compute it again and compare byte for byte."""
    from jikao.archive.verify import verify as check_run

    return check_run(path, _recompute)


def _recompute(text: str, snapshot: Snapshot, periods: Sequence[Period], out: Path) -> None:
    from jikao.scheme.read import read
    from jikao.scheme.rules import rules_of
    from jikao.scoring.run import score as make

    reading = read(text, "scheme.yaml")
    if reading.scheme is None:
        raise Refused(reading.problems)
    make(rules_of(reading.scheme), snapshot, periods, out)


def compare_runs(before: Path, after: Path) -> Comparison:
    """Who moved between two sealed runs, and why."""
    from jikao.archive.compare import compare

    found = compare(before, after)
    if errors(found.problems):
        raise Refused(found.problems)
    return found


def zip_run(path: Path, target: Path) -> tuple[Problem, ...]:
    """A sealed run as one file to take home."""
    from jikao.archive.zipped import zip_run as pack

    return pack(path, target)


def today() -> str:
    """The moment, for the manifest of a run; nothing is computed from it."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


def shown_points(hundredths: int | None) -> str | None:
    """Hundredths of a point as people read them."""
    return None if hundredths is None else f"{hundredths // 100}.{hundredths % 100:02d}"


def rehearse(scheme: Path, store: Store, period: str) -> int:
    """Score a period in full without sealing anything; how many results there were."""
    from jikao.scheme.rules import rules_of
    from jikao.scoring.results import count_results
    from jikao.scoring.run import score as make

    when = _period(period)
    rules = rules_of(_judged_by(_sound(scheme), when))
    with tempfile.TemporaryDirectory(dir=store.root / "tmp") as folder:
        make(rules, store.snapshot(), [when], Path(folder) / "out")
        return count_results(Path(folder) / "out")
