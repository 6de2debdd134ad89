"""`[tool.lineage]` of the root's `pyproject.toml`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, field

from dagster_lineage.model.errors import LineageError

FILE_NAME = "pyproject.toml"


class External(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Keys that nobody asked makes, and that is right: another system does, or they are frozen."""

    keys: tuple[str, ...]
    """Patterns as in a shell, over key texts: `legacy/*`, `raw/orders_2019`."""
    owner: str
    """Whom to ask about them: `team:finance`, or an e-mail address."""
    reason: str
    until: dt.date | None = None
    """Frozen until that day, which is still right; afterwards a finding. None: external for
    good."""
    line: int = 1
    """Where the entry stands in the file; set while it is read."""


class Ignore(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Findings that are known and left as they are."""

    code: str
    """A rule's code, or the beginning of codes."""
    reason: str
    paths: tuple[str, ...] = ("**",)
    """Patterns over files relative to the root; `**` goes through folders."""


class Settings(Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    """Everything that may be set; the defaults fit this layout: projects/<name>/interface.json."""

    interfaces: tuple[str, ...] = ("projects/*/interface.json", "projects/*/interface.*.json")
    """Patterns of the interface files, relative to the root. Several code locations of one folder
    have one each, with the location's name in it."""
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


class SettingsWrong(LineageError):
    """`[tool.lineage]` cannot be read, or says something that it cannot say."""


def read_settings(root: Path) -> Settings:
    """The settings of a repository; the defaults where it has none.

    Args:
        root: Folder of the repository, with its `pyproject.toml`.

    Raises:
        SettingsWrong: the file is no TOML, or a key or value under `[tool.lineage]` is not one of
            `Settings`; the message names it and the nearest right one.
    """
    file = root / FILE_NAME
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsWrong(f"{file} cannot be read: {error}") from error
    # Reading all of a large file that says nothing to us would cost more than the check.
    return parse_settings(text, str(file)) if "lineage" in text else Settings()


def parse_settings(text: str, name: str = FILE_NAME) -> Settings:
    """Settings from the text of a `pyproject.toml`; `name` tells where it is from.

    Raises:
        SettingsWrong: as `read_settings`.
    """
    import tomllib  # noqa: PLC0415 - not needed where there are no settings

    try:
        table = tomllib.loads(text).get("tool", {}).get("lineage", {})
    except tomllib.TOMLDecodeError as error:
        raise SettingsWrong(f"{name} is no TOML: {error}") from error
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
            raise SettingsWrong(f"{name}: tool.lineage.{key}: `reason` is empty: say why.")
    return settings


def find_root(start: Path) -> Path:
    """The repository's root: the nearest folder at or above one with `[tool.lineage]` settings.

    Without any it is the nearest one with a `.git`, and without that the folder itself.
    """
    folders = [start.resolve(), *start.resolve().parents]
    for folder in folders:
        file = folder / FILE_NAME
        if file.is_file() and b"[tool.lineage" in file.read_bytes():
            return folder
    return next((folder for folder in folders if (folder / ".git").exists()), folders[0])


def external_of(settings: Settings, key: str) -> External | None:
    """The entry that says that a key is external, whether its date has passed or not."""
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
            from dagster_lineage.model.nearest_names import nearest_name  # noqa: PLC0415

            near = nearest_name(wrong, known)
            hint = f"did you mean `{near}`?" if near else f"there are {', '.join(known)}."
            raise SettingsWrong(f"{name}: there is no `{wrong}` in [{key}]: {hint}")


def _lines_of_external(text: str) -> list[int]:
    # tomllib tells no lines; entries that are written as tables are found by their headers.
    return [
        number
        for number, line in enumerate(text.splitlines(), start=1)
        if line.replace(" ", "").startswith("[[tool.lineage.external]]")
    ]
