"""Tables in history mode: no version is lost, duplicated or endless."""

from __future__ import annotations

import pytest

VERSIONS = (
    "select id, status, _fivetran_active, _fivetran_end > timestamptz '9999-01-01 00:00:00Z'"
    " from shop_public.orders where id in (1, 2, 3, 500) order by id, _fivetran_start"
)


def set_mode(api, mode):
    path = "connections/postgres/schemas/public/tables/orders"
    response = api("PATCH", path, {"sync_mode": mode})
    assert response.status_code == 200, response.text
    return response.json()["data"]["schemas"]["public"]["tables"]["orders"]["sync_mode"]


@pytest.fixture
def history(api, shop):
    """Sync in soft-delete mode, which marks order 3 as deleted, then in history mode."""
    api.sync()
    shop.execute("delete from orders where id = 3")
    api.sync()
    assert set_mode(api, "HISTORY") == "HISTORY"
    api.sync()
    return api


def test_rows_of_soft_delete_mode_become_first_versions(history):
    assert history.rows(VERSIONS) == [
        (1, "placed", True, True),
        (2, "placed", True, True),
        (3, "placed", False, False),
    ]
    columns = {
        name for (name,) in history.rows("select column_name from (describe shop_public.orders)")
    }
    assert "_fivetran_deleted" not in columns
    assert history.rows("select count(*) from shop_public.orders") == [(100,)]


def test_every_version_is_kept_and_ends_where_the_next_one_starts(history, shop):
    shop.add_order(1, "shipped", "1.10", "2025-01-01T00:00:00Z")
    shop.execute("delete from orders where id = 2")
    shop.add_order(500, "new", "1.00", "2025-01-01T00:00:00Z")
    shop.add_order(3, "back", "1.00", "2025-01-01T00:00:00Z")
    history.sync()
    shop.add_order(1, "returned", "1.10", "2025-01-02T00:00:00Z")
    history.sync()
    assert history.rows(VERSIONS) == [
        (1, "placed", False, False),
        (1, "shipped", False, False),
        (1, "returned", True, True),
        (2, "placed", False, False),
        (3, "placed", False, False),
        (3, "back", True, True),
        (500, "new", True, True),
    ]
    gaps = history.rows(
        "select distinct next_start - _fivetran_end from (select *, lead(_fivetran_start)"
        " over (order by _fivetran_start) as next_start from shop_public.orders where id = 1)"
        " where next_start is not null"
    )
    assert [gap.total_seconds() for (gap,) in gaps] == [0.001]


def test_deleted_row_keeps_its_sync_time_and_gets_an_end(history, shop):
    """As documented, deletes in history mode keep `_fivetran_synced`."""
    state = "select _fivetran_synced, _fivetran_end from shop_public.orders where id = 2"
    [(synced, _)] = history.rows(state)
    shop.execute("delete from orders where id = 2")
    details = history.sync()
    [(synced_then, end)] = history.rows(state)
    assert synced_then == synced
    assert synced < end
    assert end.isoformat()[:10] == details["succeeded_at"][:10]


def test_resync_adds_no_version_of_unchanged_rows(history, shop):
    before = history.rows("from shop_public.orders order by all")
    history.sync("resync")
    assert history.rows("from shop_public.orders order by all") == before
    shop.execute("update orders set status = 'lost' where id = 1")  # below the mark
    history.sync("resync")
    assert history.rows(VERSIONS)[:2] == [(1, "placed", False, False), (1, "lost", True, True)]


def test_back_in_soft_delete_mode_the_newest_version_of_each_row_stays(history, shop):
    shop.add_order(1, "shipped", "1.10", "2025-01-01T00:00:00Z")
    shop.execute("delete from orders where id = 2")
    history.sync()
    assert set_mode(history, "SOFT_DELETE") == "SOFT_DELETE"
    history.sync()
    query = "select id, status, _fivetran_deleted from shop_public.orders where id < 4 order by id"
    assert history.rows(query) == [
        (1, "shipped", False),
        (2, "placed", True),
        (3, "placed", True),
    ]
    shop.add_order(2, "back", "1.00", "2025-01-03T00:00:00Z")
    history.sync()
    assert history.rows(query)[1] == (2, "back", False)


def test_live_mode_is_refused(api):
    path = "connections/postgres/schemas/public/tables/orders"
    response = api("PATCH", path, {"sync_mode": "LIVE"})
    assert (response.status_code, response.json()["code"]) == (400, "InvalidInput")
