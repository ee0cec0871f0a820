"""Scheme text written back: one canonical layout, and single values changed; comments and wording stay."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.resolver import VersionedResolver
from ruamel.yaml.tag import Tag

from jikao.scheme.problem import stop_on_errors
from jikao.scheme.yaml_nodes import Steps, parse

_COMMENT = re.compile(r"(?:^|[ \t])(#[^\r\n]*)", re.MULTILINE)
_PLAIN = re.compile(r"[\w$](?:[\w$+.%‰/()~ -]*[\w$+.%‰/()~-])?|[+-]?[0-9.]*[0-9][\w%‰]*")
_UNSEEN = re.compile("[\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff]")
_NULL = Tag(suffix="tag:yaml.org,2002:null")


class _Words(VersionedResolver):
    """Every plain scalar is a word, so 1.50, 012 and 2011-11-1 stay as they were written."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
        if kind is not ScalarNode:
            return super().resolve(kind, value, implicit)
        return _NULL if implicit[0] and value in {"", "~", "null"} else self.DEFAULT_SCALAR_TAG


def fmt(text: str) -> str:
    """The text in canonical layout: two spaces a level, lists indented, one final newline; comments and quotes kept.

    ``fmt(fmt(t)) == fmt(t)``, and what is read from it is the same. Raises ``Refused`` for text that is not YAML as we
    read it. Where the layout engine would lose a comment or a value the layout stays as it is.
    """
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").rstrip("\n") + "\n"
    parsed = parse(plain)
    stop_on_errors(parsed.problems)

    def is_faithful(layout: str) -> bool:
        return parse(layout).value == parsed.value and _comments(layout) == _comments(plain)

    layout = _laid_out(plain)
    return layout if is_faithful(layout) and _laid_out(layout) == layout else plain


def _laid_out(text: str) -> str:
    """As the layout engine writes it, without trailing blanks; the text itself where the engine gives up."""
    yaml = YAML()
    yaml.Resolver = _Words
    yaml.preserve_quotes = True
    yaml.width = 1_000_000
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = io.StringIO()
    try:
        yaml.dump(yaml.load(text), out)
    except (YAMLError, ValueError, TypeError, AttributeError, NotImplementedError):
        return text
    written = "\n".join(line.rstrip() for line in out.getvalue().split("\n")).rstrip("\n") + "\n"
    return written if parse(written).value == parse(out.getvalue()).value else out.getvalue()


def _comments(text: str) -> Counter[str]:
    """Every comment: what begins with # outside of values."""
    rest = text
    for node in reversed(list(_scalars(_compose(text)))):
        rest = rest[: node.start_mark.index] + "x" + rest[node.end_mark.index :]
    return Counter(found.rstrip() for found in _COMMENT.findall(rest))


def edit(text: str, path: Steps, value: str) -> str:
    """The text with one value changed, or a key added to the part at ``path[:-1]``; everything else stays as it is.

    Raises ``Refused`` for text that is not YAML as we read it, ``KeyError`` where the text has no such part, and
    ``ValueError`` where a list or further keys stand instead of a value.
    """
    plain = text.removeprefix("\ufeff")
    stop_on_errors(parse(plain).problems)
    root = _compose(plain)
    node = _find(root, path)
    edited = _replaced(plain, _holder(root, path), node, value) if node else _added(plain, _find(root, path[:-1]), path[-1], value)
    if _value_at(parse(edited).value, path) != value:
        raise ValueError(f"{value!r} cannot be written at {path}")
    return edited


def _compose(text: str) -> Node | None:
    node: Node | None = YAML(typ="safe", pure=True).compose(text)
    return node


def _scalars(node: Node | None) -> list[ScalarNode]:
    if isinstance(node, MappingNode):
        return [scalar for pair in node.value for part in pair for scalar in _scalars(part)]
    if isinstance(node, SequenceNode):
        return [scalar for part in node.value for scalar in _scalars(part)]
    return [node] if isinstance(node, ScalarNode) and node.end_mark.index > node.start_mark.index else []


def _find(node: Node | None, path: Steps) -> Node | None:
    for step in path:
        if isinstance(node, MappingNode):
            node = next((value for key, value in node.value if key.value == step), None)
        elif isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
        else:
            return None
    return node


def _holder(root: Node | None, path: Steps) -> Node | None:
    """The key of the value, where it stands in a mapping."""
    parent = _find(root, path[:-1])
    return next((key for key, _ in parent.value if key.value == path[-1]), None) if isinstance(parent, MappingNode) else None


def _replaced(text: str, key: Node | None, node: Node, value: str) -> str:
    if not isinstance(node, ScalarNode):
        raise ValueError("a list or further keys stand here, not a value")
    start, end = node.start_mark.index, node.end_mark.index
    if start == end and key is not None:  # nothing written: the mark is wherever the next thing begins
        start = end = text.index(":", key.end_mark.index) + 1
        return f"{text[:start]} {_written(value)}{text[end:]}"
    return f"{text[:start]}{_written(value)}{'' if node.style not in {'|', '>'} else chr(10)}{text[end:]}"


def _added(text: str, parent: Node | None, key: str | int, value: str) -> str:
    if not isinstance(parent, MappingNode) or not isinstance(key, str):
        raise KeyError(key)
    if parent.flow_style:
        start = parent.start_mark.index + 1
        return f"{text[:start]}{_written(key)}: {_written(value)}{', ' if parent.value else ''}{text[start:]}"
    follower = parent.value[min(1, len(parent.value) - 1)][0].start_mark
    return f"{text[: follower.index]}{_written(key)}: {_written(value)}\n{' ' * follower.column}{text[follower.index :]}"


def _written(value: str) -> str:
    """A word plain where nobody could take it for anything else; quoted otherwise."""
    if _PLAIN.fullmatch(value) and value.lower() not in {"null", "~"}:
        return value
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))


def _value_at(tree: Any, path: Steps) -> Any:
    for step in path:
        tree = tree[step] if tree is not None else None
    return tree
