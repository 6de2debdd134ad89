"""Build random edits twice: completely, and only the projects that `lineage affected` names.

    python -m benchmarks.affected_builds [--edits 200] [--seed 7] [--projects 8] [--models 12]

A synthetic repository of dbt projects that read each other's tables is committed to git. Each
random edit (sometimes two together) is parsed by dbt, locked, and passed to `lineage affected`.
Then all projects are built in DuckDB, and in another warehouse only the affected ones, on top of
the tables of the base. The published tables of both must have the same columns, types and rows. The
exit code is 1 if they differ.

Edits that dbt, DuckDB or a contract rejects are drawn again.
"""

from __future__ import annotations

import argparse
import gc
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # also without `-m`

from benchmarks.builds.checkout import Checkout
from benchmarks.builds.edits_of_rows import ROW_EDITS
from benchmarks.builds.edits_of_words import WORD_EDITS
from benchmarks.builds.warehouse import BuildFailed, DbtProject, Rows, Warehouse
from benchmarks.synthetic.index import Index
from benchmarks.synthetic.plants import Plant, PlantImpossible
from benchmarks.synthetic.repository import plan

TWO_TOGETHER = 0.2
"""Share of edits that are applied in pairs."""
Draw = tuple[str, list[Plant]]


@dataclass
class Tally:
    """Counts of projects for one kind of edit."""

    edits: int = 0
    built: int = 0
    """Affected projects."""
    changed: int = 0
    """Projects with a table that differs from the base, including private tables."""
    followed: int = 0
    """Changed projects without a changed file or interface: only what they read changed."""
    own: int = 0
    """Affected projects without a changed table that have a changed file: their tests must run."""
    others: int = 0
    """Affected projects without a changed table or file: built because they read something."""
    mismatches: int = 0
    """Published tables that differ between the two builds."""


