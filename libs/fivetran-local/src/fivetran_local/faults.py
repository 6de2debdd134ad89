"""Faults on purpose: what a client must survive, played by a server that was started for tests.

Without a script nothing of this runs. A script is a list, in YAML or in Python:

    - {request: GET connections/*/schemas, status: 404}
    - {request: GET connections/postgres, skip: 2, times: 3, status: 500, html: true}
    - {request: POST connections/*/sync, reset: true}
    - {sync: postgres, fail_after_rows: 500}
    - {sync: postgres, reschedule_seconds: 2}
"""

from __future__ import annotations

import fnmatch
import threading
from typing import TYPE_CHECKING, Annotated, Self

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

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path


class _Fault(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    skip: int = Field(0, ge=0)
    """How many occasions pass before the fault."""
    times: int | None = Field(1, ge=1)
    """How often it happens then; null: always."""


class ApiFault(_Fault):
    """A request that goes wrong."""

    request: str = Field(pattern=r"^(\*|[A-Z]+) \S+$")
    """Method and path behind `/v1/`, with `*` as wildcard; `connections` means both nouns."""
    delay_seconds: float = Field(0.0, ge=0)
    """Wait first. Alone: a slow answer that is right otherwise."""
    status: int | None = Field(None, ge=400, le=599)
    """Answer with this status instead."""
    retry_after: int | None = Field(None, ge=0)
    """For 429: after how many seconds to come back."""
    html: bool = False
    """Answer with a web page instead of JSON, as gateways in front of an API do."""
    reset: bool = False
    """Reset the connection instead of answering."""

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        if bool(self.status) + self.reset > 1 or not (
            self.status or self.reset or self.delay_seconds
        ):
            raise ValueError("give one of 'status', 'reset', or 'delay_seconds'")
        return self

    def matches(self, method: str, path: str) -> bool:
        """Tell whether a request is meant; `path` without `/v1/`."""
        wanted_method, wanted_path = self.request.split(" ")
        plain = path.replace("connectors", "connections", 1)
        return wanted_method in {"*", method} and fnmatch.fnmatchcase(
            plain, wanted_path.replace("connectors", "connections", 1)
        )


class SyncFault(_Fault):
    """A sync that goes wrong."""

    sync: str
    """Id of the connection."""
    fail_after_rows: int | None = Field(None, ge=0)
    """Fail once this many rows have been read from the source."""
    reschedule_seconds: float | None = Field(None, ge=0)
    """Put the sync off, as Fivetran does when the source's quota is used up."""
    pause: bool = False
    """Pause the connection as soon as the sync starts: it never ends."""
    remove_table: str | None = None
    """From now on the source lacks this table, `schema.table`."""

    @model_validator(mode="after")
    def _does_one_thing(self) -> Self:
        chosen = [
            self.fail_after_rows is not None,
            self.reschedule_seconds is not None,
            self.pause,
            self.remove_table is not None,
        ]
        if sum(chosen) != 1:
            raise ValueError(
                "give one of 'fail_after_rows', 'reschedule_seconds', 'pause', 'remove_table'"
            )
        return self


def _kind(fault: object) -> str:
    return "sync" if isinstance(fault, dict) and "sync" in fault else "request"


Fault = ApiFault | SyncFault
_ANY_FAULT = Annotated[
    Annotated[ApiFault, Tag("request")] | Annotated[SyncFault, Tag("sync")], Discriminator(_kind)
]


def read_faults(file: Path) -> Sequence[Fault]:
    """Read a fault script.

    Raises:
        DeclarationError: The file is missing, is not YAML, or is not a list of faults.
    """
    try:
        script = yaml.safe_load(file.read_text(encoding="utf-8"))
        return TypeAdapter(list[_ANY_FAULT]).validate_python(script)
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise DeclarationError(f"{file}: is not a fault script: {error}") from error


class Faults:
    """A script that is being played: it knows what has happened already."""

    def __init__(self, script: Iterable[Fault] = ()) -> None:
        script = list(script)
        self._of_requests = [(fault, _Count()) for fault in script if isinstance(fault, ApiFault)]
        self._of_syncs = [(fault, _Count()) for fault in script if isinstance(fault, SyncFault)]
        self._lock = threading.Lock()

    @property
    def exist(self) -> bool:
        """Tell whether there is a script at all."""
        return bool(self._of_requests or self._of_syncs)

    def of_request(self, method: str, path: str) -> ApiFault | None:
        """Return the fault that this request meets, and count the occasion."""
        with self._lock:
            due = [
                fault
                for fault, count in self._of_requests
                if fault.matches(method, path) and count.is_due(fault)
            ]
        return due[0] if due else None

    def of_sync(self, connection_id: str) -> SyncFault | None:
        """Return the fault that this sync meets, and count the occasion."""
        with self._lock:
            due = [
                fault
                for fault, count in self._of_syncs
                if fault.sync == connection_id and count.is_due(fault)
            ]
        return due[0] if due else None


class _Count:
    """How many occasions a fault has had."""

    def __init__(self) -> None:
        self._occasions = 0

    def is_due(self, fault: _Fault) -> bool:
        """Count an occasion, and tell whether the fault happens on it."""
        self._occasions += 1
        number = self._occasions - fault.skip
        return number > 0 and (fault.times is None or number <= fault.times)
