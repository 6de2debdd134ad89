"""The SQL of models on the page, and links to files at the host of the repository."""

from __future__ import annotations

import subprocess

import pytest

from dagster_lineage.cli.main import main
from dagster_lineage.files.source_links import link_template, web_address


def git(root, *arguments) -> str:
    who = ("-c", "user.name=test", "-c", "user.email=test@example.org")
    done = subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True)
    return done.stdout.decode().strip()


def test_the_panel_has_the_sql_of_a_model_with_its_lines(repository, visit):
    sql = "select sum(amount) as total\n\tfrom {{ ref('paid') }} -- </script><b>"
    (repository.root / "projects/marts/models/revenue.sql").write_text(f"\n{sql}\n")
    found = visit(repository.report())
    found.choose("marts/revenue")
    found.page.get_by_text("SQL (2 lines)").click()
    assert found.page.locator(".sql pre").inner_text() == sql.replace("\t", "    ")
    found.choose("shop/orders")
    assert found.page.locator(".sql").count() == 0
    assert found.errors == []


def test_places_link_to_the_commit_at_the_origin(repository, visit):
    root = repository.root
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "first")
    git(root, "remote", "add", "origin", "https://token@github.com/acme/data.git")
    found = visit(repository.report())
    found.choose("shop/orders")
    links = found.page.locator("#pane-asset a").evaluate_all("links => links.map(one => one.href)")
    start = f"https://github.com/acme/data/blob/{git(root, 'rev-parse', 'HEAD')}/projects/shop"
    assert links == [f"{start}/src/shop.py#L3", f"{start}/src/shop.py#L9"]
    assert link_template(root / "projects").startswith(f"{start.removesuffix('shop')}")


def test_without_a_known_host_places_are_text(repository, visit):
    found = visit(repository.report())
    found.choose("shop/orders")
    assert found.page.locator("#pane-asset a").count() == 0
    own = repository.report("--source-url", "https://code.example.org/{path}?line={line}")
    found = visit(own)
    found.choose("shop/orders")
    link = found.page.locator("#pane-asset a").first.get_attribute("href")
    assert link == "https://code.example.org/projects/shop/src/shop.py?line=3"


@pytest.mark.parametrize("address", ["javascript:alert(1)//{path}", "https://example.org/", "x"])
def test_a_source_url_is_an_address_with_a_path(repository, address, capsys):
    out = str(repository.root / "x.html")
    command = ["report", "--root", str(repository.root), "--out", out, "--source-url", address]
    assert main(command) == 2
    assert "--source-url" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("git@github.com:acme/data.git", "https://github.com/acme/data"),
        ("ssh://git@gitlab.acme.io:2222/a/b/data.git", "https://gitlab.acme.io/a/b/data"),
        ("https://user:secret@bitbucket.org/acme/data", "https://bitbucket.org/acme/data"),
        ("/srv/git/data.git", ""),
    ],
)
def test_the_address_of_a_remote_has_no_user(remote, address):
    assert web_address(remote) == address
