"""Column schemas and column lineage of the interfaces in the definitions of a code location."""

from __future__ import annotations

import importlib.util
import logging
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import dagster as dg
import pytest

from dagster_lineage.definitions.calling_code import INTERFACES, LOCKING
from dagster_lineage.extract.probe.script import declarations
from dagster_lineage.files.interface_files import encode
from dagster_lineage.model import SCHEMA_VERSION, Asset, Column, Interface, Read

PAID = Asset(
    key="marts/paid",
    kind="model",
    unique_id="model.marts.paid",
    columns={
        "id": Column(
            type="bigint",
            not_null=True,
            unique=True,
            derived_from=("shop/orders#id",),
            copy=True,
        ),
        "total": Column(type="decimal(12,2)", derived_from=("shop/fees#fee", "shop/orders#amount")),
        "source": Column(type="varchar"),
    },
    columns_known=True,
    reads=(Read(key="shop/fees"), Read(key="shop/orders")),
)
FORECAST = Asset(
    key="marts/forecast",
    columns={"expected": Column(type="double", derived_from=("marts/paid#total",))},
    columns_known=True,
    reads=(Read(key="marts/paid"),),
)
ORDERS = Asset(
    key="shop/orders",
    columns={"id": Column(type="bigint"), "amount": Column(type="decimal(12,2)")},
    columns_known=True,
)
FEES = Asset(
    key="shop/fees", columns={"fee": Column(type="double")}, reads=(Read(key="bank/statement"),)
)
DEFINITIONS = """
import dagster as dg
from dagster_lineage.definitions import with_column_lineage

@dg.multi_asset(specs=[dg.AssetSpec(["marts", "paid"], metadata={"dagster/column_schema": (
    dg.TableSchema([
        dg.TableColumn("ID", "?", description="Number of the order.", tags={"pii": ""}),
        dg.TableColumn("note", "varchar", description="Not in the interface."),
    ])
)}), dg.AssetSpec(["marts", "new"])])
def models(): ...

@dg.asset(key=["marts", "forecast"], metadata={
    "dagster/column_schema": dg.TableSchema([dg.TableColumn("Expected", "DOUBLE")]),
})
def forecast(): ...

assets = [models, forecast, dg.AssetSpec(["bank", "statement"])]
"""
MAPPED = f"{DEFINITIONS}\ndefs = with_column_lineage(dg.Definitions(assets=assets))\n"
ALL_KEYS = {"marts/paid", "marts/new", "marts/forecast", "bank/statement"}


class Repository:
    """A folder with interfaces and one code location, `marts`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "pyproject.toml").write_text("[tool.lineage]\n")
        self.write("shop", ORDERS, FEES)
        self.write("marts", PAID, FORECAST)

    def write(self, project: str, *assets: Asset, name: str = "interface.json") -> Path:
        file = self.root / "projects" / project / name
        file.parent.mkdir(parents=True, exist_ok=True)
        ordered = tuple(sorted(assets, key=lambda one: one.key))
        interface = Interface(schema_version=SCHEMA_VERSION, project=project, assets=ordered)
        file.write_bytes(encode(interface))
        return file

    def load(self, code: str, file: str = "projects/marts/src/marts.py") -> ModuleType:
        """Return a module of the repository that runs `code` at import."""
        module_file = self.root / file
        module_file.parent.mkdir(parents=True, exist_ok=True)
        module_file.write_text(code)
        spec = importlib.util.spec_from_file_location(module_file.stem, module_file)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    root = tmp_path / "repository"
    root.mkdir()
    return Repository(root)


def metadata_of(definitions: dg.Definitions) -> dict[str, dict]:
    """Return the resolved metadata of each asset, as Dagster's webserver gets it."""
    graph = definitions.resolve_asset_graph()
    return {
        key.to_user_string(): dict(graph.get(key).metadata) for key in graph.get_all_asset_keys()
    }


def lineage_of(metadata: dict) -> dict[str, list[str]]:
    return declarations.column_lineage(metadata)


def columns_of(metadata: dict) -> dict[str, dg.TableColumn]:
    return {column.name: column for column in metadata["dagster/column_schema"].columns}


def test_lineage_leads_over_projects_to_columns_of_other_code_locations(repository):
    found = metadata_of(repository.load(MAPPED).defs)
    assert found.keys() == ALL_KEYS
    assert lineage_of(found["marts/paid"]) == {
        "ID": ["shop/orders#id"],
        "total": ["shop/fees#fee", "shop/orders#amount"],
        "source": [],
        "note": [],
    }
    assert lineage_of(found["marts/forecast"]) == {"Expected": ["marts/paid#total"]}


def test_declared_columns_of_a_model_are_completed_and_keep_what_they_declare(repository):
    columns = columns_of(metadata_of(repository.load(MAPPED).defs)["marts/paid"])
    assert {name: column.type for name, column in columns.items()} == {
        "ID": "bigint",
        "total": "decimal(12,2)",
        "source": "varchar",
        "note": "varchar",
    }
    first = columns["ID"]
    assert (first.constraints.nullable, first.constraints.unique) == (False, True)
    assert first.tags == {"pii": ""}
    assert columns["source"].description is None
    assert columns["note"].description == "Not in the interface."


