"""Documents: their links, the files that they name, and their code blocks are valid."""

from __future__ import annotations

import argparse
import re
import shlex
import subprocess
from importlib import import_module
from pathlib import Path

import pytest
import yaml

from dagster_lineage.api import read_settings

ROOT = Path(__file__).parents[1]
DOCUMENTS = subprocess.run(
    ["git", "ls-files", "*.md"], cwd=ROOT, check=True, capture_output=True, text=True
).stdout.split()

BLOCKS = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_to_files(document):
    file = ROOT / document
    links = re.findall(r"\]\(([^)\s]+)\)", file.read_text())
    local = [link.partition("#")[0] for link in links if "://" not in link]
    assert [link for link in local if link and not (file.parent / link).exists()] == []


@pytest.mark.parametrize("document", ["README.md", "docs/architecture.md"])
def test_named_files_of_the_repository_exist(document):
    folders = "libs|projects|tools|tests|docs|benchmarks"
    named = re.findall(rf"`((?:{folders})/[\w/-]+[\w./-]*)`", (ROOT / document).read_text())
    assert [path for path in named if ".venv" not in path and not (ROOT / path).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_code_blocks_are_valid(document, tmp_path):
    for language, text in BLOCKS.findall((ROOT / document).read_text()):
        if language == "toml":
            (tmp_path / "pyproject.toml").write_text(text)
            read_settings(tmp_path)
        elif language == "yaml":
            yaml.safe_load(text)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_lineage_commands_have_valid_arguments(document):
    for language, text in BLOCKS.findall((ROOT / document).read_text()):
        for line in text.splitlines() if not language else ():
            if line.startswith("lineage ") and "COMMAND" not in line:
                _, name, *arguments = shlex.split(line, comments=True)
                parser = argparse.ArgumentParser(exit_on_error=False)
                import_module(f"dagster_lineage.cli.{name}").add_arguments(parser)
                parser.parse_args(arguments)
