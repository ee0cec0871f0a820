"""Does the scheme end after it begins?"""

from __future__ import annotations

from collections.abc import Iterator

from jikao.scheme.model import Scheme
from jikao.scheme.problem import Level, Problem, kind
from jikao.scheme.text import Text
from jikao.scheme.yaml_nodes import Places

ORDER = kind(
    "dates.order", Level.ERROR,
    what=Text("有效期到 {end},早于开始的 {start}。", "It is valid to {end}, before it begins on {start}."),
    why=Text("这样的方案一天也不适用。", "Such a scheme applies on no day at all."),
    mend=Text("检查 valid_from 与 valid_to。", "Check valid_from and valid_to."),
)  # fmt: skip


def check(scheme: Scheme, places: Places) -> Iterator[Problem]:
    """``valid_to`` is the last day, so it may equal ``valid_from``."""
    sound = places.is_sound("valid_from") and places.is_sound("valid_to")
    if sound and scheme.valid_to is not None and scheme.valid_to < scheme.valid_from:
        yield ORDER(places.of("valid_to"), end=scheme.valid_to, start=scheme.valid_from)
