"""The result of `lineage impact` in both directions."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from msgspec.structs import replace

from dagster_lineage.analyze.impact.downstream import Starts, downstream
from dagster_lineage.analyze.impact.results import (
    How,
    Impact,
    ImpactAsset,
    ImpactCheck,
    ImpactExposure,
    ImpactJob,
)
from dagster_lineage.analyze.impact.upstream import upstream
from dagster_lineage.model import Check, LineageGraph, LocatedAsset, column_of

Columns = dict[str, "frozenset[str] | None"]
"""Affected columns by key, folded; None for all."""


def consequences(graph: LineageGraph, starts: Starts) -> Impact:
    """Return everything that a change of the targets can affect."""
    hits = downstream(graph, starts)
    found = [
        replace(
            _asset(hit.key, hit.producer, hit.how),
            columns=tuple(name for name in hit.producer.asset.columns if name in hit.columns),
            via=f"{hit.via}#{hit.via_column}" if hit.via_column else hit.via,
            distance=hit.distance,
        )
        for hit in hits.values()
        if hit.key not in starts
    ]
    assets = _with_starts(graph, starts, found)
    affected = {one.key: _folded(one) for one in assets}
    exposures = _exposures(graph, affected)
    return Impact(
        direction="downstream",
        starts=_names(starts),
        assets=assets,
        checks=_checks(graph, affected),
        exposures=exposures,
        jobs=_jobs(graph, {one.key for one in assets if one.how != "start"}),
        projects=_sorted([one.project for one in found] + [one.project for one in exposures]),
        owners=_sorted(
            [owner for one in found for owner in one.owners] + [one.owner for one in exposures]
        ),
        edges=_edges(graph, affected.keys()),
    )


def origins(graph: LineageGraph, starts: Starts) -> Impact:
    """Return everything from which the targets are computed."""
    found = []
    for origin in upstream(graph, starts).values():
        if origin.key in starts:
            continue
        spelled = origin.producer.asset.columns if origin.producer else ()
        names = {name.casefold(): name for name in spelled}
        found.append(
            replace(
                _asset(
                    origin.key,
                    origin.producer,
                    "unknown" if origin.whole else "value" if origin.columns else "rows",
                ),
                columns=_sorted(names.get(one, one) for one in origin.columns),
                row_columns=_sorted(names.get(one, one) for one in origin.row_columns),
                via=origin.via,
                distance=origin.distance,
                last=origin.last,
            )
        )
    assets = _with_starts(graph, starts, found)
    return Impact(
        direction="upstream",
        starts=_names(starts),
        assets=assets,
        projects=_sorted(one.project for one in found),
        owners=_sorted(owner for one in found for owner in one.owners),
        edges=_edges(graph, {one.key for one in assets}),
    )


def _with_starts(
    graph: LineageGraph, starts: Starts, found: list[ImpactAsset]
) -> tuple[ImpactAsset, ...]:
    """Return the targets, then the assets that were found, the nearest first."""
    targets = [
        replace(
            _asset(key, graph.producer(key) or next(iter(graph.declared.get(key, ())), None)),
            columns=_sorted(starts[key] or ()),
        )
        for key in sorted(starts)
    ]
    return (*targets, *sorted(found, key=lambda one: (one.distance, one.key)))


def _asset(key: str, producer: LocatedAsset | None, how: How = "start") -> ImpactAsset:
    if producer is None:
        return ImpactAsset(key=key, project="", how=how)
    file, line = producer.place
    return ImpactAsset(
        key=key,
        project=producer.where.project,
        how=how,
        owners=producer.asset.owners,
        file=file,
        line=line,
        automation=producer.asset.automation,
    )


def _folded(asset: ImpactAsset) -> frozenset[str] | None:
    """Return the affected columns, folded; None for all."""
    if not asset.columns:
        return None
    return frozenset(column.casefold() for column in asset.columns)


def _checks(graph: LineageGraph, affected: Columns) -> tuple[ImpactCheck, ...]:
    """Return the checks of affected assets; of affected columns, where both are known."""

    def covers(key: str, check: Check) -> bool:
        columns = affected[key]
        if columns is None or not check.columns:
            return True
        return not columns.isdisjoint(column.casefold() for column in check.columns)

    found = [
        (producer.where.project, producer.asset.key, check)
        for producer in graph.assets()
        if producer.asset.key in affected
        for check in producer.asset.checks
    ] + [
        (where.project, source.key, check)
        for where, source in graph.sources()
        if source.key in affected
        for check in source.checks
    ]
    assets = {
        (project, key, check.name): ImpactCheck(
            name=check.name,
            key=key,
            project=project,
            columns=check.columns,
            blocking=check.blocking,
        )
        for project, key, check in found
        if covers(key, check)
    }
    return tuple(assets[place] for place in sorted(assets))


def _exposures(graph: LineageGraph, affected: Columns) -> tuple[ImpactExposure, ...]:
    return tuple(
        ImpactExposure(
            name=exposure.name,
            project=where.project,
            type=exposure.type,
            owner=exposure.owner,
            reads=tuple(key for key in exposure.reads if key in affected),
        )
        for where in graph.located
        for exposure in where.interface.exposures
        if any(key in affected for key in exposure.reads)
    )


def _jobs(graph: LineageGraph, affected: set[str]) -> tuple[ImpactJob, ...]:
    return tuple(
        ImpactJob(
            name=job.name,
            kind=job.kind,
            project=where.project,
            cron=job.cron,
            targets=tuple(key for key in job.targets if key in affected),
        )
        for where in graph.located
        for job in where.interface.jobs
        if any(key in affected for key in job.targets)
    )


def _edges(graph: LineageGraph, keys: Collection[str]) -> tuple[tuple[str, str], ...]:
    return tuple(
        sorted(
            {
                (key, edge.reader.key)
                for key in keys
                for edge in graph.readers.get(key, ())
                if edge.reader.key in keys
            }
        )
    )


def _names(starts: Starts) -> tuple[str, ...]:
    return tuple(
        name
        for key in sorted(starts)
        for name in (column_of(key, one) if one else key for one in sorted(starts[key] or {""}))
    )


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names) - {""}))
