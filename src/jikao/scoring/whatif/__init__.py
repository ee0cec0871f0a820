"""What if: the sheet with other values, and what is still needed for a grade or a total."""

from jikao.scoring.whatif.checks import check_changes, check_target
from jikao.scoring.whatif.layout import as_json, as_text
from jikao.scoring.whatif.search import needed
from jikao.scoring.whatif.suppose import Comparison, with_changes
from jikao.scoring.whatif.values import LineNeeds, Move, Needs, Outcome, Target

__all__ = [
    "Comparison", "LineNeeds", "Move", "Needs", "Outcome", "Target",
    "as_json", "as_text", "check_changes", "check_target", "needed", "with_changes",
]  # fmt: skip
