"""The rules that move money, by name: the words of a statement line, the accounts touched, where the rule comes from."""

from __future__ import annotations

from dataclasses import dataclass

from jikao.scheme.text import Text


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of entry. ``section``: the part of ``payout`` that states it; ``says``: the rule in a sentence; ``source``:
    paragraphs of the documents the presets follow; ``earns``: it is performance pay, which hardship advances are measured
    by and offsets are taken from.
    """

    title: Text
    section: str
    says: Text
    source: str = ""
    earns: bool = False


RULES = {
    "conduct": Rule(
        Text("守则奖金", "conduct bonus"), "conduct",
        Text("基数 ×（比例 − 已核实违规的扣减之和），最低为 0", "base × (rate − what verified violations take), never below 0"), "S8.16-17",
    ),
    "grade_base": Rule(
        Text("奖金基数", "bonus before grades"), "grades",
        Text("等级增减之前的奖金，按到岗日数折算", "the bonus before the grade changes it, by the days present"), "S8.28",
    ),
    "grade_effect": Rule(
        Text("等级增减", "effect of the grade"), "grades",
        Text("按等级规定的金额增减，最多扣到 0", "the amount stated for the grade; a deduction goes down to 0 at most"), "S8.27-28",
    ),
    "withheld": Rule(
        Text("等级不发奖金", "bonus withheld"), "grades", Text("该等级全部奖金不发", "the grade withholds the whole bonus"), "S8.29, AMB-19",
    ),
    "redistribution": Rule(
        Text("扣减再分配 X/Y", "redistribution X/Y"), "redistribution",
        Text("扣下的钱 X 由分得等级的 Y 人平分，分不尽的留到下期", "X, what was deducted, shared evenly by the Y who share; what does not divide stays for the next period"),
        "S5.3, S8.26",
    ),
    "kept": Rule(
        Text("无人分得,归公司", "kept by the company, nobody to share it"), "redistribution",
        Text("没有人分得时归公司", "with nobody to share it the company keeps it"), "AMB-9",
    ),
    "performance": Rule(
        Text("绩效奖金", "performance bonus"), "performance",
        Text("基数 × 等级、得分与岗位的系数，在保底与封顶之间", "base × coefficients of grade, score and position, between floor and cap"), earns=True,
    ),
    "pool_share": Rule(
        Text("奖金池分配", "share of the bonus pool"), "pool",
        Text("奖金池按权数分到分，合计恰为池额，在保底与封顶之间", "the pool shared by weight to the fen, adding up to it, between floor and cap"), earns=True,
    ),
    "waterfall": Rule(
        Text("产值计提", "output value withheld and left"), "output_value",
        Text("先提利润与公摊费用，余下为成本与绩效", "profit and shared expense are withheld first, the rest is for cost and performance"), "S5.16-19",
    ),
    "direct_cost": Rule(
        Text("直接成本", "direct cost"), "output_value", Text("由余下部分支付", "paid from what is left"), "S5.10",
    ),
    "overrun": Rule(
        Text("超支", "overrun"), "output_value", Text("超过余下部分的成本", "cost beyond what is left"), "S5.19",
    ),
    "overrun_charged": Rule(
        Text("承担上期超支", "earlier overrun borne"), "output_value",
        Text("部门以前的超支由以后的绩效池承担", "a department's earlier overrun is borne by its later pools"), "S5.19",
    ),
    "late_cost": Rule(
        Text("结算后发生的成本", "cost after settlement"), "output_value",
        Text("结算之后的成本由以后的绩效池承担", "cost that comes after settlement is borne by later pools"), "S5.19",
    ),
    "performance_pay": Rule(
        Text("绩效工资", "performance pay"), "output_value",
        Text("部门绩效池按核定的工作量占比分给本部门的人", "the department's pool goes to its people by the shares of the work decided"), "S5.19-22", earns=True,
    ),
    "progress_advance": Rule(
        Text("进度预支", "progress advance"), "advances",
        Text("不超过进度 × 基数减已预支，经审批发放", "up to progress × basis less what was advanced, once approved"), "S5.23-25",
    ),
    "hardship_advance": Rule(
        Text("困难预支", "hardship advance"), "advances",
        Text("不超过近几个月平均绩效的规定比例，经审批发放", "up to the stated share of the average performance pay, once approved"), "S5.26-27",
    ),
    "settlement": Rule(
        Text("结算冲抵进度预支", "progress advance settled"), "advances",
        Text("任务结算时，预支从该任务的绩效中全额冲抵", "when the order settles, the advance is taken from its pay in full"), "S5.23",
    ),
    "offset": Rule(
        Text("冲抵预支", "advance offset"), "advances",
        Text("每月从当月绩效中冲抵，不超过规定比例", "taken from the month's performance pay, up to the stated share"), "S5.28",
    ),
    "repayment": Rule(
        Text("归还预支", "advance repaid"), "advances", Text("本人交回的钱冲减预支", "money given back reduces the advance"), "S5.28",
    ),
    "write_off": Rule(
        Text("预支核销", "advance written off"), "advances",
        Text("收不回的部分由经理与公司按比例承担", "what cannot be recovered is shared by manager and company"), "S5.28, AMB-13",
    ),
    "regained": Rule(
        Text("核销后收回", "recovered after the write-off"), "advances",
        Text("核销后收回的钱按承担比例归经理与公司；已从工资扣的退回工资", "money that comes in after all goes to manager and company as they bore the loss; what was withheld goes back to the wage"),
        "S5.28, AMB-13",
    ),
    "liability": Rule(
        Text("经理承担扣减", "manager's liability withheld"), "advances",
        Text("每月不超过工资的规定比例，扣后不低于最低工资", "each month up to the stated share of the wage, leaving the minimum wage"), "S5.28, AMB-13",
    ),
    "balancing": Rule(
        Text("更正后平衡", "balancing after a correction"), "",
        Text("更正超出账上余额的部分退回本人(预支退入应付,经理承担退回工资);再分配池的不足由公司补足,以后的更正使池有余时归还",
             "what a correction takes beyond the balance goes back (an advance to pay, a manager's part to the wage); the company makes good what a "
             "redistribution pool lacks, and gets it back when a later correction leaves more in the pool"), "A52",
    ),
    "payment": Rule(Text("发放", "payment"), "", Text("应发的钱付给本人", "what is owed is paid"), "S5.22"),
}  # fmt: skip
"""Every rule, in the order in which a statement shows them."""

ORDER = {rule: i for i, rule in enumerate(RULES)}
"""The place of each rule."""
