"""Addresses: their secret parts, and whether they point to this machine."""

from __future__ import annotations

import ipaddress
from urllib.parse import SplitResult, urlsplit

HIDDEN = "***"


def masked(url: str) -> str:
    """Return the address without secrets: user, password, query values and fragment are hidden.

    Addresses appear in logs, run events and error messages, which are stored for a long time. The
    names of query parameters stay readable.

    Args:
        url: An address of any scheme; may be malformed.
    """
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return HIDDEN
    netloc = f"{HIDDEN}@{host}" if "@" in parts.netloc else parts.netloc
    query = "&".join(
        f"{pair.partition('=')[0]}={HIDDEN}" if "=" in pair else HIDDEN
        for pair in parts.query.split("&")
        if pair
    )
    fragment = HIDDEN if parts.fragment else ""
    return SplitResult(parts.scheme, netloc, parts.path, query, fragment).geturl()


def is_loopback(url: str) -> bool:
    """Return whether the host of an address is this machine.

    Only literal addresses and `localhost` count. The address of another name can change.
    """
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
