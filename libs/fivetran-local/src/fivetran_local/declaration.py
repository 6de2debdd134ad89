"""The YAML file that declares connectors: what may stand in it, what is said when it may not."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    SecretStr,
    Tag,
    ValidationError,
    model_validator,
)

from fivetran_local.errors import DeclarationError
from fivetran_local.names import destination_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic_core import ErrorDetails

SchemaChangeHandling = Literal["ALLOW_ALL", "ALLOW_COLUMNS", "BLOCK_ALL"]
ScheduleType = Literal["auto", "manual"]
# Minutes; Fivetran's API accepts no others.
SyncFrequency = Literal[1, 5, 15, 30, 60, 120, 180, 360, 480, 720, 1440]

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class SqliteSource(_Strict):
    """Tables of a SQLite database file."""

    kind: Literal["sqlite"]
    path: Path
    """The database file; relative to the YAML file's folder."""
    schema_name: str = Field("main", alias="schema", min_length=1)
    """What the source calls its one schema, such as `public`: SQLite itself has none."""


class FilesSource(_Strict):
    """A folder: each CSV, Parquet or JSON file in it is a table, and so is each folder of them."""

    kind: Literal["files"]
    path: Path
    """The folder; relative to the YAML file's folder."""
    schema_name: str = Field("files", alias="schema", min_length=1)
    """What the source calls its one schema."""


class PostgresSource(_Strict):
    """Schemas of a PostgreSQL database."""

    kind: Literal["postgres"]
    dsn: SecretStr
    """libpq's connection string or URI: give it as `${VARIABLE}`, since it holds a password."""
    schema_names: tuple[str, ...] = Field(("public",), alias="schemas", min_length=1)


SourceDeclaration = SqliteSource | FilesSource | PostgresSource


class TableDeclaration(_Strict):
    """What a source table does not say about itself."""

    high_water_mark: str | None = None
    """Column that grows with every insert and update; without it every row is compared."""
    primary_key: tuple[str, ...] = ()
    """Key columns; by default those that the source declares."""
    enabled: bool = True


class ConnectorDeclaration(_Strict):
    """One connector: where its rows come from, and the settings that it starts with."""

    id: str = Field(pattern=r"^[A-Za-z0-9_]+$")
    service: str = Field(pattern=r"^[a-z0-9_]+$")
    """Fivetran's connector type, such as `postgres`: what API clients see."""
    schema_prefix: str | None = Field(None, pattern=r"^[a-z_][a-z0-9_]*$")
    """For databases: destination schemas are `<schema_prefix>_<source schema>`."""
    schema_name: str | None = Field(None, alias="schema", pattern=r"^[a-z_][a-z0-9_]*$")
    """For everything else: the one destination schema."""
    source: SourceDeclaration = Field(discriminator="kind")
    tables: dict[str, TableDeclaration] = Field(default_factory=dict)
    """By source table name. Tables that are not named here are synced too."""
    paused: bool = False
    schedule_type: ScheduleType = "auto"
    sync_frequency: SyncFrequency = 360
    schema_change_handling: SchemaChangeHandling = "ALLOW_ALL"

    @model_validator(mode="after")
    def _has_one_schema_name(self) -> ConnectorDeclaration:
        if (self.schema_prefix is None) == (self.schema_name is None):
            raise ValueError("give either 'schema_prefix' (a database) or 'schema' (anything else)")
        return self

    @property
    def name(self) -> str:
        """The connection's name, which the API calls `schema`."""
        return self.schema_prefix or self.schema_name or self.id

    def destination_schema(self, source_schema: str) -> str:
        """Return the destination schema that tables of `source_schema` go to."""
        if self.schema_prefix is None:
            return self.name
        return f"{self.schema_prefix}_{destination_name(source_schema)}"


class _AnyDestination(_Strict):
    """The one destination; its id is also the id of the group, as in Fivetran."""

    id: str = Field("local_warehouse", pattern=r"^[A-Za-z0-9_]+$")
    name: str = Field("Local warehouse", min_length=1)


class DuckDBDestinationDeclaration(_AnyDestination):
    """A DuckDB file in the state folder."""

    kind: Literal["duckdb"] = "duckdb"


class PostgresDestinationDeclaration(_AnyDestination):
    """A PostgreSQL database."""

    kind: Literal["postgres"]
    dsn: SecretStr
    """libpq's connection string or URI: give it as `${VARIABLE}`, since it holds a password."""


DestinationDeclaration = DuckDBDestinationDeclaration | PostgresDestinationDeclaration


def _kind_of_destination(content: Any) -> str:
    """Return which declaration is meant; without a `kind` it is DuckDB."""
    if isinstance(content, dict):
        return str(content.get("kind", "duckdb"))
    return str(getattr(content, "kind", "duckdb"))


