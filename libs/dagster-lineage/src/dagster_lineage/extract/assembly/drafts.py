"""Drafts: interfaces without traced columns, joined from definitions and manifests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from dagster_lineage.extract.assembly.assets import (
    DbtAssets,
    python_asset,
    sorted_checks,
    sorted_reads,
)
from dagster_lineage.extract.assembly.checkout_paths import CheckoutPaths
from dagster_lineage.extract.assembly.draft_sources import DraftSources
from dagster_lineage.extract.assembly.notes import MAX_SEPARATE, by_reason, condensed
from dagster_lineage.extract.assembly.project_folders import ProjectFolder
from dagster_lineage.extract.dbt.manifest_graph import Code, ManifestGraph
from dagster_lineage.extract.probe.answer import AssetFacts, LocationFacts
from dagster_lineage.model import (
    SCHEMA_VERSION,
    Asset,
    Check,
    Exposure,
    ForeignCheck,
    Interface,
    Job,
)
from dagster_lineage.model.wording import listed

if TYPE_CHECKING:
    from dagster_lineage.extract.assembly.rendered_nodes import RenderedNodes


@dataclass
class Draft:
    """An interface that is being assembled."""

    project_folder: ProjectFolder
    """Folder and file of the interface."""
    paths: CheckoutPaths
    """Paths of the checkout."""
    assets: dict[str, Asset] = field(default_factory=dict)
    """Assets by key."""
    sources: DraftSources = field(default_factory=DraftSources)
    """Sources under the keys by which its assets read them."""
    code: dict[str, tuple[str, Code]] = field(default_factory=dict)
    """Name of the manifest and code in it, by key of the asset."""
    manifests: Mapping[str, ManifestGraph] = field(default_factory=dict)
    """Manifests by name."""
    nodes: dict[str, RenderedNodes] = field(default_factory=dict)
    """Rendered SQL by name of the manifest."""
    exposures: tuple[Exposure, ...] = ()
    """Exposures that read assets of this location."""
    checks: list[ForeignCheck] = field(default_factory=list)
    """Checks on assets of other code locations."""
    jobs: tuple[Job, ...] = ()
    """Jobs, schedules and sensors."""
    unreadable: str = ""
    """Error of a code location that could not be loaded."""
    listed_at: str = ""
    """Place of the entry of such a code location in the workspace."""
    unknown: list[str] = field(default_factory=list)
    """Facts that could not be determined."""
    untraced: dict[str, list[str]] = field(default_factory=dict)
    """Reasons for unknown columns, by key of the asset."""

    @property
    def dialect(self) -> str:
        """Dialect of its dbt project; empty without one."""
        return next((one.dialect for one in self.manifests.values()), "")

    def interface(self, folder: str = "") -> Interface:
        """Return the interface, sorted, and the same in every checkout.

        Args:
            folder: Folder of the project relative to the repository's root, if the file is stored
                elsewhere.
        """
        project_folder = self.project_folder
        interface = self.paths.taken_out(
            Interface(
                schema_version=SCHEMA_VERSION,
                project=project_folder.project,
                location=""
                if project_folder.location == project_folder.project
                else project_folder.location,
                folder=folder,
                dialect=self.dialect,
                dbt_project=next((one.project for one in self.manifests.values()), ""),
                unreadable=self.paths.details(self.unreadable),
                listed_at=self.listed_at,
                assets=tuple(map(self.paths.described, self.assets.values())),
                sources=self.sources.all(),
                checks=tuple(self.checks),
                exposures=self.exposures,
                jobs=self.jobs,
                unknown=tuple(
                    self.paths.details(note)
                    for note in (*condensed(self.unknown), *by_reason(self.untraced))
                ),
            )
        )
        return replace(
            interface,
            assets=tuple(sorted(interface.assets, key=lambda one: one.key)),
            sources=tuple(
                sorted(
                    interface.sources,
                    key=lambda one: (one.name, one.package, one.key, one.relation),
                )
            ),
            checks=tuple(sorted(interface.checks, key=lambda one: (one.key, one.name, one.at))),
            exposures=tuple(sorted(interface.exposures, key=lambda one: (one.name, one.at))),
            jobs=tuple(sorted(interface.jobs, key=lambda one: (one.kind, one.name, one.at))),
            unknown=tuple(sorted(set(interface.unknown))),
        )


def draft_of(
    facts: LocationFacts,
    project_folder: ProjectFolder,
    paths: CheckoutPaths,
    manifests: Mapping[str, ManifestGraph],
) -> Draft:
    """Return the draft of a code location: its definitions joined with its manifests.

    Definitions decide on keys, dependencies, owners and checks; manifests have all other facts of
    dbt nodes. Stubs that Dagster creates for dependencies are left out.

    Args:
        facts: Facts of the location.
        project_folder: Folder and file of its interface.
        paths: Paths of the checkout.
        manifests: Manifests by the name that the facts use; places relative to the folder.
    """
    draft = Draft(
        project_folder=project_folder,
        paths=paths,
        manifests=manifests,
        unreadable=facts.error,
        unknown=list(facts.notes),
    )
    visible = {check.unique_id for check in facts.checks if check.unique_id}
    tests = {name: _checks_of_tests(manifest, visible) for name, manifest in manifests.items()}
    relative = partial(paths.relative, folder=project_folder.folder)
    own = {one.key for one in facts.assets if not one.stub}
    dbt_assets = {
        name: DbtAssets(
            manifest,
            _other_keys(manifest, facts.manifests[name].other_keys, facts.assets),
            own,
            relative,
        )
        for name, manifest in manifests.items()
    }
    python_checks = _python_checks(facts, relative)
    for one in facts.assets:
        if one.stub:
            continue
        manifest = manifests.get(one.manifest)
        checks = python_checks.get(one.key, [])
        if manifest is not None and one.unique_id in manifest.assets:
            checks = [*checks, *tests[one.manifest].get(one.unique_id, ())]
            asset = dbt_assets[one.manifest].asset(one, checks)
            draft.code[one.key] = (one.manifest, manifest.code[one.unique_id])
        else:
            asset = python_asset(one, checks, relative)
        draft.assets[one.key] = asset
    draft.checks = [
        ForeignCheck(name=check.name, key=key, at=check.at, blocking=check.blocking)
        for key, checks in python_checks.items()
        if key not in draft.assets
        for check in checks
    ]
    for name, manifest in manifests.items():
        draft.unknown += [*manifest.notes, *_keys_differ(facts.manifests[name].disagreements)]
        draft.sources.add_read(name, manifest, _code_of(draft, name), draft.assets, tests[name])
        draft.unknown += _without_checks(draft, name, manifest, visible)
        draft.exposures += _exposures(draft, manifest)
    every = {one.key for one in draft.assets.values() if one.executable}
    draft.jobs = tuple(
        Job(
            name=job.name,
            kind=job.kind if job.kind in ("schedule", "sensor") else "job",  # type: ignore[arg-type]
            at=relative(job.at),
            cron=job.cron,
            targets=() if set(job.targets) >= every else tuple(sorted(job.targets)),
        )
        for job in facts.jobs
    )
    return draft


def draft_of_manifest(
    project_folder: ProjectFolder, paths: CheckoutPaths, manifest: ManifestGraph
) -> Draft:
    """Return the draft of a manifest without definitions; its keys come from a pattern."""
    name = manifest.project
    draft = Draft(project_folder=project_folder, paths=paths, manifests={name: manifest})
    own = {asset.key for asset in manifest.assets.values()}
    shared: dict[str, list[str]] = {}
    for unique_id, asset in manifest.assets.items():
        if asset.key in draft.assets:
            shared.setdefault(asset.key, []).append(unique_id)
            continue
        draft.assets[asset.key] = replace(
            asset, reads=sorted_reads(asset.reads, own), checks=sorted_checks(asset.checks)
        )
        if unique_id in manifest.code:
            draft.code[asset.key] = (name, manifest.code[unique_id])
    for key, others in shared.items():
        draft.unknown.append(
            f"{key} is the key of {draft.assets[key].unique_id}, and by the rule of keys of "
            f"{listed(others, code=False)}, too, which is left out."
        )
    draft.sources.add_all(name, manifest)
    draft.exposures = manifest.exposures
    draft.unknown += manifest.notes
    return draft


def _other_keys(
    manifest: ManifestGraph, other: Mapping[str, tuple[str, ...]], assets: Iterable[AssetFacts]
) -> dict[str, tuple[str, ...]]:
    """Return the other keys of a manifest's nodes and sources, by unique id.

    A source over a table of the same code location gets the key of that asset: Dagster compares
    `dagster/table_name` (`resolve_assets_def_deps`).

    Args:
        manifest: The manifest.
        other: Keys that other translators return, by unique id.
        assets: Assets of the code location.
    """
    tables = {one.relation: one.key for one in assets if one.relation and not one.stub}
    over_own = {
        unique_id: (*other.get(unique_id, ()), tables[source.relation])
        for unique_id, source in manifest.sources.items()
        if source.relation in tables
    }
    return {**other, **over_own}


def _code_of(draft: Draft, manifest: str) -> dict[str, Code]:
    """Return the code of the assets of one manifest, by key."""
    return {key: code for key, (name, code) in draft.code.items() if name == manifest}


def _keys_differ(disagreements: tuple[str, ...]) -> tuple[str, ...]:
    """Return a note for each node with several keys, or one for all if there are many."""
    if len(disagreements) <= MAX_SEPARATE:
        return disagreements
    start = f"{len(disagreements)} nodes have several keys, from the translators of several"
    return (f"{start} definitions; one of them: {disagreements[0]}",)


def _python_checks(facts: LocationFacts, relative: Callable[[str], str]) -> dict[str, list[Check]]:
    """Return the asset checks that are not dbt tests, by key of the asset."""
    checks: dict[str, list[Check]] = {}
    for check in facts.checks:
        if not check.unique_id:
            found = Check(
                name=check.name, at=relative(check.at), kind="python", blocking=check.blocking
            )
            checks.setdefault(check.asset, []).append(found)
    return checks


def _checks_of_tests(manifest: ManifestGraph, visible: set[str]) -> dict[str, list[Check]]:
    """Return data tests as checks, by the unique id of the tested node or source.

    A test without an asset check is not visible. If the project has disabled asset checks, all of
    its tests count as visible, because that is deliberate.
    """
    off = visible.isdisjoint(manifest.tests)
    checks: dict[str, list[Check]] = {}
    for unique_id, test in manifest.tests.items():
        check = replace(test.check, visible=off or unique_id in visible)
        checks.setdefault(test.on, []).append(check)
    return checks


def _without_checks(
    draft: Draft, name: str, manifest: ManifestGraph, visible: set[str]
) -> tuple[str, ...]:
    own = {code.unique_id for code in _code_of(draft, name).values()}
    tested = any(test.on in own for test in manifest.tests.values())
    if not tested or not visible.isdisjoint(manifest.tests):
        return ()
    note = (
        f"No data test of the dbt project {manifest.project} is an asset check: checks are "
        "switched off in its translator."
    )
    return (note,)


def _exposures(draft: Draft, manifest: ManifestGraph) -> tuple[Exposure, ...]:
    return tuple(
        replace(exposure, reads=tuple(sorted(set(exposure.reads))))
        for exposure in manifest.exposures
        if not exposure.reads or any(key in draft.assets for key in exposure.reads)
    )
