"""Macros of dbt packages: rendered by `lineage` without dbt, compared with `dbt compile`.

    python benchmarks/package_macros.py --packages dbt_packages [--write docs/package-macros.md]

A manifest contains the text of each macro, so `--packages` also reads a `manifest.json`.

Each call of `package_macro_calls.toml` is the SQL of a model. dbt compiles it twice: with a
warehouse path that cannot be opened, and in a DuckDB file where the tables exist. `lineage` renders
it from the manifest of `dbt parse`, with the columns that an interface has. Texts are compared
without blanks and case, and without times of the day.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

from dagster_lineage.extract.dbt import Manifest, decode_manifest
from dagster_lineage.extract.dbt.rendering.renderer import ProjectSettings, Renderer

CALLS = Path(__file__).with_name("package_macro_calls.toml")
VARIABLES = {"dbt_date:time_zone": "Europe/Berlin"}
COLUMNS = {
    "id": "integer",
    "customer": "varchar",
    "amount": "decimal(18,3)",
    "note": "varchar",
    "ordered_at": "timestamp",
}
TABLES = ("orders", "refunds")
PROJECT = {
    "name": "calls",
    "profile": "calls",
    "vars": VARIABLES,
    "models": {"calls": {"tables": {"+materialized": "table"}}},
}
SOURCES = {
    "sources": [{"name": "shop", "schema": "main", "tables": [{"name": name} for name in TABLES]}]
}
DBT = """
from dbt.cli.main import cli
from dbt.task.compile import CompileTask
CompileTask.raise_on_first_error = lambda self: False
cli()
"""
"""dbt, but `dbt compile` goes on after a model that it cannot compile."""
TIME = re.compile(r"\d\d:\d\d:\d\d(\.\d+)?")
DISPATCHED = re.compile(r"^_?[a-z]+__")


@dataclass(frozen=True)
class Row:
    """The result for one macro."""

    package: str
    macro: str
    connection: str
    """What dbt needs to compile the call."""
    rendered: str
    """The result of `lineage`, or why there is none."""
    reason: str = ""
    """Why the SQL differs, if that is known."""

    @property
    def failed(self) -> bool:
        """Whether `lineage` lacks what dbt compiles without a connection, for no known reason."""
        return (
            self.connection == "no" and not self.rendered.endswith("same SQL") and not self.reason
        )

    @property
    def result(self) -> str:
        """The result and its reason."""
        return f"{self.rendered}: {self.reason}" if self.reason else self.rendered


def main() -> int:
    """Compare and print; return 1 if `lineage` lacks what dbt compiles without a connection."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "--packages",
        type=Path,
        required=True,
        action="append",
        help="a dbt_packages folder, or a manifest.json; can be repeated",
    )
    parser.add_argument("--write", type=Path, help="page whose table is replaced")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for given in arguments.packages:
            _collect(given, Path(folder) / "dbt_packages")
        rows = list(compared(Path(folder)))
        table = "\n".join([_versions(Path(folder) / "dbt_packages"), *_table(rows)])
    print(table)
    if arguments.write:
        _replace_table(arguments.write, table)
    return int(any(row.failed for row in rows))


def _collect(given: Path, packages: Path) -> None:
    """Add packages of a folder, or of a manifest, to a folder. The first of two is used."""
    calls = tomllib.loads(CALLS.read_text("utf-8"))
    if given.is_dir():
        for package in given.iterdir():
            if package.name in calls and not (packages / package.name).exists():
                shutil.copytree(package, packages / package.name)
        return
    macros = json.loads(given.read_text("utf-8"))["macros"].values()
    for package in {macro["package_name"] for macro in macros if macro["package_name"] in calls}:
        (packages / package / "macros").mkdir(parents=True)
        texts = [macro["macro_sql"] for macro in macros if macro["package_name"] == package]
        (packages / package / "macros/all.sql").write_text("\n".join(texts), "utf-8")
        (packages / package / "dbt_project.yml").write_text(f"name: {package}\n", "utf-8")


def compared(folder: Path) -> Iterator[Row]:
    """Yield the result for each macro of the packages in the `dbt_packages` of a folder."""
    packages = folder / "dbt_packages"
    calls = tomllib.loads(CALLS.read_text("utf-8"))
    reasons: dict[str, str] = calls.pop("reasons")
    installed = {package: calls[package] for package in calls if (packages / package).is_dir()}
    _write_project(folder, installed)
    _dbt(folder, "parse")
    content: dict[str, Any] = json.loads((folder / "target/manifest.json").read_text("utf-8"))
    manifest = decode_manifest((folder / "target/manifest.json").read_bytes())
    _dbt(folder, "run", "--select", "tables")
    online = _compiled(folder, "dev")
    offline = _compiled(folder, "offline", "--no-introspect", "--no-populate-cache")
    rendered = _rendered(manifest)
    for package, its_calls in installed.items():
        results = {
            macro: Row(
                package,
                macro,
                _connection(offline[unique_id], online[unique_id]),
                _difference(*rendered[unique_id], online[unique_id].get("compiled_code")),
                reasons.get(f"{package}.{macro}", ""),
            )
            for macro in its_calls
            if (unique_id := f"model.calls.{package}__{macro}") in rendered
        }
        yield from results.values()
        yield from _others(content, package, results)


