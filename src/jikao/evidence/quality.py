"""What the evidence of a period lacks or contradicts: coverage, look-alikes, shares, corrections, spans.

Contradictions a score would hang on are errors and stop a run; gaps are warnings that say which figures they leave
open; the rest are hints. Each check is one function: it reads the stored tables and yields problems.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from jikao.evidence import duck
from jikao.evidence.backend import parquet
from jikao.evidence.duck import Con
from jikao.evidence.shapes import SCALES, SHAPES, Type, day_column
from jikao.evidence.snapshot import Snapshot
from jikao.evidence.store import Store
from jikao.scheme.calendar import UnknownYear
from jikao.scheme.catalogue import CATALOGUE
from jikao.scheme.model import Scheme
from jikao.scheme.number import half_up, plain_number
from jikao.scheme.period import Period, PeriodKind
from jikao.scheme.problem import Level, Place, Problem, kind
from jikao.scheme.text import Text
from jikao.scheme.words import joined, listed, same, several

LISTED = 12
"""Names or days shown in one problem; the rest are counted."""

DAILY = {"tickets": "created_on", "contacts": "happened_on"}
"""Shapes in which every working day of a department should have something, and the day they are looked at by."""

WHOLE = SCALES[Type.SHARE]

NO_SOURCE = kind(
    "evidence.no-source", Level.WARNING,
    what=Text("从未导入“{shape}”", "{shape} were never imported"),
    why=Text("靠它计算的指标都是 N/A:{indicators}。", "The indicators that need them are N/A: {indicators}."),
    mend=Text("导入该数据;没有数据时导入只有表头的文件,表示“确实没有”。", "Import them; when there are none, a file with only a header says so."),
)  # fmt: skip
NOTHING = kind(
    "evidence.nothing-in-period", Level.WARNING,
    what=Text("“{shape}”在 {period} 没有任何记录", "There are no {shape} in {period}"),
    why=Text("多半是该期的数据还没有导入。", "Most likely those of the period were not imported yet."),
    mend=Text("导入该期的数据。", "Import those of the period."),
)  # fmt: skip
DAYS = kind(
    "evidence.days-missing", Level.WARNING,
    what=Text("“{shape}”在 {count} 个工作日没有记录:{days}", "There are no {shape} on {count} working days: {days}"),
    why=Text("导出缺了几天,数量与时长都会偏。", "An export that lacks days skews counts and durations."),
    mend=Text("核对导出范围;确实没有的日子不必理会。", "Check the range of the export; days that truly had none need nothing."),
)  # fmt: skip
PEOPLE = kind(
    "evidence.people-missing", Level.WARNING,
    what=Text("{count} 人在 {period} 没有任何考核依据:{people}", "{count} people have no evidence at all in {period}: {people}"),
    why=Text("全部在岗员工都要接受考核(S8.4);没有依据的项不计分。", "Everybody in post is appraised (S8.4); a line without evidence is not scored."),
    mend=Text("补充数据,或在人员表中登记离职、请假。", "Add their evidence, or record that they left or were on leave."),
)  # fmt: skip
LOOK_ALIKE = kind(
    "evidence.look-alike", Level.HINT,
    what=Text("“{shape}”中有 {count} 组除编号外相同的记录,如 {example}", "{count} groups of {shape} agree in all but their number, such as {example}"),
    why=Text("同一件事登记两次会重复计数。", "One thing recorded twice counts twice."),
    mend=Text("核实后把多余的标为 duplicate 或更正。", "Look at them; mark the extra ones as duplicate, or correct them."),
)  # fmt: skip
NOT_A_DUE_DAY = kind(
    "evidence.feedback-due", Level.WARNING,
    what=Text("{person} 的反馈应反馈日 {day} 不是到期日", "{day}, given as the due day of {person}'s feedback, is not a due day"),
    why=Text("每周五到期,遇假日提前到当周最后一个工作日;其他日子的记录不计。", "Feedback is due on Fridays, moved to the last working day of the week on holidays; rows of other days do not count."),
    mend=Text("改为 {dues} 之一。", "Use one of {dues}."),
)  # fmt: skip
SHARES = kind(
    "evidence.task-shares", Level.ERROR,
    what=Text("任务“{task}”的份额合计 {total},不是 100%", "The shares in task {task} sum to {total}, not 100%"),
    why=Text("一件任务的绩点分给各人,合计必须正好是它本身(S8.24)。", "A task's points are divided, so the shares must make exactly the whole (S8.24)."),
    mend=Text("改正份额;平均分享请全部留空。", "Correct the shares; leave all of them empty to share equally."),
)  # fmt: skip
NO_TASK = kind(
    "evidence.no-task", Level.ERROR,
    what=Text("“{task}”不是已登记的任务", "{task} is not a registered task"),
    why=Text("不知道它的绩点与完成日。", "Its points and day of completion are unknown."), mend=Text("先登记任务。", "Register the task first."),
)  # fmt: skip
NO_MEETING = kind(
    "evidence.correction-outside-meeting", Level.ERROR,
    what=Text("任务“{task}”的绩点修正({day})不在已记录的部门周例会上", "The correction of task {task} ({day}) was not made in a recorded weekly meeting"),
    why=Text("绩点只能通过部门周例会修正(S8.22)。", "Points are corrected only in the department's weekly meeting (S8.22)."),
    mend=Text("登记该次例会,日期与修正一致;否则撤回修正。", "Record the meeting with the day of the correction, or withdraw the correction."),
)  # fmt: skip
AFTER_LOCK = kind(
    "evidence.correction-after-lock", Level.ERROR,
    what=Text("任务“{task}”在 {day} 修正绩点,但 {quarter} 已于季末锁定", "Task {task} was corrected on {day}, but {quarter} was locked when the quarter ended"),
    why=Text("季度结束后绩点不再变动(S8.22)。", "Points do not change once the quarter has ended (S8.22)."),
    mend=Text("撤回修正;确有错误时按申诉处理。", "Withdraw the correction; real mistakes go through an appeal."),
)  # fmt: skip
SPLIT = kind(
    "evidence.order-split", Level.ERROR,
    what=Text("任务单“{order}”的产值分解合计 {total} 元,不等于产值 {value} 元", "The splits of order {order} sum to {total} yuan, not to its value of {value} yuan"),
    why=Text("产值必须全额分解到各部门(S5.12)。", "The value of an order is divided in full (S5.12)."), mend=Text("改正分解单。", "Correct the splits."),
)  # fmt: skip
SPANS = kind(
    "evidence.spans-overlap", Level.ERROR,
    what=Text("{person} 的任职有重叠:{first} 起与 {second} 起", "Positions of {person} overlap: from {first} and from {second}"),
    why=Text("换岗时得分按天加权(A48);同一天只能有一个岗位。", "After a change of position scores are weighted by days (A48); a day has one position."),
    mend=Text("改正任职的起止日期。", "Correct the days the positions begin and end."),
)  # fmt: skip
SPLIT_OPEN = kind(
    "evidence.order-split-open", Level.ERROR,
    what=Text("任务单“{order}”的产值分解有的填了产值,有的没有填", "Some splits of order {order} give a value, some do not"),
    why=Text("全部留空才是均分,只空一部分没有含义。", "All empty means equal parts; some empty means nothing."),
    mend=Text("全部填上,或全部留空。", "Fill them all in, or leave all of them empty."),
)  # fmt: skip


@dataclass(frozen=True)
class Evidence:
    """The stored tables a check reads, and the period it looks at."""

    con: Con
    snapshot: Snapshot
    scheme: Scheme
    period: Period

    def has(self, *shapes: str) -> bool:
        """Whether all of these shapes have rows."""
        return all(self.snapshot.tables.get(shape) for shape in shapes)

    def table(self, shape: str) -> str:
        return parquet(self.snapshot.tables[shape])

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        return self.con.execute(sql).fetchall()

    def within(self, day: str) -> str:
        return f"{day} >= DATE '{self.period.start}' AND {day} < DATE '{self.period.end}'"

    def place(self, import_id: object, row_no: object) -> Place:
        return Place(self.snapshot.origins.get(str(import_id), str(import_id)), int(str(row_no)))


def evidence_problems(store: Store, scheme: Scheme, period: Period) -> list[Problem]:
    """Everything wrong or missing in the evidence of a period, as far as the scheme needs it."""
    with duck.connect() as con:
        evidence = Evidence(con, store.snapshot(), scheme, period)
        return [problem for check in CHECKS for problem in check(evidence)]


def late_rows(store: Store, period: Period, after: dt.datetime) -> dict[str, int]:
    """How many rows of a period came in imports after a moment (with zone), by shape: what a run made then did not see."""
    late = [e.import_id for e in store.state.imports if dt.datetime.fromisoformat(e.at) > after]
    if not late:
        return {}
    ids = ", ".join(f"'{i}'" for i in late)
    found: dict[str, int] = {}
    with duck.connect() as con:
        for shape, paths in store.snapshot().tables.items():
            if not paths or not SHAPES[shape].day:
                continue
            day = day_column(SHAPES[shape])
            within = f"{day} >= DATE '{period.start}' AND {day} < DATE '{period.end}'"
            row = con.execute(f"SELECT count(*) FROM {parquet(paths)} WHERE import_id IN ({ids}) AND {within}").fetchone()
            if row and row[0]:
                found[shape] = int(row[0])
    return found


def needed_shapes(scheme: Scheme) -> dict[str, list[Text]]:
    """The shapes a scheme's measures read, each with the titles of the indicators that need it."""
    needed: dict[str, list[Text]] = {}
    for indicator in scheme.indicators():
        for shape in CATALOGUE[indicator.measure.use].shapes if indicator.measure.use in CATALOGUE else ():
            needed.setdefault(shape, []).append(indicator.title)
    return needed


