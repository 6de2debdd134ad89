"""One sync of one connection: the use case that everything else here serves."""

from __future__ import annotations

import difflib
import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from fivetran_local.clock import now
from fivetran_local.destinations.destination import LandingColumn, LandingTable
from fivetran_local.errors import SourceDataError
from fivetran_local.names import destination_name
from fivetran_local.sources.source import HighWaterMark, SourceColumn, SourceTable
from fivetran_local.state.runs import TableResult

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from fivetran_local.declaration import ConnectorDeclaration, TableDeclaration
    from fivetran_local.destinations.destination import Destination, Landing
    from fivetran_local.sources.source import Snapshot, Source
    from fivetran_local.state import State
    from fivetran_local.state.runs import Claim
    from fivetran_local.state.tables import TrackedTable


def sync(
    declared: ConnectorDeclaration,
    source: Source,
    *,
    state: State,
    destination: Destination,
    claim: Claim,
    checkpoint: Callable[[], None],
) -> Claim | None:
    """Move what is new from a source to the destination, all tables in one transaction.

    Args:
        declared: The connector.
        source: Where its rows are.
        state: Marks and selections; changed only after the destination's commit.
        destination: Where its rows go.
        claim: The run, already begun.
        checkpoint: Called often; raises to end the sync.

    Returns:
        The claim of the run that somebody asked for meanwhile, if any.

    Raises:
        SyncError: The sync failed; the destination and the marks are as before.
        SyncStoppedError: `checkpoint` raised it; likewise.
    """
    fingerprint = _fingerprint(declared, source)
    known = state.tables.of(declared.id)
    unchanged = (
        fingerprint is not None
        and fingerprint == state.connections.get(declared.id).source_fingerprint
        and not any(table.is_synced and table.resync_is_due for table in known)
    )
    with destination.writing(checkpoint) as landing:
        if unchanged and all(_has_landed(declared, table, landing) for table in known):
            return state.runs.succeed(claim, (), fingerprint)
        with source.snapshot() as snapshot:
            found = as_declared(snapshot.tables(), declared.tables)
            tracked = state.tables.reconcile(declared.id, found, declared.tables)
            sources = {(table.schema_name, table.name): table for table in found}
            results = [
                _TableSync(
                    declared, table, sources[table.schema_name, table.name], snapshot, landing
                ).run()
                for table in tracked
                if table.is_synced
            ]
    return state.runs.succeed(claim, results, fingerprint)


def as_declared(
    found: Iterable[SourceTable], declared: Mapping[str, TableDeclaration]
) -> Sequence[SourceTable]:
    """Return the tables with the keys that the declaration gives them.

    Raises:
        SourceDataError: The declaration names a column that a table does not have.
    """
    tables = []
    for table in found:
        mentioned = declared.get(table.name)
        if mentioned is not None:
            marks = (mentioned.high_water_mark,) if mentioned.high_water_mark else ()
            _check_columns(table, (*mentioned.primary_key, *marks))
        if mentioned is not None and mentioned.primary_key:
            columns = tuple(
                replace(column, is_primary_key=column.name in mentioned.primary_key)
                for column in table.columns
            )
            tables.append(replace(table, columns=columns))
        else:
            tables.append(table)
    return tables


def _check_columns(table: SourceTable, names: Iterable[str]) -> None:
    present = [column.name for column in table.columns]
    for name in names:
        if name not in present:
            close = difflib.get_close_matches(name, present, 1)
            hint = f"did you mean '{close[0]}'?" if close else f"it has: {', '.join(present)}."
            raise SourceDataError(
                f"{table.place} has no column '{name}', which the declaration names; {hint}"
            )


def _fingerprint(declared: ConnectorDeclaration, source: Source) -> str | None:
    """Return what must be the same for a sync to have nothing to do: source and declaration."""
    of_source = source.fingerprint()
    if of_source is None:
        return None
    return hashlib.sha256(f"{of_source} {declared.model_dump_json()}".encode()).hexdigest()


def _has_landed(declared: ConnectorDeclaration, table: TrackedTable, landing: Landing) -> bool:
    return not table.is_synced or landing.has(
        declared.destination_schema(table.schema_name), destination_name(table.name)
    )


class _TableSync:
    """One table in one sync."""

    def __init__(
        self,
        declared: ConnectorDeclaration,
        tracked: TrackedTable,
        source: SourceTable,
        snapshot: Snapshot,
        landing: Landing,
    ) -> None:
        self._tracked = tracked
        self._source = source
        self._snapshot = snapshot
        self._landing = landing
        self._mentioned = declared.tables.get(tracked.name)
        self._synced_at = now()
        synced = {column.name: column for column in tracked.columns if column.is_synced}
        self._columns = tuple(column for column in source.columns if column.name in synced)
        self._target = LandingTable(
            declared.destination_schema(tracked.schema_name),
            destination_name(tracked.name),
            tuple(
                LandingColumn(
                    column.name,
                    destination_name(column.name),
                    column.type,
                    hashed=synced[column.name].hashed,
                )
                for column in self._columns
            ),
            tuple(destination_name(column.name) for column in source.columns if _is_key(column)),
            key_is_proven=not (self._mentioned and self._mentioned.primary_key),
            keeps_history=tracked.sync_mode == "HISTORY",
        )

    def run(self) -> TableResult:
        """Bring the table up to date."""
        is_new = not self._landing.has(self._target.schema_name, self._target.name)
        self._target = self._landing.prepare(self._target)
        mark = self._mark()
        if is_new:
            rows = self._snapshot.rows(self._source, self._columns, None)
            upserted, deleted = self._landing.fill(self._target, rows, self._synced_at), 0
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
        """Read everything; what is not there any more was deleted."""
        resync = self._tracked.resync_is_due
        self._landing.stage(self._target, self._snapshot.rows(self._source, self._columns, None))
        upserted = self._landing.upsert_staged(self._target, self._synced_at, rewrite=resync)
        deleted = self._landing.delete_unstaged(self._target, self._synced_at, touch=not resync)
        return upserted, deleted

    def _read_from(self, mark: HighWaterMark) -> tuple[int, int]:
        """Read what lies above the mark, then compare keys, since deletes leave no mark."""
        self._landing.stage(self._target, self._snapshot.rows(self._source, self._columns, mark))
        upserted = self._landing.upsert_staged(self._target, self._synced_at, rewrite=False)
        key = [column for column in self._source.columns if column.is_primary_key]
        deleted = self._landing.delete_gone(
            self._target,
            lambda: self._snapshot.rows(self._source, key, None),
            self._synced_at,
        )
        if deleted is None:
            # Rows came in below the mark: the clock of their writer was behind.
            more, deleted = self._compare_all()
            upserted += more
        return upserted, deleted

    def _mark(self) -> HighWaterMark | None:
        """Return where to read from; None where all rows must be read."""
        column = self._mark_column()
        if column is None or not self._target.key or self._tracked.resync_is_due:
            return None
        if self._tracked.high_water_mark is None:
            return None
        return HighWaterMark(column, self._tracked.high_water_mark)

    def _mark_column(self) -> SourceColumn | None:
        if self._mentioned is None or self._mentioned.high_water_mark is None:
            return None
        return self._source.column(self._mentioned.high_water_mark)

    def _highest(self) -> str | None:
        column = self._mark_column()
        landed = [
            each
            for each in self._target.columns
            if column is not None and each.source_name == column.name and not each.hashed
        ]
        return self._landing.highest(self._target, landed[0]) if landed else None


def _is_key(column: SourceColumn) -> bool:
    return column.is_primary_key
