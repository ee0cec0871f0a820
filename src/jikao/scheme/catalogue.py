"""The vocabulary of measures: what a scheme may ask for by name. How each is computed is ``evidence.measures``.

A measure yields, for one person and one period, a numerator and a denominator (the value is their exact quotient),
``n`` (how many rows stand behind it) and ``base`` (how many could have: surveys sent, tickets handled). A denominator
of zero is N/A, never 0 and never 100. Definitions follow ``docs/reference/measures.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from jikao.scheme.curve import Domain
from jikao.scheme.text import Text


class Unit(StrEnum):
    """What a measured value is: this fixes how it is written and on which domain a curve must stand."""

    RATIO = "ratio"
    COUNT = "count"
    DURATION = "duration"
    SCORE = "score"
    POINTS = "points"


DOMAINS = {
    Unit.RATIO: Domain(Decimal(0), Decimal(1)),
    Unit.COUNT: Domain(Decimal(0), None, Decimal(1)),
    Unit.DURATION: Domain(),
    Unit.SCORE: Domain(Decimal(0), Decimal(100)),
    Unit.POINTS: Domain(),
}


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter of a measure: its kind says what may be written, ``default`` what holds when nothing is."""

    name: str
    kind: Literal["choice", "number", "word", "words", "numbers", "flag"]
    title: Text
    default: object = None
    choices: tuple[str, ...] = ()
    required: bool = False
    multiple_of: int | None = None
    """A number must be a whole multiple of it."""


@dataclass(frozen=True, slots=True)
class MeasureKind:
    """One measure of the vocabulary. ``empty``: what no rows mean when the source is there at all."""

    name: str
    title: Text
    unit: Unit
    shapes: tuple[str, ...]
    better: Literal["more", "less"]
    empty: Literal["missing", "zero"]
    meaning: Text
    params: tuple[Param, ...] = ()
    open_ended: bool = False
    reads_too: tuple[str, ...] = ()
    """Shapes that are read when they are there, and not missed when they are not."""

    def domain(self) -> Domain:
        """The values a curve over this measure must cover."""
        base = DOMAINS[self.unit]
        return Domain(base.low) if self.open_ended else base

    def param(self, name: str) -> Param | None:
        return next((p for p in self.params if p.name == name), None)


CATALOGUE: dict[str, MeasureKind] = {}
"""Every measure by name."""


def _measure(
    name: str,
    title: Text,
    unit: Unit,
    shapes: str,
    better: Literal["more", "less"],
    meaning: Text,
    *params: Param,
    empty: Literal["missing", "zero"] = "missing",
    open_ended: bool = False,
    reads_too: str = "",
) -> None:
    CATALOGUE[name] = MeasureKind(name, title, unit, tuple(shapes.split()), better, empty, meaning, params, open_ended, tuple(reads_too.split()))


_STAT = Param("stat", "choice", Text("统计量", "statistic"), "median", ("median", "mean", "p90"))
_CLOCK = Param("clock", "choice", Text("计时方式:working 按工作时间,calendar 按自然时间", "clock"), "working", ("working", "calendar"))
_TICKETS = (
    Param("requester", "choice", Text("请求方:customer 客户,internal 内部员工,any 全部", "who asked"), "any", ("any", "customer", "internal")),
    Param("priorities", "words", Text("只计这些优先级", "only these priorities")),
    Param("kinds", "words", Text("只计这些类别", "only these kinds of ticket")),
)
_WITHIN = Param("within", "number", Text("时限", "time limit"), required=True)

