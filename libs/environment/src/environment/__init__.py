"""The environment that a process runs in: its name and its folders.

`JAFFLE_ENV` names the environment: dev, ci, prod or pr_<number>. `JAFFLE_DATA_DIR` is the directory
of all environments. Together they determine every path that a run writes.
"""

from environment.environment import Environment, UnknownEnvironment, repository

__all__ = ["Environment", "UnknownEnvironment", "repository"]
