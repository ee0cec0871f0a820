"""The rules that move money, by name: the words of a statement line, the accounts touched, where the rule comes from."""

from __future__ import annotations

from dataclasses import dataclass

from jikao.scheme.text import Text


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of entry. ``section``: the part of ``payout`` that states it; ``earns``: it is performance pay, which hardship
    advances are measured by and offsets are taken from.
    """

    title: Text
    section: str
    source: str
    earns: bool = False


RULES = {
    "conduct": Rule(Text("守则奖金", "conduct bonus"), "conduct", "F14, S8.16-17"),
    "grade_base": Rule(Text("季度奖金基数", "bonus before grades"), "grades", "S8.28"),
    "grade_effect": Rule(Text("等级增减", "effect of the grade"), "grades", "S8.27-28"),
    "withheld": Rule(Text("等级不发奖金", "bonus withheld"), "grades", "S8.29, AMB-19"),
    "redistribution": Rule(Text("扣减再分配 X/Y", "redistribution X/Y"), "redistribution", "F9, S5.3, S8.26"),
    "kept": Rule(Text("无人分得,归公司", "kept by the company, nobody to share it"), "redistribution", "AMB-9"),
    "performance": Rule(Text("绩效奖金", "performance bonus"), "performance", "issue 3", earns=True),
    "pool_share": Rule(Text("奖金池分配", "share of the bonus pool"), "pool", "issue 3", earns=True),
    "waterfall": Rule(Text("产值计提", "output value withheld and left"), "output_value", "F10, S5.16-19"),
    "direct_cost": Rule(Text("直接成本", "direct cost"), "output_value", "F10, S5.10"),
    "overrun": Rule(Text("超支", "overrun"), "output_value", "A37"),
    "overrun_charged": Rule(Text("承担上期超支", "earlier overrun borne"), "output_value", "A37"),
    "late_cost": Rule(Text("结算后发生的成本", "cost after settlement"), "output_value", "S5.19"),
    "performance_pay": Rule(Text("绩效工资", "performance pay"), "output_value", "F10, S5.19-22", earns=True),
    "progress_advance": Rule(Text("进度预支", "progress advance"), "advances", "F12, S5.23-25"),
    "hardship_advance": Rule(Text("困难预支", "hardship advance"), "advances", "F13, S5.26-27"),
    "settlement": Rule(Text("结算冲抵进度预支", "progress advance settled"), "advances", "F12, A41"),
    "offset": Rule(Text("冲抵预支", "advance offset"), "advances", "F13, S5.28"),
    "repayment": Rule(Text("归还预支", "advance repaid"), "advances", "S5.28"),
    "write_off": Rule(Text("预支核销", "advance written off"), "advances", "F13, AMB-13"),
    "liability": Rule(Text("经理承担扣减", "manager's liability withheld"), "advances", "F13, S5.28"),
    "payment": Rule(Text("发放", "payment"), "", "S5.22"),
}  # fmt: skip
"""Every rule, in the order in which a statement shows them."""

ORDER = {rule: i for i, rule in enumerate(RULES)}
"""The place of each rule."""
