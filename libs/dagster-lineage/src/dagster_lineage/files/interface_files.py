"""Interface files: `interface.json`, sorted, with one line for each fact."""

from __future__ import annotations

import gc
from collections.abc import Iterable
from glob import glob
from pathlib import Path

import msgspec

from dagster_lineage.files.quick_interface import QuickInterface
from dagster_lineage.files.settings import Settings
from dagster_lineage.model import (
    SCHEMA_VERSION,
    Asset,
    Interface,
    LineageGraph,
    LocatedInterface,
    split_place,
)
from dagster_lineage.model.errors import LineageError

FILE_NAME = "interface.json"
_DECODER = msgspec.json.Decoder(Interface)
_QUICK_DECODER: msgspec.json.Decoder[Interface] = msgspec.json.Decoder(QuickInterface)
_PLACES = ("at", "described_at", "key_at")
_LISTS = ("sources", "checks", "exposures", "jobs", "unknown")
_ENCODER = msgspec.json.Encoder()


class InterfaceUnreadable(LineageError):
    """The file cannot be read as an interface, or has an unsupported schema version."""


class InterfacesMissing(LineageError):
    """No interface file matches the patterns of the settings.

    Args:
        patterns: The glob patterns.
        place: Where they were searched, such as `in /repository` or `at base or head`.
    """

    def __init__(self, patterns: tuple[str, ...], place: str) -> None:
        super().__init__(
            f"no interface file matches {', '.join(patterns)} {place}. Write the interfaces with "
            "`lineage lock`, or set their patterns in [tool.lineage] interfaces."
        )


def read_committed_graph(root: Path, settings: Settings, *, quick: bool = False) -> LineageGraph:
    """Read the interface files of a repository and join them.

    Args:
        root: Root of the repository.
        settings: Settings with the patterns of the interface files.
        quick: See `read_interface`.

    Raises:
        InterfacesMissing: no file matches the patterns.
        InterfaceUnreadable: see `read_interface`.
    """
    graph = read_graph(root, settings.interfaces, quick=quick)
    if not graph.located:
        raise InterfacesMissing(settings.interfaces, f"in {root}")
    return graph


def matching_files(root: Path, patterns: Iterable[str]) -> list[Path]:
    """Return the files that match glob patterns, sorted; `*` does not match hidden folders."""
    # Path.glob would match hidden folders.
    matches = (glob(one, root_dir=root, recursive=True) for one in patterns)  # noqa: PTH207
    found = {name for names in matches for name in names}
    return [root / name for name in sorted(found)]


def read_graph(root: Path, patterns: tuple[str, ...], *, quick: bool = False) -> LineageGraph:
    """Read all interface files under a folder and join them.

    Args:
        root: Root of the repository. Places in findings are relative to it.
        patterns: Glob patterns of interface files, relative to the root.
        quick: See `read_interface`.

    Raises:
        InterfaceUnreadable: see `read_interface`.
    """
    files = matching_files(root, patterns)
    # All of the many small objects stay alive, so garbage collection would find nothing.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return LineageGraph(
            (_located(read_interface(file, quick=quick), file.relative_to(root)) for file in files),
            root=root,
        )
    finally:
        if collecting:
            gc.enable()


def read_interface(file: Path, *, quick: bool = False) -> Interface:
    """Decode one interface file.

    Args:
        file: Path of the interface file.
        quick: Decode the origins of columns only on access (`quick_interface`).

    Raises:
        InterfaceUnreadable: the file is missing, is not JSON, or does not match the schema.
    """
    try:
        text = file.read_bytes()
    except OSError as error:
        raise InterfaceUnreadable(
            f"{file} cannot be read: {error.strerror}. Write it with `lineage lock`."
        ) from error
    return decode(text, str(file), quick=quick)


