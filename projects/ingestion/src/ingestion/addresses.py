"""Addresses as they may be shown: which parts of a URL are secret, and which hosts are this one."""

from __future__ import annotations

import ipaddress
from urllib.parse import SplitResult, urlsplit

HIDDEN = "***"


def masked(url: str) -> str:
    """Return the address without its secrets: user, password, query values and fragment hidden.

    Addresses land in logs, run events and error messages, where a signed query or a password
    stays for as long as the instance's storage. Names of query parameters stay readable.

    Args:
        url: An address of any scheme, also a malformed one.
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
    """Say whether the address's host is this machine, by name or by number.

    Only literal addresses and `localhost` count: a name that happens to resolve to 127.0.0.1 is
    somebody else's to change.
    """
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
