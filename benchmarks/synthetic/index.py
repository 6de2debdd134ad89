"""Readers of each table in a synthetic repository, and the edits that its files allow."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from benchmarks.synthetic.files import model_yaml, source_table_yaml
from benchmarks.synthetic.plants import Edit
from benchmarks.synthetic.python_files import asset_text
from benchmarks.synthetic.tables import (
    Input,
    Model,
    Project,
    PythonAsset,
    Repository,
    quoted,
)

Item = TypeVar("Item")


@dataclass(frozen=True)
class ForeignRead:
    """A model that reads a table of another project."""

    project: Project
    """The reader's."""
    model: Model
    """The reader."""
    read: Input
    """What it reads, and how."""

    @property
    def sources_file(self) -> str:
        """The YAML that names the table."""
        return f"projects/{self.project.name}/models/_sources.yml"

    @property
    def sql_file(self) -> str:
        """The reader's SQL."""
        return f"projects/{self.project.name}/{self.model.path}"

    @property
    def source_place(self) -> tuple[str, ...]:
        """The table's line in the YAML."""
        table = self.read.table
        return (self.sources_file, f"- name: {table.project}", f"- name: {table.name}")

    def column_places(self, column: str) -> tuple[tuple[str, ...], ...]:
        """Where the reader names a column: in the YAML, or in its SQL."""
        name = column if quoted(column) == column else f'"{column}"'
        return (
            (*self.source_place, f"- name: {name}"),
            (self.sql_file, quoted(column)),
        )


class Index:
    """Readers and producers of a synthetic repository.

    Args:
        repository: The planned repository.
    """

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.projects = {project.name: project for project in repository.projects}
        self.models = {
            model.table.key: model for project in repository.projects for model in project.models
        }
        self.reads: dict[str, list[ForeignRead]] = defaultdict(list)
        self.own_readers: dict[str, list[Model]] = defaultdict(list)
        self.python: dict[str, list[PythonAsset]] = defaultdict(list)
        for project in repository.projects:
            for model in project.models:
                for read in model.inputs:
                    if read.foreign:
                        self.reads[read.table.key].append(ForeignRead(project, model, read))
                    else:
                        self.own_readers[read.table.key].append(model)
        for consumer in repository.consumers:
            for asset in consumer.assets:
                for table in asset.reads:
                    self.python[table.key].append(asset)

    def foreign(self) -> Iterator[ForeignRead]:
        """Every foreign read of a dbt model that runs, going over the projects in turn."""
        by_project = [
            [
                ForeignRead(project, model, read)
                for model in project.models
                if self._runs(project, model)
                for read in model.inputs
                if read.foreign
            ]
            for project in self.repository.projects
        ]
        return _in_turn(by_project)

    def _runs(self, project: Project, model: Model) -> bool:
        """Return whether it is built or part of a query, unlike an unread ephemeral model."""
        ephemeral = model.layer == "staging" and project.staging == "ephemeral"
        return not ephemeral or bool(self.own_readers[model.table.key])

    def public(self) -> Iterator[Model]:
        """Every public model that another dbt project reads, going over the projects in turn."""
        return _in_turn(
            [
                [model for model in project.public if self.reads.get(model.table.key)]
                for project in self.repository.projects
            ]
        )

    def python_assets(self) -> Iterator[PythonAsset]:
        """Every Python asset, going over the projects in turn."""
        return _in_turn([consumer.assets for consumer in self.repository.consumers])

    def readers(self, model: Model) -> list[ForeignRead]:
        """Models of other projects that read a model."""
        return self.reads.get(model.table.key, [])

    def is_shown(self, model: Model) -> bool:
        """An exposure of its project names the model."""
        return model in self.projects[model.table.project].public[:2]

    def below(self, model: Model) -> list[Model]:
        """Return the downstream models of its project, the nearest first."""
        found: dict[str, Model] = {}
        waiting = [model]
        while waiting:
            for reader in self.own_readers[waiting.pop(0).table.key]:
                if reader.table.key not in found:
                    found[reader.table.key] = reader
                    waiting.append(reader)
        return list(found.values())

    def needs(self, *things: Model | ForeignRead | PythonAsset) -> frozenset[str]:
        """Return what a plant needs alone: the edited tables and their readers."""
        found: set[str] = set()
        for thing in things:
            if isinstance(thing, Model):
                found.add(thing.table.key)
                for reader in self.readers(thing):
                    found |= {reader.model.table.key, self.source(reader)}
                found |= {asset.key for asset in self.python.get(thing.table.key, [])}
            elif isinstance(thing, ForeignRead):
                found |= {thing.model.table.key, thing.read.table.key, self.source(thing)}
                same = self.reads[thing.read.table.key]
                found |= {one.model.table.key for one in same}
            else:
                found |= {thing.key, *(table.key for table in thing.reads)}
        return frozenset(found)

    def source(self, reader: ForeignRead) -> str:
        """Name of a source among what plants need."""
        return f"source {reader.project.name} {reader.read.table.key}"

    def unread(self, project: Project, upstream: Project) -> list[Model]:
        """Public models of one project that another one does not read.

        dagster-dbt refuses two resources of one project with one key, so that a project that reads
        a table already cannot be given another source, or a model, with its key.
        """
        return [
            model
            for model in upstream.public
            if all(one.project is not project for one in self.readers(model))
        ]

    def block(self, reader: ForeignRead) -> str:
        """The YAML of the source that a model reads."""
        reads = [
            one.read
            for one in self.reads[reader.read.table.key]
            if one.project.name == reader.project.name
        ]
        return source_table_yaml(reads)

    def edit_source(self, reader: ForeignRead, new: str) -> Edit:
        """Another text for a source table's block."""
        return Edit(reader.sources_file, self.block(reader), new)


