"""Which line of a YAML file describes a model, a source's table, a column, a data test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from dagster_lineage.extract.dbt.quoted_names import unquoted

# libyaml is several times as fast; a wheel without it still works.
_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ENTRIES = ("models", "seeds", "snapshots", "exposures")
_TESTS = ("data_tests", "tests")
_MERGE = "<<"


@dataclass(slots=True)
class TestLine:
    """One item of a list of data tests: its own name, if it has one, and its line."""

    name: str
    line: int


@dataclass(slots=True)
class Described:
    """Lines of what one entry describes; lines count from 1, 0 is not there."""

    line: int
    """Of its name."""
    columns: dict[str, int] = field(default_factory=dict)
    """Line of each column's name, by case-folded name."""
    tests: dict[tuple[str, str], list[TestLine]] = field(default_factory=dict)
    """Items of its data tests by case-folded column (empty: of the entry itself) and full name of
    the test."""
    key_line: int = 0
    """Where `asset_key` is written in its meta."""
    relation: int = 0
    """Where a snapshot names what it reads."""
    versions: dict[str, Described] = field(default_factory=dict)
    """What versioned models override, by version."""

    def column(self, name: str, version: str = "") -> int:
        """Line of a column, where the version describes it or else where all of them do."""
        folded = name.casefold()
        own = self.versions.get(version)
        return (own.columns.get(folded, 0) if own else 0) or self.columns.get(folded, 0)

    def tests_of(self, column: str, test: str, version: str = "") -> list[TestLine]:
        """The items that may be a data test, in the order of the file."""
        key = (column.casefold(), test)
        own = self.versions.get(version)
        return [*(own.tests.get(key, ()) if own else ()), *self.tests.get(key, ())]


@dataclass(slots=True)
class YamlFile:
    """Everything that one file describes."""

    entries: dict[tuple[str, str], Described] = field(default_factory=dict)
    """By section (`models`, `seeds`, `snapshots`, `exposures`) and name."""
    sources: dict[str, Described] = field(default_factory=dict)
    """By name of the source."""
    tables: dict[tuple[str, str], Described] = field(default_factory=dict)
    """By names of source and table."""


def read_lines(content: bytes | str) -> YamlFile:
    """Find the lines of everything that a YAML file of a dbt project describes.

    Raises:
        yaml.YAMLError: the text is not valid YAML.
    """
    found = YamlFile()
    for document in yaml.compose_all(content, Loader=_LOADER):
        if not isinstance(document, yaml.MappingNode):
            continue
        sections = _pairs(document)
        for section in _ENTRIES:
            for item in _items(sections.get(section)):
                name, described = _described(item)
                # The same name twice is an error in dbt but for disabled ones: the first counts.
                found.entries.setdefault((section, name), described)
        for item in _items(sections.get("sources")):
            source, described = _described(item)
            found.sources.setdefault(source, described)
            for table in _items(_pairs(item).get("tables")):
                name, described = _described(table)
                found.tables.setdefault((source, name), described)
    return found


def _described(item: yaml.MappingNode) -> tuple[str, Described]:
    pairs = _pairs(item)
    name = _scalar(pairs.get("name")) or _scalar(pairs.get("v"))
    described = Described(_line(pairs.get("name") or pairs.get("v") or item))
    _add_tests(described, "", pairs)
    for column in _items(pairs.get("columns")):
        of_column = _pairs(column)
        named = of_column.get("name")
        if named is None:
            continue  # a version's `include`
        folded = unquoted(_scalar(named)).casefold()
        described.columns.setdefault(folded, _line(named))
        _add_tests(described, folded, of_column)
    config = _pairs(pairs.get("config"))
    described.key_line = _key_line(config.get("meta")) or _key_line(pairs.get("meta"))
    relation = pairs.get("relation")
    described.relation = _line(relation) if relation else 0
    for version in _items(pairs.get("versions")):
        number, overridden = _described(version)
        described.versions[number] = overridden
    return name, described


def _add_tests(described: Described, column: str, pairs: dict[str, yaml.Node]) -> None:
    for section in _TESTS:
        tests = pairs.get(section)
        if not isinstance(tests, yaml.SequenceNode):
            continue
        for item in tests.value:
            test, name = _test(item)
            described.tests.setdefault((column, test), []).append(TestLine(name, _line(item)))


def _test(item: yaml.Node) -> tuple[str, str]:
    """Full name of the test, and the name that the project gave it.

    An item is `not_null`, `not_null: {…}`, `{name: …, not_null: {…}}` or
    `{name: …, test_name: not_null}`.
    """
    if not isinstance(item, yaml.MappingNode):
        return _scalar(item), ""
    pairs = _pairs(item)
    own_name = _scalar(pairs.get("name"))
    if "test_name" in pairs:
        return _scalar(pairs["test_name"]), own_name
    for test, arguments in pairs.items():
        if test not in ("name", "description", "config", "arguments"):
            return test, own_name or _scalar(_pairs(arguments).get("name"))
    return "", own_name


def _key_line(meta: yaml.Node | None) -> int:
    dagster = _pairs(meta).get("dagster")
    if isinstance(dagster, yaml.MappingNode):
        for key, _ in dagster.value:
            if _scalar(key) == "asset_key":
                return _line(key)
    return 0


def _pairs(node: yaml.Node | None) -> dict[str, yaml.Node]:
    """A mapping's values by key, merged ones (`<<: *shared`) included."""
    if not isinstance(node, yaml.MappingNode):
        return {}
    own = {key.value: value for key, value in node.value if isinstance(key, yaml.ScalarNode)}
    if _MERGE not in own:
        return own
    shared = own.pop(_MERGE)
    merged: dict[str, yaml.Node] = {}
    for one in shared.value if isinstance(shared, yaml.SequenceNode) else [shared]:
        if one is not node:
            merged = _pairs(one) | merged
    return merged | own


def _items(node: yaml.Node | None) -> Iterator[yaml.MappingNode]:
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            if isinstance(item, yaml.MappingNode):
                yield item


def _scalar(node: yaml.Node | None) -> str:
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
