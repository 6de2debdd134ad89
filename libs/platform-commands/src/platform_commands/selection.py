"""Dagster's asset selection syntax, resolved over all code locations."""

from __future__ import annotations

import re
import warnings
from collections.abc import Set as AbstractSet

from dagster import AssetSelection, BetaWarning
from dagster._core.definitions.asset_selection import DagsterInvalidAssetSelectionError
from dagster._core.definitions.assets.graph.remote_asset_graph import RemoteWorkspaceAssetGraph
from dagster._core.errors import DagsterInvalidSubsetError

from platform_commands.errors import SelectionWrong, did_you_mean
from platform_commands.graph import AssetName

EVERYTHING = "*"
_KEY_IN_QUOTES = re.compile(r'key:\s*"([^"]*)"')
_WORD = re.compile(r'[^\s"()+,*:]+/[^\s"()+,*:]+')
_WAYS = (
    'Ways to select: *   schema/table   key:"schema/*"   +key:"schema/table" (with all upstream)   '
    'key:"schema/table"+ (with all downstream)   code_location:name   group:name   '
    'owner:"team:name"   tag:name=value   kind:name. They are joined by and, or, not and '
    'parentheses; an asset is then written key:"schema/table".'
)


def resolve(selection: str, graph: RemoteWorkspaceAssetGraph) -> AbstractSet[AssetName]:
    """The names of the assets that a selection means.

    Args:
        selection: In Dagster's syntax (https://docs.dagster.io/guides/build/assets/asset-selection-syntax).
        graph: Dagster's graph over all code locations.

    Raises:
        SelectionWrong: it cannot be read, names an asset that there is not, or selects nothing.
    """
    known = {key.to_user_string() for key in graph.get_all_asset_keys()}
    try:
        with warnings.catch_warnings():
            # Dagster warns of its own use of a parameter in beta.
            warnings.simplefilter("ignore", BetaWarning)
            keys = AssetSelection.from_string(selection).resolve(graph)
    except DagsterInvalidAssetSelectionError as error:
        raise SelectionWrong(
            f"The selection {selection!r} cannot be read.{_hint(selection, known)} {_WAYS}"
        ) from error
    except DagsterInvalidSubsetError as error:
        raise SelectionWrong(
            f"The selection {selection!r} names an asset that no code location makes."
            f"{_hint(selection, known)}"
        ) from error
    if not keys:
        raise SelectionWrong(
            f"The selection {selection!r} selects no asset.{_hint(selection, known)}"
        )
    return {key.to_user_string() for key in keys}


def _hint(selection: str, known: AbstractSet[AssetName]) -> str:
    """The nearest asset to the first name in the selection that is not one."""
    quoted = [name for name in _KEY_IN_QUOTES.findall(selection) if "*" not in name]
    bare = [] if quoted else _WORD.findall(selection) or [selection.strip("+* ")]
    for name in [*quoted, *bare]:
        if name not in known:
            return did_you_mean(name, known)
    return ""
