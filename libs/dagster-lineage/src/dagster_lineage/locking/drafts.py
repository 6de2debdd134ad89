"""One code location's interface, all but its columns: definitions and manifests joined."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from msgspec.structs import replace

from dagster_lineage.dbt.manifest_graph import Code, ManifestGraph
from dagster_lineage.extraction.facts import AssetFacts, DependencyFacts, LocationFacts
from dagster_lineage.graph import (
    SCHEMA_VERSION,
    Asset,
    Check,
    Column,
    Expected,
    Exposure,
    Interface,
    Job,
    Read,
    Source,
    place,
    split_place,
)


@dataclass
class Draft:
    """An interface in the making.

    Attributes:
        name: Of the code location.
        project: Of the project.
        folder: Of the project, absolute.
        assets: By key.
        sources: By unique id of the manifest they are of.
        code: By key of the asset: the manifest's name, and its code there.
        manifests: By name.
        exposures: Of the manifests, those that read something of this location.
        jobs: Jobs, schedules and sensors.
        models: By reader's key and read key: `project/model`, as `upstream(…)` was asked.
        unreadable: Why the location could not be asked.
        unknown: What could not be known.
    """

    name: str
    project: str
    folder: Path
    assets: dict[str, Asset] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    code: dict[str, tuple[str, Code]] = field(default_factory=dict)
    manifests: Mapping[str, ManifestGraph] = field(default_factory=dict)
    exposures: tuple[Exposure, ...] = ()
    jobs: tuple[Job, ...] = ()
    models: dict[tuple[str, str], str] = field(default_factory=dict)
    unreadable: str = ""
    unknown: list[str] = field(default_factory=list)

    @property
    def dialect(self) -> str:
        """Of its dbt project; empty without one."""
        return next((one.dialect for one in self.manifests.values()), "")

    def interface(self) -> Interface:
        """The interface as it is written: sorted."""
        return Interface(
            schema_version=SCHEMA_VERSION,
            project=self.project,
            location="" if self.name == self.project else self.name,
            dialect=self.dialect,
            dbt_project=next((one.project for one in self.manifests.values()), ""),
            unreadable=self.unreadable,
            assets=tuple(self.assets[key] for key in sorted(self.assets)),
            sources=tuple(sorted(self.sources.values(), key=lambda one: (one.name, one.package))),
            exposures=tuple(sorted(self.exposures, key=lambda one: one.name)),
            jobs=tuple(sorted(self.jobs, key=lambda one: (one.kind, one.name))),
            unknown=tuple(sorted(set(self.unknown))),
        )


def draft_of(facts: LocationFacts, project: str, manifests: Mapping[str, ManifestGraph]) -> Draft:
    """Join what a location's definitions say with what its manifests say.

    Definitions are the truth about keys, dependencies, owners and checks; a manifest knows the
    rest of a dbt node. Stubs that Dagster made up for dependencies are left out.

    Args:
        facts: Of the location.
        project: Name of its project.
        manifests: By the name that the facts give them, places relative to `facts.folder`.
    """
    folder = Path(facts.folder)
    draft = Draft(
        name=facts.name,
        project=project,
        folder=folder,
        manifests=manifests,
        unreadable=facts.error,
        unknown=list(facts.notes),
    )
    visible = {check.unique_id for check in facts.checks if check.unique_id}
    for one in facts.assets:
        if one.stub:
            continue
        manifest = manifests.get(one.manifest)
        if manifest is not None and one.unique_id in manifest.assets:
            asset = _dbt_asset(draft, one, manifest, facts.manifests[one.manifest].other_keys)
            draft.code[one.key] = (one.manifest, manifest.code[one.unique_id])
        else:
            asset = _python_asset(one, folder)
        draft.assets[one.key] = asset
        for dependency in one.dependencies:
            if dependency.model:
                draft.models[one.key, dependency.key] = dependency.model
    _add_python_checks(draft, facts)
    for name, manifest in manifests.items():
        draft.unknown += [*manifest.notes, *facts.manifests[name].disagreements]
        _add_sources(draft, manifest)
        _add_tests(draft, manifest, visible)
        draft.exposures += _exposures(draft, manifest)
    every = {one.key for one in draft.assets.values() if one.executable}
    draft.jobs = tuple(
        Job(
            name=job.name,
            kind=job.kind if job.kind in ("schedule", "sensor") else "job",  # type: ignore[arg-type]
            at=relative(job.at, folder),
            cron=job.cron,
            targets=() if set(job.targets) >= every else tuple(sorted(job.targets)),
        )
        for job in facts.jobs
    )
    return draft


def draft_of_manifest(project: str, folder: Path, manifest: ManifestGraph) -> Draft:
    """The draft of a bare dbt manifest, without any definitions: keys come from a rule."""
    draft = Draft(name=project, project=project, folder=folder, manifests={project: manifest})
    for unique_id, asset in manifest.assets.items():
        draft.assets[asset.key] = asset
        if unique_id in manifest.code:
            draft.code[asset.key] = (project, manifest.code[unique_id])
    draft.sources.update(manifest.sources)
    # Nobody was asked which tests Dagster knows.
    draft.exposures = manifest.exposures
    draft.unknown += manifest.notes
    return draft


def relative(at: str, folder: Path) -> str:
    """An absolute place relative to a folder, with forward slashes; an empty one stays empty."""
    if not at:
        return ""
    file, line = split_place(at)
    if not Path(file).is_absolute():
        return at
    return place(Path(os.path.relpath(file, folder)).as_posix(), line)


def _dbt_asset(
    draft: Draft,
    facts: AssetFacts,
    manifest: ManifestGraph,
    other_keys: Mapping[str, tuple[str, ...]],
) -> Asset:
    asset = manifest.assets[facts.unique_id]
    other = {manifest.keys[one]: keys for one, keys in other_keys.items() if one in manifest.keys}
    return replace(
        asset,
        key=facts.key,
        kind=asset.kind if facts.executable else "external",
        group=facts.group,
        owners=facts.owners or asset.owners,
        partitions=facts.partitions,
        freshness=facts.freshness or asset.freshness,
        automation=facts.automation,
        reads=tuple(_reads(asset.reads, facts.dependencies, other, draft.folder, facts.key)),
        checks=(),
    )


def _reads(
    named: Iterable[Read],
    dependencies: Iterable[DependencyFacts],
    other: Mapping[str, tuple[str, ...]],
    folder: Path,
    own_key: str,
) -> Iterable[Read]:
    """The reads that dbt names, under the keys that Dagster gives them, then Dagster's others."""
    known = {one.key: one for one in dependencies}
    found: set[str] = set()
    for read in named:
        keys = (read.key, *other.get(read.key, ()))
        key = next((one for one in keys if one in known), read.key)
        mapping = known[key].partition_mapping if key in known else ""
        found.add(key)
        yield replace(read, key=key, declared=key in known, partition_mapping=mapping)
    for one in known.values():
        # dagster-dbt gives an incremental model a dependency on itself.
        if one.key not in found and one.key != own_key:
            yield _python_read(one, folder)


