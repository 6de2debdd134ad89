"""The HTML page: template, style sheet, scripts and data in one file."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from importlib.resources import files

import msgspec

from dagster_lineage.present.report.document import Document

_SCRIPTS = (
    "data.js",
    "lineage.js",
    "places.js",
    "state.js",
    "drawing.js",
    "moving.js",
    "map.js",
    "details.js",
    "lists.js",
    "tree.js",
    "search.js",
    "start.js",
)
_SLOT = re.compile(r"\{\{(\w+)\}\}")
_ESCAPES = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}


def page(data: Document) -> str:
    """Return a self-contained HTML document.

    Its content security policy allows its own style sheet and script, by hash, and no request. Even
    a fault in the script cannot run a name as code or send data.

    Args:
        data: The data of the page.
    """
    style = _file("page.css")
    script = f"(() => {{\n'use strict';\n{''.join(map(_file, _SCRIPTS))}}})();\n"
    slots = {
        "title": html.escape(data.title),
        "policy": html.escape(
            f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; "
            "base-uri 'none'; form-action 'none'"
        ),
        "style": style,
        "script": script,
        "data": embedded_json(msgspec.json.encode(data).decode()),
    }
    # One pass, so that inserted text is never searched for slots.
    return _SLOT.sub(lambda match: slots[match[1]], _file("page.html"))


def embedded_json(text: str) -> str:
    r"""Return JSON for a `<script>` element, without tags, comments and line separators.

    HTML restricts `<!--`, `<script` and `</script` in scripts
    (https://html.spec.whatwg.org/multipage/scripting.html, "Restrictions for contents of script
    elements"). In a JSON string, `\u003c` is the same character.

    >>> embedded_json('{"name":"</script>"}')
    '{"name":"\\u003c/script\\u003e"}'
    """
    return re.sub("[<>&\u2028\u2029]", lambda match: _ESCAPES[match[0]], text)


def _file(name: str) -> str:
    return (files("dagster_lineage.present.report") / "page" / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
