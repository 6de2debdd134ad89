"""One dbt step: build into the work file, test there, publish, tell Dagster."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliInvocation, DbtCliResource

from published_assets.dbt.results import reasons_against_publishing
from published_assets.dbt.upstream import upstream_at_hand
from published_assets.publishing import (
    data_version,
    log_set_aside,
    not_published,
    publication_metadata,
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
    """Run `dbt build` of the selected models and their tests, and publish if all went well.

    Unit tests are left to the project's own tests: a run has nothing to learn from them.

    Args:
        context: Of the `@dbt_assets` definition; its selection becomes dbt's.
        dbt: The dbt project.
        warehouse: Of the same project.
        variables: dbt variables, for example the range of days to build.

    Yields:
        An output per model, after the publication, with the generation as data version, rows and
        columns; then the results of its tests.

    Raises:
        dagster.Failure: a model or an error-severity test failed, or dbt could not start. Test
            results are stored, nothing is published.
    """
    command = ["build", "--exclude-resource-type", "unit_test"]
    if variables:
        command += ["--vars", json.dumps(dict(variables))]
    environment = warehouse.environment
    manifest, translator = dbt_project_of(context)
    with (
        warehouse.open_session() as session,
        upstream_at_hand(context, manifest, translator, warehouse),
    ):
        log_set_aside(context, session)
        invocation = dbt.cli(
            command,
            context=context,
            raise_on_error=False,
            # Not below the project: a run writes nothing outside its environment's folder.
            target_path=environment.dbt_dir
            / warehouse.project
            / f"{context.run.run_id}-{context.assets_def.op.name}",
        )
        events = list(invocation.stream())
        checks = [event for event in events if isinstance(event, dg.AssetCheckResult)]
        reasons = reasons_against_publishing(invocation)
        if reasons:
            yield from checks
            raise not_published(session, reasons)
        outputs = [
            with_table_metadata(context, session, invocation, event)
            for event in events
            if isinstance(event, dg.Output)
        ]
        publication = session.publish()
    shutil.rmtree(invocation.target_path, ignore_errors=True)  # kept where something failed
    for output in outputs:
        yield dg.Output(
            value=None,
            output_name=output.output_name,
            metadata={**output.metadata, **publication_metadata(publication)},
            data_version=data_version(publication),
        )
    yield from checks
    yield from (event for event in events if isinstance(event, dg.AssetObservation))


def with_table_metadata(
    context: dg.AssetExecutionContext,
    session: WorkSession,
    invocation: DbtCliInvocation,
    output: dg.Output[Any],
) -> dg.Output[None]:
    """The output of a model, with the rows and columns that it made and dbt's descriptions."""
    key = context.asset_key_for_output(output.output_name)
    node = invocation.manifest["nodes"].get(str(output.metadata["unique_id"].value), {})
    descriptions = {
        name: column.get("description", "") for name, column in node.get("columns", {}).items()
    }
    return output.with_metadata({**output.metadata, **table_metadata(session, key, descriptions)})


def dbt_project_of(
    context: dg.AssetExecutionContext,
) -> tuple[Mapping[str, Any], DagsterDbtTranslator]:
    """The manifest and the translator that the `@dbt_assets` definition was made with."""
    metadata = next(iter(context.assets_def.metadata_by_key.values()))
    return metadata["dagster_dbt/manifest"].manifest, metadata["dagster_dbt/dagster_dbt_translator"]
