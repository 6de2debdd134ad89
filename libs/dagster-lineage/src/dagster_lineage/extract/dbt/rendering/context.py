"""The names that dbt gives to a model's Jinja, as far as they need no warehouse."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from dagster_lineage.extract.dbt.rendering.macros import Macros, Namespace
from dagster_lineage.extract.dbt.rendering.relations import KnownColumn, Relation, RelationMaker
from dagster_lineage.extract.dbt.rendering.unknown import Doubts, Unknown
from dagster_lineage.extract.sql import PLACEHOLDER

REQUIRED = object()


def placeholder(name: str) -> str:
    """Return a placeholder: a text that is neither a value nor a column of any table."""
    return f"{PLACEHOLDER}{re.sub(r'[^A-Za-z0-9]+', '_', name)}__"


class CompilerError(Exception):
    """A macro refuses the model: `exceptions.raise_compiler_error`."""


class Variables:
    """`var(…)`: of the project's `vars`, as `dbt_project.yml` has them.

    Args:
        values: The `vars` mapping; values of a package are under its name.
        package: The model's package.
        root: The root project.
        doubts: Records variables that are not set.
    """

    def __init__(
        self, values: Mapping[str, Any] | None, package: str, root: str, doubts: Doubts
    ) -> None:
        self._values = values or {}
        self._findings = values is not None
        self._package = package
        self._root = root
        self._doubts = doubts

    def _find(self, name: str) -> Any:
        for package in (self._package, self._root):
            inside = self._values.get(package)
            if isinstance(inside, Mapping) and name in inside:
                return inside[name]
        return self._values.get(name, REQUIRED)

    def __call__(self, name: str, default: Any = REQUIRED) -> Any:
        """The variable's value, its default, or a placeholder."""
        found = self._find(name)
        if found is not REQUIRED:
            return found
        if default is not REQUIRED and self._findings:
            return default
        self._doubts.assumed[f"var {name}"] = None
        return placeholder(name) if default is REQUIRED else default

    def has_var(self, name: str) -> bool:
        """The project sets it."""
        return self._find(name) is not REQUIRED


class Config:
    """`config(…)` in a model: renders nothing; `config.get(…)` reads what the manifest has."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def __call__(self, *_args: object, **_kwargs: object) -> str:
        """Nothing: dbt has read the settings while it parsed."""
        return ""

    def get(self, name: str, default: Any = None, validator: Any = None) -> Any:  # noqa: ARG002 - dbt's
        """A setting of the model."""
        value = self._values.get(name)
        return default if value is None else value

    def require(self, name: str, validator: Any = None) -> Any:  # noqa: ARG002 - dbt's
        """A setting that the model must have."""
        if self._values.get(name) is None:
            raise CompilerError(f"the model does not set {name}")
        return self._values[name]

    def meta_get(self, name: str, default: Any = None) -> Any:
        """A setting of the model's `meta`."""
        return (self._values.get("meta") or {}).get(name, default)

    def meta_require(self, name: str) -> Any:
        """A setting that the model's `meta` must have."""
        return (self._values.get("meta") or {})[name]

    def persist_relation_docs(self) -> bool:
        """Descriptions are written to the warehouse."""
        return False

    persist_column_docs = persist_relation_docs

    def set(self, *_args: object) -> str:
        """Nothing that is set while rendering reaches the manifest."""
        return ""


class Target:
    """`target`: the adapter's type is known, everything else is what the caller knows of it.

    Args:
        known: What the caller knows.
        guessed: Defaults for the others.
        instead: Guesses of this rendering, by name: `target.name`.
        doubts: Records the defaults that are used.
    """

    def __init__(
        self,
        known: Mapping[str, Any],
        guessed: Mapping[str, Any],
        instead: Mapping[str, str],
        doubts: Doubts,
    ) -> None:
        self._known = known
        self._guessed = guessed
        self._instead = instead
        self._doubts = doubts

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name in self._known:
            return self._known[name]
        return self._guess(name, self._guessed.get(name, ""))

    __getitem__ = __getattr__

    def get(self, name: str, default: Any = None) -> Any:
        """A field of it."""
        if name in self._known:
            return self._known[name]
        return self._guess(name, self._guessed.get(name, default))

    def _guess(self, name: str, guess: Any) -> Any:
        if isinstance(guess, str):
            return self._doubts.guess(f"target.{name}", guess, self._instead)
        self._doubts.assumed[f"target.{name}"] = None
        return guess


class Adapter:
    """`adapter`: dispatch and quoting are known; all else would query the warehouse.

    Args:
        macros: The manifest's macros.
        namespace: Gives the namespace that macros are called in.
        mark: The adapter's quoting character.
        columns: Columns by relation, as `Relation.plain` has it, where they are known.
        doubts: Records what the warehouse would be queried for.
    """

    def __init__(
        self,
        macros: Macros,
        namespace: Callable[[], Namespace],
        mark: str,
        columns: Mapping[str, Mapping[str, str]],
        doubts: Doubts,
    ) -> None:
        self._macros = macros
        self._namespace = namespace
        self._mark = mark
        self._columns = columns
        self._doubts = doubts
        self.Relation = RelationMaker(mark)

    def dispatch(
        self,
        macro_name: str,
        macro_namespace: str | None = None,
        packages: object = None,  # noqa: ARG002 - dbt's own
    ) -> Callable[..., Any]:
        """The implementation of a macro for this adapter."""
        namespace = self._namespace()
        return namespace.call(
            self._macros.dispatched(macro_name, macro_namespace, namespace.package)
        )

    def type(self) -> str:
        """The adapter's type."""
        return self._macros.adapter

    def quote(self, identifier: object) -> str:
        """An identifier in the adapter's quotes."""
        return f"{self._mark}{identifier}{self._mark}"

    def quote_as_configured(self, identifier: object, _key: str) -> str:
        """The same: manifests say which parts are quoted only in the relations' texts."""
        return self.quote(identifier)

    def quote_seed_column(self, column: object, quote: object = None) -> str:
        """A column's name as seeds write it."""
        return self.quote(column) if quote is not False else str(column)

    def get_columns_in_relation(self, relation: object) -> list[KnownColumn] | Unknown:
        """A relation's columns, where they are known; otherwise the warehouse's business."""
        plain = relation.plain if isinstance(relation, Relation) else str(relation).casefold()
        known = self._columns.get(plain)
        if known is None:
            self._doubts.columns_requested = True
            return self._doubts.ask(f"the columns of {relation}")
        return [KnownColumn(name, type_, self._mark) for name, type_ in known.items()]

    def __getattr__(self, name: str) -> Callable[..., Unknown]:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._doubts.asker(f"adapter.{name}")


def environment_variable(doubts: Doubts, instead: Mapping[str, str]) -> Callable[..., str]:
    """`env_var(…)`: the default, or a placeholder; values of a machine belong in no interface."""

    def env_var(name: str, default: str | None = None) -> str:
        guess = placeholder(name) if default is None else str(default)
        return doubts.guess(f"env_var {name}", guess, instead)

    return env_var
