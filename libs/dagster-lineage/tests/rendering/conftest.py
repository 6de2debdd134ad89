"""A small dbt project with a package in it, compiled by dbt itself once."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).parent / "tiny"


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The manifest of the project above as `dbt compile` leaves it."""
    folder = tmp_path_factory.mktemp("dbt") / "tiny"
    shutil.copytree(PROJECT, folder)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DBT_")}
    ran = subprocess.run(
        [str(Path(sys.executable).with_name("dbt")), "--quiet", "compile", "--profiles-dir", "."],
        cwd=folder,
        env=environment | {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    manifest: dict[str, Any] = json.loads((folder / "target/manifest.json").read_text("utf-8"))
    return manifest
