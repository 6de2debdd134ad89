"""Publishes what other projects promise to one project, so that it can be built without them.

Each table that the project reads is made up from its producer's `interface.json`: its columns with
their types, rows that keep what is promised (not null, unique), and the values that the reader's
own `accepted_values` tests ask for. What the producer does not promise is not there: a model that
reads a column which is in no contract fails here, in the reader's own CI.

    python -m tools.contract_fixtures PROJECT --into FOLDER

Runs in an environment with `dagster-lineage` and `jaffle-warehouse`; a dbt project must be parsed.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.contract_accepted import accepted_by, read_manifest
from tools.contract_values import ENTITIES, ROWS, ValueImpossible, value

from dagster_lineage.api import (
    Asset,
    Column,
    LineageError,
    LineageGraph,
    LocatedAsset,
    LocatedInterface,
    key_path,
    read_graph,
)
from environment import Environment
from warehouse import Warehouse, WarehouseError, quoted

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = "ci"
MARK = ".contract-fixtures"
"""The file by which a folder says that it may be emptied."""


class FixtureImpossible(Exception):
    """A table that is read cannot be made up from what its producer says."""


@dataclass(frozen=True)
class Fixture:
    """A table to publish.

    Attributes:
        project: Which project publishes it.
        key: Its schema and name.
        columns: SQL expression by column.
    """

    project: str
    key: tuple[str, str]
    columns: Mapping[str, str]


def main(arguments: Sequence[str]) -> int:
    """Make the fixtures of a project; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="contract_fixtures", description=(__doc__ or "").split("\n", maxsplit=1)[0]
    )
    parser.add_argument("project")
    parser.add_argument(
        "--into",
        type=Path,
        required=True,
        help="the JAFFLE_DATA_DIR to make; emptied if it was made before",
    )
    asked = parser.parse_args(arguments)
    try:
        graph = read_graph(ROOT)
        reader = next((one for one in graph.located if one.project == asked.project), None)
        if reader is None:
            names = ", ".join(one.project for one in graph.located)
            print(f"No interface is of '{asked.project}'. There are: {names}.", file=sys.stderr)
            return 2
        manifest = ROOT / reader.folder / "target" / "manifest.json"
        accepted = accepted_by(reader.interface, read_manifest(manifest))
        published = fixtures(graph, reader, accepted)
        publish(published, Environment(asked.into.resolve(), ENVIRONMENT))
    except (FixtureImpossible, LineageError, WarehouseError) as error:
        print(error, file=sys.stderr)
        return 1
    for one in published:
        print(f"{one.project}: {'.'.join(one.key)}, {len(one.columns)} columns, {ROWS} rows")
    return 0


def fixtures(
    graph: LineageGraph, reader: LocatedInterface, accepted: Mapping[str, Sequence[object]]
) -> list[Fixture]:
    """What must be published for a project, by producer and key.

    Args:
        graph: All interfaces.
        reader: The project that is built.
        accepted: The values that its tests accept, by `key#column`; see `accepted_by`.

    Raises:
        FixtureImpossible: nobody makes what is read, or no rows keep what is promised of it.
    """
    own = {asset.key for asset in reader.interface.assets if asset.executable}
    read = {
        *(one.read.key for one in graph.foreign_edges if one.where.file == reader.file),
        # A source that no model reads is attached all the same.
        *(source.key for source in reader.interface.sources if source.key not in own),
    }
    found = []
    for key in sorted(read):
        producer = graph.producer(key)
        if producer is None:
            raise FixtureImpossible(
                f"{reader.project} reads `{key}`, which no project makes: run `lineage check`."
            )
        found.append(_fixture(producer, accepted))
    return sorted(found, key=lambda one: (one.project, one.key))


def _fixture(producer: LocatedAsset, accepted: Mapping[str, Sequence[object]]) -> Fixture:
    asset = producer.asset
    path = key_path(asset.key)
    if len(path) != 2:  # noqa: PLR2004 - schema and table
        raise FixtureImpossible(f"`{asset.key}` is no key of a table: it is not schema/table.")
    expressions = {}
    for name, column in asset.columns.items():
        try:
            expressions[name] = value(
                column.type,
                unique=column.unique or name == _counting(asset),
                not_null=column.not_null,
                accepted=accepted.get(f"{asset.key}#{name}", ()),
            )
        except ValueImpossible as error:
            file, line = producer.place
            raise FixtureImpossible(
                f"No rows can be made up for column `{name}` ({column.type or 'type unknown'}) of "
                f"`{asset.key}` ({file}:{line}): {error}. Promise less of it, or teach "
                "tools/contract_values.py the type."
            ) from error
    if not expressions:
        raise FixtureImpossible(
            f"`{asset.key}` has no columns in {producer.where.file}: its producer must say them."
        )
    return Fixture(producer.where.project, (path[0], path[1]), expressions)


def _counting(asset: Asset) -> str:
    """The column that keeps rows apart where only several together are promised to be unique."""
    if any(column.unique for column in asset.columns.values()):
        return ""
    return next((name for name in asset.grain if _can_count(asset.columns.get(name))), "")


def _can_count(column: Column | None) -> bool:
    return column is not None and column.type not in ("boolean", "")


def publish(fixtures: Sequence[Fixture], environment: Environment) -> None:
    """Write the tables as their producers would, a published file for each.

    Args:
        fixtures: In any order.
        environment: Their data folder, which is emptied before if it was made here.

    Raises:
        FixtureImpossible: a value does not fit in its column; or the folder holds something else.
        WarehouseError: the folder cannot be written.
    """
    import duckdb  # noqa: PLC0415 - only for its errors

    _empty(environment.data_dir)
    for project in sorted({one.project for one in fixtures}):
        with Warehouse(project, environment).open_session() as session:
            session.connection.execute("set TimeZone = 'UTC'")
            for one in fixtures:
                if one.project != project:
                    continue
                schema = quoted(project, one.key[0])
                session.connection.execute(f"create schema if not exists {schema}")
                try:
                    session.connection.execute(
                        f"create table {session.relation(one.key)} as {select(one)}"
                    )
                except duckdb.Error as error:
                    raise FixtureImpossible(f"`{'/'.join(one.key)}`: {error}") from error
            session.publish()


def _empty(folder: Path) -> None:
    mark = folder / MARK
    if folder.exists() and not mark.exists() and any(folder.iterdir()):
        raise FixtureImpossible(
            f"{folder} holds something else than fixtures, and would be emptied: name another one."
        )
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    mark.touch()


def select(fixture: Fixture) -> str:
    """The query that makes the rows."""
    columns = ", ".join(
        f"{expression} as {quoted(name)}" for name, expression in fixture.columns.items()
    )
    return (
        f"select {columns} from (select row_number, (row_number - 1) % {ENTITIES} + 1 as entity "
        f"from range(1, {ROWS} + 1) as numbers(row_number))"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
