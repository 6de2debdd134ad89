"""The warehouse as a Dagster resource."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import dagster as dg

from environment import Environment, UnknownEnvironment
from warehouse import (
    Publication,
    PublishedTable,
    TableKey,
    Warehouse,
    WarehouseError,
    WorkSession,
)


def pool_of(project: str) -> str:
    """Return the pool of all assets that write to a project's work file; its limit is 1.

    DuckDB allows one process to open a file for writing.
    """
    return f"warehouse_{project}"


class WarehouseResource(dg.ConfigurableResource[Any]):
    """A project's access to the warehouse; errors of the warehouse become failures of the step."""

    project: str
    """Name of the project whose work file the steps write: the name of the code location."""

    @property
    def warehouse(self) -> Warehouse:
        """The warehouse without Dagster."""
        return Warehouse(self.project)

    @property
    def environment(self) -> Environment:
        """The environment of the files.

        Raises:
            dagster.Failure: the environment variables do not name an environment.
        """
        with reported_as_failure():
            return self.warehouse.environment

    def read(self, key: TableKey, columns: Sequence[str] | None = None) -> PublishedTable:
        """Read a published table and its publication from one open file.

        Args:
            key: Schema and table.
            columns: Names of the columns to read; None for all columns.

        Raises:
            dagster.Failure: the publication, the table or a column is missing, or the file is
                corrupt.
        """
        with reported_as_failure():
            return self.warehouse.read(key, columns)

    def publication(self, project: str | None = None) -> Publication:
        """Return a project's last publication, by default this project's own.

        Raises:
            dagster.Failure: the project has not published yet, or the file is corrupt.
        """
        with reported_as_failure():
            return self.warehouse.publication(project)

    @contextmanager
    def open_session(self) -> Iterator[WorkSession]:
        """Open a work session of this project.

        Raises:
            dagster.Failure: the disk is full, or another process keeps its session open.
        """
        with reported_as_failure(), self.warehouse.open_session() as session:
            yield session


@contextmanager
def reported_as_failure() -> Iterator[None]:
    """Turn an error of the warehouse, whose message names the fix, into a failure of the step."""
    try:
        yield
    except (UnknownEnvironment, WarehouseError) as error:
        raise dg.Failure(description=str(error), allow_retries=False) from error
