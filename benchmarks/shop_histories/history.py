"""One random history: operations on the sources, and runs between them."""

from __future__ import annotations

import datetime as dt
import random
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.shop_histories import faults, jaffle_operations, operations
from benchmarks.shop_histories.comparison import (
    DAYS,
    Comparison,
    digest,
    file_digest,
    of_days,
    published_tables,
)
from benchmarks.shop_histories.dbt_projects import DbtProjects, ParsedProject
from benchmarks.shop_histories.expected import Row, day_of, expected_tables
from benchmarks.shop_histories.published_source import publish_source
from benchmarks.shop_histories.source import random_source

from environment import Environment

DAILY = "tag:daily"
RUNS = ("default", "default", "default", "latest", "latest", "range", "range", "range", "all")
WEIGHTED = operations.OPERATIONS | jaffle_operations.OPERATIONS
OPERATIONS = (
    {name: operation for name, (operation, _) in WEIGHTED.items()}
    | faults.FAULTS
    | {"repaired": faults.repaired}
)


@dataclass(frozen=True)
class Step:
    """An operation or a run of a history."""

    name: str
    """Name of the operation, or "run"."""
    seed: str
    """Seed of its random choices, so that it stays the same if other steps are left out."""


@dataclass
class Outcome:
    """What a history did, and what differed."""

    seed: str
    zone: str
    operations: int = 0
    runs: int = 0
    rejected: int = 0
    """Runs that a data test has rejected."""
    blocked: Counter[str] = field(default_factory=Counter)
    """Number of rejected runs by test; a run can be rejected by several."""
    comparison: Comparison = field(default_factory=Comparison)
    digests: list[str] = field(default_factory=list)
    """A hash of the published tables after each run."""
    lines: list[str] = field(default_factory=list)
    """Each step in words."""


def planned(seed: str) -> list[Step]:
    """Return the steps of a history: at least three runs with operations between them."""
    rng = random.Random(f"plan {seed}")  # noqa: S311 - it decides on examples, not on secrets
    names, weights = list(WEIGHTED), [weight for _, weight in WEIGHTED.values()]
    steps: list[str] = ["run"] if rng.random() < 0.8 else []
    for _ in range(rng.choice((2, 2, 3) if steps else (3,))):
        steps += rng.choices(names, weights, k=rng.choice((1, 1, 2, 3, 5, 8)))
        if rng.random() < 0.12:
            steps += [rng.choice(list(faults.FAULTS)), "run"]
            if rng.random() < 0.3:
                steps += [rng.choice(names), "run"]
            steps.append("repaired")
        steps.append("run")
    return [Step(name, f"{seed} {number}") for number, name in enumerate(steps)]


