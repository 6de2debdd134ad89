"""Reads `workspace.yaml`, the file that `dagster dev -w` takes.

Source of its shape: `dagster._core.workspace.config_schema` and `.load` (1.13.27).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from dagster_lineage.extract.workspace.cloud_yaml import read_cloud_yaml
from dagster_lineage.extract.workspace.entries import (
    GrpcAddress,
    LocationEntry,
    WorkspaceEntryWrong,
    WorkspaceUnreadable,
    default_name,
    refuse_taken_names,
)

NAMES_ITS_TARGET = {
    "python_file": "relative_path",
    "python_module": "module_name",
    "python_package": "package_name",
    "autoload_defs_module": "module_name",
}
"""By kind of entry: the field that must be there."""

TARGET_FIELDS = frozenset({"attribute", "working_directory", "location_name", "executable_path"})
GRPC_FIELDS = frozenset({"host", "socket", "port", "location_name", "ssl", "additional_metadata"})


def read_workspace_yaml(file: Path) -> tuple[LocationEntry, ...]:
    """The code locations that a `workspace.yaml` (or a `dagster_cloud.yaml`) lists, in its order.

    Relative paths are taken from the file's folder, where Dagster is started.

    Args:
        file: An existing file, absolute.

    Raises:
        WorkspaceUnreadable: it is no YAML, or no mapping.
        WorkspaceEntryWrong: an entry is of no known kind, or has unknown or missing fields.
        LocationNameTaken: two entries have one name.
    """
    try:
        root = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise WorkspaceUnreadable(f"{file} is not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(root, yaml.MappingNode):
        raise WorkspaceUnreadable(
            f"{file} must be a mapping with `load_from:` and a list of code locations."
        )
    fields = {str(key.value): value for key, value in root.value}
    if "locations" in fields and "load_from" not in fields:
        return read_cloud_yaml(file, {"locations": _value(fields["locations"])})
    unknown = sorted(set(fields) - {"load_from"})
    if unknown:
        raise WorkspaceEntryWrong(
            f"{file}: unknown field {unknown[0]!r}; only `load_from` may stand at the top."
        )
    load_from = fields.get("load_from")
    if load_from is None:
        return ()
    if not isinstance(load_from, yaml.SequenceNode):
        raise WorkspaceEntryWrong(f"{file}: `load_from` must be a list of code locations.")
    return refuse_taken_names(tuple(_entry(file, node) for node in load_from.value))


@dataclass
class _Fields:
    """The fields of one entry, with its place for what is wrong with them."""

    place: str
    given: Mapping[str, Any]
    problem: str = ""

    def text(self, name: str) -> str:
        """A text, or what the environment variable of `{env: NAME}` holds."""
        value = self.given.get(name)
        if isinstance(value, Mapping) and set(value) == {"env"}:
            variable = str(value["env"])
            if variable not in os.environ:
                self.problem = (
                    f"{self.place}: `{name}` comes from the environment variable {variable}, "
                    "which is not set"
                )
            return os.environ.get(variable, "")
        if value is None:
            return ""
        if not isinstance(value, str | int) or isinstance(value, bool):
            raise WorkspaceEntryWrong(f"{self.place}: `{name}` must be a text, not {value!r}.")
        return str(value)


def _entry(file: Path, node: yaml.Node) -> LocationEntry:
    place = f"{file}:{node.start_mark.line + 1}"
    raw = _value(node)
    kinds = [*NAMES_ITS_TARGET, "grpc_server"]
    if not isinstance(raw, dict) or len(raw) != 1 or next(iter(raw)) not in kinds:
        found = ", ".join(map(repr, raw)) if isinstance(raw, dict) else repr(raw)
        raise WorkspaceEntryWrong(
            f"{place}: an entry is exactly one of {', '.join(kinds)}, not {found}."
        )
    kind, value = next(iter(raw.items()))
    if kind == "grpc_server":
        return _grpc_entry(file, place, value)
    return _target_entry(file, place, kind, value)


def _target_entry(file: Path, place: str, kind: str, value: object) -> LocationEntry:
    target_field = NAMES_ITS_TARGET[kind]
    given = {target_field: value} if isinstance(value, str) else value
    fields = _checked(place, kind, given, TARGET_FIELDS | {target_field})
    if target_field not in fields.given:
        raise WorkspaceEntryWrong(f"{place}: `{kind}` needs `{target_field}`.")
    target = fields.text(target_field)
    attribute = fields.text("attribute")
    base = file.parent
    python_file = _inside(base, target) if kind == "python_file" else None
    module = "" if python_file else target
    working_directory = fields.text("working_directory")
    # Dagster: only `python_file` as a mapping looks beside the workspace file without being told.
    on_path = bool(working_directory) or (kind == "python_file" and isinstance(value, dict))
    return LocationEntry(
        name=fields.text("location_name")
        or default_name(module=module, python_file=python_file, attribute=attribute),
        listed_in=file,
        working_directory=_inside(base, working_directory) if working_directory else base,
        on_path=on_path,
        module=target if kind == "python_module" else "",
        python_file=python_file,
        package=target if kind == "python_package" else "",
        autoload_module=target if kind == "autoload_defs_module" else "",
        attribute=attribute,
        executable=_executable(base, fields.text("executable_path")),
        problem=fields.problem,
    )


def _grpc_entry(file: Path, place: str, value: object) -> LocationEntry:
    fields = _checked(place, "grpc_server", value, GRPC_FIELDS)
    host, port = fields.text("host") or "localhost", fields.text("port")
    socket = fields.text("socket")
    if not fields.problem and bool(port) == bool(socket):
        raise WorkspaceEntryWrong(f"{place}: `grpc_server` needs either `port` or `socket`.")
    if port and not port.isdigit():
        raise WorkspaceEntryWrong(f"{place}: `port` must be a number, not {port!r}.")
    address = GrpcAddress(
        host=host,
        port=int(port) if port else None,
        socket=socket,
        ssl=bool(fields.given.get("ssl", False)),
    )
    return LocationEntry(
        name=fields.text("location_name") or f"grpc:{address}",
        listed_in=file,
        working_directory=file.parent,
        grpc=address,
        problem=fields.problem,
    )


def _checked(place: str, kind: str, given: object, allowed: frozenset[str] | set[str]) -> _Fields:
    if not isinstance(given, dict):
        raise WorkspaceEntryWrong(f"{place}: `{kind}` must be a text or a mapping, not {given!r}.")
    unknown = sorted(str(name) for name in set(given) - allowed)
    if unknown:
        raise WorkspaceEntryWrong(
            f"{place}: `{kind}` has no field {unknown[0]!r}; it knows {', '.join(sorted(allowed))}."
        )
    return _Fields(place, given)


def _inside(base: Path, path: str) -> Path:
    """Absolute, links left as they are: a virtual environment's python is a link."""
    return Path(os.path.normpath(base / Path(path).expanduser()))


def _executable(base: Path, path: str) -> str:
    """A bare command stays one: the system looks it up on `PATH`."""
    if not path or os.sep not in path:
        return path
    return str(_inside(base, path))


def _value(node: yaml.Node) -> object:
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_document(node)
    finally:
        loader.dispose()
