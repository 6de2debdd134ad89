"""Loads a code location as Dagster's code server does, with the functions it uses itself.

Dagster is imported where it is needed: an interpreter without it is a location that does not load.
"""

# ruff: noqa: PLC0415

from __future__ import annotations

import functools
import importlib.util
import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .places import is_installed

TARGETS = {
    "python_file": "python_file",
    "module_name": "module",
    "package_name": "package",
    "autoload_defs_module_name": "autoload_module",
    "working_directory": "import_from",
    "attribute": "attribute",
}
"""Dagster's arguments by the request's fields."""


def repositories(request: dict[str, Any]) -> list[Any]:
    """The `RepositoryDefinition`s of a location; one, but for those that declare several.

    Whatever is found: `Definitions`, a `@definitions` function, `@repository`, a job, a graph, or
    loose assets.

    Args:
        request: The fields of a `LocationEntry`; `import_from` is where its modules are looked for.

    Raises:
        BaseException: whatever the location raises.
        ImportError: Dagster is not installed here.
        TypeError: an attribute is named that holds no definitions.
    """
    from dagster._grpc.utils import get_loadable_targets

    given: dict[str, Any] = {theirs: request.get(ours) or None for theirs, ours in TARGETS.items()}
    given["resolve_lazy_defs"] = True
    known = inspect.signature(get_loadable_targets).parameters
    if given["autoload_defs_module_name"] and "autoload_defs_module_name" not in known:
        raise TypeError("this version of Dagster knows no autoload_defs_module; 1.11 does")
    with_context(request)
    remember_input_names()
    understood = {name: value for name, value in given.items() if name in known}
    return [repository(target.target_definition) for target in get_loadable_targets(**understood)]


def remember_input_names() -> None:
    """Let a definition of many assets tell the names of its inputs once, not once per dependency.

    Dagster 1.13 makes a dictionary of all of them for each dependency on another definition, so
    that `@dbt_assets` of 5,000 models with a source each takes 51 s of processor time, and 12 s
    when they are remembered.
    """
    from dagster import AssetsDefinition

    made_anew = vars(AssetsDefinition).get("input_names_by_node_key")
    if isinstance(made_anew, property) and made_anew.fget is not None:
        remembered: Any = functools.cached_property(made_anew.fget)
        remembered.__set_name__(AssetsDefinition, "input_names_by_node_key")
        AssetsDefinition.input_names_by_node_key = remembered  # type: ignore[method-assign]


def with_context(request: dict[str, Any]) -> None:
    """Tell Dagster that definitions are loaded for the first time, as its server does."""
    try:
        from dagster._core.definitions import definitions_load_context as load_context
    except ImportError:  # before 1.9
        return
    kind, types = load_context.DefinitionsLoadContext, load_context.DefinitionsLoadType
    given: dict[str, Any] = {}
    try:
        from dagster._core.definitions.repository_definition import RepositoryLoadData

        if "code_location_name" in inspect.signature(RepositoryLoadData.__new__).parameters:
            given["repository_load_data"] = RepositoryLoadData(code_location_name=request["name"])
    except ImportError:
        pass
    kind.set(kind(types.INITIALIZATION, **given))


def repository(target: Any) -> Any:
    """The repository of what was found, with all that it constructs lazily.

    Raises:
        BaseException: whatever constructing raises.
        TypeError: it holds no definitions.
    """
    from dagster._core.definitions import reconstruct

    make: Callable[..., Any] = reconstruct.repository_def_from_target_def
    # A second argument, for data that only a reload has, until 1.9.
    lacking = [None] * (len(inspect.signature(make).parameters) - 1)
    producer = make(target, *lacking)
    if hasattr(producer, "compute_repository_definition"):  # cacheable assets, until 1.11
        producer = producer.compute_repository_definition()
    if producer is None:
        raise TypeError(f"a {type(target).__name__} holds no definitions")
    producer.load_all_definitions()
    return producer


def folder_of(request: dict[str, Any]) -> Path:
    """The location's project: the nearest folder above its code with a `pyproject.toml`.

    Without one, or for code that is installed: its working directory.
    """
    working_directory = Path(request["working_directory"])
    file = _file_of(request)
    if file is None or is_installed(str(file)):
        return working_directory
    for folder in file.parents:
        if (folder / "pyproject.toml").is_file():
            return folder
    return working_directory


def _file_of(request: dict[str, Any]) -> Path | None:
    if request.get("python_file"):
        return Path(request["python_file"])
    name = request.get("module") or request.get("package") or request.get("autoload_module") or ""
    top = name.partition(".")[0]
    loaded = sys.modules.get(name) or sys.modules.get(top)
    if loaded is not None and getattr(loaded, "__file__", None):
        return Path(str(loaded.__file__))
    try:
        spec = importlib.util.find_spec(top) if top else None
    except (ImportError, ValueError):
        return None
    if spec is None or not spec.origin:
        return None
    return Path(spec.origin)
