"""The status page shows failures, and only to this machine."""

from __future__ import annotations

import requests


def page(api, **headers):
    return requests.get(api.server.url.removesuffix("v1"), headers=headers, timeout=60)


def test_page_shows_rows_and_failures_of_every_connector(api, shop):
    assert "No sync yet" in page(api).text
    api.sync()
    shop.execute("delete from orders where id < 3")
    api.sync()
    shop.execute("update users set signed_up = '<b>soon</b>', updated_at = '2025-01-01T00:00:00Z'")
    api.sync()
    text = page(api).text
    assert '<td class="number">110<td class="number">0' in text
    assert '<td class="number">0<td class="number">2' in text
    assert '<td class="failed">failed' in text
    assert "&lt;b&gt;soon&lt;/b&gt;" in text
    assert "<b>soon" not in text


def test_page_is_refused_for_foreign_host_names_and_the_api_requires_its_key(untouched_api):
    assert page(untouched_api, host="evil.example").status_code == 421
    assert requests.get(f"{untouched_api.server.url}/groups", timeout=60).status_code == 401
    assert requests.post(untouched_api.server.url.removesuffix("v1"), timeout=60).status_code == 401
