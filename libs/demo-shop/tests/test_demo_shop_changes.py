"""Changes of the shop's database: an incremental sync finds all of them, and nothing else."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from demo_shop import LAST_DAY, NOW, Changes, Shop, ShopBusy, ShopFileUnreadable, sqlite_file
from demo_shop.orders import orders
from demo_shop.sqlite_file import order_rows
from demo_shop.window import microseconds

SIZE = 20_000


def table(file: Path, name: str) -> dict[int, tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as connection:
        return {row[0]: row for row in connection.execute(f"select * from {name}")}


def test_change_is_not_found_by_its_updated_at(tmp_path: Path) -> None:
    shop = Shop(SIZE, tmp_path)
    file = shop.sqlite_file()
    for _ in range(3):
        clock = f"{shop.now:%Y-%m-%dT%H:%M:%S.%fZ}"
        before = {name: table(file, name) for name in ("users", "orders")}
        changes = shop.change()
        after = {name: table(file, name) for name in ("users", "orders")}

        newer = {key for key, row in after["orders"].items() if row[7] > clock}
        added = after["orders"].keys() - before["orders"].keys()
        differ = {key for key, row in before["orders"].items() if after["orders"].get(key) != row}
        gone = before["orders"].keys() - after["orders"].keys()
        assert newer == (differ | added) - gone
        assert changes == Changes(
            orders_updated=len(differ - gone),
            orders_added=len(added),
            orders_deleted=len(gone),
            users_updated=sum(row[6] > clock for row in after["users"].values()),
        )
        assert all((changes.orders_updated, changes.orders_added, changes.orders_deleted))
        assert {key for key, row in before["users"].items() if after["users"][key] != row} == {
            key for key, row in after["users"].items() if row[6] > clock
        }
        for key in differ - gone:
            old, new = before["orders"][key], after["orders"][key]
            assert (old[:3], old[5:7]) == (new[:3], new[5:7])
        assert (
            max(row[7] for row in after["orders"].values()) <= f"{shop.now:%Y-%m-%dT%H:%M:%S.%fZ}"
        )
        assert max(row[6] for row in after["orders"].values())[:10] == LAST_DAY.isoformat()
        for key in added:
            assert after["orders"][key][1] in after["users"]


def test_single_days_have_another_result_than_days_at_once(tmp_path: Path) -> None:
    one_by_one, at_once = Shop(SIZE, tmp_path / "one"), Shop(SIZE, tmp_path / "other")
    total = sum((one_by_one.change() for _ in range(4)), start=Changes())
    assert at_once.change(days=4) == total
    assert total.users_updated > 0
    for name in ("users", "orders"):
        assert table(one_by_one.sqlite_file(), name) == table(at_once.sqlite_file(), name)


def test_changed_database_differs_from_the_generator(tmp_path: Path) -> None:
    shop = Shop(SIZE, tmp_path)
    shop.change(days=5)
    clock = microseconds(NOW + timedelta(days=5))
    made = {row[0]: row for batch in orders(SIZE, clock) for row in order_rows(batch)}
    kept = {key: row for key, row in table(shop.sqlite_file(), "orders").items() if key <= SIZE}
    assert len(kept) == SIZE - 10
    assert kept == {key: made[key] for key in kept}


def test_failed_change_is_partly_committed(tmp_path: Path) -> None:
    shop = Shop(1_000, tmp_path)
    before = table(shop.sqlite_file(), "orders")
    with closing(sqlite3.connect(shop.sqlite_file())) as connection:
        # An order whose id the last but one step of the day needs.
        taken = (1_001, *before[1][1:])
        connection.execute("insert into orders values (?, ?, ?, ?, ?, ?, ?, ?)", taken)
        connection.commit()
    with pytest.raises(ShopFileUnreadable, match="UNIQUE constraint failed"):
        shop.change()
    assert table(shop.sqlite_file(), "orders") == {**before, 1_001: taken}
    assert shop.now == NOW


def test_locked_database_ends_in_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_file, "_WAIT_SECONDS", 0)
    shop = Shop(100, tmp_path)
    with closing(sqlite3.connect(shop.sqlite_file(), isolation_level=None)) as other:
        other.execute("begin immediate")
        with pytest.raises(ShopBusy, match=r"shop-100.sqlite was in use .* try again"):
            shop.change()
