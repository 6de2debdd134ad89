"""Plan of a synthetic repository: its projects, their tables and readers."""

from __future__ import annotations

import random

from benchmarks.synthetic.shapes import OVER_ONE, OVER_TWO, Draft
from benchmarks.synthetic.tables import (
    ROLES,
    Input,
    Model,
    Project,
    PythonAsset,
    PythonProject,
    Repository,
    Table,
)
from benchmarks.synthetic.words import DOMAINS, ENTITIES, QUOTED, SYNONYMS

SEEDS = 4
"""Seed files per project."""
UPSTREAM_PROJECTS = 3
"""Maximum number of projects that one project reads."""
STARS = {"star", "star_but"}
"""Shapes that pass columns on without naming them."""
LONGEST_ALIAS = 30
EXPECTED_ROLES = 7
"""Approximate number of columns of a foreign table that a reader uses."""


def plan(
    *,
    projects: int = 50,
    models: int = 100,
    consumers: int | None = None,
    rows: int = 20,
    seed: int = 7,
) -> Repository:
    """Plan a repository.

    Args:
        projects: Number of dbt projects.
        models: Models of each project, at least 10.
        consumers: Number of Python projects; by default one for every ten dbt projects.
        rows: Rows of each seed.
        seed: The same seed plans the same repository.
    """
    decides = random.Random(seed)  # noqa: S311 - it decides on names, not on secrets
    made: list[Project] = []
    readers: dict[str, int] = {}
    for number in range(projects):
        domain = DOMAINS[number % len(DOMAINS)] + (
            str(number // len(DOMAINS)) if number >= len(DOMAINS) else ""
        )
        upstream = _upstream(decides, made)
        made.append(_project(decides, domain, models, upstream, readers))
    count = max(1, projects // 10) if consumers is None else consumers
    python = [_consumer(decides, number, made, readers) for number in range(count)]
    return Repository(seed, rows, made, python)


def _upstream(decides: random.Random, made: list[Project]) -> list[Project]:
    if not made:
        return []
    near = made[-6:]
    chosen = decides.sample(near, min(UPSTREAM_PROJECTS, len(near)))
    return [project for project in made if project in chosen]


def _project(
    decides: random.Random,
    domain: str,
    count: int,
    upstream: list[Project],
    readers: dict[str, int],
) -> Project:
    project = Project(f"{domain}_dbt", domain)
    entities = list(ENTITIES)
    decides.shuffle(entities)
    for entity in entities[:SEEDS]:
        names = {"id": "id", "ref": "ref_id", "code": "code", "name": "label"}
        columns = {role: names.get(role, f"{role}_value") for role in ROLES}
        project.seeds.append(Table(project.name, f"{domain}_raw", f"raw_{entity}", columns))
    public = max(2, count // 5)
    foreign = min(max(2, count // 6), sum(len(one.public) for one in upstream))
    staging = SEEDS + foreign
    local = [
        _model(decides, project, "staging", f"stg_{seed.name}", [seed]) for seed in project.seeds
    ]
    for table in _least_read(decides, upstream, foreign, readers):
        name = f"stg_{table.project.removesuffix('_dbt')}__{table.name}"
        local.append(_model(decides, project, "staging", name, [table]))
    for number in range(max(0, count - public - staging)):
        entity = entities[number % len(entities)]
        reads = _some(decides, local, 2)
        local.append(_model(decides, project, "intermediate", f"int_{entity}_{number}", reads))
    published = list(local)
    for number in range(public):
        suffix = "" if number < len(entities) else f"_{number}"
        name = f"{entities[number % len(entities)]}{suffix}"
        reads = _some(decides, published, 2)
        # Now and then a mart reads another team's table without a staging model between.
        if upstream and number % 4 == 0:
            reads[-1] = _least_read(decides, upstream, 1, readers)[0]
        _model(decides, project, "public", name, reads)
    return project


def _some(decides: random.Random, tables: list[Table], count: int) -> list[Table]:
    recent = tables[-30:]
    return decides.sample(recent, min(count, len(recent)))


def _least_read(
    decides: random.Random, upstream: list[Project], count: int, readers: dict[str, int]
) -> list[Table]:
    """Return public tables of other projects, those with the fewest foreign readers first."""
    tables = [model.table for project in upstream for model in project.public]
    decides.shuffle(tables)
    tables.sort(key=lambda table: readers.get(table.key, 0))
    for table in tables[:count]:
        readers[table.key] = readers.get(table.key, 0) + 1
    return tables[:count]


def _names(decides: random.Random, entity: str, layer: str) -> dict[str, str]:
    """Return column names of a new table; some need quotes, private ones may have spaces."""
    names = {"id": f"{entity[:-3]}y_id" if entity.endswith("ies") else f"{entity[:-1]}_id"}
    for role in ROLES:
        if role == "id":
            continue
        pool: tuple[str, ...] = SYNONYMS[role]
        if decides.random() < 0.12:
            pool = QUOTED[role]
            if layer == "public":
                pool = tuple(name for name in pool if " " not in name)
        names[role] = decides.choice([name for name in pool if name != names["id"]])
    order = list(names)
    decides.shuffle(order)
    return {role: names[role] for role in order}


def _model(
    decides: random.Random, project: Project, layer: str, name: str, reads: list[Table]
) -> Table:
    inputs = [_input(decides, project, table) for table in reads]
    for number, read in enumerate(inputs):
        read.alias = read.table.name if number == 0 else f"{read.table.name}_{number}"
        if len(read.alias) > LONGEST_ALIAS:
            read.alias = f"source_{number}"
    draft = Draft(decides, _names(decides, decides.choice(ENTITIES), layer), inputs)
    shape = _shape(decides, layer, inputs)
    if shape in OVER_ONE:
        draft.inputs = inputs[:1]
    if shape in STARS:
        inputs[0].listed, inputs[0].offered = False, dict(inputs[0].table.columns)
    sql = {**OVER_ONE, **OVER_TWO}[shape](draft)
    table = Table(
        project.name,
        project.domain if layer == "public" else f"{project.domain}_{layer}",
        name,
        draft.names,
        public=layer == "public",
    )
    daily = layer == "public" and len(project.models) % 11 == 0 and shape != "incremental"
    project.models.append(
        Model(table, layer, shape, sql, tuple(draft.inputs), dict(draft.lines), daily)
    )
    return table


def _shape(decides: random.Random, layer: str, inputs: list[Input]) -> str:
    shapes = set(OVER_ONE)
    if len(inputs) > 1 and decides.random() < 0.8:
        shapes = set(OVER_TWO)
    first = inputs[0]
    # A star over a foreign table brings all of its columns: rare, and meant. Names with blanks
    # stay in the house.
    if (first.foreign and decides.random() < 0.7) or (
        layer == "public" and any(" " in name for name in first.table.columns.values())
    ):
        shapes -= STARS
    return decides.choice(sorted(shapes))


def _input(decides: random.Random, project: Project, table: Table) -> Input:
    foreign = table.project != project.name
    offered = dict(table.columns)
    if foreign:
        optional = [role for role in offered if role not in ("id", "ref")]
        left_out = decides.sample(optional, decides.randint(1, len(ROLES) - EXPECTED_ROLES + 2))
        offered = {role: name for role, name in offered.items() if role not in left_out}
    return Input(table, foreign, offered=offered, listed=decides.random() < 0.5)


def _consumer(
    decides: random.Random, number: int, made: list[Project], readers: dict[str, int]
) -> PythonProject:
    """Return a Python project with a few assets over tables of several teams."""
    domain = f"science{number}"
    project = PythonProject(f"{domain}_ml", domain)
    daily = [model for one in made for model in one.public if model.daily]
    for index in range(16):
        style = ("key", "list", "dep", "upstream")[index % 4]
        partitions = "daily" if index % 5 == 0 and daily else ""
        tables = _least_read(decides, decides.sample(made, min(3, len(made))), 2, readers)
        if partitions:
            tables = [decides.choice(daily).table]
        tables = list({table.key: table for table in tables}.values())
        columns = {
            table.key: tuple(decides.sample(sorted(table.columns.values()), 4))
            for table in tables
            if style == "upstream"
        }
        project.assets.append(
            PythonAsset(
                project.name,
                domain,
                f"features_{index}",
                f"features_{index // 8}",
                tuple(tables),
                columns,
                style,
                partitions,
            )
        )
    return project
