"""Resources whose rows a change of a dbt properties file can change.

Descriptions, documentation, tests, freshness, exposures, groups and unit tests change no rows. The
constraints that follow from them are in the interface, and `lineage diff` compares those.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import yaml

from dagster_lineage.analyze.affected.equivalence import differs

_WITHOUT_ROWS = frozenset(
    {"description", "docs", "data_tests", "tests", "freshness", "loaded_at_field", "unit_tests"}
)
_MODELS = ("models", "seeds", "snapshots")
_IGNORED = frozenset(
    {"version", "exposures", "groups", "unit_tests", "data_tests", "metrics", "semantic_models",
     "saved_queries", "macros", "analyses"}
)  # fmt: skip


@dataclass(frozen=True)
class ChangedResources:
    """Resources that a change of a properties file affects."""

    models: frozenset[str] = frozenset()
    """Names of models, seeds and snapshots."""
    sources: frozenset[str] = frozenset()
    """Names of sources, as `source.table`."""
    everything: bool = False
    """The change cannot be attributed, so it affects the whole project."""

    def __bool__(self) -> bool:
        """Return whether any resource is affected."""
        return bool(self.models or self.sources or self.everything)


EVERYTHING = ChangedResources(everything=True)


def changed_resources(before: bytes, after: bytes) -> ChangedResources:
    """Compare two texts of a properties file; empty bytes stand for no file."""
    try:
        old, new = _parsed(before), _parsed(after)
        others = (old.keys() | new.keys()) - _IGNORED - {*_MODELS, "sources"}
        if any(differs(old.get(name), new.get(name)) for name in others):
            return EVERYTHING
        models = {
            name for kind in _MODELS for name in _differing(_named(old, kind), _named(new, kind))
        }
        sources = _differing(_tables(old), _tables(new))
    except (yaml.YAMLError, TypeError, AttributeError, KeyError, ValueError, RecursionError):
        return EVERYTHING
    return ChangedResources(frozenset(models), frozenset(sources))


def _parsed(text: bytes) -> dict[str, object]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found = yaml.load(text, Loader=loader) or {}  # noqa: S506 - it is a safe loader
    if not isinstance(found, dict):
        raise TypeError("a properties file is a mapping")
    return found


def _named(file: dict[str, object], kind: str) -> dict[str, object]:
    entries = file.get(kind) or []
    if not isinstance(entries, list):
        raise TypeError(f"{kind} is not a list")
    return _unique((entry["name"], _for_rows(entry)) for entry in entries)


def _tables(file: dict[str, object]) -> dict[str, object]:
    """Return the properties of each table, with those of its source."""
    entries = file.get("sources") or []
    if not isinstance(entries, list):
        raise TypeError("sources is not a list")
    return _unique(
        (
            f"{source['name']}.{table['name']}",
            (
                _for_rows({name: value for name, value in source.items() if name != "tables"}),
                _for_rows(table),
            ),
        )
        for source in entries
        for table in source.get("tables") or []
    )


def _unique(entries: Iterable[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, entry in entries:
        if name in found:
            raise ValueError(f"{name} is described twice")
        found[name] = entry
    return found


def _for_rows(value: object) -> object:
    """Return a value without the properties that change no rows; `meta` and `config` are kept."""
    if isinstance(value, dict):
        return {
            name: one if name in ("meta", "config") else _for_rows(one)
            for name, one in value.items()
            if name not in _WITHOUT_ROWS
        }
    return [_for_rows(one) for one in value] if isinstance(value, list) else value


def _differing(old: dict[str, object], new: dict[str, object]) -> set[str]:
    return {name for name in old.keys() | new.keys() if differs(old.get(name), new.get(name))}
