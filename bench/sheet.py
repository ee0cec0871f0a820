"""The scheme of scheme.yaml as plain numbers, for the implementations written without Jikao.

A curve is a list of ``(from, marks there, marks gained per unit)`` in rising order; marks are clamped to 0-100.
"""

from __future__ import annotations

import datetime as dt

CURVES: dict[str, list[tuple[float, float, float]]] = {
    "solved": [(0, 0, 60 / 150), (150, 60, 40 / 100), (250, 100, 0)],
    "backlog": [(0, 100, 0), (10, 100, -2.5)],
    "response": [(0, 100, 0), (900, 100, -20 / 2700), (3600, 80, -20 / 10800), (14400, 60, -60 / 43200), (57600, 0, 0)],
    "response_p90": [(0, 100, 0), (7200, 90, 0), (14400, 75, 0), (28800, 60, 0), (57600, 30, 0)],
    "sla": [(0, 0, 100), (0.8, 80, 20 / 0.15), (0.95, 100, 0)],
    "resolution": [(0, 100, 0), (14400, 100, -20 / 14400), (28800, 80, -20 / 57600), (86400, 60, -60 / 201600), (288000, 0, 0)],
    "reopen": [(0, 100, -500)],
    "one_touch": [(0, 0, 0), (0.1, 0, 200), (0.6, 100, 0)],
    "csat": [(0, 0, 40 / 0.6), (0.6, 40, 200), (0.9, 100, 0)],
    "violations": [(0, 100, -100)],
}
SECTIONS: dict[str, dict[str, float]] = {
    "volume": {"solved": 15, "backlog": 5},
    "speed": {"response": 10, "response_p90": 6, "sla": 14, "resolution": 10},
    "quality": {"reopen": 10.5, "one_touch": 10.5, "csat": 14},
    "conduct": {"violations": 5},
}
"""What each indicator is worth; a section without some of its evidence is carried by the rest of it."""

GRADES = [("S", 8500), ("A", 7500), ("B", 6500), ("C", 5000), ("D", 0)]
SEVERITY = {"minor": 1, "major": 3, "grave": 10}
LEFT_OUT = ["merged", "duplicate", "spam"]
BEGIN, END = dt.date(2025, 1, 1), dt.date(2026, 1, 1)
HALF = 0.5 + 1e-7
"""Rounds hundredths half up although a binary fraction may lie a hair below the half."""

WHOLE_SECOND = 0.500001
