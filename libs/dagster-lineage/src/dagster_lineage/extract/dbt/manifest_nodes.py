"""The entries of a dbt manifest: models, tests, sources, exposures, macros, groups.

dbt changes its schema with every release from 1.3 (v7) to 1.11 (v12), and other engines write it
too. These structs have the fields that lineage needs, under the names that dbt gives them; every
field has a default, because a field may be missing, null or of another type.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from msgspec import Raw, Struct, field
from msgspec.structs import force_setattr

from dagster_lineage.extract.dbt.json_decoding import decode
from dagster_lineage.extract.dbt.quoted_names import unquoted

Strings: TypeAlias = str | tuple[str, ...] | None
"""A list of texts, or one text."""

_QUOTES = frozenset('"`[')
_PRODUCED = frozenset({"model", "seed", "snapshot"})
# dagster-dbt leaves out the same resources (`asset_utils.is_non_asset_node`).
_WITHOUT_TABLE = frozenset({"metric", "semantic_model", "saved_query", "function"})


def strings(value: Strings) -> tuple[str, ...]:
    """Return a list of texts, or one text, as a tuple."""
    if isinstance(value, str):
        return (value,) if value else ()
    return value or ()


class DependsOn(Struct, frozen=True, gc=False):
    """Resources that a resource depends on."""

    nodes: tuple[str, ...] = ()
    """Unique ids."""


class Contract(Struct, frozen=True, gc=False):
    """A model contract."""

    enforced: bool | None = None


class Hook(Struct, frozen=True, gc=False):
    """SQL that dbt runs before or after a model."""

    sql: str | None = None


class ModelReference(Struct, frozen=True, gc=False):
    """The model that a singular test names in `meta.dagster.ref`."""

    name: str = ""
    package: str | None = None
    version: str | int | float | None = None


class DagsterMeta(Struct, frozen=True, gc=False):
    """The settings for Dagster in `meta.dagster`."""

    asset_key: Strings = None
    group: str | None = None
    owners: Strings = None
    ref: ModelReference = ModelReference()


class NodeConfig(Struct, frozen=True, gc=False):
    """The configuration of a resource."""

    enabled: bool | None = None
    materialized: str | None = None
    schema: str | None = None
    group: str | None = None
    access: str | None = None
    contract: Contract | None = None
    meta: dict[str, Raw] | None = None
    unique_key: Strings = None
    column_types: dict[str, str] | None = None
    """Seeds: type by column."""
    delimiter: str | None = None
    severity: str | None = None
    where: Any = None
    """Tests: only whether it is set counts."""
    error_if: str | None = None
    fail_calc: str | None = None
    pre_hook: str | Hook | tuple[str | Hook, ...] | None = field(default=None, name="pre-hook")
    post_hook: str | Hook | tuple[str | Hook, ...] | None = field(default=None, name="post-hook")
    sql_header: str | None = None


class Constraint(Struct, frozen=True, gc=False):
    """A constraint of a model or column."""

    type: str = ""
    columns: Strings = None


class ColumnInfo(Struct, frozen=True, gc=False):
    """A column that YAML describes."""

    data_type: str | None = None
    constraints: tuple[Constraint, ...] = ()
    description: str | None = None


class TestMetadata(Struct, frozen=True, gc=False):
    """The name and arguments of a generic test."""

    name: str = ""
    namespace: str | None = None
    kwargs: dict[str, Any] = {}
    """Arguments: any JSON value that the test takes."""

    def texts(self, argument: str) -> tuple[str, ...]:
        """Return an argument that is a text or a list of texts; empty for another value."""
        value = self.kwargs.get(argument)
        values = value if isinstance(value, list) else [value]
        return tuple(str(one) for one in values if isinstance(one, str | int | float) and one)


class ManifestResource(Struct, frozen=True, kw_only=True, gc=False):
    """A resource of a manifest, with the fields that all of them have."""

    unique_id: str = ""
    resource_type: str = ""
    name: str = ""
    package_name: str = ""
    original_file_path: str = ""
    path: str | None = None
    patch_path: str | None = None
    config: NodeConfig = NodeConfig()
    meta: dict[str, Raw] | None = None
    depends_on: DependsOn = DependsOn()

    @property
    def parents(self) -> tuple[str, ...]:
        """Unique ids of the resources that it depends on."""
        return self.depends_on.nodes

    @property
    def is_enabled(self) -> bool:
        """It takes part; dbt keeps disabled resources elsewhere, other writers may not."""
        return self.config.enabled is not False

    @property
    def is_ephemeral(self) -> bool:
        """It is a model without a table: its code becomes part of its readers'."""
        return self.resource_type == "model" and self.config.materialized == "ephemeral"

    @property
    def is_passed_through(self) -> bool:
        """It has no table, so its readers read what it reads."""
        return self.resource_type in _WITHOUT_TABLE or self.is_ephemeral

    @property
    def is_produced(self) -> bool:
        """It is a table or view that dbt builds."""
        return self.resource_type in _PRODUCED and not self.is_ephemeral and self.is_enabled

    @property
    def dagster(self) -> DagsterMeta:
        """Its `meta.dagster`; newer releases keep `meta` under `config` (dbt-core#11853)."""
        written = (self.config.meta or self.meta or {}).get("dagster")
        return (decode(written, DagsterMeta) if written else None) or _NO_DAGSTER_META


