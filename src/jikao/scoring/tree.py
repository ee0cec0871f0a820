"""An indented tree of labelled lines that fits a terminal; Chinese signs count two columns."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

OPENS, CLOSES = "(（“‘《", " ,.;:)!?，。；：、）”’》！？"
"""Signs that stay with what follows them, and with what precedes them."""


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, labelled details, and the blocks inside it."""

    heading: str
    details: Sequence[tuple[str, str]] = ()
    inside: Sequence[Block] = ()


def trees(blocks: Sequence[Block], width: int) -> Iterator[str]:
    """Blocks one under the other, as lines of at most ``width`` columns (a single longer word stays whole)."""
    for i, block in enumerate(blocks):
        yield from _tree(block, "", last=i == len(blocks) - 1, width=width)


def _tree(block: Block, stem: str, *, last: bool, width: int) -> Iterator[str]:
    deeper = stem + ("   " if last else "│  ")
    yield from wrapped(block.heading, f"{stem}{'└─' if last else '├─'} ", deeper, width)
    bar = deeper + ("│  " if block.inside else "   ")
    for label, text in block.details:
        yield from labelled(label, text, bar, width)
    for i, inner in enumerate(block.inside):
        yield from _tree(inner, deeper, last=i == len(block.inside) - 1, width=width)


def labelled(label: str, text: str, indent: str, width: int) -> Iterator[str]:
    """A label and its text; further lines stand two columns deeper."""
    first = f"{indent}{label} " if label else indent
    return wrapped(text, first, f"{indent}  ", width)


def columns(text: str) -> int:
    """How many terminal columns a text takes."""
    return sum(2 if _is_wide(c) else 0 if unicodedata.combining(c) else 1 for c in text)


def wrapped(text: str, first: str, rest: str, width: int) -> Iterator[str]:
    """Break a text at spaces, or between Chinese signs, so that every line fits; signs that steer a terminal are dropped."""
    harmless = "".join(c if c.isprintable() else " " for c in text)
    line, empty = first, True
    for piece in _pieces(" ".join(harmless.split())):
        if columns(line + piece.rstrip()) > width and not empty:
            yield line.rstrip()
            line, empty = rest, True
        line += piece.lstrip() if empty else piece
        empty = False
    yield line.rstrip()


def _pieces(text: str) -> Iterator[str]:
    """The parts a line may be broken between."""
    piece = ""
    for here, after in pairwise(f"{text} "):
        piece += here
        if _may_break(here, after):
            yield piece
            piece = ""
    if piece:
        yield piece


def _may_break(here: str, after: str) -> bool:
    """After a space, and beside a Chinese sign unless that would part punctuation from what it belongs to."""
    if here == " ":
        return True
    return (_is_wide(here) or _is_wide(after)) and here not in OPENS and after not in CLOSES


def _is_wide(sign: str) -> bool:
    return unicodedata.east_asian_width(sign) in "WF"
