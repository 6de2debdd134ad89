"""`platform log`: everything that Dagster has recorded of a run."""

from __future__ import annotations

from datetime import datetime

from dagster import DagsterEvent, DagsterInstance
from rich.console import Console
from rich.text import Text

from platform_commands.display import new_console
from platform_commands.errors import Misuse
from platform_commands.home import prepare_home

RUNS_SEARCHED = 1000
EVENTS_AT_ONCE = 1000


def log(beginning: str) -> int:
    """Print the log of a run, with the tracebacks of its errors.

    Args:
        beginning: Its id, or enough of it.

    Raises:
        Misuse: no run's id begins like this, or several do.
    """
    home, console = prepare_home(), new_console()
    with DagsterInstance.get() as instance:
        found = [
            run.run_id
            for run in instance.get_runs(limit=RUNS_SEARCHED)
            if run.run_id.startswith(beginning)
        ]
        if not found:
            raise Misuse(f"No run in {home.dagster_home} has an id that begins with {beginning}.")
        if len(found) > 1:
            raise Misuse(f"Several runs begin with {beginning}: {', '.join(sorted(found))}.")
        cursor: str | None = None
        while True:
            page = instance.get_records_for_run(found[0], cursor=cursor, limit=EVENTS_AT_ONCE)
            for record in page.records:
                entry = record.event_log_entry
                time = datetime.fromtimestamp(entry.timestamp).astimezone()
                step = f" [{entry.step_key}]" if entry.step_key else ""
                message = entry.user_message or entry.message
                kind = entry.dagster_event.event_type_value if entry.dagster_event else "LOG"
                console.print(
                    Text(f"{time:%H:%M:%S.%f}"[:-3] + f" {kind}{step} {message}"), soft_wrap=True
                )
                if entry.dagster_event is not None:
                    _print_error(console, entry.dagster_event)
            cursor = page.cursor
            if not page.has_more:
                return 0


def _print_error(console: Console, event: DagsterEvent) -> None:
    error = getattr(event.event_specific_data, "error", None)
    if error is not None:
        console.print(Text(error.to_string()), soft_wrap=True)
