"""The private names of Dagster and dagster-dbt that the probe uses still exist.

A failure here means that a new version has renamed or removed one. The docstring of the named
module describes what the name is for and what would replace it.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import dagster_dbt.asset_utils
import pytest
from dagster._core.definitions import reconstruct
from dagster._grpc.utils import get_loadable_targets
from dagster_dbt import DagsterDbtTranslator

from dagster_lineage.extract.probe.script import (
    assets,
    declarations,
    loading,
    manifests,
    private_attributes,
    server,
)
from dagster_lineage.extract.probe.script.places import Places

SCRIPT = Path(loading.__file__).parent
ADAPTERS = {Path(str(one.__file__)).name for one in (loading, private_attributes, server)}
FILES = sorted(SCRIPT.glob("*.py"))
KEY = dg.AssetKey(["raw", "orders"])


def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_bytes(), feature_version=(3, 9))


def imports(file: Path) -> Iterator[tuple[str, str]]:
    """Yield module and name of each absolute import."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from ((one.name, "") for one in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from ((str(node.module), one.name) for one in node.names)


def private_imports(file: Path) -> list[tuple[str, str]]:
    return [
        (module, name)
        for module, name in imports(file)
        if module.startswith("dagster")
        and any(part.startswith("_") for part in (*module.split("."), name))
    ]


def private_attribute_names(file: Path) -> set[str]:
    """Return names with an underscore that are read of objects other than `self`."""
    names = set()
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in (
            "getattr",
            "first_attribute",
        ):
            names |= {one.value for one in node.args if isinstance(one, ast.Constant)}
        elif isinstance(node, ast.Attribute) and getattr(node.value, "id", "") != "self":
            names.add(node.attr)
    return {
        name
        for name in names
        if isinstance(name, str) and name.startswith("_") and not name.endswith("_")
    }


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_private_names_are_used_in_adapters_only(file: Path) -> None:
    if file.name not in ADAPTERS:
        assert private_imports(file) == []
        assert private_attribute_names(file) - {"_exit"} == set()


@pytest.mark.parametrize("name", sorted(ADAPTERS))
def test_private_imports_exist(name: str) -> None:
    for module, imported in private_imports(SCRIPT / name):
        owner = importlib.import_module(module)
        assert hasattr(owner, imported) or importlib.import_module(f"{module}.{imported}"), name


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_probe_needs_the_standard_library_and_dagster_only(file: Path) -> None:
    packages = {module.partition(".")[0] for module, _ in imports(file)}
    assert packages <= {*sys.stdlib_module_names, "dagster"}


def test_code_server_still_loads_with_these_functions() -> None:
    parameters = set(inspect.signature(get_loadable_targets).parameters)
    others = {"working_directory", "attribute", "resolve_lazy_defs"}
    assert parameters == {*loading.ARGUMENTS.values(), *others}, loading.__file__
    make = inspect.signature(reconstruct.repository_def_from_target_def)
    assert list(make.parameters) == ["target"], loading.__file__


def test_input_names_are_still_computed_for_each_dependency() -> None:
    """Otherwise `_cache_input_names` is not needed any more."""
    computed = inspect.getattr_static(dg.AssetsDefinition, "input_names_by_node_key")
    # The probe may have replaced the property in this process, in another test.
    getter = getattr(computed, "fget", None) or computed.func
    assert "node_keys_by_input_name" in inspect.getsource(getter), loading.__file__


@dg.asset
def orders() -> None: ...


@dg.op
def orders_op() -> None: ...


@dg.graph_asset
def totals() -> None:
    return orders_op()


@dg.asset_check(asset=orders)
def orders_exist() -> dg.AssetCheckResult: ...


@pytest.mark.parametrize("definition", [orders, totals, orders_exist])
def test_functions_of_assets_and_checks_are_found(definition: dg.AssetsDefinition) -> None:
    function = private_attributes.asset_function(definition)
    assert Places(SCRIPT).function(function), private_attributes.__file__


@dg.graph
def night() -> None:
    orders_op()


nightly = night.to_job()


@dg.schedule(job=nightly, cron_schedule="0 2 * * *")
def at_two() -> None: ...


@dg.sensor(job=nightly)
def new_files() -> None: ...


@pytest.mark.parametrize("definition", [nightly, at_two, new_files])
def test_functions_of_jobs_schedules_and_sensors_are_found(definition: object) -> None:
    places = Places(SCRIPT)
    functions = private_attributes.job_functions(definition)
    found = [place for one in functions if (place := places.function(one)) is not None]
    assert [place.file for place in found] == [__file__], private_attributes.__file__


@dg.asset_sensor(asset_key=KEY, job=nightly)
def after_one() -> None: ...


@dg.multi_asset_sensor(monitored_assets=[KEY], job=nightly)
def after_many() -> None: ...


@pytest.mark.parametrize("sensor", [after_one, after_many])
def test_assets_that_a_sensor_watches_are_found(sensor: dg.SensorDefinition) -> None:
    assert private_attributes.watched_assets(sensor) == [KEY], private_attributes.__file__


def test_metadata_of_dagster_dbt_has_these_keys() -> None:
    keys = {value for value in vars(dagster_dbt.asset_utils).values() if isinstance(value, str)}
    used = {assets.MANIFEST, assets.UNIQUE_ID, manifests.TRANSLATOR, manifests.PROJECT}
    assert used <= keys, manifests.__file__


def test_specs_of_dagster_dbt_have_the_keys_of_get_asset_key() -> None:
    method = DagsterDbtTranslator.get_asset_spec
    assert method.__qualname__ == "DagsterDbtTranslator.get_asset_spec", manifests.__file__
    assert "self.get_asset_key(" in inspect.getsource(method), manifests.__file__


def test_text_of_a_key_is_that_of_dagster() -> None:
    key = dg.AssetKey(["a/b", "c"])
    assert declarations.key_text(key) == key.to_escaped_user_string()
