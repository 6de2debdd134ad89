"""The page by mouse: panel, column lineage, search, filters, findings."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from dagster_lineage.model import SCHEMA_VERSION, Asset, Interface, Read


@pytest.fixture
def opened(three_teams, visit):
    found = visit(three_teams)
    yield found
    assert found.errors == []
    assert found.requests == []


def test_the_panel_shows_every_fact_of_an_asset(opened):
    opened.choose("shop/orders")
    panel = opened.page.locator("#pane-asset").inner_text()
    for fact in (
        "shop/orders",
        "team:shop",
        "projects/shop/src/shop.py:3",
        "enforced",
        "db.shop.orders",
        "time windows, cron 0 0 * * *, UTC",
        "not null",
        "unique",
        "decimal(12,2)",
        "fresh_enough",
        "blocking",
        "nightly",
        "staging/paid",
    ):
        assert fact in panel
    opened.choose("marts/revenue")
    panel = opened.page.locator("#pane-asset").inner_text()
    assert "public" in panel
    assert "board" in panel


def test_a_column_is_lit_from_its_source_to_the_last_feature(opened):
    opened.choose("marts/revenue", "total")
    assert {"orders", "paid", "revenue", "forecast"} <= opened.lit()
    assert opened.page.locator("#nodes > .dim .title").all_text_contents().count("notes") == 1
    way = opened.page.get_by_role("region", name="Lineage of column total")
    names = [name for name in way.get_by_role("button").all_inner_texts() if "#" in name]
    assert names == ["staging/paid#amount", "shop/orders#amount", "ml/forecast#expected"]
    assert len(re.findall("M", opened.page.locator("#edges-lit").get_attribute("d"))) == 3
    assert "2 columns upstream in 2 projects, 1 column downstream in 1 project" in (
        opened.page.get_by_role("status").inner_text()
    )


def test_a_column_that_is_only_filtered_by_names_its_reader(opened):
    opened.choose("shop/orders", "status")
    way = opened.page.get_by_role("region", name="Lineage of column status")
    assert "Other uses (1)" in way.inner_text()
    assert "staging/paid filters, joins or computes with shop/orders#status" in way.inner_text()
    assert {"orders", "paid"} <= opened.lit()
    assert "revenue" not in opened.lit()


def test_a_second_click_on_a_column_deselects_it(opened):
    opened.choose("shop/orders", "amount")
    opened.page.get_by_role("table").get_by_role("button", name="amount").click()
    assert opened.page.locator("#pane-asset [role=region]").count() == 0


def test_lineage_as_text_links_to_the_next_column(opened):
    opened.choose("shop/orders", "amount")
    opened.page.get_by_role("button", name="ml/forecast#expected").click()
    assert opened.page.locator("#pane-asset h2").inner_text() == "ml/forecast"
    opened.page.wait_for_url("**#asset=ml%2Fforecast&column=expected")


def test_an_address_with_a_selection_opens_it(three_teams, visit):
    opened = visit(three_teams)
    opened.page.goto(f"{opened.page.url.partition('#')[0]}#asset=shop%2Forders&column=amount")
    opened.page.reload()
    assert opened.page.locator("tr.on").inner_text().startswith("amount")


def test_filters_keep_matching_assets_and_announce_their_number(opened):
    opened.page.get_by_label("Owner").select_option(label="team:finance")
    items = opened.page.locator("[role=treeitem][aria-level='2']")
    assert sorted(items.locator(".row > span:first-child").all_inner_texts()) == [
        "marts/revenue",
        "staging/paid",
    ]
    assert opened.page.get_by_role("status").inner_text() == "2 of 6 assets match."
    opened.page.get_by_label("Owner").select_option("")
    opened.page.get_by_label("With findings").check()
    assert "ml/forecast" in opened.page.get_by_role("tree").inner_text()
    assert "shop/notes" not in opened.page.get_by_role("tree").inner_text()


def test_a_finding_links_to_the_reader_at_fault(opened):
    opened.page.get_by_role("tab", name="Findings").click()
    card = opened.page.locator("#pane-findings li").filter(has_text="EX01").first
    assert "projects/ml/src/ml.py:3" in card.inner_text()
    card.get_by_role("button", name="ml/forecast").click()
    assert opened.page.locator("#pane-asset h2").inner_text() == "ml/forecast"
    assert "EX01" in opened.page.locator("#pane-asset").inner_text()


def test_a_key_without_a_producer_is_drawn_outside(opened):
    node = opened.node("lost/table")
    assert "outside" in node.get_attribute("class")
    assert "missing" in node.get_attribute("aria-label")


def test_projects_are_named_with_their_owners(opened):
    labels = opened.page.locator("#boxes > g").evaluate_all(
        "boxes => boxes.map(box => box.getAttribute('aria-label'))"
    )
    assert any(label.startswith("Project shop, team:shop, 2 assets") for label in labels)


def test_projects_with_many_assets_are_closed_at_first(repository, visit):
    for number in range(8):
        assets = tuple(Asset(key=f"p{number}/a{one}", at="src/a.py:1") for one in range(50))
        repository.write(
            Interface(schema_version=SCHEMA_VERSION, project=f"p{number}", assets=assets)
        )
    page = visit(repository.report()).page
    expect(page.locator("#nodes > *")).to_have_count(0)
    page.locator("#search").fill("p7/a49")
    page.locator("#search").press("Enter")
    page.wait_for_selector("#nodes > .picked")
    assert page.locator("#nodes > .picked").get_attribute("aria-label").startswith("p7/a49")
    expect(page.locator("#boxes > .open")).to_have_count(1)


def test_thousands_of_open_boxes_are_not_all_in_the_document(repository, visit):
    for number in range(20):
        assets = tuple(Asset(key=f"p{number}/a{one}", at="src/a.py:1") for one in range(100))
        repository.write(
            Interface(schema_version=SCHEMA_VERSION, project=f"p{number}", assets=assets)
        )
    page = visit(repository.report()).page
    page.get_by_role("button", name="Open all projects").click()
    page.wait_for_selector("#nodes > *", state="attached")
    assert page.locator("#map").is_visible()
    page.get_by_role("button", name="Fit").click()
    page.wait_for_selector("#far[d^=M]", state="attached")
    assert page.locator("#nodes > *").count() <= 700


@pytest.fixture
def large(repository, visit):
    """A page of 1,400 assets in 14 projects of different sizes, with long names."""
    sizes = [300, 20, 60, 250, 100, 30, 180, 40, 90, 25, 150, 60, 45, 50]
    for number, size in enumerate(sizes):
        assets = tuple(
            Asset(
                key=_long(number, one),
                at="src/a.py:1",
                reads=() if one < 10 else (Read(key=_long(number, one // 3), at="src/a.py:1"),),
            )
            for one in range(size)
        )
        repository.write(
            Interface(
                schema_version=SCHEMA_VERSION, project=f"warehouse_{number:02}", assets=assets
            )
        )
    return visit(repository.report()).page


def _long(project: int, number: int) -> str:
    return f"warehouse_{project:02}/fct_customer_orders_of_all_channels_{number:03}"


def test_opening_many_assets_starts_with_assets_and_whole_names(large):
    large.get_by_role("button", name="Open all projects").click()
    large.wait_for_selector("#nodes > *")
    canvas = large.locator("#canvas").bounding_box()
    boxes = [one.bounding_box() for one in large.locator("#nodes > *").all()]
    seen = [
        one
        for one in boxes
        if 0 <= one["x"] - canvas["x"] <= canvas["width"] - one["width"]
        and 0 <= one["y"] - canvas["y"] <= canvas["height"] - one["height"]
    ]
    assert len(seen) >= 12
    names = large.locator("#nodes > * .title").all_text_contents()
    assert not [name for name in names if "…" in name]
    sizes = large.locator("#nodes > * .title").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().height)"
    )
    assert min(size for size in sizes if size) >= 12


def test_the_whole_of_many_assets_can_be_shown(large):
    large.get_by_role("button", name="Open all projects").click()
    large.get_by_role("button", name="Fit").click()
    large.wait_for_selector("#far[d^=M]", state="attached")
    expect(large.locator("#map")).to_be_hidden()


def test_the_map_is_hidden_while_almost_everything_is_visible(opened):
    page = opened.page
    expect(page.locator("#map")).to_be_hidden()
    page.mouse.move(400, 400)
    page.mouse.down()
    page.mouse.move(430, 412)
    page.mouse.up()
    expect(page.locator("#map")).to_be_hidden()
    page.get_by_role("button", name="Zoom in").click(click_count=4)
    expect(page.locator("#map")).to_be_visible()


def test_the_whole_path_of_an_asset_is_shown_on_request(opened):
    opened.choose("shop/orders")
    assert opened.lit() == {"orders", "paid"}
    opened.page.get_by_role("button", name="Show the whole path (2 more assets)").click()
    expect(opened.page.locator("#nodes > .on")).to_have_count(4)
    assert opened.lit() == {"orders", "paid", "revenue", "forecast"}
    opened.page.get_by_role("button", name="Show direct neighbors").click()
    expect(opened.page.locator("#nodes > .on")).to_have_count(2)


def test_an_address_has_the_filter_and_the_whole_path(opened, three_teams, visit):
    opened.page.get_by_label("Owner").select_option(label="team:finance")
    opened.page.get_by_label("With findings").check()
    opened.choose("shop/orders")
    opened.page.get_by_role("button", name="Show the whole path").click()
    opened.page.wait_for_url("**path=whole**")
    sent = visit(three_teams).page
    sent.goto(f"{sent.url.partition('#')[0]}#{opened.page.url.partition('#')[2]}")
    expect(sent.locator("#nodes > .on")).to_have_count(4)
    assert sent.locator("#by-owner option:checked").inner_text() == "team:finance"
    assert sent.locator("#by-findings").is_checked()
    assert sent.get_by_role("treeitem").all_inner_texts() == []


def test_a_fitted_graph_is_fitted_again_when_the_window_changes(opened):
    frame = "document.getElementById('world').getBoundingClientRect().toJSON()"
    opened.page.set_viewport_size({"width": 1900, "height": 1000})
    opened.page.wait_for_timeout(200)
    found = opened.page.evaluate(frame)
    canvas = opened.page.locator("#canvas").bounding_box()
    assert found["left"] >= canvas["x"]
    assert found["right"] <= canvas["x"] + canvas["width"]
    middle = (found["left"] + found["right"]) / 2 - canvas["x"]
    assert abs(middle - canvas["width"] / 2) < 30
