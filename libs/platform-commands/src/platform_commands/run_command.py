"""`platform run`: materialize a selection of assets over all code locations."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from platform_commands.display import display_of, new_console
from platform_commands.ending import abandoned_runs, end_runs
from platform_commands.errors import FOUND_PROBLEM, LocationsBroken, SelectionWrong
from platform_commands.execution import Execution
from platform_commands.graph import Graph
from platform_commands.home import Home, prepare_home
from platform_commands.interrupts import Interrupts
from platform_commands.partitions import check_range
from platform_commands.plan import Group, plan
from platform_commands.pools import fix_limits
from platform_commands.report import report
from platform_commands.selection import EVERYTHING, resolve
from platform_commands.settings import read_settings
from platform_commands.workspace import Workspace, open_workspace

LOG_FILE = "platform-run.log"
SIGNALLED = 128
"""A command that a signal ended has this plus the signal's number as its exit code."""


@dataclass(frozen=True)
class RunOptions:
    """What was asked for on the command line."""

    select: str = EVERYTHING
    partitions: str = "missing"
    max_parallel: int = min(2, os.cpu_count() or 1)
    require: tuple[str, ...] = ()
    """Code locations that must load: without them nothing is run."""


def run(options: RunOptions) -> int:
    """Materialize the selection, each location in its own processes, and tell how it went.

    Returns:
        0 only if every selected asset was materialized and no blocking check failed; else 1; 130
        after Ctrl-C.

    Raises:
        PlatformError: nothing was run, and why.
    """
    console, home = new_console(), prepare_home()
    settings = read_settings(home.root)
    log_file = home.environment.logs_dir / LOG_FILE
    with ExitStack() as stack:
        with _loading(console, home):
            workspace = stack.enter_context(open_workspace(home.workspace_file, log_file))
        _end_abandoned(console, workspace)
        _tell_broken(console, workspace, options)
        graph = workspace.graph.selected(resolve(options.select, workspace.dagster_graph))
        if not graph.assets:
            raise SelectionWrong(
                f"The selection {options.select!r} has only assets that are made outside Dagster."
            )
        groups = plan(graph)
        check_range(workspace, groups, options.partitions)
        fix_limits(workspace.instance, (pool for group in groups for pool in group.pools))
        _tell_plan(console, graph, groups)
        execution = Execution(workspace, graph, groups, partitions=options.partitions)
        display = display_of(execution.board, console)
        with Interrupts() as interrupts, display:
            execution.run(
                max_parallel=options.max_parallel,
                interrupts=interrupts,
                on_change=display.update,
            )
        report(console, execution.board, home, workspace.graph, settings.run.show)
    if interrupts.asked is not None:
        console.print(f"Stopped by {interrupts.asked.name}: what ran was terminated.")
        return SIGNALLED + interrupts.asked
    return 0 if execution.board.all_made else FOUND_PROBLEM


@contextmanager
def _loading(console: Console, home: Home) -> Iterator[None]:
    """Say what takes so long; in a terminal only as long as it does."""
    text = f"Loading the code locations of {home.workspace_file} …"
    if console.is_terminal:
        with console.status(text):
            yield
    else:
        console.print(text, soft_wrap=True)
        yield


def _end_abandoned(console: Console, workspace: Workspace) -> None:
    runs = abandoned_runs(workspace.instance)
    if runs:
        names = ", ".join(run.run_id[:8] for run in runs)
        console.print(f"An earlier platform run was killed. Ending what it left: run {names}.")
        end_runs(workspace.instance, [run.run_id for run in runs])


def _tell_broken(console: Console, workspace: Workspace, options: RunOptions) -> None:
    """Refuse to run everything if a part of it is unknown; an explicit selection may go on.

    Raises:
        LocationsBroken: everything is selected, or one that is required does not load.
    """
    if not workspace.broken:
        return
    told = "\n".join(
        f"The code location {name} does not load: {error}"
        for name, error in workspace.broken.items()
    )
    loaded = sorted({asset.location for asset in workspace.graph.assets.values()})
    missing = [name for name in options.require if name not in loaded]
    if missing:
        raise LocationsBroken(f"{told}\nNothing was run: {', '.join(missing)} must load.")
    if options.select.strip() == EVERYTHING:
        selection = " or ".join(f"code_location:{name}" for name in loaded)
        instead = f" To run the others without it: platform run --select '{selection}'"
        raise LocationsBroken(f"{told}\nNothing was run.{instead if loaded else ''}")
    console.print(Text(f"{told}\nIts assets are unknown and take no part in this run.", "yellow"))


def _tell_plan(console: Console, graph: Graph, groups: Sequence[Group]) -> None:
    locations = len({group.location for group in groups})
    console.print(
        f"{_count(len(graph.assets), 'asset')} in {_count(locations, 'code location')}, "
        f"{_count(len(groups), 'group')} of runs"
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
