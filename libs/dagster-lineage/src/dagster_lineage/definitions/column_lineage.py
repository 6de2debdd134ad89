"""Columns and their origins in Dagster, from the committed interfaces.

```python
import dagster as dg
from dagster_lineage.definitions import with_column_lineage

defs = with_column_lineage(dg.Definitions(assets=[...]))
```
"""

from __future__ import annotations

import inspect
import logging
import os
from collections.abc import Iterable
from pathlib import Path

import dagster as dg

from dagster_lineage.definitions.calling_code import (
    INTERFACES,
    LOCKING,
    place_of_call,
    repository_of,
)
from dagster_lineage.definitions.column_metadata import with_columns
from dagster_lineage.files.interface_files import matching_files, read_interface
from dagster_lineage.files.settings import read_settings
from dagster_lineage.model import Asset, key_text
from dagster_lineage.model.errors import LineageError

_log = logging.getLogger(__name__)


def with_column_lineage(definitions: dg.Definitions) -> dg.Definitions:
    """Return definitions whose assets have the columns and origins of the committed interfaces.

    Every asset that an interface describes gets the metadata `dagster/column_schema` and
    `dagster/column_lineage`, over all projects. What the code declares is kept. Nothing but the
    `interface.json` files is read.

    The code location always loads: an asset that no interface describes stays as it is, and a file
    that is missing or cannot be read is a warning in the log. `lineage lock --check` reports
    interfaces that differ from the code.

    Args:
        definitions: The definitions of a code location, with assets of any kind.
    """
    # `lineage lock` needs what the code declares, without the content of an earlier interface.
    if os.environ.get(LOCKING):
        return definitions
    file, _ = place_of_call()
    assets = list(definitions.assets or ())
    # Without keys, it defines asset checks.
    produced = [one for one in assets if isinstance(one, dg.AssetsDefinition) and one.keys]
    described = _described((key for one in produced for key in one.keys), file)
    if not described:
        return definitions

    def complete(spec: dg.AssetSpec) -> dg.AssetSpec:
        asset = described.get(key_text(tuple(spec.key.path)))
        return with_columns(spec, asset) if asset else spec

    # `Definitions.map_asset_specs` is a preview, and does not accept source assets.
    parameters = inspect.signature(dg.Definitions).parameters
    fields = {name: getattr(definitions, name) for name in parameters}
    mapped = {id(one): one.map_asset_specs(complete) for one in produced}
    fields["assets"] = [mapped.get(id(one), one) for one in assets]
    return dg.Definitions(**fields)


def _described(keys: Iterable[dg.AssetKey], file: Path) -> dict[str, Asset]:
    """Return the assets with these keys, from the interfaces in the repository of a file."""
    root = repository_of(file)
    missing = {key_text(tuple(key.path)) for key in keys}
    if not missing:
        return {}
    found: dict[str, Asset] = {}
    warnings = []
    try:
        files = _nearest_first(matching_files(root, read_settings(root).interfaces), file)
    except LineageError as error:
        files = []
        warnings.append(str(error))
    for one in files:
        try:
            interface = read_interface(one)
        except LineageError as error:
            warnings.append(str(error))
            continue
        for asset in interface.assets:
            if asset.key in missing and asset.executable:
                missing.remove(asset.key)
                found[asset.key] = asset
        if not missing:
            break
    if not found and not warnings:
        warnings.append(
            f"no interface in {root} describes an asset of {file}. Write it with `lineage lock`, "
            f"or set {INTERFACES} to the root of the repository."
        )
    for warning in warnings:
        _log.warning("Assets without column lineage: %s", warning)
    return found


def _nearest_first(files: Iterable[Path], file: Path) -> list[Path]:
    """Return interface files sorted: those in a folder above a file first, the nearest first."""
    above = list(file.resolve().parents)
    distances = {folder: distance for distance, folder in enumerate(above)}
    return sorted(files, key=lambda one: distances.get(one.resolve().parent, len(above)))
