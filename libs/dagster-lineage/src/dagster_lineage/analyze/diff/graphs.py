"""The interface graphs at base and head of a comparison, read from git."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Mapping

from dagster_lineage.files.comparison import Comparison, FileState
from dagster_lineage.files.interface_files import InterfaceUnreadable, decode
from dagster_lineage.files.path_patterns import matching
from dagster_lineage.model import Interface, LineageGraph, LocatedInterface


def compared_graphs(
    comparison: Comparison,
    patterns: Iterable[str],
    unreadable: list[InterfaceUnreadable] | None = None,
) -> tuple[LineageGraph, LineageGraph]:
    """Return the graphs at base and head; an unchanged interface is the same object in both.

    Args:
        comparison: The files at base and head.
        patterns: Glob patterns of interface files, relative to the root.
        unreadable: Gets the errors of files that are not interfaces, which are left out. None: the
            first error is raised.

    Raises:
        InterfaceUnreadable: A file is not an interface. The message names the file and the end.
    """
    wanted = tuple(patterns)
    # Thousands of small objects are kept, so collecting would free nothing.
    collecting = gc.isenabled()
    gc.disable()
    try:
        known: dict[str, Interface] = {}
        base_paths = matching(comparison.base_files, wanted)
        head_paths = matching(comparison.head_files, wanted)
        base = _located(
            comparison.base_contents(base_paths),
            comparison.base_files,
            known,
            "at base",
            unreadable,
        )
        head = _located(
            comparison.head_contents(head_paths),
            comparison.head_files,
            known,
            "at head",
            unreadable,
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
    unreadable: list[InterfaceUnreadable] | None,
) -> list[LocatedInterface]:
    found = []
    for path, text in texts.items():
        blob = files[path].blob
        try:
            interface = known.get(blob) or decode(text, f"{path} ({when})")
        except InterfaceUnreadable as error:
            if unreadable is None:
                raise
            unreadable.append(error)
            continue
        if blob:
            known[blob] = interface
        folder = interface.folder or path.rpartition("/")[0] or "."
        found.append(LocatedInterface(interface, folder, path))
    return found
