"""Which macros dbt's own comparison of states does not see being used.

`state:modified` finds the models that call a changed macro, directly or over others. It does not
see what dbt itself calls while it builds: hooks of the project, materializations, incremental
strategies, `generate_schema_name`, another adapter's way to create a table. After a change of such
a macro it selects nothing, though every model may be another one.
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
        dbt: Its folders.
        files: Contents of its files by path, of both ends.
    """

    def __init__(self, dbt: DbtFolders, files: Iterable[tuple[str, bytes]]) -> None:
        self._words: dict[bytes, set[bytes]] = {}
        """Words of the file that defines a macro."""
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
        """Whether one of the macros in a file may be used where no model is seen to call it."""
        defined = _DEFINED.findall(text)
        return not defined or any(name in self._hidden for name in defined)

    def _reached(self, words: set[bytes]) -> set[bytes]:
        """Macros that words name, and those that these name.

        A macro of an adapter (`duckdb__hash`) is used where the one that chooses it is (`hash`),
        which must be the project's own: dbt's are called by dbt.
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
