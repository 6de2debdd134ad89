"""The page of a small repository with three teams, open in a browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request

from dagster_lineage.cli.main import main
from dagster_lineage.files.interface_files import encode
from dagster_lineage.model import (
    SCHEMA_VERSION,
    Asset,
    Check,
    Column,
    Expected,
    Exposure,
    Interface,
    Job,
    Partitions,
    Read,
    Source,
)

SHOP = Interface(
    schema_version=SCHEMA_VERSION,
    project="shop",
    assets=(
        Asset(
            key="shop/orders",
            at="src/shop.py:3",
            owners=("team:shop",),
            contract=True,
            relation="db.shop.orders",
            partitions=Partitions(kind="time", cron="0 0 * * *", timezone="UTC"),
            columns={
                "id": Column(type="bigint", not_null=True, unique=True),
                "amount": Column(type="decimal(12,2)"),
                "status": Column(type="varchar"),
            },
            columns_known=True,
            checks=(Check(name="fresh_enough", at="src/shop.py:9", kind="python", blocking=True),),
        ),
        Asset(key="shop/notes", at="src/shop.py:20", owners=("team:shop",)),
    ),
    jobs=(Job(name="nightly", kind="schedule", cron="0 3 * * *", targets=("shop/orders",)),),
)
MARTS = Interface(
    schema_version=SCHEMA_VERSION,
    project="marts",
    dialect="duckdb",
    dbt_project="marts",
    assets=(
        Asset(
            key="marts/revenue",
            kind="model",
            at="models/revenue.sql:1",
            owners=("team:finance",),
            access="public",
            columns={
                "day": Column(type="date"),
                "total": Column(
                    type="decimal(18,2)", derived_from=("staging/paid#amount",), copy=True
                ),
            },
            columns_known=True,
            reads=(
                Read(
                    key="staging/paid",
                    at="models/revenue.sql:4",
                    via="ref",
                    queried=True,
                    columns=("amount",),
                ),
            ),
        ),
        Asset(
            key="staging/paid",
            kind="model",
            at="models/paid.sql:1",
            owners=("team:finance",),
            access="protected",
            columns={"amount": Column(type="decimal(12,2)", derived_from=("shop/orders#amount",))},
            columns_known=True,
            reads=(
                Read(
                    key="shop/orders",
                    at="models/paid.sql:2",
                    via="source",
                    source="shop.orders",
                    queried=True,
                    columns=("amount", "status"),
                ),
            ),
        ),
    ),
    sources=(
        Source(
            name="shop.orders",
            key="shop/orders",
            at="models/sources.yml:4",
            key_origin="table",
            relation="db.shop.orders",
            columns={"amount": Expected(type="decimal(12,2)")},
        ),
    ),
    exposures=(
        Exposure(name="board", type="dashboard", owner="team:finance", reads=("marts/revenue",)),
    ),
)
ML = Interface(
    schema_version=SCHEMA_VERSION,
    project="ml",
    assets=(
        Asset(
            key="ml/forecast",
            at="src/ml.py:1",
            owners=("team:science",),
            columns={"expected": Column(type="double", derived_from=("marts/revenue#total",))},
            columns_known=True,
            reads=(
                Read(key="marts/revenue", at="src/ml.py:2", expects={"total": Expected()}),
                Read(key="lost/table", at="src/ml.py:3"),
            ),
        ),
    ),
)


class Repository:
    """A folder with interfaces, and its page."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        (root / "pyproject.toml").write_text('[project]\nname = "three-teams"\n[tool.lineage]\n')

    def write(self, *interfaces: Interface) -> None:
        """Write interface files, and the files that they name."""
        for interface in interfaces:
            folder = self.root / "projects" / interface.project
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "interface.json").write_bytes(encode(interface))
            places = [asset.at for asset in interface.assets]
            places += [asset.described_at for asset in interface.assets if asset.described_at]
            places += [source.at for source in interface.sources]
            for place in places:
                file = folder / place.rpartition(":")[0]
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text("\n" * 40)

    def report(self, *arguments: str) -> Path:
        """Write the page and return its file."""
        file = self.root / "lineage.html"
        assert main(["report", "--root", str(self.root), "--out", str(file), *arguments]) == 0
        return file


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    producer = Repository(tmp_path / "repository")
    producer.write(SHOP, MARTS, ML)
    return producer


@pytest.fixture(scope="session")
def three_teams(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the small repository, for tests that do not change it."""
    producer = Repository(tmp_path_factory.mktemp("three_teams"))
    producer.write(SHOP, MARTS, ML)
    return producer.report()


class Visit:
    """An open page, its requests and its errors.

    Attributes:
        page: The page.
        requests: Addresses that it requested, without its own.
        errors: Errors of its script, and violations of its content security policy.
    """

    def __init__(self, context: BrowserContext, file: Path) -> None:
        self.requests: list[str] = []
        self.errors: list[str] = []
        address = file.as_uri()

        def note(request: Request) -> None:
            if request.url.partition("#")[0] != address:
                self.requests.append(request.url)

        context.on("request", note)
        context.route(
            "**/*",
            lambda route: (
                route.continue_() if route.request.url.startswith(address) else route.abort()
            ),
        )
        self.page: Page = context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on(
            "console",
            lambda details: self.errors.append(details.text) if details.type == "error" else None,
        )
        self.page.goto(address)
        self.page.wait_for_selector("#boxes > *")

    def node(self, key: str):
        """Return the box of an asset in the graph."""
        return self.page.locator(f'#nodes > [aria-label^="{key},"]')

    def choose(self, key: str, column: str = "") -> None:
        """Click an asset, and perhaps one of its columns."""
        self.node(key).click()
        if column:
            self.page.get_by_role("table").get_by_role("button", name=column, exact=True).click()
        # The graph is drawn in the next frame.
        self.page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")

    def lit(self) -> set[str]:
        """Return the names that are highlighted in the graph."""
        return set(self.page.locator("#nodes > .on .title").all_text_contents()) - {""}


@pytest.fixture
def visit(browser: Browser):
    contexts = []

    def open_(file: Path, **options) -> Visit:
        contexts.append(browser.new_context(viewport={"width": 1280, "height": 800}, **options))
        return Visit(contexts[-1], file)

    yield open_
    for context in contexts:
        context.close()
