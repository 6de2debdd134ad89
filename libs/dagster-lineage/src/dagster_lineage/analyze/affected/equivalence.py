"""Changes of a file's text that cannot change what the file does."""

from __future__ import annotations

import ast
import re
import tomllib

# White space or a comment may be part of a value here: only equal texts are equivalent.
_UNSAFE_SQL = re.compile(
    r"""
      \\['"`]                                        # escaped quotes, in engines that have them
    | '''|\"\"\"                                     # strings over several lines
    | \$\w*\$                                        # dollar quotes
    | \{%[-+]?\s*(?:call|filter|raw|macro|set\s[^=%]*%\})  # blocks whose text is a value
    """,
    re.VERBOSE,
)
_SQL_TOKEN = re.compile(
    r"""
      (?P<jinja> \{\{.*?\}\} | \{%.*?%\} )
    | (?P<kept>
          '(?:[^']|'')*'                             # strings
        | "(?:[^"]|"")*"                             # quoted names
        | `[^`]*`
        | \[[^\]\n]*\]                               # quoted names of T-SQL; lists elsewhere
        | /\*[+!].*?\*/                              # optimizer hints
        | --[^\n]*(?:\{[{%\#]|\#\})[^\n]*             # Jinja in a comment is still rendered, and a
        | /\*(?:(?!\*/).)*?(?:\{[{%\#]|\#\}).*?\*/   # Jinja comment may begin or end anywhere
      )
    | (?P<dropped> --[^\n]* | /\*(?:(?!/\*).)*?\*/ | \{\#.*?\#\} | \s+ )
    """,
    re.VERBOSE | re.DOTALL,
)
_JINJA_TOKEN = re.compile(r"""(?P<kept>'[^']*'|"[^"]*")|(?P<dropped>\s+)""")
"""Inside of Jinja, `--` is a double minus and not a comment."""
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def same_python(before: bytes, after: bytes) -> bool:
    """Return whether two Python files differ only in comments, white space and docstrings.

    Docstrings count if the file uses `__doc__`.
    """
    if before == after:
        return True
    keep_docs = b"__doc__" in before or b"__doc__" in after
    try:
        return _syntax_tree(before, keep_docs=keep_docs) == _syntax_tree(after, keep_docs=keep_docs)
    except (SyntaxError, ValueError, RecursionError):
        return False


def same_sql(before: bytes, after: bytes) -> bool:
    """Return whether two texts of a dbt model differ only in comments and white space.

    Comments with Jinja count, because dbt renders them (`-- depends_on: {{ ref('x') }}`), and so do
    optimizer hints.
    """
    if before == after:
        return True
    try:
        old, new = before.decode(), after.decode()
    except UnicodeDecodeError:
        return False
    if _UNSAFE_SQL.search(old) or _UNSAFE_SQL.search(new):
        return False
    return _normalized_sql(old) == _normalized_sql(new)


def same_toml(before: bytes, after: bytes) -> bool:
    """Return whether two TOML files have the same content."""
    try:
        return not differs(tomllib.loads(before.decode()), tomllib.loads(after.decode()))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        return False


def same_yaml(before: bytes, after: bytes) -> bool:
    """Return whether two YAML files have the same content."""
    import yaml  # noqa: PLC0415 - 40 ms, only for a changed dbt configuration

    try:
        return not differs(yaml.safe_load(before), yaml.safe_load(after))
    except (yaml.YAMLError, ValueError):
        return False


def differs(old: object, new: object) -> bool:
    """Return whether two values may render differently in Jinja.

    Equality is not enough: `1`, `1.0` and `true` are equal and render differently, and the order of
    a mapping matters.
    """
    return repr(old) != repr(new)


def _syntax_tree(text: bytes, *, keep_docs: bool) -> str:
    tree = ast.parse(text)
    if not keep_docs:
        for node in ast.walk(tree):
            if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
                node.body = node.body[1:]
    return ast.dump(tree)


def _normalized_sql(text: str, token: re.Pattern[str] = _SQL_TOKEN) -> str:
    """Return SQL without comments and with single spaces; quoted parts stay as they are."""
    parts: list[str] = []
    at = 0
    for match in token.finditer(text):
        parts.append(text[at : match.start()])
        if match.lastgroup == "jinja":
            parts.append(_normalized_sql(match[0], _JINJA_TOKEN))
        else:
            # A removed comment still separates two words.
            parts.append(match[0] if match.lastgroup == "kept" else "\0")
        at = match.end()
    parts.append(text[at:])
    return re.sub("\0+", " ", "".join(parts)).strip()
