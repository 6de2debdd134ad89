"""`lineage report`: the page, the comparison with a base, and usage errors."""

from __future__ import annotations

import json
import re
import subprocess

import pytest
from msgspec.structs import replace

from dagster_lineage.cli.main import main
from dagster_lineage.files.interface_files import read_interface
from dagster_lineage.model import SCHEMA_VERSION, Asset, Column, Interface, Read


def data_of(file) -> dict:
    text = re.search(r'id="data">(.*?)</script>', file.read_text("utf-8"), re.DOTALL)
    return json.loads(text[1])


def names(data: dict) -> set[str]:
    return {data["texts"][asset[1]] for asset in data["assets"]}


def git(root, *arguments):
    who = ("-c", "user.name=test", "-c", "user.email=test@example.org")
    subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True)


@pytest.fixture
def branch(repository):
    """A branch that removes a column and an asset with readers, and adds an asset."""
    git(repository.root, "init", "-q", "-b", "main")
    git(repository.root, "add", "-A")
    git(repository.root, "commit", "-q", "-m", "base")
    interface = read_interface(repository.root / "projects" / "shop" / "interface.json")
    orders, notes = sorted(interface.assets, key=lambda one: one.key, reverse=True)
    columns = {name: one for name, one in orders.columns.items() if name != "amount"}
    assert notes.key == "shop/notes"
    new = Asset(key="shop/refunds", at="src/shop.py:30", columns={"id": Column(type="bigint")})
    repository.write(replace(interface, assets=(replace(orders, columns=columns), new)))
    return repository


def test_two_runs_write_the_same_page(repository):
    first = repository.report().read_bytes()
    assert repository.report().read_bytes() == first


def test_a_changed_branch_is_marked_and_listed(branch, visit):
    file = branch.report("--base", "main")
    opened = visit(file)
    page = opened.page
    assert page.get_by_role("tab", name="Changes").count() == 1
    assert "✕" in opened.node("shop/orders").text_content()
    assert "changed: breaking" in opened.node("shop/orders").get_attribute("aria-label")
    assert "changed: added" in opened.node("shop/refunds").get_attribute("aria-label")
    assert "removed" in opened.node("shop/notes").get_attribute("aria-label")
    page.get_by_role("tab", name="Changes").click()
    card = page.locator("#pane-changes > ul > li").filter(has_text="column-removed")
    assert "breaks a reader" in card.inner_text()
    assert "staging/paid reads shop/orders#amount" in card.inner_text()
    card.get_by_role("button", name="shop/orders").click()
    assert "column-removed" in page.locator("#pane-asset").inner_text()
    page.get_by_role("checkbox", name="Changed").check()
    page.get_by_role("tab", name="List").click()
    assert "marts/revenue" not in page.get_by_role("tree").inner_text()
    assert opened.errors == []


def test_a_removed_column_is_still_an_origin_of_its_readers(branch, visit):
    opened = visit(branch.report("--base", "main"))
    opened.choose("staging/paid", "amount")
    way = opened.page.get_by_role("region", name="Lineage of column amount")
    assert "shop/orders#amount" in way.inner_text()
    opened.choose("shop/orders")
    assert "not in the interface" in opened.page.locator("#pane-asset").inner_text()


def test_without_a_base_there_are_no_changes(repository):
    data = data_of(repository.report())
    assert data["base"] == ""
    assert data["changes"] == []


def test_a_cycle_between_projects_is_drawn(repository):
    ring = [
        Interface(
            schema_version=SCHEMA_VERSION,
            project=f"ring{at}",
            assets=(
                Asset(
                    key=f"ring{at}/a",
                    at="src/a.py:1",
                    reads=(Read(key=f"ring{(at + 1) % 3}/a"),),
                ),
            ),
        )
        for at in range(3)
    ]
    repository.write(*ring)
    data = data_of(repository.report())
    assert {"ring0/a", "ring1/a", "ring2/a"} <= names(data)


def test_an_unreadable_project_is_shown_with_its_state(repository, visit):
    repository.write(
        Interface(schema_version=SCHEMA_VERSION, project="dark", unreadable="no module named x")
    )
    page = visit(repository.report()).page
    assert "could not be loaded" in page.get_by_role("tree").inner_text()


def test_usage_errors_have_exit_code_2_and_a_fix(repository, tmp_path, capsys):
    root = ("--root", str(repository.root))
    assert main(["report", *root, "--out", str(tmp_path / "none" / "x.html")]) == 2
    assert "existing folder" in capsys.readouterr().err
    assert main(["report", "--root", str(tmp_path / "none")]) == 2
    assert "is not a directory" in capsys.readouterr().err
    assert main(["report", *root, "--base", "main"]) == 2
    assert "git" in capsys.readouterr().err
    (tmp_path / "empty").mkdir()
    assert main(["report", "--root", str(tmp_path / "empty")]) == 2
    assert "lineage lock" in capsys.readouterr().err
