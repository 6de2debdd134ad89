"""A repository of five projects and seven libraries, for `lineage affected`.

    ingest (Python)  raw/customers, raw/events
    shop (dbt)       shop/stg_customers (private), shop/customers, shop/orders, seed shop/raw_orders
    marts (dbt)      marts/customer_value, marts/daily, marts/events_daily
    ml (Python)      ml/forecast, from marts/daily
    lone (Python)    lone/weather, without dependencies

Libraries: `warehouse` (ingest's code and the library `publish` import it), `publish` (shop's code),
`testkit` (marts' tests), `cli` (commands; shop requires it), `orphan` (no users), `rules` (a dbt
package of marts), `plugins` (ml's and lone's code, partly by name).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from dagster_lineage.files.interface_files import encode
from dagster_lineage.model import SCHEMA_VERSION, Interface


def column(type_: str, *derived_from: str) -> dict[str, Any]:
    return {"type": type_, "derived_from": list(derived_from), "copy": len(derived_from) == 1}


INTERFACES: dict[str, dict[str, Any]] = {
    "ingest": {
        "assets": [
            {
                "key": "raw/customers",
                "at": "src/ingest/customers.py:3",
                "columns_known": True,
                "columns": {name: {"type": "varchar"} for name in ("id", "name", "email", "land")},
            },
            {
                "key": "raw/events",
                "at": "src/ingest/events.py:3",
                "columns_known": True,
                "columns": {"at": {"type": "timestamp"}, "kind": {"type": "varchar"}},
            },
        ]
    },
    "shop": {
        "dbt_project": "shop",
        "sources": [
            {
                "name": "raw.customers",
                "key": "raw/customers",
                "at": "models/_sources.yml:4",
                "columns": {name: {"type": "varchar"} for name in ("id", "name", "land")},
            }
        ],
        "assets": [
            {
                "key": "shop/raw_orders",
                "kind": "seed",
                "name": "raw_orders",
                "at": "seeds/raw_orders.csv:1",
                "columns_known": True,
                "columns": {"id": {"type": "bigint"}, "day": {"type": "date"}},
            },
            {
                "key": "shop/stg_customers",
                "kind": "model",
                "name": "stg_customers",
                "access": "private",
                "at": "models/stg_customers.sql:1",
                "described_at": "models/_models.yml:3",
                "columns_known": True,
                "columns": {
                    "id": column("varchar", "raw/customers#id"),
                    "name": column("varchar", "raw/customers#name"),
                    "land": column("varchar", "raw/customers#land"),
                },
                "reads": [
                    {
                        "key": "raw/customers",
                        "via": "source",
                        "source": "raw.customers",
                        "columns": ["id", "land", "name"],
                        "at": "models/_sources.yml:4",
                    }
                ],
            },
            {
                "key": "shop/customers",
                "kind": "model",
                "name": "customers",
                "access": "public",
                "owners": ["team:shop"],
                "at": "models/customers.sql:1",
                "described_at": "models/_models.yml:9",
                "columns_known": True,
                "columns": {
                    "id": column("varchar", "shop/stg_customers#id"),
                    "name": column("varchar", "shop/stg_customers#name"),
                    "land": column("varchar", "shop/stg_customers#land"),
                },
                "reads": [
                    {"key": "shop/stg_customers", "via": "ref", "columns": ["id", "land", "name"]}
                ],
            },
            {
                "key": "shop/orders",
                "kind": "model",
                "name": "orders",
                "access": "public",
                "at": "models/orders.sql:1",
                "described_at": "models/_models.yml:16",
                "columns_known": True,
                "columns": {
                    "id": column("bigint", "shop/raw_orders#id"),
                    "day": column("date", "shop/raw_orders#day"),
                    "note": {"type": "varchar"},
                },
                "reads": [{"key": "shop/raw_orders", "via": "ref", "columns": ["day", "id"]}],
            },
        ],
    },
    "marts": {
        "dbt_project": "marts",
        "sources": [
            {"name": "shop.customers", "key": "shop/customers", "at": "models/_s.yml:4"},
            {"name": "shop.orders", "key": "shop/orders", "at": "models/_s.yml:7"},
            {"name": "raw.events", "key": "raw/events", "at": "models/_s.yml:11"},
        ],
        "assets": [
            {
                "key": "marts/customer_value",
                "kind": "model",
                "name": "customer_value",
                "access": "public",
                "at": "models/customer_value.sql:1",
                "columns_known": True,
                "columns": {"id": column("varchar", "shop/customers#id")},
                "reads": [
                    {
                        "key": "shop/customers",
                        "via": "source",
                        "source": "shop.customers",
                        "columns": ["id", "land"],
                    }
                ],
            },
            {
                "key": "marts/daily",
                "kind": "model",
                "name": "daily",
                "access": "public",
                "at": "models/daily.sql:1",
                "columns_known": True,
                "columns": {
                    "day": column("date", "shop/orders#day"),
                    "orders": {"type": "bigint", "derived_from": ["shop/orders#id"]},
                },
                "reads": [
                    {
                        "key": "shop/orders",
                        "via": "source",
                        "source": "shop.orders",
                        "columns": ["day", "id"],
                    }
                ],
            },
            {
                "key": "marts/events_daily",
                "kind": "model",
                "name": "events_daily",
                "access": "public",
                "at": "models/events_daily.sql:1",
                "columns_known": True,
                "columns": {"day": {"type": "date", "derived_from": ["raw/events#at"]}},
                "reads": [
                    {
                        "key": "raw/events",
                        "via": "source",
                        "source": "raw.events",
                        "columns": ["at"],
                    }
                ],
            },
        ],
    },
    "ml": {
        "assets": [
            {
                "key": "ml/forecast",
                "at": "src/ml/forecast.py:5",
                "reads": [
                    {
                        "key": "marts/daily",
                        "expects": {"day": {"type": "date"}, "orders": {"type": "bigint"}},
                    }
                ],
            }
        ]
    },
    "lone": {"assets": [{"key": "lone/weather", "at": "src/lone/weather.py:1"}]},
}

MODELS_YML = """\
version: 2
models:
  - name: stg_customers
    description: As they come.
    columns:
      - name: id
        data_tests: [unique]
  - name: customers
    description: One row each.
    config: {materialized: table}
    columns:
      - name: id
        data_type: varchar
        description: The customer.
  - name: orders
    description: One row each.
