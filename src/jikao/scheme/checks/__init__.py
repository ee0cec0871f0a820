"""What a scheme must keep to: one family of checks per file, each a pure function from a scheme to problems."""

from __future__ import annotations

from jikao.scheme.model import Scheme
from jikao.scheme.problem import Problem
from jikao.scheme.yaml_nodes import Places

FAMILIES = ()


def check_all(scheme: Scheme, places: Places) -> list[Problem]:
    """Every problem every family finds."""
    return [problem for family in FAMILIES for problem in family(scheme, places)]
