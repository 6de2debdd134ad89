"""How the toy assets behave is decided by a file, so that one workspace serves many tests."""

import json
import os
import time
from pathlib import Path

import dagster as dg

CONTROL = Path(os.environ["TOY_CONTROL"])
PATIENCE = 90


def behave(name):
    """Do what the test has ordered for this asset: fail, hang, or meet another asset."""
    CONTROL.mkdir(parents=True, exist_ok=True)
    (CONTROL / f"{name}.began".replace("/", ".")).touch()
    orders_file = CONTROL / "orders.json"
    order = json.loads(orders_file.read_text()).get(name) if orders_file.exists() else None
    if order == "fail":
        raise dg.Failure(description="The shop's door is shut.\nKnock again tomorrow.")
    if order == "raise":
        raise ValueError("two and two are not five")
    if order == "hang":
        wait_for("never")
    if order is not None and order.startswith("meet "):
        wait_for(f"{order.removeprefix('meet ')}.began".replace("/", "."))
    return order


def wait_for(file):
    """Wait until another process has made a file."""
    deadline = time.monotonic() + PATIENCE
    while not (CONTROL / file).exists():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{file} did not appear")
        time.sleep(0.05)
