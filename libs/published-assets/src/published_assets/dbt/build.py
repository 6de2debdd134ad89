"""A dbt step: build into the work file, test, publish, report to Dagster."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import dagster as dg
from dagster_dbt import DbtCliResource
from dagster_dbt.asset_utils import get_manifest_and_translator_from_dbt_assets

from published_assets.dbt.failing_rows import failing_rows
from published_assets.dbt.results import (
    NOT_PASSED,
    errors_of,
    message_of,
    results_of,
    with_reason,
)
from published_assets.dbt.upstream import attachable_upstream
from published_assets.publishing import (
    data_version,
    event_metadata,
    log_unpublished_state,
    not_published,
    table_metadata,
)
from published_assets.resource import WarehouseResource
from warehouse import WorkSession

StepEvent: TypeAlias = dg.Output[None] | dg.AssetCheckResult | dg.AssetObservation


def build_and_publish(
    context: dg.AssetExecutionContext,
    dbt: DbtCliResource,
    warehouse: WarehouseResource,
    *,
    variables: Mapping[str, str] | None = None,
) -> Iterator[StepEvent]:
    """Run `dbt build` of the selected models and their tests, and publish if it succeeds.

    Unit tests are not run: their results do not depend on the data, so the project's own tests run
    them.

    Args:
        context: Context of the `@dbt_assets` step; its selection becomes dbt's.
        dbt: The dbt project.
        warehouse: The warehouse of the same project.
        variables: dbt variables, for example the range of days to build. They are read when models
            are compiled: a `config` or `ref` that depends on one keeps the value of the parse.

    Yields:
        An output per model after the publication, with the generation as data version, the number
        of rows, the columns and their lineage; then the results of its tests.

    Raises:
        dagster.Failure: a model or a test of severity `error` failed, or dbt did not start. Test
            results are stored, nothing is published.
    """
    command = ["build", "--exclude-resource-type", "unit_test"]
    if variables:
        command += ["--vars", json.dumps(dict(variables))]
    manifest, translator, _ = get_manifest_and_translator_from_dbt_assets([context.assets_def])
    # Not in the project's folder: a run writes nothing outside its environment's folder.
    target_path = (
        warehouse.environment.dbt_dir
        / warehouse.project
        / f"{context.run.run_id}-{context.assets_def.op.name}"
    )
    with (
        warehouse.open_session() as session,
        attachable_upstream(context, manifest, translator, warehouse),
    ):
        log_unpublished_state(context, session)
        invocation = dbt.cli(
            command, context=context, raise_on_error=False, target_path=target_path
        )
        events = list(invocation.stream())
        not_passed = {
            result["unique_id"]: result
            for result in results_of(invocation)
            if result["status"] in NOT_PASSED
        }
        rows = {
            test: failing_rows(session, warehouse, manifest, result)
            for test, result in not_passed.items()
        }
        reasons = {test: rows[test] or message_of(not_passed[test]) for test in not_passed}
        checks = [
            with_reason(event, reasons)
            for event in events
            if isinstance(event, dg.AssetCheckResult)
        ]
        errors = errors_of(invocation, rows)
        if errors:
            yield from checks
            raise not_published(session, errors)
        outputs = [
            with_table_metadata(context, session, event)
            for event in events
            if isinstance(event, dg.Output)
        ]
        publication = session.publish()
    shutil.rmtree(invocation.target_path, ignore_errors=True)  # kept after an error
    for output in outputs:
        yield dg.Output(
            value=None,
            output_name=output.output_name,
            metadata=event_metadata(
                context,
                context.asset_key_for_output(output.output_name),
                publication,
                output.metadata,
            ),
            data_version=data_version(publication),
        )
    yield from checks
    yield from (event for event in events if isinstance(event, dg.AssetObservation))


def with_table_metadata(
    context: dg.AssetExecutionContext,
    session: WorkSession,
    output: dg.Output[Any],
) -> dg.Output[None]:
    """Return a model's output with the rows and columns of its table."""
    key = context.asset_key_for_output(output.output_name)
    return output.with_metadata({**output.metadata, **table_metadata(context, session, key)})
