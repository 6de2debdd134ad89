"""`platform log`: the complete log of a run."""

from __future__ import annotations

from datetime import datetime

from dagster import DagsterInstance, EventLogEntry
from rich.text import Text

from dagster_lineage.api import listed
from environment import Environment, repository
from platform_commands.dagster_home import prepare_dagster_home
from platform_commands.display import new_console
from platform_commands.errors import UsageError

RUNS_SEARCHED = 1000
EVENTS_PER_PAGE = 1000


def log(run: str) -> int:
    """Print the log of a run, with the tracebacks of its errors.

    Args:
        run: The run id, or its beginning.

    Raises:
        UsageError: No run id begins with it, or several do.
    """
    folder, console = prepare_dagster_home(Environment.from_environ(), repository()), new_console()
    with DagsterInstance.get() as instance:
        run_id = _run_id(instance, run, str(folder))
        cursor: str | None = None
        has_more = True
        while has_more:
            page = instance.get_records_for_run(run_id, cursor=cursor, limit=EVENTS_PER_PAGE)
            for record in page.records:
                console.print(Text(_text(record.event_log_entry)), soft_wrap=True)
            cursor, has_more = page.cursor, page.has_more
    return 0


def _run_id(instance: DagsterInstance, beginning: str, folder: str) -> str:
    runs = instance.get_runs(limit=RUNS_SEARCHED)
    found = sorted(run.run_id for run in runs if run.run_id.startswith(beginning))
    if len(found) > 1:
        raise UsageError(
            f"{len(found)} run ids begin with {beginning}: {listed(found, code=False)}."
        )
    if not found:
        latest = f" Latest run: {runs[0].run_id}." if runs else ""
        raise UsageError(
            f"No run id of the last {RUNS_SEARCHED} runs in {folder} begins with {beginning}."
            f"{latest}"
        )
    return found[0]


def _text(entry: EventLogEntry) -> str:
    event = entry.dagster_event
    time = datetime.fromtimestamp(entry.timestamp).astimezone()
    kind = event.event_type_value if event else "LOG"
    step = f" [{entry.step_key}]" if entry.step_key else ""
    text = f"{f'{time:%H:%M:%S.%f}'[:-3]} {kind}{step} {entry.user_message or entry.message}"
    error = getattr(event.event_specific_data, "error", None) if event else None
    return f"{text}\n{error.to_string()}" if error else text
