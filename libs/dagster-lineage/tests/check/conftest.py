"""A small repository on disk, for tests of the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dagster_lineage.cli.main import main
from dagster_lineage.files.interface_files import encode
from dagster_lineage.model import SCHEMA_VERSION, Asset, Interface, Read

PRODUCER = Interface(
    schema_version=SCHEMA_VERSION,
    project="jaffle_dbt",
    assets=(
        Asset(
            key="jaffle/customers", at="src/jaffle.py:3", owners=("team:analytics",), contract=True
        ),
        Asset(key="jaffle/orders", at="src/jaffle.py:9", owners=("team:analytics",), contract=True),
    ),
)


class Repository:
    """A folder with projects, their interfaces and source files."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, *interfaces: Interface) -> None:
        """Write interface files, and source files with empty lines."""
        for interface in interfaces:
            folder = self.root / "projects" / interface.project
            (folder / "src").mkdir(parents=True, exist_ok=True)
            (folder / "interface.json").write_bytes(encode(interface))
            for asset in interface.assets:
                file = folder / asset.at.partition(":")[0]
                if not file.exists():
                    file.write_text("\n" * 12)

    def reads(self, *keys: str) -> None:
        """Let project `ml` read keys, each in its own line from line 3 on."""
        reads = tuple(
            Read(key=key, at=f"src/ml.py:{line}") for line, key in enumerate(keys, start=3)
        )
        forecast = Asset(key="ml/forecast", at="src/ml.py:1", owners=("team:science",), reads=reads)
        self.write(Interface(schema_version=SCHEMA_VERSION, project="ml", assets=(forecast,)))

    def line(self, file: str, number: int, text: str) -> None:
        """Set one line of a file."""
        path = self.root / file
        lines = path.read_text().splitlines()
        lines[number - 1] = text
        path.write_text("\n".join(lines) + "\n")

    def settings(self, toml: str) -> None:
        """Write the root's `pyproject.toml`."""
        (self.root / "pyproject.toml").write_text(toml)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A repository without findings, which is the working directory."""
    producer = Repository(tmp_path)
    producer.settings("[tool.lineage]\n")
    producer.write(PRODUCER)
    producer.reads("jaffle/orders")
    monkeypatch.chdir(tmp_path)
    return producer


@pytest.fixture
def lineage(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run the command line and return exit code, output and errors."""

    def run(*arguments: str) -> tuple[int, str, str]:
        try:
            code = main(list(arguments))
        except SystemExit as exit_:  # raised by argparse
            code = int(exit_.code or 0)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run
