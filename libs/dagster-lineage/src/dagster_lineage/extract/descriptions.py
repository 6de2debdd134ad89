"""Descriptions as an interface has them: the first paragraph, in one line."""

from __future__ import annotations

MOST = 300
"""Characters of a description, so that interfaces stay small and reviewable."""


def first_paragraph(description: str | None) -> str:
    r"""Return the first paragraph of a description; at most 300 characters, cut between words.

    >>> first_paragraph("One row per order.\nPaid or not.\n\nDetails follow.")
    'One row per order. Paid or not.'
    """
    lines = (description or "").strip().splitlines()
    end = next((at for at, line in enumerate(lines) if not line.strip()), len(lines))
    text = " ".join(" ".join(lines[:end]).split())
    if len(text) <= MOST:
        return text
    cut = text[: MOST - 2]
    return f"{cut.rpartition(' ')[0] or cut} …"
