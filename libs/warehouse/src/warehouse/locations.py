"""Which file is where, decided by two environment variables."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from warehouse.errors import LocationUnknown

ENVIRONMENT_PATTERN = re.compile(r"dev|ci|prod|pr_[0-9]+")
REPOSITORY_MARK = "workspace.yaml"


@dataclass(frozen=True)
class Locations:
    """All paths of one environment; nothing is written outside `data_dir / environment`."""

    data_dir: Path
    """The one folder that holds everything that runs make."""
    environment: str
    """`JAFFLE_ENV`: dev, ci, prod or pr_<number>."""

    def __post_init__(self) -> None:
        if not ENVIRONMENT_PATTERN.fullmatch(self.environment):
            raise LocationUnknown(
                f"JAFFLE_ENV is '{self.environment}': it must be dev, ci, prod or pr_<number>."
            )

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] | None = None) -> Locations:
        """Read `JAFFLE_DATA_DIR` (default: `data/` in the repository) and `JAFFLE_ENV` (dev).

        Raises:
            LocationUnknown: no directory is set and no repository is around; or a wrong
                environment name.
        """
        environ = os.environ if environ is None else environ
        directory = environ.get("JAFFLE_DATA_DIR")
        data_dir = Path(directory).expanduser().resolve() if directory else repository() / "data"
        return cls(data_dir, environ.get("JAFFLE_ENV") or "dev")

    @property
    def environment_dir(self) -> Path:
        """The folder of this environment: the only one that its runs write to."""
        return self.data_dir / self.environment

    @property
    def work_dir(self) -> Path:
        """Folder of the work files."""
        return self.environment_dir / "warehouse" / "work"

    @property
    def published_dir(self) -> Path:
        """Folder of the published files."""
        return self.environment_dir / "warehouse" / "published"

    def work_file(self, project: str) -> Path:
        """The file that only `project` opens. Its stem is the database's name in relations."""
        return self.work_dir / f"{project}.duckdb"

    def published_file(self, project: str) -> Path:
        """The file that everybody may read, with the same stem as the work file."""
        return self.published_dir / f"{project}.duckdb"

    @property
    def fivetran_dir(self) -> Path:
        """State and destination of the local Fivetran."""
        return self.environment_dir / "fivetran"

    @property
    def dagster_home(self) -> Path:
        """The Dagster instance of this environment."""
        return self.environment_dir / "dagster"

    @property
    def reports_dir(self) -> Path:
        """Charts and other pages made for people."""
        return self.environment_dir / "reports"

    @property
    def dbt_dir(self) -> Path:
        """What dbt writes while it runs: compiled SQL and logs."""
        return self.environment_dir / "dbt"

    @property
    def logs_dir(self) -> Path:
        """Logs of servers that were started for this environment."""
        return self.environment_dir / "logs"

    @property
    def outside_dir(self) -> Path:
        """The outside world on a laptop: the same for every environment."""
        return self.data_dir / "outside"

    def as_environ(self) -> dict[str, str]:
        """The two variables, for a child process such as dbt."""
        return {"JAFFLE_DATA_DIR": str(self.data_dir), "JAFFLE_ENV": self.environment}


def repository() -> Path:
    """The nearest folder above the working directory, or above this file, with a workspace.yaml.

    Raises:
        LocationUnknown: there is none.
    """
    for start in (Path.cwd(), Path(__file__).resolve().parent):
        for folder in (start, *start.parents):
            if (folder / REPOSITORY_MARK).is_file():
                return folder
    raise LocationUnknown(
        f"No {REPOSITORY_MARK} is in {Path.cwd()} or above it, so the data directory is unknown. "
        "Set JAFFLE_DATA_DIR, or run from inside the repository."
    )
