"""Columns of `ml.predicted_orders` and their lineage."""

import dagster as dg

from ml.forecasting.history import COUNT_COLUMN, DAY_COLUMN

KEY = dg.AssetKey(["ml", "predicted_orders"])
NOT_NULL = dg.TableColumnConstraints(nullable=False, unique=False)
UNIQUE_NOT_NULL = dg.TableColumnConstraints(nullable=False, unique=True)
SCHEMA = dg.TableSchema(
    [
        dg.TableColumn("forecast_date", "DATE", "Day of the forecast.", UNIQUE_NOT_NULL),
        dg.TableColumn(
            "horizon_day", "BIGINT", "Days after the cut-off date, 1 to 28.", UNIQUE_NOT_NULL
        ),
        dg.TableColumn(
            "predicted_orders",
            "DOUBLE",
            "Expected orders over all channels, 0 or more.",
            NOT_NULL,
        ),
        dg.TableColumn("lower_80", "DOUBLE", "Lower bound of the 80 % interval.", NOT_NULL),
        dg.TableColumn("upper_80", "DOUBLE", "Upper bound of the 80 % interval.", NOT_NULL),
        dg.TableColumn("lower_95", "DOUBLE", "Lower bound of the 95 % interval.", NOT_NULL),
        dg.TableColumn("upper_95", "DOUBLE", "Upper bound of the 95 % interval.", NOT_NULL),
        dg.TableColumn(
            "model",
            "VARCHAR",
            "Model of the forecast: the one with the smallest error in the backtest, or LevelETS.",
            NOT_NULL,
        ),
        dg.TableColumn("cutoff_date", "DATE", "Last day of the training data.", NOT_NULL),
        dg.TableColumn(
            "upstream_generation",
            "BIGINT",
            "Generation of marts_dbt from which the history was read.",
            NOT_NULL,
        ),
    ]
)


def column_lineage(upstream: dg.AssetKey) -> dg.TableColumnLineage:
    """Return the columns of the history from which each column is computed.

    Args:
        upstream: Key of the table with the history.
    """
    day = dg.TableColumnDep(upstream, DAY_COLUMN)
    count = dg.TableColumnDep(upstream, COUNT_COLUMN)
    numbers = ("predicted_orders", "lower_80", "upper_80", "lower_95", "upper_95", "model")
    return dg.TableColumnLineage(
        {
            "forecast_date": [day],
            "cutoff_date": [day],
            # The model is fitted to the counts, ordered by day.
            **{name: [count, day] for name in numbers},
        }
    )
