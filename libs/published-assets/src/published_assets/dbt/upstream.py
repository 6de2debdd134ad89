"""The published files of other projects that dbt attaches during a build."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
from dagster_dbt import DagsterDbtTranslator

from environment import Environment
from published_assets.resource import WarehouseResource
from warehouse import WarehouseError


@contextmanager
def attachable_upstream(
    context: dg.AssetExecutionContext,
    manifest: Mapping[str, Any],
    translator: DagsterDbtTranslator,
    warehouse: WarehouseResource,
) -> Iterator[None]:
    """Set the environment variables by which dbt's profile finds the files that it attaches.

    dbt attaches every project of its profile before it builds anything. A missing or corrupt file
    of a project that the selected models do not read is replaced by an empty file. Otherwise seeds
    could be built only after all other projects have published.

    Raises:
        dagster.Failure: a project that the selected models read has not published yet, or its file
            is corrupt.
    """
    projects = {source["database"] for source in manifest["sources"].values()}
    read = projects_read(context, manifest, translator)
    variables = warehouse.environment.as_environ()
    for project in sorted(projects - {warehouse.project}):
        if project in read:
            warehouse.publication(project)
        elif not is_readable(warehouse, project):
            variables[file_variable(project)] = str(empty_file(warehouse.environment, project))
    with environment_variables(variables):
        yield


def projects_read(
    context: dg.AssetExecutionContext,
    manifest: Mapping[str, Any],
    translator: DagsterDbtTranslator,
) -> set[str]:
    """Return the databases of the sources that the selected models read."""
    database_of = {
        translator.get_asset_key(source): str(source["database"])
        for source in manifest["sources"].values()
    }
    dependencies = context.assets_def.asset_deps
    return {
        database_of[upstream]
        for key in context.selected_asset_keys
        for upstream in dependencies.get(key, ())
        if upstream in database_of
    }


def is_readable(warehouse: WarehouseResource, project: str) -> bool:
    """Return whether a project has a published file that can be read."""
    try:
        warehouse.warehouse.publication(project)
    except WarehouseError:
        return False
    return True


def file_variable(project: str) -> str:
    """Return the environment variable that replaces a project's published file in a profile."""
    return f"JAFFLE_PUBLISHED_{project.upper()}"


def empty_file(environment: Environment, project: str) -> Path:
    """Create a database file without tables, with the stem of the project's files."""
    file = environment.dbt_dir / "empty" / f"{project}.duckdb"
    file.parent.mkdir(parents=True, exist_ok=True)
    created = file.with_name(f".{project}.{os.getpid()}.tmp")
    created.unlink(missing_ok=True)
    duckdb.connect(str(created)).close()
    created.replace(file)
    return file


@contextmanager
def environment_variables(variables: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables of this process, which its child processes inherit."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