# --- coverage ----------------------------------------------------------------------------------------------------


def _sources(evidence: Evidence) -> Iterator[Problem]:
    for shape, titles in needed_shapes(evidence.scheme).items():
        if not evidence.snapshot.covers(shape):
            yield NO_SOURCE(shape=SHAPES[shape].title, indicators=_joined(titles))


def _days(evidence: Evidence) -> Iterator[Problem]:
    for shape, day in DAILY.items():
        if shape not in needed_shapes(evidence.scheme) or not evidence.snapshot.covers(shape):
            continue
        title = SHAPES[shape].title
        there = (
            {row[0] for row in evidence.rows(f"SELECT DISTINCT {day} FROM {evidence.table(shape)} WHERE {evidence.within(day)}")}
            if evidence.has(shape)
            else set()
        )
        if not there:
            yield NOTHING(shape=title, period=evidence.period)
        elif lacking := [d for d in _workdays(evidence) if d not in there]:
            yield DAYS(shape=title, count=len(lacking), days=_some([str(d) for d in lacking]))


def _workdays(evidence: Evidence) -> list[dt.date]:
    days = (evidence.period.start + dt.timedelta(days=i) for i in range(evidence.period.days))
    try:
        return [day for day in days if evidence.snapshot.calendar.is_workday(day)]
    except UnknownYear:
        return []


