"""Relations and columns as macros handle them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

PARTS = ("database", "schema", "identifier")
PART = re.compile(r'"((?:[^"]|"")*)"|`((?:[^`]|``)*)`|\[([^\]]*)\]|([^.]+)')


@dataclass(frozen=True)
class Relation(Mapping[str, object]):
    """A table or view: its text is what dbt would write, its parts can be asked for.

    A mapping, as in dbt: `dbt_utils` distinguishes a relation from a text by that.
    """

    database: str
    """Catalog, project or database; empty without one."""
    schema: str
    """Schema."""
    identifier: str
    """Name of the table."""
    mark: str = '"'
    """The character that quotes; empty where nothing is quoted."""
    type: str = ""
    """`table`, `view`, …; empty when not known."""
    text: str = ""
    """As the manifest writes it, where it does."""

    @classmethod
    def of(cls, text: str, type_: str = "") -> Relation:
        """The relation that a manifest's `relation_name` writes."""
        found = [next((group for group in match if group), "") for match in PART.findall(text)]
        names = [part for name in found for part in ([name] if name else [])]
        if text[:1] == "`" and len(names) == 1:
            names = names[0].split(".")
        while len(names) < len(PARTS):
            names.insert(0, "")
        mark = text[:1] if text[:1] in ('"', "`") else ""
        return cls(".".join(names[:-2]), names[-2], names[-1], mark, type_, text)

    def __getitem__(self, name: str) -> object:
        if name == "metadata":
            return {"type": "Relation"}
        if name not in PARTS:
            raise KeyError(name)
        return getattr(self, name)

    def __iter__(self) -> Iterator[str]:
        return iter(PARTS)

    def __len__(self) -> int:
        return len(PARTS)

    @property
    def plain(self) -> str:
        """Its parts without quotes, in one case."""
        parts = (self.database, self.schema, self.identifier)
        return ".".join(part for part in parts if part).casefold()

    @property
    def name(self) -> str:
        """Its identifier, under dbt's other name for it."""
        return self.identifier

    table = name

    @property
    def is_table(self) -> bool:
        """It is materialized as a table."""
        return self.type in ("table", "incremental", "seed", "snapshot")

    @property
    def is_view(self) -> bool:
        """It is materialized as a view."""
        return self.type == "view"

    @property
    def is_cte(self) -> bool:
        """It is an ephemeral model."""
        return self.type == "ephemeral"

    def __str__(self) -> str:
        return self.text or self.render()

    def render(self) -> str:
        """Its parts, quoted and joined."""
        parts = (self.database, self.schema, self.identifier)
        return self.text or ".".join(self.quoted(part) for part in parts if part)

    def quoted(self, identifier: str) -> str:
        """An identifier in this relation's quotes."""
        return f"{self.mark}{identifier}{self.mark}"

    def include(self, **parts: bool) -> Relation:
        """The same without the parts that are set to False."""
        gone = {name: "" for name in PARTS if parts.get(name) is False}
        return replace(self, text="", **gone) if gone else self

    def without_identifier(self) -> Relation:
        """Its schema."""
        return self.include(identifier=False)

    def quote(self, **parts: bool) -> Relation:
        """The same, unquoted if no part is to be quoted."""
        return replace(self, text="", mark="") if not any(parts.values()) else self

    def incorporate(self, **changes: object) -> Relation:
        """The same with other parts: `path={"identifier": …}`, `type=…`."""
        path = changes.get("path")
        parts = {k: str(v or "") for k, v in path.items()} if isinstance(path, Mapping) else {}
        known = {name: text for name, text in parts.items() if name in PARTS}
        type_ = str(changes.get("type") or self.type)
        return replace(self, text="" if known else self.text, type=type_, **known)

    def replace_path(self, **path: str) -> Relation:
        """The same under other names."""
        return self.incorporate(path=path)


@dataclass(frozen=True)
class RelationMaker:
    """What macros call `api.Relation`."""

    mark: str = '"'

    def create(self, **given: object) -> Relation:
        """A relation from its parts."""
        parts = {name: str(given.get(name) or "") for name in PARTS}
        return Relation(**parts, mark=self.mark, type=str(given.get("type") or ""))


TYPE_LABELS = {
    "": {"STRING": "TEXT"},
    "bigquery": {"TEXT": "STRING", "FLOAT": "FLOAT64", "INTEGER": "INT64", "BOOLEAN": "BOOL"},
    "spark": {"TEXT": "STRING", "INTEGER": "INT"},
    "databricks": {"TEXT": "STRING", "INTEGER": "INT"},
}
"""What `api.Column.translate_type` makes of dbt's own names of types, by adapter."""


@dataclass(frozen=True)
class ColumnMaker:
    """What macros call `api.Column`."""

    adapter: str = ""
    mark: str = '"'

    def __call__(self, column: str, dtype: str = "", *_sizes: object) -> KnownColumn:
        """A column."""
        return KnownColumn(column, dtype, self.mark)

    def create(self, name: str, label_or_dtype: str = "") -> KnownColumn:
        """A column of one of dbt's types."""
        return KnownColumn(name, self.translate_type(label_or_dtype), self.mark)

    def translate_type(self, dtype: str) -> str:
        """The adapter's name of one of dbt's types."""
        labels = TYPE_LABELS.get(self.adapter, TYPE_LABELS[""])
        return labels.get(dtype.upper(), dtype)

    def numeric_type(self, dtype: str, precision: object, scale: object) -> str:
        """A decimal type."""
        return dtype if precision is None or scale is None else f"{dtype}({precision},{scale})"

    def string_type(self, size: int) -> str:
        """A text type of a length."""
        return f"character varying({size})"


@dataclass(frozen=True)
class KnownColumn:
    """A column as `adapter.get_columns_in_relation` gives it."""

    name: str
    """Its name."""
    dtype: str = ""
    """Its type, in the engine's spelling."""
    mark: str = '"'
    """The character that quotes."""

    @property
    def column(self) -> str:
        """Its name, under dbt's other name for it."""
        return self.name

    @property
    def data_type(self) -> str:
        """Its type."""
        return self.dtype

    @property
    def quoted(self) -> str:
        """Its name in quotes."""
        return f"{self.mark}{self.name}{self.mark}"

    def string_size(self) -> int:
        """How long its texts may be; dbt's answer where no length is declared."""
        return 256

    def is_string(self) -> bool:
        """Its type is one of texts."""
        return self.dtype.lower().partition("(")[0] in (
            "text",
            "varchar",
            "string",
            "char",
            "character varying",
            "character",
        )

    def is_numeric(self) -> bool:
        """Its type is decimal."""
        return self.dtype.lower().partition("(")[0] in ("numeric", "decimal", "number")

    def is_integer(self) -> bool:
        """Its type holds whole numbers."""
        return "int" in self.dtype.lower()

    def is_float(self) -> bool:
        """Its type is of floating point."""
        return self.dtype.lower() in ("float", "double", "real", "float64", "double precision")

    def is_number(self) -> bool:
        """Its type holds numbers."""
        return self.is_numeric() or self.is_integer() or self.is_float()
