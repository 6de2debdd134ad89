"""Every change of an interface and its level. The cases are data, in `cases/*.yml`.

A case changes one asset, `shop/orders` of project `shop`, and lists the changes that are expected:

    a_column_that_marts_reads_is_removed:
      asset:                        # facts of graph.Asset before; columns in the shorthand below
        columns: {id: bigint not_null, status: varchar}
      becomes:                      # facts that differ after; `null` as a whole: it is gone
        columns: {id: bigint not_null}
      readers:                      # optional: project -> facts of graph.Read, the same after …
        marts: {columns: [id, status]}
      readers_become:               # … unless given here; null: it reads no more
        marts: {columns: [id]}
      expect:
        - breaking column-removed shop/orders#status settled
        - breaking column-removed shop/orders#status breaks marts  # their projects

A column is `TYPE [not_null] [unique] [copy] [<- key#column, …]`. Other keys of a case: `key`,
`project`, `more` (further assets by project, facts of graph.Asset), `reader_facts` (facts of the
reading assets), `sources` (project -> facts of graph.Source), `exposures`, `jobs`: each with
`…_become` for after. Also `changed_files`, `dialect`, and `unreadable` (why shop does not load
after). Exactly what is expected must be found, in any order.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from benchmarks.synthetic.agreement import disagreements

from dagster_lineage.analyze.diff import Change, compare
from dagster_lineage.model import SCHEMA_VERSION, Interface, LineageGraph, LocatedInterface

CASES = {
    f"{file.stem}-{name}": case
    for file in sorted((Path(__file__).parent / "cases").glob("*.yml"))
    for name, case in yaml.safe_load(file.read_text()).items()
}
TODAY = dt.date(2026, 3, 1)
SIDE = ("project", "key", "more", "sources", "exposures", "readers", "reader_facts", "jobs")
FIELDS = {
    "why", "asset", "becomes", "expect", "changed_files", "dialect", "unreadable",
    *SIDE, *(f"{name}_become" for name in SIDE),
}  # fmt: skip


def column(text: str) -> dict[str, Any]:
    """Return the facts of a column from the shorthand."""
    facts_text, _, derived_from = text.partition("<-")
    words = facts_text.split()
    flags = {word: True for word in words if word in ("not_null", "unique", "copy")}
    facts: dict[str, Any] = {"type": " ".join(word for word in words if word not in flags), **flags}
    if derived_from:
        facts["derived_from"] = [one.strip() for one in derived_from.split(",")]
    return facts


def asset(facts: dict[str, Any], key: str) -> dict[str, Any]:
    columns = {name: column(text) for name, text in facts.get("columns", {}).items()}
    name = key.rpartition("/")[2]
    return {
        "key": key,
        "kind": "model",
        "at": f"models/{name}.sql:1",
        "columns_known": True,
        **facts,
        "columns": columns,
    }


def stated(case: dict[str, Any], name: str, side: str) -> Any:
    """Return a field of a case; `side` is empty for base and `_become` for head."""
    before = case.get(name)
    after = case.get(f"{name}_become", before) if side else before
    if isinstance(before, dict) and isinstance(after, dict) and name in ("readers", "sources"):
        return {**before, **after}
    return after or {}


def assets_of(case: dict[str, Any], side: str) -> dict[str, list[dict[str, Any]]]:
    """Return the facts of all assets by project."""
    project = stated(case, "project", side) or "shop"
    found: dict[str, list[dict[str, Any]]] = {"shop": [], project: []}
    changes = case.get("becomes", {}) if side else {}
    if changes is not None:
        key = stated(case, "key", side) or "shop/orders"
        found[project].append(asset({**case.get("asset", {}), **changes}, key))
    for owner, more in stated(case, "more", side).items():
        found.setdefault(owner, []).extend(asset(one, key) for key, one in more.items())
    for reader, read in stated(case, "readers", side).items():
        if read is not None:
            mart = {"owners": [f"team:{reader}"], "reads": [{"key": "shop/orders", **read}]}
            mart.update(stated(case, "reader_facts", side))
            found.setdefault(reader, []).append(asset(mart, f"{reader}/report"))
    if side and "unreadable" in case:
        found["shop"] = []
    return found


def graph(case: dict[str, Any], side: str) -> LineageGraph:
    """Return the graph of a case."""
    assets = assets_of(case, side)
    sources = {
        reader: [{"name": "shop.orders", "key": "shop/orders", "at": "s.yml:3", **source}]
        for reader, source in stated(case, "sources", side).items()
        if source is not None
    }
    owners = {"shop"} | sources.keys() | {owner for owner, producer in assets.items() if producer}
    return LineageGraph(
        LocatedInterface(
            msgspec.convert(
                {
                    "schema_version": SCHEMA_VERSION,
                    "project": owner,
                    "dialect": case.get("dialect", "duckdb"),
                    "unreadable": case.get("unreadable", "") if side and owner == "shop" else "",
                    "assets": sorted(assets.get(owner, []), key=lambda one: one["key"]),
                    "sources": sources.get(owner, []),
                    "exposures": stated(case, "exposures", side).get(owner, []),
                    "jobs": stated(case, "jobs", side).get(owner, []),
                },
                Interface,
            ),
            f"projects/{owner}",
            f"projects/{owner}/interface.json",
        )
        for owner in owners
    )


def details(change: Change) -> str:
    words = [change.level, change.kind, change.subject]
    if change.settled:
        words.append("settled")
    if change.fails:
        words.append("breaks " + ",".join(sorted({reader.project for reader in change.readers})))
    return " ".join(words)


@pytest.mark.parametrize("name", CASES)
def test_change_has_its_level(name: str) -> None:
    case = CASES[name]
    assert case.keys() <= FIELDS, f"no such field: {case.keys() - FIELDS}"
    diff = compare(
        graph(case, ""),
        graph(case, "_become"),
        changed_files=frozenset(case.get("changed_files", ())),
        today=TODAY,
    )
    assert sorted(details(change) for change in diff.changes) == sorted(case["expect"])
    assert diff.fails == any(" breaks " in line for line in case["expect"])


@pytest.mark.parametrize("name", CASES)
def test_check_and_diff_agree(name: str) -> None:
    case = CASES[name]
    files = frozenset(case.get("changed_files", ()))
    assert disagreements(graph(case, ""), graph(case, "_become"), TODAY, files) == []


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 120
