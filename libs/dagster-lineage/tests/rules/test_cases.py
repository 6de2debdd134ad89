"""Every rule with its cases in `cases/<CODE>.yml`.

A case file maps names to cases. The rule must report nothing in a case named `pass_…`, and exactly
the listed findings in a case named `fail_…`:

    fail_typo_in_source_key:
      why: A sentence, where the name does not say it all.   # optional
      today: 2026-03-01                                      # optional, this is the default
      files: [projects/jaffle_dbt/models/orders.sql]          # optional: what the checkout has
      settings: {owners: [team:finance]}                     # optional, as in [tool.lineage]
      interfaces:
        - project: jaffle_dbt
          folder: projects/jaffle_dbt                        # optional, this is the default
          assets:
            - {key: jaffle/orders, kind: model, at: "models/orders.sql:1"}
        - project: marts_dbt
          assets:
            - key: marts/revenue
              kind: model
              reads: [{key: jaffle/ordrs, at: "models/sources.yml:8"}]
      findings:                                              # `fail_…` only: errors and warnings
        - file: projects/marts_dbt/models/sources.yml
          line: 8
          key: jaffle/ordrs
          nearest: jaffle/orders
          words: [marts/revenue, "nothing makes"]            # in message or fix
      notes: []                                              # any case: findings of level note

Interfaces have the fields of `dagster_lineage.model.Interface`; a field that it does not have is an
error here. Of an expected finding `file` and `line` must be given; the rest is compared where it is
given: `key`, `nearest`, `level`, `project`, `other_project`, `owners`, `other_owners`, `words`.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
import yaml
from benchmarks.synthetic.agreement import RULES as EXPECTATIONS
from benchmarks.synthetic.agreement import disagreements
from msgspec import inspect

from dagster_lineage.analyze.rule import CheckContext, GraphRule, Rule
from dagster_lineage.analyze.rules import all_rules
from dagster_lineage.analyze.suppression import not_ignored
from dagster_lineage.files.settings import Settings, parse_settings
from dagster_lineage.model import (
    SCHEMA_VERSION,
    Column,
    Interface,
    LineageGraph,
    LocatedInterface,
)
from dagster_lineage.model.column_names import column_named
from dagster_lineage.model.findings import Finding, Level
from dagster_lineage.present.text.settings_entry import NEVER, settings_entry

GRAPH_RULES = [rule for rule in all_rules().values() if issubclass(rule, GraphRule)]
CASES = Path(__file__).parent / "cases"
TODAY = dt.date(2026, 3, 1)
COMPARED = ("file", "line", "key", "nearest", "level", "project", "other_project")
OWNERS = ("owners", "other_owners")
FIELDS = inspect.type_info(Interface)
CASE_FIELDS = {"files", "why", "today", "settings", "interfaces", "findings", "notes"}


@cache
def cases_of(code: str) -> dict[str, dict[str, Any]]:
    """Return the cases of a rule by name; none without a file."""
    file = CASES / f"{code}.yml"
    return yaml.load(file.read_bytes(), yaml.CSafeLoader) if file.exists() else {}


def graph_of(case: dict[str, Any], checkout: Path) -> LineageGraph:
    """Return the graph of a case, with its files in a checkout if it names any."""
    for name in case.get("files", ()):
        file = checkout / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    located = [_located(entry) for entry in case["interfaces"]]
    return LineageGraph(located, root=checkout if "files" in case else None)


def _located(entry: dict[str, Any]) -> LocatedInterface:
    facts = {"schema_version": SCHEMA_VERSION, **entry}
    folder = facts.pop("folder", f"projects/{facts['project']}")
    refuse_unknown_fields(facts, FIELDS, facts["project"])
    return LocatedInterface(msgspec.convert(facts, Interface), folder, f"{folder}/interface.json")


def refuse_unknown_fields(value: Any, kind: inspect.Type, name: str) -> None:
    """Fail for an unknown field, which would be ignored, so that the case would test nothing."""
    if isinstance(kind, inspect.UnionType):
        kind = next(one for one in kind.types if not isinstance(one, inspect.NoneType))
    if isinstance(kind, inspect.StructType) and isinstance(value, dict):
        fields = {field.encode_name: field.type for field in kind.fields}
        wrong = sorted(set(value) - set(fields))
        assert not wrong, f"{name}: {kind.cls.__name__} has no field {', '.join(wrong)}"
        for field, inner in value.items():
            refuse_unknown_fields(inner, fields[field], f"{name}.{field}")
    elif isinstance(kind, inspect.DictType) and isinstance(value, dict):
        for key, inner in value.items():
            refuse_unknown_fields(inner, kind.value_type, f"{name}.{key}")
    elif isinstance(kind, inspect.VarTupleType) and isinstance(value, list):
        for index, inner in enumerate(value):
            refuse_unknown_fields(inner, kind.item_type, f"{name}[{index}]")


def found_in(case: dict[str, Any], rule: type[GraphRule], checkout: Path) -> list[Finding]:
    """Return the findings of a rule in a case, sorted by place."""
    settings = msgspec.convert(case.get("settings", {}), Settings)
    graph = graph_of(case, checkout)
    context = CheckContext(graph, settings, case.get("today", TODAY))
    findings = rule(context).findings(graph)
    return sorted(findings, key=lambda one: (one.file, one.line, one.key, one.message))


def assert_same(found: list[Finding], expected: list[dict[str, Any]]) -> None:
    """Fail unless the findings are the expected ones, in the order of their places."""
    shown = "\n".join(f"  {one}" for one in found) or "  nothing"
    wanted = sorted(expected, key=lambda one: (one["file"], one["line"], one.get("key", "")))
    places = [(one.file, one.line) for one in found]
    assert places == [(one["file"], one["line"]) for one in wanted], f"found:\n{shown}"
    for one, want in zip(found, wanted, strict=True):
        wrong = set(want) - {*COMPARED, *OWNERS, "words"}
        assert not wrong, f"an expected finding has no {', '.join(sorted(wrong))}"
        for name in COMPARED:
            assert getattr(one, name) == want.get(name, getattr(one, name)), f"{name} of\n{shown}"
        for name in OWNERS:
            assert list(getattr(one, name)) == want.get(name, list(getattr(one, name)))
        for words in want.get("words", []):
            assert words in f"{one.message} {one.fix}", f"missing: {words!r} in\n{shown}"


def _every_case() -> list[Any]:
    return [
        pytest.param(rule, case, id=f"{rule.code}-{name}")
        for rule in GRAPH_RULES
        for name, case in cases_of(rule.code).items()
    ]


@pytest.mark.parametrize(("rule", "case"), _every_case())
def test_rule_finds_what_its_case_says_and_nothing_else(
    rule: type[GraphRule], case: dict[str, Any], tmp_path: Path
) -> None:
    assert set(case) <= CASE_FIELDS
    found = found_in(case, rule, tmp_path)
    assert {one.code for one in found} <= {rule.code}
    assert_same([one for one in found if one.level != "note"], case.get("findings", []))
    assert_same([one for one in found if one.level == "note"], case.get("notes", []))


@pytest.mark.parametrize(
    ("rule", "case"), [one for one in _every_case() if one.values[1].get("findings")]
)
def test_printed_settings_silence_every_finding(
    rule: type[GraphRule], case: dict[str, Any], tmp_path: Path
) -> None:
    if rule.code in NEVER:
        return
    found = [one for one in found_in(case, rule, tmp_path) if one.level != "note"]
    entries = [line for one in found for line in settings_entry([one])]
    settings = parse_settings("\n".join(entries))
    before = case.get("settings", {})
    external = [*before.get("external", ()), *settings.external]
    silenced = {**case, "settings": {**before, "external": external}}
    left = not_ignored(found_in(silenced, rule, tmp_path), settings)
    assert [one for one in left if one.level != "note"] == []


@pytest.mark.parametrize(
    ("code", "name"), [(code, name) for code in EXPECTATIONS for name in cases_of(code)]
)
def test_check_and_diff_agree(code: str, name: str, tmp_path: Path) -> None:
    """At base one of the projects is missing, all are, or every expectation is met."""
    case = cases_of(code)[name]
    head = graph_of(case, tmp_path)
    bases = [
        *(LineageGraph(one for one in head.located if one is not new) for new in head.located),
        LineageGraph(()),
        with_expectations_met(head),
    ]
    for base in bases:
        assert disagreements(base, head, case.get("today", TODAY)) == []


def with_expectations_met(graph: LineageGraph) -> LineageGraph:
    """The graph with producers that have every column, type and guarantee that readers expect."""
    assets = {id(one.asset): one.asset for one in graph.assets()}
    for reference in graph.references:
        asset = assets[id(reference.producer.asset)]
        columns = dict(asset.columns)
        names = [name for edge in reference.edges for name in edge.read.columns or ()]
        expected = {name: one for name, one, _ in reference.expectations()}
        for name in (*names, *expected):
            known = column_named(columns, name)
            columns[known[0] if known else name] = Column(
                type=(name in expected and expected[name].type) or (known[1].type if known else ""),
                not_null=True,
                unique=True,
            )
        partitions = next((edge.reader.partitions for edge in reference.edges), None)
        assets[id(reference.producer.asset)] = msgspec.structs.replace(
            asset,
            columns=columns,
            access=asset.access and "public",
            partitions=partitions if asset.partitions else None,
        )
    return LineageGraph(
        LocatedInterface(
            msgspec.structs.replace(
                one.interface, assets=tuple(assets[id(asset)] for asset in one.interface.assets)
            ),
            one.folder,
            one.file,
        )
        for one in graph.located
    )


@pytest.mark.parametrize("rule", all_rules().values(), ids=lambda rule: rule.code)
def test_rule_has_a_manual_page(rule: type[Rule]) -> None:
    first, *_ = rule.manual().split("\n\n")
    assert first.endswith(".")
    assert "\n" not in first
    assert rule.manual().index("**Anti-pattern**") < rule.manual().index("**Best practice**")
    assert rule.level in get_args(Level)
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name)


def test_names_of_rules_and_their_classes_agree() -> None:
    for rule in all_rules().values():
        assert rule.__name__ == "".join(word.capitalize() for word in rule.name.split("-"))


@pytest.mark.parametrize("rule", GRAPH_RULES, ids=lambda rule: rule.code)
def test_rule_has_cases_of_both_kinds(rule: type[GraphRule]) -> None:
    names = list(cases_of(rule.code))
    passing = [name for name in names if name.startswith("pass_")]
    failing = [name for name in names if name.startswith("fail_")]
    assert passing, f"{rule.code} has no case that passes"
    assert len(failing) >= 2, f"{rule.code} has {len(failing)} cases that fail, not two"
    assert len(passing) + len(failing) == len(names), "a case is named pass_… or fail_…"
    for name in names:
        case = cases_of(rule.code)[name]
        assert bool(case.get("findings")) is name.startswith("fail_"), name


def test_every_case_file_belongs_to_a_rule() -> None:
    assert {file.stem for file in CASES.glob("*.yml")} <= {rule.code for rule in GRAPH_RULES}
