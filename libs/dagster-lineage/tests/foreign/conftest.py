"""Manifests of other dbt projects, written by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dagster_lineage.cli.main import main
from dagster_lineage.files.interface_files import read_interface
from dagster_lineage.model import Asset, Interface


class ManifestMaker:
    """A manifest with the fields that are read."""

    def __init__(self, project: str, schema: str = "", adapter: str = "duckdb") -> None:
        self.project = project
        self.schema = schema or project
        self.adapter = adapter
        self.nodes: dict[str, Any] = {}
        self.sources: dict[str, Any] = {}
        self.exposures: dict[str, Any] = {}
        self.disabled: dict[str, Any] = {}
        self.macros: dict[str, Any] = {}

    def model(self, name: str, sql: str, *reads: str, **more: Any) -> str:
        """Add a model and return its unique id."""
        package = more.pop("package", self.project)
        config = {"materialized": "table", "enabled": True, **more.pop("config", {})}
        kind = more.pop("resource_type", "model")
        version = more.get("version")
        unique_id = f"{kind}.{package}.{name}" + (f".v{version}" if version else "")
        alias = f"{name}_v{version}" if version else name
        schema = more.pop("schema", self.schema)
        relation = None if config["materialized"] == "ephemeral" else f'"wh"."{schema}"."{alias}"'
        self.nodes[unique_id] = {
            "unique_id": unique_id,
            "resource_type": kind,
            "package_name": package,
            "name": name,
            "alias": alias,
            "database": "wh",
            "schema": schema,
            "relation_name": relation,
            "path": f"{name}.sql",
            "original_file_path": f"models/{name}.sql",
            "fqn": [package, name],
            "tags": [],
            "meta": {},
            "config": {"meta": {}, "tags": [], **config},
            "columns": {},
            "checksum": {"name": "sha256", "checksum": name},
            "raw_code": sql,
            "language": "sql",
            "refs": [],
            "sources": [],
            "depends_on": {"macros": [], "nodes": list(reads)},
            "description": "",
            **more,
        }
        return unique_id

    def source(self, source: str, table: str, relation: str = "", **more: Any) -> str:
        """Add a table of a source and return its unique id."""
        package = more.pop("package", self.project)
        unique_id = f"source.{package}.{source}.{table}"
        database, schema, identifier = (relation or f"lake.{source}.{table}").split(".")
        meta = {"dagster": {"asset_key": more.pop("key")}} if "key" in more else {}
        self.sources[unique_id] = {
            "unique_id": unique_id,
            "resource_type": "source",
            "package_name": package,
            "source_name": source,
            "source_description": "",
            "loader": "",
            "name": table,
            "identifier": identifier,
            "database": database,
            "schema": schema,
            "relation_name": f'"{database}"."{schema}"."{identifier}"',
            "path": "models/sources.yml",
            "original_file_path": "models/sources.yml",
            "fqn": [package, source, table],
            "tags": [],
            "meta": meta,
            "source_meta": {},
            "config": {"enabled": True, "meta": meta},
            "columns": {},
            "description": "",
            **more,
        }
        return unique_id

    def content(self) -> dict[str, Any]:
        """Return the manifest as JSON values."""
        return {
            "metadata": {
                "adapter_type": self.adapter,
                "project_name": self.project,
                "dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json",
            },
            "nodes": self.nodes,
            "sources": self.sources,
            "exposures": self.exposures,
            "metrics": {},
            "macros": self.macros,
            "docs": {},
            "disabled": self.disabled,
            "selectors": {},
            "groups": {},
            "saved_queries": {},
            "semantic_models": {},
            "unit_tests": {},
            "functions": {},
            "parent_map": {},
            "child_map": {},
        }

    def write(self, file: Path) -> Path:
        """Write the manifest, and the files of its models next to its folder."""
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(self.content()))
        return file


@pytest.fixture(scope="session")
def manifest_maker() -> type[ManifestMaker]:
    return ManifestMaker


class Repository:
    """A folder in which manifests are locked and checked."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root = root
        self._capsys = capsys

    def lineage(self, *arguments: str) -> tuple[int, str, str]:
        """Run the command line and return exit code, standard output and standard error."""
        self._capsys.readouterr()
        code = main([*arguments])
        printed = self._capsys.readouterr()
        return code, printed.out, printed.err

    def lock(self, *manifests: Path | str, code: int = 0) -> str:
        """Lock manifests into `interfaces/` and return the output."""
        given = [one for file in manifests for one in ("--manifest", str(file))]
        found, out, err = self.lineage("lock", *given, "--out", "interfaces")
        assert found == code, err
        return out + err

    def check(self, *more: str) -> list[dict[str, Any]]:
        """Return the findings on `interfaces/`."""
        code, out, err = self.lineage(
            "check", "--interfaces", "interfaces/*.json", "--format", "json", *more
        )
        assert code in (0, 1), err
        return list(json.loads(out)["findings"])

    def interface(self, name: str) -> Interface:
        return read_interface(self.root / "interfaces" / f"{name}.json")

    def assets(self, name: str) -> dict[str, Asset]:
        return {asset.key: asset for asset in self.interface(name).assets}


@pytest.fixture
def repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Repository:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text("[tool.lineage]\n")
    return Repository(tmp_path, capsys)


@pytest.fixture
def codes() -> Callable[[list[dict[str, Any]]], list[tuple[str, str]]]:
    """Return code and key of findings, sorted."""
    return lambda findings: sorted((one["code"], one["key"]) for one in findings)
