"""A code location as a workspace lists it, and what can be wrong with such a list."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dagster_lineage.model.errors import LineageError


class WorkspaceError(LineageError):
    """A workspace that cannot be read; the message names file, fault and fix."""


class WorkspaceMissing(WorkspaceError):
    """No file or folder is there, or the folder holds none that lists code locations."""


class WorkspaceUnreadable(WorkspaceError):
    """The file is not the YAML or TOML that its name says."""


class WorkspaceEntryWrong(WorkspaceError):
    """An entry says something that Dagster would not take."""


class LocationNameTaken(WorkspaceError):
    """Two entries of one workspace have the same location name."""


@dataclass(frozen=True)
class GrpcAddress:
    """Where a code server listens that somebody else starts."""

    host: str
    port: int | None = None
    socket: str = ""
    ssl: bool = False

    def __str__(self) -> str:
        return f"{self.host}:{self.socket or self.port}"


@dataclass(frozen=True)
class LocationEntry:
    """A code location, with all paths absolute: one of the four ways to load it, or its server.

    Attributes:
        name: As Dagster names it, given or made from the rest.
        listed_in: The file that lists it.
        working_directory: The folder in which it is loaded.
        on_path: Its modules are looked for in the working directory, too. Dagster does not where a
            `workspace.yaml` leaves the working directory out.
        module: `python_module`: dotted name.
        python_file: `python_file`.
        package: `python_package`: dotted name.
        autoload_module: `autoload_defs_module`: dotted name of a folder of components.
        attribute: Of the module that holds the definitions; empty: Dagster finds them.
        executable: Its interpreter: a path, or a bare command that is looked up on `PATH`; empty:
            whichever interpreter Dagster runs in.
        grpc: Its server, when the workspace knows no code.
        problem: Why it cannot be asked as it is listed, for example an environment variable that
            is not set.
    """

    name: str
    listed_in: Path
    working_directory: Path
    on_path: bool = True
    module: str = ""
    python_file: Path | None = None
    package: str = ""
    autoload_module: str = ""
    attribute: str = ""
    executable: str = ""
    grpc: GrpcAddress | None = None
    problem: str = ""

    @property
    def target(self) -> str:
        """What is loaded, in a few words."""
        if self.grpc:
            return f"gRPC server {self.grpc}"
        what = self.module or self.package or self.autoload_module or str(self.python_file)
        return f"{what}:{self.attribute}" if self.attribute else what


def default_name(*, module: str = "", python_file: Path | None = None, attribute: str = "") -> str:
    """The name that Dagster gives a location without one.

    Source: `dagster._core.remote_origin._assign_loadable_target_origin_name` (1.13.27).
    """
    what = module or (python_file.name if python_file else "")
    return f"{what}:{attribute}" if attribute else what


def refuse_taken_names(entries: tuple[LocationEntry, ...]) -> tuple[LocationEntry, ...]:
    """The entries as they are, when no two have the same name.

    Raises:
        LocationNameTaken: two have.
    """
    seen: dict[str, LocationEntry] = {}
    for entry in entries:
        other = seen.setdefault(entry.name, entry)
        if other is not entry:
            raise LocationNameTaken(
                f"{entry.listed_in}: two code locations are named {entry.name!r} "
                f"({other.target} and {entry.target}); give one of them another `location_name`."
            )
    return entries
