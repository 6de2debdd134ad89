"""A git repository with interface files, and a browser."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Browser, sync_playwright

from dagster_lineage.files.interface_files import encode
from dagster_lineage.model import SCHEMA_VERSION, Interface

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync")


class GitFolder:
    """A repository in a folder of the test."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True)
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str) -> str:
        who = ("-c", "user.name=test", "-c", "user.email=test@example.org")
        done = subprocess.run(
            ["git", *who, *arguments], cwd=self.root, check=True, capture_output=True, text=True
        )
        return done.stdout

    def write(self, path: str, text: str | bytes) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)

    def interface(self, project: str, **facts: Any) -> None:
        text = encode(
            msgspec.convert(
                {
                    "schema_version": SCHEMA_VERSION,
                    "project": project,
                    "dialect": "duckdb",
                    **facts,
                },
                Interface,
            )
        )
        self.write(f"projects/{project}/interface.json", text)

    def commit(self, message: str = "a change") -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD").strip()


@pytest.fixture(scope="session")
def new_git_folder() -> type[GitFolder]:
    return GitFolder


@pytest.fixture
def git_folder(tmp_path: Path) -> Callable[[str], GitFolder]:
    return lambda name="repository": GitFolder(tmp_path / name)


@pytest.fixture
def repository(git_folder) -> GitFolder:
    return git_folder("repository")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        message = f"no browser: one of {', '.join(BROWSERS)} is needed"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=list(QUIET))
        yield chromium
        chromium.close()
