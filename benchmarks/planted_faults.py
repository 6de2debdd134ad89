"""Planted faults: which ones `lineage check` finds, and what else it reports.

    python -m benchmarks.planted_faults [--quick] [--only PART] [--dbt-loom FOLDER]

Faults of every class that has a rule are planted, as edits of SQL, YAML and Python that a developer
could have made, into copies of this repository's four projects, of a synthetic repository (50 dbt
projects, 5,000 models, and Python projects that read them), and of a workspace with the layouts of
repositories that grew (15 code locations, 20 dbt projects), together with harmless edits. Each
copy is parsed by dbt, loaded by Dagster, locked and checked by the commands. The script prints by
class how many faults were planted, found (right rule, file and line within a few) and missed, and
what else was reported; then what a team's other tools notice of one fault of each class. The exit
code is 0 if nothing is missed and nothing else is reported.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # also without `-m`

from benchmarks.layouts import teams, workspace_files
from benchmarks.layouts.faults import FAULTS as LAYOUT_FAULTS
from benchmarks.layouts.harmless import HARMLESS as LAYOUT_HARMLESS
from benchmarks.layouts.layout_copy import LayoutCopy
from benchmarks.synthetic.agreement import disagreements
from benchmarks.synthetic.catalogue import FAULTS, HARMLESS, chosen
from benchmarks.synthetic.files import write
from benchmarks.synthetic.index import Index
from benchmarks.synthetic.judging import judged
from benchmarks.synthetic.manifests import ManifestMaker
from benchmarks.synthetic.own_copy import OwnCopy, copy_of_the_repository
from benchmarks.synthetic.own_faults import in_passes, own_faults
from benchmarks.synthetic.own_harmless import own_harmless
from benchmarks.synthetic.peers import noticed, peers
from benchmarks.synthetic.plants import Plant
from benchmarks.synthetic.repository import plan
from benchmarks.synthetic.stale import stale_faults
from benchmarks.synthetic.workspace_copy import LoadFailed, WorkspaceCopy, copied

from dagster_lineage.model import LineageGraph

OpenCopy = Callable[[Path, ManifestMaker], WorkspaceCopy]


@dataclass
class Tally:
    """Counts of one repository, by class of fault."""

    base: LineageGraph
    """Interfaces without plants, with which `lineage diff` compares."""
    planted: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    extra: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def add(self, plants: list[Plant], copy: WorkspaceCopy, changed: set[str] | None) -> None:
        """Apply plants to a copy, check it and count."""
        copy.apply(plants)
        self.planted.update(plant.kind for plant in plants)
        try:
            checked = copy.check(changed)
        except LoadFailed as failed:
            self.wrong.append(f"a pass could not be parsed: {failed}")
            return
        if checked.unreadable:
            self.wrong.append(f"a location did not load: {checked.unreadable}")
        judgement = judged(plants, checked.findings, copy.root)
        today = dt.datetime.now(dt.UTC).date()
        self.wrong += disagreements(self.base, copy.graph(), today)
        self.found.update(plant.kind for plant in judgement.found)
        for plant, missing in judgement.missed:
            expected = "; ".join(f"{one.code} {one.key} at {one.places[0]}" for one in missing)
            self.wrong.append(f"MISSED {plant.kind}, {plant.variation}: {expected}")
        for finding in judgement.extra:
            self.extra[finding.code] += 1
            place = f"{finding.file}:{finding.line}"
            self.wrong.append(f"EXTRA {finding.code} {place}: {finding.message}")


def main() -> int:
    """Plant, check and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few of each, 6 projects of 40 models")
    parser.add_argument("--only", choices=("own", "synthetic", "layouts", "peers"), action="append")
    parser.add_argument("--projects", type=int, default=50)
    parser.add_argument("--models", type=int, default=100)
    parser.add_argument("--each", type=int, default=10, help="synthetic: plants of each kind")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--dbt-loom", type=Path, help="folder that dbt-loom is installed in")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.projects, arguments.models, arguments.each = 6, 40, 2
    parts = arguments.only or ["own", "synthetic", "layouts", "peers"]
    start = time.perf_counter()
    right = True
    with tempfile.TemporaryDirectory(prefix="planted-") as folder:
        work = Path(folder)
        environment = {"JAFFLE_DATA_DIR": str(work / "data"), "JAFFLE_ENV": "dev"}
        with ManifestMaker(os.cpu_count() or 2, environment) as manifests:
            if "own" in parts:
                right &= _own(work, manifests, quick=arguments.quick)
            if "synthetic" in parts:
                right &= _synthetic(work, manifests, arguments)
            if "layouts" in parts:
                right &= _layouts(work, manifests, quick=arguments.quick)
            if "peers" in parts:
                _peers(work, manifests, arguments.dbt_loom)
    print(f"\n{time.perf_counter() - start:.0f} s")
    return int(not right)


def _own(work: Path, manifests: ManifestMaker, *, quick: bool) -> bool:
    base = _own_base(work, manifests)
    faults, harmless = list(own_faults(base)), list(own_harmless(base))
    if quick:
        faults, harmless = _few(faults), _few(harmless)
    right = _report("this repository", _tally(base, in_passes(faults), manifests, OwnCopy))
    right &= _report(
        "this repository, harmless", _tally(base, in_passes(harmless), manifests, OwnCopy)
    )
    stale = Tally(WorkspaceCopy(base, manifests).graph())
    for plant in stale_faults():
        copy = OwnCopy(copied(base, base.with_name("stale")), manifests)
        copy.apply([plant])
        stale.planted["ST01"] += 1
        if copy.is_stale():
            stale.found["ST01"] += 1
        else:
            stale.wrong.append(f"MISSED ST01, {plant.variation}")
    return right & _report("this repository, edited and not locked", stale)


