"""Verdicts for the terminal: what to build and why, what is skipped and what proves it."""

from __future__ import annotations

from dagster_lineage.analyze.affected.verdicts import Affected, Proof, Verdict

_MOST_REASONS = 8
_ID = 12


def text(affected: Affected) -> str:
    """Every project with its reasons or its proof, then what else must run."""
    build, skipped = affected.to_build, affected.skipped
    numbers = f"{len(build)} of {len(affected.projects)} projects"
    files = affected.changed_files
    changed = "1 changed file" if files == 1 else f"{files} changed files"
    lines = [f"{numbers} must be built and tested, for {changed}."]
    for verdict in build:
        lines += ["", f"{verdict.project} ({verdict.folder})", *_reasons(verdict)]
    if affected.libraries:
        lines += ["", f"libraries to test: {', '.join(affected.libraries)}"]
    if affected.repository_tests:
        lines += ["", "the repository's own tests must run, too"]
    if skipped:
        lines += ["", "skipped, and cannot have changed:"]
    for verdict in skipped:
        if verdict.proof:
            lines += [f"  {verdict.project}", *(f"    {one}" for one in _proof(verdict.proof))]
    return "\n".join(lines)


def _reasons(verdict: Verdict) -> list[str]:
    lines = [f"  {reason.kind}: {reason.text}" for reason in verdict.reasons[:_MOST_REASONS]]
    more = len(verdict.reasons) - _MOST_REASONS
    return [*lines, f"  … and {more} reasons more"] if more > 0 else lines


def _proof(proof: Proof) -> list[str]:
    if proof.tree_base == proof.tree_head:
        tree = f"tree {proof.tree_base[:_ID]} at base and head"
    else:
        tree = f"tree {proof.tree_base[:_ID]} at base, {proof.tree_head[:_ID]} at head"
    if proof.harmless:
        own = f"{len(proof.harmless)} of {proof.files} files changed, documentation only: "
        own += ", ".join(proof.harmless)
    else:
        own = f"0 of {proof.files} files changed"
    needs = f"needs {', '.join(proof.libraries)}" if proof.libraries else "needs no library"
    keys = "1 key" if proof.upstream_keys == 1 else f"{proof.upstream_keys} keys"
    reads = f"reads {keys} of other projects"
    return [
        f"{own}; {tree}",
        f"{needs}; uses none of {proof.changed_modules} changed files of libraries",
        f"{reads}, none of the {proof.changed_keys} that changed or follow from such",
    ]
