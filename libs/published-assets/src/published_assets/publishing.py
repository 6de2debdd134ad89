"""The end of a step: check, publish, tell Dagster."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from warehouse import Publication, WorkSession


def publish(
    context: dg.AssetExecutionContext,
    session: WorkSession,
    *,
    metadata: Mapping[dg.AssetKey, Mapping[str, Any]] | None = None,
    checks: Sequence[dg.AssetCheckResult] = (),
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Publish what the step has written, unless a blocking check failed.

    Args:
        context: Of the asset that the step belongs to.
        session: With all of its writing done.
        metadata: More metadata for the materialization of some of the assets.
        checks: Results of the checks on what was written; each names its asset where the
            definition has several.

    Yields:
        A materialization for every selected asset, with the generation as its data version,
        its rows and its columns; then the checks.

    Raises:
        dagster.Failure: a blocking check failed. The checks are stored, nothing is published.
    """
    log_set_aside(context, session)
    failed = [check for check in checks if is_blocking_failure(context, check)]
    if failed:
        yield from checks
        raise not_published(session, [describe(check) for check in failed])
    tables = {key: table_metadata(session, key) for key in context.selected_asset_keys}
    publication = session.publish()
    for key, found in tables.items():
        yield dg.MaterializeResult(
            asset_key=key,
            metadata={
                **found,
                **publication_metadata(publication),
                **(metadata or {}).get(key, {}),
            },
            data_version=data_version(publication),
        )
    yield from checks


def log_set_aside(context: dg.AssetExecutionContext, session: WorkSession) -> None:
    """Say where an unpublished state of the work file went, for whoever looks for it."""
    if session.set_aside:
        context.log.warning(
            f"The work file of {session.project} held a state that was never published (a failed "
            f"step, or changes by hand). This step starts from the last publication; the other "
            f"state is kept in {session.set_aside} until the next one is set aside."
        )


def not_published(session: WorkSession, reasons: Sequence[str]) -> dg.Failure:
    """The failure of a step whose results are not fit to be read by others."""
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
    session: WorkSession, key: dg.AssetKey, descriptions: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Rows and columns of a table of the work file, as Dagster's table metadata.

    Args:
        session: Before its publication.
        key: The table's asset key.
        descriptions: What is known about columns, by name.
    """
    columns = [
        dg.TableColumn(name=name, type=kind, description=(descriptions or {}).get(name))
        for name, kind in session.columns(key.path)
    ]
    return {
        "dagster/row_count": session.rows(key.path),
        "dagster/column_schema": dg.TableSchema(columns=columns),
    }


def publication_metadata(publication: Publication) -> dict[str, Any]:
    """Which publication made a table readable."""
    return {
        "generation": publication.generation,
        "published_at": dg.MetadataValue.timestamp(publication.published_at),
    }


def data_version(publication: Publication) -> dg.DataVersion:
    """The data version of everything that a publication brought out."""
    return dg.DataVersion(str(publication.generation))


def is_blocking_failure(context: dg.AssetExecutionContext, check: dg.AssetCheckResult) -> bool:
    """Whether a failed check must keep the step's tables in the house."""
    if check.passed or check.severity != dg.AssetCheckSeverity.ERROR:
        return False
    matching = [
        spec
        for spec in context.assets_def.check_specs
        if check.check_name in (None, spec.name) and check.asset_key in (None, spec.asset_key)
    ]
    return any(spec.blocking for spec in matching)


def describe(check: dg.AssetCheckResult) -> str:
    """One line that names a failed check and says why."""
    asset = f" of {check.asset_key.to_user_string()}" if check.asset_key else ""
    reason = f": {check.description}" if check.description else ""
    return f"check {check.check_name or ''}{asset} failed{reason}"
