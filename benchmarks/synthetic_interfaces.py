"""Interfaces of a large repository without faults, as `lineage lock` writes them."""

from __future__ import annotations

from pathlib import Path

from dagster_lineage.files.interface_files import FILE_NAME, encode
from dagster_lineage.model import (
    SCHEMA_VERSION,
    Asset,
    Check,
    Column,
    Expected,
    Interface,
    Read,
    Source,
    column_of,
    split_place,
)

COLUMNS = (
    ("id", "bigint"),
    ("customer_id", "bigint"),
    ("status", "varchar"),
    ("amount", "decimal(12,2)"),
    ("quantity", "integer"),
    ("is_first", "boolean"),
    ("country_code", "varchar"),
    ("created_at", "timestamp with time zone"),
    ("updated_at", "timestamp with time zone"),
    ("order_date", "date"),
)
SOURCES = 20
"""Models of each project that read another project's."""


def write_interfaces(root: Path, *, projects: int, models: int) -> int:
    """Write interface files into `root/projects/*`, and empty files at the paths that they name.

    Args:
        root: An existing folder.
        projects: Number of projects; each reads from up to three earlier ones.
        models: Number of models of each project.

    Returns:
        Total size of the interface files in bytes.
    """
    written = 0
    for number in range(projects):
        folder = root / "projects" / _project(number)
        folder.mkdir(parents=True)
        facts = interface(number, models)
        text = encode(facts)
        (folder / FILE_NAME).write_bytes(text)
        _touch_files(folder, facts)
        written += len(text)
    return written


def interface(number: int, models: int) -> Interface:
    """Return the interface of one project."""
    sources = tuple(_source(number, place, models) for place in range(SOURCES if number else 0))
    assets = tuple(_model(number, place, sources) for place in range(models))
    return Interface(
        schema_version=SCHEMA_VERSION,
        project=_project(number),
        dialect="duckdb",
        dbt_project=_project(number),
        assets=assets,
        sources=tuple(sorted(sources, key=lambda one: one.name)),
    )


def _touch_files(folder: Path, facts: Interface) -> None:
    places = [place for asset in facts.assets for place in (asset.at, asset.described_at)]
    for place in {*places, *(source.at for source in facts.sources)}:
        file = folder / split_place(place)[0]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()


def _model(number: int, place: int, sources: tuple[Source, ...]) -> Asset:
    project, name = _project(number), _name(place)
    if place < len(sources):
        source = sources[place]
        upstream = [source.key]
        reads = [_read(source.key, source.at, "source", source.name)]
    else:
        ups = sorted({place // 2, place - 1} if place else set())
        upstream = [f"{project}/{_name(up)}" for up in ups]
        reads = [
            _read(key, f"models/{_layer(place)}/{name}.sql:{3 + line}", "ref")
            for line, key in enumerate(upstream)
        ]
    public = _layer(place) == "marts"
    return Asset(
        key=f"{project}/{name}",
        kind="model",
        at=f"models/{_layer(place)}/{name}.sql:1",
        described_at=f"models/{_layer(place)}/{_layer(place)}.yml:{3 + 40 * place}",
        relation=f"{project}.{project}.{name}",
        name=name,
        package=project,
        unique_id=f"model.{project}.{name}",
        group=project,
        owners=(f"team:{project}",),
        access="public" if public else "protected",
        contract=public,
        materialized="table",
        columns={
            column: Column(
                type=kind,
                not_null=index < 2,
                unique=index == 0,
                derived_from=tuple(sorted(column_of(key, column) for key in upstream)),
                copy=len(upstream) == 1,
                line=8 + 40 * place + 3 * index,
            )
            for index, (column, kind) in enumerate(COLUMNS)
        },
        columns_known=True,
        reads=tuple(sorted(reads, key=lambda one: one.key)),
        checks=tuple(
            Check(
                name=f"{kind}_{name}_id",
                at=f"models/{_layer(place)}/{_layer(place)}.yml:{9 + 40 * place}",
                kind=kind,
                columns=("id",),
                blocking=True,
            )
            for kind in ("not_null", "unique")
        ),
    )


def _source(number: int, place: int, models: int) -> Source:
    other = max(number - 1 - place % 3, 0)
    name = _name(models - 1 - place)
    return Source(
        name=f"{_project(other)}.{name}",
        key=f"{_project(other)}/{name}",
        at=f"models/staging/sources.yml:{5 + 30 * place}",
        key_at=f"models/staging/sources.yml:{9 + 30 * place}",
        key_origin="table",
        relation=f"{_project(other)}.{_project(other)}.{name}",
        columns={
            column: Expected(type=kind, not_null=index < 2, unique=index == 0, line=10 + 30 * place)
            for index, (column, kind) in enumerate(COLUMNS)
        },
        package=_project(number),
    )


def _read(key: str, at: str, via: str, source: str = "") -> Read:
    names = tuple(sorted(column for column, _ in COLUMNS))
    if via == "source":
        return Read(key=key, at=at, via="source", source=source, queried=True, columns=names)
    return Read(key=key, at=at, via="ref", queried=True, columns=names)


def _project(number: int) -> str:
    return f"domain_{number:02}"


def _layer(place: int) -> str:
    return ("staging", "intermediate", "marts")[min(place // 35, 2)]


def _name(place: int) -> str:
    return f"{_layer(place)[:3]}_customer_orders_{place:03}"
