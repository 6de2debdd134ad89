"""A code location that composes the names of its assets, jobs and schedules at run time."""

from __future__ import annotations

from dagster_lineage.files.interface_files import read_interface

WORKSPACE = """
load_from:
- python_file: {relative_path: stock/definitions.py, working_directory: stock, location_name: stock}
"""
NAMING = """
def file_name(warehouse, day):
    return f"{warehouse}-{day}_{warehouse}"


def spec(table):
    from dagster import AssetKey, AssetSpec

    return AssetSpec(AssetKey(table.split(".")))
"""
TABLES = """
from dagster import AssetSpec
from naming import spec

WORDS = [("pallet", "moves"), ("pallet", "counts")]
moves = [AssetSpec(["wms", "_".join(words)]) for words in WORDS]
copies = [AssetSpec(["copy", "_".join(words)]) for words in WORDS]
copies_of_copies = [AssetSpec(["copy", "old_" + "_".join(words)]) for words in WORDS]
"""
DEFINITIONS = """
from dagster import Definitions, ScheduleDefinition, asset
from naming import spec
from tables import copies, copies_of_copies, moves


@asset(deps=[["wms", "pallet_moves"]])
def dashboard(): ...


nightly = ScheduleDefinition(
    name="_".join(["every", "night"]), target=dashboard, cron_schedule="0 4 * * *"
)
other = spec(".".join(["erp", "-".join(["goods", "in_transit"])]))
defs = Definitions([*moves, *copies, *copies_of_copies, other, dashboard], schedules=[nightly])
"""


def test_composed_names_share_no_wrong_line(repository):
    code = repository.root / "stock"
    code.mkdir()
    (repository.root / "workspace.yaml").write_text(WORKSPACE)
    for name, text in {"naming": NAMING, "tables": TABLES, "definitions": DEFINITIONS}.items():
        (code / f"{name}.py").write_text(text)
    assert repository.lineage("lock", "--out", "interfaces")[0] == 0
    interface = read_interface(repository.root / "interfaces" / "stock.json")
    assert {asset.key: asset.at for asset in interface.assets} == {
        "copy/old_pallet_counts": "stock/tables.py:7?",
        "copy/old_pallet_moves": "stock/tables.py:7?",
        "copy/pallet_counts": "stock/tables.py:7?",
        "copy/pallet_moves": "stock/tables.py:7?",
        "dashboard": "stock/definitions.py:7",
        "erp/goods-in_transit": "",
        "wms/pallet_counts": "stock/tables.py:6",
        "wms/pallet_moves": "stock/tables.py:6",
    }
    assert {job.name: job.at for job in interface.jobs} == {"every_night": ""}
