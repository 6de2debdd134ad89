"""CODEOWNERS: reviewers follow from the owners of the assets in a file."""

from __future__ import annotations

import shutil
import subprocess
import sys

from tools.codeowners import codeowners

from dagster_lineage.api import SCHEMA_VERSION, Asset, Interface, LineageGraph, LocatedInterface


def asset(key: str, at: str, *owners: str) -> Asset:
    return Asset(key=key, kind="asset", at=at, owners=owners)


def owned(*assets: Asset, folder: str = "projects/shop") -> dict[str, str]:
    interface = Interface(schema_version=SCHEMA_VERSION, project="shop", assets=assets)
    located = LocatedInterface(interface, folder, f"{folder}/interface.json")
    rules = codeowners(LineageGraph([located])).splitlines()[2:]
    return {path.strip(): f"@{who}" for path, _, who in (rule.partition("@") for rule in rules)}


def test_file_with_two_owners_has_both_reviewers():
    default = [asset(f"a/{number}", "src/default.py:1", "team:shop") for number in range(3)]
    ours = asset("b/ours", "src/both.py:1", "team:shop")
    theirs = asset("b/theirs", "src/both.py:9", "team:data_science", "jo@example.com")
    assert owned(*default, ours, theirs) == {
        "/projects/shop/": "@jaffle/shop",
        "/projects/shop/src/both.py": "@jaffle/shop @jaffle/data-science jo@example.com",
    }


def test_space_in_a_path_is_escaped():
    found = owned(asset("a", "src/a.py:1", "team:shop"), folder="projects/the shop")
    assert found == {r"/projects/the\ shop/": "@jaffle/shop"}


def test_missing_file_is_an_error_with_the_command_to_run(root, tmp_path):
    for path in ["tools/codeowners.py", "pyproject.toml", *root.glob("projects/*/interface.json")]:
        target = tmp_path / (root / path).relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / path, target)
    command = [sys.executable, "tools/codeowners.py"]
    check = subprocess.run(
        [*command, "check"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert check.returncode == 1
    assert check.stderr == "CODEOWNERS is missing: run `make codeowners` and commit it.\n"
    subprocess.run([*command, "write"], cwd=tmp_path, check=True)
    assert (tmp_path / "CODEOWNERS").read_text() == (root / "CODEOWNERS").read_text()
