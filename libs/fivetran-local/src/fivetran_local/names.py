"""How source names become destination names, and how names are quoted in SQL."""

from __future__ import annotations

import re
import unicodedata

_CAMEL_CASE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NOT_A_NAME = re.compile(r"[^a-z0-9_]+")


def destination_name(source_name: str) -> str:
    """Return the name that a schema, table or column gets in the destination.

    Fivetran's naming convention (its documentation, "Naming conventions"): accents are dropped,
    camelCase is split, everything is lower case, whatever is not a letter, a digit or an
    underscore becomes an underscore, and a name never starts with a digit.

    Args:
        source_name: The name as the source spells it, such as `orderItems` or `Größe (cm)`.

    Returns:
        The destination's name, such as `order_items` or `grosse_cm_`.
    """
    plain = unicodedata.normalize("NFKD", source_name.replace("ß", "ss"))
    ascii_only = "".join(letter for letter in plain if not unicodedata.combining(letter))
    words = _CAMEL_CASE.sub("_", ascii_only).lower()
    name = _NOT_A_NAME.sub("_", words) or "_"
    return f"_{name}" if name[0].isdigit() else name


def literal(text: str) -> str:
    """Return `text` as a SQL string literal.

    Args:
        text: Any text; a single quote inside is doubled.
    """
    return "'" + text.replace("'", "''") + "'"


def quoted(*parts: str) -> str:
    """Return `"a"."b"`: the parts as quoted SQL identifiers, joined by dots.

    Args:
        parts: Schema, table or column names, unquoted; a double quote inside one is doubled.
    """
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)
