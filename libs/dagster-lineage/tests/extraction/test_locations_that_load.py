"""Facts of code locations, each loaded by the probe in a separate process."""

from __future__ import annotations

import json
import sys
import venv
from pathlib import Path
from typing import Any

import pytest

from dagster_lineage.extract.probe.answer import AssetFacts, LocationFacts
from dagster_lineage.extract.probe.inspection import inspect_locations
from dagster_lineage.extract.workspace import find_locations

SHOP = '''
"""A code location with side effects at import and one definition of each kind."""
import datetime as dt
import threading
import time

import dagster as dg

print("noise on standard output")
open("written_at_import.txt", "w").write("x")
threading.Thread(target=time.sleep, args=(1000,)).start()

UPSTREAM = dg.AssetKey(["raw", "customers"])
DAYS = dg.DailyPartitionsDefinition("2024-01-01", timezone="Europe/Berlin", end_date="2025-01-01")


@dg.asset(
    key=["shop", "orders"],
    deps=[
        dg.AssetDep(
            ["raw", "orders"],
            partition_mapping=dg.TimeWindowPartitionMapping(start_offset=-1),
            metadata={"lineage/columns": {"id": {"type": "bigint", "not_null": True}}},
        ),
        UPSTREAM,
    ],
    partitions_def=DAYS,
    owners=["team:shop"],
    kinds={"python"},
    group_name="shop",
    freshness_policy=dg.FreshnessPolicy.time_window(fail_window=dt.timedelta(hours=36)),
    automation_condition=dg.AutomationCondition.eager(),
    metadata={
        "dagster/table_name": "db.shop.orders",
        "dagster/column_schema": dg.TableSchema(columns=[
            dg.TableColumn("id", "bigint", constraints=dg.TableColumnConstraints(
                nullable=False, unique=True)),
            dg.TableColumn("amount", "decimal(12,2)"),
        ]),
        "dagster/column_lineage": dg.TableColumnLineage({
            "id": [dg.TableColumnDep(dg.AssetKey(["raw", "orders"]), "order_id")],
        }),
    },
)
def orders():
    ...


@dg.asset(key_prefix="shop")
def totals(orders):
    ...


@dg.multi_asset(
    specs=[
        dg.AssetSpec(["shop", "left"], deps=[["raw", "orders"]]),
        dg.AssetSpec(
            ["shop", "right"],
            deps=["without_producer"],
            partitions_def=dg.StaticPartitionsDefinition(["a", "b"]),
        ),
    ],
    can_subset=True,
)
def both():
    ...


EXTERNAL = dg.AssetSpec(
    ["raw", "orders"],
    partitions_def=dg.MultiPartitionsDefinition(
        {"day": DAYS, "region": dg.DynamicPartitionsDefinition(name="regions")}
    ),
)


@dg.asset_check(asset=dg.AssetKey(["shop", "orders"]), blocking=True)
def orders_are_there():
    ...


@dg.asset_check(asset=dg.AssetKey(["elsewhere", "table"]))
def of_another_location():
    ...


nightly = dg.define_asset_job("nightly", selection=dg.AssetSelection.keys("shop/orders"))


@dg.sensor(job=nightly)
def when_it_rains():
    ...


@dg.asset_sensor(asset_key=UPSTREAM, job=nightly)
def after_customers():
    ...


@dg.multi_asset_sensor(monitored_assets=dg.AssetSelection.keys("shop/totals"), job=nightly)
def after_totals():
    ...


defs = dg.Definitions(
    assets=[orders, totals, both, EXTERNAL],
    asset_checks=[orders_are_there, of_another_location],
    jobs=[nightly],
    schedules=[dg.ScheduleDefinition("at_two", job=nightly, cron_schedule="0 2 * * *")],
    sensors=[when_it_rains, after_customers, after_totals],
)
'''

DBT = """
import json
from pathlib import Path

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, dbt_assets

MANIFEST = Path(__file__).parent / "target" / "manifest.json"


class Prefixed(DagsterDbtTranslator):
    def __init__(self, source_prefix):
        super().__init__()
        self.source_prefix = source_prefix

    def get_asset_key(self, props):
        prefix = self.source_prefix if props["resource_type"] == "source" else "warehouse"
        return dg.AssetKey([prefix, props["name"]])


@dbt_assets(manifest=MANIFEST, select="one", dagster_dbt_translator=Prefixed("landing"))
def first(context):
    ...


@dbt_assets(manifest=MANIFEST, select="two", dagster_dbt_translator=Prefixed("archive"))
def second(context):
    ...


@dbt_assets(manifest=json.loads(MANIFEST.read_text()) | {"docs": {"changed": 1}}, select="three")
def third(context):
    ...


defs = dg.Definitions(assets=[first, second, third])
"""


