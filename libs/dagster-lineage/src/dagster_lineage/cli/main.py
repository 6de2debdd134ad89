"""The command line: `lineage COMMAND …`.

Exit codes: 0 right, 1 problems found, 2 used wrongly.
"""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module
from typing import NamedTuple, Protocol

from dagster_lineage.model.errors import LineageError
from dagster_lineage.model.nearest_names import did_you_mean

USED_WRONGLY = 2


class Command(NamedTuple):
    """Where a sub-command is; its module is imported when it is called, and no other one's."""

    module: str
    summary: str
    only_reads: bool = False
    """Nothing has to be tidied up when it ends."""


COMMANDS = {
    "lock": Command("lock", "ask the code locations what they make and read, write it down"),
    "check": Command("check", "is every edge between projects right?", only_reads=True),
    "rule": Command("rule", "the manual page of a rule"),
    "impact": Command("impact", "who is hurt if an asset or a column changes"),
    "diff": Command("diff", "what this branch does to the interfaces"),
    "affected": Command("affected", "which projects CI must build, and why"),
    "report": Command("report", "one HTML page of the global graph"),
    "export": Command("export", "the graph in other tools' formats"),
}


class _Module(Protocol):
    """What every module in `commands/` that is a sub-command has."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, arguments: argparse.Namespace) -> int: ...


def main(arguments: list[str] | None = None) -> int:
    """Run a sub-command.

    Args:
        arguments: Without the program's name; those of the process by default.

    Returns:
        Its exit code.
    """
    given = sys.argv[1:] if arguments is None else arguments
    if not given or given[0] in ("-h", "--help", "help"):
        print(_help())
        return 0 if given else USED_WRONGLY
    name, *rest = given
    try:
        command = _module(name)
        parser = argparse.ArgumentParser(prog=f"lineage {name}")
        command.add_arguments(parser)
        code = command.run(parser.parse_args(rest))
        sys.stdout.flush()
        if arguments is None and COMMANDS[name].only_reads:
            # Python would take some hundred thousand values apart, one by one, to no end.
            os._exit(code)
    except LineageError as error:
        print(f"lineage: {error}", file=sys.stderr)
        return USED_WRONGLY
    except BrokenPipeError:
        # The reader (`| head`) has seen enough. Nothing may be written when Python flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code


def _module(name: str) -> _Module:
    command = COMMANDS.get(name)
    if command is None:
        raise LineageError(f"unknown command `{name}`: {did_you_mean(name, COMMANDS)}")
    try:
        return import_module(f"dagster_lineage.cli.{command.module}")
    except ModuleNotFoundError as error:
        if error.name and error.name.startswith("dagster_lineage"):
            raise LineageError(f"this installation has no command `{name}`") from error
        raise LineageError(
            f"`lineage {name}` needs `{error.name}`. Install dagster-lineage with its extras: "
            "`dagster-lineage[lock,affected]`."
        ) from error


def _help() -> str:
    width = max(map(len, COMMANDS))
    listed = "\n".join(f"  {name:{width}}  {one.summary}" for name, one in COMMANDS.items())
    return (
        "usage: lineage COMMAND …\n\n"
        "One interface graph over all code locations, checked before anything runs.\n\n"
        f"{listed}\n\n`lineage COMMAND --help` tells its arguments."
    )


if __name__ == "__main__":
    sys.exit(main())
