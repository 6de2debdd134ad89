"""The interface graphs at both ends of a comparison, from git's contents."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Mapping

from dagster_lineage.files.comparison import Comparison, FileState
from dagster_lineage.files.interface_files import decode
from dagster_lineage.files.path_patterns import matching
from dagster_lineage.model import Interface, LineageGraph, LocatedInterface


def graphs(comparison: Comparison, patterns: Iterable[str]) -> tuple[LineageGraph, LineageGraph]:
    """The graph at base and at head; an interface that did not change is the same object in both.

    Args:
        comparison: The two states.
        patterns: Of interface files, relative to the root.

    Raises:
        InterfaceUnreadable: a file is no interface; the message tells at which end.
    """
    wanted = tuple(patterns)
    # Thousands of small objects that all stay: the collector would only look at them in vain.
    collecting = gc.isenabled()
    gc.disable()
    try:
        known: dict[str, Interface] = {}
        base_paths = matching(comparison.base_files, wanted)
        head_paths = matching(comparison.head_files, wanted)
        base = _located(
            comparison.base_contents(base_paths), comparison.base_files, known, "at base"
        )
        head = _located(
            comparison.head_contents(head_paths), comparison.head_files, known, "at head"
        )
    finally:
        if collecting:
            gc.enable()
    return LineageGraph(base), LineageGraph(head)


def _located(
    texts: Mapping[str, bytes],
    files: Mapping[str, FileState],
    known: dict[str, Interface],
    when: str,
) -> list[LocatedInterface]:
    found = []
    for path, text in texts.items():
        blob = files[path].blob
        interface = known.get(blob) or decode(text, f"{path} ({when})")
        if blob:
            known[blob] = interface
        folder = interface.folder or path.rpartition("/")[0] or "."
        found.append(LocatedInterface(interface, folder, path))
    return found
