"""Definitions of a code location, loaded as Dagster's code server loads them.

Adapter for private names (Dagster 1.13.27, other names and arguments since 1.7):

* `dagster._grpc.utils.get_loadable_targets` finds the definitions in a module, file or package.
* `dagster._core.definitions.reconstruct.repository_def_from_target_def` turns them into a
  repository, with the asset graph that Dagster runs.
* `dagster._core.definitions.definitions_load_context` and `RepositoryLoadData` set the context in
  which components load.
* `dagster.AssetsDefinition.input_names_by_node_key` is replaced by a cached one.

Dagster publishes no function that loads a code location: its public interface begins with a
`Definitions` object that is imported already. A public loader, or the output of a
`dagster definitions` command with the complete graph, would replace this module.

Dagster is imported inside functions: in an interpreter without Dagster, the code location does not
load.
"""

# ruff: noqa: PLC0415

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

ARGUMENTS = {
    "python_file": "python_file",
    "python_module": "module_name",
    "python_package": "package_name",
    "autoload_defs_module": "autoload_defs_module_name",
}
"""Arguments of `get_loadable_targets` by kind of code."""


def repositories(request: dict[str, Any]) -> list[Any]:
    """Return the `RepositoryDefinition`s of a code location: one, unless it declares several.

    They are made from `Definitions`, a `@definitions` function, `@repository`, a job, a graph, or
    assets at the top level of the module.

    Args:
        request: Fields of a `LocationEntry`; `import_from` is added to the import path.

    Raises:
        BaseException: any error of the code location.
        ImportError: Dagster is not installed.
        TypeError: the attribute is not a definition.
    """
    from dagster._grpc.utils import get_loadable_targets

    known = inspect.signature(get_loadable_targets).parameters
    argument = ARGUMENTS[request["kind"]]
    if argument not in known:
        raise TypeError("autoload_defs_module needs Dagster 1.11 or newer")
    arguments = {
        **dict.fromkeys(known),
        argument: request["code"],
        "working_directory": request.get("import_from") or None,
        "attribute": request.get("attribute") or None,
        "resolve_lazy_defs": True,
    }
    _set_load_context(request["name"])
    _cache_input_names()
    arguments = {name: value for name, value in arguments.items() if name in known}
    return [_repository(target.target_definition) for target in get_loadable_targets(**arguments)]


def _cache_input_names() -> None:
    """Let an `AssetsDefinition` compute the names of its inputs once, not once per dependency.

    Dagster 1.13 computes them for each dependency on another definition. For `@dbt_assets` with
    5,000 models and a source each, loading takes 51 s of CPU time, and 12 s with the cache.
    """
    from dagster import AssetsDefinition

    computed = vars(AssetsDefinition).get("input_names_by_node_key")
    if isinstance(computed, property) and computed.fget is not None:
        cached: Any = functools.cached_property(computed.fget)
        cached.__set_name__(AssetsDefinition, "input_names_by_node_key")
        AssetsDefinition.input_names_by_node_key = cached  # type: ignore[method-assign]


def _set_load_context(name: str) -> None:
    """Set the context of a first load, as Dagster's code server does."""
    try:
        from dagster._core.definitions.definitions_load_context import (
            DefinitionsLoadContext,
            DefinitionsLoadType,
        )
        from dagster._core.definitions.repository_definition import RepositoryLoadData
    except ImportError:  # before 1.9
        return
    data: dict[str, Any] = {}
    if "code_location_name" in inspect.signature(RepositoryLoadData.__new__).parameters:
        data["repository_load_data"] = RepositoryLoadData(code_location_name=name)
    DefinitionsLoadContext.set(DefinitionsLoadContext(DefinitionsLoadType.INITIALIZATION, **data))


def _repository(target: Any) -> Any:
    """Return the repository of a definition, with everything that it constructs lazily.

    Raises:
        BaseException: any error of the construction.
        TypeError: the object is not a definition.
    """
    from dagster._core.definitions import reconstruct

    make: Callable[..., Any] = reconstruct.repository_def_from_target_def
    # Until 1.9 there is a second argument, for the data of a reload.
    missing = [None] * (len(inspect.signature(make).parameters) - 1)
    repository = make(target, *missing)
    if hasattr(repository, "compute_repository_definition"):  # cacheable assets, until 1.11
        repository = repository.compute_repository_definition()
    if repository is None:
        raise TypeError(f"a {type(target).__name__} contains no definitions")
    repository.load_all_definitions()
    return repository
