"""Paths and names of interface files, and the messages when something is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dagster_lineage.extract.assembly.checkout_paths import CheckoutPaths
from dagster_lineage.extract.assembly.notes import by_reason, condensed
from dagster_lineage.extract.assembly.project_folders import (
    ProjectUnknown,
    chosen,
    project_folders,
    safe_names,
)
from dagster_lineage.extract.workspace import LocationEntry


def entry(name: str, folder: Path, **more: str) -> LocationEntry:
    return LocationEntry(
        name=name, listed_in=folder / "workspace.yaml", working_directory=folder, **more
    )


def project(folder: Path, *modules: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text("")
    for module in modules:
        (folder / f"{module}.py").write_text("")
    return folder


def test_similar_location_names_have_different_file_names():
    names = ["a/b", "a b", "A_B", "..", "grpc:localhost:4000", "plain"]
    safe = safe_names(names)
    assert len({one.casefold() for one in safe.values()}) == len(names)
    assert safe["plain"] == "plain"
    assert safe["grpc:localhost:4000"] == "grpc_localhost_4000"
    assert not any(set(one) & set("/\\: ") or one.startswith(".") for one in safe.values())
    assert safe == {**safe_names(names[::-1])}


def test_locations_of_one_folder_have_one_file_each(tmp_path):
    shared = project(tmp_path / "shared", "one", "two")
    alone = project(tmp_path / "alone", "three")
    entries = [
        entry("one", shared, code="one"),
        entry("two", shared, code="two"),
        entry("three", alone, code="three"),
    ]
    all_asked = project_folders(entries, {one.name: one.working_directory for one in entries})
    assert project_folders(entries, {}) == all_asked
    assert [(one.project, one.file_name) for one in all_asked.values()] == [
        ("one", "interface.one.json"),
        ("two", "interface.two.json"),
        ("alone", "interface.json"),
    ]


def test_folders_with_equal_names_are_distinguished_by_location(tmp_path):
    entries = [
        entry(f"{team}_dbt", project(tmp_path / team / "dbt", "defs"), code="defs")
        for team in ("finance", "growth")
    ]
    assert [one.project for one in project_folders(entries, {}).values()] == [
        "finance_dbt",
        "growth_dbt",
    ]


def test_project_of_a_module_in_a_src_folder_is_the_one_above(tmp_path):
    folder = project(tmp_path / "shop")
    (folder / "src" / "shop").mkdir(parents=True)
    (folder / "src" / "shop" / "__init__.py").write_text("")
    for where in (folder, folder / "src"):
        [project_folder] = project_folders(
            [entry("x", where, code="shop.definitions")], {}
        ).values()
        assert (project_folder.project, project_folder.folder) == ("shop", folder)


def test_project_can_be_named_by_folder_or_location(tmp_path):
    folder = project(tmp_path / "data-platform", "ingest")
    entries = [entry("ingest.definitions", folder, code="ingest")]
    folders_by_location = project_folders(entries, {})
    for name in ("data-platform", "ingest.definitions", "ingest"):
        assert chosen(entries, folders_by_location, [name]) == tuple(entries)
    with pytest.raises(ProjectUnknown, match="did you mean `data-platform`"):
        chosen(entries, folders_by_location, ["data_platfrm"])


@pytest.mark.parametrize(
    "text",
    [
        r"\/home\/al-ice\/my.repo\/models/x",
        "home/al-ice/my.repo/models/x",
        "/home/al-ice/my.repo/models/x",
        "dbt/home_al_ice_my_repo_models/x",
        "dbt/HOME__AL_ICE__MY_REPO/x",
        "home.al-ice.my.repo.models",
    ],
)
def test_checkout_path_is_recognized_in_every_spelling(text):
    details = CheckoutPaths(Path("/home/al-ice/my.repo"), {}).details(text)
    assert "<checkout>" in details
    assert "ice" not in details.casefold()


@pytest.mark.parametrize(
    "text", ["/home/al-ice/my.repo-2/x", "/home/al-ice/my.repository", "my.repo/x", "alice/home"]
)
def test_similar_path_is_kept(text):
    assert CheckoutPaths(Path("/home/al-ice/my.repo"), {}).details(text) == text


def test_short_checkout_path_is_not_removed_from_keys():
    paths = CheckoutPaths(Path("/app"), {})
    assert paths.details("my_app/app/orders") == "my_app/app/orders"
    assert paths.details("/app/models/x.sql") == "<checkout>/models/x.sql"


def test_secret_values_are_replaced_by_their_names():
    paths = CheckoutPaths(Path("/x/y"), {"API_TOKEN": "s3cr3t-value", "SCHEMA": "s3cr3t"})
    assert paths.details("401 for s3cr3t-value at 0x7f00ab12cd") == "401 for $API_TOKEN at 0x…"


def test_shell_variables_with_folders_are_not_secrets():
    paths = CheckoutPaths(Path("/x/theirs"), {"PWD": "/x/theirs/team", "OLDPWD": "/x/theirs"})
    assert paths.details("/x/theirs/team/target/manifest.json is gone") == (
        "<checkout>/team/target/manifest.json is gone"
    )


def test_places_outside_of_the_checkout_are_dropped_or_relative_to_site_packages(tmp_path):
    paths = CheckoutPaths(tmp_path, {})
    folder = tmp_path / "projects" / "ml"
    assert paths.relative(f"{folder}/src/ml.py:3", folder) == "src/ml.py:3"
    assert paths.relative(f"{tmp_path}/libs/x.py:3", folder) == "../../libs/x.py:3"
    installed = "/opt/venv/lib/python3.11/site-packages/dagster_dbt/a.py:7"
    assert paths.relative(installed, folder) == "site-packages/dagster_dbt/a.py:7"
    assert paths.relative("/opt/elsewhere/a.py:7", folder) == ""
    assert paths.relative(f"{folder}/src/ml.py:3?", folder) == "src/ml.py:3?"
    assert paths.relative(f"{installed}?", folder) == "site-packages/dagster_dbt/a.py:7?"


def test_equal_reasons_are_reported_once():
    problems = {f"a{index}": ["too deep", f"no column: c{index}"] for index in range(9)}
    assert by_reason(problems) == (
        "a0, a1, a2 and 6 more: too deep",
        "a0, a1, a2 and 6 more: no column: c0, c1, c2 and 6 more",
    )
    notes = [f"asset a{index}: AttributeError: no x" for index in range(9)]
    assert condensed(notes) == ("asset a0, asset a1, asset a2 and 6 more: AttributeError: no x",)
    assert condensed(["one: why", "two: why", "and a sentence"]) == (
        "one: why",
        "two: why",
        "and a sentence",
    )


def test_places_are_found_from_a_folder_of_interfaces(repository, manifest_maker):
    core, reader = manifest_maker("core"), manifest_maker("reader")
    core.model("orders", "select 1 as id")
    reader.model("r", "select 1", reader.source("core", "ordrs", "wh.core.ordrs"))
    for producer in (core, reader):
        folder = repository.root / "teams" / producer.project
        producer.write(folder / "target" / "manifest.json")
        (folder / "dbt_project.yml").write_text(f"name: {producer.project}\n")
    repository.lock(*(f"teams/{name}/target/manifest.json" for name in ("core", "reader")))
    [typo] = [one for one in repository.check() if one["code"] == "ED01"]
    assert typo["file"] == "teams/reader/models/sources.yml"


@pytest.mark.parametrize(
    ("format_", "words"),
    [
        ("json", '"code": "ST01"'),
        ("sarif", '"ruleId": "ST01"'),
        ("github", "::error file=interfaces/shop.json"),
    ],
)
def test_stale_interface_is_reported_in_every_format(repository, manifest_maker, format_, words):
    shop = manifest_maker("shop")
    shop.model("orders", "select 1 as id")
    file = shop.write(repository.root / "m.json")
    arguments = ("lock", "--manifest", str(file), "--out", "interfaces", "--check", "--format")
    repository.lock(file)
    code, out, _ = repository.lineage(*arguments, format_)
    assert code == 0
    assert "ST01" not in out or format_ == "sarif"
    shop.model("orders", "select 1 as id, 2 as amount")
    shop.write(file)
    code, out, _ = repository.lineage(*arguments, format_)
    assert code == 1
    assert words in out
    assert json.loads(out) if format_ != "github" else out.count("\n") == 1


def test_format_without_check_is_a_usage_error(repository):
    code, _, err = repository.lineage("lock", "--format", "json")
    assert code == 2
    assert "add --check" in err


def test_external_location_is_the_table_of_its_key(repository, manifest_maker):
    lake, shop = manifest_maker("lake"), manifest_maker("shop")
    lake.model("gp", "select 1 as id")
    gp = shop.source("bronze", "gp", "memory.bronze.gp", key=["lake", "gp"])
    shop.sources[gp]["relation_name"] = "delta_scan('s3://a.b/bronze/gp')"
    shop.sources[gp]["meta"]["external_location"] = "delta_scan('s3://a.b/bronze/{name}')"
    shop.model("stg_gp", "select id from {{ source('bronze', 'gp') }}", gp)
    repository.lock(*(it.write(repository.root / it.project / "m.json") for it in (lake, shop)))
    assert repository.check("--ignore", "OW,AC") == []
    [read] = repository.assets("shop")["shop/stg_gp"].reads
    assert (read.key, read.queried, read.columns) == ("lake/gp", None, None)


def test_many_keys_without_a_prefix_are_summarized(repository, manifest_maker):
    shop = manifest_maker("shop")
    for index in range(60):
        table = shop.source("raw", f"t{index}", key=[f"taxi_t{index}"])
        shop.model(f"m{index}", "select 1 as id", table)
    repository.lock(shop.write(repository.root / "m.json"))
    [one] = repository.check("--select", "EX01")
    assert "60 keys without a prefix" in one["message"]
    assert len(one["fix"]) < 200


def test_workspace_in_another_checkout_is_relative_to_it(repository, tmp_path_factory):
    other = tmp_path_factory.mktemp("theirs")
    (other / ".git").mkdir()
    project(other / "team" / "etl", "defs")
    (other / "team" / "workspace.yaml").write_text(
        "load_from:\n- python_module: {module_name: defs, working_directory: etl,\n"
        "    location_name: etl, executable_path: etl/.venv/bin/python}\n"
    )
    workspace = str(other / "team")
    code, _, err = repository.lineage("lock", "--workspace", workspace, "--out", "interfaces")
    assert code == 1
    assert "interfaces/etl.json records it" in err
    told = repository.interface("etl")
    assert told.folder == "team/etl"
    (repository.root / "interfaces" / "gone.json").write_text("{}")
    _, _, err = repository.lineage("lock", "--workspace", workspace, "--out", "interfaces")
    assert "note: interfaces/gone.json belongs to no code location of this workspace" in err
    assert "<checkout>/team/etl/.venv/bin/python does not exist" in told.unreadable


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("lock", "--workspace", "none.yaml"), "none.yaml does not exist"),
        (("lock", "--root", "none"), "is not a directory"),
        (("lock", "shop", "--manifest", "m.json"), "name a workspace with --workspace"),
        (("check", "--fresh"), "Name the file with --workspace"),
        (("lock", "--manifest", "none.json"), "none.json cannot be read: No such file"),
        (
            ("lock", "--manifest", "broken.json"),
            "broken.json is not a dbt manifest: it is",
        ),
        (
            ("lock", "--manifest", "empty.json"),
            "empty.json is not a dbt manifest: it has",
        ),
        (("lock", "--manifest", "right.json", "--out", "empty.json"), "with --out"),
        (
            ("check", "--baseline", "empty.json", "--interfaces", "*.yml"),
            "no interface file matches",
        ),
    ],
)
def test_usage_errors_name_the_fix_and_have_no_traceback(
    repository, manifest_maker, arguments, words
):
    (repository.root / "broken.json").write_text("{")
    (repository.root / "empty.json").write_text("{}")
    manifest_maker("shop").write(repository.root / "right.json")
    code, _, err = repository.lineage(*arguments)
    assert code == 2
    assert words in err


def test_interface_outside_of_the_patterns_is_reported(repository, manifest_maker):
    shop = manifest_maker("shop")
    shop.model("orders", "select 1 as id")
    file = shop.write(repository.root / "a/b/c/d" / "m.json")
    code, _, err = repository.lineage("lock", "--manifest", str(file))
    assert code == 0
    assert "`lineage check` does not read a/b/c/d/interface.json" in err
