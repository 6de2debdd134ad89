"""Code locations of a workspace, from any file in which Dagster or dg list them."""

from dagster_lineage.extract.workspace.entries import (
    GrpcAddress,
    LocationEntry,
    LocationNameTaken,
    WorkspaceEntryWrong,
    WorkspaceError,
    WorkspaceMissing,
    WorkspaceUnreadable,
    absolute,
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
    "absolute",
    "compare_with_dg",
    "find_locations",
]
