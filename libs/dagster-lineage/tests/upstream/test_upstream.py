"""Dependencies on models of another project, and the errors for wrong names."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from types import ModuleType

import dagster as dg
import pytest

from dagster_lineage.definitions import UpstreamUnknown
from dagster_lineage.definitions.upstream import (
    COLUMNS_METADATA,
    LOCKING,
    MODEL_METADATA,
    PLACE_METADATA,
)
from dagster_lineage.extract.probe.script import assets
from dagster_lineage.files.interface_files import encode
from dagster_lineage.model import SCHEMA_VERSION, Asset, Column, Interface
from dagster_lineage.model.interface import Partitions

DAYS_IN_BERLIN = Partitions(
    kind="time", cron="0 0 * * *", timezone="Europe/Berlin", start="2024-05-31T22:00:00+00:00"
)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a repository with one producer: a versioned model, a plain one and a Python asset."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text("[tool.lineage]\n")
    columns = {"order_date": Column(type="date"), "orders": Column(type="bigint")}
    models = [
        Asset(
            key="marts/summary", kind="model", name="summary", columns=columns, columns_known=True
        ),
        Asset(key="marts/open", kind="model", name="open", columns=columns),
        Asset(key="marts/value_v1", name="value", version="1", latest_version="2"),
        Asset(key="marts/value", name="value", version="2", latest_version="2"),
        Asset(key="raw/clicks", partitions=DAYS_IN_BERLIN),
        Asset(key="raw/declared", kind="external"),
    ]
    folder = tmp_path / "projects/marts"
    folder.mkdir(parents=True)
    (folder / "interface.json").write_bytes(
        encode(
            Interface(
                schema_version=SCHEMA_VERSION,
                project="marts",
                assets=tuple(sorted(models, key=lambda one: one.key)),
            )
        )
    )
    return tmp_path


def reading(repository: Path, code: str) -> ModuleType:
    """Return a module of another project that runs `code` at import."""
    file = repository / "reader.py"
    file.write_text(f"from dagster_lineage.definitions import *\n{code}\n")
    spec = importlib.util.spec_from_file_location("reader", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("model", "key"),
    [
        ("summary", "marts/summary"),
        ("clicks", "raw/clicks"),
        ("value", "marts/value"),
        ("value.v2", "marts/value"),
        ("value.v1", "marts/value_v1"),
    ],
)
def test_key_is_that_of_the_producer(repository, model, key):
    found = reading(repository, f"KEY = get_asset_key_for_model('marts', {model!r})").KEY
    assert found == dg.AssetKey(key.split("/"))


@pytest.mark.parametrize(
    ("code", "part"),
    [
        ("upstream('marts', 'sumary')", "did you mean `summary`?"),
        ("get_asset_key_for_model('martz', 'summary')", "did you mean `marts`?"),
        ("upstream('marts', 'summary', ['order_dat'])", "did you mean `order_date`?"),
        ("upstream('marts', 'declared')", "has no model or asset `declared`"),
    ],
)
def test_wrong_name_fails_at_load_with_the_nearest_one(repository, code, part):
    with pytest.raises(UpstreamUnknown, match=re.escape(part)):
        reading(repository, code)


def test_column_of_an_asset_with_unknown_columns_is_accepted(repository):
    found = reading(repository, "UP = upstream('marts', 'open', ['anything'])").UP
    assert found.columns == {"anything": ""}


def test_first_partition_is_a_day_in_the_time_zone_of_the_producer(repository):
    found = reading(repository, "A, B = (upstream('marts', name) for name in ('clicks', 'open'))")
    assert (found.A.first_partition, found.B.first_partition) == (date(2024, 6, 1), None)


def test_interface_with_a_merge_conflict_is_reported(repository):
    file = repository / "projects/marts/interface.json"
    file.write_bytes(b"<<<<<<< HEAD\n" + file.read_bytes())
    with pytest.raises(UpstreamUnknown, match="merge conflict"):
        reading(repository, "upstream('marts', 'summary')")


def test_project_that_shares_its_folder_is_found_by_its_name(repository):
    file = repository / "projects/marts/interface.json"
    shared = file.with_name("interface.finance.json")
    shared.write_bytes(file.read_bytes().replace(b'"project": "marts"', b'"project": "finance"'))
    found = reading(repository, "KEY = get_asset_key_for_model('finance', 'summary')").KEY
    assert found == dg.AssetKey(["marts", "summary"])


def test_dependency_has_the_columns_as_metadata(repository):
    found = reading(repository, "UP = upstream('marts', 'summary', {'order_date': 'date'})").UP
    assert found.dep.asset_key == dg.AssetKey(["marts", "summary"])
    assert found.dep.metadata["lineage/columns"] == {"order_date": {"type": "date"}}
    assert "lineage/at" not in found.dep.metadata, "absolute paths are for `lineage lock` only"


def test_two_assets_that_read_different_columns_of_one_table_load(repository):
    module = reading(
        repository,
        "import dagster as dg\n"
        "@dg.asset(deps=[upstream('marts', 'summary', ['order_date']).dep])\n"
        "def days(): ...\n"
        "@dg.asset(deps=[upstream('marts', 'summary', {'orders': 'bigint'}).dep])\n"
        "def counts(): ...\n",
    )
    definitions = dg.Definitions([module.days, module.counts])
    specs = {spec.key.path[-1]: spec for spec in definitions.resolve_all_asset_specs()}
    columns = {
        name: next(iter(specs[name].deps)).metadata["lineage/columns"]
        for name in ("days", "counts")
    }
    assert columns == {"days": {"order_date": {}}, "counts": {"orders": {"type": "bigint"}}}
    assert definitions.resolve_asset_graph().get(dg.AssetKey(["marts", "summary"])) is not None


@pytest.mark.parametrize(("model", "key"), [("sumary", "marts/sumary"), ("other", "marts/other")])
def test_while_locking_a_wrong_model_has_the_prefix_of_the_project(
    repository, monkeypatch, model, key
):
    monkeypatch.setenv(LOCKING, "1")
    found = reading(repository, f"KEY = get_asset_key_for_model('marts', {model!r})").KEY
    assert found == dg.AssetKey(key.split("/"))


def test_while_locking_a_wrong_name_is_an_unresolved_key(repository, monkeypatch):
    monkeypatch.setenv(LOCKING, "1")
    found = reading(repository, "\n\nUP = upstream('marts', 'sumary', ['x'])").UP
    assert found.key == dg.AssetKey(["marts", "sumary"])
    assert found.dep.metadata["lineage/at"] == f"{repository / 'reader.py'}:4"


def test_repository_is_that_of_the_calling_file_not_of_the_working_directory(
    repository, monkeypatch, tmp_path_factory
):
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert reading(repository, "UP = upstream('marts', 'summary')").UP.project == "marts"


def test_upstream_needs_no_dbt_and_no_sql_parser(repository):
    code = (
        "import sys\nfrom dagster_lineage.definitions import upstream\n"
        "upstream('marts', 'summary')\n"
        "print([name for name in ('dbt', 'dagster_dbt', 'sqlglot', 'jinja2') "
        "if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, check=True
    )
    # Jinja is a dependency of Dagster.
    assert done.stdout.strip() in ("[]", "['jinja2']")


def test_metadata_has_the_names_that_the_probe_reads():
    written = (MODEL_METADATA, COLUMNS_METADATA, PLACE_METADATA)
    assert written == (assets.MODEL, assets.EXPECTED_COLUMNS, assets.DECLARED_AT)
