"""Macros whose use dbt's `state:modified` does not see.

`state:modified` selects the models that call a changed macro, directly or through other macros. It
does not see the macros that dbt calls while it builds: hooks, materializations, incremental
strategies, `generate_schema_name`, an adapter's macros that create tables. After a change of such a
macro it selects nothing, although the change may affect every model.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from dagster_lineage.analyze.affected.layout import DbtFolders

_DEFINED = re.compile(rb"\{%[-+]?\s*(?:macro|materialization|test|data_test)\s+(\w+)")
_WORD = re.compile(rb"\w+")


class MacroUse:
    """Uses of macros in one dbt project.

    Args:
        dbt: Folders of the dbt project.
        files: Path and content of its files, at base and head.
    """

    def __init__(self, dbt: DbtFolders, files: Iterable[tuple[str, bytes]]) -> None:
        self._words: dict[bytes, set[bytes]] = {}
        """Words of the file that defines a macro, by macro."""
        called: set[bytes] = set()
        settings: set[bytes] = set()
        for path, text in files:
            words = set(_WORD.findall(text))
            if dbt.kind(path) == "macro-paths":
                for name in _DEFINED.findall(text):
                    self._words.setdefault(name, set()).update(words)
            elif dbt.kind(path):
                called |= words
            else:
                settings |= words
        seen = self._reached(called)
        unseen = self._words.keys() - seen
        self._hidden = unseen | self._reached(
            settings.union(*(self._words[name] for name in unseen))
        )

    def is_hidden(self, text: bytes) -> bool:
        """Return whether a file defines a macro that may be used without a call in a model."""
        defined = _DEFINED.findall(text)
        return not defined or any(name in self._hidden for name in defined)

    def _reached(self, words: set[bytes]) -> set[bytes]:
        """Return the macros that words name, directly or through other macros.

        An adapter's macro (`duckdb__hash`) is used where the dispatching macro (`hash`) is used, if
        the project defines that one. dbt's own dispatching macros are called by dbt.
        """
        found: set[bytes] = set()
        waiting = words
        while waiting:
            new = {
                name
                for name in self._words.keys() - found
                if name in waiting
                or (
                    b"__" in name
                    and (base := name.partition(b"__")[2]) in waiting | found
                    and base in self._words
                )
            }
            found |= new
            waiting = set[bytes]().union(*(self._words[name] | {name} for name in new))
        return found
