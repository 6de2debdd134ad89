"""A workspace with many faults in eight code locations, loaded once with Dagster."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from dagster_lineage.files.interface_files import read_interface

SECRET = "hunter2-hunter2"

DBT = '''
from pathlib import Path

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, dbt_assets

MANIFEST = Path(__file__).parent / "target" / "manifest.json"


class Landing(DagsterDbtTranslator):
    """The selection decides under which name its sources are known."""

    def get_asset_key(self, props):
        if props["resource_type"] == "source":
            return dg.AssetKey(["{prefix}", props["name"]])
        return super().get_asset_key(props)


@dbt_assets(manifest=MANIFEST, select="{select}", dagster_dbt_translator=Landing(), name="{name}")
def models(context):
    ...


defs = dg.Definitions(assets=[models])
'''

LOADER = """
import os
from pathlib import Path

import dagster as dg

HERE = Path(__file__).parent
Path("written_at_import.txt").write_text("x")
(HERE / "written_too.txt").write_text("x")


@dg.asset(key=["landing", "orders"], metadata={"dagster/table_name": "lake.raw.orders"})
def orders():
    ...


@dg.asset(key=["landing", "Customers"], metadata={"dagster/table_name": "lake.raw.customers"})
def customers():
    ...


@dg.asset(key=["archive", "payments"], metadata={"dagster/table_name": "lake.archive.payments"})
def payments():
    ...


@dg.asset(key=[*HERE.parts[1:], "export"], deps=[dg.AssetKey([*HERE.parts[1:], "input"])])
def export():
    ...


@dg.asset(
    key=["reports", "weekly"],
    deps=[["crm", "accounts"], ["server", "scores"], ["odd", "things"]],
    description=os.environ.get("WAREHOUSE_TOKEN", ""),
)
def weekly():
    ...


defs = dg.Definitions(assets=[orders, customers, payments, export, weekly,
                              dg.AssetSpec(["crm", "accounts"], owners=["team:crm"]),
                              dg.AssetSpec([str(HERE), "files"])])
"""

RAISES = """
import os

SERVICE = f"https://loader:{os.environ.get('WAREHOUSE_TOKEN')}@warehouse.example"
raise ConnectionError(f"{__file__}: {SERVICE} gives no answer to {object()}")
"""

ENTRIES = """\
- python_file: {relative_path: analytics/daily.py, location_name: "marts/eu.daily"}
- python_file: {relative_path: analytics/hourly.py, location_name: "hourly jobs"}
- python_file:
    {relative_path: loader/definitions.py, location_name: loader, working_directory: loader}
- python_file: {relative_path: raises.py, location_name: raises}
- python_module: {module_name: odd.defs, location_name: odd, executable_path: env/bin/python}
- grpc_server: {host: 127.0.0.1, port: 1, location_name: server}
"""

DG = """
[tool.dg]
directory_type = "workspace"

