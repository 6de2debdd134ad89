"""`platform run`: materialize a selection of assets over all code locations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from dagster import DagsterInstance
from rich.console import Console
from rich.text import Text

from dagster_lineage.api import counted
from environment import Environment, repository
from platform_commands.asset_graph import AssetGraph
from platform_commands.dagster_home import prepare_dagster_home
from platform_commands.dagster_internals.workspace import LoadedWorkspace, open_workspace
from platform_commands.display import new_console, progress_display
from platform_commands.errors import FAILED, CodeLocationError, InvalidSelection
from platform_commands.execution import Execution
from platform_commands.partitions import check_partitions
from platform_commands.plan import RunGroup, plan
from platform_commands.processes import Interrupts
from platform_commands.report import print_report
from platform_commands.selection import EVERYTHING, selected_assets
from platform_commands.settings import read_settings
from platform_commands.unfinished_runs import abandoned_runs, end_runs

LOG_FILE = "platform-run.log"
SIGNALED = 128
"""The exit code after a signal is this plus the signal's number."""


def run(*, select: str, partitions: str, max_parallel: int, require: Sequence[str]) -> int:
    """Materialize a selection, each code location in its own processes, and print a report.

    Args:
        select: Assets, in Dagster's selection syntax.
        partitions: "missing", "latest", "all" or "START..END".
        max_parallel: Maximum number of runs at the same time.
        require: Code locations that must load; otherwise nothing is run.

    Returns:
        0 if every selected asset was materialized and no blocking check failed, otherwise 1; 130
        after Ctrl-C.

    Raises:
        PlatformError: Nothing was run; contains the reason.
    """
    console, environment, root = new_console(), Environment.from_environ(), repository()
    prepare_dagster_home(environment, root)
    settings = read_settings(root)
    workspace_file = root / "workspace.yaml"
    with ExitStack() as stack:
        with _loading(console, workspace_file):
            workspace = stack.enter_context(
                open_workspace(workspace_file, environment.logs_dir / LOG_FILE)
            )
        _end_abandoned(console, workspace.instance)
        _check_load_errors(console, workspace, select, require)
        graph = workspace.graph.selected(selected_assets(select, workspace))
        if not graph.assets:
            raise InvalidSelection(
                f"The selection {select!r} contains only external assets, which Dagster cannot "
                "materialize."
            )
        groups = plan(graph)
        check_partitions(workspace, groups, partitions)
        limits = pool_limits(workspace.instance, (pool for group in groups for pool in group.pools))
        _print_plan(console, graph, groups)
        execution = Execution(workspace, graph, groups, partitions=partitions, pool_limits=limits)
        with (
            Interrupts() as interrupts,
            progress_display(execution.progress, console) as on_change,
        ):
            execution.run(max_parallel=max_parallel, interrupts=interrupts, on_change=on_change)
        print_report(console, execution.progress, environment, workspace.graph, settings.run.show)
    if interrupts.received is not None:
        console.print(f"Stopped by {interrupts.received.name}; the active runs were terminated.")
        return SIGNALED + interrupts.received
    return 0 if execution.progress.all_done else FAILED


def pool_limits(instance: DagsterInstance, pools: Iterable[str]) -> dict[str, int]:
    """Return the number of slots of each pool, after storing the default of those without one.

    Dagster stores it when a step first requests a slot; two runs that do so at the same time could
    both get one. A limit that was set by a user is not changed.
    """
    storage = instance.event_log_storage
    if not storage.supports_global_concurrency_limits:
        return {}
    known = {limit.name for limit in storage.get_pool_limits()}
    for pool in sorted(set(pools) - known):
        storage.initialize_concurrency_limit_to_default(pool)
    return {limit.name: limit.limit for limit in storage.get_pool_limits()}


@contextmanager
def _loading(console: Console, workspace_file: Path) -> Iterator[None]:
    """Print that code locations are loading; in a terminal only until they have loaded."""
    text = f"Loading the code locations of {workspace_file} …"
    if console.is_terminal:
        with console.status(text):
            yield
    else:
        console.print(text, soft_wrap=True)
        yield


def _end_abandoned(console: Console, instance: DagsterInstance) -> None:
    runs = [run.run_id for run in abandoned_runs(instance)]
    if runs:
        names = ", ".join(run_id[:8] for run_id in runs)
        console.print(f"Terminating the runs of an earlier `platform run` that was killed: {names}")
        end_runs(instance, runs)


def _check_load_errors(
    console: Console, workspace: LoadedWorkspace, select: str, require: Sequence[str]
) -> None:
    """Print the load errors of an explicit selection; it runs without these code locations.

    Raises:
        CodeLocationError: Everything is selected, or a required code location does not load.
    """
    missing = [name for name in require if name not in workspace.loaded]
    if not workspace.load_errors and not missing:
        return
    lines = [
        f"The code location {name} does not load: {error}"
        for name, error in workspace.load_errors.items()
    ]
    if lines:
        lines.append("For the traceback: dagster definitions validate --workspace workspace.yaml")
    errors = "\n".join(lines)
    if missing:
        raise CodeLocationError(
            f"{errors}\nNothing was run: {', '.join(missing)} must load.".strip()
        )
    if select.strip() == EVERYTHING:
        others = " or ".join(f'code_location:"{name}"' for name in workspace.loaded)
        instead = f" To run the others: platform run --select '{others}'" if others else ""
        raise CodeLocationError(f"{errors}\nNothing was run.{instead}")
    console.print(Text(f"{errors}\nIts assets are not part of this run.", "yellow"))


def _print_plan(console: Console, graph: AssetGraph, groups: Sequence[RunGroup]) -> None:
    locations = len({group.run_class.location for group in groups})
    console.print(
        f"{counted(len(graph.assets), 'asset')} in {counted(locations, 'code location')}, "
        f"planned as {counted(len(groups), 'group')} of runs"
    )
