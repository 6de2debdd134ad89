"""Property test: no request is answered with a 500."""

from __future__ import annotations

import json
import os
import re

import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fivetran_local.rest.application import operations

# 5 requests per example; `REQUESTS=100` is a short run.
EXAMPLES = int(os.environ.get("REQUESTS", "2000")) // 5

# One connection for all requests: opening 2,000 takes longer than the answers.
SESSION = requests.Session()
SESSION.trust_env = False

NAMES = st.sampled_from(["postgres", "public", "users", "orders", "local_warehouse", "email", "id"])
PATH_PARTS = NAMES | st.text(min_size=1, max_size=8)
FIELDS = st.sampled_from(
    [
        *("paused", "schedule_type", "sync_frequency", "daily_sync_time", "is_historical_sync"),
        *("force", "scope", "schemas", "tables", "columns", "enabled", "hashed", "sync_mode"),
        *("schema_change_handling", "exclude_mode", "data_delay_threshold", "is_primary_key"),
    ]
)
VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["auto", "manual", "ALLOW_ALL", "BLOCK_ALL", "HISTORY", "EXCLUDE", "14:00"])
    | st.text(max_size=8)
)
JSON = st.recursive(
    VALUES,
    lambda inner: (
        st.lists(inner | NAMES, max_size=3)
        | st.dictionaries(FIELDS | NAMES | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=8,
)
BODIES = st.none() | JSON.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=20)


@st.composite
def any_request(draw):
    method, path = draw(st.sampled_from(sorted(operations())))
    path = re.sub(r"\{\w+\}", lambda _: requests.utils.quote(draw(PATH_PARTS), safe=""), path)
    if draw(st.integers(0, 9)) == 0:
        method = draw(st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]))
    query = draw(
        st.dictionaries(
            st.sampled_from(["limit", "cursor", "schema", "group_id", "active"]),
            st.text(max_size=6) | st.integers().map(str),
            max_size=2,
        )
    )
    headers = {"content-type": draw(st.sampled_from(["application/json", "text/plain", ""]))}
    return method, path, query, draw(BODIES), headers


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(calls=st.lists(any_request(), min_size=5, max_size=5))
def test_no_request_is_answered_with_a_500(untouched_api, calls):
    server = untouched_api.server
    for method, path, query, body, headers in calls:
        response = SESSION.request(
            method,
            server.url.removesuffix("/v1") + path,
            params=query,
            data=body,
            headers=headers,
            auth=(server.api_key, server.api_secret),
            timeout=60,
        )
        assert response.status_code < 500, response.text
        answer = response.json()
        assert answer["code"], answer
        assert ("data" in answer) <= (response.status_code == 200)
