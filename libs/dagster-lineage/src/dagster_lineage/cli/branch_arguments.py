"""What commands are told of a branch: where it comes from, what is looked at, which repository."""

from __future__ import annotations

import argparse
from pathlib import Path

from dagster_lineage.files.comparison import WORKTREE
from dagster_lineage.files.settings import find_root
from dagster_lineage.model.errors import LineageError


def add_branch(parser: argparse.ArgumentParser) -> None:
    """Declare `--base` and `--head`."""
    parser.add_argument(
        "--base", metavar="REF", required=True, help="where the branch comes from, such as main"
    )
    parser.add_argument(
        "--head",
        metavar="REF",
        default=WORKTREE,
        help=f"what is looked at (default: {WORKTREE}, the files as they lie there)",
    )


def add_root(parser: argparse.ArgumentParser) -> None:
    """Declare `--root`."""
    parser.add_argument("--root", type=Path, help="of the repository (default: found upwards)")


def root_of(arguments: argparse.Namespace) -> Path:
    """The repository that is meant.

    Raises:
        LineageError: `--root` is no folder, or none is found.
    """
    root: Path = arguments.root.resolve() if arguments.root else find_root(Path.cwd())
    if not root.is_dir():
        raise LineageError(f"--root {arguments.root} is no folder.")
    return root
