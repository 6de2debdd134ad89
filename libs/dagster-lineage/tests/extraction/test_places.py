"""Lines of a file that name an asset, including names that are composed at run time."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagster_lineage.extract.probe.script.places import Places

FILE = """
import dagster as dg

SPECS = [
    dg.AssetSpec(["raw", f"export_{country}"]) for country in ("de", "fr")
]
NAMES = [f"{name}" for name in ("de", "fr")]
MORE = dg.AssetSpec(f"lake/{NAMES[0]}/orders")


@dg.multi_asset_check(
    specs=[dg.AssetCheckSpec("many", asset="orders")],
)
def checks():
    yield dg.AssetCheckResult(check_name="many", passed=True)
"""


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("raw/export_de", "export_{country}"),
        ("lake/de/orders", "lake/{NAMES[0]}/orders"),
        ("many", 'AssetCheckSpec("many"'),
        ("raw/import_de", ""),
        ("raw/fr", '("de", "fr")'),
    ],
)
def test_name_is_found_in_its_file(key: str, text: str, tmp_path: Path) -> None:
    file = tmp_path / "specs.py"
    file.write_text(FILE)
    line = next((n for n, one in enumerate(FILE.splitlines(), 1) if text and text in one), 0)

    found = Places(tmp_path).of_name(tuple(key.split("/")), files=[str(file)])

    assert found == (f"{file}:{line}" if line else "")
