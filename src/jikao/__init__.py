"""Jikao 绩考: performance appraisal for technical-support departments.

``api`` is the front door; the rooms below it are listed, ground floor first, in ``docs/explanation/architecture.md``.
"""

__version__ = "0.2.0"
