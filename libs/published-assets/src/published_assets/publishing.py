"""The end of a step: check, publish, report to Dagster."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from published_assets.column_metadata import column_metadata
from warehouse import Publication, WorkSession

ROW_COUNT = "dagster/row_count"


def publish(
    context: dg.AssetExecutionContext,
    session: WorkSession,
    *,
    metadata: Mapping[dg.AssetKey, Mapping[str, Any]] | None = None,
    checks: Sequence[dg.AssetCheckResult] = (),
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Publish the work file, unless a blocking check failed.

    Args:
        context: Context of the step.
        session: The work session, with all tables written.
        metadata: Further metadata of materializations, by asset key.
        checks: Results of the checks of the written tables; each names its asset if the definition
            has several assets.

    Yields:
        A materialization of every selected asset, with the generation as data version, the number
        of rows, the columns and their lineage; then the check results.

    Raises:
        dagster.Failure: a blocking check failed. The check results are stored, nothing is
        published.
    """
    log_unpublished_state(context, session)
    failed = [check for check in checks if is_blocking_failure(context, check)]
    if failed:
        yield from checks
        raise not_published(session, [describe(check) for check in failed])
    tables = {key: table_metadata(context, session, key) for key in context.selected_asset_keys}
    publication = session.publish()
    for key, table in tables.items():
        yield dg.MaterializeResult(
            asset_key=key,
            metadata=event_metadata(
                context, key, publication, {**table, **(metadata or {}).get(key, {})}
            ),
            data_version=data_version(publication),
        )
    yield from checks


def log_unpublished_state(context: dg.AssetExecutionContext, session: WorkSession) -> None:
    """Log the file to which an unpublished state of the work file was moved."""
    if session.set_aside:
        context.log.warning(
            f"The work file of {session.project} had a state that was never published (of a failed "
            "step, or changed by hand). This step starts from the last publication; the other "
            f"state is kept in {session.set_aside} until the next one is set aside."
        )


def not_published(session: WorkSession, reasons: Sequence[str]) -> dg.Failure:
    """Return the failure of a step whose tables are not published."""
    listed = "\n".join(f"  - {reason}" for reason in reasons)
    return dg.Failure(
        description=(
            f"{session.project} was not published:\n{listed}\n"
            "Readers keep the last published state. The rejected tables are in "
            f"{session.work_file} until the next step of {session.project} begins."
        ),
        allow_retries=False,
    )


def table_metadata(
    context: dg.AssetExecutionContext, session: WorkSession, key: dg.AssetKey
) -> dict[str, Any]:
    """Return rows and columns of a table of the work file, as Dagster's table metadata.

    Names and types are those of the table. Everything else about a column is that of the asset's
    definition: description, constraints, tags and lineage.

    Args:
        context: Context of the step.
        session: The work session, before its publication.
        key: The table's asset key.
    """
    columns = session.columns(key.path)
    return {
        ROW_COUNT: session.rows(key.path),
        **column_metadata(context.assets_def.get_asset_spec(key).metadata, columns),
    }


def event_metadata(
    context: dg.AssetExecutionContext,
    key: dg.AssetKey,
    publication: Publication,
    metadata: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the metadata of an asset's output: number and time of the publication, and the table.

    Dagster stores the metadata of an output with each partition of the run: columns and lineage of
    10,000 days would be 40 MB of copies. So the columns of a range of partitions are stored with
    the last partition, which is the event that the UI shows for the asset.

    Args:
        context: Context of the step.
        key: The asset key.
        publication: The publication with the asset's table.
        metadata: Metadata of the table.
    """
    published = {
        "generation": publication.generation,
        "published_at": dg.MetadataValue.timestamp(publication.published_at),
    }
    if context.assets_def.partitions_def is None or not context.has_partition_key_range:
        return {**metadata, **published}
    context.add_asset_metadata(metadata, key, context.partition_key_range.end)
    return {name: metadata[name] for name in metadata if name == ROW_COUNT} | published


def data_version(publication: Publication) -> dg.DataVersion:
    """Return the data version of the assets of a publication."""
    return dg.DataVersion(str(publication.generation))


def is_blocking_failure(context: dg.AssetExecutionContext, check: dg.AssetCheckResult) -> bool:
    """Return whether a check result prevents the publication."""
    if check.passed or check.severity != dg.AssetCheckSeverity.ERROR:
        return False
    matching = [
        spec
        for spec in context.assets_def.check_specs
        if check.check_name in (None, spec.name) and check.asset_key in (None, spec.asset_key)
    ]
    return any(spec.blocking for spec in matching)


def describe(check: dg.AssetCheckResult) -> str:
    """Return one line with the name of a failed check and the reason."""
    asset = f" of {check.asset_key.to_user_string()}" if check.asset_key else ""
    reason = f": {check.description}" if check.description else ""
    return f"check {check.check_name or ''}{asset} failed{reason}"