def dbt_node(name: str, *reads: str) -> dict[str, Any]:
    return {
        "unique_id": f"model.tiny.{name}",
        "resource_type": "model",
        "package_name": "tiny",
        "name": name,
        "alias": name,
        "database": "db",
        "schema": "main",
        "path": f"{name}.sql",
        "original_file_path": f"models/{name}.sql",
        "fqn": ["tiny", name],
        "tags": [],
        "meta": {},
        "config": {"materialized": "table", "enabled": True, "meta": {}, "tags": []},
        "columns": {},
        "checksum": {"name": "sha256", "checksum": name},
        "raw_code": "select 1",
        "language": "sql",
        "refs": [],
        "sources": [],
        "depends_on": {"macros": [], "nodes": list(reads)},
        "description": "",
    }


def tiny_manifest() -> dict[str, Any]:
    source = {
        "unique_id": "source.tiny.raw.events",
        "resource_type": "source",
        "package_name": "tiny",
        "name": "events",
        "source_name": "raw",
        "source_description": "",
        "loader": "",
        "identifier": "events",
        "database": "db",
        "schema": "raw",
        "path": "sources.yml",
        "original_file_path": "models/sources.yml",
        "fqn": ["tiny", "raw", "events"],
        "meta": {},
        "config": {"enabled": True},
        "columns": {},
        "tags": [],
    }
    nodes = [
        dbt_node("one", source["unique_id"]),
        dbt_node("two", source["unique_id"], "model.tiny.one"),
        dbt_node("three"),
    ]
    parents = {node["unique_id"]: node["depends_on"]["nodes"] for node in nodes}
    return {
        "metadata": {
            "dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json",
            "project_name": "tiny",
            "adapter_type": "duckdb",
        },
        "nodes": {node["unique_id"]: node for node in nodes},
        "sources": {source["unique_id"]: source},
        "macros": {},
        "docs": {},
        "exposures": {},
        "metrics": {},
        "groups": {},
        "selectors": {},
        "disabled": {},
        "parent_map": parents | {source["unique_id"]: []},
        "child_map": {
            unique_id: [child for child, its in parents.items() if unique_id in its]
            for unique_id in [*parents, source["unique_id"]]
        },
        "semantic_models": {},
        "saved_queries": {},
        "unit_tests": {},
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("workspace")
    shop = folder / "shop"
    (shop / "code").mkdir(parents=True)
    (shop / "pyproject.toml").write_text("[project]\nname = 'shop'\n")
    (shop / "code" / "shop_definitions.py").write_text(SHOP)
    warehouse = folder / "warehouse"
    (warehouse / "target").mkdir(parents=True)
    (warehouse / "dbt_project.yml").write_text("name: 'tiny'\n")
    (warehouse / "target" / "manifest.json").write_text(json.dumps(tiny_manifest()))
    (warehouse / "dbt_definitions.py").write_text(DBT)
    (folder / "workspace.yaml").write_text(
        "load_from:\n"
        "- python_file:\n"
        "    relative_path: shop/code/shop_definitions.py\n"
        "    location_name: shop\n"
        "    working_directory: shop\n"
        "    executable_path: shop/.venv/bin/python\n"
        "- python_module:\n"
        "    module_name: dbt_definitions\n"
        "    location_name: warehouse\n"
        "    working_directory: warehouse\n"
    )
    return folder


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("copies")


@pytest.fixture(scope="module")
def facts(folder: Path, copies: Path) -> dict[str, LocationFacts]:
    # The interpreter of the shop does not exist, so `python` is used.
    python = sys.executable
    found = inspect_locations(find_locations(folder), copies=copies, python=python, timeout_s=120)
    return {location.name: location for location in found}


@pytest.fixture
def shop(facts: dict[str, LocationFacts]) -> LocationFacts:
    assert facts["shop"].error == ""
    return facts["shop"]


@pytest.fixture
def warehouse(facts: dict[str, LocationFacts]) -> LocationFacts:
    assert facts["warehouse"].error == ""
    return facts["warehouse"]


def asset(location: LocationFacts, key: str) -> AssetFacts:
    return next(asset for asset in location.assets if asset.key == key)


def line(text: str, code: str = SHOP) -> int:
    """Return the only line of the code with this text."""
    (found,) = [number for number, one in enumerate(code.splitlines(), 1) if text in one]
    return found


def at(location: LocationFacts, text: str, lines_on: int = 0) -> str:
    return f"{location.folder}/code/shop_definitions.py:{line(text) + lines_on}"


def test_side_effects_at_import_stay_in_the_process_and_its_folder(
    shop: LocationFacts, folder: Path, capfd: pytest.CaptureFixture[str]
):
    assert shop.folder == str(folder / "shop")
    assert "noise" not in capfd.readouterr().out
    assert (folder / "shop" / "written_at_import.txt").is_file()  # in its working directory
    assert not list(folder.rglob("__pycache__"))


def test_executable_declared_and_stub_assets_are_distinguished(shop: LocationFacts):
    kinds = {
        asset.key: "executable" if asset.executable else "stub" if asset.stub else "declared"
        for asset in shop.assets
    }
    assert kinds == {
        "shop/orders": "executable",
        "shop/totals": "executable",
        "shop/left": "executable",
        "shop/right": "executable",
        "raw/orders": "declared",
        "raw/customers": "stub",
        "without_producer": "stub",
        "elsewhere/table": "stub",
    }


def test_asset_is_placed_at_its_definition(shop: LocationFacts):
    assert asset(shop, "shop/orders").at == at(shop, 'key=["shop", "orders"]', lines_on=-1)
    assert asset(shop, "shop/left").at == at(shop, 'AssetSpec(["shop", "left"]')
    assert asset(shop, "shop/right").at == at(shop, '["shop", "right"],')
    assert asset(shop, "raw/orders").at == at(shop, "EXTERNAL = dg.", lines_on=1)
    assert asset(shop, "without_producer").at == ""


def test_dependency_is_placed_at_its_name(shop: LocationFacts):
    def places(key: str) -> dict[str, str]:
        return {one.key: one.at for one in asset(shop, key).dependencies}

    assert places("shop/orders") == {
        "raw/orders": at(shop, '            ["raw", "orders"],'),
        "raw/customers": at(shop, "UPSTREAM = "),
    }
    # Dagster takes the asset of the same group, of the two whose keys end in `orders`.
    assert places("shop/totals") == {"raw/orders": at(shop, "def totals(orders)")}
    assert places("shop/left") == {"raw/orders": at(shop, 'AssetSpec(["shop", "left"]')}
    assert places("shop/right") == {"without_producer": at(shop, 'deps=["without_producer"]')}


def test_declarations_of_an_asset_are_reported(shop: LocationFacts):
    orders = asset(shop, "shop/orders")
    assert orders.relation == "db.shop.orders"
    assert orders.owners == ("team:shop",)
    assert orders.group == "shop"
    assert orders.freshness == "within 36 h"
    assert orders.automation == "eager"
    assert orders.columns
    assert [(c.name, c.type, c.not_null, c.unique) for c in orders.columns] == [
        ("id", "bigint", True, True),
        ("amount", "decimal(12,2)", False, False),
    ]
    assert orders.column_lineage == {"id": ("raw/orders#order_id",)}
    expected = next(one for one in orders.dependencies if one.key == "raw/orders")
    assert expected.columns == {"id": {"type": "bigint", "not_null": True}}
    assert expected.partition_mapping == "TimeWindowPartitionMapping"


def test_partitions_of_every_kind_are_reported(shop: LocationFacts):
    days = asset(shop, "shop/orders").partitions
    assert days
    assert (days.kind, days.cron, days.timezone, days.format) == (
        "time",
        "0 0 * * *",
        "Europe/Berlin",
        "%Y-%m-%d",
    )
    assert days.start == "2024-01-01T00:00:00+01:00"
    assert days.end == "2025-01-01T00:00:00+01:00"
    letters = asset(shop, "shop/right").partitions
    assert letters
    assert (letters.kind, letters.keys) == ("static", ("a", "b"))
    multi = asset(shop, "raw/orders").partitions
    assert multi
    assert multi.kind == "multi"
    assert multi.dimensions["day"] == days
    assert (multi.dimensions["region"].kind, multi.dimensions["region"].name) == (
        "dynamic",
        "regions",
    )
    assert asset(shop, "shop/left").partitions is None


def test_checks_include_those_of_assets_of_other_code_locations(shop: LocationFacts):
    assert [(check.name, check.asset, check.blocking) for check in shop.checks] == [
        ("of_another_location", "elsewhere/table", False),
        ("orders_are_there", "shop/orders", True),
    ]
    assert shop.checks[1].at == at(shop, '@dg.asset_check(asset=dg.AssetKey(["shop"')


def test_jobs_schedules_and_sensors_name_their_assets(shop: LocationFacts):
    assert [(job.kind, job.name, job.cron, job.targets) for job in shop.jobs] == [
        ("job", "nightly", "", ("shop/orders",)),
        ("schedule", "at_two", "0 2 * * *", ("shop/orders",)),
        ("sensor", "after_customers", "", ("raw/customers", "shop/orders")),
        ("sensor", "after_totals", "", ("shop/orders", "shop/totals")),
        ("sensor", "when_it_rains", "", ("shop/orders",)),
    ]
    places = {job.name: job.at for job in shop.jobs}
    assert places["when_it_rains"] == at(shop, "@dg.sensor(job=nightly)")
    assert places["nightly"] == at(shop, 'define_asset_job("nightly"')


def test_manifest_of_two_definitions_is_one_and_a_changed_copy_is_another(
    warehouse: LocationFacts, folder: Path, copies: Path
):
    assert set(warehouse.manifests) == {"tiny", "tiny'"}
    own, copy = warehouse.manifests["tiny"], warehouse.manifests["tiny'"]
    assert own.file == str(folder / "warehouse" / "target" / "manifest.json")
    assert copies in Path(copy.file).parents
    assert json.loads(Path(copy.file).read_text())["docs"] == {"changed": 1}
    assert own.project_dir == str(folder / "warehouse")
    behind = {one.key: (one.manifest, one.unique_id) for one in warehouse.assets if one.manifest}
    assert behind == {
        "warehouse/one": ("tiny", "model.tiny.one"),
        "warehouse/two": ("tiny", "model.tiny.two"),
        "three": ("tiny'", "model.tiny.three"),
    }


def test_keys_are_those_of_the_translators_and_disagreements_are_reported(warehouse: LocationFacts):
    own = warehouse.manifests["tiny"]
    assert own.keys["model.tiny.three"] == "warehouse/three"  # neither definition selects it
    source = "source.tiny.raw.events"
    assert {own.keys[source], *own.other_keys[source]} == {"landing/events", "archive/events"}
    assert own.disagreements == (
        f"{source} has several keys: landing/events in first, archive/events in second",
    )
    two = asset(warehouse, "warehouse/two")
    assert {one.key for one in two.dependencies} == {"archive/events", "warehouse/one"}


def test_keys_without_translator_are_those_of_dagster_dbt(warehouse: LocationFacts):
    assert warehouse.manifests["tiny'"].keys["source.tiny.raw.events"] == "raw/events"


def test_code_location_finds_the_commands_next_to_its_interpreter(tmp_path: Path):
    # `DbtCliResource` searches `dbt` when it is created, and the environment is not activated.
    venv.create(tmp_path / "env", symlinks=True)
    command = tmp_path / "env" / "bin" / "their-dbt"
    command.write_text("#!/bin/sh\n")
    command.chmod(0o755)
    (tmp_path / "defs.py").write_text(
        "import shutil, sys\n"
        "import dagster as dg\n"
        "assert shutil.which('their-dbt'), 'their-dbt is not on PATH'\n"
        "defs = dg.Definitions(assets=[dg.AssetSpec('orders')])\n"
    )
    [packages] = (tmp_path / "env").glob("lib/*/site-packages")
    (packages / "these.pth").write_text("\n".join(sys.path))
    (tmp_path / "workspace.yaml").write_text(
        "load_from:\n- python_file: {relative_path: defs.py, executable_path: env/bin/python}\n"
    )
    [facts] = inspect_locations(find_locations(tmp_path), copies=tmp_path)
    assert facts.error == ""


def test_daemon_that_a_code_location_starts_is_ended(tmp_path: Path):
    (tmp_path / "defs.py").write_text(
        "import pathlib, subprocess\n"
        "import dagster as dg\n"
        "daemon = subprocess.Popen(['sleep', '1000'], start_new_session=True)\n"
        "pathlib.Path('daemon.pid').write_text(str(daemon.pid))\n"
        "defs = dg.Definitions(assets=[dg.AssetSpec('orders')])\n"
    )
    (tmp_path / "workspace.yaml").write_text("load_from:\n- python_file: defs.py\n")
    [facts] = inspect_locations(find_locations(tmp_path), copies=tmp_path)
    assert [asset.key for asset in facts.assets] == ["orders"]
    daemon = Path("/proc") / (tmp_path / "daemon.pid").read_text()
    assert not daemon.exists() or "\nState:\tZ" in (daemon / "status").read_text()
