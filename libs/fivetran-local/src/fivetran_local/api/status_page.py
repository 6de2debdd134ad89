"""The page at `/`: for people, what each connector did last. Read-only, so it needs no key."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse, PlainTextResponse

from fivetran_local.api.connection_object import connection_object

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.requests import Request
    from starlette.responses import Response

    from fivetran_local.account import Account
    from fivetran_local.declaration import ConnectorDeclaration
    from fivetran_local.state.runs import Run

_RUNS_SHOWN = 5

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="refresh" content="5">
<title>Local Fivetran</title>
<style>
  body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem;
         padding: 0 1rem; color: #1d2733; }}
  table {{ border-collapse: collapse; width: 100%; margin: .5rem 0 2rem; }}
  th, td {{ text-align: left; padding: .35rem .75rem; border-bottom: 1px solid #d8dee6;
           vertical-align: top; }}
  td.number {{ text-align: right; font-variant-numeric: tabular-nums; }}
  .failed, .interrupted, .broken {{ color: #b3261e; }}
  .succeeded, .connected {{ color: #1b6e3c; }}
  .note {{ color: #5b6776; }}
</style>
<h1>Local Fivetran</h1>
<p class="note">Emulates Fivetran's REST API at <code>/v1</code>. It is not Fivetran.
Destination: <code>{destination}</code></p>
{connectors}
</html>
"""


def status_page(account: Account, request: Request) -> Response:
    """Return the page.

    Only for a browser that asks this machine by a loopback name: a page elsewhere, whose name was
    made to point here, is refused.
    """
    if request.url.hostname not in {"127.0.0.1", "localhost"}:
        return PlainTextResponse("Ask for 127.0.0.1 or localhost.", status_code=421)
    connectors = "\n".join(_connector(account, each) for each in account.connectors.values())
    destination = escape(account.destination.place)
    return HTMLResponse(_PAGE.format(destination=destination, connectors=connectors))


def _connector(account: Account, declared: ConnectorDeclaration) -> str:
    shown = connection_object(account, declared)
    status = shown["status"]
    problem = "".join(
        f'<p class="failed">{escape(task["details"])}</p>' for task in status["tasks"]
    )
    return (
        f"<h2>{escape(declared.id)}</h2>"
        f"<p>{escape(declared.service)}, from {escape(declared.source.kind)} to"
        f" {escape(_target(declared))}:"
        f' <b class="{status["setup_state"]}">{status["setup_state"]}</b>,'
        f" {status['sync_state']}; last success {shown['succeeded_at'] or 'never'},"
        f" last failure {shown['failed_at'] or 'never'}</p>{problem}"
        + _runs(account.state.runs.latest(declared.id, _RUNS_SHOWN))
    )


def _target(declared: ConnectorDeclaration) -> str:
    return declared.name if declared.schema_prefix is None else f"{declared.name}_…"


def _runs(runs: Iterable[Run]) -> str:
    rows = "".join(
        f"<tr><td>{run.started_at}<td>{run.finished_at or ''}"
        f'<td class="{run.outcome or "syncing"}">{run.outcome or "syncing"}'
        f'<td class="number">{run.upserted:,}<td class="number">{run.deleted:,}'
        for run in runs
    )
    if not rows:
        return '<p class="note">No sync yet.</p>'
    return (
        "<table><tr><th>started<th>finished<th>outcome<th>rows written<th>rows deleted"
        f"{rows}</table>"
    )
