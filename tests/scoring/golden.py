"""Golden texts: few and short; ``JIKAO_REWRITE_GOLDEN=1`` rewrites them, and the diff is what to review."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "golden" / "explain"


def agrees(name: str, look_at: str, text: str) -> None:
    """Compare with the golden file, whose first line says what to look at."""
    path = FOLDER / f"{name}.txt"
    wanted = f"# {look_at}\n\n{text}"
    if os.environ.get("JIKAO_REWRITE_GOLDEN"):
        path.write_text(wanted, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == wanted
