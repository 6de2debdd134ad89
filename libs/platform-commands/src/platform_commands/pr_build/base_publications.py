"""A pull request's environment that begins as its base is: what others published, to read."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from environment import Environment
from platform_commands.errors import Misuse


class BaseMissing(Misuse):
    """The base's environment has published nothing to compare with."""


def take_over(base: Environment, pull_request: Environment) -> list[str]:
    """Let an environment read what another one has published, without a copy of it.

    Every published file of the base becomes a link in the environment of the pull request. Nobody
    writes into a published file: a publication puts a new one in its place, which here replaces
    the link and leaves the base's file as it is. So `source()` of a project that is not built finds
    the base's tables, and a project that is built begins from the base's last state.

    What an earlier build has left in the environment is removed: its tables belong to another
    state of the branch.

    Args:
        base: Only read.
        pull_request: Everything in it is replaced.

    Returns:
        The projects that the base has published, sorted.

    Raises:
        BaseMissing: there is none.
    """
    files = sorted(base.published_dir.glob("[!.]*.duckdb"))
    if not files:
        raise BaseMissing(
            f"Nothing is published in the environment '{base.name}' "
            f"({base.published_dir}), so there is nothing to build upon or to compare with. "
            f"Materialize it first: JAFFLE_ENV={base.name} make run"
        )
    for folder in (pull_request.work_dir, pull_request.published_dir, pull_request.dagster_home):
        shutil.rmtree(folder, ignore_errors=True)
    pull_request.published_dir.mkdir(parents=True)
    for file in files:
        _link(file, pull_request.published_dir / file.name)
    return [file.stem for file in files]


def _link(file: Path, target: Path) -> None:
    try:
        os.link(file, target)
    except OSError:
        # Another file system, or one without hard links.
        shutil.copyfile(file, target)
