"""The shapes evidence comes in: a handful of tables with typed columns, units and keys.

Every stored row also carries ``import_id`` (which import brought it) and ``row_no`` (its row in the raw file), so a
figure can be followed back to the cell it came from. Instants are stored in UTC; for every instant ``x_at`` the store
adds ``x_on`` (the local day in the company's zone) and, where ``worked`` is set, ``x_work`` (its working-time
coordinate in seconds: the working time between two instants is the difference of their coordinates).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from jikao.scheme.text import Text


class Type(StrEnum):
    """What a column holds and how it is stored."""

    WORD = "word"
    """Text: VARCHAR."""
    DAY = "day"
    """A local day: DATE."""
    INSTANT = "instant"
    """A moment: TIMESTAMP in UTC, whole seconds."""
    COUNT = "count"
    """A whole number, not negative: BIGINT."""
    NUMBER = "number"
    """An exact number with at most four decimals, stored as ten-thousandths: BIGINT."""
    MONEY = "money"
    """Yuan with at most two decimals, stored as fen: BIGINT."""
    SHARE = "share"
    """A share or rate (``40%``, ``0.4``), stored as millionths: BIGINT."""
    SECONDS = "seconds"
    """A length of time, stored as whole seconds: BIGINT."""
    FLAG = "flag"
    """Yes or no: BOOLEAN."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a shape. ``words`` closes its vocabulary; ``low``/``high`` bound it (in the unit people write)."""

    name: str
    type: Type
    title: Text
    required: bool = False
    words: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None
    worked: bool = False
    person: bool = False
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """One table of evidence. ``key``: the columns that name a row; importing it again replaces it."""

    name: str
    title: Text
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    day: str
    """The column that says in which period a row falls (an ``_at`` column counts by its local day)."""

    def column(self, name: str) -> Column:
        return next(c for c in self.columns if c.name == name)


SHAPES: dict[str, Shape] = {}
"""Every shape by name."""


def _c(name: str, type_: Type, zh: str, en: str, **more: object) -> Column:
    return Column(name, type_, Text(zh, en), **more)  # type: ignore[arg-type]


def _shape(name: str, zh: str, en: str, key: str, day: str, *columns: Column) -> None:
    SHAPES[name] = Shape(name, Text(zh, en), tuple(key.split()), columns, day)


_W, _D, _T, _C, _N, _M, _S, _L, _F = (
    Type.WORD, Type.DAY, Type.INSTANT, Type.COUNT, Type.NUMBER, Type.MONEY, Type.SHARE, Type.SECONDS, Type.FLAG,
)  # fmt: skip


def _who(zh: str = "人员", en: str = "person", name: str = "person", *, required: bool = True) -> Column:
    return Column(name, _W, Text(zh, en), required=required, person=True)


_PROOF = (_c("reason", _W, "理由", "reason", required=True), _c("evidence", _W, "证据", "evidence"), _c("entered_by", _W, "登记人", "entered by"))