def _write_project(folder: Path, calls: Mapping[str, Mapping[str, str]]) -> None:
    outputs = {
        name: {"type": "duckdb", "path": path, "schema": "main"}
        for name, path in {"dev": "shop.duckdb", "offline": "absent/shop.duckdb"}.items()
    }
    columns = ", ".join(f"null::{type_} as {name}" for name, type_ in COLUMNS.items())
    files = {
        "dbt_project.yml": json.dumps(PROJECT),
        "profiles.yml": json.dumps({"calls": {"target": "dev", "outputs": outputs}}),
        "models/sources.yml": json.dumps(SOURCES),
        **{f"models/tables/{table}.sql": f"select {columns}" for table in TABLES},
        **{
            f"models/calls/{package}__{macro}.sql": sql
            for package, its_calls in calls.items()
            for macro, sql in its_calls.items()
        },
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")


def _dbt(folder: Path, *arguments: str, check: bool = True) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DBT_")}
    ran = subprocess.run(
        [sys.executable, "-c", DBT, "--quiet", *arguments, "--profiles-dir", "."],
        cwd=folder,
        env=environment | {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false"},
        capture_output=True,
        text=True,
        check=False,
    )
    if check and ran.returncode:
        sys.exit(f"dbt {' '.join(arguments)}:\n{ran.stdout}{ran.stderr}")


def _compiled(folder: Path, target: str, *options: str) -> dict[str, dict[str, Any]]:
    """Return dbt's results by unique id; calls that dbt cannot compile are among them."""
    _dbt(folder, "compile", "--target", target, *options, check=False)
    results = json.loads((folder / "target/run_results.json").read_text("utf-8"))["results"]
    return {one["unique_id"]: one for one in results}


def _rendered(manifest: Manifest) -> dict[str, tuple[str, str]]:
    """Return SQL and problem by unique id of the calls."""
    renderer = Renderer(manifest, ProjectSettings(variables=VARIABLES))
    columns = {f"shop.main.{table}": COLUMNS for table in TABLES}
    results = {
        unique_id: renderer.render(unique_id, columns=columns)
        for unique_id, node in manifest.nodes.items()
        if node.package_name == "calls"
    }
    return {unique_id: (one.sql, one.problem) for unique_id, one in results.items()}


def _connection(offline: Mapping[str, Any], online: Mapping[str, Any]) -> str:
    if offline["status"] == "success" and _plain(offline) == _plain(online):
        return "no"
    if online["status"] == "success":
        return "yes"
    message = str(online["message"]).splitlines()
    lines = [line.strip() for line in message[1:] if line.strip()] or message
    return f"dbt fails: {_first_sentence(lines[0])}"


def _plain(result: Mapping[str, Any]) -> str:
    # The databases of both targets have one name, so equal calls have equal texts.
    return _normalized(result.get("compiled_code") or "")


def _normalized(sql: str) -> str:
    return " ".join(TIME.sub("", sql).split()).casefold()


def _difference(sql: str, problem: str, expected: str | None) -> str:
    if problem:
        return _first_sentence(problem)
    if expected is None:
        return "rendered; dbt cannot compile it"
    return "same SQL" if _normalized(sql) == _normalized(expected) else "different SQL"


def _first_sentence(text: str) -> str:
    return text.partition(". ")[0]


def _others(content: Mapping[str, Any], package: str, results: Mapping[str, Row]) -> Iterator[Row]:
    """Yield the macros that the file of calls lacks: those that a call uses, and all others."""
    used: dict[str, str] = {}
    for macro in results:
        for unique_id in _macros_of(content, f"model.calls.{package}__{macro}"):
            used.setdefault(unique_id, macro)
    for unique_id, macro in content["macros"].items():
        name = macro["name"]
        if macro["package_name"] != package or name in results or DISPATCHED.match(name):
            continue
        caller = used.get(unique_id)
        row = results.get(caller or "")
        yield Row(
            package,
            name,
            row.connection if row else "",
            f"as part of `{caller}`: {row.rendered}" if row else "not called here",
            row.reason if row else "",
        )


def _macros_of(content: Mapping[str, Any], unique_id: str) -> Iterable[str]:
    seen: dict[str, None] = {}
    waiting = list(content["nodes"][unique_id]["depends_on"]["macros"])
    while waiting:
        one = waiting.pop()
        if one not in seen and one in content["macros"]:
            seen[one] = None
            waiting.extend(content["macros"][one]["depends_on"]["macros"])
    return seen


def _versions(packages: Path) -> str:
    found = {name: version(name) for name in ("dbt-core", "dbt-duckdb")}
    for project in sorted(packages.glob("*/dbt_project.yml")):
        content = yaml.safe_load(project.read_text("utf-8"))
        found[content["name"]] = content.get("version", "of a manifest")
    return f"Versions: {', '.join(f'{name} {text}' for name, text in found.items())}.\n"


def _table(rows: list[Row]) -> Iterator[str]:
    alone = [row for row in rows if row.connection == "no"]
    same = sum(row.rendered.endswith("same SQL") for row in rows)
    same_alone = sum(row.rendered.endswith("same SQL") for row in alone)
    yield f"{len(rows)} macros, {same} with the SQL of `dbt compile`."
    yield f"dbt compiles {len(alone)} of them without a connection, {same_alone} with the same SQL."
    yield ""
    yield "| package | macro | dbt needs a connection | `lineage` |"
    yield "|---|---|---|---|"
    for row in sorted(rows, key=lambda row: (row.package, row.macro)):
        yield f"| {row.package} | `{row.macro}` | {row.connection} | {row.result} |"


def _replace_table(page: Path, table: str) -> None:
    start, end = "<!-- table -->\n", "<!-- end of the table -->"
    before, _, rest = page.read_text("utf-8").partition(start)
    _, _, after = rest.partition(end)
    page.write_text(f"{before}{start}\n{table}\n\n{end}{after}", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
