"""What may be shown of an address, and when a server wants to be asked again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import requests

from ingestion.addresses import is_loopback, masked
from ingestion.http_errors import retry_after


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://host/a.csv", "https://host/a.csv"),
        ("https://u:p@host:8/a.csv", "https://***@host:8/a.csv"),
        ("https://u:p%40@host/a?sig=x&y", "https://***@host/a?sig=***&***"),
        ("https://host/a#token", "https://host/a#***"),
        ("postgresql://u:p@/db?host=/tmp", "postgresql://***@/db?host=***"),
        ("http://[::1", "***"),
    ],
)
def test_secrets_of_an_address_are_hidden(url, shown):
    assert masked(url) == shown


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("http://127.0.0.1:8/v1", True),
        ("http://localhost/v1", True),
        ("http://[::1]:8/", True),
        ("http://127.0.0.1.example/", False),
        ("http://127.0.0.1@example.com/", False),
        ("https://api.fivetran.com/v1", False),
        ("", False),
    ],
)
def test_only_literal_addresses_are_this_machine(url, loopback):
    assert is_loopback(url) is loopback


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        ("Sat, 03 Jan 2026 10:00:30 GMT", 30.0),
        ("Sat, 03 Jan 2026 09:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
        ("-5", None),
    ],
)
def test_retry_after_is_read_in_both_forms(value, seconds):
    response = requests.Response()
    response.headers["Retry-After"] = value
    now = datetime(2026, 1, 3, 10, tzinfo=UTC)
    assert retry_after(response, now=now) == seconds
