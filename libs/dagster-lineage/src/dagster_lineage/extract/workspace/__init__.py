"""Which code locations a workspace has, whoever wrote it and in which of Dagster's formats."""

from dagster_lineage.extract.workspace.entries import (
    GrpcAddress,
    LocationEntry,
    LocationNameTaken,
    WorkspaceEntryWrong,
    WorkspaceError,
    WorkspaceMissing,
    WorkspaceUnreadable,
)
from dagster_lineage.extract.workspace.workspace_files import compare_with_dg, find_locations

__all__ = [
    "GrpcAddress",
    "LocationEntry",
    "LocationNameTaken",
    "WorkspaceEntryWrong",
    "WorkspaceError",
    "WorkspaceMissing",
    "WorkspaceUnreadable",
    "compare_with_dg",
    "find_locations",
]
