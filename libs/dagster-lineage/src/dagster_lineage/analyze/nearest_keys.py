"""The known key that was probably meant by a key without a producer."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import NamedTuple

from dagster_lineage.model import LineageGraph, LocatedAsset, key_path
from dagster_lineage.model.nearest_names import KnownNames


class KeySuggestion(NamedTuple):
    """A known key that was probably meant."""

    key: str = ""
    """The known key; empty when none is near."""
    certain: bool = False
    """The two are one key in two spellings, and not only similar."""


class KnownKeys:
    """Keys that a code location produces or declares.

    Args:
        graph: The interface graph.
    """

    def __init__(self, graph: LineageGraph) -> None:
        self.known: dict[str, list[LocatedAsset]] = {**graph.declared, **graph.producers}
        self._names: dict[str, KnownNames] = {}

    def suggestion(self, key: str, relation: str = "") -> KeySuggestion:
        """Return the known key that is nearest to a key without a producer.

        Args:
            key: Key without a producer.
            relation: The table that the reader reads by it, where that is known. The key of that
                table is the suggestion, however different it looks.
        """
        same = self._flat.get(_flat(key)) or self._by_table.get(_table(relation))
        if same:
            return KeySuggestion(same, certain=True)
        prefix, last = split_last(key)
        names = self._names_under(prefix)
        typos = names.typos(last)
        if typos:
            return KeySuggestion(self._last_parts[prefix][typos[0]], certain=True)
        if prefix:
            for other in self._prefixes.typos(prefix):
                keys = self._last_parts[other]
                found = [last] if last in keys else self._names_under(other).typos(last)
                if found:
                    return self._unless_other_table(keys[found[0]], relation, certain=True)
        elsewhere = self._keys_of.get(last, [])
        if not elsewhere and not prefix:
            elsewhere = self._keys_of.get((*self._all_last.typos(last), "")[0], [])
        if len(elsewhere) == 1:
            return self._unless_other_table(elsewhere[0], relation, certain=not prefix)
        similar = names.alike(last)
        return KeySuggestion(self._last_parts[prefix][similar]) if similar else KeySuggestion()

    def _unless_other_table(self, key: str, relation: str, *, certain: bool) -> KeySuggestion:
        # Two tables that are known to be different have similar names by chance.
        table, other = _table(relation), _table(self.known[key][0].asset.relation)
        if table and other and table != other:
            return KeySuggestion()
        return KeySuggestion(key, certain=certain)

    def produced_under(self, prefix: str) -> int:
        """Return the number of executable assets whose keys have this prefix."""
        return self._produced_under[prefix]

    @cached_property
    def _produced_under(self) -> Counter[str]:
        return Counter(
            split_last(key)[0] for key, located in self.known.items() if located[0].asset.executable
        )

    @cached_property
    def _flat(self) -> dict[str, str]:
        return {_flat(key): key for key in self.known}

    @cached_property
    def _by_table(self) -> dict[str, str]:
        tables = {_table(located[0].asset.relation): key for key, located in self.known.items()}
        tables.pop("", None)
        return tables

    @cached_property
    def _last_parts(self) -> dict[str, dict[str, str]]:
        prefixes: dict[str, dict[str, str]] = {}
        for key in self.known:
            prefix, last = split_last(key)
            prefixes.setdefault(prefix, {})[last] = key
        return prefixes

    @cached_property
    def _prefixes(self) -> KnownNames:
        return KnownNames(prefix for prefix in self._last_parts if prefix)

    def _names_under(self, prefix: str) -> KnownNames:
        if prefix not in self._names:
            self._names[prefix] = KnownNames(self._last_parts.get(prefix, ()))
        return self._names[prefix]

    @cached_property
    def _all_last(self) -> KnownNames:
        return KnownNames(self._keys_of)

    @cached_property
    def _keys_of(self) -> dict[str, list[str]]:
        keys: dict[str, list[str]] = {}
        for key in self.known:
            keys.setdefault(split_last(key)[1], []).append(key)
        return keys


def split_last(key: str) -> tuple[str, str]:
    """Return the prefix of a key, which is all but its last part, and the last part."""
    if "\\" not in key:
        prefix, _, last = key.rpartition("/")
        return prefix, last
    path = key_path(key)
    last = path[-1].replace("/", "\\/")
    return key[: len(key) - len(last)].removesuffix("/"), last


def _flat(key: str) -> str:
    # One part with slashes or dots, another case, `-` for `_`: one key in several spellings.
    return key.replace("\\/", "/").replace(".", "/").replace("-", "_").casefold()


def _table(relation: str) -> str:
    """Return schema and table. The name of the database depends on the environment."""
    return ".".join(relation.casefold().split(".")[-2:]) if "." in relation else ""
