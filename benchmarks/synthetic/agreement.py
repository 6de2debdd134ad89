"""Where `lineage check` and `lineage diff` disagree about a branch.

A reader that the rules accept at head must not be broken in the diff, and what the rules report at
head but not at base must be in the diff. What was accepted is determined here without the code of
either, from the declarations of the readers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from dagster_lineage.analyze.check import check
from dagster_lineage.analyze.diff import InterfaceDiff, compare
from dagster_lineage.files.settings import Settings
from dagster_lineage.model import Asset, Expected, LineageGraph, Reference
from dagster_lineage.model.findings import Finding

RULES = ("CO01", "CO02", "CO03", "AC01", "PA01")
KINDS = {
    "column-removed": "CO01",
    "column-renamed": "CO01",
    "column-unknown": "CO01",
    "missing-column": "CO01",
    "type-changed": "CO02",
    "type-narrowed": "CO02",
    "type-widened": "CO02",
    "type-unknown": "CO02",
    "incompatible-type": "CO02",
    "not-null-dropped": "CO03",
    "uniqueness-dropped": "CO03",
    "missing-guarantee": "CO03",
    "access-narrowed": "AC01",
    "non-public-model": "AC01",
    "partitions-changed": "PA01",
    "partitions-narrowed": "PA01",
    "incompatible-partitions": "PA01",
}
"""Rule by kind of the changes that break a reader in the same aspect."""

Claim = tuple[str, str, str, str]
"""Rule, project and name of a reader, and what it relies on, all in lower case."""


def disagreements(
    before: LineageGraph,
    after: LineageGraph,
    today: dt.date,
    changed_files: frozenset[str] = frozenset(),
) -> list[str]:
    """Return the claims on which check and diff disagree, in sentences."""
    diff = compare(before, after, today=today, changed_files=changed_files)
    known = {finding.fingerprint for finding in findings_of(before, today)}
    findings = findings_of(after, today)
    return [
        *(
            f"check reports {finding.code} {finding.key}, diff does not: {finding.message}"
            for finding in findings
            # Without a key it is about a project that does not use access at all.
            if finding.key and finding.fingerprint not in known and not _reported(finding, diff)
        ),
        *(
            f"diff breaks {claim}, which check accepts"
            for claim in sorted(_broken(diff) & _accepted(after, findings))
        ),
    ]


def findings_of(graph: LineageGraph, today: dt.date) -> list[Finding]:
    """Return what the rules about expectations report, without suppressions."""
    # There are no files at the root, so no comments that suppress a finding.
    result = check(
        graph,
        Settings(),
        root=Path("/nonexistent"),
        today=today,
        select=RULES,
        ignore=("ST02",),
    )
    return [*result.findings]


def _reported(finding: Finding, diff: InterfaceDiff) -> bool:
    """Whether a breaking change lists a reader of the finding's project for the same subject."""
    for change in diff.changes:
        if change.level != "breaking" or KINDS.get(change.kind) != finding.code:
            continue
        name = change.before if change.kind == "column-renamed" else change.column
        subject = f"{change.key}#{name}" if name else change.key
        for reader in change.readers:
            # A contract's finding is about its own column, as is one of a copied column.
            names = (subject, f"{reader.name}#", f"reads {finding.key},")
            about = subject.casefold() == finding.key.casefold() or (
                finding.key.startswith(names[1]) or names[2] in f"{reader.reason},"
            )
            if reader.project == finding.project and about:
                return True
    return False


def _broken(diff: InterfaceDiff) -> set[Claim]:
    found = set()
    for change in diff.changes:
        code = KINDS.get(change.kind)
        if code and change.level == "breaking":
            name = change.before if change.kind == "column-renamed" else change.column
            subject = f"{change.key}#{name}" if name else change.key
            found |= {_claim(code, one.project, one.name, subject) for one in change.readers}
    return found


def _claim(code: str, project: str, reader: str, subject: str) -> Claim:
    return code, project, reader, subject.casefold()


def _accepted(graph: LineageGraph, findings: list[Finding]) -> set[Claim]:
    """The claims that the rules compared and did not report."""
    reported = {(one.code, one.project, one.key.casefold()) for one in findings}
    claims: set[Claim] = set()
    for reference in graph.references:
        claims |= set(_claims(reference, graph))
    return {claim for claim in claims if (claim[0], claim[1], claim[3]) not in reported}


def _claims(reference: Reference, graph: LineageGraph) -> Iterator[Claim]:
    """Yield the claims of a reference that the rules can compare."""
    producer, project = reference.producer, reference.where.project
    models = producer.where.interface.assets
    public = reference.between_projects and any(one.access == "public" for one in models)
    for edge in reference.edges:
        if public:
            yield _claim("AC01", project, edge.reader.key, producer.asset.key)
        both = (producer.asset.partitions, edge.reader.partitions)
        if all(one is not None and one.kind != "unknown" for one in both):
            yield _claim("PA01", project, edge.reader.key, producer.asset.key)
    if reference in graph.column_references:
        for reader, names, declared in _readers(reference):
            for code, name in _column_claims(producer.asset, names, declared):
                yield _claim(code, project, reader, f"{producer.asset.key}#{name}")


def _column_claims(
    asset: Asset, names: tuple[str, ...], declared: dict[str, Expected]
) -> Iterator[tuple[str, str]]:
    columns = {name.casefold(): one for name, one in asset.columns.items()}
    guarantees = any(one.not_null or one.unique for one in columns.values())
    if asset.columns_known and columns:
        yield from (("CO01", name) for name in {*names, *declared})
    for name, expected in declared.items():
        column = columns.get(name.casefold())
        if column and column.type and expected.type:
            yield "CO02", name
        stated = guarantees or asset.contract or asset.grain
        if column and stated and (expected.unique or expected.not_null):
            yield "CO03", name


def _readers(
    reference: Reference,
) -> Iterator[tuple[str, tuple[str, ...], dict[str, Expected]]]:
    """Yield the readers of a reference: name, columns that are used, columns that are declared."""
    declared = reference.source.columns if reference.source else {}
    if reference.source:
        yield f"source {reference.source.name}", (), declared
    for edge in reference.edges:
        own = edge.read.expects or {
            name: one
            for name, one in declared.items()
            if edge.read.columns is None or name in edge.read.columns
        }
        yield edge.reader.key, edge.read.columns or (), own
