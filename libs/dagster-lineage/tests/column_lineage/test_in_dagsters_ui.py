"""The columns of two code locations in Dagster's UI."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from dagster_lineage.files.interface_files import encode
from dagster_lineage.model import SCHEMA_VERSION, Asset, Column, Interface, Read

SECONDS = 120
"""Longest time that the server may need to start."""
SHOP = Asset(key="shop/orders", columns={"amount": Column(type="decimal(12,2)")})
MART = Asset(
    key="marts/revenue",
    kind="model",
    columns={
        "total": Column(type="decimal(18,2)", derived_from=("shop/orders#amount",)),
        "currency": Column(type="varchar"),
    },
    reads=(Read(key="shop/orders"),),
)
LOCATION = """
import dagster as dg
from dagster_lineage.definitions import with_column_lineage

@dg.asset(key={key}, deps={deps})
def table(): ...

defs = with_column_lineage(dg.Definitions([table]))
"""
QUERY = """
query Columns($key: AssetKeyInput!) {
  assetNodes(assetKeys: [$key]) {
    metadataEntries {
      label
      ... on TableSchemaMetadataEntry { schema { columns { name type } } }
      ... on TableColumnLineageMetadataEntry {
        lineage { columnName columnDeps { assetKey { path } columnName } }
      }
    }
  }
}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve Dagster's UI of the code locations `shop` and `marts`, and return its address."""
    root = tmp_path_factory.mktemp("repository")
    (root / "pyproject.toml").write_text("[tool.lineage]\n")
    write_location(root, SHOP, [])
    write_location(root, MART, [["shop", "orders"]])
    home = root / "home"
    home.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        *(sys.executable, "-m", "dagster_webserver", "--host", "127.0.0.1", "--port", str(port)),
        *("--python-file", "projects/shop/shop.py", "--python-file", "projects/marts/marts.py"),
    ]
    environment = os.environ | {"DAGSTER_HOME": str(home), "DAGSTER_DISABLE_TELEMETRY": "yes"}
    process = subprocess.Popen(
        command, cwd=root, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=60)


def write_location(root: Path, asset: Asset, deps: list[list[str]]) -> None:
    project = asset.key.split("/")[0]
    folder = root / "projects" / project
    folder.mkdir(parents=True)
    interface = Interface(schema_version=SCHEMA_VERSION, project=project, assets=(asset,))
    (folder / "interface.json").write_bytes(encode(interface))
    code = LOCATION.format(key=asset.key.split("/"), deps=deps)
    (folder / f"{project}.py").write_text(code)


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/server_info"):
                return
        except urllib.error.URLError:
            time.sleep(0.2)
    pytest.fail("dagster-webserver did not start")


def metadata(server: str, *key: str) -> dict[str, dict]:
    request = urllib.request.Request(
        f"{server}/graphql",
        data=json.dumps({"query": QUERY, "variables": {"key": {"path": key}}}).encode(),
        headers={"content-type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        [node] = json.load(answer)["data"]["assetNodes"]
    return {entry["label"]: entry for entry in node["metadataEntries"]}


def test_webserver_has_columns_and_their_lineage_over_code_locations(server):
    entries = metadata(server, "marts", "revenue")
    assert entries["dagster/column_schema"]["schema"]["columns"] == [
        {"name": "total", "type": "decimal(18,2)"},
        {"name": "currency", "type": "varchar"},
    ]
    amount = {"assetKey": {"path": ["shop", "orders"]}, "columnName": "amount"}
    lineage = entries["dagster/column_lineage"]["lineage"]
    assert {entry["columnName"]: entry["columnDeps"] for entry in lineage} == {
        "total": [amount],
        "currency": [],
    }


def test_column_of_the_ui_leads_to_the_asset_of_another_code_location(server, browser):
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    # Code servers start while the page waits, next to other tests.
    page.set_default_timeout(60_000)
    # The UI asks new visitors for their e-mail address.
    page.add_locator_handler(
        page.get_by_role("button", name="Skip", exact=True), lambda button: button.click()
    )
    page.goto(f"{server}/assets/marts/revenue")
    row = page.get_by_role("row").filter(has=page.get_by_text("total", exact=True))
    expect(row).to_contain_text("Computed from shop/orders.amount.", timeout=60_000)
    row.get_by_role("link", name="shop/orders.amount").click()
    page.wait_for_url(f"{server}/assets/shop/orders*")
    page.get_by_text("amount", exact=True).wait_for()
    page.close()
