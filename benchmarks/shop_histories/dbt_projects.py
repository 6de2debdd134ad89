"""The two dbt projects, each parsed once by a process."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.shop_histories.published_source import write_seeds
from benchmarks.shop_histories.source import Source

from environment import Environment
from warehouse import Warehouse

ROOT = Path(__file__).resolve().parents[2]
FAILED = {"error", "runtime error", "fail"}


class ParsedProject:
    """A dbt project with its manifest, which every command reuses.

    Args:
        folder: The project.
        scratch: Folder for dbt's files.
    """

    def __init__(self, folder: Path, scratch: Path) -> None:
        self.name = folder.name
        self.folder = folder
        self._places = [
            *("--project-dir", str(folder), "--profiles-dir", str(folder)),
            *("--target-path", str(scratch / "target" / self.name)),
            *("--log-path", str(scratch / "logs"), "--log-level-file", "none"),
        ]
        self._manifest = None
        self._manifest = self._invoke("parse").result

    def step(
        self,
        environment: Environment,
        variables: Mapping[str, Any],
        *arguments: str,
        tests: bool = True,
    ) -> dict[str, str]:
        """Run `dbt build` in a work session and publish if nothing failed, as a Dagster step does.

        Args:
            environment: The environment of the files.
            variables: Variables of dbt.
            *arguments: Further arguments of the command.
            tests: Whether the data tests are run.

        Returns:
            dbt's message for each model or test that failed, by name; empty after a success.
        """
        excluded = ["unit_test"] if tests else ["unit_test", "test"]
        command = [
            *("build", "--no-write-json", *arguments, "--exclude-resource-type", *excluded),
            *("--vars", json.dumps(dict(variables))),
        ]
        with Warehouse(self.name, environment).open_session() as session:
            os.environ.update(environment.as_environ())
            done = self._invoke(*command)
            if done.success:
                session.publish()
                return {}
        if done.result is None:
            return {"dbt": str(done.exception)}
        return {
            result.node.name: " ".join(str(result.message).split())
            for result in done.result.results
            if result.status in FAILED
        }

    def _invoke(self, *arguments: str) -> Any:
        """Run a dbt command, and close the files that dbt keeps open until its process ends."""
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager  # noqa: PLC0415
        from dbt.cli.main import dbtRunner  # noqa: PLC0415 - two seconds

        opened = set()

        def remember(_: object) -> None:
            with contextlib.suppress(Exception):  # there is no connection yet
                opened.add(DuckDBConnectionManager.env())

        done = dbtRunner(manifest=self._manifest, callbacks=[remember]).invoke(
            [
                *("--quiet", "--no-print", "--no-use-colors", "--log-level", "none"),
                *(*arguments, *self._places),
            ]
        )
        for connection in opened:
            connection.close()
        return done


class DbtProjects:
    """Both projects; the jaffle shop's is a copy, whose seeds belong to the history.

    Args:
        scratch: Folder for the copy and for dbt's files.
    """

    def __init__(self, scratch: Path) -> None:
        os.environ.update(DBT_SEND_ANONYMOUS_USAGE_STATS="false", DO_NOT_TRACK="1")
        copied = scratch / "projects" / "jaffle_dbt"
        ignored = shutil.ignore_patterns("target", "logs", "tests", "src", ".venv")
        shutil.copytree(ROOT / "projects" / "jaffle_dbt", copied, ignore=ignored)
        self.jaffle = ParsedProject(copied, scratch)
        self.marts = ParsedProject(ROOT / "projects" / "marts_dbt", scratch)

    def write_seeds(self, source: Source) -> None:
        write_seeds(source, self.jaffle.folder / "seeds")
