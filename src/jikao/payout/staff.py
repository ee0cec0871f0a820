"""Who held which position, in which department, on a day: the span in force, else what the person's own row says."""

from __future__ import annotations

import datetime as dt

from jikao.payout.facts import Facts, Span


def department_on(facts: Facts, person: str, day: dt.date) -> str:
    """A person's department on a day; empty when nobody said, or for somebody unknown."""
    span = _span_on(facts, person, day)
    if span and span.department:
        return span.department
    known = facts.people.get(person)
    return known.department if known else ""


def position_on(facts: Facts, person: str, day: dt.date) -> str:
    """A person's position on a day; empty when nobody said, or for somebody unknown."""
    span = _span_on(facts, person, day)
    if span:
        return span.position
    known = facts.people.get(person)
    return known.position if known else ""


def _span_on(facts: Facts, person: str, day: dt.date) -> Span | None:
    """The span begun last, if it holds on the day: a span that is open or runs into the next ends where that begins."""
    begun = [s for s in facts.spans.get(person, ()) if s.from_on <= day]
    return begun[-1] if begun and (begun[-1].until_on is None or day <= begun[-1].until_on) else None
