"""Deadlines of the process in working days, and which version of a scheme is in force (F17, A49, A50, A53)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Literal

from jikao.scheme.calendar import WorkCalendar
from jikao.scheme.model import Scheme, Step

Submission = Literal["in_time", "inadmissible_late", "inadmissible_late_hr_may_accept"]


def step_of(scheme: Scheme, step_id: str) -> Step:
    """The step of the process with this id. Raises ``KeyError`` when the scheme has none."""
    found = next((step for step in scheme.process.steps if step.id == step_id), None)
    if found is None:
        raise KeyError(step_id)
    return found


def deadline(scheme: Scheme, step_id: str, after: dt.date, calendar: WorkCalendar) -> dt.date:
    """The last day of a step that may begin the day after ``after`` (that day is day 1)."""
    return calendar.add_workdays(after, step_of(scheme, step_id).within)


def submission(scheme: Scheme, step_id: str, after: dt.date, submitted: dt.date, calendar: WorkCalendar) -> Submission:
    """Whether something handed in on ``submitted`` is in time; a late appeal may still be accepted by HR with a reason."""
    if submitted <= deadline(scheme, step_id, after, calendar):
        return "in_time"
    return "inadmissible_late_hr_may_accept" if scheme.process.late_appeal == "hr_may_accept" else "inadmissible_late"


def in_force(versions: Iterable[Scheme], day: dt.date) -> Scheme | None:
    """The version that holds for a period beginning on ``day``: the newest one valid by then. A version made after a
    cycle began does not touch it (A53).
    """
    valid = [s for s in versions if s.valid_from <= day and (s.valid_to is None or s.valid_to >= day)]
    return max(valid, key=lambda s: s.valid_from, default=None)
