"""A manifest's macros: found as dbt finds them, compiled once, called with a model's names.

The order of search is dbt's (docs.getdbt.com/reference/dbt-jinja-functions/dispatch): the package
of the model, the root project, the adapter's packages, dbt's own; `adapter.dispatch` tries the
adapter, the adapters that it is built on, then `default`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from jinja2 import Template, nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.sandbox import SandboxedEnvironment

from dagster_lineage.extract.dbt.manifest import Manifest

PARENTS = {
    "redshift": ("postgres",),
    "databricks": ("spark",),
    "materialize": ("postgres",),
    "greenplum": ("postgres",),
    "risingwave": ("postgres",),
    "alloydb": ("postgres",),
    "glue": ("spark",),
    "fabric": ("sqlserver",),
    "synapse": ("fabric", "sqlserver"),
}
"""The adapters that an adapter is built on, nearest first."""
OWN_PACKAGE = "dbt"
MAX_DEPTH = 100


class MacroMissing(Exception):
    """`adapter.dispatch` finds no implementation."""


class Returned(BaseException):
    """`return(…)` in a macro: leaves it with a value that need not be text."""

    def __init__(self, value: object) -> None:
        super().__init__()
        self.value = value


class TestBlock(Extension):
    """`{% test name(model, …) %}` is the macro `test_name`; a materialization is nothing."""

    tags = {"test", "materialization", "data_test"}  # noqa: RUF012 - jinja2's own declaration

    def parse(self, parser: Parser) -> nodes.Node | list[nodes.Node]:
        """Read the block that starts here."""
        tag = next(parser.stream)
        if tag.value == "materialization":
            while parser.stream.current.type != "block_end":
                next(parser.stream)
            parser.parse_statements(("name:endmaterialization",), drop_needle=True)
            return []
        macro = nodes.Macro(lineno=tag.lineno)
        macro.name = "test_" + parser.parse_assign_target(name_only=True).name
        parser.parse_signature(macro)
        macro.body = parser.parse_statements((f"name:end{tag.value}",), drop_needle=True)
        return macro


def environment() -> SandboxedEnvironment:
    """Jinja as dbt sets it up, in the sandbox: no attribute with an underscore, no loader."""
    return SandboxedEnvironment(
        extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols", TestBlock], autoescape=False
    )


class Macros:
    """All macros of a manifest.

    Args:
        manifest: The manifest.
        dispatch: The project's `dispatch` settings: search order of packages by namespace.
    """

    def __init__(self, manifest: Manifest, dispatch: Mapping[str, list[str]] | None = None) -> None:
        self.root = manifest.metadata.project_name or ""
        self.adapter = manifest.metadata.adapter_type or ""
        self.dispatch_order = dict(dispatch or {})
        self.environment = environment()
        self.environment.filters.update(
            dict.fromkeys(("as_text", "as_bool", "as_native", "as_number"), _unchanged),
            is_list=_is_list,
        )
        self.prefixes = (self.adapter, *PARENTS.get(self.adapter, ()), "default")
        internal = [*(f"dbt_{name}" for name in self.prefixes[:-1]), OWN_PACKAGE]
        self.packages: dict[str, dict[str, str]] = {}
        self._sql: dict[str, str] = {}
        for unique_id, macro in manifest.macros.items():
            package = self.packages.setdefault(macro.package_name, {})
            package[macro.name] = unique_id
            self._sql[unique_id] = macro.macro_sql
        self.names = {
            unique_id: name
            for package in self.packages.values()
            for name, unique_id in package.items()
        }
        self.own: dict[str, str] = {}
        for name in reversed(internal):
            self.own.update(self.packages.pop(name, {}))
        self._templates: dict[str, Template] = {}

    def template(self, unique_id: str) -> Template:
        """A macro's compiled text."""
        found = self._templates.get(unique_id)
        if found is None:
            found = self._templates[unique_id] = self.environment.from_string(self._sql[unique_id])
        return found

    def find(self, name: str, package: str) -> str:
        """The unique id of the macro that a bare name means in a package; empty without one."""
        for names in (self.packages.get(package), self.packages.get(self.root), self.own):
            if names is not None and name in names:
                return names[name]
        return ""

    def in_package(self, package: str, name: str) -> str:
        """The unique id of `package.name`; empty without one."""
        return self.of_package(package).get(name, "")

    def of_package(self, package: str) -> Mapping[str, str]:
        """Unique ids of a package's macros by name; empty without the package."""
        return self.own if package == OWN_PACKAGE else self.packages.get(package, {})

    def dispatched(self, name: str, namespace: str | None, package: str) -> str:
        """The macro that `adapter.dispatch` chooses.

        Args:
            name: Name of the macro, without prefix.
            namespace: Package that offers it, if the caller names one.
            package: Package of the model that is being rendered.

        Raises:
            MacroMissing: No package has an implementation.
        """
        order: list[str] = []
        if namespace:
            order = self.dispatch_order.get(namespace, [])
            if not order and (namespace == OWN_PACKAGE or namespace in self.packages):
                order = [self.root, namespace]
        for prefix in () if order else self.prefixes:
            found = self.find(f"{prefix}__{name}", package)
            if found:
                return found
        for where in order:
            for prefix in self.prefixes:
                found = self.in_package(where, f"{prefix}__{name}")
                if found:
                    return found
        raise MacroMissing(f"no macro implements {name} for {self.adapter or 'the adapter'}")


