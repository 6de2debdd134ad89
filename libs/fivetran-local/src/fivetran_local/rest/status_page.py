"""The status page at `/`: the last syncs of each connector. Read-only, so it needs no key."""

from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from fivetran_local.account import Account
from fivetran_local.declaration import ConnectorDeclaration
from fivetran_local.rest.connection_object import connection_object
from fivetran_local.state.runs import SyncRun

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
    """Return the page to browsers that use a loopback name.

    Other names are rejected: a page elsewhere could make its own name resolve to this machine.
    """
    if request.url.hostname not in {"127.0.0.1", "localhost"}:
        return PlainTextResponse("Use 127.0.0.1 or localhost.", status_code=421)
    connectors = "\n".join(_connector(account, each) for each in account.connectors.values())
    destination = escape(account.destination.place)
    return HTMLResponse(_PAGE.format(destination=destination, connectors=connectors))


def _connector(account: Account, declared: ConnectorDeclaration) -> str:
    shown = connection_object(account, declared)
    status = shown["status"]
    problem = "".join(
        f'<p class="failed">{escape(task["details"])}</p>' for task in status["tasks"]
    )
    target = declared.name if declared.schema_prefix is None else f"{declared.name}_…"
    runs = "".join(map(_row, account.state.runs.latest(declared.id, _RUNS_SHOWN)))
    table = (
        "<table><tr><th>started<th>finished<th>outcome<th>rows written<th>rows deleted"
        f"{runs}</table>"
        if runs
        else '<p class="note">No sync yet.</p>'
    )
    return (
        f"<h2>{escape(declared.id)}</h2>"
        f"<p>{escape(declared.service)}, from {escape(declared.source.kind)} to {escape(target)}:"
        f' <b class="{status["setup_state"]}">{status["setup_state"]}</b>,'
        f" {status['sync_state']}; last success {shown['succeeded_at'] or 'never'},"
        f" last failure {shown['failed_at'] or 'never'}</p>{problem}{table}"
    )


def _row(run: SyncRun) -> str:
    outcome = run.outcome or "syncing"
    return (
        f'<tr><td>{run.started_at}<td>{run.finished_at or ""}<td class="{outcome}">{outcome}'
        f'<td class="number">{run.upserted:,}<td class="number">{run.deleted:,}'
    )
