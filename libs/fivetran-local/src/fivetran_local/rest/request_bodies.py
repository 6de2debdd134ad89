"""Request bodies: their format and their valid content."""

import json
import re
from typing import Annotated, Literal, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)
from starlette.requests import Request

from fivetran_local.declaration import ScheduleType, SchemaChangeHandling, SyncFrequency
from fivetran_local.rest.responses import ApiError, invalid


def _flag(value: object) -> object:
    """Return true for `"true"`: the real API was observed to accept settings as text."""
    return (
        {"true": True, "false": False}.get(value.lower(), value)
        if isinstance(value, str)
        else value
    )


def _number(value: object) -> object:
    """Return 360 for `"360"`, for the same reason."""
    is_number = isinstance(value, str) and re.fullmatch(r"\d{1,9}", value, re.ASCII)
    return int(value) if is_number else value  # type: ignore[call-overload]


Flag = Annotated[bool, BeforeValidator(_flag)]
SyncMode = Literal["SOFT_DELETE", "HISTORY", "LIVE"]
TableNames = Annotated[list[str], Field(min_length=1)]
BodyT = TypeVar("BodyT", bound=BaseModel)

_WITH_BODY = {"POST", "PATCH"}


class _Body(BaseModel):
    # As the real API does: unknown fields are ignored.
    model_config = ConfigDict(extra="ignore", strict=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, body: object) -> object:
        """Ignore nulls: clients with typed requests send them for settings that they keep."""
        if not isinstance(body, dict):
            return body
        return {name: value for name, value in body.items() if value is not None}


class ConnectionPatch(_Body):
    """The body of `PATCH connections/{id}`, without the documented fields that have no effect."""

    paused: Flag | None = None
    schedule_type: ScheduleType | None = None
    sync_frequency: Annotated[SyncFrequency, BeforeValidator(_number)] | None = None
    daily_sync_time: Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):00$")] | None = (
        None
    )
    pause_after_trial: Flag | None = None
    data_delay_sensitivity: Literal["LOW", "NORMAL", "HIGH", "CUSTOM", "SYNC_FREQUENCY"] | None = (
        None
    )
    data_delay_threshold: Annotated[int, BeforeValidator(_number), Field(ge=0, lt=2**31)] | None = (
        None
    )
    is_historical_sync: Flag | None = None
    run_setup_tests: Flag = True


class SyncRequest(_Body):
    """The body of `POST connections/{id}/sync`."""

    force: Flag = False


class ResyncRequest(_Body):
    """The body of `POST connections/{id}/resync`."""

    scope: Annotated[dict[str, TableNames], Field(min_length=1)] | None = None


class ColumnPatch(_Body):
    """Selection of one column."""

    enabled: Flag | None = None
    hashed: Flag | None = None
    is_primary_key: Flag | None = None


class TablePatch(_Body):
    """Selection of one table."""

    enabled: Flag | None = None
    sync_mode: SyncMode | None = None
    columns: dict[str, ColumnPatch] = Field(default_factory=dict)


class SchemaPatch(_Body):
    """Selection of one schema."""

    enabled: Flag | None = None
    tables: dict[str, TablePatch] = Field(default_factory=dict)


class SchemaConfigPatch(_Body):
    """The body of `PATCH connections/{id}/schemas`."""

    schema_change_handling: SchemaChangeHandling | None = None
    schemas: dict[str, SchemaPatch] = Field(default_factory=dict)


class ReloadRequest(_Body):
    """The body of `POST connections/{id}/schemas/reload`."""

    exclude_mode: Literal["PRESERVE", "EXCLUDE", "INCLUDE"] = "PRESERVE"


async def json_object(request: Request) -> dict[str, object] | None:
    """Return the body as a JSON object; None without a body, or for `null`.

    Raises:
        ApiError: 415 if the body is not declared as JSON, 400 if it is not a JSON object.
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


def parsed(model: type[BodyT], body: dict[str, object]) -> BodyT:
    """Return `body` as a `model`.

    Raises:
        ApiError: 400, with every invalid field.
    """
    try:
        return model.model_validate(body)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, detail['loc']))}: {detail['msg']}" for detail in error.errors()
        )
        raise invalid(problems) from error
