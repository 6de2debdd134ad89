"""Charts as images in Markdown, which Dagster's UI shows in the metadata of an asset."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SIZE_INCHES = (6.4, 3.0)
DOTS_PER_INCH = 80
"""512 by 240 pixels: legible, and 10 to 35 kB, because the image is stored with every run."""


def new_figure() -> Figure:
    """Return an empty figure that is drawn in memory, without a window or a browser."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - 1 s; definitions load without it

    return Figure(figsize=SIZE_INCHES, dpi=DOTS_PER_INCH, layout="constrained")


def png(figure: Figure) -> bytes:
    """Return the figure as PNG."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def markdown_image(figure: Figure, alternative: str) -> str:
    """Return the figure as a Markdown image that contains its bytes.

    Args:
        figure: The figure.
        alternative: Alternative text, without brackets.
    """
    encoded = base64.b64encode(png(figure)).decode("ascii")
    return f"![{alternative}](data:image/png;base64,{encoded})"
