"""Examples in the README are valid."""

from __future__ import annotations

import re
from pathlib import Path

from fivetran_local.declaration_file import read_declaration
from fivetran_local.faults.script import read_faults

BLOCKS = re.findall(
    r"```yaml\n(.*?)```", (Path(__file__).parent.parent / "README.md").read_text(), re.DOTALL
)


def test_examples_are_valid(tmp_path):
    declaration, faults = BLOCKS
    file = tmp_path / "example.yaml"
    source = '    source: {kind: sqlite, path: "${SHOP}", schema: public}\n'
    others = re.findall(r"    # (source: .*\})", declaration)
    assert len(others) == 2
    for line in (source, *(f"    {other}\n" for other in others)):
        file.write_text(declaration.replace(source, line))
        assert read_declaration(file, {"SHOP": "shop.sqlite", "SHOP_DSN": "postgresql://x"})
    file.write_text(faults)
    assert len(read_faults(file)) == 9
