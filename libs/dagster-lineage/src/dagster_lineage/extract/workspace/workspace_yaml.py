"""`workspace.yaml`, the file of `dagster dev -w`.

Source of its fields: `dagster._core.workspace.config_schema` and `.load` (1.13.27).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct

from dagster_lineage.extract.workspace.cloud_yaml import read_cloud_yaml
from dagster_lineage.extract.workspace.entries import (
    CodeKind,
    GrpcAddress,
    LocationEntry,
    WorkspaceEntryWrong,
    WorkspaceUnreadable,
    absolute,
    default_name,
    typed,
    with_distinct_names,
)


class _Variable(Struct, forbid_unknown_fields=True):
    """`{env: NAME}`: the value of an environment variable."""

    env: str


_Text = str | int | _Variable


class _Target(Struct, forbid_unknown_fields=True):
    """Code that Dagster loads."""

    relative_path: _Text = ""
    module_name: _Text = ""
    package_name: _Text = ""
    attribute: _Text = ""
    working_directory: _Text = ""
    location_name: _Text = ""
    executable_path: _Text = ""


class _Server(Struct, forbid_unknown_fields=True):
    """A running code server."""

    host: _Text = "localhost"
    socket: _Text = ""
    port: _Text = ""
    location_name: _Text = ""
    ssl: bool = False
    additional_metadata: Any = ""


_TARGETS: dict[CodeKind, str] = {
    "python_file": "relative_path",
    "python_module": "module_name",
    "python_package": "package_name",
    "autoload_defs_module": "module_name",
}
"""Field with the code, by kind of entry."""


def read_workspace_yaml(file: Path) -> tuple[LocationEntry, ...]:
    """Return the code locations of a `workspace.yaml` or `dagster_cloud.yaml`, in its order.

    Relative paths start at the folder of the file.

    Args:
        file: Absolute path of an existing file.

    Raises:
        WorkspaceUnreadable: the file is not valid YAML, or not a mapping.
        WorkspaceEntryWrong: an entry has an unknown kind, or unknown or missing fields.
        LocationNameTaken: two entries have the same name.
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
        listed = fields["locations"]
        entries = listed.value if isinstance(listed, yaml.SequenceNode) else ()
        lines = [node.start_mark.line + 1 for node in entries]
        return read_cloud_yaml(file, _value(listed), lines)
    unknown = sorted(set(fields) - {"load_from"})
    if unknown:
        raise WorkspaceEntryWrong(
            f"{file}: unknown field {unknown[0]!r}. The only field is `load_from`."
        )
    load_from = fields.get("load_from")
    if load_from is None:
        return ()
    if not isinstance(load_from, yaml.SequenceNode):
        raise WorkspaceEntryWrong(f"{file}: `load_from` must be a list of code locations.")
    return with_distinct_names(tuple(_entry(file, node) for node in load_from.value))


def _entry(file: Path, node: yaml.Node) -> LocationEntry:
    line = node.start_mark.line + 1
    place = f"{file}:{line}"
    value = _value(node)
    kinds = (*_TARGETS, "grpc_server")
    if not isinstance(value, dict) or len(value) != 1 or next(iter(value)) not in kinds:
        found = ", ".join(map(repr, value)) if isinstance(value, dict) else repr(value)
        raise WorkspaceEntryWrong(
            f"{place}: an entry is exactly one of {', '.join(kinds)}, not {found}."
        )
    ((kind, details),) = value.items()
    if kind == "grpc_server":
        return _server_entry(file, line, typed(details, _Server, place, kind))
    return _target_entry(file, line, kind, details)


def _target_entry(file: Path, line: int, kind: CodeKind, details: object) -> LocationEntry:
    place = f"{file}:{line}"
    short = isinstance(details, str)
    fields = typed({_TARGETS[kind]: details} if short else details, _Target, place, kind)
    texts, problem = _texts(fields, place)
    if [name for name in set(_TARGETS.values()) if getattr(fields, name)] != [_TARGETS[kind]]:
        raise WorkspaceEntryWrong(f"{place}: `{kind}` needs `{_TARGETS[kind]}` to name its code.")
    code, attribute = texts[_TARGETS[kind]], texts["attribute"]
    if kind == "python_file":
        code = str(absolute(file.parent, code))
    working_directory, executable = texts["working_directory"], texts["executable_path"]
    return LocationEntry(
        name=texts["location_name"] or default_name(kind, code, attribute),
        listed_in=file,
        working_directory=absolute(file.parent, working_directory),
        kind=kind,
        code=code,
        # Without a working directory, Dagster adds the folder only for a `python_file` mapping.
        on_path=bool(working_directory) or (kind == "python_file" and not short),
        attribute=attribute,
        # A command without a folder is searched on `PATH`.
        executable=str(absolute(file.parent, executable)) if os.sep in executable else executable,
        line=line,
        problem=problem,
    )


def _server_entry(file: Path, line: int, server: _Server) -> LocationEntry:
    place = f"{file}:{line}"
    texts, problem = _texts(server, place)
    port, socket = texts["port"], texts["socket"]
    if not problem and bool(port) == bool(socket):
        raise WorkspaceEntryWrong(f"{place}: `grpc_server` needs either `port` or `socket`.")
    if port and not port.isdigit():
        raise WorkspaceEntryWrong(f"{place}: `port` must be a number, not {port!r}.")
    address = GrpcAddress(
        host=texts["host"], port=int(port) if port else None, socket=socket, ssl=server.ssl
    )
    return LocationEntry(
        name=texts["location_name"] or f"grpc:{address}",
        listed_in=file,
        working_directory=file.parent,
        grpc=address,
        line=line,
        problem=problem,
    )


def _texts(fields: Struct, place: str) -> tuple[dict[str, str], str]:
    """Return the fields as texts, and a problem if an environment variable is not set."""
    texts, problem = {}, ""
    for name in fields.__struct_fields__:
        value = getattr(fields, name)
        if isinstance(value, _Variable):
            if value.env not in os.environ:
                problem = (
                    f"{place}: `{name}` is the environment variable {value.env}, which is not set"
                )
            value = os.environ.get(value.env, "")
        texts[name] = str(value)
    return texts, problem


def _value(node: yaml.Node) -> object:
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_document(node)
    finally:
        loader.dispose()
