"""The README's picture: the asset graph as Dagster's UI draws it, a box for each schema.

    make dev                                                    # in another terminal
    .venv/bin/python tools/graph_picture.py http://127.0.0.1:3000

Needs a Chromium or Chrome on the machine.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

PICTURE = Path(__file__).resolve().parent.parent / "docs" / "images" / "asset-graph.png"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync")


def main(address: str) -> int:
    """Write the picture; return 1 if there is no browser."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        print(f"no browser found: one of {', '.join(BROWSERS)} is needed", file=sys.stderr)
        return 1
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=list(QUIET))
        page = chromium.new_page(viewport={"width": 1800, "height": 800})
        page.goto(f"{address}/asset-groups")
        page.get_by_role("button", name="Materialize all").wait_for(timeout=120_000)
        page.wait_for_timeout(10_000)  # the layout is animated, and states come later
        page.screenshot(path=str(PICTURE), clip={"x": 585, "y": 315, "width": 1160, "height": 210})
        chromium.close()
    print(f"wrote {PICTURE}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:3000"))
