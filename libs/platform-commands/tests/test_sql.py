"""`platform sql` with real published files."""

import csv
import io
import json
import os
import pty
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from environment import Environment
from platform_commands.__main__ import main
from warehouse import Warehouse


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    created = Environment(tmp_path_factory.mktemp("data"), "ci")
    tables = {
        "shop": (
            ("sales", "orders"),
            pa.table(
                {
                    "id": [1, 2, 3],
                    "amount": pa.array([Decimal("1.10"), Decimal("2.20"), None]),
                    "at": pa.array([datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2, 3)]),
                    "note": ["plain", 'with "quotes", commas', None],
                }
            ),
        ),
        "people": (("crm", "customers"), pa.table({"id": [1], "name": ["Ada"]})),
    }
    for project, (key, table) in tables.items():
        with Warehouse(project, created).open_session() as session:
            session.write(key, table)
            session.publish()
    return created


@pytest.fixture(autouse=True)
def variables(environment, monkeypatch):
    for name, value in environment.as_environ().items():
        monkeypatch.setenv(name, value)


def test_tables_of_several_projects_are_joined_by_project_name(capsys):
    query = "select name, amount from shop.sales.orders join people.crm.customers using (id)"
    assert main(["sql", query]) == 0
    output = capsys.readouterr().out
    assert "Ada" in output
    assert "1.10" in output


def test_csv_contains_every_row_with_quotes_and_nulls(capfdbinary):
    assert main(["sql", "from shop.sales.orders order by id", "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capfdbinary.readouterr().out.decode())))
    assert [row["amount"] for row in rows] == ["1.10", "2.20", ""]
    assert rows[1]["note"] == 'with "quotes", commas'


def test_json_is_an_array_of_objects(capfdbinary):
    assert main(["sql", "select id, note from shop.sales.orders order by id", "--format=json"]) == 0
    assert json.loads(capfdbinary.readouterr().out)[2] == {"id": 3, "note": None}


def test_parquet_file_keeps_the_types_and_is_complete(tmp_path):
    file = tmp_path / "it's.parquet"
    query = "from shop.sales.orders order by id"
    assert main(["sql", query, "--format", "parquet", "--output", str(file)]) == 0
    table = pq.read_table(file)
    assert table["amount"].to_pylist() == [Decimal("1.10"), Decimal("2.20"), None]
    assert str(table.schema.field("at").type) == "timestamp[us, tz=UTC]"
    assert [other.name for other in tmp_path.iterdir()] == [file.name]


def test_table_can_be_written_to_a_file(tmp_path):
    assert main(["sql", "from people.crm.customers", "--output", str(tmp_path / "t")]) == 0
    assert "Ada" in (tmp_path / "t").read_text()


@pytest.mark.parametrize(
    "statement",
    [
        "insert into people.crm.customers values (2, 'Eve')",
        "drop table people.crm.customers",
        "copy people.crm.customers to '{folder}/stolen.csv'",
        "attach '{folder}/other.duckdb'",
        "set enable_external_access = true",
        "detach people; attach '{folder}/people.duckdb' as people",
        "export database '{folder}/dump'",
    ],
)
def test_query_cannot_write_files_or_tables(statement, environment, tmp_path, capsys):
    before = environment.published_file("people").read_bytes()
    assert main(["sql", statement.format(folder=tmp_path)]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert environment.published_file("people").read_bytes() == before
    assert list(tmp_path.iterdir()) == []


def test_invalid_query_is_an_error_in_one_line_with_duckdbs_hint(capsys):
    assert main(["sql", "from shop.sales.order"]) == 1
    message = capsys.readouterr().err
    assert message.startswith("platform: Catalog Error: Table with name order does not exist!")
    assert "orders" in message
    assert message.count("\n") == 1


@pytest.mark.parametrize(
    "query", ["show all tables", "describe shop.sales.orders", "select 1; select 2"]
)
def test_statements_other_than_select_have_results(query, capsys):
    assert main(["sql", query]) == 0
    assert capsys.readouterr().out.strip()


def test_truncated_result_names_the_formats_with_all_rows(capsys):
    assert main(["sql", "from range(1000)"]) == 0
    output = capsys.readouterr().out
    assert "Only the first 200 rows; use --format csv, json or parquet for all rows." in output
    assert " 199 " in output
    assert " 200 " not in output.replace("first 200 rows", "")


def test_query_is_read_from_standard_input(environment):
    done = subprocess.run(
        [sys.executable, "-m", "platform_commands", "sql", "--format", "csv"],
        input="select count(*) as n\nfrom shop.sales.orders",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "n\n3\n", done.stderr


def test_environment_without_tables_is_an_error_with_the_command_to_run(
    monkeypatch, tmp_path, capsys
):
    monkeypatch.setenv("JAFFLE_DATA_DIR", str(tmp_path))
    assert main(["sql", "select 1"]) == 1
    assert "Materialize assets first: platform run" in capsys.readouterr().err


def test_sql_does_not_import_dagster():
    program = (
        "import sys; from platform_commands.__main__ import main; main(['sql', 'select 1']); "
        "sys.exit('dagster' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_prompt_continues_after_an_error_and_reads_new_publications_after_refresh(environment):
    terminal, child_end = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "platform_commands", "sql"],
        stdin=child_end,
        stdout=child_end,
        stderr=child_end,
        env={**os.environ, "TERM": "dumb", "COLUMNS": "120"},
    )
    os.close(child_end)
    output = b""

    def enter(line, until):
        nonlocal output
        os.write(terminal, line.encode() + b"\n")
        output = b""
        while until.encode() not in output:
            output += os.read(terminal, 4096)

    enter("", "platform>")
    enter(".tables", "shop.sales.orders")
    enter("from nowhere;", "Table with name nowhere does not exist!")
    enter("select count(*)\nfrom people.crm.customers\n;", "1")
    with Warehouse("people", environment).open_session() as session:
        session.write(("crm", "customers"), pa.table({"id": [1, 2], "name": ["Ada", "Grace"]}))
        session.publish()
    enter(".refresh", "platform>")
    enter("from people.crm.customers;", "Grace")
    os.write(terminal, b".quit\n")
    assert process.wait(30) == 0
    os.close(terminal)
