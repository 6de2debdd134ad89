"""dagster-fivetran's client, with the answers that a night's run needs.

The stock client (0.29.27) has one fixed address, polls every 10 s for ever, reads another field
than the API's `next_cursor`, ends in `UnboundLocalError` when the network is down, and makes a
paused connector a success without data. Each override below mends one of these.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from dagster_fivetran import FivetranOutput
from dagster_fivetran.resources import FivetranClient

from ingestion.addresses import masked
from ingestion.fivetran.errors import NotFound, UnexpectedAnswer
from ingestion.fivetran.polling import Connection, require_syncable, wait_for_sync
from ingestion.fivetran.state import connector_state, page_of, with_zones

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    import requests

    from ingestion.fivetran.api import Api
    from ingestion.fivetran.polling import Patience

_PAGE_SIZE = 1000


class IngestionFivetranClient(FivetranClient):
    """A client of the API at any address, that ends in time and says what is wrong.

    Args:
        api: Address, credentials and how patient a request is.
        patience: How patient a sync is.
        disable_schedule_on_trigger: See `IngestionFivetranWorkspace`.
    """

    def __init__(self, api: Api, patience: Patience, *, disable_schedule_on_trigger: bool) -> None:
        super().__init__(
            api_key=api.key,
            api_secret=api.secret,
            request_max_retries=api.attempts - 1,
            request_retry_delay=api.first_wait_seconds,
            request_backoff_factor=api.back_off_factor,
            disable_schedule_on_trigger=disable_schedule_on_trigger,
            retry_on_reschedule=False,
        )
        self._api = api
        self._patience = patience

    @property
    def api_base_url(self) -> str:
        """Address of the API, with its version."""
        return self._api.url

    def _make_request(
        self,
        method: str,
        endpoint: str,
        data: str | None = None,
        params: Mapping[str, Any] | None = None,
    ) -> requests.Response:
        return self._api.request(method, endpoint, data, params)

    def _make_and_handle_request(
        self,
        method: str,
        endpoint: str,
        data: str | None = None,
        params: Mapping[str, Any] | None = None,
    ) -> Mapping[str, Any]:
        response = self._make_request(method, endpoint, data, params)
        try:
            body = response.json()
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise UnexpectedAnswer(
                f"{method} {masked(self.api_base_url)}/{endpoint} answers with something else than "
                f"Fivetran's JSON ({response.text[:60]!r}). Is FIVETRAN_API_URL right? It ends "
                f"with /v1."
            )
        answer: Mapping[str, Any] = body.get("data", body) or {}
        return answer

    def get_connector_details(self, connector_id: str) -> Mapping[str, Any]:
        """Read a connector; its times carry a zone, and the fields that are needed are there.

        Raises:
            UnexpectedAnswer: A field is missing.
        """
        details = with_zones(super().get_connector_details(connector_id))
        connector_state(details)
        return details

    def get_schema_config_for_connector(
        self,
        connector_id: str,
        raise_on_not_found_error: bool = True,  # noqa: FBT001, FBT002 - the base's signature
    ) -> Mapping[str, Any]:
        """Read which schemas, tables and columns are synced.

        Args:
            connector_id: The connector.
            raise_on_not_found_error: Whether a connector that has no schema yet is an error;
                if not, the answer is empty.
        """
        try:
            return self._make_connector_request("GET", f"{connector_id}/schemas")
        except NotFound:
            if raise_on_not_found_error:
                raise
            self._log.warning(f"Connector {connector_id!r} has no schema yet.")
            return {}

    def get_groups(self) -> Mapping[str, Any]:
        """Read all groups, from all pages."""
        return {"items": list(self._pages("groups"))}

    def list_connectors_for_group(self, group_id: str) -> Sequence[Mapping[str, Any]]:
        """Read all connectors of a group, from all pages."""
        return [with_zones(item) for item in self._pages(f"groups/{group_id}/connectors")]

    def _pages(self, endpoint: str) -> Iterator[Mapping[str, Any]]:
        """Follow `next_cursor`, as the API documents it (the stock client reads `nextCursor`)."""
        cursor: str | None = None
        while True:
            params = {"limit": _PAGE_SIZE, **({"cursor": cursor} if cursor else {})}
            page = self._make_and_handle_request("GET", endpoint, params=params)
            yield from page.get("items", [])
            following = page.get("next_cursor") or page.get("nextCursor")
            if following is not None and following == cursor:
                raise UnexpectedAnswer(
                    f"GET {masked(self.api_base_url)}/{endpoint} names the same page as the next "
                    f"one for ever. Is FIVETRAN_API_URL right?"
                )
            if not following:
                return
            cursor = following

    def get_columns_config_for_table(
        self, connector_id: str, schema_name: str, table_name: str
    ) -> Mapping[str, Any]:
        """Read a table's columns; schema and table by the names that the source gives them."""
        schema, table = quote(schema_name, safe=""), quote(table_name, safe="")
        return super().get_columns_config_for_table(connector_id, schema, table)

    def list_metadata(self, connector_id: str, what: str) -> Sequence[Mapping[str, Any]]:
        """Read what the metadata API tells of a connector, from all pages.

        Args:
            connector_id: The connector.
            what: `schemas`, `tables` or `columns`; each names the one above as its `parent_id`.
        """
        return list(self._pages(f"metadata/connectors/{connector_id}/{what}"))

    def start_sync(self, connector_id: str) -> None:
        """Start a sync, unless one is running: then that one is as good.

        The stock client calls `/force`, which is not documented any more and stops a running sync
        to begin anew: a first sync that takes longer than the time between two runs never ends.
        """
        self._start_sync(lambda: self._trigger(connector_id), connector_id)

    def _start_sync(self, request_fn: Callable[[], Mapping[str, Any]], connector_id: str) -> None:
        details = self.get_connector_details(connector_id)
        page = page_of(self.api_base_url, connector_id)
        require_syncable(connector_state(details), details, page)
        if self.disable_schedule_on_trigger:
            self._log.info(f"Switching the schedule of connector {connector_id!r} off, for good.")
            self.update_schedule_type_for_connector(connector_id, "manual")
        request_fn()
        self._log.info(f"Syncing connector {connector_id!r}: {page}")

    def _trigger(self, connector_id: str) -> Mapping[str, Any]:
        body = json.dumps({"force": False})
        return self._make_connector_request("POST", f"{connector_id}/sync", body)

    def sync_and_poll(
        self,
        connector_id: str,
        poll_interval: float | None = None,  # noqa: ARG002
        poll_timeout: float | None = None,  # noqa: ARG002
    ) -> FivetranOutput:
        """Sync a connector and wait for the end.

        Args:
            connector_id: The connector.
            poll_interval: Not used: the stock workspace always hands down its 10 s.
            poll_timeout: Not used: the client's own patience decides.

        Raises:
            FivetranError: No rows were brought; the message says why and what to do.
        """
        return self._sync_and_poll(self.start_sync, connector_id)

    def resync_and_poll(
        self,
        connector_id: str,
        poll_interval: float | None = None,  # noqa: ARG002
        poll_timeout: float | None = None,  # noqa: ARG002
        resync_parameters: Mapping[str, Sequence[str]] | None = None,
    ) -> FivetranOutput:
        """Have a connector bring all rows anew and wait for the end; otherwise as `sync_and_poll`.

        Args:
            connector_id: The connector.
            poll_interval: Not used.
            poll_timeout: Not used.
            resync_parameters: Source schemas with their tables; without it, all of them.
        """
        start = partial(self.start_resync, resync_parameters=resync_parameters)
        return self._sync_and_poll(start, connector_id)

    def poll_sync(
        self,
        connector_id: str,
        previous_sync_completed_at: datetime,
        poll_interval: float | None = None,  # noqa: ARG002
        poll_timeout: float | None = None,  # noqa: ARG002
    ) -> Mapping[str, Any]:
        """Wait for a sync that ends after `previous_sync_completed_at`; return the connector.

        Args:
            connector_id: The connector.
            previous_sync_completed_at: When its last sync had ended, before this one.
            poll_interval: Not used: the stock methods always hand down their 10 s.
            poll_timeout: Not used: the client's own patience decides.

        Raises:
            FivetranError: The sync failed, was put off, took too long, or can't go on.
        """
        connection = Connection(
            read=lambda: self.get_connector_details(connector_id),
            trigger=lambda: self._trigger(connector_id),
            page=page_of(self.api_base_url, connector_id),
            log=self._log,
        )
        return wait_for_sync(connection, previous_sync_completed_at, self._patience)

    def _sync_and_poll(  # type: ignore[override]
        self, sync_fn: Callable[..., None], connector_id: str
    ) -> FivetranOutput:
        before = connector_state(self.get_connector_details(connector_id))
        sync_fn(connector_id=connector_id)
        details = self.poll_sync(connector_id, before.last_sync_completed_at)
        # Read after the sync, not before: the sync itself may have added or dropped a table.
        schema_config = self.get_schema_config_for_connector(connector_id)
        return FivetranOutput(connector_details=details, schema_config=schema_config)
