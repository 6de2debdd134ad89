"""Which Fivetran a step talks to: never by accident, never a secret to the wrong host."""

from __future__ import annotations

import pytest

from ingestion.fivetran.errors import InvalidSettings
from ingestion.fivetran.mode import fivetran_mode

BOTH = {"FIVETRAN_API_KEY": "key-1", "FIVETRAN_API_SECRET": "s3cret-1"}


@pytest.fixture
def decide(environment):
    def decided(**environ):
        with fivetran_mode(environ, environment) as mode:
            return mode

    return decided


def test_both_credentials_mean_the_account(decide):
    mode = decide(**BOTH)
    assert (mode.is_local, mode.api_url) == (False, "https://api.fivetran.com/v1")
    assert (mode.api_key, mode.api_secret) == ("key-1", "s3cret-1")


def test_configured_address_is_used_and_logged(decide):
    mode = decide(**BOTH, FIVETRAN_API_URL="http://proxy.example/v1")
    assert mode.api_url == "http://proxy.example/v1"
    assert "proxy.example" in mode.description
    assert "WITHOUT encryption" in mode.description


def test_secrets_are_in_no_representation(decide):
    mode = decide(**BOTH, FIVETRAN_DESTINATION_URL="postgresql://u:p4ss@host/db")
    for secret in ("key-1", "s3cret-1", "p4ss"):
        assert secret not in repr(mode)
        assert secret not in mode.description


@pytest.mark.parametrize("given", sorted(BOTH))
@pytest.mark.parametrize("other", [{}, {"FIVETRAN_API_URL": "http://127.0.0.1:1/v1"}])
def test_half_a_pair_is_an_error_that_names_the_other_half(decide, given, other):
    [missing] = {*BOTH} - {given}
    with pytest.raises(InvalidSettings, match=f"{given} is set and {missing} is not"):
        decide(**{given: "s3cret"}, **{missing: " "}, **other)


def test_without_credentials_a_server_is_started_in_this_process(decide, environment):
    mode = decide(FIVETRAN_API_KEY="", FIVETRAN_API_SECRET="", DEMO_SHOP_ORDERS="100")
    assert mode.is_local
    assert mode.api_url.startswith("http://127.0.0.1:")
    assert mode.destination_url.startswith(f"duckdb://{environment.fivetran_dir}")


def test_server_started_elsewhere_is_used_with_local_credentials(decide, environment):
    mode = decide(FIVETRAN_API_URL="http://localhost:8765/v1")
    assert (mode.is_local, mode.api_url) == (True, "http://localhost:8765/v1")
    assert not environment.outside_dir.exists(), "nothing is made for a server that runs elsewhere"


@pytest.mark.parametrize("url", ["https://api.fivetran.com/v1", "http://127.0.0.1.example/v1"])
def test_remote_address_without_credentials_is_an_error(decide, url):
    with pytest.raises(InvalidSettings, match="neither FIVETRAN_API_KEY nor"):
        decide(FIVETRAN_API_URL=url)


def test_account_without_a_destination_is_an_error_before_a_sync(decide):
    with pytest.raises(InvalidSettings, match="FIVETRAN_DESTINATION_URL is not set"):
        decide(**BOTH).require_destination()


def test_local_server_that_does_not_start_says_why(decide):
    with pytest.raises(InvalidSettings, match="DEMO_SHOP_ORDERS is 'lots'"):
        decide(DEMO_SHOP_ORDERS="lots")
