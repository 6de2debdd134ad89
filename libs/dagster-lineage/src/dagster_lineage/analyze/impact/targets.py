"""Assets and columns that are named by a key, a model's name or a path."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

from dagster_lineage.model import Asset, LineageGraph, LocatedInterface, key_path
from dagster_lineage.model.errors import LineageError
from dagster_lineage.model.nearest_names import did_you_mean, nearest_name
from dagster_lineage.model.wording import listed

Columns = frozenset[str] | None
LISTED = 5
"""Number of keys in a message."""


class TargetUnknown(LineageError):
    """No asset, column or file has that name, or several have it."""


class Targets:
    """Finds assets and columns by the names that users write.

    Args:
        graph: The interface graph.
        root: Folder of the repository.
        here: Folder that paths are relative to, before they are relative to the root.
    """

    def __init__(self, graph: LineageGraph, root: Path, here: Path) -> None:
        self._graph = graph
        self._root = root.resolve()
        self._here = here.resolve()

    def find_all(self, texts: Iterable[str]) -> dict[str, Columns]:
        """Return what `find` returns for several texts, by key."""
        found: dict[str, Columns] = {}
        for text in texts:
            for key, columns in self.find(text).items():
                known = found.get(key, frozenset())
                found[key] = None if columns is None or known is None else known | columns
        return found

    def find(self, text: str) -> dict[str, Columns]:
        """Return keys with their columns; None for an asset as a whole.

        A name is a key (`marts/daily`, `marts.daily`), a model's name if it is unique (`daily`),
        each with a column (`marts/daily.revenue`, `marts/daily#revenue`), or a file or folder: the
        assets that are defined or described in it, or that read through a dbt source in it.

        Raises:
            TargetUnknown: No asset, column or file has that name, or several have it.
        """
        for name, column in _splits(text):
            key = self._key(name)
            if key is not None and (not column or self._column(key, column)):
                return {key: frozenset({column}) if column else None}
        keys = self._in_path(text)
        if keys:
            return dict.fromkeys(keys)
        raise TargetUnknown(self._mistake(text))

    def _key(self, name: str) -> str | None:
        """Return the only key that a name can mean."""
        if name in self._keys:
            return name
        found = self._spelled.get(name) or self._short.get(name) or set()
        return next(iter(found)) if len(found) == 1 else None

    def _column(self, key: str, column: str) -> bool:
        """Return whether an asset has, or may have, a column."""
        assets = self._keys[key]
        names = {name.casefold() for asset in assets for name in asset.columns}
        all_known = bool(assets) and all(asset.columns_known for asset in assets)
        return column.casefold() in names or not all_known

    @cached_property
    def _keys(self) -> dict[str, list[Asset]]:
        """Assets by key; none for a key that is only read."""
        found: defaultdict[str, list[Asset]] = defaultdict(list)
        for producer in self._graph.assets():
            found[producer.asset.key] += [producer.asset] if producer.asset.kind != "stub" else []
        for key in self._graph.readers:
            found.setdefault(key, [])
        return dict(found)

    @cached_property
    def _spelled(self) -> dict[str, set[str]]:
        """Keys by their spelling with dots."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for key in self._keys:
            found[".".join(key_path(key))].add(key)
        return found

    @cached_property
    def _short(self) -> dict[str, set[str]]:
        """Keys by their last part, and by their dbt name."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for key, assets in self._keys.items():
            found[key_path(key)[-1]].add(key)
            for asset in assets:
                if asset.name:
                    found[asset.name].add(key)
        return found

    def _in_path(self, text: str) -> list[str]:
        paths = self._paths(text)
        return sorted(
            {
                asset.key
                for where in self._graph.located
                for asset in where.interface.assets
                if asset.kind != "stub"
                and any(_is_in(file, path) for file in self._files(where, asset) for path in paths)
            }
        )

    def _paths(self, text: str) -> list[str]:
        """Return paths relative to the root that a text can mean."""
        found = []
        for folder in (self._here, self._root):
            path = (folder / text).resolve()
            if path.is_relative_to(self._root):
                found.append(path.relative_to(self._root).as_posix())
        return found

    def _files(self, where: LocatedInterface, asset: Asset) -> Iterator[str]:
        yield where.path(asset.at)[0]
        if asset.described_at:
            yield where.path(asset.described_at)[0]
        for read in asset.reads:
            source = self._graph.source_of(where, read)
            if source is not None and source.at:
                yield where.path(source.at)[0]

    def _mistake(self, text: str) -> str:
        """Return why nothing was found: no column or name, several keys, a file without assets."""
        for name, column in _splits(text):
            key = self._key(name)
            if key is not None and column:
                names = [name for asset in self._keys[key] for name in asset.columns]
                return f"{key} has no column `{column}`: {did_you_mean(column, names)}"
            several = self._spelled.get(name) or self._short.get(name) or set()
            if len(several) > 1:
                shown = listed(sorted(several), LISTED, code=False)
                return f"`{name}` can be several assets: {shown}. Write one of these keys."
        if any((self._root / path).exists() for path in self._paths(text)):
            return f"no asset is defined or described in {text}, according to the interfaces."
        near = nearest_name(text, [*self._keys, *self._short])
        hint = f": did you mean `{near}`?" if near else "."
        return f"no asset, column or file is called `{text}`{hint}"


def _splits(text: str) -> Iterator[tuple[str, str]]:
    """Yield the ways to read a text as name and column, the longest name first."""
    yield text, ""
    for at in range(len(text) - 1, 0, -1):
        if text[at] in "#.":
            yield text[:at], text[at + 1 :]


def _is_in(file: str, path: str) -> bool:
    return path in (".", file) or file.startswith(f"{path}/")
