"""The rate limit answers as Fivetran does."""

from __future__ import annotations

from fivetran_local import serve
from fivetran_local.rest.middleware import RateLimit

from .conftest import DECLARATION, ApiClient


def test_request_above_the_limit_gets_the_time_of_the_next_one(shop, tmp_path):
    config = tmp_path / "connectors.yaml"
    config.write_text(DECLARATION + "rate_limit: {requests: 3, seconds: 60}\n")
    with serve(config, tmp_path / "state", variables={"SHOP": str(shop.file)}) as server:
        api = ApiClient(server)
        for remaining in (2, 1, 0):
            response = api("GET", "groups")
            assert response.status_code == 200
            assert response.headers["x-rate-limit"] == "3"
            assert response.headers["x-rate-limit-remaining"] == str(remaining)
        refused = api("GET", "groups")
        assert (refused.status_code, refused.json()["code"]) == (429, "TooManyRequests")
        assert 0 < int(refused.headers["retry-after"]) <= 60


def test_window_rolls():
    moment = 0.0
    limit = RateLimit(2, 10.0, clock=lambda: moment)
    assert (limit.take(), limit.remaining()) == (0, 1)
    moment = 4.0
    assert (limit.take(), limit.remaining()) == (0, 0)
    assert limit.take() == 6
    moment = 10.0
    assert limit.take() == 0
    assert limit.take() == 4
