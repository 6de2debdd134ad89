"""A connector as the API describes it: checked for what is needed, its times in UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from dagster_fivetran.translator import FivetranConnector

from ingestion.addresses import masked
from ingestion.fivetran.errors import UnexpectedAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping

_TIMES = ("succeeded_at", "failed_at")


def connector_state(details: Mapping[str, Any]) -> FivetranConnector:
    """Read the API's description of a connector.

    Raises:
        UnexpectedAnswer: A field is missing, or a time is not one.
    """
    try:
        connector = FivetranConnector.from_connector_details(details)
        _ = connector.last_sync_completed_at, connector.is_rescheduled
    except KeyError as error:
        raise UnexpectedAnswer(
            f"The API describes connector {details.get('id', '?')!r} without {error}: is "
            f"FIVETRAN_API_URL the address of Fivetran's API, version 1?"
        ) from None
    except (TypeError, ValueError) as error:
        raise UnexpectedAnswer(
            f"The API describes connector {details.get('id', '?')!r} with an unreadable value: "
            f"{error}."
        ) from None
    return connector


def with_zones(details: Mapping[str, Any]) -> Mapping[str, Any]:
    """Add the zone to times that lack one; Fivetran's are in UTC.

    dagster-fivetran compares them with times that have one, which Python refuses.
    """
    status = dict(details.get("status") or {})
    if "rescheduled_for" in status:
        status["rescheduled_for"] = _in_utc(status["rescheduled_for"])
    times = {name: _in_utc(details[name]) for name in _TIMES if name in details}
    return {**details, **times, "status": status} if status else {**details, **times}


def page_of(api_url: str, connector_id: str) -> str:
    """Address where a person looks at a connector: Fivetran's dashboard, or the local server's."""
    if urlsplit(api_url).hostname == "api.fivetran.com":
        return f"https://fivetran.com/dashboard/connections/{connector_id}"
    return masked(urljoin(api_url, "/"))


def reasons(details: Mapping[str, Any]) -> list[str]:
    """What the API says is wrong: its tasks, then its warnings, as `code: message`."""
    status = details.get("status") or {}
    alerts = [*(status.get("tasks") or []), *(status.get("warnings") or [])]
    return [
        ": ".join(str(alert[part]) for part in ("code", "message", "details") if alert.get(part))
        for alert in alerts
        if isinstance(alert, dict)
    ]


def _in_utc(moment: Any) -> Any:
    if not isinstance(moment, str):
        return moment
    try:
        parsed = datetime.fromisoformat(moment)
    except ValueError:
        return moment
    return parsed.replace(tzinfo=UTC).isoformat() if parsed.tzinfo is None else moment