"""

FILES = {
    "README.md": "# A repository\n",
    "LICENSE": "free\n",
    "CODEOWNERS": "* @all\n",
    ".gitignore": "/data/\n",
    "Makefile": "test:\n\tpytest\n",
    "pyproject.toml": "[project]\nname = 'all'\n[tool.lineage]\n",
    "requirements.lock": "dagster==1\n",
    "workspace.yaml": "load_from: []\n",
    ".github/workflows/ci.yml": "on: push\n",
    ".sqlfluff": "[sqlfluff]\n",
    "docs/page.md": "words\n",
    "docs/picture.png": "png",
    "docs/conf.py": "project = 1\n",
    "docs/pages/one.txt": "words\n",
    "docs/glossary.md": "words\n",
    "docs/tour.md": "words\n",
    "benchmarks/speed.py": "print(1)\n",
    "benchmarks/data/rows.py": "ROWS = 1\n",
    "tests/test_all.py": "def test_all(): open(f'{ROOT}/docs/tour.md')\n",
    "tools/requirements.py": "print(1)\n",
    "deploy/chart.yaml": "a: 1\n",
    # ingest
    "projects/ingest/pyproject.toml": '[project]\nname = "ingest"\nreadme = "README.md"\n'
    'dependencies = ["warehouse"]\n',
    "projects/ingest/README.md": "# ingest\n",
    "projects/ingest/CHANGES.md": "# changes\n",
    "projects/ingest/src/ingest/__init__.py": "",
    "projects/ingest/src/ingest/customers.py": '"""Customers."""\n\n'
    "from warehouse import files\n\n\n"
    'def customers():\n    """All of them."""\n    return files.read("x")\n',
    "projects/ingest/src/ingest/events.py": "def events():\n    return 1\n",
    "projects/ingest/src/ingest/kinds.py": "KINDS = 1\n",
    "projects/ingest/src/ingest/schema.json": "{}\n",
    "projects/ingest/src/ingest/notes.md": "read at run time\n",
    "projects/ingest/tests/test_ingest.py": "def test_it(): pass\n",
    "projects/ingest/tests/data/sample.csv": "a\n1\n",
    # shop
    "projects/shop/pyproject.toml": '[project]\nname = "shop"\n'
    'dependencies = ["Publish[dbt]>=1", "cli"]\n',
    "projects/shop/README.md": "# shop\n",
    "projects/shop/dbt_project.yml": "name: shop\ntest-paths: [data_tests]\nvars: {rate: 1}\n",
    "projects/shop/profiles.yml": "shop: {}\n",
    "projects/shop/src/shop/__init__.py": "",
    "projects/shop/src/shop/definitions.py": "import publish\n\npublish.go()\n",
    "projects/shop/models/_models.yml": MODELS_YML,
    "projects/shop/models/_sources.yml": "sources:\n  - name: raw\n    schema: raw\n"
    "    tables:\n"
    "      - name: customers\n        description: They.\n        identifier: customers\n",
    "projects/shop/models/_docs.md": "{% docs a %}words{% enddocs %}\n",
    "projects/shop/models/stg_customers.sql": "-- staging\nselect id, name, land\n"
    "from {{ source('raw', 'customers') }}\n",
    "projects/shop/models/customers.sql": "select * from {{ ref('stg_customers') }}\n",
    "projects/shop/models/orders.sql": "select id, day, 'a  b' as note\n"
    "from {{ ref('raw_orders') }}\n",
    "projects/shop/models/unlocked.sql": "select {{ cents(1) }} + {{ sign(1) }}\n",
    "projects/shop/models/orders.py": "def model(dbt, session):\n    for day in dbt.ref('days'):\n"
    "        day.close()\n    return session\n",
    "projects/shop/seeds/raw_orders.csv": "id,day\n1,2026-01-01\n",
    "projects/shop/macros/cents.sql": "{% macro cents(a) %}{{ a }}{% endmacro %}\n",
    "projects/shop/macros/hooks.sql": "{% macro begin() %}{{ limit() }}{% endmacro %}\n",
    "projects/shop/macros/limit.sql": "{% macro limit() %}set x = 1{% endmacro %}\n",
    "projects/shop/macros/generate_schema_name.sql": "{% macro generate_schema_name(a, b) %}{{ a }}"
    "{% endmacro %}\n",
    "projects/shop/macros/sign.sql": "{% macro sign(a) %}{{ adapter.dispatch('sign')(a) }}"
    "{% endmacro %}\n",
    "projects/shop/macros/sign_here.sql": "{% macro duckdb__sign(a) %}-{{ a }}{% endmacro %}\n",
    "projects/shop/macros/table_here.sql": "{% macro duckdb__create_table_as(a) %}{{ a }}"
    "{% endmacro %}\n",
    "projects/shop/macros/_macros.yml": "macros: []\n",
    "projects/shop/data_tests/sums.sql": "select 1 where false\n",
    "projects/shop/tests/test_shop.py": "def test_it(): pass\n",
    # marts
    "projects/marts/pyproject.toml": '[project]\nname = "marts"\n'
    '[dependency-groups]\ndev = ["testkit"]\n',
    "projects/marts/requirements.lock": "dagster==1\n",
    "projects/marts/dbt_project.yml": "name: marts\n",
    "projects/marts/packages.yml": "packages:\n  - local: ../../libs/rules\n",
    "projects/marts/src/marts/__init__.py": "",
    "projects/marts/models/_s.yml": "sources:\n  - name: shop\n    tables:\n"
    "      - name: customers\n      - name: orders\n  - name: raw\n    tables:\n"
    "      - name: events\n",
    "projects/marts/models/customer_value.sql": "select id from {{ source('shop', 'customers') }}\n"
    "where land = 'DE'\n",
    "projects/marts/models/daily.sql": "select day, count(id) as orders\n"
    "from {{ source('shop', 'orders') }} group by day\n",
    "projects/marts/models/events_daily.sql": "select cast(at as date) as day\n"
    "from {{ source('raw', 'events') }}\n",
    "projects/marts/tests/sums_are_right.sql": "select 1 where false\n",
    "projects/marts/pytests/test_marts.py": "from testkit.frames import frame\n",
    # ml and lone
    "projects/ml/pyproject.toml": '[project]\nname = "ml"\ndependencies = ["dagster"]\n',
    "projects/ml/src/ml/__init__.py": "",
    "projects/ml/src/ml/backend.py": "from plugins.load import load\n",
    "projects/ml/src/ml/forecast.py": "def forecast():\n    return 1\n",
    "projects/ml/prompts/forecast.md": "Say what comes.\n",
    "projects/ml/src/ml/prompt.py": "PROMPT = (HERE / 'prompts' / 'forecast.md').read_text()\n"
    "WORDS = (ROOT / 'docs' / 'glossary.md').read_text()\n",
    "projects/ml/tests/test_ml.py": "import rules\n",
    "projects/lone/pyproject.toml": '[project]\nname = "lone"\n',
    "projects/lone/src/lone/__init__.py": "from plugins.backends import disk\n"
    "from plugins import view\n",
    "projects/lone/src/lone/defs/defs.yaml": "type: plugins.table.Table\n",
    "projects/lone/src/lone/weather.py": "def weather():\n    return 1\n",
    # libraries
    "libs/warehouse/pyproject.toml": '[project]\nname = "warehouse"\n',
    "libs/warehouse/README.md": "# warehouse\n",
    "libs/warehouse/src/warehouse/__init__.py": "",
    "libs/warehouse/src/warehouse/files.py": "def read(name):\n    return name\n",
    "libs/warehouse/src/warehouse/paths.py": "HERE = 1\n",
    "libs/warehouse/src/warehouse/unused.py": "NEVER = 1\n",
    "libs/warehouse/src/warehouse/template.txt": "text\n",
    "libs/warehouse/tests/test_files.py": "from benchmarks.data.rows import ROWS\n"
    "from warehouse import files\n",
    "libs/publish/pyproject.toml": '[project]\nname = "publish"\ndependencies = ["warehouse"]\n',
    "libs/publish/src/publish/__init__.py": "from publish.steps import go\n",
    "libs/publish/src/publish/steps.py": "from warehouse import paths\n\n\n"
    "def go():\n    return paths.HERE\n",
    "libs/testkit/pyproject.toml": '[project]\nname = "testkit"\n',
    "libs/testkit/src/testkit/__init__.py": "",
    "libs/testkit/src/testkit/frames.py": "frame = 1\n",
    "libs/cli/pyproject.toml": '[project]\nname = "cli"\n[project.scripts]\ncli = "cli:main"\n',
    "libs/cli/src/cli/__init__.py": "def main(): pass\n",
    "libs/rules/pyproject.toml": '[project]\nname = "rules"\n',
    "libs/rules/src/rules/__init__.py": "A = 1\n",
    "libs/rules/dbt_project.yml": "name: rules\n",
    "libs/rules/macros/round.sql": "{% macro round(a) %}{{ a }}{% endmacro %}\n",
    "libs/plugins/pyproject.toml": '[project]\nname = "plugins"\n',
    "libs/plugins/src/plugins/__init__.py": "",
    "libs/plugins/src/plugins/load.py": "from importlib import import_module\n\n\n"
    "def load(name):\n    return import_module(f'plugins.backends.{name}')\n",
    "libs/plugins/src/plugins/backends/__init__.py": "",
    "libs/plugins/src/plugins/backends/disk.py": "OPEN = 1\n",
    "libs/plugins/src/plugins/table.py": "class Table: pass\n",
    "libs/plugins/src/plugins/view.py": "class View: pass\n",
    "libs/orphan/pyproject.toml": '[project]\nname = "orphan"\n',
    "libs/orphan/src/orphan/__init__.py": "A = 1\n",
}

LINKS = {
    "projects/lone/src/lone/kinds.py": "../../../ingest/src/ingest/kinds.py",
    "projects/lone/pages": "../../docs/pages",
}


def write(folder: Any) -> None:
    """Write and commit it."""
    for path, text in FILES.items():
        folder.write(path, text)
    for path, target in LINKS.items():
        (folder.root / path).symlink_to(target)
    for project, facts in INTERFACES.items():
        folder.interface(project, **facts)
    folder.commit("base")


def patched(text: bytes, changes: dict[str, Any]) -> bytes:
    """An interface with changed assets: by key, facts to put in; null takes the asset away.

    Of `columns` and `reads` likewise: by name, and by key.
    """
    whole = json.loads(text)
    assets = {asset["key"]: asset for asset in whole.get("assets", [])}
    for key, facts in changes.items():
        if facts is None:
            del assets[key]
            continue
        asset = assets.setdefault(key, {"key": key})
        for name, value in facts.items():
            if name == "columns":
                _patch(asset.setdefault("columns", {}), value)
            elif name == "reads":
                reads = {read["key"]: read for read in asset.get("reads", [])}
                _patch(reads, value)
                asset["reads"] = [{**read, "key": one} for one, read in reads.items()]
            elif name == "key":
                asset["key"] = value
            else:
                asset[name] = value
    whole["assets"] = sorted(assets.values(), key=lambda one: one["key"])
    return encode(msgspec.convert({**whole, "schema_version": SCHEMA_VERSION}, Interface))


def _patch(table: dict[str, Any], changes: dict[str, Any]) -> None:
    for name, value in changes.items():
        if value is None:
            del table[name]
        else:
            table[name] = {**table.get(name, {}), **value}


def interface_text(facts: dict[str, Any]) -> bytes:
    """The text of an interface file."""
    return encode(
        msgspec.convert({"dialect": "duckdb", **facts, "schema_version": SCHEMA_VERSION}, Interface)
    )


@pytest.fixture(scope="session")
def layouts(tmp_path_factory, new_git_folder):
    """The repositories of layouts.yml by name, each with the patterns of its interfaces."""
    found = {}
    for name, layout in yaml.safe_load((Path(__file__).parent / "layouts.yml").read_text()).items():
        folder = new_git_folder(tmp_path_factory.mktemp("layouts") / name)
        for path, text in layout["files"].items():
            folder.write(path, text)
        for path, facts in layout["interfaces"].items():
            folder.write(path, interface_text(facts))
        folder.commit("base")
        found[name] = (folder, tuple(layout["patterns"]))
    return found


@pytest.fixture
def repository_of(shop, layouts):
    """The repository of a case, and the patterns of its interfaces; edits are undone afterwards."""
    used = []

    def repository(name: str) -> tuple[Any, tuple[str, ...]]:
        if not name:
            return shop, ("projects/*/interface.json",)
        used.append(layouts[name][0])
        return layouts[name]

    yield repository
    for folder in used:
        folder.git("checkout", "-q", "-f", "main")
        folder.git("clean", "-q", "-f", "-d")


@pytest.fixture(scope="session")
def shop_base(tmp_path_factory, new_git_folder):
    """Written once; the code that changes it puts it back."""
    folder = new_git_folder(tmp_path_factory.mktemp("affected") / "repository")
    write(folder)
    return folder


@pytest.fixture
def shop(shop_base):
    """As committed, on branch main; changes of the work tree are undone afterwards."""
    yield shop_base
    shop_base.git("checkout", "-q", "-f", "main")
    shop_base.git("clean", "-q", "-f", "-d")


@pytest.fixture
def patch_interface(shop):
    """Change a project's interface file as `patched` does."""

    def patch(project: str, changes: dict[str, Any]) -> None:
        path = f"projects/{project}/interface.json"
        shop.write(path, patched((shop.root / path).read_bytes(), changes))

    return patch
