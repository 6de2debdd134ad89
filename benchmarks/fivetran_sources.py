"""Sources of 12 columns for `fivetran_sync.py`, and the fastest direct way of each into DuckDB."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import adbc_driver_postgresql.dbapi
import adbc_driver_sqlite
import adbc_driver_sqlite.dbapi
import duckdb
import pyarrow as pa

KINDS = ("sqlite", "parquet", "postgres")
_ROWS_PER_BATCH = 65_536
_ROWS_PER_FILE = 1_000_000
# Name, expression for row i, and expression for SQLite.
_COLUMNS = (
    ("id", "i", "integer primary key"),
    ("customer_id", "(hash(i) % 100000)::bigint", "integer"),
    ("quantity", "i % 20", "integer"),
    ("price", "((hash(i + 1) % 10000000) / 100)::decimal(12,2)", "decimal(12,2)"),
    ("discount", "(i % 100) / 100.0::double", "double"),
    ("paid", "i % 3 = 0", "boolean"),
    ("status", "['placed', 'shipped', 'paid', 'returned'][1 + i % 4]", "text"),
    ("country", "['DE', 'SE', 'GB', 'FR', 'US'][1 + i % 5]", "text"),
    ("note", "'note ' || (hash(i + 2) % 1000000)", "text"),
    ("ordered_on", "date '2020-01-01' + (i % 2000)::int", "date"),
    ("created_at", "timestamptz '2020-01-01 00:00:00Z' + to_seconds(i % 99999999)", "timestamptz"),
    ("updated_at", "timestamptz '2020-01-02 00:00:00Z' + to_seconds(i % 99999999)", "timestamptz"),
)
_TYPES = (
    *("bigint", "bigint", "bigint", "decimal(12,2)", "double", "boolean", "varchar", "varchar"),
    *("varchar", "date", "timestamptz", "timestamptz"),
)
_SQLITE_TEXT = {"decimal(12,2)", "date", "timestamptz"}
DECLARATIONS = {
    "sqlite": "{kind: sqlite, path: '${PLACE}', schema: public}",
    "parquet": "{kind: files, path: '${PLACE}', schema: public}",
    "postgres": "{kind: postgres, dsn: '${PLACE}', schemas: [public]}",
}


def make_source(kind: str, rows: int, folder: Path, dsn: str) -> str:
    """Create a source with one table `orders` and return its address.

    Args:
        kind: One of `KINDS`.
        rows: Number of rows.
        folder: Folder of the files.
        dsn: Connection string of the PostgreSQL server.
    """
    with closing(duckdb.connect()) as connection:
        connection.execute("set timezone = 'UTC'")
        if kind == "parquet":
            (folder / "source" / "orders").mkdir(parents=True)
            for part, begin in enumerate(range(0, rows, _ROWS_PER_FILE)):
                query = _rows(begin, min(rows, begin + _ROWS_PER_FILE))
                file = _part(folder / "source", part)
                connection.execute(f"copy ({query}) to '{file}' (format parquet)")
            return str(folder / "source")
        if kind == "sqlite":
            file = folder / "source.sqlite"
            declared = ", ".join(f"{name} {type_}" for name, _, type_ in _COLUMNS)
            with adbc_driver_sqlite.dbapi.connect(str(file)) as target:
                _execute(target, f"create table orders ({declared})")
                _fill(target, connection.sql(_for_sqlite(_rows(0, rows))))
            return str(file)
        with adbc_driver_postgresql.dbapi.connect(dsn) as target:
            declared = ", ".join(
                f"{name} {'double precision' if type_ == 'double' else type_}"
                for (name, *_), type_ in zip(_COLUMNS, _TYPES, strict=True)
            )
            _execute(target, f"create table orders ({declared})")
            _fill(target, connection.sql(_rows(0, rows)))
            _execute(target, "alter table orders add primary key (id)")
            # The server would do this automatically during the measurement.
            target.adbc_connection.set_autocommit(True)
            with target.cursor() as cursor:
                cursor.execute("alter system set autovacuum = off")
                cursor.execute("select pg_reload_conf()")
                cursor.execute("vacuum analyze")
        return dsn


def change_one_row(kind: str, rows: int, place: str, *, back: bool = False) -> None:
    """Change the status of one row, with a later `updated_at`, or change it back."""
    row = rows // 2
    [(status, updated_at)] = duckdb.sql(
        f"select status, updated_at::varchar from ({_rows(row, row + 1)})"
    ).fetchall()
    if not back:
        status, updated_at = "lost", "2030-01-01 00:00:00+00"
    change = f"update orders set status = '{status}', updated_at = '{updated_at}' where id = {row}"
    if kind == "parquet":
        part = row // _ROWS_PER_FILE
        file, new = _part(Path(place), part), Path(place).parent / "new.parquet"
        changed = f"select * replace (if(id = {row}, '{status}', status) as status, if(id = {row}, "
        changed += f"timestamptz '{updated_at}', updated_at) as updated_at) from '{file}'"
        duckdb.sql(f"copy ({changed}) to '{new}' (format parquet)")
        new.replace(file)
    elif kind == "sqlite":
        with adbc_driver_sqlite.dbapi.connect(place) as connection:
            _execute(connection, change)
    else:
        with adbc_driver_postgresql.dbapi.connect(place) as connection:
            _execute(connection, change)


def copy_directly(kind: str, place: str, file: Path) -> None:
    """Copy the table into a DuckDB file in the fastest way, with the same types."""
    with closing(duckdb.connect(str(file))) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute("set preserve_insertion_order = false")
        typed = ", ".join(
            f"cast({name} as {type_}) as {name}"
            for (name, *_), type_ in zip(_COLUMNS, _TYPES, strict=True)
        )
        if kind == "parquet":
            connection.execute(
                f"create table orders as select {typed} from read_parquet('{place}/orders/*')"
            )
            return
        with _stream(kind, place) as batches:
            connection.register("batches", batches)
            connection.execute(f"create table orders as select {typed} from batches")


@contextmanager
def _stream(kind: str, place: str) -> Iterator[pa.RecordBatchReader]:
    if kind == "sqlite":
        option = adbc_driver_sqlite.StatementOptions.BATCH_ROWS.value
        with (
            adbc_driver_sqlite.dbapi.connect(place) as connection,
            connection.cursor(adbc_stmt_kwargs={option: str(_ROWS_PER_BATCH)}) as cursor,
        ):
            cursor.execute("select * from orders")
            yield cursor.fetch_record_batch()
        return
    with (
        adbc_driver_postgresql.dbapi.connect(place) as connection,
        connection.cursor() as cursor,
    ):
        # The driver returns decimals as text. PostgreSQL casts them faster.
        cursor.execute(f"select {_casted()} from orders")
        yield cursor.fetch_record_batch()


def _casted() -> str:
    return ", ".join(
        f"{name}::text as {name}" if type_.startswith("decimal") else name
        for (name, *_), type_ in zip(_COLUMNS, _TYPES, strict=True)
    )


def _rows(begin: int, end: int) -> str:
    values = ", ".join(
        f"cast({value} as {type_}) as {name}"
        for (name, value, _), type_ in zip(_COLUMNS, _TYPES, strict=True)
    )
    return f"select {values} from range({begin}, {end}) as t(i)"


def _for_sqlite(query: str) -> str:
    """Return a value as SQLite stores it: without decimals, times as ISO 8601 text."""
    values = []
    for (name, *_), type_ in zip(_COLUMNS, _TYPES, strict=True):
        if type_ == "timestamptz":
            values.append(f"strftime({name}, '%Y-%m-%dT%H:%M:%SZ') as {name}")
        elif type_ in _SQLITE_TEXT:
            values.append(f"cast({name} as varchar) as {name}")
        elif type_ == "boolean":
            values.append(f"cast({name} as bigint) as {name}")
        else:
            values.append(name)
    return f"select {', '.join(values)} from ({query})"


def _fill(connection: adbc_driver_sqlite.dbapi.Connection, rows: duckdb.DuckDBPyRelation) -> None:
    with connection.cursor() as cursor:
        cursor.adbc_ingest("orders", rows.to_arrow_reader(_ROWS_PER_BATCH), mode="append")
    connection.commit()


def _execute(connection: adbc_driver_sqlite.dbapi.Connection, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.commit()


def _part(place: Path, part: int) -> Path:
    return place / "orders" / f"part-{part:05}.parquet"
