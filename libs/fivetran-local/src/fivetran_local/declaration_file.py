"""The YAML file of a declaration: its variables, its paths, and what is said of its mistakes."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import BaseModel, ValidationError

from fivetran_local.declaration import (
    ConnectorDeclaration,
    Declaration,
    DuckDBDestinationDeclaration,
    FilesSource,
    PostgresDestinationDeclaration,
    PostgresSource,
    RateLimitDeclaration,
    SqliteSource,
    TableDeclaration,
)
from fivetran_local.errors import DeclarationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic_core import ErrorDetails

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def read_declaration(file: Path, variables: Mapping[str, str]) -> Declaration:
    """Read and validate a YAML file of connectors.

    Args:
        file: The YAML file.
        variables: Values for `${NAME}` in it. Nothing else is looked up, not even the environment.

    Raises:
        DeclarationError: The file is missing, is not YAML, names an unknown variable, or fails
            validation. The message has one line per problem: file, line, field and mend.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise DeclarationError(f"{file}: cannot be read: {error.strerror}") from error
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise DeclarationError(f"{file}: is not YAML: {error}") from error
    try:
        content = _with_variables(content, file, variables)
        declaration = Declaration.model_validate(content)
    except ValidationError as error:
        found = error.errors()
        # Of a list with a wrong item pydantic also says that it is too short: a consequence.
        wrong = [detail for detail in found if detail["type"] != "too_short"] or found
        problems = [_problem(file, node, detail) for detail in wrong]
        raise DeclarationError("\n".join(problems)) from error
    return _with_absolute_paths(declaration, file.absolute().parent)


def _with_variables(content: Any, file: Path, variables: Mapping[str, str]) -> Any:
    if isinstance(content, dict):
        return {key: _with_variables(value, file, variables) for key, value in content.items()}
    if isinstance(content, list):
        return [_with_variables(value, file, variables) for value in content]
    if not isinstance(content, str):
        return content

    def value_of(match: re.Match[str]) -> str:
        if match[1] not in variables:
            given = ", ".join(sorted(variables)) or "none"
            close = difflib.get_close_matches(match[1], variables, 1)
            hint = f"did you mean ${{{close[0]}}}?" if close else f"given are: {given}"
            raise DeclarationError(
                f"{file}: ${{{match[1]}}} is not given ({hint}). "
                "Pass it with serve(variables=...) or --variable NAME=VALUE."
            )
        return variables[match[1]]

    return _VARIABLE.sub(value_of, content)


def _with_absolute_paths(declaration: Declaration, folder: Path) -> Declaration:
    connectors = []
    for connector in declaration.connectors:
        source = connector.source
        if not isinstance(source, PostgresSource):
            source = source.model_copy(update={"path": folder / source.path})
        connectors.append(connector.model_copy(update={"source": source}))
    return declaration.model_copy(update={"connectors": tuple(connectors)})


def _problem(file: Path, root: yaml.Node | None, detail: ErrorDetails) -> str:
    location = [part for part in detail["loc"] if not _is_union_tag(part, root, detail["loc"])]
    if detail["type"].startswith("union_tag"):
        location.append("kind")
    line = _line(root, location)
    field = ".".join(str(part) for part in location) or "the file"
    message = detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "extra_forbidden":
        close = difflib.get_close_matches(str(location[-1]), _known_fields(), 1)
        message = "is not a known field" + (f"; did you mean '{close[0]}'?" if close else "")
    return f"{file}:{line}: {field}: {message}"


def _is_union_tag(part: int | str, root: yaml.Node | None, location: Sequence[int | str]) -> bool:
    """Tell whether pydantic put `part` in: the tag of a discriminated union is not in the file."""
    index = location.index(part)
    return (
        index > 0
        and location[index - 1] in {"source", "destination"}
        and part in {"sqlite", "files", "postgres", "duckdb"}
        and root is not None
    )


def _known_fields() -> list[str]:
    models: tuple[type[BaseModel], ...] = (
        Declaration,
        DuckDBDestinationDeclaration,
        PostgresDestinationDeclaration,
        ConnectorDeclaration,
        TableDeclaration,
        RateLimitDeclaration,
        SqliteSource,
        FilesSource,
        PostgresSource,
    )
    return [field.alias or name for model in models for name, field in model.model_fields.items()]


def _line(node: yaml.Node | None, location: Sequence[int | str]) -> int:
    """Return the line, from 1, of the field at `location`, or of the nearest one around it."""
    line = node.start_mark.line + 1 if node else 1
    for part in location:
        if isinstance(node, yaml.MappingNode):
            found = [pair for pair in node.value if pair[0].value == str(part)]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            found = [(item, item) for item in node.value[part : part + 1]]
        else:
            found = []
        if not found:
            break
        key, node = found[0]
        line = key.start_mark.line + 1
    return line
