"""The Dagster instance of the environment."""

from __future__ import annotations

import os
from pathlib import Path

from environment import Environment

INSTANCE_FILE = "dagster.yaml"


def prepare_dagster_home(environment: Environment, root: Path) -> Path:
    """Create the folder of the Dagster instance and set the environment variables for it.

    The folder is `DAGSTER_HOME`, or by default a folder of the environment. That one gets a link to
    the repository's dagster.yaml, so that a change of the file takes effect at once; a regular file
    in its place is kept.

    Args:
        environment: The environment.
        root: Folder of the repository.

    Returns:
        The folder.
    """
    configured = os.environ.get("DAGSTER_HOME")
    folder = Path(configured).expanduser().resolve() if configured else environment.dagster_home
    folder.mkdir(parents=True, exist_ok=True)
    if not configured:
        _link(folder / INSTANCE_FILE, root / INSTANCE_FILE)
    os.environ.update(environment.as_environ(), DAGSTER_HOME=str(folder))
    return folder


def _link(link: Path, target: Path) -> None:
    """Point a link at a file; it exists at any time, since other commands may start now."""
    if not target.is_file() or (link.exists() and not link.is_symlink()):
        return
    if link.is_symlink() and link.readlink() == target:
        return
    replacement = link.with_name(f".{link.name}.{os.getpid()}")
    replacement.unlink(missing_ok=True)
    replacement.symlink_to(target)
    replacement.replace(link)
