"""What systems call the columns of their exports, in Chinese and English: used to propose a mapping, never to import by guess."""

from __future__ import annotations

from jikao.evidence.shapes import SHAPES, Shape
from jikao.scheme.text import Text

_PERSON = (
    "工号",
    "员工号",
    "员工编号",
    "人员",
    "姓名",
    "员工",
    "被考核人",
    "employee",
    "employee id",
    "employee number",
    "staff",
    "agent",
    "name",
)

KNOWN: dict[str, dict[str, tuple[str, ...]]] = {
    "people": {
        "person": ("工号", "员工号", "员工编号", "employee id", "employee number", "staff id", "user id", "login", "账号"),
        "name": ("姓名", "员工姓名", "名字", "name", "full name", "employee name"),
        "department": ("部门", "所属部门", "department"), "team": ("班组", "小组", "组别", "team", "group"),
        "position": ("岗位", "职位", "岗位名称", "position", "title", "job title", "role"), "superior": ("直接上级", "上级", "主管", "manager", "supervisor", "reports to"),
        "hired_on": ("入职日期", "入职日", "hire date", "start date"), "left_on": ("离职日期", "离职日", "leave date", "end date"),
    },
    "tickets": {
        "ticket": ("工单编号", "工单号", "工单id", "单号", "编号", "流水号", "事件编号", "ticket number", "ticket id", "ticket", "ticket #", "id", "key", "issue key", "issue id", "number", "case number", "case id", "case_id", "incident", "request id"),
        "title": ("工单标题", "标题", "主题", "问题描述", "subject", "title", "summary", "short description"),
        "kind": ("工单类型", "类型", "类别", "分类", "问题类型", "category", "type", "help topic", "issue type", "tracker"),
        "priority": ("优先级", "紧急程度", "紧急度", "级别", "priority", "urgency", "severity"),
        "channel": ("渠道", "来源", "提交渠道", "source", "via", "channel", "contact type", "contact_type"),
        "team": ("受理组", "受理客服组", "客服组", "处理组", "技能组", "队列", "group", "queue", "team assigned", "assignment group", "assignment_group", "department"),
        "requester": ("客户", "客户名称", "请求人", "提交人", "报修人", "联系人", "requester", "from", "customer", "caller", "caller_id", "reporter", "requestor", "from email"),
        "status": ("工单状态", "状态", "当前状态", "处理状态", "status", "state", "current status", "ticket status", "incident_state"),
        "assignee": ("受理客服", "受理人", "处理客服", "处理人", "负责人", "客服", "跟进人", "assignee", "agent assigned", "assigned to", "assigned_to", "owner", "agent"),
        "solver": ("解决人", "完成人", "办结人", "resolved by", "resolved_by", "solver", "solved by"),
        "created_at": ("创建时间", "提交时间", "提交于", "建单时间", "报修时间", "创建日期", "created at", "created", "created on", "date created", "opened", "opened at", "opened_at", "creation date", "created time"),
        "acknowledged_at": ("受理时间", "接单时间", "响应时间点", "acknowledged at", "assigned at", "initially assigned at", "started"),
        "responded_at": ("首次响应时间", "首次回复时间", "首响时间", "首次响应时长", "first response", "first response at", "first responded at", "first response time", "first reply time in minutes", "first reply at"),
        "solved_at": ("解决时间", "完成时间", "办结时间", "完成于", "解决日期", "solved at", "resolved", "resolved at", "resolved_at", "resolution date", "resolved time", "completed at"),
        "closed_at": ("关闭时间", "结单时间", "关单时间", "closed at", "closed", "closed on", "closed_at", "closed date", "closed time"),
        "reopen_count": ("重开次数", "重新打开次数", "reopens", "reopen count", "reopen_count", "reopened"),
        "reply_count": ("回复次数", "回复数", "replies", "reply count"),
        "reassignment_count": ("转派次数", "转单次数", "reassignments", "reassignment count", "reassignment_count"),
        "sla_met": ("是否达标", "sla达成", "是否超时达成", "made_sla", "sla met"), "url": ("链接", "url", "link", "link to the conversation"),
    },
    "surveys": {
        "survey": ("问卷号", "问卷编号", "回访编号", "survey id", "response id", "id"), "person": (*_PERSON, "受理客服", "客服", "assigned agent"),
        "asked_on": ("调查日期", "回访日期", "评价时间", "评价日期", "日期", "recorded date", "date", "created at", "answered at"),
        "answer": ("满意度", "满意度评价", "满意度评分", "评分", "评价", "satisfaction", "satisfaction score", "satisfaction rating", "rating", "csat", "score"),
        "customer": ("客户", "客户名称", "contact name", "customer"), "comment": ("意见", "评价内容", "feedback", "feedback comment", "comment"), "ticket": ("工单编号", "工单号", "ticket", "ticket id"),
    },
    "contacts": {
        "contact": ("来电编号", "通话编号", "call id", "call", "contact id"), "person": (*_PERSON, "坐席", "坐席工号"), "happened_at": ("来电时间", "呼入时间", "时间", "call time", "start time", "time"),
        "topic": ("主题", "来电原因", "topic", "reason"), "answered": ("是否接听", "已接听", "接听", "answered", "answered (y/n)"), "resolved": ("是否解决", "已解决", "resolved", "resolved (y/n)"),
        "wait": ("等待时长", "排队时长", "振铃时长", "speed of answer in seconds", "wait time", "speed of answer"), "talk": ("通话时长", "talk time", "avgtalkduration", "duration"),
    },
    "plan_items": {
        "person": _PERSON, "item": ("工作内容", "计划内容", "条目", "任务名称", "任务", "item", "task", "subject"),
        "due_on": ("计划完成时间", "计划完成日期", "要求完成时间", "截止日期", "期限", "due", "due date", "deadline"), "done_on": ("实际完成时间", "实际完成日期", "完成日期", "完成时间", "done", "completed", "completed on"),
    },
    "exams": {
        "exam": ("考试", "考试名称", "科目", "exam", "test", "course"), "person": _PERSON, "held_on": ("考试日期", "考试时间", "日期", "date", "exam date"), "score": ("成绩", "分数", "得分", "笔试", "score", "mark", "grade"),
        "presence": ("出席", "是否缺考", "出勤", "presence", "attendance"),
    },
    "complaints": {
        "complaint": ("投诉单号", "投诉编号", "编号", "complaint id", "id"), "person": (*_PERSON, "被投诉人"), "received_on": ("投诉日期", "投诉时间", "日期", "date", "received"), "cause": ("投诉原因", "原因", "cause", "reason"),
        "state": ("核实结果", "处理结果", "状态", "state", "status"), "reason": ("投诉内容", "说明", "description"),
    },
}  # fmt: skip

