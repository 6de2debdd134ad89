"""A chart as a picture inside a Markdown text, which Dagster's UI shows in an asset's metadata."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SIZE_INCHES = (6.4, 3.0)
DOTS_PER_INCH = 80
"""Together 512 by 240 pixels: enough to read, and 10 to 35 kB, for it is stored with every run."""


def new_figure() -> Figure:
    """An empty figure of the right size, drawn in memory: no window, no screen, no browser."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - 1 s; definitions load without it

    return Figure(figsize=SIZE_INCHES, dpi=DOTS_PER_INCH, layout="constrained")


def png(figure: Figure) -> bytes:
    """The figure as a PNG file."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def markdown_image(figure: Figure, alternative: str) -> str:
    """The figure as a Markdown image that carries its bytes: it needs no file and no server.

    Args:
        figure: What to show.
        alternative: What it shows, in words, for those who cannot see it; without brackets.
    """
    encoded = base64.b64encode(png(figure)).decode("ascii")
    return f"![{alternative}](data:image/png;base64,{encoded})"
