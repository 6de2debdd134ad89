"""The entry point `lineage COMMAND`.

Exit codes: 0 success, 1 findings, 2 usage error.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
from importlib import import_module
from typing import Protocol

from dagster_lineage.model.errors import LineageError
from dagster_lineage.model.nearest_names import did_you_mean

USAGE_ERROR = 2

COMMANDS = {
    "lock": "Write the interface of each code location",
    "check": "Check every edge between projects",
    "rule": "Explain a rule",
    "impact": "Show what depends on an asset or a column",
    "diff": "Compare the interfaces of a branch with its base",
    "affected": "List the projects to build and test for a branch",
    "report": "Write the asset graph as an HTML page",
    "export": "Export the asset graph as OpenLineage events",
}
"""Summary by command; the module of a command is imported when it is called."""


class _Module(Protocol):
    """Functions of a command's module."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, arguments: argparse.Namespace) -> int: ...


def main(arguments: list[str] | None = None) -> int:
    """Run a command.

    Args:
        arguments: Arguments without the name of the program; by default those of the process.

    Returns:
        The exit code.
    """
    given = sys.argv[1:] if arguments is None else arguments
    if not given or given[0] in ("-h", "--help", "help"):
        print(_help())
        return 0 if given else USAGE_ERROR
    name, *rest = given
    try:
        command = _module(name)
        parser = argparse.ArgumentParser(prog=f"lineage {name}")
        command.add_arguments(parser)
        options = parser.parse_args(rest)
        if name != "lock":
            # All that is read stays in use until the end, so garbage collection would find nothing.
            gc.disable()
        code = command.run(options)
        sys.stdout.flush()
        if arguments is None and name != "lock":
            # Skips the release of some hundred thousand objects, one by one.
            os._exit(code)
    except LineageError as error:
        print(f"lineage: {error}", file=sys.stderr)
        return USAGE_ERROR
    except BrokenPipeError:
        # The reader (`| head`) is done. Nothing may be written when Python flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code


def _module(name: str) -> _Module:
    if name not in COMMANDS:
        raise LineageError(f"unknown command `{name}`: {did_you_mean(name, COMMANDS)}")
    try:
        return import_module(f"dagster_lineage.cli.{name}")
    except ModuleNotFoundError as error:
        if error.name and error.name.startswith("dagster_lineage"):
            raise
        raise LineageError(
            f"`lineage {name}` requires `{error.name}`. Install dagster-lineage with its extras: "
            "`dagster-lineage[lock,affected]`."
        ) from error


def _help() -> str:
    width = max(map(len, COMMANDS))
    commands = "\n".join(f"  {name:{width}}  {summary}" for name, summary in COMMANDS.items())
    return (
        "Usage: lineage COMMAND [OPTIONS]\n\n"
        "Column lineage and contracts across Dagster code locations and dbt projects, checked\n"
        "before anything runs.\n\n"
        f"Commands:\n{commands}\n\n"
        "Run `lineage COMMAND --help` for the options of a command.\n"
        "Exit codes: 0 success, 1 findings, 2 usage error."
    )


if __name__ == "__main__":
    sys.exit(main())