def _people(evidence: Evidence) -> Iterator[Problem]:
    """People in post whom no row of the period names; where no record means no fault, that is nothing to warn of."""
    measures = [CATALOGUE[i.measure.use] for i in evidence.scheme.indicators() if i.measure.use in CATALOGUE]
    if not evidence.has("people") or all(m.empty == "zero" for m in measures):
        return
    named = [sql for shape in needed_shapes(evidence.scheme) if evidence.has(shape) for sql in _naming(evidence, shape)]
    positions = ", ".join(f"'{p}'" for p in (x.replace("'", "''") for x in evidence.scheme.positions))
    bound = f"AND (position IS NULL OR position IN ({positions}))" if positions else ""
    in_post = f"coalesce(hired_on < DATE '{evidence.period.end}', true) AND coalesce(left_on >= DATE '{evidence.period.start}', true)"
    found = evidence.rows(
        f"SELECT coalesce(name, person) FROM {evidence.table('people')} WHERE kind = 'human' AND {in_post} {bound} "
        f"AND person NOT IN (SELECT who FROM ({' UNION ALL '.join(named) or 'SELECT NULL AS who'}) WHERE who IS NOT NULL) ORDER BY 1"
    )
    if found:
        yield PEOPLE(count=len(found), period=evidence.period, people=_some([str(row[0]) for row in found]))


