"""The chart: its counts, its file, and that no browser opens by default."""

from __future__ import annotations

import base64
import re
import stat
import struct
import webbrowser
from pathlib import Path

import dagster as dg
import pyarrow as pa
import pytest

from ml.charts.order_counts import count_orders, order_counts_page
from ml.defs.order_count_chart import order_count_chart
from published_assets.api import WarehouseResource


def materialize(
    instance: dg.DagsterInstance, *, open_in_browser: bool = False
) -> dg.ExecuteInProcessResult:
    return dg.materialize(
        [order_count_chart],
        instance=instance,
        resources={"warehouse": WarehouseResource(project="ml")},
        run_config=dg.RunConfig(
            ops={"ml__order_count_chart": {"config": {"open_in_browser": open_in_browser}}}
        ),
        raise_on_error=False,
    )


@pytest.fixture
def customers(publish_table):
    return publish_table(
        "jaffle_dbt",
        ("jaffle", "customers"),
        pa.table({"customer_id": range(6), "number_of_orders": [0, 1, 1, 4, None, 2]}),
    )


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file in which a fake browser records the URLs that it opens."""
    note, browser = tmp_path / "opened.txt", tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" >> "{note}"\n')
    browser.chmod(browser.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("BROWSER", f"{browser} %s")
    monkeypatch.setattr(webbrowser, "_tryorder", None)  # so that the variable is read again
    monkeypatch.setattr(webbrowser, "_browsers", {})
    return note


def test_customers_without_orders_are_counted_separately():
    counts = count_orders([0, 1, 1, 4, None, 2])
    assert counts.bars == {"1": 2, "2": 1, "3": 0, "4": 1}
    assert (counts.without_orders, counts.with_orders, counts.orders) == (2, 4, 8)
    assert counts.orders_per_buyer == 2.0


def test_long_tail_shares_the_last_bar():
    counts = count_orders([30, 31, 900, 2])
    assert list(counts.bars)[-1] == "30+"
    assert (len(counts.bars), counts.bars["30+"], counts.bars["2"]) == (30, 3, 1)
    assert list(count_orders([30, 2]).bars)[-1] == "30"


def test_chart_without_orders_is_not_an_error():
    counts = count_orders([0, 0])
    assert (counts.bars, counts.orders_per_buyer) == ({}, 0.0)
    assert "0 have ordered" in counts.title
    assert "0 have ordered" in order_counts_page(count_orders([]))


def test_page_needs_no_network():
    page = order_counts_page(count_orders([1, 2, 2]))
    assert not re.search(r"<(script|img|iframe)[^>]*\ssrc=", page)
    assert "<link" not in page
    assert "Plotly.newPlot" in page
    assert '"y":[1,2]' in page


def test_page_is_written_to_the_reports_and_its_image_is_in_the_event(
    customers, instance, environment
):
    result = materialize(instance)
    assert result.success
    [event] = result.asset_materializations_for_node("ml__order_count_chart")
    page = Path(event.metadata["path"].value)
    assert page == environment.reports_dir / "order_count_chart.html"
    assert "4 have ordered, 2.0 times on average; 2 have not" in page.read_text()
    assert [file.name for file in page.parent.iterdir()] == [page.name]  # no temporary file
    image = base64.b64decode(event.metadata["picture"].value.split("base64,")[1].rstrip(")"))
    width, height = struct.unpack(">II", image[16:24])
    assert image.startswith(b"\x89PNG")
    assert (width, height) == (512, 240)
    assert len(image) < 40_000
    assert event.metadata["customers_without_orders"].value == 2
    assert event.metadata["upstream_generation"].value == customers.generation


def test_second_run_replaces_the_page(customers, instance, environment, publish_table):
    assert materialize(instance).success
    publish_table("jaffle_dbt", ("jaffle", "customers"), pa.table({"number_of_orders": [9, 9, 9]}))
    assert materialize(instance).success
    page = environment.reports_dir / "order_count_chart.html"
    assert "3 have ordered, 9.0 times" in page.read_text()


def test_browser_opens_only_if_configured(customers, instance, environment, opened):
    assert materialize(instance).success
    assert not opened.exists()
    assert materialize(instance, open_in_browser=True).success
    page = environment.reports_dir / "order_count_chart.html"
    assert opened.read_text().split() == [page.as_uri()]


def test_missing_browser_is_a_warning(customers, instance, opened, monkeypatch):
    monkeypatch.setenv("BROWSER", "/nowhere/browser %s")
    assert materialize(instance, open_in_browser=True).success


def test_page_that_cannot_be_written_is_reported_with_its_path(customers, instance, environment):
    environment.reports_dir.parent.mkdir(parents=True, exist_ok=True)
    environment.reports_dir.write_text("a file where a folder should be")
    result = materialize(instance)
    assert not result.success
    event = next(event for event in result.all_events if event.is_step_failure)
    description = event.step_failure_data.user_failure_data.description
    assert str(environment.reports_dir / "order_count_chart.html") in description


def test_missing_publication_is_reported_with_the_command_that_fixes_it(environment, instance):
    result = materialize(instance)
    event = next(event for event in result.all_events if event.is_step_failure)
    description = event.step_failure_data.user_failure_data.description
    assert "No project has published the schema 'jaffle'" in description
    assert "platform run --select '+key:\"jaffle/customers\"'" in description
