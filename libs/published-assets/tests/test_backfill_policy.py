import dagster as dg

from published_assets.backfill_policy import with_location_policy


@dg.asset
def plain() -> None: ...


@dg.asset(
    partitions_def=dg.DailyPartitionsDefinition("2024-01-01"),
    backfill_policy=dg.BackfillPolicy.single_run(),
)
def daily() -> None: ...


def test_backfill_never_combines_two_code_locations_in_one_run():
    """Dagster groups by partitions and policy: policies must differ between code locations."""
    [one] = with_location_policy([plain], "one")
    [other] = with_location_policy([plain], "other")
    [again] = with_location_policy([plain], "one")
    assert one.backfill_policy != other.backfill_policy
    assert one.backfill_policy == again.backfill_policy


def test_partitioned_assets_keep_their_policy_and_specs_are_unchanged():
    spec = dg.AssetSpec("external")
    kept = with_location_policy([daily, spec], "one")
    assert kept[0].backfill_policy == dg.BackfillPolicy.single_run()
    assert kept[1] is spec


def test_result_can_be_read_more_than_once():
    """Definitions read their assets several times; an iterator would be empty the second time."""
    assets = with_location_policy([plain], "one")
    assert len(dg.Definitions(assets=assets).resolve_asset_graph().get_all_asset_keys()) == 1
    assert len(list(assets)) == 1
