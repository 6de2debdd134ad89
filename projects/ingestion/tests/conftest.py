"""A folder of its own for every test, a scripted HTTP server, and a way to run the assets."""

from __future__ import annotations

import http.server
import json
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from ingestion.customers.export import CustomerExport
from ingestion.defs import fivetran as fivetran_defs
from ingestion.defs import jaffle_shop as jaffle_shop_defs
from ingestion.fivetran.account import FivetranAccount
from published_assets import WarehouseResource
from warehouse import Locations

VARIABLES = (
    "CUSTOMERS_URL",
    "FIVETRAN_API_KEY",
    "FIVETRAN_API_SECRET",
    "FIVETRAN_API_URL",
    "FIVETRAN_DESTINATION_URL",
)


@pytest.fixture(autouse=True)
def locations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Locations:
    """Every test has its own data folder and an environment without our variables."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("JAFFLE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("JAFFLE_ENV", "ci")
    monkeypatch.setenv("DEMO_SHOP_ORDERS", "1000")
    return Locations.from_environ()


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
def published(locations: Locations) -> Published:
    return Published(locations.published_file("ingestion"))


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
def materialize() -> Callable[..., Run]:
    """Run the customers' or the connector's assets with quick settings."""

    def run(
        what: str,
        *,
        selection: Sequence[str] | None = None,
        config: dict[str, Any] | None = None,
        **settings: Any,
    ) -> Run:
        assets = {
            "customers": jaffle_shop_defs.raw_customers,
            "fivetran": fivetran_defs.fivetran_tables,
        }[what]
        quick = {
            "customers": {"first_wait_seconds": 0.01, "silence_seconds": 0.5},
            "fivetran": {"poll_interval_seconds": 0.02, "request_retry_delay_seconds": 0.01},
        }[what]
        resources = {
            "warehouse": WarehouseResource(project="ingestion"),
            "customer_export": CustomerExport(**(quick | settings if what == "customers" else {})),
            "fivetran": FivetranAccount(**(quick | settings if what == "fivetran" else {})),
        }
        keys = [dg.AssetKey.from_user_string(key) for key in selection or ()]
        result = dg.materialize(
            [assets],
            resources=resources,
            selection=dg.AssetSelection.assets(*keys) if keys else None,
            run_config={"ops": {assets.op.name: {"config": config}}} if config else None,
            raise_on_error=False,
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
