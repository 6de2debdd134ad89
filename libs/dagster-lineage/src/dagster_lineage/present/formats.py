"""How the outcome of a check is written: for people, programs, code scanning, pull requests."""

from __future__ import annotations

from importlib import import_module
from typing import Protocol

from dagster_lineage.analyze.check import CheckResult

FORMATS = {"text": "text.check", "json": "json.check", "sarif": "sarif", "github": "github.check"}
"""Module of this package by the name of the format."""


class _Format(Protocol):
    def render(self, checked: CheckResult, *, color: bool) -> str: ...


def render(checked: CheckResult, name: str, *, color: bool = False) -> str:
    """The outcome of a check in a format, without a line break at its end.

    Args:
        checked: The outcome.
        name: One of `FORMATS`.
        color: For a terminal; only `text` has any.
    """
    module: _Format = import_module(f"dagster_lineage.present.{FORMATS[name]}")
    return module.render(checked, color=color)
