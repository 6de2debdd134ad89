"""Python code of the workspace: code locations of dbt projects, ingestion and consumers."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.layouts.teams import DATABASE, DbtProject, Plan, Table

FEATURES = 24
EXPORTS = 12
DBT_HEAD = '''\
"""dbt models of {names}."""

from pathlib import Path

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, dbt_assets

ROOT = Path(__file__).resolve().parents[{up}]
KEYS = DagsterDbtTranslator(DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True))
'''


@dataclass(frozen=True)
class Feature:
    """An asset of the consumer in Python."""

    number: int
    name: str
    reads: tuple[Table, ...]
    daily: bool

    @property
    def domain(self) -> str:
        """Its owner without `team:`."""
        return "ml"

    @property
    def signal(self) -> str:
        """The key of the signal that it reads if it is daily."""
        return f"signals/signal_{self.number - 1:02}_daily" if self.daily else ""

    @property
    def heading(self) -> str:
        """The comment above it."""
        return f"# {self.name}\n"


def dbt_location(projects: list[DbtProject], up: int) -> str:
    """Return a location over some dbt projects that lie next to it."""
    names = ", ".join(one.name for one in projects)
    parts = [DBT_HEAD.format(names=names, up=up)]
    for one in projects:
        exclude = " ".join(f"package:{name}" for name in one.injects)
        excluded = f'    exclude="{exclude}",\n' if exclude else ""
        parts.append(
            f'{one.name.upper()} = ROOT / "{one.folder}"\n\n\n'
            f'@dbt_assets(\n    manifest={one.name.upper()} / "target" / "manifest.json",\n'
            f'    dagster_dbt_translator=KEYS,\n    name="{one.name}_models",\n{excluded})\n'
            f"def {one.name}_models(context: dg.AssetExecutionContext):\n    yield from ()\n\n\n"
        )
    assets = ", ".join(f"{one.name}_models" for one in projects)
    parts.append(f"defs = dg.Definitions(assets=[{assets}])\n")
    return "".join(parts)


def hub_location(project: DbtProject, which: str) -> str:
    """Return one of two locations over one manifest."""
    excluded = " ".join(("tag:hourly", *(f"package:{name}" for name in project.injects)))
    selection = 'select="tag:hourly"' if which == "hourly" else f'exclude="{excluded}"'
    return (
        f'"""The {which} models of the hub."""\n\nfrom pathlib import Path\n\n'
        "import dagster as dg\n"
        "from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, dbt_assets\n\n"
        f'HUB = Path(__file__).resolve().parents[1] / "{project.folder}"\n'
        "SETTINGS = DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True)\n\n\n"
        f'@dbt_assets(\n    manifest=HUB / "target" / "manifest.json",\n    {selection},\n'
        "    dagster_dbt_translator=DagsterDbtTranslator(SETTINGS),\n"
        f'    name="hub_{which}",\n)\ndef hub_{which}(context: dg.AssetExecutionContext):\n'
        "    yield from ()\n\n\n"
        f"defs = dg.Definitions(assets=[hub_{which}])\n"
    )


REGIONAL = '''\
"""Models of the regions, for two targets."""

from pathlib import Path

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, dbt_assets

FOLDER = Path(__file__).resolve().parent / "dbt"


class OfTarget(DagsterDbtTranslator):
    """Keys of a target that is not production start with its name."""

    def __init__(self, target: str) -> None:
        super().__init__(DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True))
        self.target = target

    def get_asset_key(self, dbt_resource_props):
        """Return the key of a model or source."""
        key = super().get_asset_key(dbt_resource_props)
        if self.target == "prod" or dbt_resource_props["resource_type"] == "source":
            return key
        return key.with_prefix(self.target)


def definitions_of(target: str) -> dg.Definitions:
    """Return the definitions of a target."""
    folder = "target" if target == "prod" else f"target_{target}"

    @dbt_assets(
        manifest=FOLDER / folder / "manifest.json",
        dagster_dbt_translator=OfTarget(target),
        name=f"regional_{target}",
    )
    def models(context: dg.AssetExecutionContext):
        yield from ()

    return dg.Definitions(assets=[models])


prod = definitions_of("prod")
staging = definitions_of("staging")
'''


def ingestion(plan: Plan) -> str:
    """Return the location that loads raw tables: keys are composed in a loop."""
    systems = "".join(
        f'    "{one.name}": [\n'
        + "".join(f'        "{table.name}",\n' for table in one.raw)
        + "    ],\n"
        for one in plan.ingested
    )
    return (
        '"""Raw tables of the systems."""\n\nimport dagster as dg\n\n'
        f"SYSTEMS = {{\n{systems}}}\n\n\n"
        '''\
def columns_of(table: str) -> dg.TableSchema:
    """Return the columns of a raw table."""
    one = table.removesuffix("s")
    return dg.TableSchema(
        columns=[
            dg.TableColumn(f"{one}_id", "bigint"),
            dg.TableColumn(f"{one}_name", "varchar"),
            dg.TableColumn("Net Price", "decimal(18, 2)"),
            dg.TableColumn(f"{one}_day", "date"),
            dg.TableColumn("seen_at", "timestamp"),
            dg.TableColumn("is_active", "boolean"),
            dg.TableColumn("parent_id", "bigint"),
        ]
    )


def raw_table(system: str, table: str) -> dg.AssetsDefinition:
    """Return the asset of a raw table."""

    @dg.asset(
        key=[f"{system}_raw", f"{table}"],
        owners=[f"team:{system}"],
        metadata={
'''
        f'            "dagster/table_name": f"{DATABASE}.{{system}}_raw.{{table}}",\n'
        '''\
            "dagster/column_schema": columns_of(table),
        },
    )
    def load() -> None:
        """Load it."""

    return load


defs = dg.Definitions(
    assets=[raw_table(system, table) for system, tables in SYSTEMS.items() for table in tables]
)
'''
    )


def features(plan: Plan) -> list[Feature]:
    """Return the consumer's assets."""
    marts = [mart for one in plan.projects[:-2] for mart in one.marts]
    return [
        Feature(
            number,
            f"feature_{number:02}",
            (marts[number * 3 % len(marts)], marts[(number * 3 + 1) % len(marts)]),
            number % 4 == 3,
        )
        for number in range(FEATURES)
    ]


