"""`[tool.platform]` in the repository's pyproject.toml: what is particular to this repository."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from platform_commands.errors import SettingsWrong
from platform_commands.graph import AssetName


class Service(BaseModel):
    """A local server that `platform dev` starts beside Dagster."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    """What it is called in messages; also its log file's stem."""
    command: list[str]
    """Program and arguments. Filled in are {python}, {port}, {url}, {data_dir}, {environment_dir},
    {fivetran_dir} and {outside_dir}, and {name} of any service before it by that service's URL."""
    ready: str = "/"
    """Path that answers with a status below 500 once the server can be used."""
    unless: list[str] = Field(default_factory=list)
    """Environment variables of which any one says that the real thing is to be used instead."""
    sets: dict[str, str] = Field(default_factory=dict)
    """Environment variables for everything started after it, filled in the same way."""


class RunSettings(BaseModel):
    """What `platform run` shows."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    show: list[AssetName] = Field(default_factory=list)
    """Tables whose first rows are shown at the end; if empty, those that nothing is made from."""


class DevSettings(BaseModel):
    """What `platform dev` starts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    services: list[Service] = Field(default_factory=list)
    """In the order in which they are started."""


class Settings(BaseModel):
    """All of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    run: RunSettings = RunSettings()
    dev: DevSettings = DevSettings()


def read_settings(root: Path) -> Settings:
    """Read the settings of the repository at `root`; a repository without any has the defaults.

    Raises:
        SettingsWrong: the file cannot be read, or a setting is not known.
    """
    file = root / "pyproject.toml"
    if not file.is_file():
        return Settings()
    try:
        table: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise SettingsWrong(f"{file} cannot be read: {error}") from error
    try:
        return Settings.model_validate(table.get("tool", {}).get("platform", {}))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise SettingsWrong(f"{file}: [tool.platform] {place}: {first['msg']}.") from error
