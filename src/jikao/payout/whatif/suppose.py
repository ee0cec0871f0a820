"""What is supposed, whether it can be, and the job as it would then be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from jikao.evidence.words import said, spellings
from jikao.payout.compute import Job
from jikao.payout.facts import Base, Result, RunFacts, Violation
from jikao.payout.money import yuan
from jikao.payout.presence import TITLES
from jikao.scheme.problem import Level, Problem, kind
from jikao.scheme.text import Text
from jikao.scheme.words import fill, listed, number, same, score
from jikao.scoring.grading import band_of
from jikao.scoring.whatif.checks import TOTAL_OUT_OF_RANGE, UNKNOWN_GRADE

NOT_JUDGED = kind(
    "whatif.not-judged", Level.ERROR,
    what=Text("这里没有“{person}”的、发放所依据的考核结果", 'There is no result of "{person}" here that pay goes by'),
    why=Text("只能假设发放所依据的等级或总分", "only a grade or total that pay goes by can be supposed"),
    mend=Text("核对工号;所依据的考核:{runs}", "check the employee number; the results it rests on: {runs}"),
)  # fmt: skip
SEVERAL_RUNS = kind(
    "whatif.several-results", Level.ERROR,
    what=Text("“{person}”在本期有多份考核结果", '"{person}" has several results in this period'),
    why=Text("要假设的是哪一份必须明确", "which of them is supposed must be plain"),
    mend=Text("用 --at 指明方案或周期:{runs}", "name the scheme or the period with --at: {runs}"),
)  # fmt: skip
NO_BASE = kind(
    "whatif.no-base", Level.ERROR,
    what=Text("没有登记“{person}”的任何奖金基数", 'No bonus base is recorded for "{person}"'),
    why=Text("只能改动已登记的基数", "only a recorded amount can be supposed otherwise"),
    mend=Text("核对工号;确有其人的,先导入一行 bonuses", "check the employee number; for somebody we know, import a row of bonuses first"),
)  # fmt: skip
WHICH_BASE = kind(
    "whatif.which-base", Level.ERROR,
    what=Text("没有指明“{person}”已登记的一种基数;登记的有:{known}", 'It is not plain which base of "{person}" is meant; recorded: {known}'),
    why=Text("只能改动已登记的一种基数", "one recorded amount is supposed otherwise"),
    mend=Text("写作 {forms}(元)", "write {forms} (yuan)"),
)  # fmt: skip
UNKNOWN_VIOLATION = kind(
    "whatif.unknown-violation", Level.ERROR,
    what=Text("本期没有违规单“{violation}”", 'There is no violation "{violation}" in this period'),
    why=Text("只能假设已登记的违规另有结论", "only a recorded violation can be supposed to end otherwise"),
    mend=Text("可用的单号:{known}", "use one of: {known}"),
)  # fmt: skip
NO_VIOLATIONS = kind(
    "whatif.no-violations", Level.ERROR,
    what=Text("{period} 发放所依据的结果里没有任何违规,也就没有“{violation}”", 'The results {period} is paid by hold no violation at all, so there is no "{violation}"'),
    why=Text("只能假设已登记的违规另有结论", "only a recorded violation can be supposed to end otherwise"),
    mend=Text("核对周期;违规刚登记的,先用 jikao score 重新计分", "check the period; if it was recorded only now, score again first with jikao score"),
)  # fmt: skip
UNKNOWN_OUTCOME = kind(
    "whatif.unknown-outcome", Level.ERROR,
    what=Text("“{outcome}”不是违规的结论", '"{outcome}" is no outcome of a violation'),
    why=Text("违规要么不成立,要么经核实属某一程度", "a violation is dismissed, or verified, perhaps as another severity"),
    mend=Text("可用:{known}", "use one of: {known}"),
)  # fmt: skip

GRADE = Text("{person} 的等级:{was} → {now}({run})", "grade of {person}: {was} → {now} ({run})")
TOTAL = Text("{person} 的总分:{was} → {now}({run})", "total of {person}: {was} → {now} ({run})")
BASE = Text("{person} 的{kind}:{was} → {now}", "{kind} of {person}: {was} → {now}")
ENDED = Text("{severity},{state}", "{severity}, {state}")
VIOLATION = Text("违规 {violation}({person}):{was} → {now}", "violation {violation} ({person}): {was} → {now}")
NONE = "—"
OUTCOMES = ("verified", "dismissed")
_WRITTEN = spellings(OUTCOMES)
"""Every way people write an outcome."""


@dataclass(frozen=True)
class Supposition:
    """What is supposed. ``grades``, ``totals``: by person; a total brings the grade of its band, unless a grade is given.
    ``bases``: fen by (person, kind); an empty kind is the only one recorded. ``violations``: by number, ``verified``,
    ``dismissed`` (or as a statement says them: 已核实, 不成立) or a severity; scores stay as they are. ``at``: only in runs of this id, scheme or period.
    """

    grades: Mapping[str, str] = field(default_factory=dict)
    totals: Mapping[str, Decimal] = field(default_factory=dict)
    bases: Mapping[tuple[str, str], int] = field(default_factory=dict)
    violations: Mapping[str, str] = field(default_factory=dict)
    at: str = ""


def check(job: Job, supposed: Supposition) -> list[Problem]:
    """Everything wrong with what is supposed: names, grades, totals, outcomes."""
    return [
        *(p for person, grade in supposed.grades.items() for p in _wrong_grade(job, supposed, person, grade)),
        *(p for person, total in supposed.totals.items() for p in _wrong_total(job, supposed, person, total)),
        *(_no_base(job, person) for person, kind_ in supposed.bases if _base(job, person, kind_) is None),
        *(p for no, outcome in supposed.violations.items() for p in _wrong_outcome(job, no, outcome)),
    ]


def supposing(job: Job, supposed: Supposition) -> tuple[Job, tuple[Text, ...]]:
    """The job as it would be, and in words what differs. ``check`` must have found nothing."""
    runs = [_with_violations(_with_results(job, run, supposed), supposed) for run in job.runs]
    changed = {key: amount for (person, kind_), amount in supposed.bases.items() if (key := _base(job, person, kind_)) is not None}
    bases = dict(job.facts.bases) | {key: [replace(b, amount=amount) for b in job.facts.bases[key]] for key, amount in changed.items()}
    then = replace(job, runs=runs, facts=replace(job.facts, bases=bases))
    return then, tuple(_said(job, then, changed))


def _runs(job: Job, supposed: Supposition, person: str) -> list[RunFacts]:
    """The runs a supposed result of a person can mean: those where pay goes by the result."""
    meant = [run for run in job.runs if supposed.at in {"", run.run, run.scheme.scheme, str(run.period)} and person in run.results]
    return [run for run in meant if run.scheme.payout.grades or run.scheme.payout.performance or run.scheme.payout.pool]


def named(run: RunFacts) -> str:
    """A run by its scheme and period."""
    return f"{run.scheme.scheme} {run.period}"


def _which(job: Job, person: str, found: list[RunFacts]) -> Iterator[Problem]:
    if not found:
        yield NOT_JUDGED(person=person, runs=", ".join(map(named, job.runs)))
    if len(found) > 1:
        yield SEVERAL_RUNS(person=person, runs=", ".join(map(named, found)))


def _wrong_grade(job: Job, supposed: Supposition, person: str, grade: str) -> Iterator[Problem]:
    found = _runs(job, supposed, person)
    yield from _which(job, person, found)
    if found and all(grade not in run.scheme.grades.ids for run in found):
        yield UNKNOWN_GRADE(grade=grade, known=", ".join(found[0].scheme.grades.ids))


def _wrong_total(job: Job, supposed: Supposition, person: str, total: Decimal) -> Iterator[Problem]:
    found = _runs(job, supposed, person)
    yield from _which(job, person, found)
    for run in found[:1]:
        if not 0 <= total <= run.scheme.total.cap:
            yield TOTAL_OUT_OF_RANGE(total=number(total), cap=number(run.scheme.total.cap))


def _no_base(job: Job, person: str) -> Problem:
    kinds = sorted(kind_ for who, kind_ in job.facts.bases if who == person)
    if not kinds:
        return NO_BASE(person=person)
    forms = listed([same(f"--base {person}:{kind_}=…") for kind_ in kinds])
    return WHICH_BASE(person=person, known=listed([kind_said(kind_) for kind_ in kinds]), forms=forms)


def kind_said(kind_: str) -> Text:
    """A kind of recorded amount in words."""
    return {str(name): title for name, title in TITLES.items()}.get(kind_, same(kind_))


def _base(job: Job, person: str, kind_: str) -> tuple[str, str] | None:
    """The recorded base that is meant; ``None`` when there is none, or more than one could be."""
    found = [key for key in job.facts.bases if key[0] == person and kind_ in {"", key[1]}]
    return found[0] if len(found) == 1 else None


def _violations(job: Job) -> dict[str, tuple[RunFacts, Violation]]:
    every = ((run, v) for run in job.runs for several in run.violations.values() for v in several)
    return {v.fact.partition("/")[2]: (run, v) for run, v in every}


def _wrong_outcome(job: Job, no: str, outcome: str) -> Iterator[Problem]:
    known = _violations(job)
    if no not in known:
        yield UNKNOWN_VIOLATION(violation=no, known=", ".join(sorted(known))) if known else NO_VIOLATIONS(violation=no, period=job.period)
        return
    conduct = known[no][0].scheme.payout.conduct
    severities = sorted(conduct.severity) if conduct else []
    if outcome not in {*_WRITTEN, *severities}:
        yield UNKNOWN_OUTCOME(outcome=outcome, known=listed([*map(said, OUTCOMES), *map(same, severities)]))


def _with_results(job: Job, run: RunFacts, supposed: Supposition) -> RunFacts:
    """The run with the supposed totals, and after them the supposed grades."""
    results = dict(run.results)
    for person, total in supposed.totals.items():
        if run in _runs(job, supposed, person):
            results[person] = _with_total(run, results[person], total)
    for person, grade in supposed.grades.items():
        if run in _runs(job, supposed, person):
            results[person] = replace(results[person], grade=grade, state="scored")
    return replace(run, results=results)


def _with_total(run: RunFacts, result: Result, total: Decimal) -> Result:
    grades = run.scheme.grades
    band = band_of(grades, total)
    grade = result.grade if grades.rules or band is None else band.id
    return replace(result, total=int(total * 100), grade=grade, state="scored")


def _with_violations(run: RunFacts, supposed: Supposition) -> RunFacts:
    def ended(v: Violation) -> Violation:
        outcome = supposed.violations.get(v.fact.partition("/")[2])
        if outcome is None:
            return v
        return replace(v, state=_WRITTEN[outcome]) if outcome in _WRITTEN else replace(v, state="verified", severity=outcome, share=None)

    return replace(run, violations={person: [ended(v) for v in several] for person, several in run.violations.items()})


def _said(job: Job, then: Job, bases: Mapping[tuple[str, str], int]) -> Iterator[Text]:
    for was, now in zip(job.runs, then.runs, strict=True):
        yield from _said_of_results(was, now)
    for person, kind_ in sorted(bases):
        amounts = (_amounts(job.facts.bases[person, kind_]), _amounts(then.facts.bases[person, kind_]))
        yield fill(BASE, person=person, kind=kind_said(kind_), was=amounts[0], now=amounts[1])
    for no, (_, after) in sorted(_violations(then).items()):
        before = _violations(job)[no][1]
        if before != after:
            yield fill(VIOLATION, violation=no, person=after.person, was=_outcome(before), now=_outcome(after))


def _said_of_results(was: RunFacts, now: RunFacts) -> Iterator[Text]:
    for person, before in was.results.items():
        after = now.results[person]
        if before.total != after.total:
            yield fill(TOTAL, person=person, was=_points(before), now=_points(after), run=named(was))
        if before.grade != after.grade:
            yield fill(GRADE, person=person, was=before.grade or NONE, now=after.grade or NONE, run=named(was))


def _points(result: Result) -> str:
    return score(None if result.total is None else Decimal(result.total) / 100)


def _amounts(records: Sequence[Base]) -> str:
    return ", ".join(dict.fromkeys(yuan(b.amount) for b in records))


def _outcome(v: Violation) -> Text:
    return fill(ENDED, severity=v.severity, state=said(v.state))