# --- tickets -----------------------------------------------------------------------------------------------------
_measure(
    "tickets_solved", Text("解决工单数", "Tickets solved"), Unit.COUNT, "tickets", "more",
    Text("最后一次解决发生在期内的工单数,记给解决人;合并、重复、垃圾工单不计,自动关闭不算解决。",
         "Tickets whose last solve lies in the period, credited to the solver; merged, duplicate and spam tickets do not count, automatic closing is no solve."),
    *_TICKETS, empty="zero",
)
_measure(
    "tickets_received", Text("受理工单数", "Tickets received"), Unit.COUNT, "tickets", "more",
    Text("期内创建、由本人受理的工单数。", "Tickets created in the period and assigned to the person."),
    *_TICKETS, empty="zero",
)
_measure(
    "first_response_time", Text("首次响应时间", "First response time"), Unit.DURATION, "tickets", "less",
    Text("从创建到首次由人公开回复的时间,记给回复人;自动回复与内部备注不算。期间按回复时间归属。",
         "From creation to the first public reply by a person, credited to the one who replied; automatic replies and private notes do not count. Belongs to the period of the reply."),
    _STAT, _CLOCK, *_TICKETS,
)
_measure(
    "first_response_attainment", Text("首次响应达标率", "First responses in time"), Unit.RATIO, "tickets", "more",
    Text("期内首次响应中不超过时限的比例。", "Share of the first responses of the period within the limit."),
    _WITHIN, _CLOCK, *_TICKETS,
)
_measure(
    "acknowledge_time", Text("受理确认时间", "Acknowledge time"), Unit.DURATION, "tickets", "less",
    Text("从创建到首次离开“新建”状态的时间;没有回复记录的系统以此近似首次响应。记给解决人。",
         "From creation to the first move out of the state 'new'; the nearest thing to a first response where replies are not recorded. Credited to the solver."),
    _STAT, _CLOCK, *_TICKETS,
)
_measure(
    "resolution_time", Text("解决时间", "Resolution time"), Unit.DURATION, "tickets", "less",
    Text("从创建到首次(first)或最后一次(full)解决的时间,记给该次解决人。与重开率一并看。",
         "From creation to the first (first) or last (full) solve, credited to whoever made that solve. Read beside the reopen rate."),
    _STAT, _CLOCK, Param("to", "choice", Text("到首次还是最后一次解决", "to the first or the last solve"), "full", ("first", "full")), *_TICKETS,
)
_measure(
    "resolution_attainment", Text("解决及时率", "Solved in time"), Unit.RATIO, "tickets", "more",
    Text("期内解决的工单中,解决时间不超过时限的比例。", "Share of the tickets solved in the period within the limit."),
    _WITHIN, _CLOCK, *_TICKETS,
)
_measure(
    "sla_attainment", Text("SLA 达成率", "SLA attainment"), Unit.RATIO, "tickets", "more",
    Text("期内应达成的 SLA 目标中已达成的比例;未知结果不入分母。", "SLA targets met among those decided in the period; unknown outcomes are not in the denominator."),
    *_TICKETS,
)
_measure(
    "reopen_rate", Text("重开率", "Reopen rate"), Unit.RATIO, "tickets", "less",
    Text("期内首次解决的工单中后来被重开的比例,记给重开前的解决人;系统不记录首次解决人的,记给最后的解决人。",
         "Share of the tickets first solved in the period that were reopened later, credited to whoever solved before the reopen; where the first solver is not recorded, to the last one."),
    *_TICKETS,
)
_measure(
    "one_touch_rate", Text("一次解决率", "One-touch rate"), Unit.RATIO, "tickets", "more",
    Text("期内解决的工单中,人工回复少于两次且未被重开的比例;无回复数的工单不入分母。",
         "Share of the tickets solved in the period with fewer than two replies and no reopen; tickets without a reply count are not in the denominator."),
    *_TICKETS,
)
_measure(
    "reassignments", Text("平均转派次数", "Reassignments per ticket"), Unit.POINTS, "tickets", "less",
    Text("期内解决的工单平均转派次数;首次分派与自动分派不算。", "Mean number of reassignments of the tickets solved in the period; first assignment and automatic routing do not count."),
    *_TICKETS,
)
_measure(
    "backlog", Text("期末积压", "Backlog at period end"), Unit.COUNT, "tickets", "less",
    Text("期末当日终了仍未解决也未关闭、由本人负责的工单数。", "Tickets assigned to the person, created before the end of the period and neither solved nor closed by then."),
    Param("older_than", "number", Text("只计已超过此时长(整天)的", "only those older than this, in whole days"), multiple_of=86_400), *_TICKETS, empty="zero",
)
_measure(
    "csat", Text("客户满意度", "Customer satisfaction"), Unit.RATIO, "surveys", "more",
    Text("满意的答卷 ÷ 已答的答卷(of: answered)或全部发出的(of: sent);n 为已答数,base 为发出数。未答视为缺失,不视为不满意。",
         "Satisfied answers ÷ answers (of: answered) or ÷ surveys sent (of: sent); n is the answers, base the surveys sent. No answer is missing, not dissatisfied."),
    Param("question", "word", Text("问题,如 result 结果满意、attitude 态度满意", "which question, e.g. result or attitude"), "result"),
    Param("good_from", "number", Text("满意的最低分(1–5)", "lowest satisfied answer (1–5)"), 4),
    Param("of", "choice", Text("分母", "denominator"), "answered", ("answered", "sent")),
)
_measure(
    "survey_score", Text("满意度问卷得分", "Survey score"), Unit.SCORE, "surveys", "more",
    Text("已答问卷 1–5 分的平均 × 20。", "Mean of the answers (1–5) × 20."),
    Param("question", "word", Text("问题", "which question"), "result"),
)
# --- calls -------------------------------------------------------------------------------------------------------
_measure(
    "calls_answered_rate", Text("接听率", "Calls answered"), Unit.RATIO, "contacts", "more",
    Text("期内分配给本人的来电中已接听的比例。", "Share of the calls routed to the person that were answered."),
)
_measure(
    "calls_resolved_rate", Text("来电解决率", "Calls resolved"), Unit.RATIO, "contacts", "more",
    Text("已接听、且知道是否解决的来电中,当场解决的比例。", "Share of the answered calls that were resolved, among those whose outcome is known."),
)
_measure(
    "answer_speed", Text("接听速度", "Speed of answer"), Unit.DURATION, "contacts", "less",
    Text("已接听来电的等待时间。", "Waiting time of the answered calls."), _STAT,
)
# --- records -----------------------------------------------------------------------------------------------------
_measure(
    "plan_on_time_rate", Text("工作计划按时完成率", "Plan items done on time"), Unit.RATIO, "plan_items", "more",
    Text("按时完成工作量 ÷ 计划工作量;在批准的计划的期限当日或之前完成为按时。kinds 限定条目类别(plan 计划、task 任务、milestone 里程碑)。",
         "Work done on time ÷ work planned; on time is on or before the due day of the approved plan. kinds limits it to kinds of item (plan, task, milestone)."),
    Param("kinds", "words", Text("条目类别", "kinds of item")),
)
_RECIPIENTS = Param("recipients", "words", Text("须送达的全部对象", "everybody it must reach"), required=True)
_measure(
    "feedback_rate", Text("客户信息反馈及时率", "Feedback summaries on time"), Unit.RATIO, "feedback_summaries", "more",
    Text("按时送达全部对象的反馈次数 ÷ 应反馈次数;每周一次,星期五到期,遇假日提前到当周最后一个工作日。",
         "Weekly summaries sent to everybody in time ÷ summaries due; due on Friday, moved to the last working day of the week on holidays."),
    _RECIPIENTS, reads_too="leaves",
)
_measure(
    "feedback_deductions", Text("反馈未完成扣分", "Deductions for missing feedback"), Unit.POINTS, "feedback_summaries", "less",
    Text("全部按时反馈为 0;否则为主管就此登记的扣分。未完成而未登记扣分的,暂挂待定。无应反馈为 N/A。",
         "0 when every summary was in time, otherwise the deduction the superior entered for it; missing feedback without an entry is held. Nothing due is N/A."),
    _RECIPIENTS, reads_too="deductions leaves",
)
_measure(
    "deductions", Text("扣分合计", "Sum of deductions"), Unit.POINTS, "deductions", "less",
    Text("本指标经核实的扣分合计;种类与每次扣分由考核项的 entry 规定。", "Sum of the verified deductions entered for this indicator; kinds and amounts are set by the indicator's entry."),
    empty="zero",
)
_measure(
    "complaint_rate", Text("客户投诉率", "Complaint rate"), Unit.RATIO, "complaints tickets", "less",
    Text("经核实的投诉 ÷ 期内解决的请求数(per: requests)或这些请求的客户数(per: customers)。",
         "Verified complaints ÷ requests solved in the period (per: requests), or the customers who made them (per: customers)."),
    Param("causes", "words", Text("只计这些原因", "only these causes")),
    Param("per", "choice", Text("分母", "denominator"), "requests", ("requests", "customers")), open_ended=True,
)
_measure(
    "complaints", Text("投诉数", "Complaints"), Unit.COUNT, "complaints", "less",
    Text("期内经核实的投诉数。", "Verified complaints of the period."),
    Param("causes", "words", Text("只计这些原因", "only these causes")),
    Param("origin", "choice", Text("来源", "from whom"), "any", ("any", "customer", "department")), empty="zero",
)
_measure(
    "complaint_deductions", Text("投诉扣分", "Deductions for complaints"), Unit.POINTS, "complaints", "less",
    Text("经核实属所列原因的投诉的扣分合计,单次扣分在 entry 的上下限内。", "Sum of the deductions of verified complaints of the given causes, each within the limits of the indicator's entry."),
    Param("causes", "words", Text("计扣分的原因", "causes that deduct"), ("attitude",)),
    Param("origin", "choice", Text("来源", "from whom"), "any", ("any", "customer", "department")), empty="zero",
)
_measure(
    "violation_severity", Text("违规程度合计", "Sum of violation severities"), Unit.RATIO, "violations", "less",
    Text("期内经核实的违规按程度折算的比例之和;各程度的比例由 levels 给出。", "Sum over the verified violations of the period of the share their severity carries, as given by levels."),
    Param("levels", "numbers", Text("程度 → 比例", "severity → share"), required=True),
    Param("decided", "flag", Text("以逐案核定的扣减比例代替程度表", "the share decided case by case instead of the table"), "no"),
    empty="zero", open_ended=True,
)
_measure(
    "renewal_rate", Text("客户续约率", "Renewal rate"), Unit.RATIO, "renewals", "more",
    Text("期内到期合同中已续约的比例(by: count 按份数,amount 按金额)。", "Share of the contracts due in the period that were renewed, by count or by amount."),
    Param("by", "choice", Text("口径", "by"), "count", ("count", "amount")),
)
_measure(
    "exam_score", Text("考试成绩", "Exam score"), Unit.SCORE, "exams", "more",
    Text("期内考试成绩(平均、最后一次或最好一次);缺考计 0,经批准请假未补考为 N/A。", "Exam scores of the period (average, last or best); absent is 0, excused without a make-up is N/A."),
    Param("take", "choice", Text("多次考试取", "of several exams take"), "average", ("average", "last", "best")),
)
_measure(
    "trainings", Text("参加培训次数", "Trainings attended"), Unit.COUNT, "trainings", "more",
    Text("期内参加的培训次数。", "Trainings attended in the period."), empty="zero",
)
_measure(
    "training_hours", Text("培训学时", "Training hours"), Unit.POINTS, "trainings", "more",
    Text("期内培训学时合计。", "Hours of training in the period."), empty="zero",
)
_measure(
    "certificate_points", Text("证书积分", "Certificate points"), Unit.POINTS, "certificates", "more",
    Text("期末仍有效的证书按级别计分之和;过期即不再计。", "Points by level of the certificates valid on the last day of the period; expired ones stop counting."),
    Param("levels", "numbers", Text("级别 → 分", "level → points"), required=True), empty="zero",
)
_measure(
    "sharing", Text("知识分享次数", "Knowledge sharing"), Unit.COUNT, "sharings", "more",
    Text("期内经确认的知识分享(讲课、文章、辅导)次数;每条记录只计入知识或合作一处。", "Confirmed sharings (talk, article, mentoring) of the period; each counts to knowledge or teamwork, not both."),
    Param("kinds", "words", Text("类别", "kinds")), Param("counts_to", "choice", Text("计入", "counts to"), "any", ("any", "knowledge", "teamwork")),
    empty="zero",
)
# --- points, orders, numbers measured elsewhere ------------------------------------------------------------------
_measure(
    "task_points", Text("绩点得分率", "Task points"), Unit.RATIO, "tasks task_shares", "more",
    Text("B ÷ Bmax:本人期内完成任务的绩点之和,与同部门最高者(best)、中位(median)或目标值(target)之比。全部为 0 时 N/A。",
         "B ÷ Bmax: the person's points of tasks completed in the period, against the department's best, its median, or a target. N/A when all are 0."),
    Param("against", "choice", Text("与谁比", "against"), "best", ("best", "median", "target")),
    Param("target", "number", Text("目标绩点", "target points")),
    Param("shared", "choice", Text("多人协同的任务:split 分享系数,each 各得全数", "shared tasks: split the points, or each gets all"), "split", ("split", "each")),
    open_ended=True, reads_too="corrections meetings",
)
_measure(
    "workload_share", Text("工作量占比", "Workload share"), Unit.RATIO, "workloads", "more",
    Text("部门经理核定的工作量占比(期内各任务单的平均)。", "Share of the work as decided by the department manager (mean over the orders of the period)."),
)
_measure(
    "profit_attainment", Text("利润完成率", "Profit attainment"), Unit.RATIO, "orders order_splits", "more",
    Text("部门期内结算任务产值 × 利润比例 ÷ 利润目标,记给部门经理。", "Value of the department's orders settled in the period × profit share ÷ profit target, for the department manager."),
    Param("profit_share", "number", Text("上缴利润比例", "share withheld as profit"), required=True),
    Param("target", "number", Text("利润目标(元)", "profit target (yuan)"), required=True),
    Param("less_costs", "flag", Text("再减去任务单的直接成本", "less the direct costs of the orders"), "no"),
    open_ended=True, reads_too="costs",
)
_measure(
    "observed_rate", Text("外部测得的比率", "A rate measured elsewhere"), Unit.RATIO, "observations", "more",
    Text("由其他系统给出的分子与分母(如测试覆盖率)。", "Numerator and denominator reported by another system, such as test coverage."),
    Param("code", "word", Text("指标代码", "code of the observation"), required=True),
)
_measure(
    "observed_score", Text("外部评定的得分", "A score measured elsewhere"), Unit.SCORE, "observations", "more",
    Text("由其他系统或文件给出的 0–100 分的平均。", "Mean of the 0–100 scores reported by another system."),
    Param("code", "word", Text("指标代码", "code of the observation"), required=True),
)
# --- people's judgement ------------------------------------------------------------------------------------------
_measure(
    "rating", Text("评分", "Rating"), Unit.SCORE, "ratings", "more",
    Text("各评价人按权重加权的评分 Σwᵢrᵢ ÷ Σwᵢ,只计已评的;同一角色多人取平均。scale 为评分刻度。",
         "Ratings weighted by rater, Σwᵢrᵢ ÷ Σwᵢ over those present; several raters of one role are averaged. scale is the scale of the ratings."),
    Param("item", "word", Text("评分项,默认为本指标", "item rated, by default this indicator")),
    Param("raters", "numbers", Text("评价人 → 权重", "rater → weight")),
    Param("scale", "numbers", Text("评分刻度 {low, high}", "scale {low, high}")),
)
