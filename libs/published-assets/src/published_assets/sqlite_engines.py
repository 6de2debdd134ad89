"""SQLAlchemy engines of SQLite files that stay open between transactions.

Dagster's SQLite storages create an engine for each access, open the file and close it again: 2 ms,
most of it for compiling statements again and for the checkpoint of the last connection that closes
a file. With an engine that is kept, an event takes 0.3 ms (`benchmarks/event_storage.py`).
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine, create_engine
from sqlalchemy.pool import QueuePool

BUSY_SECONDS = 30
"""Time for which a connection waits for the lock of another process."""
MAX_ENGINES = 32
"""Files that stay open; each has a connection or two. A run has one file."""


class SqliteEngines:
    """The engines of one process, one per file, the least recently used one closed first.

    Files have a write-ahead log and `synchronous=NORMAL`: a killed process loses no committed
    transaction and a power cut cannot corrupt a file, but it can lose the latest transactions.
    """

    def __init__(self) -> None:
        self._engines: OrderedDict[str, tuple[int, Engine]] = OrderedDict()
        self._process = os.getpid()
        self._lock = threading.Lock()

    def engine(self, file: str) -> Engine:
        """Return the engine of a database file, which is created if it does not exist.

        A file that was deleted or replaced since gets a new engine. So does a forked process: a
        connection must not be used by two.
        """
        if self._process != os.getpid():
            for _, engine in self._engines.values():
                engine.dispose(close=False)
            self._engines.clear()
            self._process = os.getpid()
            self._lock = threading.Lock()  # another thread of the parent may have held it
        with self._lock:
            return self._kept(file)

    def _kept(self, file: str) -> Engine:
        known = self._engines.pop(file, None)
        if known and known[0] != _inode(file):
            known[1].dispose()
            known = None
        if known is None:
            Path(file).touch()
            known = _inode(file), _new_engine(file)
        self._engines[file] = known
        while len(self._engines) > MAX_ENGINES:
            _, (_, oldest) = self._engines.popitem(last=False)
            oldest.dispose()
        return known[1]

    def dispose(self) -> None:
        """Close all connections that are not in use."""
        with self._lock:
            while self._engines:
                _, (_, engine) = self._engines.popitem()
                engine.dispose()


def _inode(file: str) -> int:
    try:
        return Path(file).stat().st_ino
    except FileNotFoundError:
        return 0


def _new_engine(file: str) -> Engine:
    engine = create_engine(
        f"sqlite:///{file}",
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=-1,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _synchronize_at_checkpoints(connection: Any, _: object) -> None:
        connection.execute("PRAGMA synchronous=NORMAL")

    return engine
