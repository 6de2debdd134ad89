"""A separate folder for every test, a scripted HTTP server, and a way to run the assets."""

from __future__ import annotations

import http.server
import json
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from environment import Environment
from ingestion import fivetran_snapshot
from ingestion.customers.export import CustomerExport
from ingestion.defs import fivetran as fivetran_defs
from ingestion.defs import jaffle_shop as jaffle_shop_defs
from ingestion.fivetran.account import FivetranAccount
from ingestion.fivetran.column_schema import expected_columns
from ingestion.fivetran.snapshot import SnapshotTable, read_snapshot
from ingestion.retries import RetryPolicy
from published_assets.api import WarehouseResource

VARIABLES = (
    "CUSTOMERS_URL",
    "FIVETRAN_API_KEY",
    "FIVETRAN_API_SECRET",
    "FIVETRAN_API_URL",
    "FIVETRAN_DESTINATION_URL",
    "SHOP_DATABASE",
)


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Environment:
    """Every test has its own data folder and an environment without our variables."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("JAFFLE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("JAFFLE_ENV", "ci")
    monkeypatch.setenv("DEMO_SHOP_ORDERS", "1000")
    return Environment.from_environ()


@dataclass
class Answer:
    """What the scripted server answers; `body` may be a function that writes to the socket."""

    body: bytes | str | Callable[[http.server.BaseHTTPRequestHandler], None] = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class ScriptedServer:
    """A real server on loopback; each path has a list of answers, the last of which repeats."""

    url: str
    script: dict[str, list[Answer]] = field(default_factory=lambda: defaultdict(list))
    requests: list[Request] = field(default_factory=list)

    def answer(self, path: str, *answers: Answer) -> None:
        self.script[path] = list(answers)

    def asked(self, path: str, method: str | None = None) -> list[Request]:
        return [
            request
            for request in self.requests
            if request.path.partition("?")[0] == path and method in {None, request.method}
        ]


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server() as running:
        yield running


@contextmanager
def scripted_server() -> Iterator[ScriptedServer]:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            pass

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            request = Request(self.command, self.path, dict(self.headers), body)
            scripted.requests.append(request)
            path = self.path.partition("?")[0]
            answers = scripted.script[f"{self.command} {path}"] or scripted.script[path]
            answer = answers.pop(0) if len(answers) > 1 else answers[0] if answers else None
            if answer is None:
                answer = Answer('{"code": "NotFound", "message": "No such thing"}', 404)
            if callable(answer.body):
                self.close_connection = True
                answer.body(self)
                return
            content = answer.body.encode() if isinstance(answer.body, str) else answer.body
            self.send_response(answer.status)
            for name, value in {"Content-Length": str(len(content)), **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)
            if "Content-Length" in answer.headers:
                self.close_connection = True

        do_GET = do_POST = do_PATCH = handle_any  # noqa: N815

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        httpd.daemon_threads = True
        scripted = ScriptedServer(f"http://127.0.0.1:{httpd.server_port}")
        thread = threading.Thread(target=httpd.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield scripted
        httpd.shutdown()
        thread.join()


@dataclass
class Published:
    """The published file, as another team reads it."""

    file: Path

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(duckdb.connect(str(self.file), read_only=True)) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture
def published(environment: Environment) -> Published:
    return Published(environment.published_file("ingestion"))


@dataclass
class Run:
    """A finished run of one of the assets."""

    result: dg.ExecuteInProcessResult

    @property
    def success(self) -> bool:
        return self.result.success

    @property
    def failure(self) -> str:
        """The message that the failed step shows, whole chain of causes included."""
        [event] = self.result.get_step_failure_events()
        data = event.step_failure_data
        text = data.user_failure_data.description if data.user_failure_data else ""
        return f"{text}\n{data.error.to_string() if data.error else ''}"

    @property
    def message(self) -> str:
        """Only what the step says itself."""
        [event] = self.result.get_step_failure_events()
        user = event.step_failure_data.user_failure_data
        assert user, f"not a readable failure: {event.step_failure_data.error}"
        return user.description or ""

    @property
    def metadata(self) -> dict[str, dict[str, Any]]:
        """By asset: metadata of its materialization."""
        return {
            event.asset_key.to_user_string(): {
                name: value.value for name, value in event.materialization.metadata.items()
            }
            for event in self.result.get_asset_materialization_events()
        }

    @property
    def checks(self) -> list[dg.AssetCheckEvaluation]:
        return self.result.get_asset_check_evaluations()


@pytest.fixture(scope="session")
def instance() -> Iterator[dg.DagsterInstance]:
    """A Dagster instance for all tests: making one takes longer than a run."""
    with dg.DagsterInstance.ephemeral() as shared:
        yield shared


def quick_retries(attempts: int = 4) -> RetryPolicy:
    return RetryPolicy(attempts=attempts, first_wait_seconds=0.01)


@pytest.fixture(scope="session")
def materialize(instance: dg.DagsterInstance) -> Callable[..., Run]:
    """Run the customers' or the connector's assets with quick settings."""

    def run(
        what: str,
        *,
        selection: Sequence[str] | dg.AssetSelection | None = None,
        config: dict[str, Any] | None = None,
        **settings: Any,
    ) -> Run:
        assets = {
            "customers": jaffle_shop_defs.raw_customers,
            "fivetran": fivetran_defs.fivetran_tables,
        }[what]
        quick = {
            "customers": {"retries": quick_retries(), "silence_seconds": 0.5},
            "fivetran": {
                "poll_interval_seconds": 0.02,
                "retries": quick_retries(),
                "sync_timeout_seconds": 20.0,
            },
        }[what]
        resources = {
            "warehouse": WarehouseResource(project="ingestion"),
            "customer_export": CustomerExport(**(quick | settings if what == "customers" else {})),
            "fivetran": FivetranAccount(**(quick | settings if what == "fivetran" else {})),
        }
        if selection is not None and not isinstance(selection, dg.AssetSelection):
            selection = dg.AssetSelection.assets(*map(dg.AssetKey.from_user_string, selection))
        result = dg.materialize(
            [assets],
            resources=resources,
            selection=selection,
            run_config={"ops": {assets.op.name: {"config": config}}} if config else None,
            raise_on_error=False,
            instance=instance,
        )
        return Run(result)

    return run


def json_answer(data: Any, status: int = 200, **headers: str) -> Answer:
    body = {"code": "Success", "data": data} if status == 200 else data
    return Answer(json.dumps(body), status, {"Content-Type": "application/json", **headers})


HEADER = "id,first_name,last_name,email,country,signed_up_on\n"
GOOD = "1,Ada,Lovelace,ada@example.com,GB,2024-01-05\n2,Bo,Ek,bo@example.com,SE,2024-02-29\n"


@pytest.fixture(scope="session")
def published_customers(
    tmp_path_factory: pytest.TempPathFactory, materialize: Callable[..., Run]
) -> Path:
    """A data folder in which the good export is published, to be copied by tests."""
    folder = tmp_path_factory.mktemp("customers") / "data"
    with pytest.MonkeyPatch.context() as patch, scripted_server() as running:
        running.answer("/customers.csv", Answer(HEADER + GOOD))
        patch.setenv("JAFFLE_DATA_DIR", str(folder))
        patch.setenv("JAFFLE_ENV", "ci")
        patch.setenv("CUSTOMERS_URL", f"{running.url}/customers.csv")
        assert materialize("customers").success
    return folder


@pytest.fixture
def reply() -> type[Answer]:
    """Make an answer for the scripted server."""
    return Answer


class FivetranScript:
    """Fivetran's API as a script on the loopback server: what it says is up to the test."""

    def __init__(self, server: ScriptedServer) -> None:
        self.server = server
        self.connector(self.details(), self.details(), self.details(succeeded_at=later(1)))
        self.schemas(users=True, orders=True)
        self.server.answer("POST /v1/connectors/postgres/sync", json_answer({}))
        self.server.answer("PATCH /v1/connectors/postgres", json_answer({}))

    @staticmethod
    def details(**changes: Any) -> dict[str, Any]:
        """The connector, idle after a sync at noon; `status` holds what differs in its status."""
        status = {
            "setup_state": "connected",
            "sync_state": "scheduled",
            "update_state": "on_schedule",
            "is_historical_sync": False,
            "tasks": [],
            "warnings": [],
            **changes.pop("status", {}),
        }
        return {
            "id": "postgres",
            "schema": "shop",
            "service": "postgres",
            "group_id": "local_warehouse",
            "paused": False,
            "succeeded_at": later(0),
            "failed_at": None,
            "sync_frequency": 360,
            "schedule_type": "auto",
            "status": status,
            **changes,
        }

    def connector(self, *details: dict[str, Any]) -> None:
        """What the API says of the connector, one after the other; the last one repeats.

        A sync looks twice before it starts (`before`, then `is it syncable`), then it polls.
        """
        answers = [json_answer(each) for each in details]
        self.server.answer("GET /v1/connectors/postgres", *answers)

    def schemas(self, *more: dict[str, Any], schema: str = "public", **tables: bool) -> None:
        """Which tables the connector syncs, by name."""
        config = {
            "schemas": {
                "public": {
                    "name_in_destination": schema,
                    "enabled": True,
                    "tables": {
                        name: {"name_in_destination": name, "enabled": enabled, "columns": {}}
                        for name, enabled in tables.items()
                    },
                }
            }
        }
        self.server.answer("GET /v1/connectors/postgres/schemas", json_answer(config))

    def another_sync(self) -> None:
        """From now on the connector is idle after the sync above, and a further one succeeds."""
        idle = self.details(succeeded_at=later(1))
        self.connector(idle, idle, self.details(succeeded_at=later(2)))

    def polls(self) -> int:
        return len(self.server.asked("/v1/connectors/postgres", "GET"))

    def started(self) -> list[Request]:
        return self.server.asked("/v1/connectors/postgres/sync", "POST")


