"""Contract fixtures: generated publications of the tables that a project reads.

With them a project is built without its producers. Each table is generated from its producer's
`interface.json`: its columns with their types, rows that satisfy the constraints (not null,
unique), and the values that the reader's `accepted_values` tests accept. Columns outside the
contract do not exist, so a model that reads one fails in its own project's CI.

    python -m tools.contract_fixtures PROJECT --into FOLDER

It needs `dagster-lineage` and `jaffle-warehouse`, and the manifest of a dbt project.
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
"""File that marks a folder as one that may be emptied."""


class FixtureImpossible(Exception):
    """A table cannot be generated from its producer's interface."""


@dataclass(frozen=True)
class Fixture:
    """A table to publish."""

    project: str
    """Its producer."""
    key: tuple[str, str]
    """Its schema and name."""
    columns: Mapping[str, str]
    """SQL expression of each column."""


def main(arguments: Sequence[str]) -> int:
    """Publish the fixtures of a project and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="contract_fixtures", description=(__doc__ or "").split("\n", maxsplit=1)[0]
    )
    parser.add_argument("project")
    parser.add_argument(
        "--into",
        type=Path,
        required=True,
        help="JAFFLE_DATA_DIR of the fixtures; emptied first if it contains older fixtures",
    )
    options = parser.parse_args(arguments)
    try:
        graph = read_graph(ROOT)
        reader = next((one for one in graph.located if one.project == options.project), None)
        if reader is None:
            names = ", ".join(one.project for one in graph.located)
            print(
                f"There is no interface of '{options.project}'. Interfaces: {names}.",
                file=sys.stderr,
            )
            return 2
        manifest = ROOT / reader.folder / "target" / "manifest.json"
        accepted = accepted_by(reader.interface, read_manifest(manifest))
        published = fixtures(graph, reader, accepted)
        publish(published, Environment(options.into.resolve(), ENVIRONMENT))
    except (FixtureImpossible, LineageError, WarehouseError) as error:
        print(error, file=sys.stderr)
        return 1
    for one in published:
        print(f"{one.project}: {'.'.join(one.key)}, {len(one.columns)} columns, {ROWS} rows")
    return 0


def fixtures(
    graph: LineageGraph, reader: LocatedInterface, accepted: Mapping[str, Sequence[object]]
) -> list[Fixture]:
    """Return the tables that a project reads, by producer and key.

    Args:
        graph: The interface graph.
        reader: Interface of the project.
        accepted: Values that its tests accept, by `key#column`; see `accepted_by`.

    Raises:
        FixtureImpossible: A table has no producer, or no values satisfy its constraints.
    """
    own = {asset.key for asset in reader.interface.assets if asset.executable}
    read = {
        *(one.read.key for one in graph.foreign_edges if one.where.file == reader.file),
        # dbt attaches the files of all sources, also of those that no model reads.
        *(source.key for source in reader.interface.sources if source.key not in own),
    }
    found = []
    for key in sorted(read):
        producer = graph.producer(key)
        if producer is None:
            raise FixtureImpossible(
                f"{reader.project} reads `{key}`, which no project produces: run `lineage check`."
            )
        found.append(_fixture(producer, accepted))
    return sorted(found, key=lambda one: (one.project, one.key))


def _fixture(producer: LocatedAsset, accepted: Mapping[str, Sequence[object]]) -> Fixture:
    asset = producer.asset
    path = key_path(asset.key)
    if len(path) != 2:  # noqa: PLR2004 - schema and table
        raise FixtureImpossible(f"`{asset.key}` is not the key of a table: schema/table.")
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
                f"No values can be generated for column `{name}` "
                f"({column.type or 'type unknown'}) of `{asset.key}` ({file}:{line}): {error}. "
                "Remove the constraint, or add the type to tools/contract_values.py."
            ) from error
    if not expressions:
        raise FixtureImpossible(
            f"`{asset.key}` has no columns in {producer.where.file}. Declare them in its producer."
        )
    return Fixture(producer.where.project, (path[0], path[1]), expressions)


def _counting(asset: Asset) -> str:
    """Return a column that makes the rows of a grain of several columns unique."""
    if any(column.unique for column in asset.columns.values()):
        return ""
    return next((name for name in asset.grain if _can_count(asset.columns.get(name))), "")


def _can_count(column: Column | None) -> bool:
    return column is not None and column.type not in ("boolean", "")


def publish(fixtures: Sequence[Fixture], environment: Environment) -> None:
    """Publish the tables, in one file for each producer.

    Args:
        fixtures: The tables, in any order.
        environment: Environment of the files. Its data folder is emptied first.

    Raises:
        FixtureImpossible: A value does not fit in its column, or the folder contains other files.
        WarehouseError: A file cannot be written.
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
            f"{folder} contains files other than fixtures and would be emptied: use another folder."
        )
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    mark.touch()


def select(fixture: Fixture) -> str:
    """Return the query that generates the rows."""
    columns = ", ".join(
        f"{expression} as {quoted(name)}" for name, expression in fixture.columns.items()
    )
    return (
        f"select {columns} from (select row_number, (row_number - 1) % {ENTITIES} + 1 as entity "
        f"from range(1, {ROWS} + 1) as numbers(row_number))"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
