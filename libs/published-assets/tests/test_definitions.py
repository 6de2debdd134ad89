import sys
import textwrap

import dagster as dg
import pytest

from published_assets.api import WarehouseResource, code_location_definitions

MODULES = {
    "__init__.py": "",
    "orders.py": """
        import dagster as dg

        @dg.asset
        def orders(warehouse: dg.ResourceParam[object]) -> None: ...
        """,
    "nested/__init__.py": "",
    "nested/checks.py": """
        import dagster as dg

        @dg.asset_check(asset="orders")
        def not_empty() -> dg.AssetCheckResult:
            return dg.AssetCheckResult(passed=True)
        """,
}


@pytest.fixture
def declarations(tmp_path, monkeypatch):
    for name, text in MODULES.items():
        file = tmp_path / "declarations" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text))
    monkeypatch.syspath_prepend(tmp_path)
    import declarations

    yield declarations
    for name in [name for name in sys.modules if name.partition(".")[0] == "declarations"]:
        del sys.modules[name]


def test_assets_and_checks_of_all_modules_are_loaded(declarations):
    resources = {"warehouse": WarehouseResource(project="shop")}
    definitions = code_location_definitions("shop", declarations, resources)
    graph = definitions.resolve_asset_graph()
    assert graph.get_all_asset_keys() == {dg.AssetKey("orders")}
    assert {key.name for key in graph.asset_check_keys} == {"not_empty"}
    assert definitions.executor is dg.in_process_executor
    assert graph.get(dg.AssetKey("orders")).backfill_policy is not None
