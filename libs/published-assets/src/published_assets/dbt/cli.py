"""dagster-dbt's resource for the dbt command line, without a version check and an adapter.

The only module of this library with private names of dagster-dbt, 0.29.27: it overrides
`DbtCliResource._cli_version` and `_initialize_dbt_core_adapter`. No public setting replaces them;
if one appears, use it and delete the overrides. tests/test_private_names.py fails when a name
changes.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any

from dagster_dbt import DbtCliResource
from packaging import version


class DbtCli(DbtCliResource):
    """The command `dbt-parsed` that is installed next to this Python.

    dagster-dbt runs `dbt --version` before each command, to distinguish dbt Core from Fusion, and
    initializes an adapter with its own connection, for `fetch_row_counts` and
    `fetch_column_metadata`. Here the version is that of the installed package, and rows and columns
    are read from the work file, to which DuckDB would refuse the second connection. Both together
    take longer than a build of this repository's projects.
    """

    def __init__(self, project_dir: Path, **settings: Any) -> None:
        """Create the resource of a dbt project.

        Args:
            project_dir: The folder with `dbt_project.yml` and `profiles.yml`.
            settings: Further fields of `DbtCliResource`.
        """
        # An absolute path: `.venv/bin` is not on the PATH of a server started by its path.
        next_to_python = Path(sys.executable).with_name("dbt-parsed")
        settings.setdefault("dbt_executable", str(next_to_python))
        settings.setdefault("profiles_dir", str(project_dir))
        super().__init__(project_dir=str(project_dir), **settings)

    @cached_property
    def _cli_version(self) -> version.Version:
        return version.parse(metadata.version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> Any:  # noqa: ARG002
        return None