def _in_turn(groups: Iterable[list[Item]]) -> Iterator[Item]:
    waiting = [iter(group) for group in groups if group]
    while waiting:
        still = []
        for group in waiting:
            for item in group:
                yield item
                still.append(group)
                break
        waiting = still


def model_file(model: Model) -> str:
    """Return the SQL file of a model."""
    return f"projects/{model.table.project}/{model.path}"


def yaml_file(model: Model) -> str:
    """Return the YAML file that describes a model."""
    return f"projects/{model.table.project}/models/{model.layer}/_{model.layer}.yml"


def edit_sql(model: Model, new: str) -> Edit:
    """Return an edit of a model's SQL."""
    return Edit(model_file(model), model.sql, new)


def edit_yaml(model: Model, new: str) -> Edit:
    """Return an edit of a model's YAML."""
    return Edit(yaml_file(model), model_yaml(model), new)


def edit_python(asset: PythonAsset, new: str) -> Edit:
    """Return an edit of an asset in its module."""
    return Edit(python_file(asset), asset_text(asset), new)


def python_file(asset: PythonAsset) -> str:
    """Return the module of a Python asset."""
    return f"projects/{asset.project}/src/{asset.project}/{asset.module}.py"


def with_config(sql: str, settings: str) -> str:
    """Return a model's SQL with more settings in `config(…)`."""
    if "{{ config(" in sql:
        return sql.replace("{{ config(", f"{{{{ config({settings}, ", 1)
    return f"{{{{ config({settings}) }}}}\n\n{sql}"


def can_rename(model: Model, role: str) -> bool:
    """Return whether the model's statement names the output column."""
    return model.shape == "union" or (
        bool(model.lines.get(role)) and model.sql.count(model.lines[role].strip()) == 1
    )


def renamed_output(model: Model, role: str, name: str) -> str:
    """Return a model's SQL with a renamed column."""
    old = quoted(model.table.columns[role])
    if model.shape == "union":
        return re.sub(rf" as {re.escape(old)}(,?\n)", rf" as {quoted(name)}\1", model.sql)
    line = model.lines[role]
    bare = line.removesuffix(f" as {old}")
    return _replaced_line(model.sql, line, f"{bare} as {quoted(name)}")


def cast_output(model: Model, role: str, type_: str) -> str:
    """Return a model's SQL with another type of a column."""
    old = quoted(model.table.columns[role])
    if model.shape == "union":
        return re.sub(
            rf"\n( +)(.+) as {re.escape(old)}(,?\n)",
            rf"\n\1cast(\2 as {type_}) as {old}\3",
            model.sql,
        )
    line = model.lines[role]
    expression = line.removesuffix(f" as {old}").strip()
    indent = line[: len(line) - len(line.lstrip())]
    return _replaced_line(model.sql, line, f"{indent}cast({expression} as {type_}) as {old}")


def dropped_output(model: Model, role: str) -> str:
    """Return a model's SQL without a column."""
    old = quoted(model.table.columns[role])
    if model.shape == "union":
        sql = re.sub(rf"\n +.+ as {re.escape(old)},?(?=\n)", "", model.sql)
        return re.sub(r",(\n +from )", r"\1", sql)
    line = model.lines[role]
    sql = _replaced_line(model.sql, line, "", comma=True)
    return re.sub(r",(\s*\n *from )", r"\1", sql)


def _replaced_line(sql: str, line: str, new: str, *, comma: bool = False) -> str:
    start = sql.index(line + "\n") if line + "\n" in sql else sql.index(line + ",")
    end = start + len(line)
    if comma:
        end += sql[end : end + 1] == ","
        end += sql[end : end + 1] == "\n"
    return sql[:start] + new + sql[end:]


def without_column(block: str, column: str) -> str:
    """Return the YAML of a model or source without a column."""
    name = column if quoted(column) == column else f'"{column}"'
    pattern = rf"(?m)^( +)- name: {re.escape(name)}\n(?:\1 +.*\n)*"
    return re.sub(pattern, "", block, count=1)


def with_column_renamed(block: str, column: str, new: str) -> str:
    """Return the YAML of a model or source with a renamed column."""
    name = column if quoted(column) == column else f'"{column}"'
    return re.sub(rf"(?m)^( +- name: ){re.escape(name)}$", rf"\g<1>{new}", block, count=1)


def with_type(block: str, column: str, type_: str) -> str:
    """Return the YAML with another `data_type` of a column."""
    name = column if quoted(column) == column else f'"{column}"'
    pattern = rf"(- name: {re.escape(name)}\n(?: +(?!- name).*\n)*? +data_type: ).*"
    return re.sub(pattern, rf"\g<1>{type_}", block, count=1)
