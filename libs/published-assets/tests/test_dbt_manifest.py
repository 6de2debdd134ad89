import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from published_assets.dbt.manifest import ManifestMissing, ManifestStale, fresh_manifest

COMMAND = str(Path(sys.executable).with_name("dbt-manifest"))


def dbt_manifest(*arguments):
    return subprocess.run(
        [COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False
    )


def write_project(folder: Path):
    (folder / "models").mkdir(parents=True)
    (folder / "dbt_project.yml").write_text("name: toy\nprofile: toy\nconfig-version: 2\n")
    (folder / "profiles.yml").write_text(
        "toy: {target: t, outputs: {t: {type: duckdb, path: ':memory:', schema: toy}}}\n"
    )
    (folder / "models" / "a.sql").write_text("select 1 as id\n")


def link_macro(folder: Path):
    """Link a folder of macros, as the projects of this repository do."""
    macros = folder.parent / "macros_of_all_projects"
    macros.mkdir()
    (macros / "m.sql").write_text("{% macro m() %}{% endmacro %}\n")
    (folder / "shared_macros").symlink_to(macros)


@pytest.fixture(scope="module")
def parsed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dbt") / "toy"
    write_project(folder)
    done = dbt_manifest("build", folder)
    assert done.returncode == 0, done.stderr
    assert "parsing the dbt project toy" in done.stdout
    return folder


@pytest.fixture
def project(parsed, tmp_path):
    return Path(shutil.copytree(parsed, tmp_path / "toy"))


def test_unparsed_project_names_the_command(tmp_path):
    write_project(tmp_path / "toy")
    with pytest.raises(ManifestMissing, match="make manifests"):
        fresh_manifest(tmp_path / "toy")


def test_manifest_that_is_up_to_date_is_not_built_again(project):
    assert fresh_manifest(project) == project / "target" / "manifest.json"
    again = dbt_manifest("build", project)
    assert (again.returncode, again.stdout) == (0, "")


@pytest.mark.parametrize(
    ("change", "reported"),
    [
        (lambda p: (p / "models/a.sql").write_text("select 2 as id\n"), "models/a.sql was changed"),
        (lambda p: (p / "models/b.sql").write_text("select 1\n"), "models/b.sql was added"),
        (lambda p: (p / "models/a.sql").unlink(), "models/a.sql was removed"),
        (lambda p: (p / "profiles.yml").write_text("x: {}\n"), "profiles.yml was changed"),
        (link_macro, "shared_macros/m.sql was added"),
        (lambda p: (p / "target/manifest.checksums.json").write_text("{"), "never parsed"),
    ],
    ids=["changed", "added", "removed", "profile", "linked folder", "checksums damaged"],
)
def test_stale_manifest_names_the_file_and_the_command(project, change, reported):
    change(project)
    with pytest.raises(ManifestStale, match=rf"(?s){reported}\.\nRun: make manifests"):
        fresh_manifest(project)
    checked = dbt_manifest("check", project)
    assert checked.returncode == 1
    assert reported in checked.stderr


def test_failed_parse_leaves_no_manifest_that_is_accepted(project):
    (project / "models/a.sql").write_text("select {{ ref('nowhere') }}\n")
    done = dbt_manifest("build", project)
    assert done.returncode == 1
    assert "nowhere" in done.stdout + done.stderr
    with pytest.raises(ManifestMissing):
        fresh_manifest(project)


def test_folder_that_is_not_a_dbt_project_is_a_usage_error(tmp_path):
    done = dbt_manifest("build", tmp_path)
    assert done.returncode == 2
    assert "no dbt_project.yml" in done.stderr


def test_command_imports_neither_dbt_nor_dagster(tmp_path):
    """`make` runs it before every command: it must start in milliseconds."""
    program = (
        "import sys, published_assets.dbt.manifest_command; "
        "sys.exit('dbt' in sys.modules or 'dagster' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False, cwd=tmp_path)
    assert done.returncode == 0
