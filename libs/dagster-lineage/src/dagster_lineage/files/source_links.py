"""Links to the files of a repository on the host of its `origin`: GitHub, GitLab or Bitbucket."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote, urlsplit

from dagster_lineage.files.git import GitFailed, Repository
from dagster_lineage.model.errors import LineageError

_SHAPES = {
    "github": "{repository}/blob/{commit}/{folder}{{path}}#L{{line}}",
    "gitlab": "{repository}/-/blob/{commit}/{folder}{{path}}#L{{line}}",
    "bitbucket": "{repository}/src/{commit}/{folder}{{path}}#lines-{{line}}",
}
"""Addresses by a word in the name of the host, which may be a company's own."""
_SSH = re.compile(r"(?:ssh://)?(?:[^@/]+@)([^:/]+)(?::\d+)?[:/](.+)")


class InvalidSourceUrl(LineageError):
    """The template is not an address on the web."""


def checked_template(template: str) -> str:
    """Return the template of a link, which has `{path}` and may have `{line}`.

    Raises:
        InvalidSourceUrl: it is not an address on the web, or has no `{path}`.
    """
    if urlsplit(template).scheme in ("http", "https") and "{path}" in template:
        return template
    raise InvalidSourceUrl(
        f"--source-url {template!r} is not an address with {{path}}: write for example "
        "`https://github.com/acme/data/blob/main/{path}#L{line}`."
    )


def link_template(root: Path) -> str:
    """Return the template of links to the current commit; empty without a known host."""
    try:
        repository = Repository(root)
        commit = repository.commit("HEAD")
        address = web_address(repository.origin)
    except GitFailed:
        return ""
    host = urlsplit(address).hostname or ""
    shape = next((one for word, one in _SHAPES.items() if word in host), "")
    folder = quote(repository.prefix)
    return shape.format(repository=address, commit=commit, folder=folder) if shape else ""


def web_address(remote: str) -> str:
    """Return the address of a remote in a browser, without user and password.

    >>> web_address("git@github.com:acme/data.git")
    'https://github.com/acme/data'
    """
    ssh = None if remote.startswith("http") else _SSH.fullmatch(remote)
    if ssh:
        host, path = ssh.groups()
    else:
        parts = urlsplit(remote)
        if parts.scheme not in ("http", "https"):
            return ""
        host, path = parts.netloc.rpartition("@")[2], parts.path
    return f"https://{host}/{quote(path.strip('/').removesuffix('.git'))}"
