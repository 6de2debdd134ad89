"""Production installs neither the demo shop nor the local Fivetran."""

from __future__ import annotations

import subprocess
import sys

WITHOUT_EXTRA = """
import os, sys
for name in ("demo_shop", "fivetran_local"):
    sys.modules[name] = None  # as if it were not installed
from environment import Environment
from ingestion.customers.errors import CustomersError
from ingestion.customers.export import customers_url
from ingestion.definitions import defs
from ingestion.fivetran.errors import FivetranError
from ingestion.fivetran.mode import fivetran_mode
print(len(list(defs.resolve_asset_graph().get_all_asset_keys())))
environment = Environment.from_environ()
account = {"FIVETRAN_API_KEY": "key", "FIVETRAN_API_SECRET": "secret"}
with fivetran_mode(account, environment) as mode:
    print(mode.is_local)
with customers_url({"CUSTOMERS_URL": "https://example.com/customers.csv"}, environment) as url:
    print(url)
for local in (fivetran_mode, customers_url):
    try:
        with local({}, environment):
            print("served")
    except (FivetranError, CustomersError) as error:
        print(error)
"""


def test_account_needs_no_local_packages_and_local_mode_names_the_extra(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_EXTRA],
        env={"HOME": str(tmp_path), "JAFFLE_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assets, is_local, url, *errors = done.stdout.splitlines()
    assert (assets, is_local, url) == ("4", "False", "https://example.com/customers.csv")
    assert len(errors) == 2
    for error in errors:
        assert "is not installed. Install the extra `local` (`jaffle-ingestion[local]`)" in error
