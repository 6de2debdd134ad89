"""How the outcome of a check is written: for people, programs, code scanning, pull requests."""

from __future__ import annotations

from importlib import import_module
from typing import Protocol

from dagster_lineage.checking import Checked

FORMATS = {"text": "text", "json": "json_document", "sarif": "sarif", "github": "github"}
"""Module of this package by the name of the format."""


class _Format(Protocol):
    def render(self, checked: Checked, *, colour: bool) -> str: ...


def render(checked: Checked, name: str, *, colour: bool = False) -> str:
    """The outcome of a check in a format, without a line break at its end.

    Args:
        checked: The outcome.
        name: One of `FORMATS`.
        colour: For a terminal; only `text` has any.
    """
    module: _Format = import_module(f"{__name__}.{FORMATS[name]}")
    return module.render(checked, colour=colour)
