"""Column lineage of random DuckDB queries, compared with the output columns that really change.

    python -m benchmarks.executed_lineage [--queries 400] [--seed 1] [--verbose]

Each query is traced, then executed once for each perturbation of each column of its tables. An
output column that changes must have the perturbed column among its claimed origins. Columns that
decide which rows a query returns (filters, join keys, keys of groups) are reads and not origins by
definition; the generator records them, and they are not compared for this query. Claimed origins
that never change their column are counted, too.
"""

from __future__ import annotations

import argparse
import random

import duckdb
from benchmarks.executed.execution import Comparison, compared
from benchmarks.executed.queries import random_query
from benchmarks.executed.tables import create


def main() -> int:
    """Compare and print; return 1 if an origin is missing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--queries", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--verbose", action="store_true", help="print claims that never change")
    arguments = parser.parse_args()
    results, rejected = compare_random(arguments.queries, arguments.seed)
    for one in results:
        if one.problems:
            print(one.query.sql, *one.problems, sep="\n  ", end="\n\n")
        elif arguments.verbose and one.unchanged:
            print(one.query.sql, *one.unchanged, sep="\n  ", end="\n\n")
    problems = sum(len(one.problems) for one in results)
    print(f"queries executed                 {len(results):>8,}")
    print(f"queries that DuckDB rejects      {rejected:>8,}")
    print(f"output columns                   {sum(one.columns for one in results):>8,}")
    print(f"pairs compared                   {sum(one.pairs for one in results):>8,}")
    print(f"origins missing, columns unknown {problems:>8,}")
    print(f"origins claimed                  {sum(one.claims for one in results):>8,}")
    print(f"claimed, but never changed it    {sum(len(one.unchanged) for one in results):>8,}")
    return int(bool(problems))


def compare_random(queries: int, seed: int) -> tuple[list[Comparison], int]:
    """Compare random queries; return the comparisons, and how many queries DuckDB rejected."""
    results, rejected = [], 0
    with duckdb.connect() as engine:
        create(engine)
        for number in range(queries):
            query = random_query(random.Random(f"{seed} {number}"))  # noqa: S311
            try:
                results.append(compared(engine, query))
            except duckdb.Error:
                rejected += 1
    return results, rejected


if __name__ == "__main__":
    raise SystemExit(main())
