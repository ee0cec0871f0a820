"""Did you mean …? The nearest known name to a wrong one, or the names there are."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from jikao.scheme.text import Text

MOST = 12
MOST_COMPARED = 300


def among(word: str, known: Iterable[str]) -> Text:
    """A closing sentence for a mend: the name that was probably meant, else all (at most a dozen) there are."""
    names = list(known)
    near = get_close_matches(word[:100].lower(), [name.lower() for name in names[:MOST_COMPARED]], 1, 0.6)
    if near:
        meant = next(name for name in names if name.lower() == near[0])
        return Text(f"是不是“{meant}”?", f"Did you mean '{meant}'?")
    if not names:
        return Text("目前一个也没有。", "There are none yet.")
    more = "…" if len(names) > MOST else ""
    return Text(f"可用的有:{'、'.join(names[:MOST])}{more}。", f"There are: {', '.join(names[:MOST])}{more}.")
