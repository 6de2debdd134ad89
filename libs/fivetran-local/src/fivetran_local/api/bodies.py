"""Request bodies: what may stand in them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from fivetran_local.api.envelope import ApiError, invalid
from fivetran_local.declaration import ScheduleType, SchemaChangeHandling, SyncFrequency

if TYPE_CHECKING:
    from starlette.requests import Request


def _truth(given: object) -> object:
    """Read `"true"` as true: the real API was seen to take a setting as text."""
    return (
        {"true": True, "false": False}.get(given.lower(), given)
        if isinstance(given, str)
        else given
    )


def _whole(given: object) -> object:
    """Read `"360"` as 360, as `_truth` does."""
    is_whole = isinstance(given, str) and re.fullmatch(r"\d{1,9}", given, re.ASCII)
    return int(given) if is_whole else given  # type: ignore[call-overload]


Truth = Annotated[bool, BeforeValidator(_truth)]
SyncMode = Literal["SOFT_DELETE", "HISTORY", "LIVE"]
TableNames = Annotated[list[str], Field(min_length=1)]
Body = TypeVar("Body", bound=BaseModel)

_WITH_BODY = {"POST", "PATCH"}


class _Body(BaseModel):
    # As the real API: fields that it does not know are passed over.
    model_config = ConfigDict(extra="ignore", strict=True)

    @model_validator(mode="before")
    @classmethod
    def _null_is_not_given(cls, body: object) -> object:
        """Clients with typed requests write null for what they leave as it is."""
        if not isinstance(body, dict):
            return body
        return {name: value for name, value in body.items() if value is not None}


class ConnectionPatch(_Body):
    """What `PATCH connections/{id}` changes here; other documented fields are passed over."""

    paused: Truth | None = None
    schedule_type: ScheduleType | None = None
    sync_frequency: Annotated[SyncFrequency, BeforeValidator(_whole)] | None = None
    daily_sync_time: Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):00$")] | None = (
        None
    )
    pause_after_trial: Truth | None = None
    data_delay_sensitivity: Literal["LOW", "NORMAL", "HIGH", "CUSTOM", "SYNC_FREQUENCY"] | None = (
        None
    )
    data_delay_threshold: Annotated[int, BeforeValidator(_whole), Field(ge=0, lt=2**31)] | None = (
        None
    )
    is_historical_sync: Truth | None = None


class UpdateControls(_Body):
    """What stands in the same body and says how the change is tested."""

    run_setup_tests: Truth = True


class SyncRequest(_Body):
    """The body of `POST connections/{id}/sync`."""

    force: Truth = False


class ResyncRequest(_Body):
    """The body of `POST connections/{id}/resync`."""

    scope: Annotated[dict[str, TableNames], Field(min_length=1)] | None = None


class ColumnPatch(_Body):
    """Selection of one column."""

    enabled: Truth | None = None
    hashed: Truth | None = None
    is_primary_key: Truth | None = None


class TablePatch(_Body):
    """Selection of one table."""

    enabled: Truth | None = None
    sync_mode: SyncMode | None = None
    columns: dict[str, ColumnPatch] = Field(default_factory=dict)


class SchemaPatch(_Body):
    """Selection of one schema."""

    enabled: Truth | None = None
    tables: dict[str, TablePatch] = Field(default_factory=dict)


class SchemaConfigPatch(_Body):
    """The body of `PATCH connections/{id}/schemas`."""

    schema_change_handling: SchemaChangeHandling | None = None
    schemas: dict[str, SchemaPatch] = Field(default_factory=dict)


class ReloadRequest(_Body):
    """The body of `POST connections/{id}/schemas/reload`."""

    exclude_mode: Literal["PRESERVE", "EXCLUDE", "INCLUDE"] = "PRESERVE"


async def json_object(request: Request) -> dict[str, object] | None:
    """Return the body as a JSON object; None where there is no body, or `null`.

    Raises:
        ApiError: 415 where the body is not declared as JSON, 400 where it is none.
    """
    content = await request.body()
    content_type = request.headers.get("content-type")
    is_json = content_type and content_type.split(";")[0].strip().lower() == "application/json"
    if request.method in _WITH_BODY and not is_json and (content or content_type):
        raise ApiError(
            415,
            "UnsupportedMediaType",
            "HTTP 415 Unsupported Media Type: the header Content-Type must be application/json,"
            f" and is {content_type or 'missing'}.",
        )
    if not content.strip():
        return None
    try:
        body = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise invalid(f"The body is not JSON: {error}") from error
    if body is not None and not isinstance(body, dict):
        raise invalid("The body must be a JSON object.")
    return body


def parsed(model: type[Body], body: dict[str, object]) -> Body:
    """Return `body` as a `model`.

    Raises:
        ApiError: 400, naming every field that is wrong.
    """
    try:
        return model.model_validate(body)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, detail['loc']))}: {detail['msg']}" for detail in error.errors()
        )
        raise invalid(problems) from error
