"""`lineage report` of 5,000 assets: size, time to build, first paint and clicks in a browser.

    python benchmarks/lineage_report.py [--projects 50] [--models 100] [--rounds 7]

The page is built by the command, as a process, and opened in headless Chromium. A click is timed in
the page, from before the element's handlers run until the frame after the change is painted. The
second figure is the CPU time of the page's main thread, which does not depend on the load.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from synthetic_interfaces import write_interfaces

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync")
VIEWPORT: ViewportSize = {"width": 1280, "height": 800}
GOAL_PAINT, GOAL_CLICK = 2000.0, 100.0
FIRST_PAINT = """() => new Promise(done => {
  const paint = () => performance.getEntriesByName('first-contentful-paint')[0];
  const shown = () => document.querySelector('#boxes > *') && paint();
  const look = () => shown() ? requestAnimationFrame(() => done({
    paint: shown().startTime,
    ready: performance.now(),
  })) : requestAnimationFrame(look);
  look();
})"""
TIMED = """selector => new Promise(done => {
  const element = document.querySelector(selector);
  if (!element) throw new Error(`nothing is ${selector}`);
  const start = performance.now();
  element.dispatchEvent(new MouseEvent('click', { bubbles: true }));
  requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => done(performance.now() - start);
    channel.port2.postMessage(0);
  });
})"""


def main() -> int:
    """Build, open, measure, compare and print; return 1 if a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--projects", type=int, default=50)
    parser.add_argument("--models", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        print(f"no browser found: one of {', '.join(BROWSERS)} is needed", file=sys.stderr)
        return 1
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - not for --help

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_interfaces(root, projects=arguments.projects, models=arguments.models)
        file = root / "lineage.html"
        cpu = built(root, file)
        print(f"{arguments.projects} projects of {arguments.models} models with 10 columns")
        print(f"page: {file.stat().st_size / 1e6:.1f} MB, built in {cpu:.2f} s CPU")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=executable, args=list(QUIET))
            try:
                return measured(browser, file, arguments)
            finally:
                browser.close()


def built(root: Path, file: Path) -> float:
    """Return the CPU seconds, user and system, of writing the page."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "dagster_lineage.cli.main", "report", "--root", str(root)]
    subprocess.run([*command, "--out", str(file)], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def measured(browser: Browser, file: Path, arguments: argparse.Namespace) -> int:
    """Print the medians of several visits and return the number of missed goals."""
    print(f"{'medians, ms':38}{'computed':>10}{'painted':>10}")
    loads = [visited(browser, file) for _ in range(arguments.rounds)]
    paint = statistics.median(paint for paint, _, _ in loads)
    ready = statistics.median(ready for _, ready, _ in loads)
    slow = report("first contentful paint", None, paint, GOAL_PAINT)
    slow += report("graph drawn", statistics.median(cpu for _, _, cpu in loads), ready, GOAL_PAINT)
    clicks = Clicks(browser, file)
    slow += clicks.timed("open a project", ["#boxes [data-project='0'] .title"])
    # Nodes outside of the window are not drawn, so the same few are chosen in turn.
    chosen = [f"#nodes [data-asset='{3 + one % 4}']" for one in range(arguments.rounds)]
    slow += clicks.timed("choose an asset", chosen)
    columns = clicks.columns(arguments.rounds)
    slow += clicks.timed("choose a column of the first project", columns)
    clicks.search(f"domain_{arguments.projects - 1:02} _{arguments.models - 1:03}")
    columns = clicks.columns(arguments.rounds)
    slow += clicks.timed("choose a column of the last project", columns)
    slow += clicks.timed("clear the column", ["[role=region] > button"])
    slow += clicks.timed("open all projects", ["#open-all"], goal=GOAL_PAINT)
    slow += clicks.timed("choose a column, all open", columns)
    return int(slow > 0)


def visited(browser: Browser, file: Path) -> tuple[float, float, float]:
    """Return milliseconds to the first paint and to the graph, and of main thread until then."""
    page = browser.new_page(viewport=VIEWPORT)
    thread = MainThread(page)
    page.goto(file.as_uri())
    found = page.evaluate(FIRST_PAINT)
    computed = thread.milliseconds()
    page.close()
    return found["paint"], found["ready"], computed


class MainThread:
    """Time of a page's main thread, as Chromium reports it.

    In the `threadTicks` domain the durations of the DevTools protocol are CPU time
    (https://chromedevtools.github.io/devtools-protocol/tot/Performance/).
    """

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)
        self._session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def milliseconds(self) -> float:
        """Return the milliseconds since the page was opened."""
        metrics = self._session.send("Performance.getMetrics")["metrics"]
        seconds: float = next(one["value"] for one in metrics if one["name"] == "TaskDuration")
        return 1e3 * seconds


class Clicks:
    """A page with timed clicks."""

    def __init__(self, browser: Browser, file: Path) -> None:
        self._page = browser.new_page(viewport=VIEWPORT)
        self._thread = MainThread(self._page)
        self._page.goto(file.as_uri())
        self._page.evaluate(FIRST_PAINT)

    def timed(self, name: str, selectors: list[str], goal: float = GOAL_CLICK) -> int:
        """Click one element after the other; return 1 if the median misses the goal."""
        computed, painted = [], []
        for selector in selectors:
            before = self._thread.milliseconds()
            painted.append(self._page.evaluate(TIMED, selector))
            computed.append(self._thread.milliseconds() - before)
        return report(name, statistics.median(computed), statistics.median(painted), goal)

    def columns(self, count: int) -> list[str]:
        """Return the selectors of the first columns in the panel."""
        script = (
            "() => [...document.querySelectorAll('table [data-column]')].map(e => e.dataset.column)"
        )
        return [f"table [data-column='{one}']" for one in self._page.evaluate(script)[:count]]

    def search(self, words: str) -> None:
        """Choose the first result of a search."""
        self._page.fill("#search", words)
        self._page.press("#search", "Enter")


def report(name: str, computed: float | None, painted: float, goal: float) -> int:
    """Print one row of the table; return 1 if it misses the goal."""
    verdict = "" if painted <= goal else f"  over the goal of {goal:.0f}"
    shown = "" if computed is None else f"{computed:.1f}"
    print(f"{name:38}{shown:>10}{painted:10.1f}{verdict}", flush=True)
    return int(painted > goal)


if __name__ == "__main__":
    sys.exit(main())
