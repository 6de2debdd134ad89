"""`[tool.lineage]` of the root's `pyproject.toml`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, field

from dagster_lineage.model.errors import LineageError
from dagster_lineage.model.nearest_names import did_you_mean

FILE_NAME = "pyproject.toml"


class External(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Keys that are produced outside the code locations of the workspace, or are frozen."""

    keys: tuple[str, ...]
    """Shell patterns over keys: `legacy/*`, `raw/orders_2019`."""
    owner: str
    """Owner of the keys: `team:finance`, or an e-mail address."""
    reason: str
    until: dt.date | None = None
    """Last day on which the keys may be frozen; EX02 reports them afterwards. None: no end."""
    line: int = 1
    """Line of the entry in the settings file."""


class Ignore(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Findings that are accepted, with a reason."""

    code: str
    """A rule's code, or a prefix of codes."""
    reason: str
    paths: tuple[str, ...] = ("**",)
    """Patterns over files relative to the root; `**` stands for any number of folders."""
    keys: tuple[str, ...] = ("*",)
    """Shell patterns over the keys of findings, which are asset keys, or `key#column`."""


class Settings(Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    """Settings of `lineage`."""

    interfaces: tuple[str, ...] = tuple(
        f"{'*/' * depth}interface{name}.json" for depth in range(4) for name in ("", ".*")
    )
    """Patterns of the interface files, relative to the root; by default up to three folders deep.
    If a folder has several code locations, each has a file `interface.<code location>.json`."""
    workspace: str = "."
    """File that lists the code locations for `lineage lock`, or a folder with a workspace.yaml,
    dg.toml, pyproject.toml or dagster_cloud.yaml."""
    select: tuple[str, ...] = ()
    """Codes, or prefixes of codes, of the rules to run. Empty: all rules."""
    ignore: tuple[Ignore, ...] = ()
    external: tuple[External, ...] = ()
    owners: tuple[str, ...] = ()
    """Valid owners. Empty: every owner is valid, unless it looks like a typo of another one."""
    baseline: str = ""
    """Baseline file with known findings, relative to the root."""
    keys_from: dict[str, str] = field(default_factory=dict)
    """Key pattern by project, for dbt manifests without Dagster. Default: `{schema}/{name}`."""


class SettingsWrong(LineageError):
    """The file cannot be read, or `[tool.lineage]` has an unknown key or a wrong value."""


def read_settings(root: Path) -> Settings:
    """Return the settings of a repository, or the defaults if it has none.

    Args:
        root: Folder of the repository, with its `pyproject.toml`.

    Raises:
        SettingsWrong: the file is not valid TOML, or `[tool.lineage]` has an unknown key or a
            wrong value. The message names it and suggests the nearest valid name.
    """
    file = root / FILE_NAME
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsWrong(f"{file} cannot be read: {error}") from error
    # Parsing a large file without settings would cost more than the check itself.
    return parse_settings(text, str(file)) if "lineage" in text else Settings()


def parse_settings(text: str, name: str = FILE_NAME) -> Settings:
    """Return the settings in the text of a `pyproject.toml`; `name` is used in messages.

    Raises:
        SettingsWrong: as `read_settings`.
    """
    import tomllib  # noqa: PLC0415 - not needed where there are no settings

    try:
        table = tomllib.loads(text).get("tool", {}).get("lineage", {})
    except tomllib.TOMLDecodeError as error:
        raise SettingsWrong(f"{name} is not valid TOML: {error}") from error
    _refuse_unknown(table, Settings, "tool.lineage", name)
    for struct, key in ((External, "external"), (Ignore, "ignore")):
        for entry in table.get(key, ()):
            _refuse_unknown(entry, struct, f"tool.lineage.{key}", name)
    for entry, line in zip(table.get("external", ()), _lines_of_external(text), strict=False):
        entry["line"] = line
    try:
        settings = msgspec.convert(table, Settings)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at ")
        key = where.strip("`").replace("$", "tool.lineage") or "tool.lineage"
        raise SettingsWrong(f"{name}: {key}: {what}") from error
    for key, entries in (("external", settings.external), ("ignore", settings.ignore)):
        if not all(entry.reason.strip() for entry in entries):
            raise SettingsWrong(f"{name}: tool.lineage.{key}: `reason` is empty. State why.")
    return settings


def find_root(start: Path) -> Path:
    """Return the root of a repository: the nearest folder, from `start` up, with `[tool.lineage]`.

    Without such settings it is the nearest folder with a `.git`, or else `start` itself.
    """
    folders = [start.resolve(), *start.resolve().parents]
    with_git = (folder for folder in folders if (folder / ".git").exists())
    return settings_root(start) or next(with_git, folders[0])


def settings_root(start: Path) -> Path | None:
    """Return the nearest folder, from `start` up, with `[tool.lineage]`, or None."""
    for folder in (start.resolve(), *start.resolve().parents):
        file = folder / FILE_NAME
        if file.is_file() and b"[tool.lineage" in file.read_bytes():
            return folder
    return None


def external_of(settings: Settings, key: str) -> External | None:
    """Return the entry that declares a key external, even if its date has passed."""
    if not settings.external:
        return None
    from fnmatch import fnmatchcase  # noqa: PLC0415 - most repositories need no patterns

    return next(
        (
            entry
            for entry in settings.external
            if any(fnmatchcase(key, pattern) for pattern in entry.keys)
        ),
        None,
    )


def _refuse_unknown(table: Any, struct: type[Struct], key: str, name: str) -> None:
    if not isinstance(table, dict):
        return
    known = [one for one in struct.__struct_encode_fields__ if one != "line"]
    for wrong in table:
        if wrong not in known:
            hint = did_you_mean(wrong, known)
            raise SettingsWrong(f"{name}: unknown key `{wrong}` in [{key}]: {hint}")


def _lines_of_external(text: str) -> list[int]:
    # tomllib has no line numbers. Entries written as tables are found by their headers.
    return [
        number
        for number, line in enumerate(text.splitlines(), start=1)
        if line.replace(" ", "").startswith("[[tool.lineage.external]]")
    ]