def _naming(evidence: Evidence, shape: str) -> Iterator[str]:
    """Queries of everybody a shape's rows of the period name."""
    within = evidence.within(day_column(SHAPES[shape])) if SHAPES[shape].day else "true"
    for column in SHAPES[shape].columns:
        if column.person:
            yield f"SELECT DISTINCT {duck.name(column.name)} AS who FROM {evidence.table(shape)} WHERE {within}"


# --- doubles -----------------------------------------------------------------------------------------------------

_SAME = {
    "tickets": ("requester", "title", "created_at"),
    "contacts": ("person", "happened_at", "topic", "wait", "talk"),
    "surveys": ("ticket", "question", "person", "asked_on", "customer"),
    "deductions": ("person", "indicator", "kind", "amount", "happened_on", "record", "evidence"),
    "complaints": ("person", "received_on", "origin", "from_department", "cause", "reason"),
}
"""Rows that agree in all of these, none empty in the first two, are most likely one."""


def _look_alikes(evidence: Evidence) -> Iterator[Problem]:
    for shape, columns in _SAME.items():
        if shape not in needed_shapes(evidence.scheme) or not evidence.has(shape):
            continue
        key = SHAPES[shape].key[0]
        groups = evidence.rows(
            f"SELECT list({key} ORDER BY {key})[:2] FROM {evidence.table(shape)} "
            f"WHERE {evidence.within(day_column(SHAPES[shape]))} AND {columns[0]} IS NOT NULL AND {columns[1]} IS NOT NULL "
            f"GROUP BY {', '.join(columns)} HAVING count(DISTINCT {key}) > 1 ORDER BY 1"
        )
        if groups:
            yield LOOK_ALIKE(shape=SHAPES[shape].title, count=len(groups), example=several(map(str, groups[0][0])))  # type: ignore[call-overload]


# --- records -----------------------------------------------------------------------------------------------------


def _due_days(evidence: Evidence) -> Iterator[Problem]:
    if "feedback_summaries" not in needed_shapes(evidence.scheme) or not evidence.has("feedback_summaries"):
        return
    dues = evidence.snapshot.calendar.weekly_dues(evidence.period)
    odd = evidence.rows(
        f"SELECT person, due_on, min(import_id), min(row_no) FROM {evidence.table('feedback_summaries')} WHERE {evidence.within('due_on')} GROUP BY ALL ORDER BY 2, 1"
    )
    for person, day, import_id, row_no in odd:
        if day not in dues:
            yield NOT_A_DUE_DAY(evidence.place(import_id, row_no), person=person, day=day, dues=_some([str(d) for d in dues]))


def _spans(evidence: Evidence) -> Iterator[Problem]:
    if not evidence.has("spans"):
        return
    overlapping = evidence.rows(
        f"SELECT person, before, from_on, import_id, row_no FROM (SELECT *, lag(from_on) OVER w AS before, "
        f"lag(until_on) OVER w AS until FROM {evidence.table('spans')} WINDOW w AS (PARTITION BY person ORDER BY from_on)) "
        f"WHERE until >= from_on ORDER BY person, from_on"
    )
    for person, first, second, import_id, row_no in overlapping:
        yield SPANS(evidence.place(import_id, row_no), person=person, first=first, second=second)


def _shares(evidence: Evidence) -> Iterator[Problem]:
    """A28: the shares of a task completed in the period make exactly the whole, as far as they are given."""
    if not evidence.has("tasks", "task_shares"):
        return
    rows = evidence.rows(
        f"SELECT s.task, sum(s.share), count(*) - count(s.share), min(s.import_id), min(s.row_no) "
        f"FROM {evidence.table('task_shares')} s JOIN {evidence.table('tasks')} t USING (task) WHERE {evidence.within('t.completed_on')} GROUP BY s.task ORDER BY 1"
    )
    for task, total, open_, import_id, row_no in rows:
        given = int(str(total or 0))
        if given > WHOLE or (total is not None and not open_ and given != WHOLE):
            yield SHARES(evidence.place(import_id, row_no), task=task, total=f"{plain_number(half_up(Fraction(given * 100, WHOLE), 4))}%")


