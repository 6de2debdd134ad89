"""The key that was meant, for one that nothing makes."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import NamedTuple

from dagster_lineage.model import LineageGraph, LocatedAsset, key_path
from dagster_lineage.model.nearest_names import KnownNames


class Meant(NamedTuple):
    """A key that was perhaps meant.

    Attributes:
        key: Empty when none is near.
        sure: The two are the same thing in another spelling, not just alike.
    """

    key: str = ""
    sure: bool = False


class KnownKeys:
    """All keys that somebody makes or declares, to be searched for the one that was meant.

    Args:
        graph: The joined interfaces.
    """

    def __init__(self, graph: LineageGraph) -> None:
        self.known: dict[str, list[LocatedAsset]] = {**graph.declared, **graph.producers}
        self._names: dict[str, KnownNames] = {}

    def meant(self, key: str, relation: str = "") -> Meant:
        """The known key that is nearest to one that nobody makes.

        Args:
            key: It.
            relation: The table that the reader reads by it, where that is known: the maker of that
                very table is meant, whatever the key looks like.
        """
        same = self._flat.get(_flat(key)) or self._by_table.get(_table(relation))
        if same:
            return Meant(same, sure=True)
        space, last = split_last(key)
        in_space = self._names_in(space)
        slips = in_space.typos(last)
        if slips:
            return Meant(self._last_parts[space][slips[0]], sure=True)
        if space:
            for other in self._spaces.typos(space):
                names = self._last_parts[other]
                found = [last] if last in names else self._names_in(other).typos(last)
                if found:
                    return self._unless_other_table(names[found[0]], relation, sure=True)
        elsewhere = self._keys_of.get(last, [])
        if not elsewhere and not space:
            elsewhere = self._keys_of.get((*self._all_last.typos(last), "")[0], [])
        if len(elsewhere) == 1:
            return self._unless_other_table(elsewhere[0], relation, sure=not space)
        like = in_space.alike(last)
        return Meant(self._last_parts[space][like]) if like else Meant()

    def _unless_other_table(self, key: str, relation: str, *, sure: bool) -> Meant:
        # Alike names of two tables that are known to be two are an accident.
        table, other = _table(relation), _table(self.known[key][0].asset.relation)
        if table and other and table != other:
            return Meant()
        return Meant(key, sure=sure)

    def made_under(self, space: str) -> int:
        """How many executable assets have keys with these parts before the last one."""
        return self._made_spaces[space]

    @cached_property
    def _made_spaces(self) -> Counter[str]:
        return Counter(
            split_last(key)[0]
            for key, producer in self.known.items()
            if producer[0].asset.executable
        )

    @cached_property
    def _flat(self) -> dict[str, str]:
        return {_flat(key): key for key in self.known}

    @cached_property
    def _by_table(self) -> dict[str, str]:
        tables = {_table(producer[0].asset.relation): key for key, producer in self.known.items()}
        tables.pop("", None)
        return tables

    @cached_property
    def _last_parts(self) -> dict[str, dict[str, str]]:
        spaces: dict[str, dict[str, str]] = {}
        for key in self.known:
            space, last = split_last(key)
            spaces.setdefault(space, {})[last] = key
        return spaces

    @cached_property
    def _spaces(self) -> KnownNames:
        return KnownNames(space for space in self._last_parts if space)

    def _names_in(self, space: str) -> KnownNames:
        if space not in self._names:
            self._names[space] = KnownNames(self._last_parts.get(space, ()))
        return self._names[space]

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
    """The parts before the last one, as text, and the last one."""
    if "\\" not in key:
        space, _, last = key.rpartition("/")
        return space, last
    path = key_path(key)
    last = path[-1].replace("/", "\\/")
    return key[: len(key) - len(last)].removesuffix("/"), last


def _flat(key: str) -> str:
    # One part with slashes or dots, other case, `-` for `_`: written otherwise, the same key.
    return key.replace("\\/", "/").replace(".", "/").replace("-", "_").casefold()


def _table(relation: str) -> str:
    """Schema and table: databases have other names in other environments."""
    return ".".join(relation.casefold().split(".")[-2:]) if "." in relation else ""
