"""Whether a change of a SQL file can change rows: not if only comments and blanks differ."""

from __future__ import annotations

import re

# What can make a blank or a comment matter: then the texts must be equal to be the same.
_UNSURE = re.compile(
    r"""
      \\['"`]                                        # an escaped quote, in engines that have them
    | '''|\"\"\"                                     # text over lines
    | \$\w*\$                                        # dollar quotes
    | \{%[-+]?\s*(?:call|filter|raw|macro|set\s[^=%]*%\})  # blocks whose text is a value
    """,
    re.VERBOSE,
)
_TOKEN = re.compile(
    r"""
      (?P<jinja> \{\{.*?\}\} | \{%.*?%\} )
    | (?P<kept>
          '(?:[^']|'')*'                             # text
        | "(?:[^"]|"")*"                             # names
        | `[^`]*`
        | \[[^\]\n]*\]                               # names of T-SQL; lists elsewhere
        | /\*[+!].*?\*/                              # hints to the optimizer
        | --[^\n]*(?:\{[{%\#]|\#\})[^\n]*             # Jinja in a comment is still rendered, and a
        | /\*(?:(?!\*/).)*?(?:\{[{%\#]|\#\}).*?\*/   # comment of Jinja begins or ends in any place
      )
    | (?P<dropped> --[^\n]* | /\*(?:(?!/\*).)*?\*/ | \{\#.*?\#\} | \s+ )
    """,
    re.VERBOSE | re.DOTALL,
)
_IN_JINJA = re.compile(r"""(?P<kept>'[^']*'|"[^"]*")|(?P<dropped>\s+)""")
"""Blanks are none of a value there either; but `--` is twice a minus, and no comment."""


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


def _essence(text: str, token: re.Pattern[str] = _TOKEN) -> str:
    """The text without comments, every run of blanks one blank; quoted parts as they are."""
    parts: list[str] = []
    at = 0
    for match in token.finditer(text):
        parts.append(text[at : match.start()])
        if match.lastgroup == "jinja":
            parts.append(_essence(match[0], _IN_JINJA))
        else:
            # A dropped comment still parts two words.
            parts.append(match[0] if match.lastgroup == "kept" else "\0")
        at = match.end()
    parts.append(text[at:])
    return re.sub("\0+", " ", "".join(parts)).strip()
