"""What if: everybody's pay of a period with other grades, totals, bases or violations, before anybody decides on an appeal."""

from jikao.payout.whatif.compare import AccountChange, Consequences, LineChange, PersonChange, consequences
from jikao.payout.whatif.layout import as_json, as_text
from jikao.payout.whatif.suppose import Supposition, check, supposing

__all__ = [
    "AccountChange", "Consequences", "LineChange", "PersonChange", "Supposition",
    "as_json", "as_text", "check", "consequences", "supposing",
]  # fmt: skip
