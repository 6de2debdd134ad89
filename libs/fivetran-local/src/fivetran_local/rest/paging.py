"""Pages of a list: the parameters `limit` and `cursor`, and the field `next_cursor`."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from typing import Any

from fivetran_local.rest.responses import invalid

_DEFAULT_LIMIT = 100
_MAX_LIMIT = 1000
# Name of the value in a cursor: so cursors of another API are rejected.
_AFTER = "after"


def page(query: Mapping[str, str], items: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return one page of `items`, ordered by id; the last page has no `next_cursor`.

    The cursor contains the last returned id instead of a position, so items that are added or
    removed between two requests neither repeat nor hide others. As in the documentation's examples,
    its characters need no encoding in a URL.

    Args:
        query: The request's query; may contain `limit` (1..1000, default 100) and `cursor`.
        items: The complete list; every item has an `id`.
    """
    limit = _limit(query.get("limit"))
    after = _after(query.get("cursor"))
    rest = sorted(
        (item for item in items if after is None or item["id"] > after), key=lambda item: item["id"]
    )
    found: dict[str, Any] = {"items": rest[:limit]}
    if len(rest) > limit:
        content = json.dumps({_AFTER: rest[limit - 1]["id"]}).encode()
        found["next_cursor"] = base64.urlsafe_b64encode(content).decode().rstrip("=")
    return found


def _limit(text: str | None) -> int:
    if text is None:
        return _DEFAULT_LIMIT
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= _MAX_LIMIT:
        raise invalid(f"limit must be a number from 1 to {_MAX_LIMIT}.")
    return int(text)


def _after(cursor: str | None) -> str | None:
    if cursor is None:
        return None
    try:
        padding = "=" * (-len(cursor) % 4)
        content = base64.b64decode(cursor + padding, altchars=b"-_", validate=True)
        after = json.loads(content)[_AFTER]
    except (binascii.Error, ValueError, LookupError, TypeError, RecursionError):
        after = None
    if not isinstance(after, str):
        raise invalid(f"cursor '{cursor}' is not one that this API gave out.")
    return after
