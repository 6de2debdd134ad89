"""Harmless edits of the workspace: nothing that another location relies on changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from benchmarks.layouts.harmless_contracts import (
    column_added,
    column_renamed,
    contract_described,
    contracts_reordered,
    type_widened,
)
from benchmarks.layouts.harmless_files import (
    feature_rewritten,
    project_extended,
    python_extended,
)
from benchmarks.layouts.harmless_models import (
    marts_configured,
    marts_rewritten,
    model_added,
    model_disabled,
    model_moved,
    staging_model_rewritten,
    statements_rewritten,
)
from benchmarks.layouts.harmless_sources import (
    column_of_source_unused,
    source_in_another_file,
    source_key_written,
    source_rewritten,
)
from benchmarks.layouts.teams import Plan
from benchmarks.synthetic.plants import Plant

HARMLESS: tuple[Callable[[Plan], Iterator[Plant]], ...] = (
    contracts_reordered,
    feature_rewritten,
    source_key_written,
    column_renamed,
    column_added,
    type_widened,
    contract_described,
    marts_rewritten,
    marts_configured,
    statements_rewritten,
    source_rewritten,
    column_of_source_unused,
    model_moved,
    staging_model_rewritten,
    python_extended,
    source_in_another_file,
    model_added,
    model_disabled,
    project_extended,
)
