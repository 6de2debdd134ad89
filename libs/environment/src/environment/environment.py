"""An environment's name and folders, determined by two environment variables."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

NAME_PATTERN = re.compile(r"dev|ci|prod|pr_[0-9]+")
REPOSITORY_MARK = "workspace.yaml"


class UnknownEnvironment(Exception):
    """The environment variables do not name an environment or its data directory."""


@dataclass(frozen=True)
class Environment:
    """An environment's name and folders; its runs write nothing outside `folder`."""

    data_dir: Path
    """Directory of all environments, `JAFFLE_DATA_DIR`."""
    name: str
    """`JAFFLE_ENV`: dev, ci, prod or pr_<number>."""

    def __post_init__(self) -> None:
        if not NAME_PATTERN.fullmatch(self.name):
            raise UnknownEnvironment(
                f"JAFFLE_ENV is '{self.name}': it must be dev, ci, prod or pr_<number>."
            )

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] | None = None) -> Environment:
        """Read `JAFFLE_DATA_DIR` (default: `data/` in the repository) and `JAFFLE_ENV` (dev).

        Args:
            environ: Environment variables; by default those of the process.

        Raises:
            UnknownEnvironment: `JAFFLE_DATA_DIR` is not set and no repository is found, or
                `JAFFLE_ENV` is not a valid name.
        """
        environ = os.environ if environ is None else environ
        directory = environ.get("JAFFLE_DATA_DIR")
        data_dir = Path(directory).expanduser().resolve() if directory else repository() / "data"
        return cls(data_dir, environ.get("JAFFLE_ENV") or "dev")

    @property
    def folder(self) -> Path:
        """The folder of this environment: the only one that its runs write to."""
        return self.data_dir / self.name

    @property
    def work_dir(self) -> Path:
        """Folder of the work files."""
        return self.folder / "warehouse" / "work"

    @property
    def published_dir(self) -> Path:
        """Folder of the published files."""
        return self.folder / "warehouse" / "published"

    def work_file(self, project: str) -> Path:
        """Return the file that only `project` opens; its stem is the database's name in SQL."""
        return self.work_dir / f"{project}.duckdb"

    def published_file(self, project: str) -> Path:
        """Return the file that every project may read; it has the work file's stem."""
        return self.published_dir / f"{project}.duckdb"

    @property
    def fivetran_dir(self) -> Path:
        """State and destination of the local Fivetran."""
        return self.folder / "fivetran"

    @property
    def dagster_home(self) -> Path:
        """Folder of the Dagster instance (`DAGSTER_HOME`)."""
        return self.folder / "dagster"

    @property
    def reports_dir(self) -> Path:
        """Folder of charts and other pages."""
        return self.folder / "reports"

    @property
    def dbt_dir(self) -> Path:
        """Folder of dbt's output: compiled SQL and logs."""
        return self.folder / "dbt"

    @property
    def logs_dir(self) -> Path:
        """Folder of the logs of servers and runs."""
        return self.folder / "logs"

    @property
    def outside_dir(self) -> Path:
        """Folder of the demo shop, which all environments share."""
        return self.data_dir / "outside"

    def as_environ(self) -> dict[str, str]:
        """Return the two environment variables, for a child process such as dbt."""
        return {"JAFFLE_DATA_DIR": str(self.data_dir), "JAFFLE_ENV": self.name}


def repository() -> Path:
    """Return the nearest folder with a workspace.yaml, above the working directory or this file.

    Raises:
        UnknownEnvironment: there is no such folder.
    """
    for start in (Path.cwd(), Path(__file__).resolve().parent):
        for folder in (start, *start.parents):
            if (folder / REPOSITORY_MARK).is_file():
                return folder
    raise UnknownEnvironment(
        f"No {REPOSITORY_MARK} is in {Path.cwd()} or above it, so the data directory is unknown. "
        "Set JAFFLE_DATA_DIR, or run the command inside the repository."
    )
