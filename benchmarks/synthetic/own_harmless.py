"""Harmless edits of a copy of this repository."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks.synthetic.harmless_files import SOURCE_EDITS
from benchmarks.synthetic.harmless_sql import REWRITES
from benchmarks.synthetic.own_faults import (
    CHART,
    CONTRACT,
    FORECAST,
    JAFFLE,
    MARTS,
    SOURCES,
    block_of,
)
from benchmarks.synthetic.plants import Edit, Plant


def own_harmless(root: Path) -> Iterator[Plant]:
    """Yield every harmless edit of a copy.

    Args:
        root: Root of an unedited copy, to look up texts.
    """
    yield from _sql(root)
    for source in SOURCES:
        block = block_of(root, source)
        for what, change in SOURCE_EDITS.items():
            new = change(block)
            # Its columns are described, so "on one line each" has nothing to do.
            if new != block and what != "columns on one line each":
                yield Plant(
                    "YAML",
                    f"source: {what}",
                    (Edit(source.file, block, new, source.after[:1]),),
                    touches=frozenset({f"source {source.source}.{source.table}"}),
                )
    yield from _models()
    yield from _followed(root)
    yield from _python()


def _sql(root: Path) -> Iterator[Plant]:
    for project in (JAFFLE, MARTS):
        for file in sorted((root / project / "models").rglob("*.sql")):
            text = file.read_text(encoding="utf-8")
            name = file.relative_to(root).as_posix()
            for what, change in REWRITES.items():
                if ("--" in text and what == "on one line") or ("{%" in text and "commas" in what):
                    continue
                new = change(text)
                if new != text:
                    yield Plant("SQL", what, (Edit(name, text, new),))
            if "{{ this }}" not in text and "config(" not in text:
                body = text.rstrip()
                yield Plant(
                    "SQL",
                    "wrapped in a subquery",
                    (Edit(name, text, f"select * from (\n{body}\n) as whole\n"),),
                )


def _models() -> Iterator[Plant]:
    new = f"{MARTS}/models/staging/stg_extra.sql"
    for what, sql in {
        "over a source": "select id from {{ source('shop_public', 'users') }}",
        "over two sources": (
            "select u.id, count(*) as n from {{ source('shop_public', 'users') }} as u\n"
            "left join {{ source('shop_public', 'orders') }} as o on u.id = o.user_id group by u.id"
        ),
        "over a contracted table": "select max(amount) as m from {{ source('jaffle', 'orders') }}",
        "over its own": "select user_id, country from {{ ref('stg_shop_users') }}",
    }.items():
        yield Plant("new model", what, (Edit(new, None, f"{sql}\n"),))
    customers = f"{JAFFLE}/models/jaffle/customers.sql"
    after = ("final as (",)
    first = "        customers.first_name,\n"
    yield Plant(
        "new column",
        "in a contracted model",
        (
            Edit(customers, first, f"{first}        cast(1 as bigint) as row_version,\n", after),
            Edit(
                CONTRACT,
                "      - name: first_name\n",
                "      - name: row_version\n        description: Of the row.\n"
                "        data_type: bigint\n      - name: first_name\n",
                ("  - name: customers\n",),
            ),
        ),
    )
    yield Plant(
        "widening",
        "more digits",
        (
            Edit(
                CONTRACT,
                "data_type: decimal(18, 2)",
                "data_type: decimal(20, 2)",
                ("  - name: orders\n", "      - name: amount\n"),
            ),
        ),
    )
    yield Plant(
        "constraint",
        "one more not null",
        (
            Edit(
                CONTRACT,
                "        data_type: string\n",
                "        data_type: string\n        constraints: [{type: not_null}]\n",
                ("  - name: customers\n", "      - name: first_name\n"),
            ),
        ),
    )
    sources = f"{MARTS}/models/staging/_sources.yml"
    value = f"{MARTS}/models/marts/customer_value.sql"
    yield Plant(
        "rename",
        "a column with all readers",
        (
            Edit(customers, "customers.last_name,", "customers.last_name as surname,", after),
            Edit(
                CONTRACT,
                "      - name: last_name\n",
                "      - name: surname\n",
                ("  - name: customers\n",),
            ),
            Edit(
                sources,
                "          - name: last_name\n",
                "          - name: surname\n",
                ("- name: jaffle\n", "- name: customers\n"),
            ),
            Edit(value, "        last_name,", "        surname as last_name,", ("with",)),
        ),
    )
    users = f"{MARTS}/models/staging/stg_shop_users.sql"
    yield Plant(
        "SQL",
        "a CTE with another name",
        (
            Edit(users, "with source as (", "with imported as (", ("",)),
            Edit(users, "    from source\n", "    from imported\n", ("",)),
        ),
        touches=frozenset({users}),
    )


def _followed(root: Path) -> Iterator[Plant]:
    """What reads a table by `upstream(…)` names its model, and goes where that goes."""
    file = f"{MARTS}/models/marts/daily_order_summary.sql"
    text = (root / file).read_text(encoding="utf-8")
    for settings in ("schema='archive'", "alias='daily_orders'"):
        edit = Edit(file, text, f"{{{{ config({settings}) }}}}\n\n{text}")
        yield Plant("rename", "a table that Python reads by upstream(…)", (edit,))


def _python() -> Iterator[Plant]:
    head = ('"""',)
    for file in (CHART, FORECAST):
        for what, old, new in (
            ("kinds", 'kinds={"python", ', 'kinds={"python", "forecast", '),
            ("a code version", 'code_version="', 'code_version="0.'),
            ("another group", 'group_name="ml"', 'group_name="data_science"'),
            ("two owners", '["team:data_science"]', '["team:data_science", "team:finance"]'),
            ("a tag", '    group_name="ml",\n', '    group_name="ml",\n    tags={"tier": "1"},\n'),
        ):
            if what == "a tag" and file == FORECAST:
                continue
            yield Plant(
                "Python",
                what,
                (Edit(file, old, new, head),),
                touches=frozenset({f"{file} {old.strip()[:12]}"}),
            )
    yield Plant(
        "Python",
        "columns listed, not typed",
        (Edit(CHART, '{COLUMN: "bigint"}', "[COLUMN]", head),),
        touches=frozenset({f"{CHART} bigint"}),
    )
    yield Plant(
        "Python",
        "another compatible type",
        (Edit(CHART, '"bigint"', '"hugeint"', head),),
        touches=frozenset({f"{CHART} bigint"}),
    )
