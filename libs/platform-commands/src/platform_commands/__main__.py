"""The command line of `platform`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from environment import UnknownEnvironment
from platform_commands.errors import FAILED, INTERRUPTED, PlatformError
from warehouse import WarehouseError

FORMATS = ("table", "csv", "json", "parquet")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        arguments: Command-line arguments; by default those of the process.

    Returns:
        Exit code: 0 success, 1 a failure, 2 a usage error, 130 after Ctrl-C.
    """
    options = _parser().parse_args(arguments)
    # Steps and services start programs of the same environment, such as dbt.
    programs = str(Path(sys.executable).parent)
    os.environ["PATH"] = os.pathsep.join([programs, os.environ.get("PATH", os.defpath)])
    # Used by the event storage in dagster.yaml, which writes events in batches.
    os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", "500")
    # Telemetry is off in all child processes.
    os.environ.setdefault("DO_NOT_TRACK", "1")
    os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")
    try:
        return _run_command(options)
    except (PlatformError, UnknownEnvironment, WarehouseError) as error:
        print(f"platform: {error}", file=sys.stderr)
        return error.exit_code if isinstance(error, PlatformError) else FAILED
    except KeyboardInterrupt:
        print("platform: interrupted", file=sys.stderr)
        return INTERRUPTED


def _run_command(options: argparse.Namespace) -> int:
    """Import the module of a command and run it; Dagster alone takes a second to import."""
    match options.command:
        case "run":
            from platform_commands.run import run

            return run(
                select=options.select,
                partitions=options.partitions,
                max_parallel=options.max_parallel,
                require=options.require,
            )
        case "dev":
            from platform_commands.dev import dev

            return dev(port=options.port)
        case "sql":
            from platform_commands.sql import sql

            return sql(options.query, output_format=options.format, output=options.output)
        case "log":
            from platform_commands.log import log

            return log(options.run)
        case _:
            from platform_commands.pr_build import pr_build

            return pr_build(
                base=options.base, base_environment=options.base_environment, output=options.output
            )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="platform",
        description="Materialize assets, query tables and start the UI, over all code locations.",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    run = commands.add_parser("run", help="materialize assets over all code locations")
    run.add_argument(
        "--select",
        default="*",
        metavar="SELECTION",
        help="assets, in Dagster's selection syntax (default: all)",
    )
    run.add_argument(
        "--partitions",
        default="missing",
        metavar="missing|latest|all|START..END",
        help="partitions of partitioned assets (default: missing, or latest if none is missing)",
    )
    run.add_argument(
        "--max-parallel",
        type=_at_least_one,
        default=min(2, os.cpu_count() or 1),
        metavar="N",
        help="maximum number of runs at the same time (default: %(default)s)",
    )
    run.add_argument(
        "--require",
        action="append",
        default=[],
        metavar="CODE_LOCATION",
        help="run nothing if this code location does not load; can be repeated",
    )

    dev = commands.add_parser("dev", help="start Dagster's UI, its daemon and the local servers")
    dev.add_argument(
        "--port", type=int, help="port of the UI (default: 3000, or a free one if it is in use)"
    )

    sql = commands.add_parser("sql", help="query the published tables of all projects")
    sql.add_argument("query", nargs="?", help="SQL (default: standard input, or a prompt)")
    sql.add_argument(
        "--format", choices=FORMATS, default="table", help="output format (default: %(default)s)"
    )
    sql.add_argument(
        "--output", type=Path, metavar="FILE", help="output file (default: standard output)"
    )

    log = commands.add_parser("log", help="print the complete log of a run")
    log.add_argument("run", help="run id, or its beginning")

    pr_build = commands.add_parser(
        "pr-build",
        help="build the projects that a branch changes and compare their tables with the base",
    )
    pr_build.add_argument(
        "--base", metavar="REF", default="main", help="git reference of the base (%(default)s)"
    )
    pr_build.add_argument(
        "--base-environment",
        metavar="ENV",
        default="dev",
        help="environment (JAFFLE_ENV) of the base's tables (default: %(default)s)",
    )
    pr_build.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        help="Markdown file of the comparison (default: in the environment's reports folder)",
    )
    return parser


def _at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


if __name__ == "__main__":
    sys.exit(main())
