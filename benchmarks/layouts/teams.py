"""Plan of the workspace: its dbt projects, their tables, and who reads them."""

from __future__ import annotations

from dataclasses import dataclass, field

from benchmarks.synthetic.words import DOMAINS, ENTITIES

RAW_TABLES = 4
"""Tables that a dbt project stages: of ingestion, or its own seeds behind sources."""
MARTS = 5
"""Public models of a dbt project."""
FOREIGN_READS = 5
"""Marts of other locations that a dbt project reads."""
DATABASE = "warehouse"
PYTHON_LOCATIONS = ("ingestion", "features", "exports", "archive")


@dataclass(frozen=True)
class Table:
    """A table that can be read."""

    schema: str
    """In the warehouse."""
    name: str
    key: tuple[str, ...]
    """Its asset key."""
    columns: dict[str, str]
    """Types by name; the first column is the id."""

    @property
    def key_text(self) -> str:
        """The key as findings print it."""
        return "/".join(self.key)

    @property
    def relation(self) -> str:
        """Its name in SQL."""
        return f"{DATABASE}.{self.schema}.{self.name}"


@dataclass(frozen=True)
class Read:
    """A read of another location's mart by a staging model."""

    producer: str
    """The dbt project that builds it."""
    table: Table
    injected: bool
    """It is a `ref` of an injected model, else a source."""

    @property
    def columns(self) -> dict[str, str]:
        """The columns that the staging model uses."""
        return {name: self.table.columns[name] for name in list(self.table.columns)[:6]}


@dataclass
class DbtProject:
    """A dbt project with one or two code locations."""

    name: str
    folder: str
    """Relative to the root."""
    locations: tuple[str, ...]
    number: int
    raw: list[Table] = field(default_factory=list)
    marts: list[Table] = field(default_factory=list)
    reads: list[Read] = field(default_factory=list)

    @property
    def seeds(self) -> bool:
        """Its sources are its own seeds, else tables of ingestion."""
        return self.number % 2 == 1

    @property
    def prefixed(self) -> bool:
        """Its marts have a separate schema, which is part of their keys."""
        return self.number > 2

    @property
    def owned(self) -> bool:
        """Its models have an owner."""
        return self.number % 5 != 4

    @property
    def names_keys(self) -> bool:
        """Its sources name their keys, else source and table are the key."""
        return self.number % 3 != 0

    @property
    def short_schemas(self) -> bool:
        """It has a macro for the names of schemas, else dbt's default."""
        return self.number % 4 == 1

    @property
    def injects(self) -> list[str]:
        """The projects whose models are injected into its manifest."""
        return sorted({read.producer for read in self.reads if read.injected})

    def schema(self, custom: str) -> str:
        """Return the schema of models with a custom schema."""
        if not custom:
            return "main"
        return custom if self.short_schemas else f"main_{custom}"

    def source_of(self, read: Read) -> str:
        """Return the name of the source through which a mart is read."""
        return (
            f"from_{read.producer}"
            if self.names_keys or not read.table.key[1:]
            else (read.table.key[0])
        )

    def staged(self, read: Read) -> str:
        """Return the name of the model that reads a mart."""
        return f"stg_{read.producer}__{read.table.name}"

    def mart_over(self, read: Read) -> Table:
        """Return the mart that a read ends in."""
        return self.marts[self.reads.index(read) % len(self.marts)]


@dataclass
class Plan:
    """The workspace."""

    projects: list[DbtProject]

    def producer(self, read: Read) -> DbtProject:
        """Return the project whose mart is read."""
        return next(one for one in self.projects if one.name == read.producer)

    def readers(self, table: Table) -> list[tuple[DbtProject, Read]]:
        """Return the reads of a mart."""
        return [(one, read) for one in self.projects for read in one.reads if read.table is table]

    @property
    def locations(self) -> list[str]:
        """Names of the code locations."""
        named = (name for one in self.projects for name in one.locations)
        return list(dict.fromkeys((*named, *PYTHON_LOCATIONS)))

    @property
    def ingested(self) -> list[DbtProject]:
        """Projects over tables of ingestion."""
        return [one for one in self.projects if not one.seeds]


def plan(projects: int = 20) -> Plan:
    """Plan the workspace.

    Args:
        projects: Number of dbt projects: 20, or 6 for a small workspace.
    """
    made: list[DbtProject] = []
    readers: dict[str, int] = {}
    for number, (folder, locations) in enumerate(_folders(projects)):
        name = DOMAINS[number]
        project = DbtProject(name, folder, locations, number)
        entities = [ENTITIES[(number * 3 + one) % len(ENTITIES)] for one in range(MARTS)]
        raw = f"{name}_raw"
        for entity in entities[:RAW_TABLES]:
            schema = project.schema(f"{name}_seeds") if project.seeds else raw

            project.raw.append(Table(schema, entity, (raw, entity), _columns(entity)))
        for entity in entities:
            mart = f"{name}_{entity}"
            key = (name, mart) if project.prefixed else (mart,)
            schema = project.schema(name if project.prefixed else "")
            project.marts.append(Table(schema, mart, key, _columns(entity)))
        upstream = [one for one in made if not {*one.locations} & {*locations}]
        injects = number in (_first_injecting(projects), _first_injecting(projects) + 1)
        if injects:
            upstream = [one for one in upstream if not one.prefixed]
        offered = [(one, mart) for one in upstream for mart in one.marts]
        offered.sort(key=lambda pair: readers.get(pair[1].key_text, 0))
        for one, mart in offered[:FOREIGN_READS]:
            readers[mart.key_text] = readers.get(mart.key_text, 0) + 1
            project.reads.append(Read(one.name, mart, injects))
        made.append(project)
    return Plan(made)


def _first_injecting(projects: int) -> int:
    return 9 if projects > 6 else 3


def _folders(projects: int) -> list[tuple[str, tuple[str, ...]]]:
    """Return folder and code locations of each dbt project."""
    small = projects <= 6
    shared, each = (2, 2) if small else (4, 3)
    found = []
    for number in range(shared * each):
        location = f"{DOMAINS[number // each * each]}_team"
        found.append((f"dbt/{DOMAINS[number]}", (location,)))
    for number in range(0 if small else 6):
        first = DOMAINS[shared * each + number // 2 * 2]
        name = DOMAINS[shared * each + number]
        found.append((f"code/{first}/dbt/{name}", (f"{first}_code",)))
    found.append(("hub/dbt", ("hub_hourly", "hub_nightly")))
    found.append(("regional/dbt", ("regional", "regional_staging")))
    return found


def _columns(entity: str) -> dict[str, str]:
    one = entity.removesuffix("s")
    return {
        f"{one}_id": "bigint",
        f"{one}_name": "varchar",
        "Net Price": "decimal(18, 2)",
        f"{one}_day": "date",
        "seen_at": "timestamp",
        "is_active": "boolean",
        "parent_id": "bigint",
    }
