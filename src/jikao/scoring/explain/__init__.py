"""Explain a result: one frozen ``Receipt`` made from the sheet and the evidence, then arranged as text or JSON."""

from jikao.scoring.explain.build import receipt
from jikao.scoring.explain.layout import as_json, as_text
from jikao.scoring.explain.values import EvidenceRows, Receipt

__all__ = ["EvidenceRows", "Receipt", "as_json", "as_text", "receipt"]
