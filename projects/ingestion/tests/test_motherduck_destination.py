"""A destination that is MotherDuck: what is said without an account, a token or the extension."""

from __future__ import annotations

import socket

import duckdb
import pytest

from ingestion.fivetran.errors import DestinationUnreachable, InvalidSettings
from ingestion.fivetran.open_destination import open_destination

ADDRESSES = ["md:shop", "motherduck://shop", "motherduck:shop"]


@pytest.mark.parametrize("url", ADDRESSES)
def test_missing_token_is_reported(url, monkeypatch):
    monkeypatch.delenv("MOTHERDUCK_TOKEN", raising=False)
    with pytest.raises(InvalidSettings, match="MOTHERDUCK_TOKEN is not set"), open_destination(url):
        pass


@pytest.mark.parametrize(
    "url",
    [
        "md:",
        "motherduck://",
        "md:shop?motherduck_token=s3cret",
        "motherduck://s3cret@shop",
        "md:shop#s3cret",
    ],
)
def test_address_with_a_token_is_rejected_and_not_shown(url, monkeypatch):
    monkeypatch.setenv("MOTHERDUCK_TOKEN", "t0ken")
    with pytest.raises(InvalidSettings, match="md:database") as caught, open_destination(url):
        pass
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("url", ADDRESSES)
def test_missing_extension_is_reported_and_not_downloaded(url, monkeypatch, tmp_path):
    def no_network(*_):
        raise AssertionError("a host name was looked up")

    monkeypatch.setenv("HOME", str(tmp_path))  # where DuckDB keeps extensions: none is there
    monkeypatch.setenv("MOTHERDUCK_TOKEN", "t0ken")
    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    with pytest.raises(DestinationUnreachable) as caught, open_destination(url):
        pass
    assert "install motherduck" in str(caught.value)
    assert f"DuckDB {duckdb.__version__}" in str(caught.value)
    assert not caught.value.transient, "running the step again does not help"
    assert not list(tmp_path.rglob("*.duckdb_extension"))


def test_error_shows_no_token(monkeypatch):
    def refuse(*_, **__):
        raise duckdb.InvalidInputException("Invalid token t0ken")

    monkeypatch.setenv("MOTHERDUCK_TOKEN", "t0ken")
    monkeypatch.setattr(duckdb, "connect", refuse)
    with pytest.raises(DestinationUnreachable) as caught, open_destination("md:shop"):
        pass
    assert "Invalid token ***" in str(caught.value)
    assert "t0ken" not in str(caught.value)
