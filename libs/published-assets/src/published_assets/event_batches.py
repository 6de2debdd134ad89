"""Dagster's SQLite event storage with open files and one transaction per batch of events.

Private names of Dagster, 1.13.27: `SqliteEventLogStorage` with its methods and table, and
`ConfigurableClassData`. Dagster's Postgres storage overrides `store_event_batch`, the SQLite
storage does not (dagster-io/dagster#19618 asks for bulk writes). If it does one day, delete this
module and the block `event_log_storage` of `dagster.yaml`. tests/test_private_names.py fails when a
name changes; docs/decisions/batched-event-storage.md has the reasons.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Self

from dagster import EventLogEntry
from dagster._core.events import ASSET_EVENTS
from dagster._core.storage.event_log.schema import SqlEventLogStorageTable
from dagster._core.storage.event_log.sqlite.sqlite_event_log import (
    INDEX_SHARD_NAME,
    SqliteEventLogStorage,
)
from dagster._serdes import ConfigurableClassData
from sqlalchemy.engine import Connection, create_engine
from sqlalchemy.pool import NullPool

from published_assets.sqlite_engines import SqliteEngines


class BatchedSqliteEventLogStorage(SqliteEventLogStorage):
    """Dagster's SQLite event storage that keeps files open and writes batches of events.

    A batch is written in one transaction per file, and the file of a new run is a copy of an empty
    one, because Dagster needs 50 ms to create its tables.

    Files, tables and rows are the same as Dagster's, except planned checks of a partition range.
    Dagster's setting `DAGSTER_EVENT_BATCH_SIZE` is the size of a batch; without it, events are
    stored one by one. A batch of 500 events holds the index's lock for less than half a second;
    other writers wait up to thirty seconds.
    """

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._held = threading.local()
        self._engines = SqliteEngines()
        self._empty_file = b""
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
                for (run_id, of_assets), group in groupby(events, _run_and_kind):
                    if of_assets:
                        self._store_asset_events(run_id, list(group))
                    else:
                        for event in group:
                            self.store_event(event)
            finally:
                self._held.connections = {}

    def _store_asset_events(self, run_id: str, events: Sequence[EventLogEntry]) -> None:
        """Store asset events of a run, as `store_event` does, with one statement per table.

        The table of assets contains the latest event of each asset, so only that one is written.
        """
        rows = [self._event_to_row(event) for event in events]
        with self.run_connection(run_id) as connection:
            connection.execute(SqlEventLogStorageTable.insert(), rows)
        with self.index_transaction() as connection:
            insert = SqlEventLogStorageTable.insert().returning(
                SqlEventLogStorageTable.c.id, sort_by_parameter_order=True
            )
            ids = connection.scalars(insert, rows).all()
            self._store_asset_event_tags(connection, events, ids)
            latest = {
                (row["asset_key"], row["dagster_event_type"]): (event_id, event)
                for row, event_id, event in zip(rows, ids, events, strict=True)
            }
            for event_id, event in sorted(latest.values(), key=itemgetter(0)):
                self._store_asset_event(connection, event, event_id)

    def _store_asset_check_evaluation_planned(
        self, event: EventLogEntry, event_id: int | None
    ) -> None:
        """Store one row for a check that a run over a range of partitions plans.

        Dagster stores one row per partition with the complete event. The result of such a run has
        no partition, so these rows would stay planned forever: 16 MB per check and 10,000 days.
        """
        planned = event.get_dagster_event()
        data: Any = planned.event_specific_data
        if data.partitions_subset is not None and len(data.partitions_subset) > 1:
            of_table = type(data)(asset_key=data.asset_key, check_name=data.check_name)
            event = event._replace(dagster_event=planned._replace(event_specific_data=of_table))
        super()._store_asset_check_evaluation_planned(event, event_id)

    def has_table(self, table_name: str) -> bool:
        """Return whether the file with the events of all runs has a table."""
        engine = self._engines.engine(self.path_for_shard(INDEX_SHARD_NAME))
        with engine.connect() as connection:
            return bool(engine.dialect.has_table(connection, table_name))

    def dispose(self) -> None:
        """Stop the watcher and close the files."""
        super().dispose()
        self._engines.dispose()

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        held: dict[str, Connection] = getattr(self._held, "connections", {})
        if shard in held:
            yield held[shard]
            return
        with self._db_lock:
            file = Path(self.path_for_shard(shard))
            if shard not in self._initialized_dbs or not file.exists():
                self._initialize(shard, file)
            with self._engines.engine(str(file)).connect() as connection, connection.begin():
                yield connection

    def _initialize(self, shard: str, file: Path) -> None:
        """Create the file of a run if it does not exist, and Dagster's tables in any file."""
        if shard != INDEX_SHARD_NAME and not file.exists():
            temporary = file.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
            temporary.write_bytes(self._empty_run_file(temporary))
            with suppress(FileExistsError):  # another process has created it
                os.link(temporary, file)
            temporary.unlink()
        else:
            self._initdb(self._engines.engine(str(file)))
        self._initialized_dbs.add(shard)

    def _empty_run_file(self, temporary: Path) -> bytes:
        """Return the content of a file with Dagster's tables, which is made once per process."""
        if not self._empty_file:
            engine = create_engine(f"sqlite:///{temporary}", poolclass=NullPool)
            self._initdb(engine)
            self._empty_file = temporary.read_bytes()
        return self._empty_file


def _run_and_kind(event: EventLogEntry) -> tuple[str, bool]:
    """Return the run of an event, and whether it is an event of an asset."""
    return event.run_id, event.is_dagster_event and event.dagster_event_type in ASSET_EVENTS
