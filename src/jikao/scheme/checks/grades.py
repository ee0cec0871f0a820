"""Does every result get exactly one grade: bands without holes, rules with a last resort, conditions that say one thing?"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from jikao.scheme.model import Condition, Scheme
from jikao.scheme.number import plain_number
from jikao.scheme.problem import Level, Problem, kind
from jikao.scheme.text import Text
from jikao.scheme.yaml_nodes import Places, Steps

BOTH = kind(
    "grades.both", Level.ERROR,
    what=Text("等级同时写了 bands 与 rules。", "Grades have bands and rules at the same time."),
    why=Text("一个结果只能按一种办法定等级。", "A result is graded in one way."),
    mend=Text("只留一种。", "Keep one of them."),
)  # fmt: skip
ORDER = kind(
    "grades.band-order", Level.ERROR,
    what=Text("等级“{lower}”的下限 {from_lower} 高于“{upper}”的 {from_upper}。", "Grade '{lower}' begins at {from_lower}, above '{upper}' at {from_upper}."),
    why=Text("各等级从高到低排列,每档的下限都要低于上一档。", "Grades go from high to low, each beginning below the one before."),
    mend=Text("检查次序与下限。", "Check the order and the lower ends."),
)  # fmt: skip
SWITCHED_OFF = kind(
    "grades.switched-off", Level.WARNING,
    what=Text("等级“{lower}”与“{upper}”都从 {low} 起,没有人会得到“{lower}”。", "Grades '{upper}' and '{lower}' both begin at {low}: nobody gets '{lower}'."),
    why=Text("下限相同时,写在前面的等级为准。", "Of equal lower ends the grade written first holds."),
    mend=Text("若有意停用这一档,可不理会;否则改下限。", "Leave it if the grade is switched off on purpose; otherwise change its lower end."),
)  # fmt: skip
LOWEST = kind(
    "grades.lowest", Level.ERROR,
    what=Text("最低的等级“{title}”从 {low} 起,更低的总分没有等级。", "The lowest grade '{title}' begins at {low}; totals below it have none."),
    why=Text("每个人都要有等级。", "Everybody must have a grade."),
    mend=Text("最低一档从 0 起。", "Let the lowest band begin at 0."),
)  # fmt: skip
ABOVE_TOTAL = kind(
    "grades.unreachable", Level.WARNING,
    what=Text("等级“{title}”从 {low} 起,而总分最高 {cap}。", "Grade '{title}' begins at {low}, but the total is {cap} at most."),
    why=Text("没有人能得到它。", "Nobody can earn it."),
    mend=Text("降低下限,或提高总分上限。", "Lower its end, or raise the cap of the total."),
)  # fmt: skip
LAST_RULE = kind(
    "grades.last-rule", Level.ERROR,
    what=Text("最后一条等级规则“{title}”还有条件。", "The last grade rule, '{title}', still has conditions."),
    why=Text("前面都不符合的人就没有等级。", "Whoever fits none of the others would have no grade."),
    mend=Text("最后一条不写 when。", "Leave out when in the last rule."),
)  # fmt: skip
NEVER_TRIED = kind(
    "grades.early-rule", Level.ERROR,
    what=Text("等级规则“{title}”没有条件,却不是最后一条。", "The grade rule '{title}' has no conditions but is not the last."),
    why=Text("它总是成立,后面的规则永远用不到。", "It always holds, so the rules after it are never tried."),
    mend=Text("写上 when,或移到最后。", "Give it a when, or move it to the end."),
)  # fmt: skip
ONE_COUNT = kind(
    "grades.condition-count", Level.ERROR,
    what=Text("条件里要有且只有一个 at_least、exactly、all 或 none,这里有 {count} 个。", "A condition has exactly one of at_least, exactly, all, none; this has {count}."),
    why=Text("否则不知道要几项符合。", "Otherwise nobody knows how many must fit."),
    mend=Text("写成 at_least: 2, below: 60 这样。", "Write it like at_least: 2, below: 60."),
)  # fmt: skip
ONE_LINE = kind(
    "grades.condition-line", Level.ERROR,
    what=Text("条件里要有且只有一个 from 或 below,这里有 {count} 个。", "A condition has exactly one of from, below; this has {count}."),
    why=Text("否则不知道按哪条线数。", "Otherwise nobody knows which line to count by."),
    mend=Text("写成 at_least: 2, below: 60 这样。", "Write it like at_least: 2, below: 60."),
)  # fmt: skip
TOO_MANY = kind(
    "grades.never", Level.WARNING,
    what=Text("条件要求 {count} 项,而方案只有 {sections} 个部分。", "The condition asks for {count}, but the scheme has {sections} sections."),
    why=Text("这个条件永远不成立。", "It never holds."),
    mend=Text("把 {count} 改小。", "Lower {count}."),
)  # fmt: skip
COVERAGE = kind(
    "grades.coverage", Level.ERROR,
    what=Text("needs_coverage 是 {value},应当在 0 与 100% 之间。", "needs_coverage is {value}; it must lie between 0 and 100%."),
    why=Text("它是评等级所需的、有数据的权重比例。", "It is the share of the weight that needs evidence before a grade is given."),
    mend=Text("写成 50% 这样。", "Write it like 50%."),
)  # fmt: skip


def check(scheme: Scheme, places: Places) -> Iterator[Problem]:
    """Bands or rules, flags, and the coverage a grade needs."""
    grades = scheme.grades
    if grades.bands and grades.rules:
        yield BOTH(places.key("grades", "rules"))
    if places.is_sound("grades", "bands"):
        yield from _bands(scheme, places)
    if places.is_sound("grades", "rules"):
        yield from _rules(scheme, places)
    for key, whens in (("rules", [rule.when for rule in grades.rules]), ("flags", [flag.when for flag in grades.flags])):
        for i, when in enumerate(whens):
            for j, condition in enumerate(when):
                yield from _condition(condition, ("grades", key, i, "when", j), len(scheme.sections), places)
    if not 0 <= grades.needs_coverage <= 1:
        yield COVERAGE(places.of("grades", "needs_coverage"), value=plain_number(grades.needs_coverage))


def _bands(scheme: Scheme, places: Places) -> Iterator[Problem]:
    bands = scheme.grades.bands
    for i, (upper, lower) in enumerate(pairwise(bands)):
        names = {"lower": lower.title, "upper": upper.title}
        if lower.from_ == upper.from_:
            yield SWITCHED_OFF(places.of("grades", "bands", i + 1, "from"), **names, low=plain_number(lower.from_))
        elif lower.from_ > upper.from_:
            ends = {"from_lower": plain_number(lower.from_), "from_upper": plain_number(upper.from_)}
            yield ORDER(places.of("grades", "bands", i + 1, "from"), **names, **ends)
    lowest = min(enumerate(bands), key=lambda pair: pair[1].from_, default=None)
    if lowest is not None and lowest[1].from_ > 0:
        yield LOWEST(places.of("grades", "bands", lowest[0], "from"), title=lowest[1].title, low=plain_number(lowest[1].from_))
    for i, band in enumerate(bands):
        if band.from_ > scheme.total.cap:
            place = places.of("grades", "bands", i, "from")
            yield ABOVE_TOTAL(place, title=band.title, low=plain_number(band.from_), cap=plain_number(scheme.total.cap))


def _rules(scheme: Scheme, places: Places) -> Iterator[Problem]:
    rules = scheme.grades.rules
    for i, rule in enumerate(rules):
        is_last = i == len(rules) - 1
        if is_last and rule.when:
            yield LAST_RULE(places.of("grades", "rules", i), title=rule.title)
        if not is_last and not rule.when:
            yield NEVER_TRIED(places.of("grades", "rules", i), title=rule.title)


def _condition(condition: Condition, path: Steps, sections: int, places: Places) -> Iterator[Problem]:
    if not places.is_sound(*path):
        return
    counts = [condition.at_least is not None, condition.exactly is not None, condition.all, condition.none]
    lines = [condition.from_ is not None, condition.below is not None]
    if sum(counts) != 1:
        yield ONE_COUNT(places.of(*path), count=sum(counts))
    if sum(lines) != 1:
        yield ONE_LINE(places.of(*path), count=sum(lines))
    asked = condition.at_least or condition.exactly or 0
    if asked > sections:
        yield TOO_MANY(places.of(*path), count=asked, sections=sections)