@dataclass
class Builds:
    """Builds of a checkout before and after edits.

    Args:
        checkout: The repository.
        folder: Folder of the base's databases.
    """

    checkout: Checkout
    folder: Path
    base: dict[str, dict[str, Rows]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._files = {name: self.folder / f"{name}.duckdb" for name in self.checkout.names}
        with Warehouse(self.checkout.names, self._files, read_only=False) as warehouse:
            warehouse.build(self.checkout.base.values())
            for name, project in self.checkout.base.items():
                self.base[name] = {one: warehouse.rows(one) for one in project.tables()}

    def judge(self, plants: list[Plant], tally: Tally) -> list[str]:
        """Build both ways and return the published tables that differ.

        Raises:
            PlantImpossible: the edits do not fit the files, or each other.
            BuildFailed: the edited repository cannot be built.
        """
        with self.checkout.edited(plants):
            projects = {name: self.checkout.project(name) for name in self.checkout.names}
            with Warehouse(projects, {}) as everything:
                everything.build(projects.values())
                made = {
                    name: {one: everything.rows(one) for one in project.tables()}
                    for name, project in projects.items()
                }
            changed = {name for name in projects if made[name] != self.base[name]}
            affected = self.checkout.affected()
            built = {one.project for one in affected.to_build}
            own = {
                one.project
                for one in affected.to_build
                if any(reason.kind == "own files" for reason in one.reasons)
            }
            skipped = {name: file for name, file in self._files.items() if name not in built}
            with Warehouse(projects, skipped) as warehouse:
                wrong = self._differing(warehouse, projects, built, made)
        tally.edits += 1
        tally.built += len(built)
        tally.changed += len(changed)
        tally.followed += len(changed - own)
        tally.own += len((built - changed) & own)
        tally.others += len(built - changed - own)
        tally.mismatches += len(wrong)
        return wrong

    def _differing(
        self,
        warehouse: Warehouse,
        projects: dict[str, DbtProject],
        built: set[str],
        made: dict[str, dict[str, Rows]],
    ) -> list[str]:
        """Build the affected projects on top of the base and return the differing tables."""
        try:
            warehouse.build(projects[name] for name in built)
        except BuildFailed as error:
            return [f"the affected projects cannot be built: {error}"]
        wrong = []
        for name, project in projects.items():
            for one in project.tables(public=True):
                rows = warehouse.rows(one) if name in built else self.base[name].get(one)
                if rows != made[name][one]:
                    wrong.append(f"{one} differs")
        return wrong


def main() -> int:
    """Edit, build, compare and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--edits", type=int, default=200)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--projects", type=int, default=8)
    parser.add_argument("--models", type=int, default=12)
    parser.add_argument("--verbose", action="store_true", help="print each edit")
    arguments = parser.parse_args()
    start = time.perf_counter()
    planned = plan(
        projects=arguments.projects, models=arguments.models, consumers=0, seed=arguments.seed
    )
    tallies: defaultdict[str, Tally] = defaultdict(Tally)
    refused: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="affected-") as folder:
        root = Path(folder) / "repository"
        builds = Builds(Checkout(planned, root), Path(folder))
        print(f"{arguments.projects} projects, base built {time.perf_counter() - start:.0f} s")
        gc.collect()
        gc.freeze()  # objects of dbt and the manifests stay alive and need no garbage collection
        draws = _drawn(Index(planned), random.Random(arguments.seed))  # noqa: S311 - of examples
        done = 0
        while done < arguments.edits:
            kind, plants = next(draws)
            try:
                wrong = builds.judge(plants, tallies[kind])
            except (PlantImpossible, BuildFailed) as error:
                refused[kind] += 1
                if arguments.verbose:
                    print(f"refused, {_named(plants)}: {str(error)[:400]}")
                continue
            done += 1
            for one in wrong:
                print(f"MISMATCH after {_named(plants)}: {one}", flush=True)
            if arguments.verbose:
                print(f"{done} {_named(plants)}, {time.perf_counter() - start:.0f} s", flush=True)
    gc.unfreeze()
    _report(tallies, refused, arguments.projects)
    print(f"{time.perf_counter() - start:.0f} s")
    return int(any(tally.mismatches for tally in tallies.values()))


def _drawn(index: Index, decides: random.Random) -> Iterator[Draw]:
    """Yield random edits: each kind in turn, sometimes two together."""
    pools = {name: list(planter(index)) for name, planter in {**ROW_EDITS, **WORD_EDITS}.items()}
    pools = {name: pool for name, pool in pools.items() if pool}
    while True:
        names = list(pools)
        decides.shuffle(names)
        for name in names:
            plants = [decides.choice(pools[name])]
            if decides.random() < TWO_TOGETHER:
                plants.append(decides.choice(pools[decides.choice(names)]))
            yield name if len(plants) == 1 else "two together", plants


def _named(plants: list[Plant]) -> str:
    return " and ".join(
        f"{one.kind}, {one.variation} ({', '.join(edit.file for edit in one.edits)})"
        for one in plants
    )


def _report(tallies: dict[str, Tally], refused: Counter[str], projects: int) -> None:
    everything = Tally()
    print(
        f"\n{'':34}{'share of projects, %':>20}{'changed by':>14}{'built, no table changed':>26}\n"
        f"{'edit':28}{'edits':>6}{'affected':>10}{'changed':>10}{'reading':>14}"
        f"{'own files':>13}{'readers':>13}{'mismatches':>12}"
    )
    for kind, tally in sorted(tallies.items()):
        if tally.edits:
            print(_row(kind, tally, projects))
        for name in vars(everything):
            setattr(everything, name, getattr(everything, name) + getattr(tally, name))
    print(_row("all", everything, projects))
    print(f"\n{refused.total()} edits were refused and drawn again: {dict(refused)}")


def _row(kind: str, tally: Tally, projects: int) -> str:
    share = 100 / (projects * max(1, tally.edits))
    return (
        f"{kind:28}{tally.edits:>6}{tally.built * share:>10.1f}{tally.changed * share:>10.1f}"
        f"{tally.followed:>14}{tally.own:>13}{tally.others:>13}{tally.mismatches:>12}"
    )


if __name__ == "__main__":
    sys.exit(main())