def test_description_of_a_column_links_to_its_origins(repository):
    """The open-source UI hides `dagster/column_lineage`."""
    columns = columns_of(metadata_of(repository.load(MAPPED).defs)["marts/paid"])
    assert columns["ID"].description == (
        "Number of the order.\n\nCopied from [`shop/orders.id`](/assets/shop/orders)."
    )
    assert columns["total"].description == (
        "Computed from [`shop/fees.fee`](/assets/shop/fees), "
        "[`shop/orders.amount`](/assets/shop/orders)."
    )


def test_many_origins_are_counted_in_the_description_and_complete_in_the_lineage(repository):
    origins = tuple(f"a b/t{number}#x" for number in range(9))
    wide = {"sum": Column(type="double", derived_from=origins)}
    repository.write("marts", Asset(key="marts/new", kind="model", columns=wide))
    metadata = metadata_of(repository.load(MAPPED).defs)["marts/new"]
    assert lineage_of(metadata) == {"sum": list(origins)}
    description = columns_of(metadata)["sum"].description
    assert description.startswith("Computed from [`a b/t0.x`](/assets/a%20b/t0), ")
    assert description.endswith("[`a b/t5.x`](/assets/a%20b/t5) and 3 more.")


def test_constant_and_unknown_origins_are_not_the_same(repository):
    columns = {
        "fixed": Column(type="integer", constant=True),
        "partly": Column(derived_from=("shop/orders#id",), unknown="a table is not an asset: x"),
        "lost": Column(unknown="a table is not an asset: x"),
    }
    reads = (Read(key="shop/orders"),)
    repository.write("marts", Asset(key="marts/new", kind="model", columns=columns, reads=reads))
    found = columns_of(metadata_of(repository.load(MAPPED).defs)["marts/new"])
    assert {name: column.description for name, column in found.items()} == {
        "fixed": "A constant.",
        "partly": (
            "Computed from [`shop/orders.id`](/assets/shop/orders). "
            "Other origins are unknown: a table is not an asset: x."
        ),
        "lost": "Its origins are unknown: a table is not an asset: x.",
    }
    assert found["lost"].type == "?"


def test_python_asset_has_the_columns_that_it_declares_and_no_others(repository):
    """Otherwise a stale interface would add a column that the code has removed."""
    stale = {**FORECAST.columns, "removed": Column(type="double", derived_from=("a/b#c",))}
    repository.write("marts", PAID, Asset(key="marts/forecast", columns=stale))
    found = metadata_of(repository.load(MAPPED).defs)["marts/forecast"]
    assert columns_of(found).keys() == {"Expected"}
    assert columns_of(found)["Expected"].type == "DOUBLE"
    assert lineage_of(found) == {"Expected": ["marts/paid#total"]}


def test_declared_lineage_is_kept_and_has_all_columns(repository):
    """Dagster+ shows only the columns that the lineage names."""
    code = """
import dagster as dg
from dagster_lineage.definitions import with_column_lineage

@dg.asset(key=["marts", "forecast"], metadata={
    "dagster/column_schema": dg.TableSchema([dg.TableColumn("expected"), dg.TableColumn("run")]),
    "dagster/column_lineage": dg.TableColumnLineage(
        {"expected": [dg.TableColumnDep(dg.AssetKey("mine"), "y")]}
    ),
})
def forecast(): ...

defs = with_column_lineage(dg.Definitions([forecast]))
"""
    found = metadata_of(repository.load(code).defs)["marts/forecast"]
    assert lineage_of(found) == {"expected": ["mine#y"], "run": []}


def test_asset_with_unknown_origins_has_columns_but_no_lineage(repository):
    """An empty lineage would say that its columns have no upstream columns."""
    code = (
        "import dagster as dg\nfrom dagster_lineage.definitions import with_column_lineage\n"
        "keys = [['shop', 'orders'], ['shop', 'fees']]\n"
        "@dg.multi_asset(specs=[dg.AssetSpec(key) for key in keys])\n"
        "def tables(): ...\n"
        "defs = with_column_lineage(dg.Definitions([tables]))\n"
    )
    found = metadata_of(repository.load(code, "projects/shop/shop.py").defs)
    assert columns_of(found["shop/fees"]).keys() == {"fee"}
    assert "dagster/column_lineage" not in found["shop/fees"]
    assert lineage_of(found["shop/orders"]) == {"id": [], "amount": []}, "it reads nothing"


