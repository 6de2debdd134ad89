"""Manifests of many dbt projects, parsed by dbt in a few processes."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from types import TracebackType
from typing import Self


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

    def parse(self, folders: Iterable[Path]) -> list[Parsed]:
        """Bring the manifests of these dbt projects up to date."""
        return list(self._pool.map(_parse, sorted(folders)))


def _start(environment: dict[str, str]) -> None:
    os.environ.update(environment, DBT_SEND_ANONYMOUS_USAGE_STATS="false", DO_NOT_TRACK="1")


def _parse(folder: Path) -> Parsed:
    from dbt.cli.main import dbtRunner  # noqa: PLC0415 - two seconds, in its own process

    said = io.StringIO()
    arguments = ["--quiet", "--no-use-colors", "parse", "--no-version-check"]
    places = ["--project-dir", str(folder), "--profiles-dir", str(folder)]
    with contextlib.redirect_stdout(said):
        result = dbtRunner().invoke([*arguments, *places])
    return Parsed(folder, "" if result.success else f"{said.getvalue()}{result.exception or ''}")
