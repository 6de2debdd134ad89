"""Names, descriptions and contracts of the project, and dbt's wait for the work file."""

import json
import shutil
import subprocess
import time
from dataclasses import replace

import duckdb


def models_of(manifest):
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]


def test_every_table_and_column_is_described(built):
    manifest = built.manifest()
    tables = [
        node
        for node in [*manifest["nodes"].values(), *manifest["sources"].values()]
        if node["resource_type"] in {"model", "seed", "source"}
    ]
    assert len(tables) == 8
    undescribed = [table["unique_id"] for table in tables if not table["description"]]
    undescribed += [
        f"{table['unique_id']}.{column['name']}"
        for table in tables
        for column in table["columns"].values()
        if not column["description"]
    ]
    assert undescribed == []


def test_documented_columns_are_the_columns_of_the_table(built):
    manifest = built.manifest()
    for table in manifest["nodes"].values():
        if table["resource_type"] in {"model", "seed"}:
            found = built.query(
                "select column_name from information_schema.columns"
                " where table_catalog = 'jaffle_dbt'"
                f" and table_schema = '{table['schema']}' and table_name = '{table['name']}'"
                " order by ordinal_position"
            )
            assert [name for (name,) in found] == list(table["columns"]), table["name"]


def test_public_models_are_under_contract_and_the_others_are_private(built):
    models = models_of(built.manifest())
    public = [model for model in models if model["access"] == "public"]
    assert sorted(model["name"] for model in public) == ["customers", "orders"]
    for model in public:
        assert model["config"]["contract"]["enforced"], model["name"]
        assert all(column["data_type"] for column in model["columns"].values()), model["name"]
    assert {model["access"] for model in models} == {"public", "private"}
    assert {model["group"] for model in models} == {"analytics_engineering"}


def test_source_sets_the_asset_key_for_each_table(built):
    keys = [
        source["config"]["meta"]["dagster"]["asset_key"]
        for source in built.manifest()["sources"].values()
    ]
    assert keys == [["jaffle_shop", "raw_customers"]]


def test_state_modified_selects_only_the_edited_model_in_another_environment(built, tmp_path):
    state = tmp_path / "state"
    state.mkdir()
    manifest = built.manifest()
    manifest["nodes"]["model.jaffle_dbt.stg_orders"]["raw_code"] = "select 'before the edit'"
    (state / "manifest.json").write_text(json.dumps(manifest))

    elsewhere = replace(built, scratch=tmp_path / "elsewhere", environment_name="pr_7")
    listed = elsewhere.run(
        *("--quiet", "ls", "--select", "state:modified", "--state", str(state)),
        *("--indirect-selection", "empty"),  # only the tests that are modified
    )

    assert listed.returncode == 0, listed.stdout
    assert listed.stdout.split() == ["jaffle_dbt.staging.stg_orders"]


def test_folder_without_a_schema_is_an_error_with_the_fix(built, tmp_path):
    project = tmp_path / "jaffle_dbt"
    shutil.copytree(
        built.project_dir, project, ignore=shutil.ignore_patterns("target", "logs", "src", "tests")
    )
    settings = project / "dbt_project.yml"
    settings.write_text(settings.read_text().replace("      +schema: jaffle\n", ""))

    parsed = replace(built, scratch=tmp_path, project_dir=project).run("parse")

    assert parsed.returncode != 0
    assert "has no schema: set +schema for its folder in dbt_project.yml" in parsed.stdout


def test_dbt_waits_while_another_process_holds_the_work_file(built):
    with (
        duckdb.connect(str(built.work_file)) as holder,
        subprocess.Popen(
            built.command("run", "--select", "stg_orders"),
            env=built.environ,
            stdout=subprocess.PIPE,
            text=True,
        ) as dbt,
    ):
        lines = []
        for line in dbt.stdout:
            lines.append(line)
            if " Found " in line:  # parsed; dbt connects next
                break
        time.sleep(2)
        assert dbt.poll() is None, "dbt gave up instead of waiting"
        holder.close()
        lines += dbt.stdout
    assert dbt.returncode == 0, "".join(lines)
