"""Dependencies on another project's table, without importing that project.

```python
from dagster_lineage.definitions import upstream

SUMMARY = upstream("marts_dbt", "daily_order_summary", columns={"order_date": "date"})

@dg.asset(deps=[SUMMARY.dep])
def predicted_orders(warehouse): ...
```

Keys and columns are read from the producer's committed `interface.json`, so neither dbt nor the
producer's code is needed. A wrong project, model or column fails when the definitions load.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg

from dagster_lineage.definitions.calling_code import (
    INTERFACES,
    LOCKING,
    place_of_call,
    repository_of,
)
from dagster_lineage.files.interface_files import (
    InterfaceUnreadable,
    matching_files,
    read_interface,
)
from dagster_lineage.files.settings import read_settings
from dagster_lineage.model import Asset, Interface, key_path
from dagster_lineage.model.errors import LineageError
from dagster_lineage.model.nearest_names import did_you_mean, nearest_name

MODEL_METADATA = "lineage/model"
COLUMNS_METADATA = "lineage/columns"
PLACE_METADATA = "lineage/at"


class UpstreamUnknown(LineageError):
    """A project, model or column does not exist, or there is no interface to find it in."""


@dataclass(frozen=True)
class Upstream:
    """A table of another project, and the columns of it that are read."""

    project: str
    """Name of the producer."""
    model: str
    """Name of the table in the producer."""
    key: dg.AssetKey
    columns: Mapping[str, str] = field(default_factory=dict)
    """The columns that are read, with the type that the reader relies on, or "" for any type."""
    first_partition: date | None = None
    """Day of the producer's first partition; None without partitions by time."""
    declared_at: str = field(default="", compare=False)
    """Absolute `file:line` of the declaration; empty unless `lineage lock` loads it."""

    @property
    def dep(self) -> dg.AssetDep:
        """The dependency for `deps=[…]`: its key, and for `lineage lock` the columns."""
        metadata = _UncomparedMetadata(
            {
                MODEL_METADATA: f"{self.project}/{self.model}",
                COLUMNS_METADATA: {
                    name: {"type": type_} if type_ else {} for name, type_ in self.columns.items()
                },
            }
        )
        if self.declared_at:
            metadata[PLACE_METADATA] = self.declared_at
        return dg.AssetDep(self.key, metadata=metadata)


class _UncomparedMetadata(dict[str, object]):
    """Metadata that is false as a condition, so that Dagster does not compare it.

    Dagster requires the metadata of all dependencies on one external key to be identical or empty
    (`resolve_assets_def_deps`, Dagster 1.13.27). Here each reader names its own columns, and two
    assets that read different columns of a table would not load.
    """

    def __bool__(self) -> bool:
        return False


def get_asset_key_for_model(project: str, model: str) -> dg.AssetKey:
    """Return the asset key of another project's model, seed, snapshot or Python asset.

    Like the function of dagster-dbt with this name, but without the other project's definitions.

    Args:
        project: Name of the producer: that of its folder.
        model: Name of the dbt model (`orders`, or `orders.v2` for a version), or the last part of
            a Python asset's key.

    Raises:
        UpstreamUnknown: it does not exist. The message names the nearest one.
    """
    file, _ = place_of_call()
    return _find(project, model, file)[0]


def upstream(project: str, model: str, columns: Iterable[str] | Mapping[str, str] = ()) -> Upstream:
    """Declare that columns of another project's table are read.

    Args:
        project: See `get_asset_key_for_model`.
        model: See `get_asset_key_for_model`.
        columns: Names of columns, or a mapping with the types that the reader relies on. A type
            that is compatible with the producer's is accepted. `lineage check` compares them, and
            reports the reader when a column is removed.

    Raises:
        UpstreamUnknown: the project, model or column does not exist. The message names the nearest
            one.
    """
    file, line = place_of_call()
    key, asset = _find(project, model, file)
    wanted = dict(columns) if isinstance(columns, Mapping) else dict.fromkeys(columns, "")
    if os.environ.get(LOCKING):
        return Upstream(project, model, key, wanted, declared_at=f"{file}:{line}")
    if asset is not None and asset.columns_known:
        known = {name.casefold() for name in asset.columns}
        for name in wanted:
            if name.casefold() not in known:
                hint = did_you_mean(name, asset.columns)
                raise UpstreamUnknown(
                    f"`{asset.key}` of the project `{project}` has no column `{name}`: {hint}"
                )
    return Upstream(project, model, key, wanted, _first_partition(asset))


