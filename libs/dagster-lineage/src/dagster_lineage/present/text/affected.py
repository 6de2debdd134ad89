"""Verdicts as text: the projects to build with the reasons, the skipped ones with the proof."""

from __future__ import annotations

from dagster_lineage.analyze.affected.verdicts import Affected, Proof, Verdict
from dagster_lineage.model.wording import counted, first_lines
from dagster_lineage.present.text.colors import Colors

_MOST_REASONS = 8
_ID = 12


def affected_text(affected: Affected, *, color: bool = False) -> str:
    """Return every project with its reasons or its proof, and which other tests must run."""
    colors = Colors(on=color)
    build, skipped = affected.to_build, affected.skipped
    projects = f"{len(build)} of {counted(len(affected.projects), 'project')}"
    lines = [
        f"{projects} to build and test, for {counted(affected.changed_files, 'changed file')}."
    ]
    for verdict in build:
        heading = f"{colors(verdict.project, 'bold')} ({verdict.folder})"
        lines += ["", heading, *_reasons(verdict)]
    if affected.libraries:
        lines += ["", f"libraries to test: {', '.join(affected.libraries)}"]
    if affected.repository_tests:
        lines += ["", "the tests of the repository must run too"]
    if skipped:
        lines += ["", "skipped, because the branch cannot change them:"]
    for verdict in skipped:
        if verdict.proof:
            lines += [f"  {verdict.project}", *(f"    {one}" for one in _proof(verdict.proof))]
    return "\n".join(lines)


def _reasons(verdict: Verdict) -> list[str]:
    lines = [f"  {reason.kind}: {reason.text}" for reason in verdict.reasons]
    return first_lines(lines, _MOST_REASONS, more="  … and {} more reasons")


def _proof(proof: Proof) -> list[str]:
    if not proof.tree_base:
        tree = "in a shared folder"
    elif proof.tree_base == proof.tree_head:
        tree = f"tree {proof.tree_base[:_ID]} at base and head"
    else:
        tree = f"tree {proof.tree_base[:_ID]} at base, {proof.tree_head[:_ID]} at head"
    files = f"{len(proof.harmless)} of {counted(proof.files, 'file')} changed"
    if proof.harmless:
        files += f", documentation only: {', '.join(proof.harmless)}"
    libraries = (
        f"requires {', '.join(proof.libraries)}" if proof.libraries else "requires no library"
    )
    keys = f"reads {counted(proof.upstream_keys, 'key')} of other projects"
    return [
        f"{files}; {tree}",
        f"{libraries}; uses none of {counted(proof.changed_modules, 'changed library file')}",
        f"{keys}, none of the {proof.changed_keys} that changed or are downstream of a change",
    ]
