"""`ml.predicted_orders` as a table: its columns, and what they are computed from."""

import dagster as dg

from ml.forecasting.history import COUNT_COLUMN, DAY_COLUMN

KEY = dg.AssetKey(["ml", "predicted_orders"])
PROMISED = dg.TableColumnConstraints(nullable=False, unique=False)
ONE_A_DAY = dg.TableColumnConstraints(nullable=False, unique=True)
SCHEMA = dg.TableSchema(
    [
        dg.TableColumn("forecast_date", "DATE", "Day that is forecast.", ONE_A_DAY),
        dg.TableColumn(
            "horizon_day", "BIGINT", "How many days after the cut-off it is, 1 to 28.", ONE_A_DAY
        ),
        dg.TableColumn(
            "predicted_orders",
            "DOUBLE",
            "Orders to expect over all channels, 0 or more.",
            PROMISED,
        ),
        dg.TableColumn("lower_80", "DOUBLE", "Lower bound of the 80 % interval.", PROMISED),
        dg.TableColumn("upper_80", "DOUBLE", "Upper bound of the 80 % interval.", PROMISED),
        dg.TableColumn("lower_95", "DOUBLE", "Lower bound of the 95 % interval.", PROMISED),
        dg.TableColumn("upper_95", "DOUBLE", "Upper bound of the 95 % interval.", PROMISED),
        dg.TableColumn(
            "model",
            "VARCHAR",
            "Which candidate won the backtest and made this forecast.",
            PROMISED,
        ),
        dg.TableColumn("cutoff_date", "DATE", "Last day that the model was trained on.", PROMISED),
        dg.TableColumn(
            "upstream_generation",
            "BIGINT",
            "Publication of marts_dbt that the history was read from.",
            PROMISED,
        ),
    ]
)
DESCRIPTIONS = {column.name: column.description or "" for column in SCHEMA.columns}


def column_lineage(upstream: dg.AssetKey) -> dg.TableColumnLineage:
    """Which columns of the history each column comes from.

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
            # The model is fitted to the counts in the order of their days.
            **{name: [count, day] for name in numbers},
        }
    )
