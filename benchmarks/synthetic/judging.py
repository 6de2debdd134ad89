"""Attribution of findings to plants: found, missed and extra."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.synthetic.plants import LINES_OFF, Expected, Plant, line_of

from dagster_lineage.model.findings import Finding


@dataclass
class Judgement:
    """Findings of a check compared with the plants of a pass."""

    found: list[Plant] = field(default_factory=list)
    """Plants of which every expected finding came, with the right rule and place."""
    missed: list[tuple[Plant, list[Expected]]] = field(default_factory=list)
    """Plants with the expected findings that did not come."""
    extra: list[Finding] = field(default_factory=list)
    """Findings that belong to no plant."""


def judged(plants: Iterable[Plant], findings: Iterable[Finding], root: Path) -> Judgement:
    """Attribute findings to plants.

    Args:
        plants: Plants of the pass.
        findings: Errors and warnings.
        root: Root of the edited copy, to look up lines.
    """
    judgement = Judgement()
    left = list(findings)
    claimed: set[int] = set()
    for plant in plants:
        missing = []
        for expected in plant.expected:
            matching = [number for number, one in enumerate(left) if _is(one, expected, root)]
            if matching:
                claimed.update(matching)
            else:
                missing.append(expected)
        for also in plant.tolerated:
            claimed.update(number for number, one in enumerate(left) if _is(one, also, root))
        if missing:
            judgement.missed.append((plant, missing))
        else:
            judgement.found.append(plant)
    judgement.extra = [one for number, one in enumerate(left) if number not in claimed]
    return judgement


def _is(finding: Finding, expected: Expected, root: Path) -> bool:
    return (
        finding.code == expected.code
        and expected.key.casefold() in finding.key.casefold()
        and any(
            finding.file == place[0]
            and (len(place) == 1 or abs(finding.line - line_of(root, place)) <= LINES_OFF)
            for place in expected.places
        )
    )
