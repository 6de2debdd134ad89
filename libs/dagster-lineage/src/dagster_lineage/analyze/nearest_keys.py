"""The known key that was probably meant by a key without a producer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from typing import Literal, NamedTuple

from dagster_lineage.model import LineageGraph, LocatedAsset, key_path, key_text
from dagster_lineage.model.nearest_names import KnownNames, typo_rank

Evidence = Literal["spelling", "path", "prefix", "name", ""]


class KeySuggestion(NamedTuple):
    """A known key that was probably meant."""

    key: str = ""
    """The known key; empty when none is near."""
    evidence: Evidence = ""
    """Why it was probably meant. `spelling`: they are one key or table in two spellings, or differ
    in few letters. `path`: one part between the first and the last is missing, or is additional.
    `prefix`: the same for the first part. `name`: only the last part is the same."""

    @property
    def certain(self) -> bool:
        """The two are one key in two spellings, and not only similar."""
        return self.evidence == "spelling"


class KnownKeys:
    """Keys that a code location produces or declares.

    Args:
        graph: The interface graph.
    """

    def __init__(self, graph: LineageGraph) -> None:
        self.known: dict[str, list[LocatedAsset]] = {**graph.declared, **graph.producers}
        self._names: dict[str, KnownNames] = {}
        self._upstream: dict[str, set[str]] = {}

    def suggestion(self, key: str, relation: str = "") -> KeySuggestion:
        """Return the known key that is nearest to a key without a producer.

        A key that depends on it, such as that of its reader, is never suggested.

        Args:
            key: Key without a producer.
            relation: The table that the reader reads by it, where that is known. The key of that
                table is the suggestion, however different it looks.
        """
        near = (one for one in self._near(key, relation) if key not in self._upstream_of(one.key))
        return next(near, KeySuggestion())

    def _near(self, key: str, relation: str) -> Iterator[KeySuggestion]:
        """Yield the known keys that are near, the nearest first."""
        for same in (self._flat.get(_flat(key)), self._by_table.get(_table(relation))):
            if same:
                yield KeySuggestion(same, "spelling")
        prefix, last = split_last(key)
        others = (one for one in self._elsewhere(key) if not self._other_table(one, relation))
        near = [self._last_parts[prefix][one] for one in self._names_under(prefix).typos(last)]
        for one in sorted((*near, *others), key=lambda one: typo_rank(key, one)):
            yield KeySuggestion(one, "spelling")
        for one in self._with_swapped_parts(key):
            yield KeySuggestion(one, "spelling")
        away = [one for one in self._one_part_away(key) if not self._other_table(one.key, relation)]
        # Of several, such as `sales/2023/orders` and `sales/2024/orders`, none is more probable.
        yield from away if len(away) == 1 else ()
        same_name = self._keys_of.get(last, [])
        if len(same_name) == 1 and not self._other_table(same_name[0], relation):
            yield KeySuggestion(same_name[0], "name" if prefix else "spelling")

    def _elsewhere(self, key: str) -> Iterator[str]:
        """Yield the known keys under a mistyped prefix, or any prefix for a key without one."""
        prefix, last = split_last(key)
        if not prefix:
            found = self._all_last.typos(last)[:1] if last not in self._keys_of else []
            yield from (keys[0] for keys in map(self._keys_of.__getitem__, found) if len(keys) == 1)
        for other in self._prefixes.typos(prefix) if prefix else ():
            keys = self._last_parts[other]
            found = [last] if last in keys else self._names_under(other).typos(last)
            yield from (keys[one] for one in found)

    def _with_swapped_parts(self, key: str) -> Iterator[str]:
        parts = key_path(key)
        for at in range(len(parts) - 1):
            swapped = key_text((*parts[:at], parts[at + 1], parts[at], *parts[at + 2 :]))
            if swapped in self.known:
                yield swapped

    def _one_part_away(self, key: str) -> Iterator[KeySuggestion]:
        """Yield the known keys with one part more or less, but with the same last part."""
        parts = key_path(key)
        for other in self._keys_of.get(split_last(key)[1], ()):
            longer, shorter = sorted((key_path(other), parts), key=len, reverse=True)
            if len(longer) != len(shorter) + 1 or len(shorter) == 1:
                continue
            if any(longer[:at] + longer[at + 1 :] == shorter for at in range(len(shorter))):
                yield KeySuggestion(other, "path" if longer[0] == shorter[0] else "prefix")

    def _other_table(self, key: str, relation: str) -> bool:
        # Two tables that are known to be different have similar names by chance.
        table, other = _table(relation), _table(self.known[key][0].asset.relation)
        return bool(table and other and table != other)

    def _upstream_of(self, key: str) -> set[str]:
        """Return all keys on which a known key depends, directly or not."""
        if key not in self._upstream:
            found: set[str] = set()
            waiting = [key]
            while waiting:
                for located in self.known.get(waiting.pop(), ()):
                    new = {read.key for read in located.asset.reads} - found
                    found |= new
                    waiting += new
            self._upstream[key] = found
        return self._upstream[key]

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
