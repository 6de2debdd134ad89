"""Dagster's SQLite event storage with one transaction per batch of events.

The only module of this library with private names of Dagster, 1.13.27: `SqliteEventLogStorage` with
its `_connect`, `_db_lock` and `INDEX_SHARD_NAME`, and `ConfigurableClassData`. Dagster's Postgres
storage overrides `store_event_batch`, the SQLite storage does not (dagster-io/dagster#19618 asks
for bulk writes). If it does one day, delete this module and the block `event_log_storage` of
`dagster.yaml`. tests/test_private_names.py fails when a name changes;
docs/decisions/batched-event-storage.md has the reasons.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self

from dagster import EventLogEntry
from dagster._core.storage.event_log.sqlite.sqlite_event_log import (
    INDEX_SHARD_NAME,
    SqliteEventLogStorage,
)
from dagster._serdes import ConfigurableClassData
from sqlalchemy.engine import Connection


class BatchedSqliteEventLogStorage(SqliteEventLogStorage):
    """Dagster's SQLite event storage that writes a batch of events in one transaction per file.

    Files, tables and rows are the same as Dagster's. Dagster's setting `DAGSTER_EVENT_BATCH_SIZE`
    is the size of a batch; without it, events are stored one by one. A batch of 500 events holds
    the index's lock for about a second; other writers wait up to thirty.
    """

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._held = threading.local()
        self._tables: set[str] = set()
        super().__init__(base_dir, inst_data)
        # Reentrant, unlike Dagster's lock: the thread of a batch has two files open.
        self._db_lock = threading.RLock()  # type: ignore[assignment]

    @classmethod
    def from_config_value(  # type: ignore[override]
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, str]
    ) -> Self:
        """Create the storage from `dagster.yaml`, where `base_dir` is the instance's folder."""
        return cls(str(Path(config_value["base_dir"], "history", "runs")), inst_data)

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store events in one transaction per file: all of them, or none after an error."""
        with ExitStack() as stack:
            held: dict[str, Connection] = {}
            for shard in (*sorted({event.run_id for event in events}), INDEX_SHARD_NAME):
                held[shard] = stack.enter_context(self._connect(shard))
            self._held.connections = held
            try:
                for event in events:
                    self.store_event(event)
            finally:
                self._held.connections = {}

    def has_table(self, table_name: str) -> bool:
        """Return whether the files have a table.

        Dagster calls this for each event. A table that exists is remembered: it is never dropped.
        """
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        held: dict[str, Connection] = getattr(self._held, "connections", {})
        if shard in held:
            yield held[shard]
        else:
            with super()._connect(shard) as connection:
                yield connection
