"""Publications that are generated from contracts satisfy the contracts."""

from __future__ import annotations

import duckdb
import pytest
from tools.contract_accepted import accepted_by
from tools.contract_fixtures import FixtureImpossible, fixtures, publish
from tools.contract_values import ENTITIES, ROWS, ValueImpossible, value

from dagster_lineage.api import (
    Asset,
    Column,
    Interface,
    LineageGraph,
    LocatedInterface,
    Read,
    Source,
    read_graph,
)
from environment import Environment

READERS = ("jaffle_dbt", "marts_dbt")


@pytest.fixture(scope="module")
def graph(root) -> LineageGraph:
    return read_graph(root)


def reader_of(graph: LineageGraph, name: str) -> LocatedInterface:
    return next(one for one in graph.located if one.project == name)


@pytest.mark.parametrize("name", READERS)
def test_published_rows_satisfy_every_constraint_of_the_interface(graph, name, tmp_path):
    environment = Environment(tmp_path / "data", "ci")
    producer = fixtures(graph, reader_of(graph, name), {})
    publish(producer, environment)
    assert producer
    for fixture in producer:
        asset = graph.producer("/".join(fixture.key)).asset
        with duckdb.connect(
            str(environment.published_file(fixture.project)), read_only=True
        ) as file:
            relation = '"{}"."{}"."{}"'.format(fixture.project, *fixture.key)
            found = {
                column: kind.lower()
                for column, kind, *_ in file.execute(f"describe {relation}").fetchall()
            }
            assert list(found) == list(asset.columns)
            for column, declared in asset.columns.items():
                assert found[column] == str(duckdb.sqltype(declared.type)).lower()
                rows, distinct = file.execute(
                    f'select count("{column}"), count(distinct "{column}") from {relation}'
                ).fetchone()
                assert rows == ROWS, column
                if declared.unique:
                    assert distinct == ROWS, column


def test_same_interfaces_give_the_same_rows(graph, tmp_path):
    answers = []
    for folder in ("one", "two"):
        environment = Environment(tmp_path / folder, "ci")
        publish(fixtures(graph, reader_of(graph, "marts_dbt"), {}), environment)
        with duckdb.connect(str(environment.published_file("ingestion")), read_only=True) as file:
            answers.append(file.execute("from shop_public.orders order by id").fetchall())
    assert answers[0] == answers[1]


def test_keys_have_a_match_in_other_tables(graph, tmp_path):
    environment = Environment(tmp_path / "data", "ci")
    publish(fixtures(graph, reader_of(graph, "marts_dbt"), {}), environment)
    with duckdb.connect(str(environment.published_file("ingestion")), read_only=True) as file:
        alone, most = file.execute("""
            select count(*) filter (where users.id is null), max(count(*)) over ()
            from shop_public.orders left join shop_public.users
                on users.id = orders.user_id
                and users._fivetran_deleted = orders._fivetran_deleted
            group by orders.user_id order by 1 desc limit 1
        """).fetchone()
    assert alone == 0
    assert most == ROWS // ENTITIES, "a key without a unique constraint is not unique"


PRODUCER = Interface(
    schema_version=1,
    project="upstream",
    assets=(
        Asset(
            key="up/orders",
            at="orders.py:3",
            columns={"id": Column(type="bigint", unique=True), "state": Column(type="varchar")},
        ),
    ),
)


def reader(**columns: Column) -> Interface:
    read = Read(key="up/orders", via="source", source="up.orders")
    one = Asset(key="mine/one", unique_id="model.mine.one", columns=columns, reads=(read,))
    two = Asset(
        key="mine/two",
        unique_id="model.mine.two",
        columns={"state": Column(derived_from=("mine/one#state",), copy=True)},
    )
    source = Source(name="up.orders", key="up/orders")
    return Interface(schema_version=1, project="mine", assets=(one, two), sources=(source,))


def manifest(*tests: tuple[str, str, list[str]]) -> dict:
    return {
        "nodes": {
            f"test.{number}": {
                "test_metadata": {
                    "name": "accepted_values",
                    "kwargs": {"column_name": column, "values": values},
                },
                "attached_node": node if node.startswith("model.") else None,
                "depends_on": {"nodes": [node]},
            }
            for number, (node, column, values) in enumerate(tests)
        }
    }


COPIED = Column(derived_from=("up/orders#state",), copy=True)


