"""The page as one text: template, style, script and data in one file."""

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
    """A whole HTML document that needs nothing else.

    Its content security policy allows this style and this script, by their hashes, and no request
    of any kind: not even a mistake of the script could let a name run or call out.

    Args:
        data: What is shown.
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
    # One pass: what is put in is never looked at again, whatever it holds.
    return _SLOT.sub(lambda match: slots[match[1]], _file("page.html"))


def embedded_json(text: str) -> str:
    r"""JSON that can stand inside a `<script>` element: no tag, comment or line end in it.

    HTML's rules for scripts (https://html.spec.whatwg.org/multipage/scripting.html, "Restrictions
    for contents of script elements") care for `<!--`, `<script` and `</script`; inside of JSON's
    strings `\u003c` means the same letter.

    >>> embedded_json('{"name":"</script>"}')
    '{"name":"\\u003c/script\\u003e"}'
    """
    return re.sub("[<>&\u2028\u2029]", lambda match: _ESCAPES[match[0]], text)


def _file(name: str) -> str:
    return (files("dagster_lineage.present.report") / "page" / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
