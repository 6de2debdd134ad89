"""The warehouse as a Dagster resource."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import dagster as dg

from environment import Environment, UnknownEnvironment
from warehouse import Publication, TableKey, Warehouse, WarehouseError, WorkSession

if TYPE_CHECKING:
    import pyarrow as pa


def pool_of(project: str) -> str:
    """The pool that every writing asset of a project is in; its limit is 1.

    DuckDB lets one process open a file that is written to.
    """
    return f"warehouse_{project}"


class WarehouseResource(dg.ConfigurableResource[Any]):
    """One project's view of the warehouse; its mistakes end a step with a message to act on."""

    project: str
    """Whose work file the steps write: the code location's name."""

    @property
    def warehouse(self) -> Warehouse:
        """The warehouse itself, for what is not offered here."""
        return Warehouse(self.project)

    @property
    def environment(self) -> Environment:
        """Where the files are.

        Raises:
            dagster.Failure: neither the environment nor a repository says.
        """
        with reported_as_failure():
            return self.warehouse.environment

    def read(self, key: TableKey, columns: Sequence[str] | None = None) -> pa.Table:
        """A published table, with just the columns asked for; see `warehouse.Warehouse.read`.

        Raises:
            dagster.Failure: the table, the column or the publication is missing or broken.
        """
        with reported_as_failure():
            return self.warehouse.read(key, columns)

    def publication(self, project: str | None = None) -> Publication:
        """The last publication of a project, by default of this one.

        Raises:
            dagster.Failure: there is none, or it is broken.
        """
        with reported_as_failure():
            return self.warehouse.publication(project)

    @contextmanager
    def open_session(self) -> Iterator[WorkSession]:
        """Open a work session of this project; see `warehouse.Warehouse.open_session`.

        Raises:
            dagster.Failure: the disk is full, or another process keeps its session open.
        """
        with reported_as_failure(), self.warehouse.open_session() as session:
            yield session


@contextmanager
def reported_as_failure() -> Iterator[None]:
    """Turn an error of the warehouse, whose message says what to do, into a failed step."""
    try:
        yield
    except (UnknownEnvironment, WarehouseError) as error:
        raise dg.Failure(description=str(error), allow_retries=False) from error
