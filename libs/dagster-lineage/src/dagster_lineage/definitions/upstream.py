"""Depending on another project's table without importing that project.

```python
from dagster_lineage.definitions import upstream

SUMMARY = upstream("marts_dbt", "daily_order_summary", columns={"order_date": "date"})

@dg.asset(deps=[SUMMARY.dep])
def predicted_orders(warehouse): ...
```

The producer's committed `interface.json` answers, so neither dbt nor the producer's code is needed.
A wrong project, model or column fails when the definitions load, with the nearest right name.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import dagster as dg

from dagster_lineage.files.interface_files import InterfaceUnreadable, read_interface
from dagster_lineage.files.settings import Settings, read_settings
from dagster_lineage.model import Asset, Interface, key_path
from dagster_lineage.model.errors import LineageError
from dagster_lineage.model.nearest_names import did_you_mean, nearest_name

INTERFACES = "LINEAGE_INTERFACES"
"""Environment variable: the repository's root, for code that is installed outside of it."""
LOCKING = "LINEAGE_LOCKING"
"""Environment variable that `lineage lock` sets: a wrong name becomes a key that nobody makes, so
that the location loads and the mistake is reported as every other one."""
MODEL_METADATA = "lineage/model"
COLUMNS_METADATA = "lineage/columns"
PLACE_METADATA = "lineage/at"


class UpstreamUnknown(LineageError):
    """No project, model or column of that name, or no interface to ask."""


@dataclass(frozen=True)
class Upstream:
    """A table of another project, and the columns of it that are read.

    Attributes:
        project: Who makes it.
        model: Its name there.
        key: Its asset key.
        columns: What is read, by name; the type that the reader relies on, or "" for any.
        declared_at: Only for `lineage lock`: absolute `file:line` of the declaration.
    """

    project: str
    model: str
    key: dg.AssetKey
    columns: Mapping[str, str] = field(default_factory=dict)
    declared_at: str = field(default="", compare=False)

    @property
    def dep(self) -> dg.AssetDep:
        """For `deps=[…]`: the key, and for `lineage lock` the columns that are read."""
        return dg.AssetDep(
            self.key,
            metadata=_Aside(
                {
                    MODEL_METADATA: f"{self.project}/{self.model}",
                    COLUMNS_METADATA: {
                        name: {"type": type_} if type_ else {}
                        for name, type_ in self.columns.items()
                    },
                    **({PLACE_METADATA: self.declared_at} if self.declared_at else {}),
                }
            ),
        )


class _Aside(dict[str, object]):
    """What Dagster passes on and does not look at: as a condition it is empty.

    Dagster wants the metadata of all dependencies on one foreign key to be identical or empty
    (`resolve_assets_def_deps`, dagster 1.13.27), and here each reader names its own columns: two
    assets of a project that read one table in different ways would not load.
    """

    def __bool__(self) -> bool:
        return False


def get_asset_key_for_model(project: str, model: str) -> dg.AssetKey:
    """The key of another project's model, seed, snapshot or Python asset.

    The twin of dagster-dbt's function of that name, which needs the other project's definitions.

    Args:
        project: The producer's name: its folder's.
        model: The dbt model's name (`orders`, or `orders.v2` for a version), or the last part of
            a Python asset's key.

    Raises:
        UpstreamUnknown: there is none; the message names the nearest.
    """
    root = repository_root(Path(_caller().f_code.co_filename))
    return _key(root, project, model)


