"""Which repository and which Dagster instance a command works on."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from environment import Environment, repository

WORKSPACE_FILE = "workspace.yaml"
INSTANCE_FILE = "dagster.yaml"


@dataclass(frozen=True)
class Home:
    """A repository, its data directory, and its Dagster instance."""

    root: Path
    """The nearest folder above the working directory that holds a workspace.yaml."""
    environment: Environment
    """Where the data is."""
    dagster_home: Path
    """Where Dagster keeps runs and events."""

    @property
    def workspace_file(self) -> Path:
        """The list of code locations."""
        return self.root / WORKSPACE_FILE


def find_home() -> Home:
    """Find the repository and its folders, and change nothing.

    Raises:
        UnknownEnvironment: no repository is around the working directory, or JAFFLE_ENV is wrong.
    """
    environment = Environment.from_environ()
    given = os.environ.get("DAGSTER_HOME")
    dagster_home = Path(given).expanduser().resolve() if given else environment.dagster_home
    return Home(repository(), environment, dagster_home)


def prepare_home() -> Home:
    """Find the repository, make the Dagster instance's folder, and tell child processes of both.

    The folder gets the repository's `dagster.yaml` as a link, so that a change of the file holds
    at once; a file that somebody has put there is left alone.

    Raises:
        UnknownEnvironment: no repository is around the working directory, or JAFFLE_ENV is wrong.
    """
    home = find_home()
    home.dagster_home.mkdir(parents=True, exist_ok=True)
    if not os.environ.get("DAGSTER_HOME"):
        _link(home.dagster_home / INSTANCE_FILE, home.root / INSTANCE_FILE)
    os.environ["DAGSTER_HOME"] = str(home.dagster_home)
    os.environ.update(home.environment.as_environ())
    return home


def _link(link: Path, target: Path) -> None:
    """Point `link` at `target`, whole at any moment: another command may start now too."""
    if not target.is_file() or (link.exists() and not link.is_symlink()):
        return
    if link.is_symlink() and link.readlink() == target:
        return
    fresh = link.with_name(f".{link.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.replace(link)
