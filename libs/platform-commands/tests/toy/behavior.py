"""The behavior of the toy assets: a file decides it, so that many tests share one workspace."""

import json
import os
import time
from pathlib import Path

import dagster as dg

CONTROL = Path(os.environ["TOY_CONTROL"])
WAIT_SECONDS = 90


def behave(name):
    """Fail, hang, or wait for another asset, as the test has configured."""
    CONTROL.mkdir(parents=True, exist_ok=True)
    (CONTROL / f"{name}.started".replace("/", ".")).touch()
    file = CONTROL / "behavior.json"
    behavior = json.loads(file.read_text()).get(name) if file.exists() else None
    if behavior == "fail":
        raise dg.Failure(description="The shop is closed.\nTry again tomorrow.")
    if behavior == "raise":
        raise ValueError("invalid amount")
    if behavior == "hang":
        wait_for("never")
    if behavior is not None and behavior.startswith("meet "):
        wait_for(f"{behavior.removeprefix('meet ')}.started".replace("/", "."))
    return behavior


def wait_for(file):
    """Wait until another process has created a file."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not (CONTROL / file).exists():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{file} was not created")
        time.sleep(0.05)
