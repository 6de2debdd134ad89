"""The page by keyboard and screen reader."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
from playwright.sync_api import expect

FOCUSED = """() => { const one = document.activeElement;
  return one.id || one.getAttribute('aria-label') || one.textContent.trim(); }"""


@pytest.fixture
def page(three_teams, visit):
    return visit(three_teams).page


def focused(page) -> str:
    return page.evaluate(FOCUSED)


def tab_until(page, wanted: str, most: int = 40) -> None:
    for _ in range(most):
        page.keyboard.press("Tab")
        if re.search(wanted, focused(page)):
            return
    raise AssertionError(f"Tab never comes to {wanted}")


def test_tab_goes_through_the_page_in_the_order_in_which_it_is_read(page):
    seen = []
    for _ in range(14):
        page.keyboard.press("Tab")
        seen.append(focused(page))
    expected = [
        "Skip to the list",
        "search",
        "by-project",
        "by-owner",
        "by-findings",
        "Project ",
        "zoom-in",
        "zoom-out",
        "zoom-fit",
        "open-all",
        "close-all",
        "tab-list",
    ]
    assert all(one.startswith(two) for one, two in zip(seen, expected, strict=False)), seen
    assert seen[12].startswith(("p", "outside", "shop", "ml", "marts"))


def test_focus_is_always_seen(page):
    for _ in range(13):
        page.keyboard.press("Tab")
        visible = page.evaluate(
            """() => { const one = document.activeElement;
              const parts = [one, one.querySelector('.row'), one.querySelector('rect.frame')];
              return parts.filter(Boolean).map(part => getComputedStyle(part)).some(style =>
                (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2)
                || parseFloat(style.strokeWidth) >= 3); }"""
        )
        assert visible, focused(page)


def test_the_graph_is_walked_with_arrows_and_opened_with_enter(page):
    tab_until(page, "^Project ")
    page.keyboard.press("ArrowDown")
    first = focused(page)
    assert re.match("shop/|lost/", first)
    page.keyboard.press("ArrowDown")
    assert re.match("shop/", focused(page))
    assert focused(page) != first
    key = focused(page).partition(",")[0]
    page.keyboard.press("Enter")
    assert page.locator("#pane-asset h2").inner_text() == key
    assert focused(page).startswith(key)
    page.keyboard.press("Escape")
    # The graph is drawn in the next frame.
    expect(page.locator("#nodes > .picked")).to_have_count(0)
    assert "No selection" in page.get_by_role("status").inner_text()


def test_a_search_by_keyboard_ends_at_a_column(page):
    page.keyboard.press("/")
    assert focused(page) == "search"
    page.keyboard.type("shop")
    options = page.get_by_role("listbox").get_by_role("option")
    assert options.first.inner_text().startswith("shop/notes")
    assert options.first.get_attribute("aria-selected") == "true"
    page.keyboard.press("ArrowDown")
    assert options.nth(1).get_attribute("aria-selected") == "true"
    assert page.locator("#search").get_attribute("aria-activedescendant") == "found-1"
    page.locator("#search").fill("shop orders#amo")
    page.keyboard.press("Enter")
    assert page.get_by_role("region", name="Lineage of column amount").count() == 1
    assert page.get_by_role("listbox").count() == 0


def test_escape_deselects_the_column_then_the_asset(page):
    page.locator("#search").fill("shop/orders amount")
    page.keyboard.press("Enter")
    page.locator("#tab-asset").focus()
    page.keyboard.press("Escape")
    assert page.get_by_role("region", name=re.compile("Lineage of column")).count() == 0
    assert page.locator("#pane-asset h2").inner_text() == "shop/orders"
    page.keyboard.press("Escape")
    assert page.locator("#tab-list").get_attribute("aria-selected") == "true"


def test_the_tree_has_the_same_assets_and_opens_them(page):
    tab_until(page, "tab-list")
    page.keyboard.press("Tab")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowLeft")
    item = page.get_by_role("treeitem").first
    assert item.get_attribute("aria-expanded") == "false"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    key = focused(page).partition(",")[0]
    page.keyboard.press("Enter")
    assert page.locator("#pane-asset h2").inner_text() == key


def test_tabs_are_changed_with_arrows(page):
    page.locator("#tab-list").focus()
    page.keyboard.press("ArrowRight")
    assert focused(page) == "tab-findings"
    assert page.get_by_role("tabpanel", name=re.compile("Findings")).is_visible()


def test_a_screen_reader_finds_landmarks_headings_and_names(page):
    page.locator("#search").fill("shop/orders amount")
    page.keyboard.press("Enter")
    snapshot = page.locator("body").aria_snapshot()
    for line in (
        r"- banner:",
        r'- heading "three-teams" \[level=1\]',
        r"- search:",
        r'- combobox "Search assets and columns"',
        r'- main "Graph"',
        r'- heading "Asset graph, from left to right" \[level=2\]',
        r'- group "Graph of projects and assets"',
        r'button "shop/orders, asset · 3 columns, in shop, on the path: amount" \[pressed\]',
        r'- toolbar "View"',
        r'- complementary "Details"',
        r'- tab "Asset" \[selected\]',
        r'- heading "shop/orders" \[level=2\]',
        r'- table "Columns \(3\)"',
        r'- region "Lineage of column amount"',
        r'- status: "Column amount of shop/orders of shop',
    ):
        assert re.search(line, snapshot), f"{line} is not in\n{snapshot}"
    # Every control has a name.
    assert not re.search(
        r"- (button|tab|treeitem|option|combobox|checkbox)( \[.*\])?:?$", snapshot, re.MULTILINE
    )


def test_the_tree_has_levels_and_counts(page):
    snapshot = page.get_by_role("tree").aria_snapshot()
    assert re.search(r'- treeitem "shop, 2 assets".*\[expanded\]', snapshot)
    assert re.search(r'- treeitem "shop/orders, asset · 3 columns.*reads 0, read by 1"', snapshot)


CSS = (files("dagster_lineage.present.report") / "page" / "page.css").read_text()


def luminance(color: str) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_and_controls_contrast_with_their_background(theme):
    roots = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)
    colors = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", roots[theme]))
    for behind in ("panel", "back", "node", "box", "accent-soft", "chip"):
        for name in ("text", "muted"):
            assert contrast(colors[name], colors[behind]) >= 4.5, (name, behind)
    for behind in ("panel", "node", "accent-soft"):
        for name in ("accent", "error", "warning", "good"):
            assert contrast(colors[name], colors[behind]) >= 4.5, (name, behind)
    for behind in ("panel", "back", "box"):
        for name in ("strong", "cross", "accent"):
            assert contrast(colors[name], colors[behind]) >= 3, (name, behind)


def test_both_themes_follow_the_reader(three_teams, visit):
    backs = {
        visit(three_teams, color_scheme=scheme).page.evaluate(
            "getComputedStyle(document.body).backgroundColor"
        )
        for scheme in ("light", "dark")
    }
    assert len(backs) == 2
