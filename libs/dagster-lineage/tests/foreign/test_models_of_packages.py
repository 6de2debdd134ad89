"""Models of other projects in a manifest.

dbt-loom adds them without a file and without code; an installed package brings both.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from dagster_lineage.analyze.check import check
from dagster_lineage.extract.assembly.checkout_paths import CheckoutPaths
from dagster_lineage.extract.assembly.drafts import Draft, draft_of
from dagster_lineage.extract.assembly.project_folders import ProjectFolder
from dagster_lineage.extract.assembly.rendered_nodes import RenderedNodes
from dagster_lineage.extract.assembly.trace_cache import TraceCache
from dagster_lineage.extract.assembly.traced_assets import add_columns
from dagster_lineage.extract.dbt import decode_manifest, read_manifest
from dagster_lineage.extract.probe.answer import (
    AssetFacts,
    DependencyFacts,
    LocationFacts,
    ManifestFacts,
)
from dagster_lineage.files.settings import Settings
from dagster_lineage.model import LineageGraph, LocatedInterface

INJECTED = {"package": "up", "schema": "up", "path": "", "original_file_path": ""}


@pytest.fixture
def manifests(manifest_maker):
    """Two projects, of which the second has the models of the first by dbt-loom."""
    up = manifest_maker("up")
    raw = up.source("raw", "orders")
    staging = up.model(
        "stg_orders", "select id from {{ source('raw', 'orders') }}", raw, access="protected"
    )
    up.model("orders", "select id from {{ ref('stg_orders') }}", staging, access="public")
    down = manifest_maker("down")
    staging = down.model("stg_orders", "", raw, access="protected", **INJECTED)
    orders = down.model("orders", "", staging, access="public", **INJECTED)
    down.model("report", "select id from {{ ref('up', 'orders') }}", orders)
    return up, down


def test_reads_of_injected_models_are_their_own_project_s(repository, manifests, codes):
    repository.lock(*(one.write(repository.root / f"{one.project}.json") for one in manifests))
    assert repository.assets("down")["up/orders"].injected
    found = [one for one in codes(repository.check()) if one[0] in ("AC01", "KY01", "KY04", "RD02")]
    assert found == []


def draft(project: str, content: dict[str, Any], reads: dict[str, tuple[str, ...]]) -> Draft:
    """Return the draft of a code location that builds every model of a manifest."""
    manifest = decode_manifest(msgspec.json.encode(content))
    here = Path("/repo") / project
    facts = LocationFacts(
        name=project,
        folder=str(here),
        assets=tuple(
            AssetFacts(
                key=key,
                executable=True,
                at=f"{here}/defs.py:7",
                manifest=project,
                unique_id=next(one for one in manifest.nodes if one.endswith(f".{key}")),
                dependencies=tuple(DependencyFacts(key=one) for one in upstream),
            )
            for key, upstream in reads.items()
        ),
        manifests={project: ManifestFacts(file="")},
    )
    folder = ProjectFolder(project, project, here, "interface.json", project)
    result = draft_of(
        facts, folder, CheckoutPaths(Path("/repo"), {}), {project: read_manifest(manifest)}
    )
    result.nodes = {project: RenderedNodes(manifest, None, TraceCache())}
    return result


def test_injected_model_that_the_location_builds_is_produced_twice(manifests):
    up, down = (one.content() for one in manifests)
    reads = {"stg_orders": ("raw/orders",), "orders": ("stg_orders",)}
    drafts = [draft("down", down, {**reads, "report": ("orders",)}), draft("up", up, reads)]
    add_columns(drafts, {}, TraceCache())
    ours, theirs = ({asset.key: asset for asset in one.interface().assets} for one in drafts)
    assert [ours[key].kind for key in ours] == ["model"] * 3
    assert (ours["orders"].at, ours["report"].at) == ("defs.py:7", "down://models/report.sql:1")
    assert theirs["orders"].columns["id"].derived_from == ("stg_orders#id",)
    # The columns of the original are known, so the reader is traced.
    assert ours["report"].columns["id"].derived_from == ("orders#id",)


def test_ref_into_an_installed_package_has_the_relation_that_the_reader_renders(
    manifest_maker, tmp_path
):
    down = manifest_maker("down", schema="gold")
    orders = down.model("orders", "select 1 as id", package="up")
    down.model("report", "select id from {{ ref('up', 'orders') }}", orders)
    down.model("weekly", "select id from {{ ref('report') }}", "model.down.report")
    up = manifest_maker("up", schema="silver")
    up.model("orders", "select 1 as id", access="public")
    reads = {"report": ("orders",), "weekly": ("report",)}
    drafts = [draft("down", down.content(), reads), draft("up", up.content(), {"orders": ()})]
    add_columns(drafts, {}, TraceCache())
    located = [
        LocatedInterface(one.interface(), folder, f"{folder}/interface.json")
        for one, folder in zip(drafts, ("down", "up"), strict=True)
    ]
    ours = {asset.key: asset for asset in located[0].interface.assets}
    [read] = ours["report"].reads
    assert (read.relation, read.columns) == ("wh.gold.orders", ("id",))
    assert ours["report"].columns["id"].derived_from == ("orders#id",)
    assert [read.relation for read in ours["weekly"].reads] == [""]
    found = check(LineageGraph(located), Settings(), root=tmp_path).findings
    [finding] = [one for one in found if one.code == "KY02"]
    assert (finding.project, finding.key) == ("down", "orders")
    assert "`wh.gold.orders` by `ref`" in finding.message


def test_model_of_a_package_that_the_location_builds_itself_has_its_own_relation(manifest_maker):
    down = manifest_maker("down", schema="gold")
    orders = down.model("orders", "select 1 as id", package="up")
    down.model("report", "select id from {{ ref('up', 'orders') }}", orders)
    built = draft("down", down.content(), {"orders": (), "report": ("orders",)})
    [read] = built.assets["report"].reads
    assert (read.key, read.relation) == ("orders", "")
