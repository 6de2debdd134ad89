"""The asset keys of dbt nodes: from the code location, or from a rule over their fields."""

from __future__ import annotations

import string
from collections.abc import Mapping

from dagster_lineage.extract.dbt.manifest_nodes import ManifestNode, ManifestSource, strings
from dagster_lineage.model import key_text
from dagster_lineage.model.errors import LineageError

RULE_FIELDS = ("database", "schema", "name", "model", "source", "package", "resource_type")


class InvalidKeyPattern(LineageError):
    """A rule of keys that names a field that dbt nodes do not have."""


class Keys:
    """Gives every node and source of one manifest its key.

    Args:
        given: Keys from the location's translator by unique id; a node that it does not name
            has the key of dagster-dbt's own rule. Or, for a bare manifest, a rule such as
            `{schema}/{name}` over `RULE_FIELDS`: `name` is the table's name in the database (a
            model's alias, a source's identifier), `model` dbt's name of it, `source` the source's.
            An `asset_key` in the project's own `meta.dagster` goes before a rule.

    Raises:
        InvalidKeyPattern: the pattern is invalid, or names another field.
    """

    def __init__(self, given: Mapping[str, str] | str) -> None:
        self._answers: Mapping[str, str] = {} if isinstance(given, str) else given
        self._rule = given if isinstance(given, str) else ""
        if self._rule:
            _validate(self._rule)
        self._known: dict[str, str] = {}

    def of(self, node: ManifestNode | ManifestSource) -> str:
        """The key of a node or source."""
        unique_id = node.unique_id
        key = self._known.get(unique_id) or self._answers.get(unique_id)
        if key is None:
            rule = self._rule if not explicit_key(node) else ""
            key = self._known[unique_id] = _by_rule(rule, node) if rule else default_key(node)
        return key


def default_key(node: ManifestNode | ManifestSource) -> str:
    """Return the key of dagster-dbt's default translator.

    As `default_asset_key_fn` of dagster-dbt 0.29: `meta.dagster.asset_key`; a source's name and
    table; the alias of a versioned model; the configured schema, if there is one, and the name.
    """
    explicit = explicit_key(node)
    if explicit:
        return explicit
    if isinstance(node, ManifestSource):
        return key_text([node.source_name, node.name])
    if node.version:
        return key_text([node.table_name])
    schema = node.config.schema
    return key_text([node.name] if schema is None else [schema, node.name])


def explicit_key(node: ManifestNode | ManifestSource) -> str:
    """The key written in `meta.dagster.asset_key`; a text instead of a list is one part."""
    parts = strings(node.dagster.asset_key)
    return key_text(parts) if parts else ""


def key_is_string(node: ManifestNode | ManifestSource) -> bool:
    """`asset_key` is a text, which Dagster does not split at its slashes."""
    return isinstance(node.dagster.asset_key, str)


def _by_rule(rule: str, node: ManifestNode | ManifestSource) -> str:
    values = {
        "database": node.database or "",
        "schema": node.schema or "",
        "name": node.table_name,
        "model": node.name,
        "source": node.source_name if isinstance(node, ManifestSource) else "",
        "package": node.package_name,
        "resource_type": node.resource_type,
    }
    parts = [part.format_map(values) for part in rule.split("/")]
    return key_text([part for part in parts if part])


def _validate(rule: str) -> None:
    allowed = ", ".join(f"{{{field}}}" for field in RULE_FIELDS)
    try:
        fields = [field for _, field, _, _ in string.Formatter().parse(rule) if field is not None]
    except ValueError as error:
        raise InvalidKeyPattern(f"The rule of keys {rule!r} is not valid: {error}.") from error
    for field in fields:
        if field not in RULE_FIELDS:
            raise InvalidKeyPattern(
                f"The rule of keys {rule!r} names {{{field}}}, which dbt nodes do not have. "
                f"It may use {allowed}."
            )
    if not fields:
        raise InvalidKeyPattern(
            f"The rule of keys {rule!r} gives all nodes one key. Use {allowed}."
        )
