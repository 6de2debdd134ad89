"""Arguments that several commands share, and their values."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from msgspec.structs import replace

from dagster_lineage.files.settings import Settings, find_root, read_settings
from dagster_lineage.model.errors import LineageError


def describe(parser: argparse.ArgumentParser, description: str, *, findings: str = "") -> None:
    """Set the description of a command, and its exit codes.

    Args:
        parser: Parser of the command.
        description: What the command does.
        findings: When the exit code is 1; empty if it never is.
    """
    parser.description = description
    codes = ["0 success", *([f"1 {findings}"] if findings else []), "2 usage error"]
    parser.epilog = f"Exit codes: {', '.join(codes)}."


def add_root(parser: argparse.ArgumentParser) -> None:
    """Add `--root`."""
    parser.add_argument(
        "--root",
        type=Path,
        metavar="FOLDER",
        help="root of the repository (default: the nearest parent folder with [tool.lineage] "
        "settings, or with a git repository)",
    )


def root_of(arguments: argparse.Namespace) -> Path:
    """Return the root of the repository.

    Raises:
        LineageError: `--root` is not a directory.
    """
    root: Path = arguments.root.resolve() if arguments.root else find_root(Path.cwd())
    if not root.is_dir():
        raise LineageError(f"--root {arguments.root} is not a directory.")
    return root


def add_interfaces(parser: argparse.ArgumentParser) -> None:
    """Add `--interfaces`."""
    parser.add_argument(
        "--interfaces",
        metavar="GLOB",
        nargs="+",
        action="extend",
        help="interface files, relative to the root (default: those of the settings)",
    )


def settings_of(root: Path, arguments: argparse.Namespace) -> Settings:
    """Return the settings of the repository, with the patterns of `--interfaces`.

    Raises:
        LineageError: The settings are invalid, or a pattern is outside the root.
    """
    settings = read_settings(root)
    if arguments.interfaces:
        settings = replace(settings, interfaces=tuple(arguments.interfaces))
    for pattern in settings.interfaces:
        if Path(pattern).is_absolute() or ".." in Path(pattern).parts:
            raise LineageError(
                f"`{pattern}` is outside the root: interfaces are relative to {root}. Name "
                "another root with --root."
            )
    return settings


def add_branch(parser: argparse.ArgumentParser) -> None:
    """Add `--base` and `--head`."""
    from dagster_lineage.files.comparison import WORKTREE

    parser.add_argument(
        "--base",
        metavar="REF",
        required=True,
        help="branch or commit to compare with, such as main; the comparison starts at the merge "
        "base",
    )
    parser.add_argument(
        "--head",
        metavar="REF",
        default=WORKTREE,
        help=f"branch or commit to compare (default: {WORKTREE}, the files of the work tree)",
    )


def add_format(parser: argparse.ArgumentParser, formats: tuple[str, ...]) -> None:
    """Add `--format` and `--no-color`."""
    parser.add_argument(
        "--format", choices=formats, default="text", help="output format (default: text)"
    )
    parser.add_argument(
        "--no-color", action="store_true", help="print without colors, like NO_COLOR=1"
    )


def wants_color(arguments: argparse.Namespace) -> bool:
    """Return whether the output is a terminal that shows colors."""
    refused = arguments.no_color or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return not refused and sys.stdout.isatty()


def write_file(file: Path, text: str) -> None:
    """Write the file of an `--out` argument.

    Raises:
        LineageError: The file cannot be written.
    """
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise LineageError(
            f"{file} cannot be written: {error.strerror}. Name a file in an existing folder."
        ) from error
