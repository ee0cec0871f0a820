"""What people write for the closed vocabularies of the shapes, beside the words themselves."""

from __future__ import annotations

from jikao.scheme.text import Text

YES = ("yes", "y", "true", "1", "是", "已", "√", "✓")
NO = ("no", "n", "false", "0", "否", "未", "×", "✗")

ALIASES: dict[str, tuple[str, ...]] = {
    "human": ("人", "员工"), "robot": ("机器人", "自动", "bot"),
    "customer": ("客户", "外部"), "internal": ("内部", "内部员工"), "department": ("部门", "其它部门", "其他部门"),
    "new": ("新建", "待受理", "未受理"), "open": ("处理中", "受理中", "已受理", "进行中"), "pending": ("待客户", "等待客户", "待用户"), "hold": ("挂起", "暂停", "待第三方"),
    "solved": ("已解决", "已完成", "resolved"), "closed": ("已关闭", "关闭", "已结单"), "merged": ("已合并", "合并"), "duplicate": ("重复",), "spam": ("垃圾", "无效"),
    "plan": ("计划",), "task": ("任务",), "milestone": ("里程碑",),
    "received": ("已接收", "待核实"), "verifying": ("核实中",), "verified": ("已核实", "属实"), "rejected": ("不属实", "驳回"),
    "reported": ("已上报", "待核实"), "employee_heard": ("已听取申辩", "已申辩"), "dismissed": ("不成立", "撤销"),
    "present": ("出席", "参加", "到考"), "absent": ("缺考", "缺席", "未参加"), "excused": ("请假", "批准请假"),
    "talk": ("讲课", "分享", "培训"), "article": ("文章", "文档"), "mentoring": ("辅导", "带教"), "assist": ("协助",), "research": ("研究",),
    "knowledge": ("知识",), "teamwork": ("合作", "团队合作"),
    "bonus_base": ("奖金基数",), "salary": ("工资", "薪资"), "quarterly_bonus": ("季度奖金",),
    "progress": ("进度预支", "进度"), "hardship": ("困难预支", "困难"),
}  # fmt: skip
"""Word of a shape → other ways people write it. A way belongs to one word within any one column."""


ROLES: dict[str, str] = {
    "self": "本人", "superior": "上级", "team_lead": "班组主管", "peer": "同事", "project_owner": "项目负责人",
    "customer": "客户", "face_to_face": "面对面评估",
}  # fmt: skip
"""Roles of raters the presets name; a scheme may name others, which are said as they are written."""


def said(word: str) -> Text:
    """A word of a shape as a receipt says it: in Chinese the first of its other spellings, in English its parts as words."""
    return Text(next(iter(ALIASES.get(word, ())), word), word.replace("_", " "))


def role_said(role: str) -> Text:
    """A role of raters as a receipt says it."""
    return Text(ROLES.get(role, role), role)


def spellings(words: tuple[str, ...]) -> dict[str, str]:
    """Every accepted spelling (lower case, half width) of these words → the word."""
    return {way: word for word in words for way in (word, *ALIASES.get(word, ()))}
