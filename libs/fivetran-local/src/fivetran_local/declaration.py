"""The declaration: connectors, their sources and tables, the destination, the rate limit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    model_validator,
)

from fivetran_local.names import destination_name

SchemaChangeHandling = Literal["ALLOW_ALL", "ALLOW_COLUMNS", "BLOCK_ALL"]
ScheduleType = Literal["auto", "manual"]
# Minutes; Fivetran's API accepts no other values.
SyncFrequency = Literal[1, 5, 15, 30, 60, 120, 180, 360, 480, 720, 1440]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def _absolute(path: Path, info: ValidationInfo) -> Path:
    """Return a path that starts at the YAML file's directory, the validation's context."""
    return Path(info.context or "", path)


_LocalPath = Annotated[Path, AfterValidator(_absolute)]


class SqliteSource(_Strict):
    """Tables of a SQLite database file."""

    kind: Literal["sqlite"]
    path: _LocalPath
    """The database file; relative paths start at the YAML file's directory."""
    schema_name: str = Field("main", alias="schema", min_length=1)
    """Name of the source's only schema, such as `public`: SQLite itself has no schemas."""


class FilesSource(_Strict):
    """A directory: each CSV, Parquet or JSON file, and each subdirectory of them, is a table."""

    kind: Literal["files"]
    path: _LocalPath
    """The directory; relative paths start at the YAML file's directory."""
    schema_name: str = Field("files", alias="schema", min_length=1)
    """Name of the source's only schema."""


class PostgresSource(_Strict):
    """Schemas of a PostgreSQL database."""

    kind: Literal["postgres"]
    dsn: SecretStr
    """libpq connection string or URI; use `${VARIABLE}`, since it contains a password."""
    schema_names: tuple[str, ...] = Field(("public",), alias="schemas", min_length=1)


SourceDeclaration = SqliteSource | FilesSource | PostgresSource


class TableDeclaration(_Strict):
    """Properties that a source table does not report itself."""

    high_water_mark: str | None = None
    """Column that grows with every insert and update; without it every row is compared."""
    primary_key: tuple[str, ...] = ()
    """Key columns; by default the source's primary key."""
    enabled: bool = True


class ConnectorDeclaration(_Strict):
    """One connector: its source and its initial settings."""

    id: str = Field(pattern=r"^[A-Za-z0-9_]+$")
    service: str = Field(pattern=r"^[a-z0-9_]+$")
    """Fivetran's connector type, such as `postgres`, as API clients see it."""
    schema_prefix: str | None = Field(None, pattern=r"^[a-z_][a-z0-9_]*$")
    """For databases: destination schemas are `<schema_prefix>_<source schema>`."""
    schema_name: str | None = Field(None, alias="schema", pattern=r"^[a-z_][a-z0-9_]*$")
    """For other sources: the only destination schema."""
    source: SourceDeclaration = Field(discriminator="kind")
    tables: dict[str, TableDeclaration] = Field(default_factory=dict)
    """By source table name. Tables that are not listed are synced too."""
    paused: bool = False
    schedule_type: ScheduleType = "auto"
    sync_frequency: SyncFrequency = 360
    schema_change_handling: SchemaChangeHandling = "ALLOW_ALL"

    @model_validator(mode="after")
    def _has_one_schema_name(self) -> ConnectorDeclaration:
        if (self.schema_prefix is None) == (self.schema_name is None):
            raise ValueError("set either 'schema_prefix' (a database) or 'schema' (other sources)")
        return self

    @property
    def name(self) -> str:
        """The connection's name, which the API calls `schema`."""
        return self.schema_prefix or self.schema_name or self.id

    def destination_schema(self, source_schema: str) -> str:
        """Return the destination schema for tables of `source_schema`."""
        if self.schema_prefix is None:
            return self.name
        return f"{self.schema_prefix}_{destination_name(source_schema)}"


class _AnyDestination(_Strict):
    id: str = Field("local_warehouse", pattern=r"^[A-Za-z0-9_]+$")
    """Id of the only destination and, as in Fivetran, of its group."""
    name: str = Field("Local warehouse", min_length=1)


class DuckDBDestinationDeclaration(_AnyDestination):
    """A DuckDB file in the state directory."""

    kind: Literal["duckdb"] = "duckdb"


class PostgresDestinationDeclaration(_AnyDestination):
    """A PostgreSQL database."""

    kind: Literal["postgres"]
    dsn: SecretStr
    """libpq connection string or URI; use `${VARIABLE}`, since it contains a password."""


DestinationDeclaration = DuckDBDestinationDeclaration | PostgresDestinationDeclaration


def _with_kind(content: Any) -> Any:
    """Return the destination's YAML with a `kind`: the default is DuckDB."""
    return {"kind": "duckdb", **content} if isinstance(content, dict) else content


class RateLimitDeclaration(_Strict):
    """Number of requests that the API accepts; by default Fivetran's.

    Source: https://fivetran.com/docs/rest-api/rate-limiting, "All requests", paid accounts.
    """

    requests: int = Field(20_000, ge=1)
    seconds: float = Field(3600.0, gt=0)


class Declaration(_Strict):
    """A complete YAML file."""

    destination: Annotated[
        Annotated[DestinationDeclaration, Field(discriminator="kind")], BeforeValidator(_with_kind)
    ] = DuckDBDestinationDeclaration()
    connectors: tuple[ConnectorDeclaration, ...] = Field(min_length=1)
    rate_limit: RateLimitDeclaration = RateLimitDeclaration()

    @model_validator(mode="after")
    def _ids_and_names_are_unique(self) -> Declaration:
        for field in ("id", "name"):
            values = [getattr(connector, field) for connector in self.connectors]
            twice = sorted({value for value in values if values.count(value) > 1})
            if twice:
                raise ValueError(
                    f"two connectors have the same {field} {twice[0]!r}; it names the connection"
                )
        return self