def later(minutes: float, *, zone: str = "Z") -> str:
    """A time so many minutes after the noon at which the connector's last sync ended."""
    moment = datetime(2026, 1, 1, 12, 0, 0, 123456) + timedelta(minutes=minutes)  # noqa: DTZ001
    return moment.isoformat() + zone


@pytest.fixture
def api(server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> FivetranScript:
    """An account's API on loopback, with credentials in the environment."""
    monkeypatch.setenv("FIVETRAN_API_KEY", "key-1")
    monkeypatch.setenv("FIVETRAN_API_SECRET", "s3cret-1")
    monkeypatch.setenv("FIVETRAN_API_URL", f"{server.url}/v1")
    return FivetranScript(server)


class DestinationFile:
    """A DuckDB destination that the test writes to as Fivetran would."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.url = f"duckdb://{file}"

    def execute(self, *statements: str) -> None:
        with closing(duckdb.connect(str(self.file))) as connection:
            for statement in statements:
                connection.execute(statement)


def new_destination(file: Path) -> DestinationFile:
    """A destination with two users and three orders, stamped noon and half a minute later."""
    written = DestinationFile(file)
    written.execute("create schema shop_public", *map(create_table, read_snapshot().tables))
    written.execute(
        "insert into shop_public.users by name select i as id, 'u' || i || '@example.com' as email,"
        f" timestamptz '{later(0)}' as _fivetran_synced, false as _fivetran_deleted "
        "from range(1, 3) as t(i)",
        "insert into shop_public.orders by name select i as id, 'placed' as status, "
        f"10.50 as amount, timestamptz '{later(0.5)}' as _fivetran_synced, "
        "false as _fivetran_deleted from range(1, 4) as t(i)",
    )
    return written


def create_table(table: SnapshotTable) -> str:
    """The statement that creates a table with the columns of the snapshot."""
    columns = ", ".join(f"{column.name} {column.type}" for column in expected_columns(table))
    return f"create table {'.'.join(table.key.path)} ({columns})"


@pytest.fixture
def destination(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DestinationFile:
    """The destination that the environment names."""
    written = new_destination(tmp_path / "destination.duckdb")
    monkeypatch.setenv("FIVETRAN_DESTINATION_URL", written.url)
    return written


@pytest.fixture(scope="session")
def published_connector(
    tmp_path_factory: pytest.TempPathFactory, materialize: Callable[..., Run]
) -> Path:
    """A data folder in which that destination is published, to be copied by tests."""
    folder = tmp_path_factory.mktemp("connector")
    with pytest.MonkeyPatch.context() as patch, scripted_server() as running:
        FivetranScript(running)
        for name, value in {
            "JAFFLE_DATA_DIR": str(folder / "data"),
            "JAFFLE_ENV": "ci",
            "FIVETRAN_API_KEY": "key-1",
            "FIVETRAN_API_SECRET": "s3cret-1",
            "FIVETRAN_API_URL": f"{running.url}/v1",
            "FIVETRAN_DESTINATION_URL": new_destination(folder / "destination.duckdb").url,
        }.items():
            patch.setenv(name, value)
        assert materialize("fivetran").success
    return folder / "data"


@pytest.fixture
def accept_snapshot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Take the snapshot again, as `make fivetran-snapshot` does, for the definitions in use."""

    def accept() -> None:
        file = tmp_path / "accepted.json"
        assert fivetran_snapshot.main(["refresh", "--file", str(file)]) == 0
        monkeypatch.setattr(fivetran_defs, "SNAPSHOT", read_snapshot(file))

    return accept


@pytest.fixture(name="later")
def later_fixture() -> Callable[..., str]:
    return later


@pytest.fixture(name="json_answer")
def json_answer_fixture() -> Callable[..., Answer]:
    return json_answer
