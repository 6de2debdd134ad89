"""Fields of structs, which a query builds or whose type lists them.

The element of a list is its field `[]`, so that `list[1].name` is a path of fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from sqlglot import exp
from sqlglot.errors import SqlglotError

from dagster_lineage.extract.sql.type_spelling import type_name
from dagster_lineage.extract.sql.values import Fields, TracedColumn, Value, computed, sources_of

ELEMENT = "[]"
"""Name of the field that stands for the elements of a list."""


def fields_of(value: Value, dialect: str) -> Fields:
    """Return the fields of a struct, or the element of a list; empty if they are unknown.

    A field of a column whose type lists its fields is computed from the whole column.
    """
    if value.fields or not value.type:
        return value.fields
    return tuple(
        (name, computed(value.sources, type_)) for name, type_ in _of_type(value.type, dialect)
    )


def field_of(value: Value, name: str, dialect: str) -> Value:
    """Return a field of a struct. A field that is not known is computed from the whole struct."""
    folded = name.casefold()
    for one, found in fields_of(value, dialect):
        if one.casefold() == folded:
            return found
    return computed(value.sources)


def element_of(value: Value, dialect: str) -> Value | None:
    """Return the element of a list; None if it is not known to be a list."""
    return dict(fields_of(value, dialect)).get(ELEMENT)


def list_of(value: Value, dialect: str) -> Fields:
    """Return the fields of a list of values. Elements without fields need none."""
    return ((ELEMENT, value),) if fields_of(value, dialect) else ()


def common_fields(values: Sequence[Value]) -> Fields:
    """Return the fields of a value that is one of several; empty if they differ in their names."""
    having = [value.fields for value in values if value.fields]
    if not having:
        return ()
    names = [name.casefold() for name, _ in having[0]]
    if any([name.casefold() for name, _ in one] != names for one in having):
        return ()
    return tuple(
        (name, computed(sources_of(one[position][1] for one in having), field.type, field.fields))
        for position, (name, field) in enumerate(having[0])
    )


def also_from(fields: Fields, sources: frozenset[TracedColumn]) -> Fields:
    """Return fields that are computed from other columns, too: the order of an aggregate."""
    return tuple(
        (name, computed(field.sources | sources, field.type, also_from(field.fields, sources)))
        for name, field in fields
    )


def cast_fields(inner: Value, type_: str, dialect: str) -> Fields:
    """Return the fields of a struct under the names that its new type gives them."""
    typed = fields_of(computed(inner.sources, type_), dialect) if type_ else ()
    if len(typed) != len(inner.fields):
        return ()
    fields = zip(typed, inner.fields, strict=True)
    return tuple((name, one._replace(type=new.type)) for (name, new), (_, one) in fields)


def named_fields(names: Iterable[str], values: Iterable[Value]) -> Fields:
    """Return the fields of a struct with these names; empty if one has no name."""
    fields = tuple(zip(names, values, strict=True))
    return fields if all(name for name, _ in fields) else ()


@lru_cache(maxsize=1024)
def _of_type(type_: str, dialect: str) -> tuple[tuple[str, str], ...]:
    """Return names and types of the fields that a type lists."""
    try:
        parsed = exp.DataType.build(type_, dialect=dialect or None, udt=True)
    except (SqlglotError, ValueError, TypeError, AttributeError):
        return ()
    word = parsed.this.name if isinstance(parsed.this, exp.DType) else ""
    inside = parsed.expressions
    if word in ("ARRAY", "LIST") and inside and isinstance(inside[0], exp.DataType):
        return ((ELEMENT, type_name(inside[0], dialect)),)
    if word not in ("STRUCT", "OBJECT"):
        return ()
    kinds = [(one.name, one.args.get("kind")) for one in inside if isinstance(one, exp.ColumnDef)]
    fields = [
        (name, type_name(kind, dialect)) for name, kind in kinds if isinstance(kind, exp.DataType)
    ]
    return tuple(fields) if len(fields) == len(inside) else ()
