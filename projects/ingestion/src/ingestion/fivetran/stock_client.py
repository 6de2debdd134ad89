"""dagster-fivetran's client over this project's HTTP requests.

Private to dagster-fivetran 0.29.27: the class `FivetranClient` of `dagster_fivetran.resources` (the
public `FivetranWorkspace` builds it), its property `api_base_url` and its method `_make_request`,
through which all of its requests go. There is no public way to set the API's address, or to bound
retries and waits. docs/decisions/fivetran-client-over-our-requests.md has the reasons and the
price; tests/test_stock_client.py fails if one of the names changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagster_fivetran.resources import FivetranClient

if TYPE_CHECKING:
    from collections.abc import Mapping

    import requests

    from ingestion.fivetran.http_client import FivetranHttp


class StockClient(FivetranClient):
    """dagster-fivetran's client, with another address and other requests.

    Args:
        http: Sends the requests.
    """

    def __init__(self, http: FivetranHttp) -> None:
        super().__init__(
            api_key=http.key,
            api_secret=http.secret,
            request_max_retries=0,
            request_retry_delay=0.0,
            request_backoff_factor=1.0,
            disable_schedule_on_trigger=False,
            retry_on_reschedule=False,
        )
        self._http = http

    @property
    def api_base_url(self) -> str:
        """Address of the API with its version."""
        return self._http.url

    def _make_request(
        self,
        method: str,
        endpoint: str,
        data: str | None = None,
        params: Mapping[str, Any] | None = None,
    ) -> requests.Response:
        return self._http.request(method, endpoint, data, params)
