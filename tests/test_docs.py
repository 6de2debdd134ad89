"""Documents: their links lead to files, and the files that they name exist."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = subprocess.run(
    ["git", "ls-files", "*.md"], cwd=ROOT, check=True, capture_output=True, text=True
).stdout.split()


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
