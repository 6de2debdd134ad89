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

COMPOSED = """
import dagster as dg

SCHEMA = "crm"
TABLES = ["accounts", "leads"]


def partition_key(day, shard):
    return f"{day}_{shard}"


def label(name):
    return f"stock_{name}"


tables = [dg.AssetSpec([SCHEMA, table], description=f"Table {table} of crm") for table in TABLES]
lines = [dg.AssetSpec(["erp", "_".join(parts)]) for parts in PARTS]
parts = [dg.AssetSpec(dg.AssetKey(["shop", f"{a}_{b}"])) for a, b in PARTS]
other = dg.AssetSpec(["erp", "leads_of_shops"], group_name="owners")
first = [dg.AssetSpec(["web", name]) for name in first_names()]
again = [dg.AssetSpec(["web", name]) for name in more_names()]
any_of = [dg.AssetSpec([schema, name]) for schema, name in everything()]
key = dg.AssetKey(["hr", person()])
weekly = dg.ScheduleDefinition(name="weekly", job_name="nightly")
nightly = dg.define_asset_job("nightly", selection=["weekly"])
prefixed = dg.AssetSpec(["base", "people"])
"""


def line_of(code: str, text: str) -> int:
    return next(n for n, one in enumerate(code.splitlines(), 1) if text in one)


def place_of_name(folder: Path, code: str, key: str) -> str:
    file = folder / "specs.py"
    file.write_text(code)
    found = Places(folder).of_name(tuple(key.split("/")), files=[str(file)])
    return found.removeprefix(f"{file}:")


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("raw/export_de", "export_{country}"),
        ("lake/de/orders", "lake/{NAMES[0]}/orders"),
        ("many", 'AssetCheckSpec("many"'),
    ],
)
def test_name_is_found_in_its_file(key: str, text: str, tmp_path: Path) -> None:
    assert place_of_name(tmp_path, FILE, key) == str(line_of(FILE, text))


def test_name_that_is_written_twice_is_uncertain(tmp_path: Path) -> None:
    line = line_of(FILE, "AssetSpec([")
    assert place_of_name(tmp_path, FILE, "raw/fr") == f"{line}?"


@pytest.mark.parametrize("key", ["raw/import_de", "de_fr", "raw"])
def test_name_that_no_text_fits_has_no_place(key: str, tmp_path: Path) -> None:
    assert place_of_name(tmp_path, FILE, key) == ""


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("crm/accounts", "TABLES = ["),
        ("crm/orders_of_day", "dg.AssetSpec([SCHEMA, table]"),
        ("erp/order_lines", '"_".join(parts)'),
        ("shop/order_lines", 'f"{a}_{b}"'),
        ("erp/leads_of_shops", '"leads_of_shops"'),
        ("nightly", "define_asset_job"),
        ("weekly", "ScheduleDefinition"),
        ("lake/base/people", '"people"'),
    ],
)
def test_composed_name_is_found_at_the_only_definition_that_fits(
    key: str, text: str, tmp_path: Path
) -> None:
    assert place_of_name(tmp_path, COMPOSED, key) == str(line_of(COMPOSED, text))


@pytest.mark.parametrize(
    ("key", "text"),
    [
        # Two definitions fit.
        ("web/visits", "first_names()"),
        # A helper function, which the code may call for other names.
        ("wms/stock_de", 'f"stock_{name}"'),
        ("hr/anna", "person()"),
    ],
)
def test_guess_ends_with_a_question_mark(key: str, text: str, tmp_path: Path) -> None:
    assert place_of_name(tmp_path, COMPOSED, key) == f"{line_of(COMPOSED, text)}?"


@pytest.mark.parametrize(
    "key",
    [
        "wms/order_lines",  # fits only f"{day}_{shard}" and keys without any text
        "nightly_wms",
        "Table_x_of_crm",  # a description
        "wms/leads_of_shops",  # a key of another schema
        "wms/owners",  # a group
    ],
)
def test_texts_of_other_things_are_no_place(key: str, tmp_path: Path) -> None:
    assert place_of_name(tmp_path, COMPOSED, key) == ""