_AnyDestinationDeclaration = Annotated[
    Annotated[DuckDBDestinationDeclaration, Tag("duckdb")]
    | Annotated[PostgresDestinationDeclaration, Tag("postgres")],
    Discriminator(_kind_of_destination),
]


class RateLimitDeclaration(_Strict):
    """How many requests the API allows; by default as many as Fivetran does.

    Source: https://fivetran.com/docs/rest-api/rate-limiting, "All requests", accounts that pay.
    """

    requests: int = Field(20_000, ge=1)
    seconds: float = Field(3600.0, gt=0)


class Declaration(_Strict):
    """A whole YAML file."""

    destination: _AnyDestinationDeclaration = DuckDBDestinationDeclaration()
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


def read_declaration(file: Path, variables: Mapping[str, str]) -> Declaration:
    """Read and validate a YAML file of connectors.

    Args:
        file: The YAML file.
        variables: Values for `${NAME}` in it. Nothing else is looked up, not even the environment.

    Raises:
        DeclarationError: The file is missing, is not YAML, names an unknown variable, or fails
            validation. The message has one line per problem: file, line, field and mend.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise DeclarationError(f"{file}: cannot be read: {error.strerror}") from error
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise DeclarationError(f"{file}: is not YAML: {error}") from error
    try:
        content = _with_variables(content, file, variables)
        declaration = Declaration.model_validate(content)
    except ValidationError as error:
        found = error.errors()
        # Of a list with a wrong item pydantic also says that it is too short: a consequence.
        wrong = [detail for detail in found if detail["type"] != "too_short"] or found
        problems = [_problem(file, node, detail) for detail in wrong]
        raise DeclarationError("\n".join(problems)) from error
    return _with_absolute_paths(declaration, file.absolute().parent)


def _with_variables(content: Any, file: Path, variables: Mapping[str, str]) -> Any:
    if isinstance(content, dict):
        return {key: _with_variables(value, file, variables) for key, value in content.items()}
    if isinstance(content, list):
        return [_with_variables(value, file, variables) for value in content]
    if not isinstance(content, str):
        return content

    def value_of(match: re.Match[str]) -> str:
        if match[1] not in variables:
            given = ", ".join(sorted(variables)) or "none"
            close = difflib.get_close_matches(match[1], variables, 1)
            hint = f"did you mean ${{{close[0]}}}?" if close else f"given are: {given}"
            raise DeclarationError(
                f"{file}: ${{{match[1]}}} is not given ({hint}). "
                "Pass it with serve(variables=...) or --variable NAME=VALUE."
            )
        return variables[match[1]]

    return _VARIABLE.sub(value_of, content)


def _with_absolute_paths(declaration: Declaration, folder: Path) -> Declaration:
    connectors = []
    for connector in declaration.connectors:
        source = connector.source
        if not isinstance(source, PostgresSource):
            source = source.model_copy(update={"path": folder / source.path})
        connectors.append(connector.model_copy(update={"source": source}))
    return declaration.model_copy(update={"connectors": tuple(connectors)})


def _problem(file: Path, root: yaml.Node | None, detail: ErrorDetails) -> str:
    location = [part for part in detail["loc"] if not _is_union_tag(part, root, detail["loc"])]
    if detail["type"].startswith("union_tag"):
        location.append("kind")
    line = _line(root, location)
    field = ".".join(str(part) for part in location) or "the file"
    message = detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "extra_forbidden":
        close = difflib.get_close_matches(str(location[-1]), _known_fields(), 1)
        message = "is not a known field" + (f"; did you mean '{close[0]}'?" if close else "")
    return f"{file}:{line}: {field}: {message}"


def _is_union_tag(part: int | str, root: yaml.Node | None, location: Sequence[int | str]) -> bool:
    """Tell whether pydantic put `part` in: the tag of a discriminated union is not in the file."""
    index = location.index(part)
    return (
        index > 0
        and location[index - 1] in {"source", "destination"}
        and part in {"sqlite", "files", "postgres", "duckdb"}
        and root is not None
    )


def _known_fields() -> list[str]:
    models: tuple[type[BaseModel], ...] = (
        Declaration,
        DuckDBDestinationDeclaration,
        PostgresDestinationDeclaration,
        ConnectorDeclaration,
        TableDeclaration,
        RateLimitDeclaration,
        SqliteSource,
        FilesSource,
        PostgresSource,
    )
    return [field.alias or name for model in models for name, field in model.model_fields.items()]


def _line(node: yaml.Node | None, location: Sequence[int | str]) -> int:
    """Return the line, from 1, of the field at `location`, or of the nearest one around it."""
    line = node.start_mark.line + 1 if node else 1
    for part in location:
        if isinstance(node, yaml.MappingNode):
            found = [pair for pair in node.value if pair[0].value == str(part)]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            found = [(item, item) for item in node.value[part : part + 1]]
        else:
            found = []
        if not found:
            break
        key, node = found[0]
        line = key.start_mark.line + 1
    return line
