"""Every event is valid for OpenLineage's classes, which are generated from its schemas."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any, get_args, get_origin, get_type_hints

import attr
import pytest
from openlineage.client.generated import (
    base,
    column_lineage_dataset,
    datasource_dataset,
    job_type_job,
    ownership_dataset,
    ownership_job,
    schema_dataset,
    symlinks_dataset,
)

from dagster_lineage.cli.main import main
from dagster_lineage.files.interface_files import encode
from dagster_lineage.model import (
    SCHEMA_VERSION,
    Asset,
    Column,
    Interface,
    LineageGraph,
    LocatedInterface,
    Read,
)
from dagster_lineage.present.openlineage import events

NOON = dt.datetime(2026, 1, 2, 12, tzinfo=dt.UTC)
DATASET_FACETS = {
    "schema": schema_dataset.SchemaDatasetFacet,
    "columnLineage": column_lineage_dataset.ColumnLineageDatasetFacet,
    "ownership": ownership_dataset.OwnershipDatasetFacet,
    "dataSource": datasource_dataset.DatasourceDatasetFacet,
    "symlinks": symlinks_dataset.SymlinksDatasetFacet,
}
JOB_FACETS = {
    "jobType": job_type_job.JobTypeJobFacet,
    "ownership": ownership_job.OwnershipJobFacet,
}
SHOP = Interface(
    schema_version=SCHEMA_VERSION,
    project="shop",
    assets=(
        Asset(
            key="shop/orders",
            owners=("team:shop",),
            relation="db.shop.orders",
            columns={"id": Column(type="bigint"), "status": Column(), "amount": Column()},
            columns_known=True,
        ),
        Asset(key="outside/rates", kind="external"),
        Asset(key="made/up", kind="stub"),
    ),
)
MARTS = Interface(
    schema_version=SCHEMA_VERSION,
    project="marts",
    dialect="duckdb",
    assets=(
        Asset(
            key="marts/revenue",
            kind="model",
            unique_id="model.marts.revenue",
            owners=("team:finance", "a@example.org"),
            relation="marts.marts.revenue",
            columns={
                "order_id": Column(type="bigint", derived_from=("shop/orders#id",), copy=True),
                "total": Column(type="double", derived_from=("shop/orders#amount",)),
            },
            columns_known=True,
            reads=(
                Read(key="shop/orders", via="source", columns=("amount", "id", "status")),
                Read(key="outside/rates"),
            ),
        ),
    ),
)


def graph() -> LineageGraph:
    return LineageGraph(
        LocatedInterface(one, f"projects/{one.project}", f"projects/{one.project}/interface.json")
        for one in (SHOP, MARTS)
    )


def events_by_name() -> dict[tuple[str, str], dict[str, Any]]:
    """Return the events of the small graph by kind and name."""
    found = {}
    for event in events(graph(), time=NOON):
        plain = json.loads(json.dumps(event))
        kind = "job" if "job" in plain else "dataset"
        found[kind, plain[kind]["name"]] = plain
    return found


def validate(kind: Any, value: Any, where: str = "$") -> None:
    """Fail unless a class of OpenLineage has every field of a value, and the value all it needs.

    Facets are looked up by name, as specified.
    """
    options = [one for one in get_args(kind) if one is not type(None)]
    if get_origin(kind) in (list, dict):
        inner = get_args(kind)[-1]
        pairs = value.items() if get_origin(kind) is dict else enumerate(value)
        assert isinstance(value, get_origin(kind)), where
        for name, part in pairs:
            named = {base.DatasetFacet: DATASET_FACETS, base.JobFacet: JOB_FACETS}.get(inner)
            validate(named[name] if named else inner, part, f"{where}.{name}")
    elif options:
        assert len(options) == 1, where
        validate(options[0], value, where)
    elif attr.has(kind):
        hints = get_type_hints(kind)
        known = {field.name: field for field in attr.fields(kind)}
        assert set(value) <= set(known), f"{where}: {set(value) - set(known)} are unknown"
        required = {
            name for name, field in known.items() if field.init and field.default is attr.NOTHING
        }
        assert required <= set(value), f"{where}: {required - set(value)} are missing"
        for name, part in value.items():
            validate(hints[name], part, f"{where}.{name}")
        # Validators of the class check times and addresses.
        kind(**{name.lstrip("_"): value[name] for name in value if known[name].init})
        url = value.get("_schemaURL", value.get("schemaURL"))
        assert url is None or url == kind._get_schema(), where
    else:
        assert isinstance(value, kind), f"{where}: {value!r} is not a {kind}"


def test_every_event_is_one_of_the_published_schema():
    for (kind, name), event in events_by_name().items():
        published = base.JobEvent if kind == "job" else base.DatasetEvent
        validate(published, event, f"{kind} {name}")


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("dataset", lambda event: event.update(eventTime="2026-01-02")),
        ("dataset", lambda event: event.update(run={})),
        ("dataset", lambda event: event["dataset"].pop("namespace")),
        ("dataset", lambda event: event["dataset"]["facets"]["schema"]["fields"][0].pop("name")),
        ("dataset", lambda event: event["dataset"]["facets"]["ownership"].update(_schemaURL="x")),
        ("job", lambda event: event["job"]["facets"]["jobType"].pop("integration")),
        ("job", lambda event: event["inputs"][0].update(name=3)),
    ],
)
def test_an_event_that_the_schema_does_not_allow_is_refused(kind, change):
    event = events_by_name()[kind, "marts/revenue"]
    change(event)
    with pytest.raises((AssertionError, ValueError, TypeError)):
        validate(base.JobEvent if kind == "job" else base.DatasetEvent, event)


def test_an_asset_without_a_producer_has_no_job_and_a_stub_no_event():
    assert set(events_by_name()) == {
        ("dataset", "shop/orders"),
        ("dataset", "outside/rates"),
        ("dataset", "marts/revenue"),
        ("job", "shop/orders"),
        ("job", "marts/revenue"),
    }


def test_both_ends_of_an_edge_name_the_same_dataset():
    found = events_by_name()
    read = found["job", "marts/revenue"]["inputs"][0]
    producer = found["job", "shop/orders"]["outputs"][0]
    assert read == producer == {"namespace": "dagster", "name": "shop/orders"}
    facet = found["dataset", "marts/revenue"]["dataset"]["facets"]["columnLineage"]
    assert facet["fields"]["order_id"]["inputFields"] == [
        {
            "namespace": "dagster",
            "name": "shop/orders",
            "field": "id",
            "transformations": [{"type": "DIRECT", "subtype": "IDENTITY"}],
        }
    ]
    # Rows depend on it, but no column is computed from it.
    assert [one["field"] for one in facet["dataset"]] == ["status"]


def test_unknown_facts_are_left_out():
    facets = events_by_name()["dataset", "shop/orders"]["dataset"]["facets"]
    assert facets["schema"]["fields"][1] == {"name": "status", "ordinal_position": 2}
    assert "columnLineage" not in facets
    assert "facets" not in events_by_name()["dataset", "outside/rates"]["dataset"]


def test_the_command_writes_a_line_for_each_event(tmp_path, monkeypatch, capsys):
    for one in (SHOP, MARTS):
        folder = tmp_path / "projects" / one.project
        folder.mkdir(parents=True)
        (folder / "interface.json").write_bytes(encode(one))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767355200")
    arguments = ["export", "--root", str(tmp_path), "--format", "openlineage"]
    assert main(arguments) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["eventTime"] for line in lines] == ["2026-01-02T12:00:00+00:00"] * 5
    file = tmp_path / "events.ndjson"
    assert main([*arguments, "--out", str(file)]) == 0
    assert file.read_text().splitlines() == lines
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    assert main(arguments) == 2
    assert "seconds since 1970" in capsys.readouterr().err
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert main([*arguments, "--out", str(tmp_path / "none" / "x")]) == 2
    assert main(["export", "--root", str(tmp_path / "none"), "--format", "openlineage"]) == 2