_NO_DAGSTER_META = DagsterMeta()


class ManifestRelation(ManifestResource, frozen=True, kw_only=True, gc=False):
    """A resource that may be a table."""

    database: str | None = None
    schema: str | None = None
    relation_name: str | None = None
    """As dbt renders it."""
    columns: dict[str, ColumnInfo] = {}
    """By name, without quotes."""

    def __post_init__(self) -> None:
        """Take the quotes from the names of columns, which projects write as their engine does."""
        if any(name[:1] in _QUOTES for name in self.columns):
            columns = {unquoted(name): column for name, column in self.columns.items()}
            force_setattr(self, "columns", columns)

    @property
    def table_name(self) -> str:
        """Name of the table in the database."""
        return self.name


class ManifestNode(ManifestRelation, frozen=True, kw_only=True, gc=False):
    """A model, seed, snapshot, data test, analysis or function."""

    alias: str | None = None
    description: str | None = None
    language: str | None = None
    raw_code: str | None = None
    raw_sql: str | None = None
    """The name of `raw_code` before dbt 1.3."""
    compiled: bool | None = None
    compiled_code: str | None = None
    compiled_sql: str | None = None
    """The name of `compiled_code` before dbt 1.3."""
    version_value: str | int | float | None = field(default=None, name="version")
    latest_version_value: str | int | float | None = field(default=None, name="latest_version")
    deprecation_date: str | None = None
    access: str | None = None
    group: str | None = None
    contract: Contract = Contract()
    constraints: tuple[Constraint, ...] = ()
    column_name: str | None = None
    """Generic tests: the column that they are attached to."""
    attached_node: str | None = None
    """Generic tests: unique id of the node that they are attached to."""
    test_metadata: TestMetadata | None = None

    @property
    def table_name(self) -> str:
        """Name of the table in the database."""
        return self.alias or self.name

    @property
    def version(self) -> str:
        """Version of a versioned model; empty for others."""
        return "" if self.version_value is None else str(self.version_value)

    @property
    def latest_version(self) -> str:
        """Latest version of the model; empty for a model without versions."""
        return "" if self.latest_version_value is None else str(self.latest_version_value)

    @property
    def code(self) -> str:
        """SQL with Jinja, or Python."""
        return self.raw_code or self.raw_sql or ""

    @property
    def compiled_query(self) -> str:
        """SQL as dbt compiled it; empty in a manifest that was only parsed."""
        return self.compiled_code or self.compiled_sql or ""

    @property
    def contract_is_enforced(self) -> bool:
        """Whether dbt refuses to build the model when its columns differ from the declared ones."""
        configured = self.config.contract.enforced if self.config.contract else None
        return (self.contract.enforced if configured is None else configured) is True


class FreshnessTime(Struct, frozen=True, gc=False):
    """How old the rows of a source may be."""

    count: int | float | str | None = None
    period: str | None = None


class Freshness(Struct, frozen=True, gc=False):
    """The freshness that a source declares."""

    warn_after: FreshnessTime | None = None
    error_after: FreshnessTime | None = None


class ManifestSource(ManifestRelation, frozen=True, kw_only=True, gc=False):
    """A table of a source."""

    resource_type: str = "source"
    source_name: str = ""
    identifier: str | None = None
    source_meta: dict[str, Raw] | None = None
    freshness: Freshness | None = None

    @property
    def table_name(self) -> str:
        """Name of the table in the database."""
        return self.identifier or self.name

    @property
    def full_name(self) -> str:
        """The name that the project reads it by: `source.table`."""
        return f"{self.source_name}.{self.name}"

    @property
    def source_dagster(self) -> DagsterMeta:
        """The `meta.dagster` of the whole source."""
        written = (self.source_meta or {}).get("dagster")
        return (decode(written, DagsterMeta) if written else None) or _NO_DAGSTER_META


class Owner(Struct, frozen=True, gc=False):
    """The owner of an exposure or group."""

    name: str | None = None
    email: Strings = None


class ManifestExposure(ManifestResource, frozen=True, kw_only=True, gc=False):
    """An exposure."""

    type: str = ""
    owner: Owner = Owner()


class ManifestGroup(Struct, frozen=True, gc=False):
    """A group of models."""

    name: str = ""
    owner: Owner = Owner()


class ManifestMacro(Struct, frozen=True, gc=False):
    """A macro."""

    name: str = ""
    package_name: str = ""
    macro_sql: str = ""


class ManifestMetadata(Struct, frozen=True, gc=False):
    """The metadata of a manifest."""

    project_name: str | None = None
    project_id: str | None = None
    adapter_type: str | None = None
    dbt_version: str = ""
    dbt_schema_version: str = ""
    invocation_id: str | None = None
    generated_at: str | None = None
