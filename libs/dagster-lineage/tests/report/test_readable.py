"""The page is readable: names differ, and no element covers another one."""

from __future__ import annotations

import pytest

from dagster_lineage.model import SCHEMA_VERSION, Asset, Interface, Read

SMALL_SCREENS = [
    {"width": 400, "height": 800},
    {"width": 640, "height": 400},
    {"width": 320, "height": 256},
]


def titles(page, group: str) -> list[str]:
    return page.locator(f"#{group} > * > .title").all_text_contents()


def test_projects_of_a_large_repository_have_different_names(repository, visit):
    for number in range(50):
        reads = (Read(key=f"domain_{number - 1:02}/a0"),) if number else ()
        assets = [
            Asset(key=f"domain_{number:02}/a{one}", at="src/a.py:1", reads=reads)
            for one in range(8)
        ]
        repository.write(
            Interface(
                schema_version=SCHEMA_VERSION, project=f"domain_{number:02}", assets=tuple(assets)
            )
        )
    every = titles(visit(repository.report()).page, "boxes")
    names = [name for name in every if name.startswith("▸ dom")]
    assert len(names) > 20
    assert all("…" not in name for name in names)
    assert len(set(names)) == len(names)


def test_similar_long_names_keep_their_ends(repository, visit):
    long = "fct_customer_orders_of_all_channels_and_countries_of_all_years_and_currencies"
    assets = tuple(Asset(key=f"shop/{long}_{number}", at="src/a.py:1") for number in range(3))
    repository.write(Interface(schema_version=SCHEMA_VERSION, project="shop", assets=assets))
    page = visit(repository.report()).page
    names = [name for name in titles(page, "nodes") if "…" in name]
    last_lines = [name for name in names if not name.endswith("_")]
    assert {name[-2:] for name in last_lines} == {"_0", "_1", "_2"}


def test_a_short_name_is_not_cut_by_its_signs(three_teams, visit):
    page = visit(three_teams).page
    while page.locator("#world").get_attribute("class") != "tier2":
        page.get_by_role("button", name="Zoom out").click()
    marked = page.locator("#nodes > *").filter(has=page.locator(".mark", has_text="⚠"))
    names = marked.locator(".title").all_text_contents()
    assert names
    assert all("…" not in name for name in names)


def test_external_keys_are_not_counted_as_a_project(three_teams, visit):
    page = visit(three_teams).page
    assert "3 projects" in page.locator("#summary").inner_text()
    assert "▾ neither produced nor declared" in titles(page, "boxes")


def test_findings_are_sorted_by_level_and_show_names_as_code(three_teams, visit):
    page = visit(three_teams).page
    page.get_by_role("tab", name="Findings").click()
    levels = page.locator("#pane-findings li .chip").all_inner_texts()
    assert levels == sorted(levels, key=["error", "warning", "note"].index)
    assert "`" not in page.locator("#pane-findings").inner_text()
    assert "lost/table" in page.locator("#pane-findings code").all_inner_texts()


@pytest.mark.parametrize("size", SMALL_SCREENS, ids=str)
def test_a_small_or_enlarged_page_is_scrolled_and_covers_nothing(size, three_teams, visit):
    page = visit(three_teams).page
    page.set_viewport_size(size)
    box = {name: page.locator(name).bounding_box() for name in ("#canvas", ".foot", "#panel")}
    assert box["#canvas"]["height"] >= 100
    assert box["#canvas"]["y"] + box["#canvas"]["height"] <= box[".foot"]["y"]
    assert box[".foot"]["y"] + box[".foot"]["height"] <= box["#panel"]["y"]
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    for tab in page.get_by_role("tab").all():
        assert tab.bounding_box()["height"] < 40


def test_the_panel_of_an_asset_selected_on_a_small_page_starts_with_its_name(three_teams, visit):
    page = visit(three_teams).page
    page.set_viewport_size({"width": 400, "height": 300})
    page.get_by_role("treeitem", name="ml/forecast").first.click()
    assert page.locator("#pane-asset h2").bounding_box()["y"] >= 0


def test_text_of_the_first_view_has_at_least_12_pixels(three_teams, visit):
    page = visit(three_teams).page
    sizes = page.evaluate("""() => {
      const k = document.getElementById('world').getCTM().a;
      const inGraph = text => text.closest('#world') ? k : 1;
      return [...document.querySelectorAll('body *')]
        .filter(one => [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
        .filter(one => !one.closest('.unseen, script, style, title, noscript, option'))
        .map(one => [one.textContent, parseFloat(getComputedStyle(one).fontSize) * inGraph(one)]);
    }""")
    assert len(sizes) > 30
    assert [one for one in sizes if one[1] < 12] == []


def test_a_name_of_several_assets_is_shown_with_its_schema(repository, visit):
    assets = [
        Asset(key=key, at="src/a.py:1") for key in ("raw/orders", "clean/orders", "raw/users")
    ]
    repository.write(
        Interface(schema_version=SCHEMA_VERSION, project="twice", assets=tuple(assets))
    )
    found = visit(repository.report())
    names = {one.key: found.node(one.key).locator(".title").all_text_contents() for one in assets}
    assert {key: "".join(parts) for key, parts in names.items()} == {
        "raw/orders": "raw.orders",
        "clean/orders": "clean.orders",
        "raw/users": "users",
    }
