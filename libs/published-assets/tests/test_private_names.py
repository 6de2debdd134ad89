"""The private names of Dagster, dagster-dbt and dbt that this library uses still exist.

A failure here means that a new version has renamed or removed one. The docstring of the named
module describes what the name is for and what replaces it.
"""

import inspect

import pytest
from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage
from dagster._core.storage.event_log.sqlite import sqlite_event_log
from dagster._core.storage.runs.sqlite.sqlite_run_storage import SqliteRunStorage
from dagster_dbt import DbtCliResource
from dbt.contracts.graph.manifest import Manifest

from published_assets import event_batches, run_storage
from published_assets.dbt import cli, parsed_command


@pytest.mark.parametrize(
    "name",
    [
        *("_connect", "store_event", "from_config_value", "run_connection", "index_transaction"),
        *("_event_to_row", "_store_asset_event", "_store_asset_event_tags"),
        *("_store_asset_check_evaluation_planned", "_initdb", "has_table", "path_for_shard"),
    ],
)
def test_sqlite_event_storage_has_the_methods_that_event_batches_overrides_or_calls(name):
    storage = sqlite_event_log.SqliteEventLogStorage
    assert hasattr(storage, name), f"{event_batches.__file__}: {name} is gone"


@pytest.mark.parametrize("name", ["connect", "from_config_value", "from_local"])
def test_sqlite_run_storage_has_the_methods_that_run_storage_overrides_or_calls(name):
    assert hasattr(SqliteRunStorage, name), f"{run_storage.__file__}: {name} is gone"
    assert "self._conn_string" in inspect.getsource(SqliteRunStorage.connect)


def test_sqlite_event_storage_still_stores_a_batch_event_by_event():
    """Otherwise `event_batches` is not needed any more."""
    storage = sqlite_event_log.SqliteEventLogStorage
    assert "store_event_batch" not in vars(storage), f"delete {event_batches.__file__}"
    assert "store_event_batch" not in vars(SqlEventLogStorage), f"delete {event_batches.__file__}"
    for name in ("_db_lock", "_initialized_dbs"):
        assert name in inspect.getsource(storage), f"{event_batches.__file__}: {name} is gone"
    assert sqlite_event_log.INDEX_SHARD_NAME == "index"


@pytest.mark.parametrize("name", ["_cli_version", "_initialize_dbt_core_adapter"])
def test_dbt_cli_resource_calls_the_methods_that_dbt_cli_overrides(name):
    assert hasattr(DbtCliResource, name), f"{cli.__file__}: {name} is gone"
    assert f"self.{name}" in inspect.getsource(DbtCliResource.cli)


@pytest.mark.parametrize("name", ["from_msgpack", "build_flat_graph"])
def test_manifest_has_the_methods_that_parsed_command_calls(name):
    assert hasattr(Manifest, name), f"{parsed_command.__file__}: {name} is gone"
