"""Repeated findings are one entry, with the settings that silence all of them."""

from __future__ import annotations

import json
import re

import pytest

from dagster_lineage.analyze.finding_groups import grouped
from dagster_lineage.analyze.rules.ow01 import FIX
from dagster_lineage.files.settings import Settings, external_of, parse_settings
from dagster_lineage.model import SCHEMA_VERSION, Asset, Interface
from dagster_lineage.model.findings import Finding
from dagster_lineage.present.text.settings_entry import settings_entry


def finding(key: str, message: str, **facts: object) -> Finding:
    known = {
        "code": "CO01",
        "name": "missing-column",
        "level": "error",
        "file": "a.py",
        "line": 1,
        "project": "ml",
        "key": key,
        "message": message,
    }
    return Finding(**{**known, **facts})  # type: ignore[arg-type]


def sizes(*findings: Finding) -> list[int]:
    return [len(group.findings) for group in grouped(findings)]


def test_numbered_siblings_are_one_group() -> None:
    shards = [
        finding(f"lake/shard_{one}#id", f"`lake/shard_{one}` has no column `id`, 3 read it.")
        for one in (7, 8, 21)
    ]
    assert sizes(*shards) == [3]
    assert sizes(*shards[:2]) == [1, 1]
    assert grouped(shards)[0].others == (
        "2 more: `lake/shard_8#id` (a.py:1), `lake/shard_21#id` (a.py:1)."
    )


def test_findings_of_several_kinds_stay_apart() -> None:
    message = "`a` reads `{}`, which no code location produces."
    near = [finding(key, message.format(key), nearest=f"{key}s") for key in ("x", "y", "z")]
    assert sizes(*near) == [1, 1, 1]
    far = [finding(key, message.format(key)) for key in ("x", "y", "z")]
    assert sizes(*far) == [3]
    differing = [
        {"code": "ED01"},
        {"level": "warning"},
        {"project": "marts"},
        {"owners": ("team:a",)},
        {"fix": "Read another one."},
    ]
    for facts in differing:
        other = finding("w", message.format("w"), **facts)
        assert sizes(*far, other) == [3, 1]


def test_assets_without_an_owner_are_one_entry_that_its_settings_silence(
    repository, lineage
) -> None:
    keys = ["anna", "bert", "carl", "dora"]
    owned = [Asset(key=f"shop/{key}", at="src/shop.py:9", owners=("team:shop",)) for key in "efghi"]
    bare = [Asset(key=f"shop/{key}", at=f"src/shop.py:{at}") for at, key in enumerate(keys, 1)]
    repository.write(
        Interface(schema_version=SCHEMA_VERSION, project="shop", assets=(*bare, *owned))
    )
    code, out, _ = lineage("check")
    assert code == 1
    assert out.replace("projects/shop/src/shop.py", "a.py").splitlines()[:12] == [
        "shop (no owner)",
        "  a.py:1  OW01 missing-owner (warning, 4 findings)",
        "    `shop/anna` has no owner.",
        "    3 more: `shop/bert` (a.py:2), `shop/carl` (a.py:3), `shop/dora` (a.py:4).",
        f"    {FIX}",
        "    To accept this, add to pyproject.toml:",
        "      [[tool.lineage.ignore]]",
        '      code = "OW01"',
        '      keys = ["shop/anna", "shop/bert", "shop/carl", "shop/dora"]',
        '      reason = "state why"',
        "",
        "`lineage check --format json` lists the findings of all groups.",
    ]
    assert "Found 4 warnings" in out
    assert len(json.loads(lineage("check", "--format", "json")[1])["findings"]) == 4
    assert lineage("check", "--format", "github")[1].count("::warning") == 1
    repository.settings(entries(out))
    code, out, _ = lineage("check")
    assert (code, "4 findings suppressed" in out) == (0, True)


def entries(out: str) -> str:
    """Return the settings that a check prints."""
    lines = [line.strip() for line in out.splitlines() if re.match(r" {6}(\[\[|[a-z]+ = )", line)]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    "keys",
    [
        ["stripe/charges", "stripe/refunds", "stripe/disputes"],
        ["jaffle/events_2018", "jaffle/events_2019", "jaffle/events_2020"],
        [
            "lake/raw/a",
            "lake/log/b",
            "lake/out/c",
            "weather",
            "jaffle/x[1]",
            "jaffle/x[2]",
            "jaffle/y",
        ],
    ],
)
def test_printed_settings_silence_undeclared_keys(repository, lineage, keys: list[str]) -> None:
    repository.reads(*keys)
    code, out, _ = lineage("check")
    assert code == 1
    repository.settings(entries(out))
    assert lineage("check")[0] == 0, entries(out)


def test_key_of_a_pattern_is_not_silenced_for_another_rule(repository, lineage) -> None:
    repository.reads("jaffle/ordrs", "jaffle/paid_1")
    repository.settings(
        '[[tool.lineage.ignore]]\ncode = "ED01"\nkeys = ["jaffle/paid_*"]\nreason = "moves"\n'
    )
    _, out, _ = lineage("check", "--format", "json")
    assert [one["key"] for one in json.loads(out)["findings"]] == ["jaffle/ordrs"]


def test_numbers_are_one_pattern() -> None:
    found = [finding(f"lake/a_{one}", "x", code="ED01") for one in (1, 20, 300)]
    [external] = parse_settings("\n".join(settings_entry(found))).external
    assert external.keys == ("lake/a_[0-9]*",)
    assert external_of(Settings(external=(external,)), "lake/a_20") is external
    assert external_of(Settings(external=(external,)), "lake/a_b") is None


def test_many_keys_are_summarized_by_their_prefixes() -> None:
    found = [finding(f"lake/{name}#id", name) for name in "abcdefgh"]
    entry = "\n".join(settings_entry(found))
    assert parse_settings(entry).ignore[0].keys == ("lake/*",)
    assert settings_entry([finding("a", "x", level="note")]) == []


def test_projects_without_any_owner_are_all_silenced_by_the_printed_settings(
    repository, lineage
) -> None:
    for name in ("jaffle_dbt", "marts", "ml"):
        asset = Asset(key=f"{name}/a", at="src/a.py:1")
        repository.write(Interface(schema_version=SCHEMA_VERSION, project=name, assets=(asset,)))
    _, out, _ = lineage("check")
    (line,) = re.findall(r"paths = (.*)", out)
    assert json.loads(line) == ["projects/jaffle_dbt/**", "projects/marts/**", "projects/ml/**"]
