import dagster as dg

from published_assets.api import in_runs_of_their_own


@dg.asset
def plain() -> None: ...


@dg.asset(
    partitions_def=dg.DailyPartitionsDefinition("2024-01-01"),
    backfill_policy=dg.BackfillPolicy.single_run(),
)
def daily() -> None: ...


def test_backfill_never_puts_two_locations_into_one_run():
    """Dagster groups by partitions and policy: these must differ from location to location."""
    [one] = in_runs_of_their_own([plain], "one")
    [other] = in_runs_of_their_own([plain], "other")
    [again] = in_runs_of_their_own([plain], "one")
    assert one.backfill_policy != other.backfill_policy
    assert one.backfill_policy == again.backfill_policy


def test_partitioned_assets_keep_their_own_policy_and_specs_pass_through():
    spec = dg.AssetSpec("outside")
    kept = in_runs_of_their_own([daily, spec], "one")
    assert kept[0].backfill_policy == dg.BackfillPolicy.single_run()
    assert kept[1] is spec


def test_result_can_be_read_more_than_once():
    """Definitions read their assets several times: an iterator would be empty by then."""
    assets = in_runs_of_their_own([plain], "one")
    assert len(dg.Definitions(assets=assets).resolve_asset_graph().get_all_asset_keys()) == 1
    assert len(list(assets)) == 1