# --- people ------------------------------------------------------------------------------------------------------
_shape(
    "people", "人员", "People", "person", "hired_on",
    _c("person", _W, "工号", "employee number", required=True), _c("name", _W, "姓名", "name"),
    _c("department", _W, "部门", "department"), _c("team", _W, "班组", "team"), _c("position", _W, "岗位", "position"),
    _c("superior", _W, "直接上级", "superior"),
    _c("kind", _W, "类别", "kind", words=("human", "robot"), default="human"), _c("hired_on", _D, "入职日", "hired on"), _c("left_on", _D, "离职日", "left on"),
)
_shape(
    "spans", "任职", "Positions held", "person from_on", "from_on",
    _who(), _c("position", _W, "岗位", "position", required=True), _c("department", _W, "部门", "department"),
    _c("from_on", _D, "起", "from", required=True), _c("until_on", _D, "止(含)", "until (inclusive)"),
)
_shape(
    "leaves", "请假", "Leave", "person from_on", "from_on",
    _who(), _c("from_on", _D, "起", "from", required=True), _c("until_on", _D, "止(含)", "until (inclusive)", required=True),
    _c("statutory", _F, "法定假", "statutory", default="no"),
)
# --- tickets -----------------------------------------------------------------------------------------------------
_shape(
    "tickets", "工单", "Tickets", "ticket", "solved_at",
    _c("ticket", _W, "工单号", "ticket", required=True), _c("title", _W, "标题", "title"),
    _c("kind", _W, "类别", "kind"), _c("priority", _W, "优先级", "priority"), _c("channel", _W, "渠道", "channel"), _c("team", _W, "受理组", "team"),
    _c("requester", _W, "请求人", "requester"),
    _c("requester_kind", _W, "请求方", "who asked", words=("customer", "internal")),
    _c("status", _W, "状态", "status", words=("new", "open", "pending", "hold", "solved", "closed", "merged", "duplicate", "spam"), default="open"),
    _who("受理人", "assignee", "assignee", required=False), _who("解决人(最后一次)", "solver (last)", "solver", required=False),
    _who("首次解决人", "first solver", "first_solver", required=False), _who("首次回复人", "first responder", "responder", required=False),
    _c("created_at", _T, "创建时间", "created", required=True, worked=True), _c("acknowledged_at", _T, "受理确认时间", "acknowledged", worked=True),
    _c("responded_at", _T, "首次响应时间", "first response", worked=True), _c("first_solved_at", _T, "首次解决时间", "first solved", worked=True),
    _c("solved_at", _T, "解决时间(最后一次)", "solved (last)", worked=True), _c("closed_at", _T, "关闭时间", "closed"),
    _c("reopen_count", _C, "重开次数", "reopened", default="0"), _c("reply_count", _C, "回复次数", "replies"),
    _c("reassignment_count", _C, "转派次数", "reassignments"), _c("sla_met", _F, "SLA 达成", "SLA met"),
    _c("merged_into", _W, "并入", "merged into"), _c("url", _W, "链接", "link"),
)
_shape(
    "ticket_events", "工单事件", "Ticket events", "ticket seq", "happened_at",
    _c("ticket", _W, "工单号", "ticket", required=True), _c("seq", _C, "序号", "sequence", required=True),
    _c("happened_at", _T, "时间", "at", required=True), _c("actor", _W, "操作人", "actor"), _c("what", _W, "动作", "what", required=True),
    _c("old", _W, "原值", "old value"), _c("new", _W, "新值", "new value"),
)
_shape(
    "surveys", "满意度调查", "Satisfaction surveys", "survey question", "asked_on",
    _c("survey", _W, "问卷号", "survey", required=True), _c("question", _W, "问题", "question", default="result"),
    _who(), _c("asked_on", _D, "调查日", "asked on", required=True), _c("answer", _C, "回答(1–5)", "answer (1–5)", low=1, high=5),
    _c("ticket", _W, "工单号", "ticket"), _c("customer", _W, "客户", "customer"), _c("surveyor", _W, "回访人", "surveyor"), _c("comment", _W, "意见", "comment"),
)
_shape(
    "contacts", "来电", "Calls", "contact", "happened_at",
    _c("contact", _W, "来电号", "call", required=True), _who(), _c("happened_at", _T, "时间", "at", required=True), _c("topic", _W, "主题", "topic"),
    _c("answered", _F, "已接听", "answered", required=True), _c("resolved", _F, "已解决", "resolved"),
    _c("wait", _L, "等待", "wait"), _c("talk", _L, "通话", "talk"),
)
# --- records -----------------------------------------------------------------------------------------------------
_shape(
    "plan_items", "工作计划", "Plan items", "person item", "due_on",
    _who(), _c("item", _W, "条目", "item", required=True), _c("kind", _W, "类别", "kind", words=("plan", "task", "milestone"), default="plan"),
    _c("due_on", _D, "期限", "due on", required=True), _c("done_on", _D, "完成日", "done on"), _c("amount", _N, "工作量", "amount of work", default="1", low=0),
    _c("approved", _F, "已批准", "approved", default="yes"),
)
_shape(
    "feedback_summaries", "客户信息反馈汇总", "Feedback summaries", "person due_on recipient", "due_on",
    _who(), _c("due_on", _D, "应反馈日", "due on", required=True), _c("recipient", _W, "送达对象", "recipient", required=True),
    _c("sent_on", _D, "送达日", "sent on"), _c("evidence", _W, "证据", "evidence"),
)
_shape(
    "service_records", "服务跟踪记录", "Service records", "record", "happened_on",
    _c("record", _W, "记录号", "record", required=True), _who(), _c("happened_on", _D, "日期", "day", required=True), _c("customer", _W, "客户", "customer"),
    _c("kind", _W, "类别", "kind"), _c("summary", _W, "内容", "summary"),
)
_shape(
    "deductions", "扣分", "Deductions", "deduction", "happened_on",
    _c("deduction", _W, "扣分单号", "deduction", required=True), _who(), _c("indicator", _W, "指标", "indicator", required=True),
    _c("kind", _W, "种类", "kind", required=True), _c("amount", _N, "扣分", "points deducted", low=0), _c("happened_on", _D, "日期", "day", required=True),
    _c("verified", _F, "已核实", "verified", default="yes"), _c("record", _W, "记录号", "record"), *_PROOF,
)
_shape(
    "complaints", "投诉", "Complaints", "complaint", "received_on",
    _c("complaint", _W, "投诉单号", "complaint", required=True), _who(), _c("received_on", _D, "日期", "received on", required=True),
    _c("origin", _W, "来源", "from whom", words=("customer", "department"), default="customer"), _c("from_department", _W, "投诉部门", "department"),
    _c("state", _W, "核实结果", "state", words=("received", "verifying", "verified", "rejected"), default="received"),
    _c("cause", _W, "原因", "cause"), _c("amount", _N, "扣分", "points deducted", low=0), _c("reason", _W, "说明", "reason"),
    _c("evidence", _W, "证据", "evidence"), _c("entered_by", _W, "登记人", "entered by"),
)
_shape(
    "violations", "违规", "Violations", "violation", "happened_on",
    _c("violation", _W, "违规单号", "violation", required=True), _who(), _c("happened_on", _D, "日期", "day", required=True),
    _c("clause", _W, "违反条款", "clause broken", required=True), _c("severity", _W, "程度", "severity", required=True),
    _c("share", _S, "核定扣减比例", "share decided", low=0, high=1),
    _c("state", _W, "状态", "state", words=("reported", "employee_heard", "verified", "dismissed"), default="reported"), *_PROOF,
)
_shape(
    "renewals", "到期合同", "Contracts due", "contract", "due_on",
    _c("contract", _W, "合同号", "contract", required=True), _who(), _c("due_on", _D, "到期日", "due on", required=True),
    _c("renewed", _F, "已续约", "renewed", required=True), _c("amount", _M, "金额", "amount", low=0), _c("customer", _W, "客户", "customer"),
)
_shape(
    "exams", "考试", "Exams", "exam person", "held_on",
    _c("exam", _W, "考试", "exam", required=True), _who(), _c("held_on", _D, "日期", "held on", required=True),
    _c("score", _N, "成绩", "score", low=0, high=100), _c("presence", _W, "出席", "presence", words=("present", "absent", "excused"), default="present"),
    _c("owner", _W, "组织者", "held by"),
)
_shape(
    "trainings", "培训", "Trainings", "training person", "held_on",
    _c("training", _W, "培训", "training", required=True), _who(), _c("held_on", _D, "日期", "held on", required=True), _c("hours", _N, "学时", "hours", low=0),
)
_shape(
    "certificates", "证书", "Certificates", "person certificate", "issued_on",
    _who(), _c("certificate", _W, "证书", "certificate", required=True), _c("level", _W, "级别", "level", required=True), _c("issuer", _W, "颁发机构", "issuer"),
    _c("issued_on", _D, "取得日", "issued on", required=True), _c("valid_until", _D, "有效期至(含)", "valid until (inclusive)"),
)
_shape(
    "sharings", "知识分享", "Knowledge sharing", "sharing", "shared_on",
    _c("sharing", _W, "分享", "sharing", required=True), _who(), _c("shared_on", _D, "日期", "shared on", required=True),
    _c("kind", _W, "类别", "kind", words=("talk", "article", "mentoring", "assist", "research")), _c("verifier", _W, "确认人", "confirmed by"),
    _c("counts_to", _W, "计入", "counts to", words=("knowledge", "teamwork"), default="knowledge"),
)
# --- tasks, orders, numbers measured elsewhere -------------------------------------------------------------------
_shape(
    "tasks", "工作任务", "Tasks", "task", "completed_on",
    _c("task", _W, "任务", "task", required=True), _c("kind", _W, "类别", "kind"), _c("assigned_on", _D, "安排日", "assigned on"),
    _c("completed_on", _D, "完成日", "completed on"), _c("coefficient", _N, "绩点系数 A", "points A", low=0), _c("base", _N, "基准值", "base", low=0),
    _c("difficulty", _N, "难易度", "difficulty", low=0), _c("quality", _N, "质量", "quality", low=0), _c("assigner", _W, "安排人", "assigned by"),
)
_shape(
    "task_shares", "绩点分享", "Shares in tasks", "task person", "",
    _c("task", _W, "任务", "task", required=True), _who(), _c("share", _S, "份额", "share", low=0, high=1),
)
_shape(
    "meetings", "部门周例会", "Weekly meetings", "meeting", "held_on",
    _c("meeting", _W, "会议", "meeting", required=True), _c("held_on", _D, "日期", "held on", required=True), _c("minutes", _W, "纪要", "minutes"),
)
_shape(
    "corrections", "绩点修正", "Corrections of points", "task meeting", "corrected_on",
    _c("task", _W, "任务", "task", required=True), _c("meeting", _W, "会议", "meeting", required=True), _c("coefficient", _N, "修正后 A", "corrected A", required=True, low=0),
    _c("corrected_on", _D, "日期", "day", required=True), *_PROOF,
)
_shape(
    "orders", "任务单", "Task orders", "order_no", "settled_on",
    _c("order_no", _W, "任务单号", "order", required=True), _c("title", _W, "名称", "title"), _c("created_by", _W, "创建部门", "created by"),
    _c("value", _M, "产值", "value", required=True, low=0), _c("received_on", _D, "接单日", "received on"), _c("settled_on", _D, "结算日", "settled on"),
    _c("project_manager", _W, "项目经理", "project manager"), _c("progress", _S, "进度", "progress", low=0, high=1),
    _c("agreed_on", _D, "产值商定日", "value agreed on"), _c("delivered_on", _D, "交付日", "delivered on"), _c("cancelled_on", _D, "取消日", "cancelled on"),
)
_shape(
    "progress_reports", "进度报告", "Progress reports", "order_no reported_on", "reported_on",
    _c("order_no", _W, "任务单号", "order", required=True), _c("reported_on", _D, "报告日", "reported on", required=True),
    _c("progress", _S, "进度", "progress", required=True, low=0, high=1), _c("reporter", _W, "报告人", "reporter"),
)
_shape(
    "order_splits", "产值分解", "Value splits", "order_no department", "",
    _c("order_no", _W, "任务单号", "order", required=True), _c("department", _W, "部门", "department", required=True),
    _c("value", _M, "产值", "value", low=0),
    _who("部门经理", "department manager", "manager", required=False),
)
_shape(
    "costs", "成本", "Costs", "cost", "spent_on",
    _c("cost", _W, "成本单号", "cost", required=True), _c("order_no", _W, "任务单号", "order", required=True), _c("department", _W, "部门", "department"),
    _c("kind", _W, "类别", "kind", required=True), _c("amount", _M, "金额", "amount", required=True), _c("spent_on", _D, "日期", "day", required=True),
)
_shape(
    "workloads", "工作量确认", "Workload", "order_no person", "decided_on",
    _c("order_no", _W, "任务单号", "order", required=True), _who(), _c("share", _S, "核定占比", "share decided", required=True, low=0, high=1),
    _c("proposed", _S, "项目经理意见", "share proposed", low=0, high=1), _c("decided_on", _D, "核定日", "decided on", required=True),
    _c("decided_by", _W, "核定人", "decided by"), _c("reason", _W, "理由", "reason"),
)
_shape(
    "observations", "外部数据", "Observations", "person code measured_on", "measured_on",
    _who(), _c("code", _W, "代码", "code", required=True), _c("measured_on", _D, "日期", "day", required=True), _c("numerator", _N, "分子", "numerator", low=0),
    _c("denominator", _N, "分母", "denominator", low=0), _c("score", _N, "得分", "score", low=0, high=100), _c("source", _W, "来源", "source"),
)
_shape(
    "ratings", "评分", "Ratings", "person item role rater rated_on", "rated_on",
    _who(), _c("item", _W, "评分项", "item", required=True), _c("role", _W, "评价角色", "role of the rater", required=True),
    _c("rater", _W, "评价人", "rater", required=True), _c("rated_on", _D, "日期", "rated on", required=True),
    _c("judged_on", _D, "所评期间内的一日,默认为评分日", "a day of the period judged, by default the day rated"), _c("score", _N, "评分", "score", required=True, low=0, high=100),
    _c("reason", _W, "理由", "reason"), _c("evidence", _W, "证据", "evidence"),
)
# --- money (read here, computed by payout) -----------------------------------------------------------------------
_shape(
    "bonuses", "奖金基数", "Bonus bases", "person kind from_on", "from_on",
    _who(), _c("kind", _W, "类别", "kind", required=True, words=("bonus_base", "salary", "quarterly_bonus")), _c("from_on", _D, "起", "from", required=True),
    _c("amount", _M, "金额", "amount", required=True, low=0),
)
_shape(
    "advances", "预支", "Advances", "advance", "applied_on",
    _c("advance", _W, "预支单号", "advance", required=True), _who(), _c("kind", _W, "类别", "kind", required=True, words=("progress", "hardship")),
    _c("order_no", _W, "任务单号", "order"), _c("amount", _M, "金额", "amount", required=True, low=0), _c("applied_on", _D, "申请日", "applied on", required=True),
    _c("applicant", _W, "申请人", "applicant", required=True), _c("approver", _W, "审批人", "approver"), _c("approved_on", _D, "审批日", "approved on"),
    _c("reason", _W, "理由", "reason", required=True),
)
_shape(
    "repayments", "预支归还", "Repayments", "repayment", "repaid_on",
    _c("repayment", _W, "归还单号", "repayment", required=True), _c("advance", _W, "预支单号", "advance", required=True), _c("amount", _M, "金额", "amount", required=True, low=0),
    _c("repaid_on", _D, "日期", "day", required=True), _c("reason", _W, "理由", "reason"),
)
_shape(
    "write_offs", "预支核销", "Write-offs", "write_off", "decided_on",
    _c("write_off", _W, "核销单号", "write-off", required=True), _c("advance", _W, "预支单号", "advance", required=True),
    _c("amount", _M, "无法收回的金额", "amount not recoverable", required=True, low=0), _c("decided_on", _D, "认定日", "decided on", required=True),
    _c("decided_by", _W, "认定人", "decided by", required=True), _who("部门经理", "department manager", "manager"),
    _c("share", _S, "按过错核定的经理比例", "the manager's share by fault", low=0, high=1), _c("agreement", _W, "书面同意", "written agreement", required=True),
    _c("reason", _W, "理由", "reason", required=True),
)
_shape(
    "wages", "月工资", "Monthly wages", "person month_on", "month_on",
    _who(), _c("month_on", _D, "月份(首日)", "month (its first day)", required=True), _c("wage", _M, "工资", "wage", low=0),
    _c("performance", _M, "绩效工资(系统启用之前)", "performance pay (before Jikao)", low=0),
)
_shape(
    "budgets", "奖金预算", "Bonus budgets", "scheme department from_on", "from_on",
    _c("scheme", _W, "方案", "scheme", required=True), _c("department", _W, "部门(全部为 *)", "department (* for all)", default="*"),
    _c("from_on", _D, "周期首日", "first day of the period", required=True), _c("amount", _M, "金额", "amount", required=True, low=0),
)


