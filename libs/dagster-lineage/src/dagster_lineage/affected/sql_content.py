"""Whether a change of a SQL file can change rows: not if only comments and blanks differ."""

from __future__ import annotations

import re

# What can make a blank or a comment matter: then the texts must be equal to be the same.
_UNSURE = re.compile(
    r"""
      \\['"`]                                        # an escaped quote, in engines that have them
    | '''|\"\"\"                                     # text over lines
    | \$\w*\$                                        # dollar quotes
    | \{%-?\s*(?:call|filter|raw|macro|set\s+\w+\s*-?%\})   # blocks whose text is a value
    """,
    re.VERBOSE,
)
_TOKEN = re.compile(
    r"""
      (?P<kept>
          '(?:[^']|'')*'                             # text
        | "(?:[^"]|"")*"                             # names
        | `[^`]*`
        | /\*[+!].*?\*/                              # hints to the optimizer
        | --[^\n]*\{[{%][^\n]*                       # Jinja in a comment is still rendered
        | /\*(?:(?!\*/).)*?\{[{%].*?\*/
      )
    | (?P<dropped> --[^\n]* | /\*(?:(?!/\*).)*?\*/ | \{\#.*?\#\} | \s+ )
    """,
    re.VERBOSE | re.DOTALL,
)


def same_rows(before: bytes, after: bytes) -> bool:
    """Whether two texts of a dbt model are the same but for comments and blanks.

    Comments with Jinja count (dbt renders them: `-- depends_on: {{ ref('x') }}`), and so do hints.
    Where a blank may be part of a value, only equal texts are the same.
    """
    if before == after:
        return True
    try:
        old, new = before.decode(), after.decode()
    except UnicodeDecodeError:
        return False
    if _UNSURE.search(old) or _UNSURE.search(new):
        return False
    return _essence(old) == _essence(new)


def _essence(text: str) -> str:
    """The text without comments, every run of blanks one blank; quoted parts as they are."""
    parts: list[str] = []
    at = 0
    for match in _TOKEN.finditer(text):
        parts.append(text[at : match.start()])
        # A dropped comment still parts two words.
        parts.append(match["kept"] if match["kept"] is not None else "\0")
        at = match.end()
    parts.append(text[at:])
    return re.sub("\0+", " ", "".join(parts)).strip()
