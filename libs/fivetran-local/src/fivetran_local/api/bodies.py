"""Request bodies: what may stand in them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from fivetran_local.api.envelope import ApiError, invalid
from fivetran_local.declaration import ScheduleType, SchemaChangeHandling, SyncFrequency

if TYPE_CHECKING:
    from starlette.requests import Request

SyncMode = Literal["SOFT_DELETE", "HISTORY", "LIVE"]
TableNames = Annotated[list[str], Field(min_length=1)]
Body = TypeVar("Body", bound=BaseModel)


class _Body(BaseModel):
    # As the real API: fields that it does not know are passed over.
    model_config = ConfigDict(extra="ignore", strict=True)


class ConnectionPatch(_Body):
    """What `PATCH connections/{id}` changes here; other documented fields are passed over."""

    paused: bool | None = None
    schedule_type: ScheduleType | None = None
    sync_frequency: SyncFrequency | None = None
    daily_sync_time: Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):00$")] | None = (
        None
    )
    pause_after_trial: bool | None = None
    data_delay_sensitivity: Literal["LOW", "NORMAL", "HIGH", "CUSTOM", "SYNC_FREQUENCY"] | None = (
        None
    )
    data_delay_threshold: Annotated[int, Field(ge=0, lt=2**31)] | None = None
    is_historical_sync: bool | None = None


class SyncRequest(_Body):
    """The body of `POST connections/{id}/sync`."""

    force: bool = False


class ResyncRequest(_Body):
    """The body of `POST connections/{id}/resync`."""

    scope: Annotated[dict[str, TableNames], Field(min_length=1)] | None = None


class ColumnPatch(_Body):
    """Selection of one column."""

    enabled: bool | None = None
    hashed: bool | None = None
    is_primary_key: bool | None = None


class TablePatch(_Body):
    """Selection of one table."""

    enabled: bool | None = None
    sync_mode: SyncMode | None = None
    columns: dict[str, ColumnPatch] = Field(default_factory=dict)


class SchemaPatch(_Body):
    """Selection of one schema."""

    enabled: bool | None = None
    tables: dict[str, TablePatch] = Field(default_factory=dict)


class SchemaConfigPatch(_Body):
    """The body of `PATCH connections/{id}/schemas`."""

    schema_change_handling: SchemaChangeHandling | None = None
    schemas: dict[str, SchemaPatch] = Field(default_factory=dict)


class ReloadRequest(_Body):
    """The body of `POST connections/{id}/schemas/reload`."""

    exclude_mode: Literal["PRESERVE", "EXCLUDE", "INCLUDE"] = "PRESERVE"


async def json_object(request: Request) -> dict[str, object]:
    """Return the body as a JSON object; no body is an empty one.

    Raises:
        ApiError: 415 where the body is declared as something else, 400 where it is not JSON.
    """
    content = await request.body()
    if not content.strip():
        return {}
    content_type = request.headers.get("content-type", "application/json")
    if content_type.split(";")[0].strip().lower() != "application/json":
        raise ApiError(
            415, "UnsupportedMediaType", f"The body must be application/json, not {content_type}."
        )
    try:
        body = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise invalid(f"The body is not JSON: {error}") from error
    if not isinstance(body, dict):
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