def _first_partition(asset: Asset | None) -> date | None:
    """Return the day on which the first partition of an asset starts."""
    partitions = asset.partitions if asset is not None else None
    if partitions is None or not partitions.start:
        return None
    start = datetime.fromisoformat(partitions.start)
    return start.astimezone(ZoneInfo(partitions.timezone or "UTC")).date()


def _find(project: str, model: str, file: Path) -> tuple[dg.AssetKey, Asset | None]:
    """Return the key and the asset of a model; while locking, an unresolved key for a wrong name.

    Args:
        project: Name of the producer.
        model: Name of the model.
        file: File of the caller, in whose repository the interface is.
    """
    # While locking, the code location loads and the mistake is reported as a finding.
    locking = bool(os.environ.get(LOCKING))
    try:
        interface, interface_file = _interface(repository_of(file), project)
    except UpstreamUnknown:
        if not locking:
            raise
        return dg.AssetKey([project, model]), None
    models = _models(interface)
    if model in models:
        return dg.AssetKey(list(key_path(models[model].key))), models[model]
    if locking:
        return dg.AssetKey([*_likely_prefix(models, project, model), model]), None
    raise UpstreamUnknown(
        f"The project `{project}` has no model or asset `{model}`: {did_you_mean(model, models)} "
        f"Its interface is {interface_file}; if the model is new, write it again with "
        f"`lineage lock {project}`."
    )


def _interface(root: Path, project: str) -> tuple[Interface, Path]:
    """Return the interface of a project, and its file."""
    patterns = read_settings(root).interfaces
    files = matching_files(root, patterns)
    # The file of the project first: `<project>/interface.json`, `…/interface.<project>.json`, or
    # `interfaces/<project>.json`.
    files.sort(key=lambda one: project not in (one.parent.name, *one.name.split(".")))
    projects = []
    for file in files:
        try:
            interface = read_interface(file)
        except InterfaceUnreadable as error:
            raise UpstreamUnknown(str(error)) from error
        if interface.project == project:
            return interface, file
        projects.append(interface.project)
    raise UpstreamUnknown(
        f"No interface in {root} is that of a project `{project}`: "
        f"{did_you_mean(project, projects)} Write the interface of a new project with "
        f"`lineage lock {project}`; if the root of the repository is elsewhere, set {INTERFACES}."
    )


def _models(interface: Interface) -> dict[str, Asset]:
    """Return the assets of a project by the names that `upstream` accepts."""
    models: dict[str, Asset] = {}
    for asset in interface.assets:
        if not asset.executable:
            continue
        models.setdefault(asset.name or key_path(asset.key)[-1], asset)
        if asset.version:
            models[f"{asset.name}.v{asset.version}"] = asset
            if asset.version == asset.latest_version:
                models[asset.name] = asset
    return models


def _likely_prefix(models: Mapping[str, Asset], project: str, model: str) -> tuple[str, ...]:
    """Return the prefix that the key of an unknown model of a project would have.

    It is that of the model with the nearest name, or else of most models. With another prefix, the
    mistake would be reported as a table of a system without a code location.
    """
    prefixes = {name: key_path(asset.key)[:-1] for name, asset in models.items()}
    near = nearest_name(model, prefixes)
    most = Counter(prefixes.values()).most_common(1)
    return prefixes[near] if near else most[0][0] if most else (project,)