def _unknown_tasks(evidence: Evidence) -> Iterator[Problem]:
    for shape in ("task_shares", "corrections"):
        if not evidence.has(shape) or "tasks" not in needed_shapes(evidence.scheme):
            continue
        known = f"SELECT task FROM {evidence.table('tasks')}" if evidence.has("tasks") else "SELECT NULL::VARCHAR WHERE false"
        for task, import_id, row_no in evidence.rows(
            f"SELECT task, min(import_id), min(row_no) FROM {evidence.table(shape)} WHERE task NOT IN ({known}) GROUP BY task ORDER BY 1 LIMIT {LISTED}"
        ):
            yield NO_TASK(evidence.place(import_id, row_no), task=task)


def _corrections(evidence: Evidence) -> Iterator[Problem]:
    """A56: corrections are made in a recorded meeting, and not after the quarter of the task was locked."""
    if not evidence.has("tasks", "corrections"):
        return
    meetings = (
        evidence.table("meetings") if evidence.has("meetings") else "(SELECT NULL::VARCHAR AS meeting, NULL::DATE AS held_on WHERE false)"
    )
    rows = evidence.rows(
        f"SELECT c.task, c.corrected_on, t.completed_on, m.meeting IS NOT NULL, c.import_id, c.row_no FROM {evidence.table('corrections')} c "
        f"JOIN {evidence.table('tasks')} t USING (task) LEFT JOIN {meetings} m ON c.meeting = m.meeting AND c.corrected_on = m.held_on "
        f"WHERE {evidence.within('t.completed_on')} OR {evidence.within('c.corrected_on')} ORDER BY c.task, c.corrected_on"
    )
    for task, day, completed, in_meeting, import_id, row_no in rows:
        place = evidence.place(import_id, row_no)
        if not in_meeting:
            yield NO_MEETING(place, task=task, day=day)
        if isinstance(completed, dt.date) and isinstance(day, dt.date) and day >= (quarter := quarter_of(completed)).end:
            yield AFTER_LOCK(place, task=task, day=day, quarter=quarter)


def quarter_of(day: dt.date) -> Period:
    """The quarter a day lies in."""
    return Period(dt.date(day.year, (day.month - 1) // 3 * 3 + 1, 1), PeriodKind.QUARTER)


def _splits(evidence: Evidence) -> Iterator[Problem]:
    """S5.12, A36: the splits of an order settled in the period make up its value, or all are empty and mean equal parts."""
    if not evidence.has("orders", "order_splits"):
        return
    rows = evidence.rows(
        f"SELECT o.order_no, any_value(o.value), sum(s.value), any_value(o.import_id), any_value(o.row_no), count(*) > count(s.value) "
        f"FROM {evidence.table('orders')} o JOIN {evidence.table('order_splits')} s USING (order_no) WHERE {evidence.within('o.settled_on')} "
        f"GROUP BY o.order_no HAVING count(s.value) > 0 AND (count(*) > count(s.value) OR sum(s.value) <> any_value(o.value)) ORDER BY 1"
    )
    for order, value, total, import_id, row_no, open_ in rows:
        place = evidence.place(import_id, row_no)
        if open_:
            yield SPLIT_OPEN(place, order=order)
        else:
            yield SPLIT(place, order=order, total=_yuan(total), value=_yuan(value))


def _yuan(fen: object) -> str:
    return str(half_up(Fraction(int(str(fen)), 100)))


# --- saying ------------------------------------------------------------------------------------------------------


def _some(items: Sequence[str]) -> Text:
    return _joined([same(item) for item in items])


def _joined(titles: Sequence[Text]) -> Text:
    more = f" …(+{len(titles) - LISTED})" if len(titles) > LISTED else ""
    return joined([listed(titles[:LISTED]), same(more)], "")


CHECKS: tuple[Callable[[Evidence], Iterator[Problem]], ...] = (
    _sources, _days, _people, _look_alikes, _due_days, _spans, _shares, _unknown_tasks, _corrections, _splits,
)  # fmt: skip
"""Every check, in the order problems are shown."""
