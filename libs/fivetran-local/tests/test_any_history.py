"""Property test: after any history of a source, the destination equals the source."""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
from pathlib import Path

import duckdb
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fivetran_local.account import Account
from fivetran_local.state.selection import SelectionChange

DECLARATION = """\
connectors:
  - id: shop
    service: postgres
    schema_prefix: shop
    source: {kind: sqlite, path: shop.sqlite, schema: public}
    tables:
      marked: {high_water_mark: updated_at}
      versioned: {high_water_mark: updated_at}
      plain: {}
      keyless: {}
"""

IDS = st.integers(1, 6)
TEXTS = st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=4)
TABLES = st.sampled_from(["marked", "versioned", "plain", "keyless"])
CHANGES = st.one_of(
    st.tuples(st.just("put"), TABLES, IDS, TEXTS),
    st.tuples(st.just("put below the mark"), st.just("marked"), IDS, TEXTS),
    st.tuples(st.just("delete"), TABLES, IDS, st.none()),
    st.tuples(st.just("add column"), TABLES, IDS, TEXTS),
    st.tuples(st.just("resync"), TABLES, IDS, st.none()),
    st.tuples(st.sampled_from(["HISTORY", "SOFT_DELETE"]), TABLES, IDS, st.none()),
)


class HistorySource:
    """The database, and the clock of its writers."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.minute = 0
        self.extra: set[str] = set()
        for table in ("marked", "versioned", "plain", "keyless"):
            key = "" if table == "keyless" else "primary key"
            self.run(f"create table {table} (id integer {key}, word text, updated_at timestamptz)")

    def run(self, statement: str, *parameters: object) -> list[tuple]:
        with contextlib.closing(sqlite3.connect(self.file)) as connection, connection:
            return connection.execute(statement, parameters).fetchall()

    def change(self, kind: str, table: str, id_: int, word: str | None) -> None:
        self.minute += 1
        at = f"2024-01-01T{self.minute // 60:02}:{self.minute % 60:02}:00Z"
        if kind == "delete":
            self.run(f"delete from {table} where id = ?", id_)
        elif kind == "add column" and table not in self.extra:
            self.extra.add(table)
            literal = "null" if word is None else "'" + word.replace("'", "''") + "'"
            self.run(f"alter table {table} add column extra text default {literal}")
        elif kind == "put below the mark" and not self.run(
            "select 1 from marked where id = ?", id_
        ):
            self.put(table, id_, word, "2020-01-01T00:00:00Z")
        elif kind == "put":
            self.put(table, id_, word, at)

    def put(self, table: str, id_: int, word: str | None, at: str) -> None:
        self.run(
            f"insert or replace into {table} (id, word, updated_at) values (?, ?, ?)", id_, word, at
        )

    def rows(self, table: str) -> set[tuple]:
        return set(self.run(f"select * from {table}"))


def landed(file: Path, table: str, columns: int) -> tuple[set[tuple], list[tuple]]:
    """Return the current rows without Fivetran's columns, and the keys of all rows."""
    with duckdb.connect(str(file), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        found = connection.execute(
            "select * exclude (_fivetran_synced) replace"
            " (strftime(updated_at, '%Y-%m-%dT%H:%M:%SZ') as updated_at)"
            f" from shop_public.{table}"
        )
        names = [column[0] for column in found.description]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    values = ["id", "word", "updated_at", "extra"][:columns]
    living = [
        tuple(row[n] for n in values)
        for row in rows
        if not row.get("_fivetran_deleted") and row.get("_fivetran_active", True)
    ]
    assert len(living) == len(set(living)), "a row is duplicated"
    keys = [
        (row["_fivetran_id"] if table == "keyless" else row["id"], row.get("_fivetran_start"))
        for row in rows
    ]
    return set(living), keys


@example(history=[[("put", "marked", 1, "a")], [("put below the mark", "marked", 2, "b")]])
@example(
    history=[
        [("put", table, id_, "a") for table in ("marked", "plain", "keyless") for id_ in (1, 2)],
        [(kind, table, 1, "b") for table in ("marked", "plain") for kind in ("delete", "put")],
        [("delete", table, 1, None) for table in ("marked", "plain", "keyless")],
        [("HISTORY", table, 1, None) for table in ("marked", "versioned", "plain", "keyless")],
        [("put", table, id_, "v") for table in ("versioned", "plain", "keyless") for id_ in (1, 3)],
        [("delete", table, 3, None) for table in ("versioned", "plain", "keyless")],
        [("put", table, 3, "w") for table in ("versioned", "plain", "keyless")],
        [("add column", table, 1, "c") for table in ("marked", "versioned", "plain", "keyless")],
        [("SOFT_DELETE", table, 1, None) for table in ("versioned", "plain", "keyless")],
        [("resync", table, 1, None) for table in ("marked", "plain", "keyless")],
    ]
)
@settings(max_examples=4, deadline=None, database=None)
@given(history=st.lists(st.lists(CHANGES, max_size=6), min_size=2, max_size=4))
def test_destination_equals_source_after_every_sync(history):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = HistorySource(folder / "shop.sqlite")
        (folder / "connectors.yaml").write_text(DECLARATION)
        account = Account(folder / "connectors.yaml", folder / "state", {})
        for changes in history:
            for kind, table, id_, word in changes:
                source.change(kind, table, id_, word)
                if kind in {"HISTORY", "SOFT_DELETE"} and account.state.tables.of("shop"):
                    account.state.selection.change(
                        "shop", [SelectionChange("public", table, sync_mode=kind)]
                    )
                if kind == "resync":
                    account.state.tables.request_resync("shop", [("public", table)])
            assert account.syncs.start("shop")
            account.syncs.wait()
            known = account.state.connections.get("shop")
            assert known.failure is None
            for table in ("marked", "versioned", "plain", "keyless"):
                columns = 4 if table in source.extra else 3
                living, keys = landed(account.destination_file, table, columns)
                assert living == source.rows(table)
                assert len(keys) == len(set(keys)), "a key is duplicated"
