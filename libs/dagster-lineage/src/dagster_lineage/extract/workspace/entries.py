"""Code locations as a workspace lists them, and the errors of such a list."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from dagster_lineage.model.errors import LineageError

T = TypeVar("T")
CodeKind = Literal["python_file", "python_module", "python_package", "autoload_defs_module"]


class WorkspaceError(LineageError):
    """A workspace cannot be read. The message names file, error and fix."""


class WorkspaceMissing(WorkspaceError):
    """The file or folder does not exist, or lists no code locations."""


class WorkspaceUnreadable(WorkspaceError):
    """The file is not valid YAML or TOML."""


class WorkspaceEntryWrong(WorkspaceError):
    """Dagster would not accept an entry."""


class LocationNameTaken(WorkspaceError):
    """Two entries of one workspace have the same code location name."""


@dataclass(frozen=True)
class GrpcAddress:
    """Address of a running code server."""

    host: str
    port: int | None = None
    socket: str = ""
    ssl: bool = False

    def __str__(self) -> str:
        return f"{self.host}:{self.socket or self.port}"


@dataclass(frozen=True)
class LocationEntry:
    """A code location: code that Dagster loads, or a running server."""

    name: str
    """Name that Dagster gives it."""
    listed_in: Path
    """File with the entry."""
    working_directory: Path
    """Absolute path of the folder in which it is loaded."""
    kind: CodeKind = "python_module"
    """How Dagster loads its code."""
    code: str = ""
    """Absolute path of a `python_file`, or else a dotted name; empty for a server."""
    on_path: bool = True
    """The working directory is on the import path. In Dagster it is not if an entry of a
    `workspace.yaml` does not name it."""
    attribute: str = ""
    """Variable with the definitions; empty: Dagster finds them."""
    executable: str = ""
    """Interpreter: a path, or a command on `PATH`; empty: the interpreter of Dagster."""
    grpc: GrpcAddress | None = None
    """Address of a running server."""
    line: int = 1
    """Line of the entry in that file, as far as it is known."""
    problem: str = ""
    """Why it cannot be loaded as it is listed, such as an environment variable that is not set."""

    @property
    def python_file(self) -> Path | None:
        """Its file, if it is a `python_file`."""
        return Path(self.code) if self.kind == "python_file" else None

    @property
    def target(self) -> str:
        """Short description of the code."""
        if self.grpc:
            return f"gRPC server {self.grpc}"
        return f"{self.code}:{self.attribute}" if self.attribute else self.code


def default_name(kind: CodeKind, code: str, attribute: str) -> str:
    """Return the name that Dagster gives a code location without one.

    Source: `dagster._core.remote_origin._assign_loadable_target_origin_name` (1.13.27).
    """
    what = Path(code).name if kind == "python_file" else code
    return f"{what}:{attribute}" if attribute else what


def with_distinct_names(entries: tuple[LocationEntry, ...]) -> tuple[LocationEntry, ...]:
    """Return the entries.

    Raises:
        LocationNameTaken: two have the same name.
    """
    seen: dict[str, LocationEntry] = {}
    for entry in entries:
        other = seen.setdefault(entry.name, entry)
        if other is not entry:
            raise LocationNameTaken(
                f"{entry.listed_in}: two code locations are named {entry.name!r} "
                f"({other.target} and {entry.target}). Give one of them another `location_name`."
            )
    return entries


def typed(value: object, type_: type[T], place: str, what: str) -> T:
    """Return a value of a YAML or TOML file as a typed one.

    Args:
        value: Part of the file.
        type_: Its type.
        place: File, or file and line.
        what: Name of the part.

    Raises:
        WorkspaceEntryWrong: the value has another type, or a field is missing or unknown.
    """
    try:
        return msgspec.convert(value, type_)
    except msgspec.ValidationError as error:
        fields = getattr(type_, "__struct_encode_fields__", ())
        raise WorkspaceEntryWrong(
            f"{place}: `{what}`: {error}. Its fields are {', '.join(sorted(fields))}."
        ) from error


def absolute(base: Path, path: str) -> Path:
    """Return an absolute path. Links are kept: the python of a virtual environment is a link."""
    return Path(os.path.normpath(base / Path(path).expanduser()))