def decode(text: bytes, name: str, *, quick: bool = False) -> Interface:
    """Decode an interface; `name` is used in messages.

    Raises:
        InterfaceUnreadable: see `read_interface`.
    """
    try:
        interface = (_QUICK_DECODER if quick else _DECODER).decode(text)
    except msgspec.DecodeError as error:
        hint = "It has merge conflict markers. " if b"<<<<<<<" in text else ""
        raise InterfaceUnreadable(
            f"{name} is not a valid interface: {error}. {hint}Write it again with `lineage lock`."
        ) from error
    if interface.schema_version == 1:
        return _from_version_1(text)
    if interface.schema_version != SCHEMA_VERSION:
        raise InterfaceUnreadable(
            f"{name} has schema version {interface.schema_version}; this `lineage` reads versions "
            f"1 to {SCHEMA_VERSION}. Write it again with `lineage lock`."
        )
    return interface


def _from_version_1(text: bytes) -> Interface:
    """Decode schema version 1, which the base of a branch may still have.

    Version 2 only renamed fields. `lineage lock` writes version 2.
    """
    document = msgspec.json.decode(text)
    for asset in document.get("assets", ()):
        _rename(asset, "not_given", "missing_contract_columns")
        for column in asset.get("columns", {}).values():
            _rename(column, "comes_from", "derived_from")
        for read in asset.get("reads", ()):
            _rename(read, "missing", "missing_columns")
    for source in document.get("sources", ()):
        _rename(source, "key_given", "key_origin")
    return msgspec.convert({**document, "schema_version": SCHEMA_VERSION}, Interface)


def _rename(document: dict[str, object], old: str, new: str) -> None:
    if old in document:
        document[new] = document.pop(old)


def encode(interface: Interface) -> bytes:
    """Return the text of an interface file.

    Each asset, column, read and check is on a separate line, so that one change touches one line
    and two branches rarely conflict.
    """
    head = {
        name: value
        for name, value in msgspec.to_builtins(interface).items()
        if name not in ("assets", *_LISTS)
    }
    lines = [f'  "{name}": {_line(value)}' for name, value in head.items()]
    lines.append(_block("assets", [_asset(asset) for asset in interface.assets]))
    for name in _LISTS:
        values = getattr(interface, name)
        if values:
            lines.append(_block(name, [f"    {_line(value)}" for value in values]))
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def without_lines(interface: Interface) -> Interface:
    """Return the interface without line numbers, to decide whether a committed one is stale.

    A new comment moves every line below it, but changes nothing that another project reads.
    """
    return msgspec.convert(_without_lines(msgspec.to_builtins(interface)), Interface)


def _without_lines(value: object) -> object:
    if isinstance(value, dict):
        return {
            name: split_place(part)[0]
            if name in _PLACES and isinstance(part, str)
            else _without_lines(part)
            for name, part in value.items()
            if name != "line" or not isinstance(part, int)
        }
    if isinstance(value, list | tuple):
        return [_without_lines(part) for part in value]
    return value


def _line(value: object) -> str:
    return _ENCODER.encode(value).decode()


def _block(name: str, entries: list[str]) -> str:
    if not entries:
        return f'  "{name}": []'
    return f'  "{name}": [\n' + ",\n".join(entries) + "\n  ]"


def _asset(asset: Asset) -> str:
    facts = msgspec.to_builtins(asset)
    columns = facts.pop("columns", {})
    lists = [(name, facts.pop(name)) for name in ("reads", "checks") if name in facts]
    parts = [_line(facts)[1:-1]]
    if columns:
        entries = [f"        {_line(name)}: {_line(column)}" for name, column in columns.items()]
        parts.append('"columns": {\n' + ",\n".join(entries) + "\n      }")
    for name, values in lists:
        entries = [f"        {_line(value)}" for value in values]
        parts.append(f'"{name}": [\n' + ",\n".join(entries) + "\n      ]")
    return "    {" + ",\n      ".join(parts) + "}"


def _located(interface: Interface, file: Path) -> LocatedInterface:
    return LocatedInterface(interface, interface.folder or file.parent.as_posix(), file.as_posix())
