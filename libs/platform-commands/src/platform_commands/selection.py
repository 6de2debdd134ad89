"""Dagster's asset selection syntax, resolved over all code locations."""

from __future__ import annotations

import re
import warnings
from collections.abc import Set as AbstractSet

from dagster import AssetSelection, BetaWarning, DagsterError, DagsterInvalidSubsetError

from dagster_lineage.api import did_you_mean
from platform_commands.asset_graph import AssetName
from platform_commands.dagster_internals.workspace import LoadedWorkspace
from platform_commands.errors import InvalidSelection

EVERYTHING = "*"
_QUOTED_KEY = re.compile(r'key:\s*"([^"]*)"')
_BARE_KEY = re.compile(r'[^\s"()+,*:]+/[^\s"()+,*:]+')
_SYNTAX = (
    'Examples: *   schema/table   key:"schema/*"   +key:"schema/table" (and everything upstream)   '
    'key:"schema/table"+ (and everything downstream)   code_location:name   group:name   '
    'owner:"team:name"   tag:name=value   kind:name. Combine them with and, or, not and '
    'parentheses; a key is then written key:"schema/table".'
)


def selected_assets(selection: str, workspace: LoadedWorkspace) -> AbstractSet[AssetName]:
    """Return the names of the assets that a selection contains.

    Args:
        selection: In Dagster's syntax (https://docs.dagster.io/guides/build/assets/asset-selection-syntax).
        workspace: The loaded code locations.

    Raises:
        InvalidSelection: The selection cannot be parsed, names an asset that does not exist, or
            contains no asset.
    """
    graph = workspace.dagster_graph
    known = {key.to_user_string() for key in graph.get_all_asset_keys()}
    hint = _hint(selection, known)
    with warnings.catch_warnings():
        # Dagster itself uses a parameter that is in beta.
        warnings.simplefilter("ignore", BetaWarning)
        try:
            parsed = AssetSelection.from_string(selection)
        except DagsterError as error:
            raise InvalidSelection(
                f"The selection {selection!r} cannot be parsed.{hint} {_SYNTAX}"
            ) from error
        try:
            keys = parsed.resolve(graph)
        except DagsterInvalidSubsetError as error:
            raise InvalidSelection(
                f"The selection {selection!r} names an asset that no code location produces.{hint}"
            ) from error
    if not keys:
        raise InvalidSelection(f"The selection {selection!r} contains no asset.{hint}")
    return {key.to_user_string() for key in keys}


def _hint(selection: str, known: AbstractSet[AssetName]) -> str:
    """Return a hint on the first name in the selection that does not exist, or an empty text."""
    quoted = [name for name in _QUOTED_KEY.findall(selection) if "*" not in name]
    bare = [] if quoted else _BARE_KEY.findall(selection) or [selection.strip("+* ")]
    for name in [*quoted, *bare]:
        if name not in known:
            return f" {name}: {did_you_mean(name, sorted(known))}"
    return ""
