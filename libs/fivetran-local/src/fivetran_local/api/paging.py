"""Pages of a list, as `limit`, `cursor` and `next_cursor` ask for them."""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Any

from fivetran_local.api.envelope import invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.requests import Request

_DEFAULT_LIMIT = 100
_MAX_LIMIT = 1000
# What a cursor holds, by name: another API's is refused, not taken for the end of the list.
_AFTER = "after"


def page(
    request: Request, items: Sequence[dict[str, Any]], key: Callable[[dict[str, Any]], str]
) -> dict[str, Any]:
    """Return one page of `items`; `next_cursor` is absent on the last one.

    The cursor holds the last key that was given out, not a position: what is added or removed
    between two requests neither doubles nor hides anything else. Its letters need no encoding in an
    address, as in the documentation's examples.

    Args:
        request: Its query may hold `limit` (1..1000, default 100) and `cursor`.
        items: The whole list.
        key: Returns an item's unique key, by which the list is ordered.
    """
    limit = _limit(request.query_params.get("limit"))
    after = _after(request.query_params.get("cursor"))
    rest = [item for item in sorted(items, key=key) if after is None or key(item) > after]
    found: dict[str, Any] = {"items": rest[:limit]}
    if len(rest) > limit:
        held = json.dumps({_AFTER: key(rest[limit - 1])}).encode()
        found["next_cursor"] = base64.urlsafe_b64encode(held).decode().rstrip("=")
    return found


def _limit(given: str | None) -> int:
    if given is None:
        return _DEFAULT_LIMIT
    if not given.isascii() or not given.isdigit() or not 1 <= int(given[:9]) <= _MAX_LIMIT:
        raise invalid(f"limit must be a number from 1 to {_MAX_LIMIT}.")
    return int(given)


def _after(cursor: str | None) -> str | None:
    if cursor is None:
        return None
    try:
        padding = "=" * (-len(cursor) % 4)
        after = json.loads(base64.b64decode(cursor + padding, altchars=b"-_", validate=True))[
            _AFTER
        ]
    except (binascii.Error, ValueError, LookupError, TypeError, RecursionError):
        after = None
    if not isinstance(after, str):
        raise invalid(f"cursor '{cursor}' is not one that this API gave out.")
    return after
