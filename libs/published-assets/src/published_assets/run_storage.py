"""Dagster's SQLite storage of runs with an engine that stays open.

Private names of Dagster, 1.13.27: `SqliteRunStorage` with `connect`, `_conn_string` and
`from_config_value`, and `ConfigurableClassData`. tests/test_private_names.py fails when one
changes; docs/decisions/batched-event-storage.md has the reasons.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from dagster._core.storage.runs.sqlite.sqlite_run_storage import SqliteRunStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy.engine import Connection, make_url

from published_assets.sqlite_engines import SqliteEngines


class OpenSqliteRunStorage(SqliteRunStorage):
    """Dagster's SQLite run storage, with the same file, tables and rows."""

    def __init__(self, conn_string: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines = SqliteEngines()
        super().__init__(conn_string, inst_data)

    @classmethod
    def from_config_value(  # type: ignore[override]
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, str]
    ) -> Self:
        """Create the storage from `dagster.yaml`, where `base_dir` is the instance's folder."""
        return cls.from_local(str(Path(config_value["base_dir"], "history")), inst_data)

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """Yield a connection in a transaction, which is committed at the end."""
        engine = self._engines.engine(str(make_url(self._conn_string).database))
        with engine.connect() as connection, connection.begin():
            yield connection

    def dispose(self) -> None:
        """Close the file."""
        self._engines.dispose()
