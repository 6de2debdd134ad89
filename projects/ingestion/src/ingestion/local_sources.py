"""Access to the local source systems, which only the extra `local` installs."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType


class LocalSourceFailed(Exception):
    """A local source system is not installed, or does not start."""


def local_sources() -> ModuleType:
    """Import and return `ingestion.local.sources`.

    Production does not install the demo shop and the local Fivetran, so they are imported only when
    a step uses them.

    Raises:
        LocalSourceFailed: the extra is not installed.
    """
    try:
        return import_module("ingestion.local.sources")
    except ModuleNotFoundError as error:
        if error.name and error.name.partition(".")[0] in ("demo_shop", "fivetran_local"):
            raise LocalSourceFailed(
                f"`{error.name}` is not installed. Install the extra `local` "
                "(`jaffle-ingestion[local]`), or configure the account's addresses and credentials."
            ) from None
        raise
