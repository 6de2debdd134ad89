"""The names of a model's Jinja that have one meaning for all models."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from dagster_lineage.extract.dbt.rendering.context import CompilerError
from dagster_lineage.extract.dbt.rendering.macros import Returned


class TimeZone(ZoneInfo):
    """`pytz.timezone`: a time zone with the methods of pytz."""

    def localize(self, moment: dt.datetime, **_is_dst: object) -> dt.datetime:
        """Return a moment that has no time zone in this one."""
        return moment.replace(tzinfo=self)

    def normalize(self, moment: dt.datetime, **_is_dst: object) -> dt.datetime:
        """Return a moment in this time zone."""
        return moment.astimezone(self)


MODULES: dict[str, dict[str, Any]] = {
    "datetime": {
        name: getattr(dt, name)
        for name in ("date", "datetime", "time", "timedelta", "timezone", "tzinfo")
    },
    "re": {name: getattr(re, name) for name in re.__all__ if not name.startswith("_")},
    "itertools": {
        name: getattr(itertools, name)
        for name in ("chain", "combinations", "islice", "permutations", "product", "zip_longest")
    },
    "pytz": {"timezone": TimeZone, "utc": dt.UTC, "UTC": dt.UTC},
}
"""What macros may use of Python: nothing here opens anything."""


class Exceptions:
    """`exceptions`: warnings are silent, everything else refuses the model."""

    def warn(self, *_args: object) -> str:
        """A warning."""
        return ""

    warn_snapshot_timestamp_data_types = warn

    def __getattr__(self, name: str) -> Callable[..., str]:
        if name.startswith("_"):
            raise AttributeError(name)

        def refuse(message: object = "", *_args: object, **_kwargs: object) -> str:
            raise CompilerError(" ".join(str(message).split()))

        return refuse


class Flags:
    """`flags`: those of `dbt compile` without options."""

    FULL_REFRESH = False
    STORE_FAILURES = False
    WHICH = "compile"
    EMPTY = False

    def __getattr__(self, name: str) -> None:
        if name.startswith("_"):
            raise AttributeError(name)


def return_(value: object = None) -> None:
    """Leave the macro with a value."""
    raise Returned(value)


def silent(*_args: object, **_kwargs: object) -> str:
    """What writes to a log or a file renders nothing."""
    return ""


def _fallback(convert: Callable[..., Any]) -> Callable[..., Any]:
    def convert_or_default(value: Any, default: Any = None, **options: Any) -> Any:
        try:
            return convert(value, **options)
        except (TypeError, ValueError, yaml.YAMLError):
            return default

    return convert_or_default


def _to_json(value: Any, *, sort_keys: bool = False) -> str:
    return json.dumps(value, sort_keys=sort_keys)


def _to_yaml(value: Any, *, sort_keys: bool = False) -> str:
    return str(yaml.safe_dump(value, sort_keys=sort_keys))


def _zip(*lists: Iterable[Any], default: Any = None) -> Any:
    try:
        return list(zip(*lists, strict=False))
    except TypeError:
        return default


def _try(_message: str, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    return function(*args, **kwargs)


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _differences(first: Mapping[str, list[str]], second: Mapping[str, list[str]]) -> Any:
    """Entries of the first that the second lacks, by key, regardless of case."""
    other = {key.lower(): [one.lower() for one in value] for key, value in second.items()}
    found = {}
    for key, value in first.items():
        rest = [one for one in value if one.lower() not in other.get(key.lower(), [])]
        if rest:
            found[key] = rest
    return found


CONSTANTS: dict[str, Any] = {
    "return": return_,
    "log": silent,
    "print": silent,
    "debug": silent,
    "write": silent,
    "doc": silent,
    "store_result": silent,
    "store_raw_result": silent,
    "fromjson": _fallback(json.loads),
    "tojson": _fallback(_to_json),
    "fromyaml": _fallback(yaml.safe_load),
    "toyaml": _fallback(_to_yaml),
    "set": _fallback(set),
    "set_strict": set,
    "zip": _zip,
    "zip_strict": zip,
    "local_md5": _md5,
    "diff_of_two_dicts": _differences,
    "try_or_compiler_error": _try,
    "modules": MODULES,
    "exceptions": Exceptions(),
    "flags": Flags(),
    "execute": True,
    "selected_resources": [],
    "invocation_args_dict": {},
    "dbt_metadata_envs": {},
    "pre_hooks": [],
    "post_hooks": [],
    "thread_id": "",
    "sql": None,
    "sql_now": "",
}
"""Names whose meaning is the same for every model."""
