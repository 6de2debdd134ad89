"""Customers by number of orders, as an interactive page and as an image."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ml.charts.picture import new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LONGEST_AXIS = 30
"""Number of bars; customers with more orders are counted in the last one."""
COLOR = "#1f77b4"


@dataclass(frozen=True)
class OrderCounts:
    """Distribution of orders per customer."""

    without_orders: int
    """Customers without orders; only in the title, because their bar would dwarf the others."""
    bars: dict[str, int]
    """Customers per number of orders, from "1" upwards without gaps; the last may be "30+"."""
    orders: int
    """Orders of all customers."""

    @property
    def with_orders(self) -> int:
        """Customers who have ordered."""
        return sum(self.bars.values())

    @property
    def orders_per_buyer(self) -> float:
        """Mean number of orders of customers with orders; 0 without any."""
        return self.orders / self.with_orders if self.with_orders else 0.0

    @property
    def title(self) -> str:
        """Title of the chart, with the numbers that have no bar."""
        return (
            f"Orders per customer: {self.with_orders:,} have ordered, "
            f"{self.orders_per_buyer:.1f} times on average; {self.without_orders:,} have not"
        )


def count_orders(numbers_of_orders: Iterable[int | None]) -> OrderCounts:
    """Count customers by their number of orders.

    Args:
        numbers_of_orders: One number per customer; None counts as 0.
    """
    numbers = [number or 0 for number in numbers_of_orders]
    buyers = [number for number in numbers if number > 0]
    last = min(max(buyers, default=0), LONGEST_AXIS)
    bars = {str(number): 0 for number in range(1, last + 1)}
    if any(number > LONGEST_AXIS for number in buyers):
        bars[f"{LONGEST_AXIS}+"] = bars.pop(str(LONGEST_AXIS))
    labels = list(bars)
    for number in buyers:
        bars[labels[min(number, LONGEST_AXIS) - 1]] += 1
    return OrderCounts(len(numbers) - len(buyers), bars, sum(buyers))


def order_counts_page(counts: OrderCounts) -> str:
    """Return an HTML page with the interactive chart and its code.

    The page has about 5 MB and works without a network.
    """
    import plotly.graph_objects as go  # noqa: PLC0415 - slow; definitions load without it

    figure = go.Figure(
        go.Bar(
            x=list(counts.bars),
            y=list(counts.bars.values()),
            marker_color=COLOR,
            hovertemplate="%{y} customers with %{x} orders<extra></extra>",
        )
    )
    figure.update_layout(
        title=counts.title,
        xaxis={"title": "orders", "type": "category"},
        yaxis={"title": "customers", "rangemode": "tozero"},
        template="plotly_white",
    )
    # Without the logo, whose link is the only one of the page.
    page: str = figure.to_html(
        include_plotlyjs=True, full_html=True, div_id="orders", config={"displaylogo": False}
    )
    return page


def order_counts_picture(counts: OrderCounts) -> Figure:
    """Return the same bars as an image; plotly would need a browser for one."""
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415 - definitions load without it

    figure = new_figure()
    axes = figure.subplots()
    axes.bar(list(counts.bars), list(counts.bars.values()), color=COLOR)
    axes.set_title(counts.title, fontsize=8)
    axes.set_xlabel("orders", fontsize=8)
    axes.set_ylabel("customers", fontsize=8)
    axes.tick_params(labelsize=8)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    return figure
