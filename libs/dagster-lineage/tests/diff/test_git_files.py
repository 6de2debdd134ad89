"""Two states of a repository, read from git: what is missed here is missed by every command."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from dagster_lineage.analyze.diff.graphs import compared_graphs
from dagster_lineage.files.git import GitFailed, Repository
from dagster_lineage.files.interface_files import InterfaceUnreadable
from dagster_lineage.files.path_patterns import matching


def changed(repository, base="main", head="worktree", root=None):
    comparison = Repository(root or repository.root).compare(base, head)
    return {one.path: one.status for one in comparison.changed}


def test_every_way_to_change_the_work_tree_is_seen(repository):
    for name in ("edited", "staged", "deleted", "unstaged_delete", "same", "mode", "renamed"):
        repository.write(f"{name}.txt", name)
    repository.write(".gitignore", "ignored.txt\n")
    repository.commit()
    repository.write("edited.txt", "other")
    repository.write("staged.txt", "other")
    repository.git("add", "staged.txt")
    repository.git("rm", "-q", "deleted.txt")
    (repository.root / "unstaged_delete.txt").unlink()
    (repository.root / "mode.txt").chmod(0o755)
    repository.git("mv", "renamed.txt", "renamed to.txt")
    repository.write("folder/new ü\n.txt", "new")
    repository.write("added.txt", "new")
    repository.git("add", "added.txt")
    repository.write("ignored.txt", "no matter")
    os.utime(repository.root / "same.txt", (1, 1))
    assert changed(repository) == {
        "added.txt": "added",
        "deleted.txt": "removed",
        "edited.txt": "changed",
        "folder/new ü\n.txt": "added",
        "mode.txt": "changed",
        "renamed to.txt": "added",
        "renamed.txt": "removed",
        "staged.txt": "changed",
        "unstaged_delete.txt": "removed",
    }


def test_what_happened_on_base_since_is_no_part_of_the_branch(repository):
    repository.write("a.txt", "1")
    repository.commit()
    repository.git("checkout", "-q", "-b", "branch")
    repository.write("b.txt", "1")
    repository.commit()
    repository.git("checkout", "-q", "main")
    repository.write("a.txt", "2")
    repository.commit()
    assert changed(repository, "main", "branch") == {"b.txt": "added"}


def test_without_a_common_commit_base_itself_is_compared_with(repository):
    repository.write("a.txt", "1")
    first = repository.commit()
    repository.git("checkout", "-q", "--orphan", "other")
    repository.write("b.txt", "1")
    repository.commit()
    comparison = Repository(repository.root).compare(first)
    assert [one.path for one in comparison.changed] == ["b.txt"]
    assert "no common commit" in comparison.notes[0]


def test_contents_of_both_ends(repository):
    repository.write("a.txt", "one")
    repository.write("gone.txt", "gone")
    repository.write("empty.txt", "")
    repository.commit()
    repository.write("a.txt", "two\n")
    (repository.root / "gone.txt").unlink()
    comparison = Repository(repository.root).compare("main")
    paths = ["a.txt", "gone.txt", "empty.txt", "never.txt"]
    assert comparison.base_contents(paths) == {
        "a.txt": b"one",
        "gone.txt": b"gone",
        "empty.txt": b"",
    }
    assert comparison.head_contents(paths) == {"a.txt": b"two\n", "empty.txt": b""}


def test_paths_are_relative_to_a_root_below_the_top(repository):
    repository.write("data/a.txt", "1")
    repository.write("other/b.txt", "1")
    repository.commit()
    repository.write("data/a.txt", "2")
    repository.write("data/new.txt", "2")
    repository.write("other/b.txt", "2")
    root = repository.root / "data"
    assert changed(repository, root=root) == {
        "a.txt": "changed",
        "new.txt": "added",
        "../other/b.txt": "changed",
    }
    comparison = Repository(root).compare("main")
    assert comparison.head_contents(["../other/b.txt"]) == {"../other/b.txt": b"2"}
    assert all(comparison.tree_hashes(["."])["."])


def test_tree_hashes_tell_an_untouched_folder(repository):
    repository.write("one/a.txt", "1")
    repository.write("two/a.txt", "1")
    repository.commit()
    repository.git("checkout", "-q", "-b", "branch")
    repository.write("two/a.txt", "2")
    repository.commit()
    hashes = Repository(repository.root).compare("main", "branch").tree_hashes(["one", "two", "no"])
    assert hashes["one"][0] == hashes["one"][1] != ""
    assert hashes["two"][0] != hashes["two"][1]
    assert hashes["no"] == ("", "")


def test_an_unknown_ref_is_told_with_the_mend(repository):
    repository.commit()
    with pytest.raises(GitFailed, match="fetch-depth"):
        Repository(repository.root).compare("origin/nowhere")


def test_a_ref_is_never_taken_for_an_option(repository):
    repository.commit()
    with pytest.raises(GitFailed, match="is not in the repository"):
        Repository(repository.root).compare("--output=stolen")
    assert not (repository.root / "stolen").exists()


def test_a_folder_without_repository_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(GitFailed, match="not a git repository"):
        Repository(tmp_path)


def test_git_is_not_pointed_elsewhere_by_a_hooks_environment(repository, git_folder, monkeypatch):
    other = git_folder("other")
    other.commit()
    repository.write("a.txt", "1")
    repository.commit()
    monkeypatch.setenv("GIT_DIR", str(other.root / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other.root / ".git/index"))
    assert list(Repository(repository.root).compare("main").base_files) == ["a.txt"]


def test_patterns_find_what_glob_finds(tmp_path):
    paths = [
        "projects/a/interface.json",
        "projects/a/b/interface.json",
        "interface.json",
        "x/y.json",
    ]
    for path in paths:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    for pattern in ("projects/*/interface.json", "**/interface.json", "*/*.json", "projects/**/*"):
        on_disk = {
            file.relative_to(tmp_path).as_posix()
            for file in tmp_path.glob(pattern)
            if file.is_file()
        }
        assert set(matching(paths, [pattern])) == on_disk, pattern


def test_an_interface_that_did_not_change_is_one_object(repository):
    repository.interface("shop", assets=[{"key": "shop/orders"}])
    repository.interface("marts", assets=[{"key": "marts/a"}])
    repository.commit()
    repository.interface("marts", assets=[{"key": "marts/b"}])
    comparison = Repository(repository.root).compare("main")
    before, after = compared_graphs(comparison, ["projects/*/interface.json"])
    assert before.located[1].interface is after.located[1].interface
    assert [producer.asset.key for producer in after.assets()] == ["marts/b", "shop/orders"]
    assert [producer.asset.key for producer in before.assets()] == ["marts/a", "shop/orders"]


def test_an_interface_that_is_none_is_told_with_its_end(repository):
    repository.write("projects/shop/interface.json", "{")
    repository.commit()
    repository.interface("shop")
    with pytest.raises(InterfaceUnreadable, match=r"projects/shop/interface.json \(at base\)"):
        compared_graphs(Repository(repository.root).compare("main"), ["projects/*/interface.json"])


def test_reading_git_imports_no_framework():
    code = (
        "import sys, dagster_lineage.files.git, dagster_lineage.analyze.diff.graphs\n"
        "print({'dagster', 'dbt', 'sqlglot', 'jinja2', 'grimp'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
