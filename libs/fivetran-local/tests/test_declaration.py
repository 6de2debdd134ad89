"""Errors in the YAML file have readable messages."""

from __future__ import annotations

import pytest

from fivetran_local import DeclarationError
from fivetran_local.declaration_file import read_declaration

from .conftest import DECLARATION


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "schema_prefix: shop",
            "schema_prefx: shop",
            ":4: connectors.0.schema_prefx: is not a known field; did you mean 'schema_prefix'?",
        ),
        (
            "schema_prefix: shop",
            "schema_prefix: Shop-1",
            ":4: connectors.0.schema_prefix: String should match",
        ),
        (
            "    schema_prefix: shop\n",
            "",
            ":2: connectors.0: set either 'schema_prefix' (a database) or 'schema'",
        ),
        ("kind: sqlite", "kind: oracle", ":6: connectors.0.source.kind: Input tag 'oracle'"),
        ("      path: ${SHOP}\n", "", "connectors.0.source.path: Field required"),
        (
            "orders: {high_water_mark: updated_at}",
            "orders: [updated_at]",
            ":11: connectors.0.tables.orders: Input should be",
        ),
        ("${SHOP}", "${SHOPS}", "the variable ${SHOPS} is not set (did you mean 'SHOP'?)"),
        ("connectors:", "connectors: [", "is not YAML"),
        (DECLARATION, "", "the file: Input should be"),
        (DECLARATION, "connectors: []", ":1: connectors: Tuple should have at least 1 item"),
    ],
)
def test_error_is_reported_with_line_field_and_fix(tmp_path, old, new, message):
    file = tmp_path / "connectors.yaml"
    file.write_text(DECLARATION.replace(old, new))
    with pytest.raises(DeclarationError) as raised:
        read_declaration(file, {"SHOP": "shop.sqlite"})
    assert message in str(raised.value)
    assert str(raised.value).startswith(str(file))


def test_two_connectors_with_one_id_are_refused(tmp_path):
    file = tmp_path / "connectors.yaml"
    file.write_text(DECLARATION + DECLARATION.partition("connectors:\n")[2])
    with pytest.raises(DeclarationError, match="two connectors have the same id 'postgres'"):
        read_declaration(file, {"SHOP": "shop.sqlite"})


def test_missing_file_is_reported_with_its_name(tmp_path):
    with pytest.raises(DeclarationError, match=r"nowhere\.yaml: cannot be read: No such file"):
        read_declaration(tmp_path / "nowhere.yaml", {})


def test_relative_paths_start_at_the_file(tmp_path):
    file = tmp_path / "connectors.yaml"
    file.write_text(DECLARATION)
    declared = read_declaration(file, {"SHOP": "data/shop.sqlite"}).connectors[0]
    assert declared.source.path == tmp_path / "data" / "shop.sqlite"