[tool.dg.workspace]
projects = [{path = "loader"}, {path = "analytics"}]
"""


class Workspace(NamedTuple):
    """A locked workspace: folder, output, and interfaces by location."""

    root: Path
    details: str
    code: int
    interfaces: dict[str, Any]


def manifest(producer: Any) -> Any:
    shop = producer("shop")
    columns = {"id": {"name": "id", "data_type": "bigint"}}
    raw = {
        name: shop.source("raw", name, relation, columns=columns)
        for name, relation in (
            ("orders", "lake.raw.orders"),
            ("customers", "lake.raw.customers"),
            ("payments", "old.archive_2019.payments"),
        )
    }
    orders = shop.model(
        "stg_orders",
        "select id from {{ source('raw', 'orders') }}",
        raw["orders"],
        config={"materialized": "view"},
    )
    eph = shop.model(
        "eph",
        "select id from {{ source('raw', 'customers') }}",
        raw["customers"],
        config={"materialized": "ephemeral"},
    )
    both = (
        "select o.id, c.id as customer from {{ ref('stg_orders') }} o cross join {{ ref('eph') }} c"
    )
    shop.model("fct", both, orders, eph)
    shop.model("paid", "select id from {{ source('raw', 'payments') }}", raw["payments"])
    return shop


def build(root: Path, producer: Any) -> None:
    for folder in ("analytics", "loader"):
        (root / folder / "src").mkdir(parents=True)
        (root / folder / "pyproject.toml").write_text(
            f'[project]\nname = "{folder}"\n[tool.dg]\ndirectory_type = "project"\n'
            f'[tool.dg.project]\nroot_module = "{folder}"\n'
        )
    producer = manifest(producer)
    producer.write(root / "analytics" / "target" / "manifest.json")
    (root / "analytics" / "dbt_project.yml").write_text("name: shop\n")
    (root / "analytics" / "models").mkdir()
    (root / "analytics" / "models" / "sources.yml").write_text("version: 2\n")
    for node in producer.nodes.values():
        (root / "analytics" / node["original_file_path"]).write_text(node["raw_code"])
    for name, prefix, select in (
        ("daily", "landing", "stg_orders fct"),
        ("hourly", "archive", "paid fct"),
    ):
        text = DBT.replace("{prefix}", prefix).replace("{select}", select).replace("{name}", name)
        (root / "analytics" / f"{name}.py").write_text(text)
    (root / "loader" / "definitions.py").write_text(LOADER)
    (root / "raises.py").write_text(RAISES)
    (root / "pyproject.toml").write_text(f"[tool.lineage]\n{DG}")
    (root / "workspace.yaml").write_text(f"load_from:\n{ENTRIES}")


def lineage(root: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "dagster_lineage.cli.main", *arguments],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "WAREHOUSE_TOKEN": SECRET, **environment},
    )


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory, manifest_maker: Any) -> Workspace:
    root = tmp_path_factory.mktemp("foreign") / "check-out.1"
    build(root, manifest_maker)
    done = lineage(root, "lock", "--out", "interfaces", PYTHONHASHSEED="1", LC_ALL="C")
    assert "Traceback" not in done.stderr, done.stderr
    return Workspace(root, done.stdout + done.stderr, done.returncode, interfaces(root))


def interfaces(root: Path) -> dict[str, Any]:
    found = [read_interface(file) for file in sorted((root / "interfaces").glob("*.json"))]
    return {one.location or one.project: one for one in found}


def check(root: Path, *more: str) -> list[dict[str, Any]]:
    done = lineage(root, "check", "--interfaces", "interfaces/*.json", "--format", "json", *more)
    assert done.returncode in (0, 1), done.stderr
    return list(json.loads(done.stdout)["findings"])


def test_every_location_is_reported_and_failed_ones_with_their_error(workspace):
    assert workspace.code == 1
    assert sorted(workspace.interfaces) == [
        "hourly jobs",
        "loader",
        "marts/eu.daily",
        "odd",
        "raises",
        "server",
    ]
    details = {name: one.unreadable for name, one in workspace.interfaces.items() if one.unreadable}
    assert sorted(details) == ["odd", "raises", "server"]
    assert "ConnectionError" in details["raises"]
    assert "(raises.py:5)" in details["raises"]
    assert "env/bin/python does not exist" in details["odd"]
    assert "127.0.0.1:1" in details["server"]


def test_location_names_become_file_names(workspace):
    assert sorted(file.name for file in (workspace.root / "interfaces").iterdir()) == [
        "hourly_jobs.json",
        "loader.json",
        "marts_eu.daily.json",
        "odd.json",
        "raises.json",
        "server.json",
    ]


def test_disagreeing_workspace_files_are_reported(workspace):
    assert "note: workspace.yaml lists the code location 'raises'" in workspace.details
    assert "note: pyproject.toml lists the code location 'analytics'" in workspace.details


def test_source_has_the_key_of_each_location(workspace):
    keys = {
        name: sorted((one.name, one.key) for one in workspace.interfaces[name].sources)
        for name in ("marts/eu.daily", "hourly jobs")
    }
    assert keys["marts/eu.daily"] == [
        ("raw.customers", "landing/customers"),
        ("raw.orders", "landing/orders"),
    ]
    assert keys["hourly jobs"] == [
        ("raw.customers", "archive/customers"),
        ("raw.payments", "archive/payments"),
    ]


def test_model_of_both_selections_is_traced_in_both(workspace):
    for name, source in (("marts/eu.daily", "landing"), ("hourly jobs", "archive")):
        assets = {asset.key: asset for asset in workspace.interfaces[name].assets}
        assert assets["fct"].columns["customer"].derived_from == (f"{source}/customers#id",)
        assert assets["fct"].columns["id"].type == "bigint"


def test_faults_are_found_among_unknown_facts(workspace, codes):
    found = check(workspace.root, "--ignore", "OW,AC")
    errors = [one for one in found if one["level"] == "error"]
    unreadable = [one for one in errors if one["code"] == "ST02"]
    errors = [one for one in errors if one["code"] != "ST02"]
    assert codes(errors) == [
        # Its prefix belongs to a location that loads, so no unreadable one may produce it.
        ("ED01", "<checkout>/loader/input"),
        # A prefix of the selection that the producer lacks, and a key in another case.
        ("ED01", "archive/customers"),
        ("ED01", "landing/customers"),
        # The key of a table that also exists in another database.
        ("KY02", "archive/payments"),
        ("KY04", "fct"),
    ]
    by_code = {one["code"]: one for one in errors}
    nearest = [one["nearest"] for one in errors if one["code"] == "ED01"]
    assert nearest == ["landing/Customers", "landing/Customers", ""]
    assert "selection" in by_code["KY04"]["fix"]
    assert by_code["KY02"]["file"] == "analytics/models/sources.yml"
    # Keys that an unreadable location may produce, without declared ones.
    assert len(unreadable) == 3
    assert sum("The producer of" in one["message"] for one in unreadable) == 1
    assert not any("crm/accounts" in one["message"] for one in found)


def test_key_with_the_checkout_path_is_marked_and_reported(workspace):
    loader = workspace.interfaces["loader"]
    keys = {asset.key: asset for asset in loader.assets}
    assert [read.key for read in keys["<checkout>/loader/export"].reads] == [
        "<checkout>/loader/input"
    ]
    assert keys["<checkout>\\/loader/files"].kind == "external"
    assert [note for note in loader.unknown if "contain the path of the checkout" in note]


def test_no_secret_no_path_and_no_address_is_written(workspace):
    for file in (workspace.root / "interfaces").iterdir():
        text = file.read_text()
        assert SECRET not in text
        assert str(workspace.root) not in text
        assert str(Path.home()) not in text
        assert " 0x7" not in text
    assert SECRET not in workspace.details


def test_interfaces_are_reproducible(workspace, tmp_path_factory):
    """And a lock of two locations takes the others from what is committed of them."""
    other = tmp_path_factory.mktemp("elsewhere") / "b" / "c"
    shutil.copytree(workspace.root, other, ignore=shutil.ignore_patterns(".lineage"))
    entries = ENTRIES.split("- ")[:0:-1]
    (other / "workspace.yaml").write_text("load_from:\n- " + "- ".join(entries))
    for name in ("loader", "marts_eu.daily"):
        (other / "interfaces" / f"{name}.json").unlink()
    surroundings = {"PYTHONHASHSEED": "77", "LC_ALL": "C.UTF-8", "TZ": "Asia/Tokyo"}
    arguments = ("lock", "loader", "marts/eu.daily", "--out", "interfaces")
    done = lineage(other, *arguments, **surroundings)
    assert done.returncode == 0, done.stderr
    for file in (workspace.root / "interfaces").iterdir():
        assert (other / "interfaces" / file.name).read_bytes() == file.read_bytes(), file.name


def test_location_that_is_not_loaded_keeps_its_interface(workspace, tmp_path_factory):
    root = tmp_path_factory.mktemp("kept")
    (root / "pyproject.toml").write_text("[tool.lineage]\n")
    (root / "workspace.yaml").write_text(
        "load_from:\n- python_module: {module_name: x, location_name: raises,\n"
        "    executable_path: none/python}\n"
    )
    (root / "interfaces").mkdir()
    before = '{"schema_version": 1, "project": "raises", "assets": [{"key": "odd/things"}]}'
    (root / "interfaces" / "raises.json").write_text(before)
    shutil.copy(workspace.root / "interfaces" / "loader.json", root / "interfaces")
    done = lineage(root, "lock", "--out", "interfaces")
    assert done.returncode == 1
    assert "raises.json is unchanged" in done.stderr
    assert (root / "interfaces" / "raises.json").read_text() == before
    assert "odd/things" not in [one["key"] for one in check(root, "--select", "ED,EX")]


def test_unknown_project_is_an_error_with_a_suggestion(workspace):
    done = lineage(workspace.root, "lock", "loadr", "--out", "interfaces")
    assert done.returncode == 2
    assert done.stderr.endswith("the workspace has no project `loadr`: did you mean `loader`?\n")
