"""dagster-dbt's resource for the dbt command line, without the work that nobody reads."""

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
    """Runs the dbt that is installed beside this Python.

    dagster-dbt 0.29.27 starts `dbt --version` before each command, to tell dbt Core from Fusion,
    and opens a database connection of its own, which serves `fetch_row_counts` and
    `fetch_column_metadata`. Rows and columns are read from the work file here, and a second
    connection to it is what DuckDB refuses; both together cost more than the build itself.
    """

    def __init__(self, project_dir: Path, **settings: Any) -> None:
        """Name the dbt project.

        Args:
            project_dir: Its folder, with `profiles.yml` in it.
            settings: Further fields of `DbtCliResource`.
        """
        # By its path: a server started as `.venv/bin/dagster` has no `.venv/bin` on its PATH.
        beside_python = Path(sys.executable).with_name("dbt")
        settings.setdefault("dbt_executable", str(beside_python))
        settings.setdefault("profiles_dir", str(project_dir))
        super().__init__(project_dir=str(project_dir), **settings)

    @cached_property
    def _cli_version(self) -> version.Version:
        return version.parse(metadata.version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> Any:  # noqa: ARG002
        return None