def _unchanged(value: object) -> object:
    return value


def _is_list(value: object) -> bool:
    return isinstance(value, list)


class Namespace(Mapping[str, Any]):
    """The names that a model's Jinja can use; macros become callable when they are looked up.

    Args:
        macros: The manifest's.
        package: The model's package.
        fixed: Names that no macro can override: `is_incremental`, `run_query`, …
    """

    def __init__(
        self,
        macros: Macros,
        package: str,
        fixed: Mapping[str, Any],
    ) -> None:
        self.macros = macros
        self.package = package
        self._found: dict[str, Any] = dict(fixed)
        self.context: Mapping[str, Any] = {}
        """dbt's names, which macros can override."""
        self._calls: dict[str, Callable[..., Any]] = {}
        self._depth = 0

    def __contains__(self, name: object) -> bool:
        try:
            self[str(name)]
        except KeyError:
            return False
        return True

    def __getitem__(self, name: str) -> Any:
        found = self._found
        if name in found:
            return found[name]
        unique_id = self.macros.find(name, self.package)
        if unique_id:
            value: Any = self.call(unique_id)
        elif name in self.macros.packages or name == OWN_PACKAGE:
            value = Package(self, name)
        else:
            value = self.context[name]
        found[name] = value
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(
            {*self._found, *self.context, *self.macros.own, *self.macros.packages, OWN_PACKAGE}
        )

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def add(self, name: str, value: object) -> None:
        """One more name that no macro can override."""
        self._found[name] = value

    def call(self, unique_id: str) -> Callable[..., Any]:
        """A macro as a function."""
        found = self._calls.get(unique_id)
        if found is None:
            found = self._calls[unique_id] = self._callable(unique_id)
        return found

    def _callable(self, unique_id: str) -> Callable[..., Any]:
        name = self.macros.names[unique_id]
        producer: list[Any] = []

        def macro(*args: Any, **kwargs: Any) -> Any:
            if not producer:
                template = self.macros.template(unique_id)
                context = template.new_context(self, shared=True)  # type: ignore[arg-type]
                for _text in template.root_render_func(context):
                    pass
                # Not `make_module`: modules have no names that begin with an underscore.
                producer.append(context.vars[name])
            self._depth += 1
            try:
                if self._depth > MAX_DEPTH:
                    raise RecursionError(name)
                return producer[0](*args, **kwargs)
            except Returned as returned:
                return returned.value
            finally:
                self._depth -= 1

        return macro


class Package(Mapping[str, Callable[..., Any]]):
    """The macros of one package by name, as `dbt_utils.star` asks for them.

    It is a mapping, as in dbt: the sandbox refuses attributes that begin with an underscore, and
    Jinja then looks for an item, so that macros such as `dbt_utils._is_relation` are found and
    nothing else is.

    Args:
        namespace: Names of the model that is rendered.
        name: Name of the package.
    """

    def __init__(self, namespace: Namespace, name: str) -> None:
        # Names that no macro has: Jinja looks for an attribute before it looks for an item.
        self.__namespace = namespace
        self.__name = name

    def __getitem__(self, name: str) -> Callable[..., Any]:
        if name in FIXED_NAMES:
            return self.__namespace[name]  # type: ignore[no-any-return]
        unique_id = self.__namespace.macros.in_package(self.__name, name)
        if not unique_id:
            raise KeyError(name)
        return self.__namespace.call(unique_id)

    def __iter__(self) -> Iterator[str]:
        return iter(self.__namespace.macros.of_package(self.__name))

    def __len__(self) -> int:
        return len(self.__namespace.macros.of_package(self.__name))


FIXED_NAMES = frozenset(
    {"is_incremental", "run_query", "statement", "load_relation", "get_intervals_between"}
)
"""Macros of dbt's that ask the warehouse, or whose answer the caller gives."""
