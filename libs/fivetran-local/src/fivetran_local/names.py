"""Names: in the destination, quoted in SQL, and suggested in error messages."""

import difflib
import re
import unicodedata
from collections.abc import Iterable

_CAMEL_CASE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NOT_A_NAME = re.compile(r"[^a-z0-9_]+")


def destination_name(source_name: str) -> str:
    """Return the destination name of a source schema, table or column.

    Fivetran's naming convention (its documentation, "Naming conventions"): accents are dropped,
    camelCase is split, everything is lower case, each run of other characters becomes an
    underscore, and a name never starts with a digit.

    Args:
        source_name: The name in the source, such as `orderItems` or `Größe (cm)`.

    Returns:
        The name in the destination, such as `order_items` or `grosse_cm_`.
    """
    plain = unicodedata.normalize("NFKD", source_name.replace("ß", "ss"))
    ascii_only = "".join(letter for letter in plain if not unicodedata.combining(letter))
    words = _CAMEL_CASE.sub("_", ascii_only).lower()
    name = _NOT_A_NAME.sub("_", words) or "_"
    return f"_{name}" if name[0].isdigit() else name


def literal(text: str) -> str:
    """Return `text` as a SQL string literal, with single quotes doubled."""
    return "'" + text.replace("'", "''") + "'"


def quoted(*parts: str) -> str:
    """Return the parts as quoted SQL identifiers joined by dots: `"a"."b"`.

    Args:
        parts: Schema, table or column names, unquoted; double quotes in them are doubled.
    """
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)


def quoted_list(names: Iterable[str]) -> str:
    """Return the names as quoted SQL identifiers joined by commas: `"a", "b"`."""
    return ", ".join(map(quoted, names))


def did_you_mean(name: str, candidates: Iterable[str], otherwise: str = "") -> str:
    """Return a question that suggests the closest candidate.

    Args:
        name: The unknown name.
        candidates: The known names.
        otherwise: Result if no candidate is close.
    """
    close = difflib.get_close_matches(name, list(candidates), 1)
    return f"did you mean '{close[0]}'?" if close else otherwise
