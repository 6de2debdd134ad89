"""A toy repository with three code locations, copied for each module that runs it."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from dagster import DagsterInstance

TOY = Path(__file__).parent / "toy"
INSTANCE_FILE = Path(__file__).parents[3] / "dagster.yaml"


class Toy:
    """A copy of the toy repository, and the environment variables of its commands."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.control = root / "control"
        shutil.copytree(TOY, root, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(INSTANCE_FILE, root / "dagster.yaml")
        self.control.mkdir()
        self.environ = {
            **{k: v for k, v in os.environ.items() if k not in {"DAGSTER_HOME", "JAFFLE_ENV"}},
            "JAFFLE_DATA_DIR": str(root / "data"),
            "TOY_CONTROL": str(self.control),
        }

    @property
    def environment_dir(self) -> Path:
        return self.root / "data" / "dev"

    @contextlib.contextmanager
    def instance(self) -> Iterator[DagsterInstance]:
        """Open the Dagster instance of the commands."""
        home = str(self.environment_dir / "dagster")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DAGSTER_HOME", home)
            with DagsterInstance.from_config(home) as instance:
                yield instance

    def behave(self, **behavior: str) -> None:
        """Set the behavior of assets, such as `two__b="fail"`, and forget which have started."""
        for file in self.control.iterdir():
            file.unlink()
        named = {name.replace("__", "/"): value for name, value in behavior.items()}
        (self.control / "behavior.json").write_text(json.dumps(named))

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start `platform` in its own process group, as a terminal does."""
        return subprocess.Popen(
            [sys.executable, "-m", "platform_commands", *arguments],
            cwd=self.root,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            process_group=0,
        )

    def processes(self) -> list[psutil.Process]:
        """Return all processes that were started for this copy."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                ours = process.environ().get("TOY_CONTROL") == str(self.control)
                if ours and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
        return found

    @staticmethod
    def wait_until(condition: Callable[[], object], *, seconds: float = 90) -> None:
        """Wait for a condition that another process fulfills."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "the condition was not fulfilled in time"
            time.sleep(0.1)

    def has_started(self, name: str) -> bool:
        return (self.control / f"{name}.started".replace("/", ".")).exists()


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    return Toy(tmp_path_factory.mktemp("toy"))
