"""dbt itself, on this project, with everything that it writes in a scratch folder."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

PROJECT_DIR = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Dbt:
    """The dbt command on one project and one data folder."""

    scratch: Path
    project_dir: Path = PROJECT_DIR
    environment: str = "dev"

    @property
    def data_dir(self) -> Path:
        return self.scratch / "data"

    @property
    def work_file(self) -> Path:
        return self.warehouse / "work" / "jaffle_dbt.duckdb"

    @property
    def warehouse(self) -> Path:
        return self.data_dir / self.environment / "warehouse"

    @property
    def target(self) -> Path:
        return self.scratch / "target"

    def command(self, *arguments: str) -> list[str]:
        """The whole command line; a warning, a deprecation too, is an error."""
        dbt = str(Path(sys.executable).with_name("dbt"))
        return [
            *(dbt, "--warn-error", "--show-all-deprecations", "--no-use-colors", *arguments),
            *("--project-dir", str(self.project_dir), "--profiles-dir", str(self.project_dir)),
            *("--target-path", str(self.target), "--log-path", str(self.scratch / "logs")),
        ]

    @property
    def environ(self) -> dict[str, str]:
        return os.environ | {
            "JAFFLE_DATA_DIR": str(self.data_dir),
            "JAFFLE_ENV": self.environment,
        }

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run dbt to its end, whatever that is."""
        return subprocess.run(
            self.command(*arguments), env=self.environ, capture_output=True, text=True, check=False
        )

    def manifest(self) -> dict:
        return json.loads((self.target / "manifest.json").read_text())

    def query(self, sql: str) -> list[tuple]:
        """Rows out of the work file."""
        with duckdb.connect(str(self.work_file), read_only=True) as connection:
            return connection.sql(sql).fetchall()


@pytest.fixture(scope="session")
def built(tmp_path_factory) -> Dbt:
    """The project, built once from nothing, unit tests included."""
    dbt = Dbt(tmp_path_factory.mktemp("jaffle_dbt"))
    publish_customers(dbt.warehouse)
    done = dbt.run("build")
    assert done.returncode == 0, done.stdout
    return dbt


def publish_customers(warehouse: Path) -> None:
    """What the ingestion team publishes: customers 1 to 103; the last three have never ordered."""
    for folder in ("work", "published"):
        (warehouse / folder).mkdir(parents=True)
    with duckdb.connect(str(warehouse / "published" / "ingestion.duckdb")) as connection:
        connection.execute("create schema jaffle_shop")
        connection.execute("""
            create table jaffle_shop.raw_customers as
            select
                cast(n as bigint) as id,
                'First' || n as first_name,
                'Last' || n as last_name,
                n || '@example.org' as email,
                'NL' as country,
                date '2023-01-01' + cast(n as integer) as signed_up_on
            from range(1, 104) as numbers(n)
        """)
