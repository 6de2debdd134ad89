"""An answer of `lineage impact`: assets, and what hangs on them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

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


def consequences(graph: LineageGraph, starts: Starts) -> Impact:
    """Who is hurt if what is asked for changes."""
    hits = downstream(graph, starts)
    found = [
        _asset(
            hit.producer,
            hit.how,
            columns=tuple(name for name in hit.producer.asset.columns if name in hit.columns),
            via=f"{hit.via}#{hit.via_column}" if hit.via_column else hit.via,
            distance=hit.distance,
        )
        for hit in hits.values()
        if hit.key not in starts
    ]
    told = [*_starts(graph, starts), *sorted(found, key=lambda one: (one.distance, one.key))]
    hit_columns = {one.key: _folded(one) for one in told}
    exposures = _exposures(graph, hit_columns)
    return Impact(
        direction="downstream",
        starts=_names(starts),
        assets=tuple(told),
        checks=_checks(graph, hit_columns),
        exposures=exposures,
        jobs=_jobs(graph, {one.key for one in told if one.how != "start"}),
        projects=_sorted([one.project for one in found] + [one.project for one in exposures]),
        owners=_sorted(
            [owner for one in found for owner in one.owners] + [one.owner for one in exposures]
        ),
        edges=_edges(graph, hit_columns.keys()),
    )


def origins(graph: LineageGraph, starts: Starts) -> Impact:
    """Where what is asked for comes from."""
    found = []
    for origin in upstream(graph, starts).values():
        if origin.key in starts:
            continue
        how: How = "unknown" if origin.whole else "value" if origin.columns else "rows"
        spelled = list(origin.producer.asset.columns) if origin.producer else []
        names = {name.casefold(): name for name in spelled}
        asset = _asset(
            origin.producer,
            how,
            key=origin.key,
            columns=_sorted(names.get(one, one) for one in origin.columns),
            row_columns=_sorted(names.get(one, one) for one in origin.row_columns),
            via=origin.via,
            distance=origin.distance,
            last=origin.last,
        )
        found.append(asset)
    told = [*_starts(graph, starts), *sorted(found, key=lambda one: (one.distance, one.key))]
    return Impact(
        direction="upstream",
        starts=_names(starts),
        assets=tuple(told),
        projects=_sorted(one.project for one in found),
        owners=_sorted(owner for one in found for owner in one.owners),
        edges=_edges(graph, {one.key for one in told}),
    )


def _starts(graph: LineageGraph, starts: Starts) -> list[ImpactAsset]:
    return [
        _asset(
            graph.producer(key) or next(iter(graph.declared.get(key, ())), None),
            "start",
            key=key,
            columns=_sorted(starts[key] or ()),
        )
        for key in sorted(starts)
    ]


def _asset(
    producer: LocatedAsset | None,
    how: How,
    *,
    key: str = "",
    columns: tuple[str, ...] = (),
    row_columns: tuple[str, ...] = (),
    via: str = "",
    distance: int = 0,
    last: bool = False,
) -> ImpactAsset:
    file, line = producer.place if producer else ("", 0)
    return ImpactAsset(
        key=producer.asset.key if producer else key,
        project=producer.where.project if producer else "",
        how=how,
        columns=columns,
        row_columns=row_columns,
        via=via,
        distance=distance,
        owners=producer.asset.owners if producer else (),
        file=file,
        line=line,
        automation=producer.asset.automation if producer else "",
        last=last,
    )


def _folded(asset: ImpactAsset) -> frozenset[str] | None:
    """Columns that are hit, in folded letters; None for all."""
    if not asset.columns:
        return None
    return frozenset(column.casefold() for column in asset.columns)


def _checks(graph: LineageGraph, hit: dict[str, frozenset[str] | None]) -> tuple[ImpactCheck, ...]:
    """Checks of what is hit; of the hit columns, where both are known."""

    def looks(key: str, check: Check) -> bool:
        columns = hit[key]
        if columns is None or not check.columns:
            return True
        return not columns.isdisjoint(column.casefold() for column in check.columns)

    found = [
        (producer.where.project, producer.asset.key, check)
        for producer in graph.assets()
        if producer.asset.key in hit
        for check in producer.asset.checks
    ] + [
        (where.project, source.key, check)
        for where, source in graph.sources()
        if source.key in hit
        for check in source.checks
    ]
    told = {
        (project, key, check.name): ImpactCheck(
            name=check.name,
            key=key,
            project=project,
            columns=check.columns,
            blocking=check.blocking,
        )
        for project, key, check in found
        if looks(key, check)
    }
    return tuple(told[place] for place in sorted(told))


def _exposures(
    graph: LineageGraph, hit: dict[str, frozenset[str] | None]
) -> tuple[ImpactExposure, ...]:
    return tuple(
        ImpactExposure(
            name=exposure.name,
            project=where.project,
            type=exposure.type,
            owner=exposure.owner,
            reads=tuple(key for key in exposure.reads if key in hit),
        )
        for where in graph.located
        for exposure in where.interface.exposures
        if any(key in hit for key in exposure.reads)
    )


def _jobs(graph: LineageGraph, hit: set[str]) -> tuple[ImpactJob, ...]:
    return tuple(
        ImpactJob(
            name=job.name,
            kind=job.kind,
            project=where.project,
            cron=job.cron,
            targets=tuple(key for key in job.targets if key in hit),
        )
        for where in graph.located
        for job in where.interface.jobs
        if any(key in hit for key in job.targets)
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
