"""Manifests of many dbt projects, parsed by dbt in a few processes."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from types import TracebackType
from typing import Self

PLUGINS = str(Path(__file__).resolve().parents[1] / "layouts" / "dbt_plugins")
"""Folder of the dbt plugin that injects models."""


@dataclass(frozen=True)
class Parsed:
    """What `dbt parse` said of a project; `error` is empty where it went well."""

    folder: Path
    error: str


class ManifestMaker:
    """Processes that run `dbt parse` and stay for the next call.

    Args:
        processes: Number of processes.
        environment: Variables that the projects' profiles read.
    """

    def __init__(self, processes: int = 2, environment: dict[str, str] | None = None) -> None:
        self._pool = ProcessPoolExecutor(
            processes,
            mp_context=get_context("spawn"),
            initializer=_start,
            initargs=(dict(environment or {}),),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown()

    def parse(self, folders: Iterable[Path], target: str = "") -> list[Parsed]:
        """Bring the manifests of these dbt projects up to date.

        Args:
            folders: Folders of dbt projects.
            target: Target of the profile, whose manifest is in the folder `target_<its name>`; by
                default the profile's, in the folder `target`.
        """
        return list(self._pool.map(partial(_parse, target=target), sorted(folders)))


def _start(environment: dict[str, str]) -> None:
    if PLUGINS not in sys.path:
        sys.path.append(PLUGINS)
    os.environ.update(environment, DBT_SEND_ANONYMOUS_USAGE_STATS="false", DO_NOT_TRACK="1")


def _parse(folder: Path, *, target: str) -> Parsed:
    from dbt.cli.main import dbtRunner  # noqa: PLC0415 - two seconds, in its own process

    said = io.StringIO()
    arguments = ["--quiet", "--no-use-colors", "parse", "--no-version-check"]
    places = ["--project-dir", str(folder), "--profiles-dir", str(folder)]
    if target:
        places += ["--target", target, "--target-path", f"target_{target}"]
    with contextlib.redirect_stdout(said):
        result = dbtRunner().invoke([*arguments, *places])
    return Parsed(folder, "" if result.success else f"{said.getvalue()}{result.exception or ''}")