def _python_read(dependency: DependencyFacts, folder: Path) -> Read:
    columns = dependency.columns
    return Read(
        key=dependency.key,
        at=relative(dependency.at, folder),
        via="python",
        partition_mapping=dependency.partition_mapping,
        columns=None if columns is None else tuple(sorted(columns)),
        expects={
            name: Expected(
                type=str(said.get("type", "")),
                not_null=bool(said.get("not_null")),
                unique=bool(said.get("unique")),
            )
            for name, said in (columns or {}).items()
            if said
        },
    )


def _python_asset(facts: AssetFacts, folder: Path) -> Asset:
    columns = facts.columns or ()
    return Asset(
        key=facts.key,
        kind="asset" if facts.executable else "external",
        at=relative(facts.at, folder),
        relation=facts.relation,
        group=facts.group,
        owners=facts.owners,
        contract=bool(columns),
        partitions=facts.partitions,
        freshness=facts.freshness,
        automation=facts.automation,
        columns={
            column.name: Column(
                type=column.type.lower(),
                not_null=column.not_null,
                unique=column.unique,
                comes_from=tuple(sorted(facts.column_lineage.get(column.name, ()))),
            )
            for column in columns
        },
        columns_known=bool(columns),
        reads=tuple(_python_read(one, folder) for one in facts.dependencies),
    )


def _add_python_checks(draft: Draft, facts: LocationFacts) -> None:
    for check in facts.checks:
        if check.unique_id or check.asset not in draft.assets:
            continue
        asset = draft.assets[check.asset]
        found = Check(
            name=check.name,
            at=relative(check.at, draft.folder),
            kind="python",
            blocking=check.blocking,
        )
        draft.assets[check.asset] = replace(asset, checks=(*asset.checks, found))


def _add_sources(draft: Draft, manifest: ManifestGraph) -> None:
    """The sources that assets of this location read, under the keys that these have for them.

    Those that nothing reads are told too, where they are the project's own: they may be a mistake.
    """
    read_as: dict[str, str] = {}
    for asset in draft.assets.values():
        for read in asset.reads:
            if read.source:
                read_as.setdefault(read.source, read.key)
    for unique_id, source in manifest.sources.items():
        if source.name in read_as:
            draft.sources[unique_id] = replace(source, key=read_as[source.name], checks=())
        elif not source.read:
            draft.sources[unique_id] = replace(source, checks=())


def _add_tests(draft: Draft, manifest: ManifestGraph, visible: set[str]) -> None:
    """Dbt's data tests, and whether an asset check stands for each of them."""
    ids = {
        code.unique_id: key
        for key, (name, code) in draft.code.items()
        if draft.manifests[name] is manifest
    }
    # Somebody who switched checks off for all of it knows that they are not seen.
    off = not visible.intersection(manifest.tests)
    if off and any(test.on in ids for test in manifest.tests.values()):
        draft.unknown.append(
            f"No data test of the dbt project {manifest.project} is an asset check: checks are "
            "switched off in its translator."
        )
    for unique_id, test in manifest.tests.items():
        check = replace(test.check, visible=off or unique_id in visible)
        if test.on in ids:
            asset = draft.assets[ids[test.on]]
            draft.assets[asset.key] = replace(asset, checks=(*asset.checks, check))
        elif test.on in draft.sources:
            source = draft.sources[test.on]
            draft.sources[test.on] = replace(source, checks=(*source.checks, check))


def _exposures(draft: Draft, manifest: ManifestGraph) -> tuple[Exposure, ...]:
    return tuple(
        exposure
        for exposure in manifest.exposures
        if not exposure.reads or any(key in draft.assets for key in exposure.reads)
    )