def upstream(project: str, model: str, columns: Iterable[str] | Mapping[str, str] = ()) -> Upstream:
    """Declare that columns of another project's table are read.

    Args:
        project: As for `get_asset_key_for_model`.
        model: As for `get_asset_key_for_model`.
        columns: Names of columns; or by name the type that the reader relies on, as the producer
            spells it or a compatible one. `lineage check` compares types, and finds the reader
            when a column goes away.

    Raises:
        UpstreamUnknown: no such project, model or column; the message names the nearest.
    """
    caller = _caller()
    root = repository_root(Path(caller.f_code.co_filename))
    wanted = dict(columns) if isinstance(columns, Mapping) else dict.fromkeys(columns, "")
    key = _key(root, project, model)
    if os.environ.get(LOCKING):
        place = f"{caller.f_code.co_filename}:{caller.f_lineno}"
        return Upstream(project, model, key, wanted, place)
    asset = _asset(_interface(root, project), model)
    known = {name.casefold() for name in asset.columns}
    for name in wanted:
        if asset.columns_known and name.casefold() not in known:
            raise UpstreamUnknown(
                f"`{asset.key}` of {project} has no column `{name}`: "
                f"{did_you_mean(name, asset.columns)}"
            )
    return Upstream(project, model, key, wanted)


def repository_root(start: Path) -> Path:
    """The folder whose `pyproject.toml` has `[tool.lineage]`, at or above a file.

    Raises:
        UpstreamUnknown: none is there and `LINEAGE_INTERFACES` names none.
    """
    named = os.environ.get(INTERFACES)
    if named:
        return Path(named)
    for folder in (*start.resolve().parents, Path.cwd(), *Path.cwd().parents):
        settings = folder / "pyproject.toml"
        if settings.is_file() and b"[tool.lineage" in settings.read_bytes():
            return folder
    raise UpstreamUnknown(
        f"No pyproject.toml with [tool.lineage] at or above {start} or the working directory: the "
        f"interfaces of other projects cannot be found. Set {INTERFACES} to the repository's root."
    )


def _caller() -> FrameType:
    """Where a public function of this module was called."""
    return sys._getframe(2)  # noqa: SLF001 - inspect.stack reads source files, this does not


def _key(root: Path, project: str, model: str) -> dg.AssetKey:
    try:
        return dg.AssetKey(list(key_path(_asset(_interface(root, project), model).key)))
    except UpstreamUnknown:
        if os.environ.get(LOCKING):
            return dg.AssetKey([*_space(root, project, model), model])
        raise


def _space(root: Path, project: str, model: str) -> list[str]:
    """The parts of a key before its last one that a project would give a model it does not make.

    Those of its model with the nearest name, else of most: under another prefix the mistake would
    look like a table of a system that nobody has asked.
    """
    try:
        assets = [asset for asset in _interface(root, project).assets if asset.executable]
    except UpstreamUnknown:
        return [project]
    spaces = {asset.name or key_path(asset.key)[-1]: key_path(asset.key)[:-1] for asset in assets}
    near = nearest_name(model, spaces)
    most = Counter(spaces.values()).most_common(1)
    return list(spaces[near] if near else most[0][0]) if most else [project]


def _interface(root: Path, project: str) -> Interface:
    names = []
    for file in _interface_files(root, read_settings(root)):
        if project in (file.parent.name, file.stem):
            try:
                return read_interface(file)
            except InterfaceUnreadable as error:
                raise UpstreamUnknown(str(error)) from error
        names.append(file.parent.name)
    raise UpstreamUnknown(
        f"No interface of project `{project}` under {root}: {did_you_mean(project, names)} Write "
        f"the interface of a new project with `lineage lock {project}`."
    )


def _interface_files(root: Path, settings: Settings) -> list[Path]:
    return sorted(file for pattern in settings.interfaces for file in root.glob(pattern))


def _asset(interface: Interface, model: str) -> Asset:
    named: dict[str, Asset] = {}
    for asset in interface.assets:
        if not asset.executable:
            continue
        named.setdefault(asset.name or key_path(asset.key)[-1], asset)
        if asset.version:
            named[f"{asset.name}.v{asset.version}"] = asset
            if asset.version == asset.latest_version:
                named[asset.name] = asset
    if model in named:
        return named[model]
    raise UpstreamUnknown(
        f"{interface.project} has no model or asset `{model}`: {did_you_mean(model, named)} If it "
        f"is new, write the interface again: `lineage lock {interface.project}`."
    )
