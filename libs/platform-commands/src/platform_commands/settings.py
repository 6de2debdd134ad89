"""`[tool.platform]` in the repository's pyproject.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from platform_commands.asset_graph import AssetName
from platform_commands.errors import InvalidSettings


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Service(_Table):
    """A local server that `platform dev` starts before Dagster."""

    name: str
    """Name in messages, and stem of its log file."""
    command: list[str]
    """Program and arguments. Placeholders are {python}, {port}, {url}, {data_dir},
    {environment_dir}, {fivetran_dir}, {outside_dir}, and {name} of an earlier service for its
    URL."""
    ready: str = "/"
    """Path that returns a status below 500 when the server is ready."""
    unless: list[str] = Field(default_factory=list)
    """Environment variables; if one of them is set, a real service is used instead."""
    sets: dict[str, str] = Field(default_factory=dict)
    """Environment variables of all processes started after it, with the same placeholders."""


class RunSettings(_Table):
    """Settings of `platform run`."""

    show: list[AssetName] = Field(default_factory=list)
    """Assets whose first rows are printed at the end; by default those without readers."""


class DevSettings(_Table):
    """Settings of `platform dev`."""

    services: list[Service] = Field(default_factory=list)
    """Local servers, in the order in which they are started."""


class PlatformSettings(_Table):
    """All settings."""

    run: RunSettings = RunSettings()
    dev: DevSettings = DevSettings()


def read_settings(root: Path) -> PlatformSettings:
    """Read the settings of the repository at `root`; without any, return the defaults.

    Raises:
        InvalidSettings: The file cannot be parsed, or a setting is unknown or has a wrong type.
    """
    file = root / "pyproject.toml"
    if not file.is_file():
        return PlatformSettings()
    try:
        settings = tomllib.loads(file.read_text(encoding="utf-8"))
        return PlatformSettings.model_validate(settings.get("tool", {}).get("platform", {}))
    except tomllib.TOMLDecodeError as error:
        raise InvalidSettings(f"{file} cannot be parsed: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InvalidSettings(f"{file}: [tool.platform] {place}: {first['msg']}.") from error
