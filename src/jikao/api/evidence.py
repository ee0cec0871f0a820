"""Evidence: the store, imports, mappings."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jikao.api.schemes import shipped

if TYPE_CHECKING:
    from jikao.evidence.report import ImportReport
    from jikao.evidence.store import Store


def open_store(root: Path, *, create: bool = False) -> Store:
    """The evidence store in a folder; with ``create`` it is made when there is none."""
    from jikao.evidence.store import Store

    if create and not (root / "store.json").exists():
        return Store.create(root)
    return Store.open(root)


def mapping_names() -> list[str]:
    """The mappings that ship with the product."""
    folder = files("jikao.presets").joinpath("mappings")
    return sorted(p.name.removesuffix(".yaml") for p in folder.iterdir() if p.name.endswith(".yaml"))


def import_file(
    store: Store, path: Path, *, mapping: str | None = None, shape: str | None = None, sheet: str | None = None, by: str = ""
) -> ImportReport:
    """Import a file, by a mapping (a shipped name or a file) or as one shape (by default the one the file is named after).

    Raises ``Refused`` when the import is refused; the report of all its problems then lies in the store.
    """
    from jikao.evidence.importing import import_file as take_in
    from jikao.evidence.shapes import SHAPES

    if mapping is None and shape is None and path.stem in SHAPES:
        shape = path.stem
    return take_in(store, path, mapping=None if mapping is None else _mapping(mapping), shape=shape, sheet=sheet, by=by)


def _mapping(name: str) -> Any:
    from jikao.evidence.mapping import read_mapping_file

    if name in mapping_names():
        with shipped("mappings", f"{name}.yaml") as path:
            return read_mapping_file(path)
    return read_mapping_file(Path(name))


def propose_mapping(path: Path, *, sheet: str | None = None) -> str:
    """The text of a mapping proposed from a file's header; what it could not place is left as comments."""
    from jikao.evidence.propose import propose

    return propose(path, sheet=sheet)
