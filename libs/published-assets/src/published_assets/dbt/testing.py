"""The dbt command on a project, for tests: everything it writes goes to a scratch folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from environment import Environment


@dataclass(frozen=True)
class ScratchDbt:
    """A dbt project with its own data directory and target folder."""

    project_dir: Path
    """The folder with `dbt_project.yml`; its name is the project's."""
    scratch: Path
    """Folder of the data directory, dbt's target folder and its logs."""
    environment_name: str = "dev"
    """`JAFFLE_ENV` of the command."""
    target_folder: str = "target"
    """Name of dbt's target folder in `scratch`."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Further environment variables of the command."""
    executable: str = "dbt"
    """`dbt`, or `dbt-parsed`, which does not parse the project again and is faster."""

    @property
    def environment(self) -> Environment:
        """The environment of the project's files, in the scratch folder."""
        return Environment(self.scratch / "data", self.environment_name)

    @property
    def work_file(self) -> Path:
        """The project's work file."""
        return self.environment.work_file(self.project_dir.name)

    @property
    def target(self) -> Path:
        """Dbt's target folder."""
        return self.scratch / self.target_folder

    @property
    def environ(self) -> dict[str, str]:
        """The environment variables of the command."""
        return os.environ | self.environment.as_environ() | dict(self.variables)

    def command(self, *arguments: str) -> list[str]:
        """Return the command line; dbt's warnings are errors, except those of data tests."""
        dbt = str(Path(sys.executable).with_name(self.executable))
        return [
            *(dbt, "--warn-error-options", '{"error": "all", "warn": ["LogTestResult"]}'),
            *("--show-all-deprecations", "--no-use-colors", *arguments),
            *("--project-dir", str(self.project_dir), "--profiles-dir", str(self.project_dir)),
            *("--target-path", str(self.target), "--log-path", str(self.scratch / "logs")),
        ]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run dbt and return its exit code and output."""
        return subprocess.run(
            self.command(*arguments),
            cwd=self.project_dir,
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
        )

    def manifest(self) -> dict[str, Any]:
        """Return the manifest of the last command."""
        manifest: dict[str, Any] = json.loads((self.target / "manifest.json").read_text())
        return manifest

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return rows of a query on the work file."""
        with duckdb.connect(str(self.work_file), read_only=True) as connection:
            return connection.sql(sql).fetchall()

    def publish(self, project: str, statements: str) -> None:
        """Run SQL statements on the published file of another project, in UTC."""
        for folder in (self.environment.work_dir, self.environment.published_dir):
            folder.mkdir(parents=True, exist_ok=True)
        with duckdb.connect(str(self.environment.published_file(project))) as connection:
            connection.execute("set TimeZone = 'UTC'")
            connection.execute(statements)
