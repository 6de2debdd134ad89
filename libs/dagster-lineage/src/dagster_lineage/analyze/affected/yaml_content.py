"""Which of the resources that a dbt properties file describes a change of it can make other rows.

Descriptions, documentation, tests, freshness, exposures, groups and unit tests make none: what they
promise is in the interface, where `lineage diff` sees it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import yaml

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
    """What a change of a properties file reaches.

    Attributes:
        models: Names of models, seeds and snapshots.
        sources: `source.table` names.
        everything: It cannot be told, so all of the project.
    """

    models: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    everything: bool = False

    def __bool__(self) -> bool:
        """Something is reached."""
        return bool(self.models or self.sources or self.everything)


EVERYTHING = ChangedResources(everything=True)


def changed_resources(before: bytes, after: bytes) -> ChangedResources:
    """What differs between two texts of a properties file; empty bytes for no file."""
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
        raise TypeError(f"{kind} is no list")
    return _unique((entry["name"], _for_rows(entry)) for entry in entries)


def _tables(file: dict[str, object]) -> dict[str, object]:
    """Every table with what its source says of all of them."""
    entries = file.get("sources") or []
    if not isinstance(entries, list):
        raise TypeError("sources is no list")
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
            raise ValueError(f"{name} is described twice: which one counts is not known")
        found[name] = entry
    return found


def _for_rows(value: object) -> object:
    """A value without what makes no rows, at any depth but in `meta` and `config`."""
    if isinstance(value, dict):
        return {
            name: one if name in ("meta", "config") else _for_rows(one)
            for name, one in value.items()
            if name not in _WITHOUT_ROWS
        }
    return [_for_rows(one) for one in value] if isinstance(value, list) else value


def _differing(old: dict[str, object], new: dict[str, object]) -> set[str]:
    return {name for name in old.keys() | new.keys() if differs(old.get(name), new.get(name))}


def differs(old: object, new: object) -> bool:
    """Whether two values can make other text where Jinja writes them.

    Equality is not enough: `1`, `1.0` and `true` are equal and are written differently, and a
    mapping is gone through in its order.
    """
    return repr(old) != repr(new)
