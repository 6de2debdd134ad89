"""The YAML file of a declaration: its variables, its paths, and the lines of its errors."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from fivetran_local.declaration import Declaration
from fivetran_local.errors import DeclarationError
from fivetran_local.names import did_you_mean

_KINDS = {"sqlite", "files", "postgres", "duckdb"}
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def read_declaration(file: Path, variables: Mapping[str, str]) -> Declaration:
    """Read and validate a YAML file of connectors.

    Args:
        file: The YAML file.
        variables: Values for `${NAME}` in the file. The process's environment is not used.

    Raises:
        DeclarationError: The file is missing, is not YAML, refers to an unknown variable, or fails
            validation. The message has one line per problem: file, line, field and fix.
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
    content = _with_variables(content, file, variables)
    try:
        return Declaration.model_validate(content, context=file.absolute().parent)
    except ValidationError as error:
        found = error.errors()
        # For a list with an invalid item pydantic also reports "too short": a consequence.
        causes = [detail for detail in found if detail["type"] != "too_short"] or found
        problems = [_problem(file, node, detail) for detail in causes]
        raise DeclarationError("\n".join(problems)) from error


def _with_variables(content: Any, file: Path, variables: Mapping[str, str]) -> Any:
    if isinstance(content, dict):
        return {key: _with_variables(value, file, variables) for key, value in content.items()}
    if isinstance(content, list):
        return [_with_variables(value, file, variables) for value in content]
    if not isinstance(content, str):
        return content

    def value_of(match: re.Match[str]) -> str:
        if match[1] not in variables:
            known = ", ".join(sorted(variables)) or "none"
            hint = did_you_mean(match[1], variables, otherwise=f"known variables: {known}")
            raise DeclarationError(
                f"{file}: the variable {match[0]} is not set ({hint}). "
                "Set it with serve(variables=...) or --variable NAME=VALUE."
            )
        return variables[match[1]]

    return _VARIABLE.sub(value_of, content)


def _problem(file: Path, root: yaml.Node | None, detail: ErrorDetails) -> str:
    path = _path_in_file(detail["loc"])
    if detail["type"].startswith("union_tag"):
        path.append("kind")
    field = ".".join(str(part) for part in path) or "the file"
    message = detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "extra_forbidden":
        hint = did_you_mean(str(path[-1]), _known_fields())
        message = "; ".join(filter(None, ("is not a known field", hint)))
    return f"{file}:{_line(root, path)}: {field}: {message}"


def _known_fields() -> list[str]:
    schema = Declaration.model_json_schema()
    return [name for part in (schema, *schema["$defs"].values()) for name in part["properties"]]


def _path_in_file(location: Sequence[int | str]) -> list[int | str]:
    """Return pydantic's location without the kinds of discriminated unions that it adds."""
    return [
        part
        for before, part in zip((None, *location), location, strict=False)
        if not (before in {"source", "destination"} and part in _KINDS)
    ]


def _line(node: yaml.Node | None, path: Sequence[int | str]) -> int:
    """Return the line number, from 1, of the field at `path`, or of its nearest parent."""
    line = node.start_mark.line + 1 if node else 1
    for part in path:
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
