"""One project's view of the warehouse: its own steps, and what others have published."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import cached_property

import pyarrow as pa

from environment import Environment
from warehouse.publication import Publication
from warehouse.reading import read_project, read_table
from warehouse.tables import TableKey
from warehouse.work_session import WorkSession, open_session


class Warehouse:
    """Reads what is published and writes one project's own tables."""

    def __init__(self, project: str, environment: Environment | None = None) -> None:
        """Name the project that writes.

        Args:
            project: Its name: stem of its files and database name of its relations.
            environment: Where; by default as the environment says when first used.
        """
        self.project = project
        self._environment = environment

    @cached_property
    def environment(self) -> Environment:
        """Where the files are."""
        return self._environment or Environment.from_environ()

    def read(self, key: TableKey, columns: Sequence[str] | None = None) -> pa.Table:
        """A published table, of whichever project owns its schema; see `read_table`."""
        return read_table(self.environment, key, columns)

    def publication(self, project: str | None = None) -> Publication:
        """The last publication of a project, by default of this one; see `read_project`."""
        return read_project(self.environment, project or self.project)

    def open_session(self) -> AbstractContextManager[WorkSession]:
        """Open a work session of this project; see `work_session.open_session`."""
        return open_session(self.project, self.environment)
