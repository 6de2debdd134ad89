"""One sync of one connection."""

import hashlib
from collections.abc import Callable

from pydantic import SecretStr

from fivetran_local.declaration import ConnectorDeclaration
from fivetran_local.destinations.destination import SyncDestination
from fivetran_local.destinations.target_table import TargetColumn, TargetTable
from fivetran_local.destinations.writer import DestinationWriter
from fivetran_local.names import destination_name
from fivetran_local.sources.source import (
    HighWaterMark,
    SourceSnapshot,
    SourceTable,
    SyncSource,
    with_declared_keys,
)
from fivetran_local.state import StateFile
from fivetran_local.state.database import now
from fivetran_local.state.runs import SyncClaim, TableResult
from fivetran_local.state.tables import TrackedTable


def sync(
    declared: ConnectorDeclaration,
    source: SyncSource,
    *,
    state: StateFile,
    destination: SyncDestination,
    claim: SyncClaim,
    checkpoint: Callable[[], None],
) -> SyncClaim | None:
    """Write a source's changes to the destination, all tables in one transaction.

    Args:
        declared: The connector.
        source: Its source.
        state: Marks and selection; changed only after the destination's commit.
        destination: Its destination.
        claim: The run, which has begun.
        checkpoint: Called often; raises to end the sync.

    Returns:
        The claim of the run that was requested during this one, if any.

    Raises:
        SyncError: The sync failed; the destination and the marks are unchanged.
        SyncStoppedError: `checkpoint` raised it; likewise.
    """
    fingerprint = _fingerprint(declared, source)
    last_fingerprint = state.connections.get(declared.id).source_fingerprint
    known = state.tables.of(declared.id)
    unchanged = (
        fingerprint is not None
        and fingerprint == last_fingerprint
        and not any(table.is_synced and table.resync_is_due for table in known)
    )
    with destination.writing(checkpoint) as writer:
        if unchanged and all(_exists(declared, table, writer) for table in known):
            return state.runs.succeed(claim, (), fingerprint)
        with source.snapshot() as snapshot:
            found = with_declared_keys(snapshot.tables(), declared.tables)
            tracked = state.tables.reconcile(declared.id, found, declared.tables)
            sources = {(table.schema_name, table.name): table for table in found}
            results = [
                _TableSync(
                    declared,
                    table,
                    sources[table.schema_name, table.name],
                    snapshot,
                    writer,
                    # The marks are those of the source that the last sync read.
                    marks_are_valid=last_fingerprint is None
                    or last_fingerprint.startswith(_address(declared)),
                ).run()
                for table in tracked
                if table.is_synced
            ]
    return state.runs.succeed(claim, results, fingerprint)


def _fingerprint(declared: ConnectorDeclaration, source: SyncSource) -> str | None:
    """Return a text for source and declaration; a sync with the same text has nothing to do."""
    found = source.fingerprint()
    if found is None:
        return None
    return _address(declared) + _hash(f"{found} {declared.model_dump_json()}")


def _address(declared: ConnectorDeclaration) -> str:
    """Return a hash of the source's declaration, with which its fingerprints begin."""
    return _hash(
        " ".join(
            str(part.get_secret_value() if isinstance(part, SecretStr) else part)
            for _, part in declared.source
        )
    )


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _exists(declared: ConnectorDeclaration, table: TrackedTable, writer: DestinationWriter) -> bool:
    return not table.is_synced or writer.has(
        declared.destination_schema(table.schema_name), destination_name(table.name)
    )


class _TableSync:
    """One table in one sync."""

    def __init__(
        self,
        declared: ConnectorDeclaration,
        tracked: TrackedTable,
        source: SourceTable,
        snapshot: SourceSnapshot,
        writer: DestinationWriter,
        *,
        marks_are_valid: bool,
    ) -> None:
        self._tracked = tracked
        self._marks_are_valid = marks_are_valid
        self._source = source
        self._snapshot = snapshot
        self._writer = writer
        self._synced_at = now()
        synced = {column.name: column for column in tracked.columns if column.is_synced}
        self._columns = tuple(column for column in source.columns if column.name in synced)
        self._key = tuple(column for column in source.columns if column.is_primary_key)
        mentioned = declared.tables.get(tracked.name)
        mark = mentioned.high_water_mark if mentioned else None
        self._mark_column = source.column(mark) if mark is not None else None
        self._target = TargetTable(
            declared.destination_schema(tracked.schema_name),
            destination_name(tracked.name),
            tuple(
                TargetColumn(
                    column.name,
                    destination_name(column.name),
                    column.type,
                    hashed=synced[column.name].hashed,
                )
                for column in self._columns
            ),
            tuple(destination_name(column.name) for column in self._key),
            key_is_proven=not (mentioned and mentioned.primary_key),
            keeps_history=tracked.sync_mode == "HISTORY",
        )

    def run(self) -> TableResult:
        """Update the table."""
        is_new = not self._writer.has(self._target.schema_name, self._target.name)
        self._target = self._writer.prepare(self._target)
        mark = self._mark()
        if is_new:
            rows = self._snapshot.rows(self._source, self._columns, None)
            upserted, deleted = self._writer.fill(self._target, rows, self._synced_at), 0
        elif mark is None:
            upserted, deleted = self._compare_all()
        else:
            upserted, deleted = self._read_from(mark)
        return TableResult(
            self._tracked.schema_name,
            self._tracked.name,
            upserted,
            deleted,
            self._highest(),
            self._tracked.resync_wanted,
        )

    def _compare_all(self) -> tuple[int, int]:
        """Read all rows; rows of the destination that the source lacks were deleted."""
        resync = self._tracked.resync_is_due
        upserted = self._upsert(None, rewrite=resync)
        deleted = self._writer.delete_unstaged(self._target, self._synced_at, touch=not resync)
        return upserted, deleted

    def _read_from(self, mark: HighWaterMark) -> tuple[int, int]:
        """Read the rows from the mark on, then compare keys, since deletes leave no mark."""
        upserted = self._upsert(mark, rewrite=False)
        deleted = self._writer.delete_gone(
            self._target,
            lambda: self._snapshot.rows(self._source, self._key, None),
            self._synced_at,
        )
        if deleted is None:
            # Rows were inserted below the mark: the clock of their writer was behind.
            more, deleted = self._compare_all()
            upserted += more
        return upserted, deleted

    def _upsert(self, since: HighWaterMark | None, *, rewrite: bool) -> int:
        rows = self._snapshot.rows(self._source, self._columns, since)
        self._writer.stage(self._target, rows)
        return self._writer.upsert_staged(self._target, self._synced_at, rewrite=rewrite)

    def _mark(self) -> HighWaterMark | None:
        """Return the mark to read from; None if all rows must be read."""
        value = self._tracked.high_water_mark
        if (
            self._mark_column is None
            or value is None
            or not self._target.key
            or not self._marks_are_valid
            or self._tracked.resync_is_due
        ):
            return None
        return HighWaterMark(self._mark_column, value)

    def _highest(self) -> str | None:
        if self._mark_column is None:
            return None
        for column in self._target.columns:
            if column.source_name == self._mark_column.name and not column.hashed:
                return self._writer.highest(self._target, column)
        return None