STATES: dict[str, tuple[str, ...]] = {
    "new": ("new", "created", "submitted", "queueing", "排队中", "待分配", "待处理", "未处理"),
    "open": ("open", "active", "assigned", "accepted", "in progress", "processing", "reopened", "work in progress", "solving", "重新打开", "已分配", "跟进中", "解决中"),
    "pending": ("pending", "waiting", "awaiting user info", "waiting for customer", "waiting on customer", "feedback", "待回复", "等待回复", "待确认"),
    "hold": ("hold", "on hold", "on-hold", "stalled", "suspended", "awaiting vendor", "awaiting problem", "awaiting evidence", "snoozed"),
    "solved": ("solved", "resolved", "done", "completed", "fixed", "已处理", "处理完成", "已办结", "办结"),
    "closed": ("closed", "close", "cancelled", "canceled", "rejected", "已结束", "已取消"),
    "merged": ("merged",), "duplicate": ("duplicate",), "spam": ("spam", "junk", "deleted"),
}  # fmt: skip
"""State of a ticket → what other systems call it."""


def called(shape: Shape) -> dict[str, tuple[str, ...]]:
    """Every column of a shape with all it may be called: its own name and titles first."""
    known = KNOWN.get(shape.name, {})
    return {c.name: (c.name, *_both(c.title), *known.get(c.name, ())) for c in shape.columns}


def _both(title: Text) -> tuple[str, str]:
    return title.zh, title.en


EVERYWHERE = tuple(dict.fromkeys(name for shape in SHAPES.values() for names in called(shape).values() for name in names))
"""Everything any column of any shape may be called."""