def test_all_other_fields_of_the_definitions_are_kept(repository):
    code = f"""{DEFINITIONS}
@dg.schedule(cron_schedule="@daily", target=[forecast])
def daily(): ...

@dg.sensor(target=[models])
def watch(): ...

@dg.asset_check(asset=forecast)
def positive(): return dg.AssetCheckResult(passed=True)

plain = dg.Definitions(
    assets=[*assets, dg.SourceAsset(["old", "source"])],
    asset_checks=[positive],
    jobs=[dg.define_asset_job("refresh", [forecast])],
    schedules=[daily],
    sensors=[watch],
    resources={{"number": 7}},
    executor=dg.in_process_executor,
    loggers={{}},
    metadata={{"team": "finance"}},
)
defs = with_column_lineage(plain)
"""
    defs = repository.load(code).defs
    found = metadata_of(defs)
    assert found.keys() == {*ALL_KEYS, "old/source"}
    assert lineage_of(found["marts/forecast"])
    assert {job.name for job in defs.resolve_all_job_defs()} >= {"refresh", "__ASSET_JOB"}
    assert defs.resolve_schedule_def("daily").name == "daily"
    assert defs.resolve_sensor_def("watch").name == "watch"
    assert [key.name for key in defs.resolve_asset_graph().asset_check_keys] == ["positive"]
    assert defs.resources == {"number": 7}
    assert defs.executor is dg.in_process_executor
    assert defs.metadata["team"].value == "finance"


def test_code_without_interface_loads_with_a_warning(repository, caplog):
    for file in repository.root.glob("projects/*/interface.json"):
        file.unlink()
    found = metadata_of(repository.load(MAPPED).defs)
    assert found.keys() == ALL_KEYS
    assert not any("dagster/column_lineage" in metadata for metadata in found.values())
    [record] = caplog.records
    assert record.levelno == logging.WARNING
    assert f"no interface in {repository.root} describes an asset of " in record.message
    assert "`lineage lock`" in record.message


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (b"<<<<<<< HEAD\n{}", "merge conflict"),
        (b'{"schema_version": 99, "project": "marts"}', "schema version 99"),
    ],
)
def test_unreadable_interface_is_a_warning_and_other_files_are_read(repository, caplog, text, part):
    (repository.root / "projects/marts/interface.json").write_bytes(text)
    repository.write("other", FORECAST)
    found = metadata_of(repository.load(MAPPED).defs)
    assert "dagster/column_lineage" not in found["marts/paid"]
    assert lineage_of(found["marts/forecast"]) == {"Expected": ["marts/paid#total"]}
    [record] = caplog.records
    assert part in record.message


def test_wrong_settings_are_a_warning(repository, caplog):
    (repository.root / "pyproject.toml").write_text("[tool.lineage]\ninterfces = []\n")
    assert metadata_of(repository.load(MAPPED).defs).keys() == ALL_KEYS
    [record] = caplog.records
    assert "did you mean `interfaces`?" in record.message


def test_complete_interface_causes_no_warning(repository, caplog):
    repository.load(MAPPED)
    assert not caplog.records


def test_while_locking_definitions_are_those_of_the_code(repository, monkeypatch):
    """Otherwise `lineage lock` would write an interface that is read from itself."""
    monkeypatch.setenv(LOCKING, "1")
    found = metadata_of(repository.load(MAPPED).defs)
    assert columns_of(found["marts/paid"]).keys() == {"ID", "note"}
    assert not any("dagster/column_lineage" in metadata for metadata in found.values())


def test_nearest_interface_describes_a_key_that_two_projects_produce(repository):
    repository.write("a_copy", Asset(key="marts/forecast", columns={"Expected": Column()}))
    found = metadata_of(repository.load(MAPPED).defs)["marts/forecast"]
    assert lineage_of(found) == {"Expected": ["marts/paid#total"]}


def test_declaration_of_a_reader_does_not_describe_the_asset(repository):
    """A reader's `external` asset has the columns that the reader knows."""
    stated = Asset(key="marts/forecast", kind="external", columns={"wrong": Column()})
    repository.write("marts", PAID, stated)
    repository.write("other", FORECAST)
    found = metadata_of(repository.load(MAPPED).defs)["marts/forecast"]
    assert columns_of(found).keys() == {"Expected"}
    assert lineage_of(found) == {"Expected": ["marts/paid#total"]}


def test_interfaces_are_found_in_a_repository_without_settings(repository):
    (repository.root / "pyproject.toml").unlink()
    (repository.root / ".git").mkdir()
    assert lineage_of(metadata_of(repository.load(MAPPED).defs)["marts/forecast"])


def test_installed_code_finds_the_repository_by_the_environment_variable(
    repository, monkeypatch, tmp_path
):
    installed = tmp_path / "site-packages/marts.py"
    without = repository.load(MAPPED, str(installed)).defs
    assert "dagster/column_lineage" not in metadata_of(without)["marts/forecast"]
    monkeypatch.setenv(INTERFACES, str(repository.root))
    found = repository.load(MAPPED, str(installed)).defs
    assert lineage_of(metadata_of(found)["marts/forecast"])


def test_column_lineage_needs_no_dbt_and_no_sql_parser(repository):
    repository.load(MAPPED)
    code = (
        "import sys, runpy\n"
        f"runpy.run_path({str(repository.root / 'projects/marts/src/marts.py')!r})\n"
        "print([name for name in ('dbt', 'dagster_dbt', 'sqlglot') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={}
    )
    assert done.stdout.strip() == "[]"