def _own_base(work: Path, manifests: ManifestMaker) -> Path:
    base = work / "own"
    if not base.exists():
        checked = OwnCopy(copy_of_the_repository(base), manifests).check()
        if checked.findings or checked.unreadable:
            sys.exit(f"The repository itself is not clean: {checked}")
    return base


def _synthetic(work: Path, manifests: ManifestMaker, arguments: argparse.Namespace) -> bool:
    repository = plan(projects=arguments.projects, models=arguments.models, seed=arguments.seed)
    index = Index(repository)
    base = work / "synthetic"
    write(repository, base)
    checked = WorkspaceCopy(base, manifests).check()
    if checked.findings or checked.unreadable:
        sys.exit(f"The synthetic repository itself is not clean: {checked}")
    size = f"{len(repository.projects)} projects, {len(index.models)} models"
    print(
        f"\n{size}: " + ", ".join(f"{name} {took:.1f} s" for name, took in checked.seconds.items())
    )
    faults = chosen(index, FAULTS, arguments.each, passes=1)
    harmless = chosen(index, HARMLESS, 3 * arguments.each, passes=1)
    right = _report(f"synthetic ({size})", _tally(base, faults, manifests, WorkspaceCopy))
    return right & _report(
        f"synthetic ({size}), harmless", _tally(base, harmless, manifests, WorkspaceCopy)
    )


def _layouts(work: Path, manifests: ManifestMaker, *, quick: bool) -> bool:
    workspace = teams.plan(6 if quick else 20)
    base = work / "layouts"
    workspace_files.write(workspace, base)
    checked = LayoutCopy(base, manifests).check()
    right = not checked.findings and not checked.unreadable
    settings = (base / "pyproject.toml").read_text(encoding="utf-8")
    size = f"{len(workspace.locations)} code locations, {len(workspace.projects)} dbt projects"
    print(
        f"\n{size}: {len(checked.findings)} findings with {len(settings.splitlines())} lines of "
        "settings; " + ", ".join(f"{name} {took:.1f} s" for name, took in checked.seconds.items())
    )
    for finding in checked.findings:
        print(f"  {finding.code} {finding.file}:{finding.line}: {finding.message}")
    print(checked.unreadable, end="")
    for title, planters, each, passes in (
        ("", LAYOUT_FAULTS, 12, 4),
        (", harmless", LAYOUT_HARMLESS, 26, 2),
    ):
        groups = chosen(workspace, planters, 1 if quick else each, passes=1 if quick else passes)
        right &= _report(f"layouts ({size}){title}", _tally(base, groups, manifests, LayoutCopy))
    return right


def _tally(
    base: Path, groups: list[list[Plant]], manifests: ManifestMaker, open_copy: OpenCopy
) -> Tally:
    tally = Tally(WorkspaceCopy(base, manifests).graph())
    for group in groups:
        copy = open_copy(copied(base, base.with_name("copy")), manifests)
        tally.add(group, copy, {name for plant in group for name in plant.projects})
    return tally


def _few(plants: list[Plant], each: int = 2) -> list[Plant]:
    """Return the first ones of each class."""
    seen: Counter[str] = Counter()
    found = []
    for plant in plants:
        seen[plant.kind] += 1
        if seen[plant.kind] <= each:
            found.append(plant)
    return found


def _report(title: str, tally: Tally) -> bool:
    print(f"\n{title}\n{'class':<12}{'planted':>8}{'found':>8}{'missed':>8}{'extra':>8}")
    rows = sorted(tally.planted.keys() | tally.extra.keys())
    for kind in rows:
        planted, found = tally.planted[kind], tally.found[kind]
        print(f"{kind:<12}{planted:>8}{found:>8}{planted - found:>8}{tally.extra[kind]:>8}")
    planted, found = tally.planted.total(), tally.found.total()
    print(f"{'all':<12}{planted:>8}{found:>8}{planted - found:>8}{tally.extra.total():>8}")
    for line in tally.wrong:
        print(f"  {line}")
    return planted == found and not tally.extra and not tally.wrong


def _peers(work: Path, manifests: ManifestMaker, loom: Path | None) -> None:
    base = _own_base(work, manifests)
    by_kind: dict[str, Plant] = {}
    for plant in own_faults(base):
        by_kind.setdefault(plant.kind, plant)
    results = {
        peer.name: noticed(peer, by_kind.values(), base, work / "peer", manifests)
        for peer in peers(loom)
    }
    if not loom:
        print("\ndbt-loom: not asked; install it into a folder and name it with --dbt-loom")
    print("\nOne fault of each class, noticed by")
    print(f"{'class':<8}" + "".join(f"{name:>30}" for name in results))
    said: dict[str, list[str]] = defaultdict(list)
    for kind, plant in sorted(by_kind.items()):
        cells = []
        for name, found in results.items():
            cells.append("noticed" if plant in found else "-")
            if plant in found:
                said[name].append(f"{kind} ({plant.variation}): {_last_line(found[plant])}")
        print(f"{kind:<8}" + "".join(f"{cell:>30}" for cell in cells))
    totals = "".join(f"{f'{len(found)} of {len(by_kind)}':>30}" for found in results.values())
    print(f"{'all':<8}{totals}")
    for name, lines in said.items():
        print(f"  {name}")
        for line in lines:
            print(f"    {line}")


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:160] if lines else ""


if __name__ == "__main__":
    sys.exit(main())
