"""What of an advance is lost: shared by manager and company, the manager's part withheld from the wage (F13, AMB-13).

The law bounds what may be withheld: a share of the month's wage, and never below the minimum wage. What is not withheld
is carried to the next month.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from fractions import Fraction

from jikao.payout.facts import Advance, Facts, RunFacts, Wage, WriteOff
from jikao.payout.ledger import Account, Book, Entry, Posting
from jikao.payout.money import fen, part, percent, yuan
from jikao.payout.reading import fact_of
from jikao.payout.staff import position_on
from jikao.scheme.model import Advances
from jikao.scheme.number import Unset
from jikao.scheme.problem import Level, Problem, kind
from jikao.scheme.text import Text

UNKNOWN = kind(
    "advance.write-off-unknown", Level.ERROR,
    what=Text("核销“{write_off}”的预支“{advance}”没有登记。", "Write-off {write_off} is of advance '{advance}', which is not recorded."),
    why=Text("不知道核销哪一笔。", "Nobody knows what is given up."),
    mend=Text("改正预支单号。", "Correct the number of the advance."),
)  # fmt: skip
TOO_MUCH = kind(
    "advance.write-off-too-much", Level.ERROR,
    what=Text("核销“{write_off}”为 {amount} 元,预支“{advance}”只剩 {left} 元。", "Write-off {write_off} is {amount} yuan, but only {left} yuan of advance {advance} are left."),
    why=Text("核销的不会多于没有收回的。", "No more can be lost than is still owed."),
    mend=Text("改正金额。", "Correct the amount."),
)  # fmt: skip
DECIDER = kind(
    "advance.write-off-decider", Level.ERROR,
    what=Text("核销“{write_off}”的认定人是“{by}”,承担责任的经理是“{manager}”。", "Write-off {write_off} was decided by '{by}'; the manager who is liable is '{manager}'."),
    why=Text("须由另一个有名有姓的人认定。", "Somebody else, and named, decides about a loss."),
    mend=Text("由另一人认定并署名。", "Have somebody else decide, and name them."),
)  # fmt: skip
BENEFICIARY = kind(
    "advance.write-off-beneficiary", Level.ERROR,
    what=Text("核销“{write_off}”的认定人“{by}”就是领了预支的人。", "Write-off {write_off} was decided by '{by}', who got the advance."),
    why=Text("没有人可以免除自己的欠款。", "Nobody lets themselves off a debt."),
    mend=Text("由另一人认定并署名。", "Have somebody else decide, and name them."),
)  # fmt: skip
NOT_LIABLE = kind(
    "advance.write-off-manager", Level.ERROR,
    what=Text("核销“{write_off}”要“{manager}”承担;此人不是申请人“{applicant}”,在 {day} 的岗位也不是“{needed}”。",
              "Write-off {write_off} makes '{manager}' liable, who is not the applicant '{applicant}', nor held the position '{needed}' on {day}."),
    why=Text("承担的是申请预支的经理(S5.28)。", "It is the manager who applied for the advance who bears a part (S5.28)."),
    mend=Text("写申请人,或接任同一岗位的人;人员表缺岗位的,补上。", "Name the applicant, or who holds that position; if the people lack the position, add it."),
)  # fmt: skip
SHARE_UNSET = kind(
    "advance.liability-unset", Level.ERROR,
    what=Text("核销“{write_off}”没有经理承担的比例。", "Write-off {write_off}: the manager's share of the loss is not set."),
    why=Text("原文只写“按比例承担”,比例不能猜(AMB-13)。", "The document says 'in proportion'; the ratio is not guessed (AMB-13)."),
    mend=Text("填写方案的 manager_liability;按过错的在核销单上写核定比例,分段的写 liability_steps。",
              "Set manager_liability in the scheme; by fault, put the share on the write-off; sliding, state liability_steps."),
)  # fmt: skip
MINIMUM_UNSET = kind(
    "advance.minimum-wage-unset", Level.ERROR,
    what=Text("“{manager}”还应承担 {open} 元,而方案没有填写最低工资。", "'{manager}' still owes {open} yuan, and the scheme sets no minimum wage."),
    why=Text("扣减后须留足最低工资,不知道就不能扣。", "The minimum wage must be left, so nothing can be withheld without knowing it."),
    mend=Text("填写 minimum_wage(当地标准,元/月)。", "Fill in minimum_wage (local, yuan a month)."),
)  # fmt: skip
NO_WAGE = kind(
    "advance.no-wage", Level.WARNING,
    what=Text("“{manager}”还应承担 {open} 元,没有 {month} 的工资记录,本期不扣。", "'{manager}' still owes {open} yuan, but has no wage on record for {month}; nothing is withheld."),
    why=Text("每月扣减以工资为限,没有记录不能猜。", "What is withheld is bounded by the wage, which is not guessed."),
    mend=Text("登记该月工资;没有扣的留待以后。", "Record the month's wage; what is not withheld is carried on."),
)  # fmt: skip
TWO_WAGES = kind(
    "payout.two-wages", Level.ERROR,
    what=Text("“{person}”的 {month} 有两行不同的工资记录;另一行在 {other}。", "'{person}' has two different wages on record for {month}; the other row is {other}."),
    why=Text("扣减与困难预支的限额都以它为准,不能任取一行。", "What may be withheld and advanced goes by it; Jikao does not pick one."),
    mend=Text("改正其中一行;多余的一行改成与另一行相同。", "Correct one of them; make a row too many say the same as the other."),
)  # fmt: skip


def two_wages(facts: Facts) -> Iterator[Problem]:
    """People with two wages in a month."""
    for row in facts.second_wages:
        other = facts.place(facts.wages[row.person, row.month_on.replace(day=1)])
        yield TWO_WAGES(facts.place(row), person=row.person, month=f"{row.month_on:%Y-%m}", other=other)


class Losses:
    """Write-offs and liability of one run."""

    def __init__(self, run: RunFacts, facts: Facts, book: Book, rules: Advances) -> None:
        self._run, self._facts, self._book, self._rules = run, facts, book, rules

    def post(self) -> None:
        """First what is given up by the end of the period, then what of their parts managers bear this month."""
        for write_off in self._decided():
            if not self._book.was_posted(write_off.fact):
                self._write_off(write_off)
        for manager, owed in sorted(self._liable().items()):
            self._withhold(manager, owed)

    def _decided(self) -> list[WriteOff]:
        """Those up to the end of the period, the oldest first."""
        decided = (w for w in self._facts.write_offs if w.decided_on <= self._run.last_day)
        return sorted(decided, key=lambda w: (w.decided_on, w.write_off))

    # --- write-offs ----------------------------------------------------------------------------------------------

    def _write_off(self, write_off: WriteOff) -> None:
        advance = self._facts.advances.get(write_off.advance)
        problems = list(self._problems(write_off, advance))
        self._book.problems += problems
        if advance is None or problems:
            return
        self._book.mark_posted(write_off.fact)
        borne, formula = self._borne(write_off)
        taken = (
            (Account("advance", advance.person, advance.advance), write_off.amount), (_liability(write_off), -borne),
            (Account("company", "write_off"), borne - write_off.amount),
        )  # fmt: skip
        postings = tuple(Posting(account, amount) for account, amount in taken if amount)
        name = (str(self._run.period), "write_off", self._run.scheme.scheme, write_off.write_off)
        self._book.post(Entry(*name, formula, (write_off.fact, advance.fact), postings))

    def _problems(self, write_off: WriteOff, advance: Advance | None) -> Iterator[Problem]:
        place, said = self._facts.place(write_off), {"write_off": write_off.write_off}
        if advance is None:
            yield UNKNOWN(place, **said, advance=write_off.advance)
        elif write_off.amount > (left := -self._book.balance(Account("advance", advance.person, advance.advance))):
            yield TOO_MUCH(place, **said, advance=advance.advance, amount=yuan(write_off.amount), left=yuan(left))
        if write_off.decided_by in ("", write_off.manager):
            yield DECIDER(place, **said, by=write_off.decided_by, manager=write_off.manager)
        if advance is not None:
            yield from self._people(write_off, advance)
        if not self._is_set(write_off):
            yield SHARE_UNSET(place, **said)

    def _people(self, write_off: WriteOff, advance: Advance) -> Iterator[Problem]:
        """Who may decide, and who may be liable: the applicant, or somebody in that position."""
        place = self._facts.place(write_off)
        if write_off.decided_by == advance.person:
            yield BENEFICIARY(place, write_off=write_off.write_off, by=write_off.decided_by)
        needed = self._rules.applicant or position_on(self._facts, advance.applicant, advance.applied_on)
        held = {position_on(self._facts, write_off.manager, day) for day in (advance.applied_on, write_off.decided_on)}
        if write_off.manager != advance.applicant and (not needed or needed not in held):
            said = {"write_off": write_off.write_off, "manager": write_off.manager, "applicant": advance.applicant}
            yield NOT_LIABLE(place, **said, day=write_off.decided_on, needed=needed)

    def _is_set(self, write_off: WriteOff) -> bool:
        if self._rules.liability == "fixed":
            return not isinstance(self._rules.manager_liability, Unset)
        return write_off.share is not None if self._rules.liability == "by_fault" else bool(self._rules.liability_steps)

    def _borne(self, write_off: WriteOff) -> tuple[int, str]:
        """The manager's part of a loss in fen, and how it comes to be."""
        if self._rules.liability == "sliding":
            return self._by_steps(write_off.amount)
        said = self._rules.manager_liability if self._rules.liability == "fixed" else write_off.share
        assert said is not None  # noqa: S101 - looked at in ``_is_set``
        assert not isinstance(said, Unset)  # noqa: S101 - as above
        borne = part(write_off.amount, Fraction(said))
        return borne, f"{yuan(write_off.amount)} × {percent(said)} = {yuan(borne)}"

    def _by_steps(self, amount: int) -> tuple[int, str]:
        """Like a tax table: each step's share of what lies between it and the next, the sum rounded once."""
        steps = self._rules.liability_steps
        edges = [fen(step.from_) for step in steps] + [amount]
        exact, terms = Fraction(0), []
        for step, low, high in zip(steps, edges, edges[1:], strict=False):
            within = max(0, min(amount, high) - low)
            exact += within * Fraction(step.share)
            terms += [f"{yuan(within)} × {percent(step.share)}"] if within else []
        borne = part(1, exact)
        return borne, f"{' + '.join(terms) or '0.00'} = {yuan(borne)}"

    # --- liability -----------------------------------------------------------------------------------------------

    def _liable(self) -> dict[str, list[Account]]:
        """By manager what they still owe by the books, the oldest first."""
        decided = {w.write_off: w.decided_on for w in self._facts.write_offs}
        owed = [account for account in self._book.balances("liability") if self._open(account) > 0]
        found: dict[str, list[Account]] = {}
        for account in sorted(owed, key=lambda a: (decided.get(a.part, dt.date.min), a.part)):
            found.setdefault(account.owner, []).append(account)
        return found

    def _withhold(self, manager: str, owed: Sequence[Account]) -> None:
        open_, month = yuan(sum(map(self._open, owed))), self._run.last_day.replace(day=1)
        wage, minimum = self._facts.wages.get((manager, month)), self._rules.minimum_wage
        if isinstance(minimum, Unset):
            self._book.problems.append(MINIMUM_UNSET(manager=manager, open=open_))
        elif wage is None or wage.wage is None:
            self._book.problems.append(NO_WAGE(manager=manager, open=open_, month=self._run.month))
        else:
            self._withhold_from(wage, wage.wage, fen(minimum), owed)

    def _withhold_from(self, row: Wage, wage: int, minimum: int, owed: Sequence[Account]) -> None:
        """The cap is the law's: what would be a part of a fen is not withheld (A43)."""
        share = Fraction(self._rules.wage_deduction_cap)
        capped = wage * share.numerator // share.denominator
        room, bound = max(0, min(capped, wage - minimum)), f"{percent(share)} × {yuan(wage)}, {yuan(wage)} − {yuan(minimum)}"
        taken = 0
        for account in owed:
            left, before = self._open(account), f" − {yuan(taken)}" if taken else ""
            amount = min(left, room - taken)
            taken += amount
            self._book.move(
                str(self._run.period), "liability", self._run.scheme.scheme, account.part,
                giver=Account("wage", account.owner), taker=account, amount=amount,
                formula=f"−min({yuan(left)}, min({bound}){before}) = −{yuan(amount)} ({yuan(left)} → {yuan(left - amount)})",
                sources=(fact_of("write_offs", (account.part,)), row.fact),
            )  # fmt: skip

    def _open(self, account: Account) -> int:
        return -self._book.balance(account)


def _liability(write_off: WriteOff) -> Account:
    return Account("liability", write_off.manager, write_off.write_off)
