"""A project's access to the warehouse: its own work sessions and all published tables."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import cached_property

from environment import Environment
from warehouse.publication import Publication
from warehouse.reading import PublishedTable, last_publication, read_table
from warehouse.tables import TableKey
from warehouse.work_session import WorkSession, open_session


class Warehouse:
    """Reads published tables and writes the tables of one project."""

    def __init__(self, project: str, environment: Environment | None = None) -> None:
        """Create the access of a project.

        Args:
            project: Name of the project: the stem of its files and the database of its relations.
            environment: The environment of the files; by default that of the process, read when it
                is first used.
        """
        self.project = project
        self._environment = environment

    @cached_property
    def environment(self) -> Environment:
        """The environment of the files."""
        return self._environment or Environment.from_environ()

    def read(self, key: TableKey, columns: Sequence[str] | None = None) -> PublishedTable:
        """Read a published table of any project; see `reading.read_table`."""
        return read_table(self.environment, key, columns)

    def publication(self, project: str | None = None) -> Publication:
        """Return a project's last publication, by default this project's own."""
        return last_publication(self.environment, project or self.project)

    def open_session(self) -> AbstractContextManager[WorkSession]:
        """Open a work session of this project; see `work_session.open_session`."""
        return open_session(self.project, self.environment)
