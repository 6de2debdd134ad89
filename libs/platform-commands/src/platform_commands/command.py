"""The command `platform`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

from environment import UnknownEnvironment
from platform_commands.errors import INTERRUPTED, PlatformError
from warehouse import WarehouseError

FORMATS = ("table", "csv", "json", "parquet")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; each part is imported when it is asked for, since Dagster takes a second.

    Args:
        arguments: Command-line arguments; those of the process if left out.

    Returns:
        Exit code: 0 right, 1 something did not succeed, 2 used wrongly, 130 after Ctrl-C.
    """
    options = _parser().parse_args(arguments)
    # Programs that steps and services start (dbt, servers) are those beside this one.
    programs = str(Path(sys.executable).parent)
    os.environ["PATH"] = os.pathsep.join([programs, os.environ.get("PATH", os.defpath)])
    # Where dagster.yaml names a storage that can write events in batches, it does.
    os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", "500")
    # Nothing that this repository starts tells anybody about it.
    os.environ.setdefault("DO_NOT_TRACK", "1")
    os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")
    try:
        return int(options.command(options))
    except (PlatformError, UnknownEnvironment, WarehouseError) as error:
        print(f"platform: {error}", file=sys.stderr)
        return error.exit_code if isinstance(error, PlatformError) else 1
    except KeyboardInterrupt:
        print("platform: stopped", file=sys.stderr)
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="platform", description="Runs, queries and local servers of the whole repository."
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_run(commands)
    _add_sql(commands)
    _add_dev(commands)
    _add_log(commands)
    _add_pr_build(commands)
    return parser


_Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - it has no other name


def _add_run(commands: _Commands) -> None:
    parser = commands.add_parser("run", help="materialize assets over all code locations")
    parser.add_argument(
        "--select", default="*", metavar="SELECTION", help="in Dagster's selection syntax"
    )
    parser.add_argument(
        "--partitions",
        default="missing",
        metavar="missing|latest|all|START..END",
        help="of partitioned assets; 'missing' (default) takes the latest if none is missing",
    )
    parser.add_argument(
        "--max-parallel",
        type=_at_least_one,
        default=min(2, os.cpu_count() or 1),
        metavar="N",
        help="runs at the same time (default: %(default)s)",
    )
    parser.add_argument(
        "--require",
        action="append",
        default=[],
        metavar="LOCATION",
        help="run nothing unless this code location loads; can be repeated",
    )
    parser.set_defaults(command=_run)


def _add_sql(commands: _Commands) -> None:
    parser = commands.add_parser("sql", help="query what the projects have published")
    parser.add_argument(
        "query", nargs="?", help="by default from standard input, or typed at a prompt"
    )
    parser.add_argument("--format", choices=FORMATS, default="table")
    parser.add_argument("--output", type=Path, metavar="FILE", help="by default standard output")
    parser.set_defaults(command=_sql)


def _add_dev(commands: _Commands) -> None:
    parser = commands.add_parser("dev", help="Dagster's UI, its daemon and the local servers")
    parser.add_argument(
        "--port", type=int, help="of the UI (default: 3000, or a free one if that is taken)"
    )
    parser.set_defaults(command=_dev)


def _add_log(commands: _Commands) -> None:
    parser = commands.add_parser("log", help="the whole log of a run")
    parser.add_argument("run", help="its id, or the beginning of it")
    parser.set_defaults(command=_log)


def _add_pr_build(commands: _Commands) -> None:
    parser = commands.add_parser(
        "pr-build", help="build what a branch changes beside its base, and compare the tables"
    )
    parser.add_argument(
        "--base", metavar="REF", default="main", help="where the branch comes from (%(default)s)"
    )
    parser.add_argument(
        "--base-environment",
        metavar="ENV",
        default="dev",
        help="JAFFLE_ENV of the base's published files (default: %(default)s)",
    )
    parser.add_argument("--output", type=Path, metavar="FILE", help="of the report, in Markdown")
    parser.set_defaults(command=_pr_build)


def _run(options: argparse.Namespace) -> int:
    from platform_commands.run_command import RunOptions, run  # noqa: PLC0415

    return run(
        RunOptions(
            select=options.select,
            partitions=options.partitions,
            max_parallel=options.max_parallel,
            require=tuple(options.require),
        )
    )


def _sql(options: argparse.Namespace) -> int:
    from platform_commands.sql_command import sql  # noqa: PLC0415

    return sql(options.query, output_format=options.format, output=options.output)


def _dev(options: argparse.Namespace) -> int:
    from platform_commands.dev_command import dev  # noqa: PLC0415

    return dev(port=options.port)


def _log(options: argparse.Namespace) -> int:
    from platform_commands.log_command import log  # noqa: PLC0415

    return log(options.run)


def _pr_build(options: argparse.Namespace) -> int:
    from platform_commands.pr_build.command import PrBuildOptions, pr_build  # noqa: PLC0415

    return pr_build(
        PrBuildOptions(
            base=options.base, base_environment=options.base_environment, output=options.output
        )
    )


def _at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number
