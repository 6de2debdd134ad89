"""The columns of dbt nodes: from YAML, contracts, data tests and the header of a seed."""

from __future__ import annotations

import csv
import functools
import re
from collections.abc import Iterable

from dagster_lineage.extract.dbt.constraints import Guarantees
from dagster_lineage.extract.dbt.lines import Described
from dagster_lineage.extract.dbt.manifest_nodes import ManifestNode, ManifestSource
from dagster_lineage.extract.descriptions import first_paragraph
from dagster_lineage.model import Column, Expected

_QUOTED = re.compile(r"""("[^"]*"|'[^']*'|`[^`]*`)""")
_AROUND_MARKS = re.compile(r"\s*([(),<>])\s*")
_SPACES = re.compile(r"\s+")


def columns_of(
    node: ManifestNode, guarantees: Guarantees, described: Described | None, header: tuple[str, ...]
) -> tuple[dict[str, Column], bool]:
    """Columns in their order, and whether they are all that there are.

    Args:
        node: A model, seed or snapshot.
        guarantees: Of its rows.
        described: Its entry in YAML.
        header: First line of a seed's file; none for everything else.
    """
    types = {name.casefold(): declared for name, declared in _types(node)}
    texts = {name.casefold(): one.description for name, one in node.columns.items()}
    declared = list(node.columns)
    complete = bool(header) or (node.contract_is_enforced and bool(declared))
    names = list(header) or declared
    fields: dict[str, list[str]] = {}
    if complete and not header:
        # dbt writes the fields of a struct (`address.city`) into the type of its column.
        for name in declared:
            fields.setdefault(name.partition(".")[0], []).append(name)
        names = list(fields)
    known = {name.casefold() for name in names}
    # A test can name a column that is not declared: the column exists, and others may, too.
    if not complete:
        for tested in sorted(guarantees.not_null | guarantees.unique):
            if tested not in known:
                names.append(tested)
    columns: dict[str, Column] = {}
    for name in names:
        folded = name.casefold()
        columns[name] = Column(
            type=types.get(folded, ""),
            not_null=folded in guarantees.not_null,
            unique=folded in guarantees.unique,
            line=_line(described, (name, *fields.get(name, ())), node.version),
            description=first_paragraph(texts.get(folded)),
        )
    return columns, complete


def _line(described: Described | None, names: Iterable[str], version: str) -> int:
    """Return the line of the first name that YAML describes."""
    lines = (described.column(name, version) if described else 0 for name in names)
    return next(filter(None, lines), 0)


def expected_of(
    source: ManifestSource, guarantees: Guarantees, described: Described | None
) -> dict[str, Expected]:
    """What a project relies on of a source's columns, in their order."""
    return {
        name: Expected(
            type=type_spelling(column.data_type or ""),
            not_null=name.casefold() in guarantees.not_null,
            unique=name.casefold() in guarantees.unique,
            line=described.column(name) if described else 0,
        )
        for name, column in source.columns.items()
    }


def header_of(seed: ManifestNode, content: str | None) -> tuple[str, ...]:
    """Names of a seed's columns, from its file; none if the file is not available."""
    if not content:
        return ()
    delimiter = seed.config.delimiter or ""
    first = content.partition("\n")[0]
    try:
        row = next(csv.reader([first], delimiter=delimiter if len(delimiter) == 1 else ","), [])
    except csv.Error:
        return ()
    return tuple(row) if all(row) else ()


def _types(node: ManifestNode) -> list[tuple[str, str]]:
    configured = (node.config.column_types or {}).items()
    described = ((name, column.data_type) for name, column in node.columns.items())
    return [(name, type_spelling(type_)) for name, type_ in (*configured, *described) if type_]


@functools.cache
def type_spelling(declared: str) -> str:
    """A declared type as interfaces spell it: lower case, no needless space.

    >>> type_spelling("Decimal(12, 2)")
    'decimal(12,2)'
    """
    # Every second piece is quoted: names of a struct's fields keep their case.
    pieces = _QUOTED.split(declared.strip())
    for index in range(0, len(pieces), 2):
        plain = _AROUND_MARKS.sub(r"\1", pieces[index].lower())
        pieces[index] = _SPACES.sub(" ", plain)
    return "".join(pieces)