def feature_text(feature: Feature) -> str:
    """Return the asset of a feature."""
    deps = "".join(f"        {python_key(table)},\n" for table in feature.reads)
    if feature.number % 6 == 0:
        deps += f'        ["salesforce", "{feature.name}_contacts"],\n'
    if feature.number % 6 == 1:
        deps += f'        ["archive", "events_2015_{1 + feature.number % 12:02}"],\n'
    if feature.daily:
        deps += f'        ["signals", "signal_{feature.number - 1:02}_daily"],\n'
    partitions = "    partitions_def=DAILY,\n" if feature.daily else ""
    return (
        f'{feature.heading}@dg.asset(\n    key=["ml", "{feature.name}"],\n'
        f"    deps=[\n{deps}    ],\n"
        f'    owners=["team:{feature.domain}"],\n{partitions})\n'
        f'def {feature.name}() -> None:\n    """A feature."""\n'
    )


def python_key(table: Table) -> str:
    """Return a key as Python writes it."""
    return "[" + ", ".join(f'"{part}"' for part in table.key) + "]"


def features_location(plan: Plan) -> str:
    """Return the consumer's module."""
    found = features(plan)
    head = (
        '"""Features of models."""\n\nimport dagster as dg\n\n'
        'DAILY = dg.DailyPartitionsDefinition(start_date="2024-01-01")\n\n\n'
    )
    names = ", ".join(one.name for one in found)
    return (
        head
        + "\n\n".join(feature_text(one) for one in found)
        + f"\n\ndefs = dg.Definitions(\n    assets=[\n        {names},\n    ]\n)\n".replace(
            ", feature", ",\n        feature"
        )
    )


def exported(plan: Plan) -> list[Table]:
    """Return the marts that the exports read."""
    marts = [mart for one in plan.projects[:-2] for mart in one.marts if one.prefixed]
    return [marts[(number * 5 + 2) % len(marts)] for number in range(EXPORTS)]


def export_line(table: Table, number: int) -> str:
    """Return the line of an export."""
    return f'    "export_{number:02}": "{table.key[0]}.{table.key[1]}",\n'


def exports_location(plan: Plan) -> str:
    """Return the location whose dependencies are composed: without owners."""
    lines = "".join(export_line(one, number) for number, one in enumerate(exported(plan)))
    return (
        '"""Exports to partners, and as composed keys."""\n\nimport dagster as dg\n\n'
        f"EXPORTS = {{\n{lines}}}\n\n\n"
        'def file_name(day: str, shard: str) -> str:\n    """Return a name that is not a key."""\n'
        '    return f"{day}_{shard}"\n\n\n'
        '''\
def export(name: str, table: str) -> dg.AssetsDefinition:
    """Return an export of a table."""
    schema, _, bare = table.partition(".")

    @dg.asset(key=["exports", f"{name}"], deps=[dg.AssetKey([f"{schema}", f"{bare}"])])
    def send() -> None:
        """Send it."""

    return send


defs = dg.Definitions(assets=[export(name, table) for name, table in EXPORTS.items()])
'''
    )


def archive() -> str:
    """Return the location of frozen events and generated signals: numbered, without owners."""
    numbers = ", ".join(str(number - 1) for number in range(FEATURES) if number % 4 == 3)
    return ARCHIVE.replace("NUMBERS", numbers)


ARCHIVE = '''\
"""Frozen events by month, which nothing loads any more, and daily signals."""

import dagster as dg

DAILY = dg.DailyPartitionsDefinition(start_date="2024-01-01")


def file_name(day: str, shard: str) -> str:
    """Return a name that is not a key."""
    return f"{day}_{shard}"


def signal(number: int) -> dg.AssetsDefinition:
    """Return a signal."""

    @dg.asset(key=["signals", f"signal_{number:02}_daily"], partitions_def=DAILY)
    def load() -> None:
        """Load it."""

    return load


EVENTS = [
    dg.AssetSpec(["archive", f"events_{year}_{month:02}"])
    for year in range(2012, 2018)
    for month in range(1, 13)
]
defs = dg.Definitions(assets=[*EVENTS, *(signal(number) for number in (NUMBERS))])
'''
