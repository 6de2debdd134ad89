"""OpenLineage facets of assets and jobs: https://openlineage.io/docs/spec/facets.

Each facet names the version of its schema. Facts that an interface does not contain, such as
descriptions, are left out.
"""

from __future__ import annotations

from urllib.parse import quote

from dagster_lineage.analyze.reliance.columns import used_columns
from dagster_lineage.model import Asset, Column, LocatedAsset, split_column

Facet = dict[str, object]

VERSIONS = {
    "SchemaDatasetFacet": "1-2-0",
    "ColumnLineageDatasetFacet": "1-2-0",
    "OwnershipDatasetFacet": "1-0-1",
    "OwnershipJobFacet": "1-0-1",
    "DatasourceDatasetFacet": "1-0-1",
    "SymlinksDatasetFacet": "1-0-1",
    "JobTypeJobFacet": "2-0-4",
}
"""Version of the schema of each facet."""
_SPEC = "https://openlineage.io/spec/facets"


def dataset_facets(producer: LocatedAsset, namespace: str, producer_uri: str) -> dict[str, Facet]:
    """Return the facets of an asset's table by name.

    Args:
        producer: The asset and its code location.
        namespace: Namespace of all datasets.
        producer_uri: URI of the program that writes the events.
    """
    asset = producer.asset
    found: dict[str, Facet] = {}
    if asset.columns:
        found["schema"] = _facet("SchemaDatasetFacet", producer_uri, fields=_fields(asset))
    lineage = _column_lineage(asset, namespace)
    if lineage:
        found["columnLineage"] = _facet("ColumnLineageDatasetFacet", producer_uri, **lineage)
    if asset.owners:
        found["ownership"] = _facet("OwnershipDatasetFacet", producer_uri, owners=_owners(asset))
    if asset.relation:
        engine = producer.where.interface.dialect or "warehouse"
        database = asset.relation.partition(".")[0]
        found["dataSource"] = _facet(
            "DatasourceDatasetFacet",
            producer_uri,
            name=f"{engine}.{database}",
            uri=f"{quote(engine)}:{quote(database)}",
        )
        found["symlinks"] = _facet(
            "SymlinksDatasetFacet",
            producer_uri,
            identifiers=[{"namespace": engine, "name": asset.relation, "type": "TABLE"}],
        )
    return found


def job_facets(producer: LocatedAsset, producer_uri: str) -> dict[str, Facet]:
    """Return the facets of the job that produces an asset, by name."""
    asset = producer.asset
    integration, kind = ("DBT", asset.kind.upper()) if asset.unique_id else ("DAGSTER", "ASSET")
    found = {
        "jobType": _facet(
            "JobTypeJobFacet",
            producer_uri,
            processingType="BATCH",
            integration=integration,
            jobType=kind,
        )
    }
    if asset.owners:
        found["ownership"] = _facet("OwnershipJobFacet", producer_uri, owners=_owners(asset))
    return found


def schema_url(facet: str) -> str:
    """Return the address of a facet's schema."""
    return f"{_SPEC}/{VERSIONS[facet]}/{facet}.json#/$defs/{facet}"


def _facet(name: str, producer_uri: str, /, **content: object) -> Facet:
    return {"_producer": producer_uri, "_schemaURL": schema_url(name), **content}


def _fields(asset: Asset) -> list[Facet]:
    return [
        {"name": name, **({"type": column.type} if column.type else {}), "ordinal_position": at}
        for at, (name, column) in enumerate(asset.columns.items(), start=1)
    ]


def _owners(asset: Asset) -> list[Facet]:
    return [{"name": owner, "type": "OWNER"} for owner in asset.owners]


def _column_lineage(asset: Asset, namespace: str) -> dict[str, object]:
    """Return the columns that each column is computed from, and those that only decide rows."""
    fields: dict[str, object] = {}
    passed: set[str] = set()
    for name, column in asset.columns.items():
        if column.derived_from:
            fields[name] = {"inputFields": _inputs(column, namespace)}
            passed |= {origin.casefold() for origin in column.derived_from}
    others = [
        {
            "namespace": namespace,
            "name": read.key,
            "field": used,
            "transformations": [{"type": "INDIRECT"}],
        }
        for read in asset.reads
        if used_columns(read)
        for used in dict.fromkeys((*(read.columns or ()), *read.expects))
        if f"{read.key}#{used}".casefold() not in passed
    ]
    if not fields and not others:
        return {}
    return {"fields": fields, **({"dataset": others} if others else {})}


def _inputs(column: Column, namespace: str) -> list[Facet]:
    transformation: Facet = {"type": "DIRECT"}
    if column.copy:
        transformation["subtype"] = "IDENTITY"
    inputs: list[Facet] = []
    for origin in column.derived_from:
        key, name = split_column(origin)
        inputs.append(
            {
                "namespace": namespace,
                "name": key,
                "field": name,
                "transformations": [transformation],
            }
        )
    return inputs
