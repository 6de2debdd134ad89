"""Partitions fit if Dagster can map them: every pair of definitions, compared with Dagster."""

from __future__ import annotations

import datetime as dt
from itertools import product

import dagster as dg
import msgspec
import pytest
from dagster._core.definitions.partitions.context import partition_loading_context
from dagster._core.definitions.partitions.utils import infer_partition_mapping
from dagster._core.errors import DagsterInvalidDefinitionError

from dagster_lineage.analyze.reliance.partitions import misfit
from dagster_lineage.extract.probe.script import partitions as probed
from dagster_lineage.model import Partitions

# A Sunday, and the first of a month: no window of any length is half over.
NOW = dt.datetime(2026, 2, 1, tzinfo=dt.UTC)

DEFINITIONS: dict[str, dg.PartitionsDefinition] = {
    "hourly": dg.HourlyPartitionsDefinition("2025-11-02-00:00"),
    "daily": dg.DailyPartitionsDefinition("2025-11-02"),
    "daily later": dg.DailyPartitionsDefinition("2025-11-04"),
    "daily ended": dg.DailyPartitionsDefinition("2025-11-02", end_date="2026-01-04"),
    "daily of Berlin": dg.DailyPartitionsDefinition("2025-11-02", timezone="Europe/Berlin"),
    # Its first week begins on the 9th: not before the days that begin on the 4th.
    "weekly": dg.WeeklyPartitionsDefinition("2025-11-03"),
    "monthly": dg.MonthlyPartitionsDefinition("2025-12-01"),
    "regions": dg.StaticPartitionsDefinition(["eu", "us"]),
    "more regions": dg.StaticPartitionsDefinition(["us", "eu", "asia"]),
    "regions by day": dg.MultiPartitionsDefinition(
        {
            "region": dg.StaticPartitionsDefinition(["eu", "us"]),
            "time": dg.DailyPartitionsDefinition("2025-11-02"),
        }
    ),
    "more regions by day": dg.MultiPartitionsDefinition(
        {
            "region": dg.StaticPartitionsDefinition(["us", "eu", "asia"]),
            "time": dg.DailyPartitionsDefinition("2025-11-02"),
        }
    ),
    "regions by later day": dg.MultiPartitionsDefinition(
        {
            "region": dg.StaticPartitionsDefinition(["eu", "us"]),
            "time": dg.DailyPartitionsDefinition("2025-11-04"),
        }
    ),
    "regions twice": dg.MultiPartitionsDefinition(
        {
            "first": dg.StaticPartitionsDefinition(["eu", "us"]),
            "second": dg.StaticPartitionsDefinition(["eu", "us"]),
        }
    ),
}


@pytest.mark.parametrize(("upstream", "downstream"), list(product(DEFINITIONS, repeat=2)))
def test_pair_fits_where_dagster_maps_every_partition(upstream: str, downstream: str) -> None:
    expected = _dagster_maps(DEFINITIONS[upstream], DEFINITIONS[downstream])
    found = misfit(_facts(upstream), _facts(downstream), NOW.date())
    assert (found == "") is expected, found


def test_matrix_has_both_answers_for_every_kind() -> None:
    answers = {
        (type(up).__name__, _dagster_maps(up, down))
        for up, down in product(DEFINITIONS.values(), repeat=2)
    }
    assert len(answers) == 2 * len({type(one).__name__ for one in DEFINITIONS.values()})


def _dagster_maps(upstream: dg.PartitionsDefinition, downstream: dg.PartitionsDefinition) -> bool:
    with partition_loading_context(NOW):
        mapping = infer_partition_mapping(None, downstream, upstream)
        keys = downstream.get_partition_keys()
        try:
            mapping.validate_partition_mapping(upstream, downstream)
            mapped = [
                mapping.get_upstream_mapped_partitions_result_for_partitions(
                    downstream.subset_with_partition_keys([key]), downstream, upstream
                )
                for key in (keys[0], keys[len(keys) // 2], keys[-1])
            ]
        except DagsterInvalidDefinitionError:
            return False
        # With several dimensions Dagster maps a day without a month to nothing, without an error.
        return all(
            one.required_but_nonexistent_subset.is_empty and not one.partitions_subset.is_empty
            for one in mapped
        )


def _facts(name: str) -> Partitions:
    return msgspec.convert(probed.facts(DEFINITIONS[name]), Partitions)