def test_accepted_values_are_followed_through_copies_to_the_upstream_column():
    mine = reader(state=COPIED)
    two = manifest(("model.mine.two", "state", ["a", "b"]))
    both = manifest(
        ("model.mine.two", "state", ["a", "b"]), ("source.mine.up.orders", "state", ["b", "c"])
    )
    assert accepted_by(mine, two) == {"up/orders#state": ["a", "b"]}
    assert accepted_by(mine, both) == {"up/orders#state": ["b"]}


def test_accepted_values_of_a_computed_column_do_not_apply_upstream():
    mine = reader(state=Column(derived_from=("up/orders#state",)))
    assert accepted_by(mine, manifest(("model.mine.one", "state", ["a"]))) == {}


def located(interface: Interface) -> LocatedInterface:
    folder = f"projects/{interface.project}"
    return LocatedInterface(interface, folder, f"{folder}/interface.json")


def test_published_texts_are_the_accepted_values(tmp_path):
    mine = located(reader(state=COPIED))
    graph = LineageGraph([mine, located(PRODUCER)])
    accepted = accepted_by(mine.interface, manifest(("model.mine.one", "state", ["it's", "b"])))
    environment = Environment(tmp_path / "data", "ci")
    publish(fixtures(graph, mine, accepted), environment)
    with duckdb.connect(str(environment.published_file("upstream")), read_only=True) as file:
        rows = file.execute("select distinct state from up.orders order by 1").fetchall()
    assert rows == [("b",), ("it's",)]


def test_table_without_a_producer_is_named():
    mine = located(reader(state=COPIED))
    with pytest.raises(
        FixtureImpossible, match="mine reads `up/orders`, which no project produces"
    ):
        fixtures(LineageGraph([mine]), mine, {})


def test_column_without_generated_values_is_named_with_its_place():
    table = Asset(
        key="up/orders",
        at="orders.py:3",
        columns={"shape": Column(type="map(int, int)", unique=True)},
    )
    producer = Interface(schema_version=1, project="upstream", assets=(table,))
    mine = located(reader(state=COPIED))
    with pytest.raises(FixtureImpossible, match=r"`shape` .*projects/upstream/orders.py:3"):
        fixtures(LineageGraph([mine, located(producer)]), mine, {})


def test_folder_with_other_files_is_not_emptied(graph, tmp_path):
    precious = tmp_path / "data" / "precious.txt"
    precious.parent.mkdir()
    precious.touch()
    producer = fixtures(graph, reader_of(graph, "jaffle_dbt"), {})
    with pytest.raises(FixtureImpossible, match="would be emptied"):
        publish(producer, Environment(tmp_path / "data", "ci"))
    assert precious.exists()


TYPES = (
    *("tinyint", "smallint", "integer", "bigint", "hugeint", "ubigint", "float", "double"),
    *("decimal(18,2)", "decimal(9,4)", "decimal(4,4)", "varchar", "string", "date", "time"),
    *("timestamp", "timestamptz", "timestamp_ns", "interval", "boolean", "uuid", "json", "blob"),
    *("bigint[]", "struct(a int)", "map(varchar, int)"),
)
COUNTABLE = tuple(
    name
    for name in TYPES
    if name not in ("tinyint", "boolean", "bigint[]", "struct(a int)", "map(varchar, int)")
)


def values_of(expression: str) -> list[tuple[object, str]]:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        return connection.execute(
            f"select value, typeof(value) from (select {expression} as value from (select n as "
            f"row_number, (n - 1) % {ENTITIES} + 1 as entity from range(1, {ROWS} + 1) as t(n)))"
        ).fetchall()


@pytest.mark.parametrize("name", TYPES)
def test_every_type_has_values_of_that_type(name):
    rows = values_of(value(name, unique=False, not_null=False))
    assert len(rows) == ROWS
    assert {kind for _, kind in rows} == {str(duckdb.sqltype(name))}


@pytest.mark.parametrize("name", COUNTABLE)
def test_unique_column_has_distinct_values(name):
    rows = values_of(value(name, unique=True, not_null=True))
    assert len({str(found) for found, _ in rows}) == ROWS


@pytest.mark.parametrize(
    ("name", "unique", "accepted", "details"),
    [
        ("bigint[]", False, (), "not null"),
        ("boolean", True, (), "unique"),
        ("decimal(2,1)", True, (), "unique"),
        ("no such type", False, (), "DuckDB does not know the type"),
        ("varchar", True, ("a", "b"), "only 2 values"),
    ],
)
def test_constraint_that_no_generated_value_satisfies_is_an_error(name, unique, accepted, details):
    with pytest.raises(ValueImpossible, match=details):
        value(name, unique=unique, not_null=True, accepted=accepted)
