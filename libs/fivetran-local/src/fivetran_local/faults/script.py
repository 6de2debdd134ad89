"""A fault script: a list of faults, in YAML or in Python, and how often each has occurred.

- {request: GET connections/*/schemas, status: 404}
- {request: GET connections/postgres, skip: 2, times: 3, status: 500, html: true}
- {request: POST connections/*/sync, reset: true}
- {sync: postgres, fail_after_rows: 500}
- {sync: postgres, reschedule_seconds: 2}
"""

import fnmatch
import itertools
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Annotated, Self, TypeVar

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from fivetran_local.errors import DeclarationError


class _AnyFault(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    skip: int = Field(0, ge=0)
    """Number of matching requests or syncs before the first fault."""
    times: int | None = Field(1, ge=1)
    """Number of faults after that; null: no limit."""


class ApiFault(_AnyFault):
    """A request that fails or is slow."""

    request: str = Field(pattern=r"^(\*|[A-Z]+) \S+$")
    """Method and path after `/v1/`, with `*` as wildcard; `connections` matches both nouns."""
    delay_seconds: float = Field(0.0, ge=0)
    """Delay before the answer. Alone: a slow answer that is correct otherwise."""
    status: int | None = Field(None, ge=400, le=599)
    """HTTP status of the answer."""
    retry_after: int | None = Field(None, ge=0)
    """For 429: value of the header `Retry-After`, in seconds."""
    html: bool = False
    """Answer with a web page instead of JSON, as gateways in front of an API do."""
    reset: bool = False
    """Reset the connection instead of answering."""

    @model_validator(mode="after")
    def _has_an_effect(self) -> Self:
        if bool(self.status) + self.reset > 1 or not (
            self.status or self.reset or self.delay_seconds
        ):
            raise ValueError("set one of 'status', 'reset', or 'delay_seconds'")
        return self

    def matches(self, method: str, path: str) -> bool:
        """Return whether the fault applies to a request; `path` is without `/v1/`."""
        own_method, own_path = self.request.split(" ")
        return own_method in {"*", method} and fnmatch.fnmatchcase(
            path.replace("connectors", "connections", 1),
            own_path.replace("connectors", "connections", 1),
        )


class SyncFault(_AnyFault):
    """A sync that fails or does not end."""

    sync: str
    """Id of the connection."""
    fail_after_rows: int | None = Field(None, ge=0)
    """Fail after this many rows have been read from the source."""
    reschedule_seconds: float | None = Field(None, ge=0)
    """Postpone the sync, as Fivetran does when the source's quota is used up."""
    pause: bool = False
    """Pause the connection as soon as the sync starts: it never ends."""
    remove_table: str | None = None
    """From this sync on the source lacks this table, `schema.table`."""

    @model_validator(mode="after")
    def _has_one_effect(self) -> Self:
        effects = (self.fail_after_rows, self.reschedule_seconds, self.remove_table)
        if self.pause + sum(effect is not None for effect in effects) != 1:
            raise ValueError(
                "set one of 'fail_after_rows', 'reschedule_seconds', 'pause', 'remove_table'"
            )
        return self


Fault = ApiFault | SyncFault
FaultT = TypeVar("FaultT", ApiFault, SyncFault)


def _kind(fault: object) -> str:
    return "sync" if isinstance(fault, dict) and "sync" in fault else "request"


_AnyFaultDeclaration = Annotated[
    Annotated[ApiFault, Tag("request")] | Annotated[SyncFault, Tag("sync")], Discriminator(_kind)
]


def read_faults(file: Path) -> Sequence[Fault]:
    """Read a fault script.

    Raises:
        DeclarationError: The file is missing, is not YAML, or is not a list of faults.
    """
    try:
        script = yaml.safe_load(file.read_text(encoding="utf-8"))
        return TypeAdapter(list[_AnyFaultDeclaration]).validate_python(script)
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise DeclarationError(f"{file}: is not a fault script: {error}") from error


class FaultScript:
    """The faults of one server, with a counter for each."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        # Faults occur on numbers from 1 on.
        self._numbered = [(fault, itertools.count(1 - fault.skip)) for fault in faults]
        self._lock = threading.Lock()

    def of_request(self, method: str, path: str) -> ApiFault | None:
        """Return the fault of this request, if any, and count the request."""
        return self._next(ApiFault, lambda fault: fault.matches(method, path))

    def of_sync(self, connection_id: str) -> SyncFault | None:
        """Return the fault of this sync, if any, and count the sync."""
        return self._next(SyncFault, lambda fault: fault.sync == connection_id)

    def _next(self, kind: type[FaultT], matches: Callable[[FaultT], bool]) -> FaultT | None:
        with self._lock:
            due = [
                fault
                for fault, numbers in self._numbered
                if isinstance(fault, kind) and matches(fault) and _is_due(fault, next(numbers))
            ]
        return due[0] if due else None


def _is_due(fault: _AnyFault, number: int) -> bool:
    return number > 0 and (fault.times is None or number <= fault.times)