class History:
    """A source, the environment of its runs, and the days that they have built.

    Args:
        projects: The parsed dbt projects.
        scratch: An empty folder, or one that does not exist.
        seed: Seed of the source.
        zone: The time zone of this process, for the description.
    """

    def __init__(self, projects: DbtProjects, scratch: Path, seed: str, zone: str) -> None:
        self.projects = projects
        self.source = random_source(random.Random(f"source {seed}"))  # noqa: S311
        self.outcome = Outcome(seed, zone)
        self.built: set[dt.date] = set()
        self._environment = Environment(scratch / "history", "dev")
        self._fresh = Environment(scratch / "fresh", "dev")
        self._published_jaffle = ""
        self._fresh_jaffle = ""

    def play(self, steps: Sequence[Step]) -> Outcome:
        """Do all steps; after a difference the others are left out."""
        for step in steps:
            rng = random.Random(step.seed)  # noqa: S311
            if step.name == "run":
                self._run(rng)
                if self.outcome.comparison.differences:
                    break
                continue
            self.source.now += dt.timedelta(milliseconds=rng.randrange(1, 900_000))
            text = OPERATIONS[step.name](self.source, rng)
            if text:
                self.outcome.operations += 1
                self.outcome.lines.append(text)
        return self.outcome

    def _run(self, rng: random.Random) -> None:
        """Do a normal run, and compare what it has published."""
        source, outcome = self.source, self.outcome
        kind = rng.choice(RUNS)
        ranges = self._ranges(kind, rng)
        outcome.runs += 1
        outcome.lines.append(f"RUN {kind} {' '.join(f'{a}..{b}' for a, b in ranges)}".strip())
        publish_source(source, self._environment)
        marts = self.projects.marts
        if not self._run_jaffle():
            return
        variables = self._variables()
        if kind == "all":
            causes = faults.marts_causes(source) or faults.daily_causes(source)
            if not self._step(marts, causes, variables):
                return
            self.built |= self._days_of_orders()
        else:
            if not self._step(marts, faults.marts_causes(source), variables, "--exclude", DAILY):
                return
            for first, last in ranges:
                days = variables | {
                    "start_date": f"{first}",
                    "end_date": f"{last + dt.timedelta(days=1)}",
                }
                if not self._step(marts, faults.daily_causes(source), days, "--select", DAILY):
                    return
                self.built |= set(_days(first, last))
        self._compare()

    def _run_jaffle(self) -> bool:
        """Build the jaffle shop's project if its sources have changed; return whether it could."""
        made_of = self._jaffle_sources()
        if made_of != self._published_jaffle:
            self.projects.write_seeds(self.source)
            if not self._step(
                self.projects.jaffle, faults.jaffle_causes(self.source), self._variables()
            ):
                return False
            self._published_jaffle = made_of
        return True

    def _jaffle_sources(self) -> str:
        source = self.source
        return repr((source.customers, source.jaffle_orders, source.variables.demo_orders))

    def _step(
        self,
        project: ParsedProject,
        causes: set[str],
        variables: Mapping[str, Any],
        *arguments: str,
    ) -> bool:
        """Do a step; return whether it has published.

        Reports a step that fails without a cause or succeeds in spite of one, and one that fails
        and changes the published file.
        """
        file = self._environment.published_file(project.name)
        before = file_digest(file)
        errors = project.step(self._environment, variables, *arguments)
        comparison = self.outcome.comparison
        if not errors:
            for cause in sorted(causes):
                comparison.require(f"{project.name} was published: {cause} accepted", holds=False)
            return not causes
        for name, message in errors.items():
            comparison.require(
                f"{project.name} failed without a cause: {name}: {message}", holds=name in causes
            )
        comparison.require(
            f"{project.name} failed and changed its published file",
            holds=file_digest(file) == before,
        )
        self.outcome.rejected += 1
        self.outcome.blocked.update(errors.keys())
        self.outcome.lines.append(f"    blocked by {', '.join(sorted(errors))}")
        return False

    def _compare(self) -> None:
        """Compare the published tables with Python's and with those of a fresh build."""
        comparison = self.outcome.comparison
        found = published_tables(self._environment)
        self.outcome.digests.append(digest(found))
        computed = expected_tables(self.source, self.built)
        comparison.compare("the tables computed in Python", computed, found)
        fresh = self._fresh_tables()
        every_day = self._days_of_orders()
        comparison.compare(
            "a fresh build",
            of_days(fresh, self.built),
            {DAYS: of_days(found, every_day)[DAYS]}
            | {table: rows for table, rows in found.items() if table != DAYS},
        )

    def _fresh_tables(self) -> dict[str, list[Row]]:
        """Return the tables of a complete build of the same source in empty files."""
        jaffle, marts = self.projects.jaffle, self.projects.marts
        made_of = self._jaffle_sources()
        projects = [marts] if made_of == self._fresh_jaffle else [jaffle, marts]
        self._fresh.published_dir.mkdir(parents=True, exist_ok=True)
        shutil.copy(
            self._environment.published_file("ingestion"), self._fresh.published_file("ingestion")
        )
        for project in projects:
            for file in (self._fresh.work_file, self._fresh.published_file):
                file(project.name).unlink(missing_ok=True)
            errors = project.step(self._fresh, self._variables(), "--full-refresh", tests=False)
            if errors:
                raise RuntimeError(f"The fresh build of {project.name} failed: {errors}")
        self._fresh_jaffle = made_of
        return published_tables(self._fresh)

    def _ranges(self, kind: str, rng: random.Random) -> list[tuple[dt.date, dt.date]]:
        """Return the first and last days of the runs of the daily models, none for "all"."""
        first, last = self.source.variables.first_day, self.source.latest_day
        if kind == "latest":
            return [(last, last)]
        if kind == "range":
            span = (last - first).days + 1
            start, end = sorted((rng.randrange(span), rng.randrange(span)))
            return [(first + dt.timedelta(days=start), first + dt.timedelta(days=end))]
        if kind == "default":
            return _ranges_of([day for day in _days(first, last) if day not in self.built]) or [
                (last, last)
            ]
        return []

    def _variables(self) -> dict[str, Any]:
        variables = self.source.variables
        return {
            "first_day": str(variables.first_day),
            "demo_orders": variables.demo_orders,
            "shop_time_zone": variables.shop_time_zone,
            "euros_per_unit": {
                name: float(rate) for name, rate in variables.euros_per_unit.items()
            },
        }

    def _days_of_orders(self) -> set[dt.date]:
        """Return all days from the first order to the last."""
        days = [day_of(self.source, order) for order in self.source.live()]
        return set(_days(min(days), max(days))) if days else set()


def _days(first: dt.date, last: dt.date) -> list[dt.date]:
    return [first + dt.timedelta(days=number) for number in range((last - first).days + 1)]


def _ranges_of(days: Sequence[dt.date]) -> list[tuple[dt.date, dt.date]]:
    """Return the first and last day of each run of consecutive days."""
    ranges: list[tuple[dt.date, dt.date]] = []
    for day in days:
        if ranges and ranges[-1][1] + dt.timedelta(days=1) == day:
            ranges[-1] = (ranges[-1][0], day)
        else:
            ranges.append((day, day))
    return ranges
