"""Hostile names stay text: none of them runs, and the page sends no request."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from hypothesis import given
from hypothesis import strategies as st

from dagster_lineage.model import (
    SCHEMA_VERSION,
    Asset,
    Check,
    Column,
    Exposure,
    Interface,
    Job,
    Read,
    column_of,
    key_text,
)
from dagster_lineage.present.report.page import embedded_json

HOSTILE = (
    "</script><img src=x onerror=window.pwned=1>",
    "<!--<script>window.pwned=2</script>",
    "\"'`><svg onload=window.pwned=3>",
    "{{data}}{{script}}",
    "javascript:window.pwned=4",
    "line\u2028end\u2029",
    "gnp\u202eexe.png",
    "שלום עולם",
    "ﷺ 名前 \U0001d54f e\u0301",
    "\\u003c/script\\u003e${window.pwned=5}",
)


def hostile_interface() -> Interface:
    """A project in which everything that can have a name has a hostile one."""
    assets = []
    for at, name in enumerate(HOSTILE):
        key = key_text(["hostile", name])
        before = key_text(["hostile", HOSTILE[at - 1]])
        assets.append(
            Asset(
                key=key,
                at=f"src/a{at}.py:1",
                relation=name,
                group=name,
                owners=(name,),
                freshness=name,
                automation=name,
                columns={
                    other: Column(type=name, derived_from=(column_of(before, other),) if at else ())
                    for other in HOSTILE
                },
                columns_known=True,
                reads=(Read(key=before, at="src/b.py:1"),) if at else (),
                checks=(Check(name=name, kind=name, columns=(name,)),),
            )
        )
    assets.append(
        Asset(key="hostile/reader", at="src/r.py:1", reads=(Read(key=f"lost/{HOSTILE[0]}"),))
    )
    return Interface(
        schema_version=SCHEMA_VERSION,
        project="hostile",
        location=HOSTILE[0],
        assets=tuple(assets),
        exposures=tuple(
            Exposure(name=one, type=one, owner=one, reads=(assets[0].key,)) for one in HOSTILE
        ),
        jobs=tuple(Job(name=one, cron=one, targets=(assets[0].key,)) for one in HOSTILE),
        unknown=HOSTILE,
    )


def test_markup_in_any_name_neither_runs_nor_calls_out(repository, visit):
    repository.write(hostile_interface())
    opened = visit(repository.report("--title", HOSTILE[0]))
    page = opened.page
    names = page.locator("[role=treeitem][aria-level='2']").evaluate_all(
        "items => items.map(item => item.dataset.name)"
    )
    assert len(names) > len(HOSTILE)
    for name in names:
        page.locator(f"[data-name={name}]").dispatch_event("click")
        columns = page.locator("table [data-column]")
        if columns.count():
            columns.first.dispatch_event("click")
    page.get_by_role("tab", name=re.compile("Findings")).click()
    page.locator("#search").fill("onerror")
    assert page.evaluate("window.pwned") is None
    assert page.locator("img, iframe, a:not(.skip), form, object, body svg [onload]").count() == 0
    assert page.locator("script").count() == 2
    assert opened.errors == []
    assert opened.requests == []


def test_hostile_names_are_shown_letter_for_letter(repository, visit):
    repository.write(hostile_interface())
    page = visit(repository.report()).page
    for name in HOSTILE:
        words = [one for one in re.split(r"[\s#]+", name.lower()) if one]
        page.locator("#search").fill(" ".join(words))
        shown = re.sub("[\u2028-\u202e]", "\ufffd", name)
        assert any(shown in one for one in page.locator("#found li .bidi").all_text_contents())
    # A letter that turns a name around is made visible instead.
    seen = page.evaluate("document.body.innerText")
    assert "gnp\ufffdexe.png" in seen
    assert "\u202e" not in seen


def test_the_policy_stops_what_got_in_all_the_same(repository, browser):
    asked = []

    class Notes(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)

    with ThreadingHTTPServer(("127.0.0.1", 0), Notes) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        page = browser.new_page()
        details = []
        page.on("console", lambda message: details.append(message.text))
        page.goto(repository.report().as_uri())
        page.evaluate(
            """port => { const script = document.createElement('script');
                 script.textContent = 'window.pwned = 1'; document.body.append(script);
                 return new Promise(done => { const picture = document.createElement('img');
                 picture.onerror = done; picture.src = `http://127.0.0.1:${port}/x.png`;
                 document.body.append(picture); }); }""",
            server.server_address[1],
        )
        assert page.evaluate("window.pwned") is None
        assert sum("Content Security Policy" in one for one in details) == 2
        page.close()
        server.shutdown()
        thread.join()
    assert asked == []


class _Script(HTMLParser):
    """What a parser of HTML takes for the contents of a script element."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = False
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.inside = tag == "script"

    def handle_endtag(self, tag):
        self.inside = False

    def handle_data(self, data):
        self.text += data if self.inside else ""


@given(st.lists(st.text() | st.sampled_from(HOSTILE)))
def test_any_text_comes_back_out_of_the_script_element(texts):
    embedded = embedded_json(json.dumps(texts, ensure_ascii=False))
    parser = _Script()
    parser.feed(f"<script>{embedded}</script><p>after")
    parser.close()
    assert json.loads(parser.text) == texts
    assert not re.search("[<>&\u2028\u2029]", embedded)
