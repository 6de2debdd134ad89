"""State of a connector, as Fivetran's API describes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from ingestion.addresses import masked
from ingestion.fivetran.errors import UnexpectedResponse

if TYPE_CHECKING:
    from collections.abc import Mapping

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Connector:
    """A connector and its last syncs. All times have a zone."""

    id: str
    name: str
    """The API's `schema`: for a database, the prefix of its schemas in the destination."""
    service: str
    group_id: str
    """Id of the group, which is also the id of the destination."""
    paused: bool
    setup_state: str
    """`connected`, `incomplete` or `broken`."""
    update_state: str
    schedule_type: str
    """`auto` or `manual`."""
    succeeded_at: datetime
    """End of the last successful sync; the minimum time if there is none."""
    failed_at: datetime
    """End of the last failed sync; the minimum time if there is none."""
    rescheduled_for: datetime | None
    """Time to which Fivetran has postponed a sync, also a past one."""
    alerts: tuple[str, ...]
    """Tasks, then warnings, each as `code: message: details`."""
    status: Mapping[str, Any]
    """The API's `status`, unchanged."""

    @property
    def last_sync_completed_at(self) -> datetime:
        """End of the last sync, successful or not."""
        return max(self.succeeded_at, self.failed_at)

    @property
    def is_rescheduled(self) -> bool:
        """Whether Fivetran has postponed a sync that has not run since."""
        return self.rescheduled_for is not None and (
            self.rescheduled_for > self.last_sync_completed_at
        )

    @property
    def reasons(self) -> str:
        """The alerts as one line."""
        return "; ".join(self.alerts) or "the API gives no reason"


def connector_of(details: Mapping[str, Any]) -> Connector:
    """Read the API's description of a connector.

    Raises:
        UnexpectedResponse: a field is missing or has an unreadable value.
    """
    try:
        status = details["status"]
        return Connector(
            id=details["id"],
            name=details["schema"],
            service=details["service"],
            group_id=details["group_id"],
            paused=details["paused"],
            setup_state=status["setup_state"],
            update_state=status.get("update_state") or "unknown",
            schedule_type=details.get("schedule_type") or "",
            succeeded_at=_time(details.get("succeeded_at")) or _NEVER,
            failed_at=_time(details.get("failed_at")) or _NEVER,
            rescheduled_for=_time(status.get("rescheduled_for")),
            alerts=tuple(_alerts(status)),
            status=status,
        )
    except KeyError as error:
        raise UnexpectedResponse(
            f"The API describes connector {details.get('id', '?')!r} without {error}. Is "
            f"FIVETRAN_API_URL the address of Fivetran's API, version 1?"
        ) from None
    except (TypeError, ValueError, AttributeError) as error:
        raise UnexpectedResponse(
            f"The API describes connector {details.get('id', '?')!r} with an unreadable value: "
            f"{error}."
        ) from None


def page_of(api_url: str, connector_id: str) -> str:
    """Return the address of a connector's page: Fivetran's dashboard, or the local server's."""
    if urlsplit(api_url).hostname == "api.fivetran.com":
        return f"https://fivetran.com/dashboard/connections/{connector_id}"
    return masked(urljoin(api_url, "/"))


def _time(text: str | None) -> datetime | None:
    """Parse a time of the API; times without a zone are in UTC."""
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _alerts(status: Mapping[str, Any]) -> list[str]:
    alerts = [*(status.get("tasks") or []), *(status.get("warnings") or [])]
    return [
        ": ".join(str(alert[part]) for part in ("code", "message", "details") if alert.get(part))
        for alert in alerts
        if isinstance(alert, dict)
    ]
