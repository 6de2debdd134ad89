"""The real dagster-fivetran client over HTTP: loading, syncing, failing."""

import dagster as dg
import pytest
from dagster._utils.cached_method import cached_method
from dagster_fivetran import FivetranWorkspace
from dagster_fivetran.resources import FivetranClient


class LocalClient(FivetranClient):
    def __init__(self, *, api_url: str, **options):
        super().__init__(**options)
        self._api_url = api_url

    @property
    def api_base_url(self) -> str:
        return self._api_url

    def poll_sync(self, connector_id, previous_sync_completed_at, **_):
        return super().poll_sync(
            connector_id, previous_sync_completed_at, poll_interval=0.05, poll_timeout=30.0
        )


class LocalWorkspace(FivetranWorkspace):
    api_url: str

    @cached_method
    def get_client(self) -> LocalClient:
        return LocalClient(
            api_url=self.api_url,
            api_key=self.api_key,
            api_secret=self.api_secret,
            request_max_retries=0,
            request_retry_delay=0.0,
            request_backoff_factor=1.0,
            disable_schedule_on_trigger=self.disable_schedule_on_trigger,
        )


@pytest.fixture
def workspace(api) -> LocalWorkspace:
    return LocalWorkspace(
        account_id="local",
        api_key=api.server.api_key,
        api_secret=api.server.api_secret,
        api_url=api.server.url,
    )


def materialize(workspace, **config):
    specs = workspace.load_asset_specs()

    @dg.multi_asset(name="fivetran_postgres", specs=specs, can_subset=True)
    def postgres(context: dg.AssetExecutionContext, fivetran: LocalWorkspace):
        yield from fivetran.sync_and_poll(context=context).fetch_column_metadata()

    return dg.materialize([postgres], resources={"fivetran": workspace}, raise_on_error=False)


def test_client_loads_keys_and_syncs_rows(api, workspace):
    keys = {spec.key.to_user_string() for spec in workspace.load_asset_specs()}
    assert keys == {"shop_public/users", "shop_public/orders"}
    result = materialize(workspace)
    assert result.success
    materialized = {
        event.asset_key.to_user_string() for event in result.get_asset_materialization_events()
    }
    assert materialized == keys
    assert api.rows("select count(*) from shop_public.orders") == [(100,)]
    assert api.data("connectors/postgres")["schedule_type"] == "manual"


def test_failed_sync_is_a_failure_of_the_client(api, workspace, shop):
    assert materialize(workspace).success
    shop.execute("update users set signed_up = 'yesterday', updated_at = '2025-01-01T00:00:00Z'")
    result = materialize(workspace)
    assert not result.success
    failure = result.failure_data_for_node("fivetran_postgres")
    assert "Sync for connector 'postgres' failed!" in failure.error.to_string()
