"""What a dbt build reads from other projects, and what it finds there."""

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
def upstream_at_hand(
    context: dg.AssetExecutionContext,
    manifest: Mapping[str, Any],
    translator: DagsterDbtTranslator,
    warehouse: WarehouseResource,
) -> Iterator[None]:
    """Give dbt, which inherits this process's environment, what its profile attaches.

    dbt attaches every project that its profile names before it builds anything, so that seeds
    could not be built until all others had published. What the selected models do not read is
    replaced by an empty file where it is missing or broken.

    Raises:
        dagster.Failure: a project that the selected models read has published nothing, or its
            file is broken.
    """
    projects = {source["database"] for source in manifest["sources"].values()}
    read = projects_read(context, manifest, translator)
    variables = warehouse.environment.as_environ()
    for project in sorted(projects - {warehouse.project}):
        if project in read:
            warehouse.publication(project)
        elif not is_readable(warehouse, project):
            variables[stand_in_variable(project)] = str(empty_file(warehouse.environment, project))
    with environment_variables(variables):
        yield


def projects_read(
    context: dg.AssetExecutionContext,
    manifest: Mapping[str, Any],
    translator: DagsterDbtTranslator,
) -> set[str]:
    """The databases of the sources that the selected models read."""
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
    """Whether a project has published a file that is whole."""
    try:
        warehouse.warehouse.publication(project)
    except WarehouseError:
        return False
    return True


def stand_in_variable(project: str) -> str:
    """The environment variable by which a profile is told of another file for a project."""
    return f"JAFFLE_PUBLISHED_{project.upper()}"


def empty_file(environment: Environment, project: str) -> Path:
    """A database file without a table, named like the project's; made anew each time."""
    file = environment.dbt_dir / "empty" / f"{project}.duckdb"
    file.parent.mkdir(parents=True, exist_ok=True)
    made = file.with_name(f".{project}.{os.getpid()}.tmp")
    made.unlink(missing_ok=True)
    duckdb.connect(str(made)).close()
    made.replace(file)
    return file


@contextmanager
def environment_variables(variables: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables for a while."""
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
