"""Guarded reading of a manifest's nodes, whatever version of dbt wrote them.

A manifest is read as plain JSON values: dbt has changed its schema with every release from 1.3 (v7)
to 1.11 (v12), other engines write it too, and a field that is missing, null or of another type than
it should be must cost one fact, not the whole manifest.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any, TypeAlias

Node: TypeAlias = Mapping[str, Any]
"""A model, seed, snapshot, test, source, exposure, metric … as the manifest has it."""

_QUOTED = re.compile(r"""("[^"]*"|'[^']*'|`[^`]*`)""")
_AROUND_MARKS = re.compile(r"\s*([(),<>])\s*")
_SPACES = re.compile(r"\s+")
# Resources that stand in dbt's graph without a table: what depends on them depends on what they
# depend on. dagster-dbt leaves out the same ones (`asset_utils.is_non_asset_node`).
_WITHOUT_TABLE = frozenset({"metric", "semantic_model", "saved_query", "function"})
_MADE = frozenset({"model", "seed", "snapshot"})


def text(node: Node, name: str) -> str:
    """A field as text; empty when it is missing, null or no scalar."""
    value = node.get(name)
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return ""


def mapping(node: Node, name: str) -> Node:
    """A field as an object; empty when it is missing or none."""
    value = node.get(name)
    return value if isinstance(value, dict) else {}


def texts(value: object) -> tuple[str, ...]:
    """A list of texts, or one text, as a tuple; empty for anything else."""
    if isinstance(value, str):
        return (value,) if value else ()
    if isinstance(value, list | tuple):
        # Not a generator: this runs some ten times per node, of which there may be 100,000.
        return tuple([str(one) for one in value if isinstance(one, str | int | float)])
    return ()


def objects(value: object) -> tuple[Node, ...]:
    """The objects of a list; empty for anything else."""
    return tuple(one for one in value if isinstance(one, dict)) if isinstance(value, list) else ()


def objects_by_id(manifest: Node, section: str) -> dict[str, Node]:
    """The nodes, sources or macros of a manifest by unique id; what is no object is left out."""
    return {
        unique_id: one
        for unique_id, one in mapping(manifest, section).items()
        if isinstance(one, dict)
    }


def meta_of(node: Node) -> Node:
    """`meta`, which newer releases keep under `config` (dbt-core#11853)."""
    return mapping(mapping(node, "config"), "meta") or mapping(node, "meta")


def dagster_meta(node: Node) -> Node:
    """What the project says to Dagster: `meta.dagster`."""
    return mapping(meta_of(node), "dagster")


def parents(node: Node) -> tuple[str, ...]:
    """Unique ids of the nodes that a node depends on."""
    return texts(mapping(node, "depends_on").get("nodes"))


def is_enabled(node: Node) -> bool:
    """The node takes part; dbt keeps disabled ones elsewhere, other writers may not."""
    return mapping(node, "config").get("enabled") is not False


def is_ephemeral(node: Node) -> bool:
    """A model that is no table: its code is pasted into its readers'."""
    return text(node, "resource_type") == "model" and materialization(node) == "ephemeral"


def is_passed_through(node: Node) -> bool:
    """It is no table, so its readers read what it reads."""
    return text(node, "resource_type") in _WITHOUT_TABLE or is_ephemeral(node)


def is_made(node: Node) -> bool:
    """It is a table or view that dbt makes."""
    return text(node, "resource_type") in _MADE and not is_passed_through(node) and is_enabled(node)


def materialization(node: Node) -> str:
    """Name of the materialization: `table`, `view`, `incremental`, `seed` or another one."""
    return text(mapping(node, "config"), "materialized")


def contract_is_enforced(node: Node) -> bool:
    """Whether dbt refuses to build the model when its columns differ from the declared ones."""
    config = mapping(mapping(node, "config"), "contract")
    return (config or mapping(node, "contract")).get("enforced") is True


def source_name(node: Node) -> str:
    """How a project names a source's table: `source.table`."""
    return f"{text(node, 'source_name')}.{text(node, 'name')}"


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