WORKED_OUT = {"task_shares": (_c("completed_on", _D, "完成日", "completed on"), _c("A", _N, "绩点系数 A", "points A"), _c("points", _N, "本人绩点", "own points"))}
"""Columns the credit rules add to the rows of a shape; nobody could follow the figure without them."""

_STORED = {
    Type.WORD: "string", Type.DAY: "date", Type.INSTANT: "timestamp", Type.FLAG: "boolean",
    **dict.fromkeys((Type.COUNT, Type.NUMBER, Type.MONEY, Type.SHARE, Type.SECONDS), "int64"),
}  # fmt: skip

SCALES = {Type.COUNT: 1, Type.NUMBER: 10_000, Type.MONEY: 100, Type.SHARE: 1_000_000, Type.SECONDS: 1}
"""How many stored units make one of the units people write."""

PROVENANCE = {"import_id": "string", "row_no": "int64"}
"""Which import and which row of the raw file a row came from."""


def stored(shape: Shape) -> dict[str, str]:
    """The columns of a stored table in order, with their Ibis types: those of the shape, derived ones, provenance."""
    columns: dict[str, str] = {}
    for column in shape.columns:
        columns[column.name] = _STORED[column.type]
        if column.type is Type.INSTANT:
            stem = column.name.removesuffix("_at")
            columns[f"{stem}_on"] = "date"
            if column.worked:
                columns[f"{stem}_work"] = "int64"
    return columns | PROVENANCE


def day_column(shape: Shape) -> str:
    """The stored DATE column that says in which period a row falls."""
    return f"{shape.day.removesuffix('_at')}_on" if shape.day.endswith("_at") else shape.day
