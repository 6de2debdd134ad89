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
from dagster._core.instance.ref import InstanceRef

TOY = Path(__file__).parent / "toy"
INSTANCE_FILE = Path(__file__).parents[3] / "dagster.yaml"


class Toy:
    """One copy of the toy repository, with the environment that its commands run in."""

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
        """The Dagster instance that the commands use."""
        home = str(self.environment_dir / "dagster")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DAGSTER_HOME", home)
            with DagsterInstance.from_ref(InstanceRef.from_dir(home)) as instance:
                yield instance

    def order(self, **orders: str) -> None:
        """Tell assets how to behave, `two__b="fail"`; what began before is forgotten."""
        for file in self.control.iterdir():
            file.unlink()
        named = {name.replace("__", "/"): order for name, order in orders.items()}
        (self.control / "orders.json").write_text(json.dumps(named))

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start `platform` in a terminal's stead: its own process group."""
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
        """All living processes that were started for this copy."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                ours = process.environ().get("TOY_CONTROL") == str(self.control)
                if ours and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
        return found

    @staticmethod
    def wait_until(condition: Callable[[], object], *, seconds: float = 90) -> None:
        """Wait for something that another process does; how long is no part of the test."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "it did not happen"
            time.sleep(0.1)

    def has_begun(self, name: str) -> bool:
        return (self.control / f"{name}.began".replace("/", ".")).exists()


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    return Toy(tmp_path_factory.mktemp("toy"))
