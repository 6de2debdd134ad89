"""Parts of a synthetic repository: tables with ten columns, and their readers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

ROLES: dict[str, str] = {
    "id": "bigint",
    "ref": "bigint",
    "code": "varchar",
    "name": "varchar",
    "amount": "decimal(18, 2)",
    "quantity": "integer",
    "ratio": "double",
    "day": "date",
    "at": "timestamp",
    "flag": "boolean",
}
"""The ten columns of every table by what they mean, and their types; names differ by table."""

PLAIN = re.compile(r"[a-z_][a-z0-9_]*")


def quoted(column: str) -> str:
    """A column's name as SQL wants it: bare where that is enough."""
    return column if PLAIN.fullmatch(column) else f'"{column}"'


@dataclass(frozen=True)
class Table:
    """A table that can be read: a seed or a model."""

    project: str
    """Who makes it."""
    schema: str
    """Its schema; with the name its asset key."""
    name: str
    """Its name, and its model's."""
    columns: dict[str, str]
    """Column by role, in the order of the table."""
    contracted: frozenset[str] = frozenset({"id"})
    """Roles whose column has a not null constraint."""
    public: bool = False
    """Other projects may read it."""

    @property
    def key(self) -> str:
        """The asset key as text."""
        return f"{self.schema}/{self.name}"


@dataclass(frozen=True)
class Use:
    """A use of a column in a reader's statement."""

    role: str
    column: str
    clause: str
    """`select`, `where`, `join`, `group`, `window` or `star`."""


@dataclass
class Input:
    """A table that a model reads."""

    table: Table
    """What is read."""
    foreign: bool
    """It belongs to another project, and is read as a dbt source."""
    alias: str = ""
    """Name of the CTE that imports it."""
    offered: dict[str, str] = field(default_factory=dict)
    """Columns by role that the import offers: a subset where they are listed."""
    listed: bool = False
    """The import lists its columns, one per line; else it is `select *`."""
    uses: list[Use] = field(default_factory=list)
    """Where which column is used."""

    def use(self, role: str, clause: str) -> str:
        """The quoted column of a role, noted as used."""
        column = self.offered[role]
        self.uses.append(Use(role, column, clause))
        return quoted(column)

    @property
    def used(self) -> dict[str, str]:
        """Columns by role that the statement uses anywhere, in the order of the table."""
        roles = {use.role for use in self.uses}
        return {role: column for role, column in self.table.columns.items() if role in roles}

    @property
    def jinja(self) -> str:
        """How the model names it."""
        if self.foreign:
            return f"{{{{ source('{self.table.project}', '{self.table.name}') }}}}"
        return f"{{{{ ref('{self.table.name}') }}}}"


@dataclass(frozen=True)
class Model:
    """A dbt model."""

    table: Table
    """What it makes."""
    layer: str
    """`staging`, `intermediate` or `public`: the folder that it lies in."""
    shape: str
    """Which kind of statement it is."""
    sql: str
    """Its file's text."""
    inputs: tuple[Input, ...]
    """What it reads."""
    lines: dict[str, str]
    """By role, the line of the statement that makes the column, without comma; empty where a star
    does."""
    daily: bool = False
    """It is built by days."""

    @property
    def path(self) -> str:
        """Its file, relative to its project."""
        return f"models/{self.layer}/{self.table.name}.sql"


@dataclass
class Project:
    """A dbt project with its code location."""

    name: str
    domain: str
    seeds: list[Table] = field(default_factory=list)
    models: list[Model] = field(default_factory=list)

    @property
    def public(self) -> list[Model]:
        """Models that other projects may read."""
        return [model for model in self.models if model.layer == "public"]

    @property
    def staging(self) -> str:
        """How its staging models are materialized."""
        return "view" if len(self.domain) % 2 else "ephemeral"

    @property
    def sources(self) -> list[Input]:
        """Every read of a foreign table."""
        return [read for model in self.models for read in model.inputs if read.foreign]


@dataclass(frozen=True)
class PythonAsset:
    """An asset of a Python project."""

    project: str
    """Who makes it."""
    domain: str
    name: str
    """Its name; its key is `[project's domain, name]`."""
    module: str
    """The module that it is written in, without `.py`."""
    reads: tuple[Table, ...]
    """Foreign tables."""
    columns: dict[str, tuple[str, ...]]
    """By key of what it reads, the columns that it declares to read."""
    style: str
    """`key`, `list`, `dep` or `upstream`: how it names what it reads."""
    partitions: str = ""
    """`daily` or empty."""

    @property
    def key(self) -> str:
        """The asset key as text."""
        return f"{self.domain}/{self.name}"


@dataclass
class PythonProject:
    """A Python project with its code location."""

    name: str
    domain: str
    assets: list[PythonAsset] = field(default_factory=list)


@dataclass
class Repository:
    """All projects, upstream ones first."""

    seed: int
    rows: int
    projects: list[Project]
    consumers: list[PythonProject]
