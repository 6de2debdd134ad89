"""The README's image of the asset graph: a screenshot of Dagster's UI, with a box per schema.

    make dev                                                    # in another terminal
    .venv/bin/python tools/graph_image.py http://127.0.0.1:3000

It needs Chromium or Chrome.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

IMAGE = Path(__file__).resolve().parent.parent / "docs" / "images" / "asset-graph.png"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync")


def main(address: str) -> int:
    """Write the image; return 1 if there is no browser."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        print(f"No browser found. Install one of: {', '.join(BROWSERS)}.", file=sys.stderr)
        return 1
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    IMAGE.parent.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=list(QUIET))
        page = chromium.new_page(viewport={"width": 1800, "height": 800})
        page.goto(f"{address}/asset-groups")
        page.get_by_role("button", name="Materialize all").wait_for(timeout=120_000)
        page.wait_for_timeout(10_000)  # the layout is animated, and statuses are loaded later
        page.screenshot(path=str(IMAGE), clip={"x": 585, "y": 315, "width": 1160, "height": 210})
        chromium.close()
    print(f"{IMAGE} written.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:3000"))
