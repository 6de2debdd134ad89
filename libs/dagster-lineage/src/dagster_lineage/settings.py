"""`[tool.lineage]` of the root's `pyproject.toml`."""

from __future__ import annotations

import datetime as dt

from msgspec import Struct, field


class External(Struct, frozen=True, kw_only=True):
    """Keys that nobody asked makes, and that is right: another system does, or they are frozen."""

    keys: tuple[str, ...]
    """Patterns as in a shell, over key texts: `legacy/*`, `raw/orders_2019`."""
    owner: str
    """Whom to ask about them: `team:finance`, or an e-mail address."""
    reason: str
    until: dt.date | None = None
    """Frozen until that day, which is still right; afterwards a finding. None: external for
    good."""


class Ignore(Struct, frozen=True, kw_only=True):
    """Findings that are known and left as they are."""

    code: str
    """A rule's code, or the beginning of codes."""
    reason: str
    paths: tuple[str, ...] = ("**",)
    """Patterns over files relative to the root; `**` goes through folders."""


class Settings(Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    """Everything that may be set; the defaults fit this layout: projects/<name>/interface.json."""

    interfaces: tuple[str, ...] = ("projects/*/interface.json",)
    """Patterns of the interface files, relative to the root."""
    workspace: str = "workspace.yaml"
    """The workspace that `lineage lock` asks."""
    select: tuple[str, ...] = ()
    """Codes, or their beginnings, of the rules to run; none: all."""
    ignore: tuple[Ignore, ...] = ()
    external: tuple[External, ...] = ()
    owners: tuple[str, ...] = ()
    """Owners that exist. None: whoever is named is taken to exist, but for near misses."""
    baseline: str = ""
    """File of findings that were there before the check was; relative to the root."""
    keys_from: dict[str, str] = field(default_factory=dict)
    """For bare dbt manifests: rule of keys by project, `{schema}/{name}` unless said."""
