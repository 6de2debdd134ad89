"""Print the graph of a code location as JSON; the tests run it in a process per code location.

Loading must not use the network, child processes or databases: the first use ends the process with
its name.
"""

import importlib
import json
import sys

FORBIDDEN = frozenset(
    {
        "socket.connect",
        "socket.bind",
        "socket.getaddrinfo",
        "subprocess.Popen",
        "os.system",
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
        "sqlite3.connect",
    }
)


def forbid_network_and_processes():
    """Allow only reads of files from here on; two libraries are imported before.

    Dagster's vendored croniter runs `file` to find the interpreter's word size; urllib3 binds a
    socket to find whether IPv6 is available.
    """
    import dagster  # noqa: F401
    import urllib3  # noqa: F401

    def refuse(event, arguments):
        if event in FORBIDDEN:
            raise SystemExit(f"loading used {event} {arguments!r:.200}")

    sys.addaudithook(refuse)

    import duckdb

    def refuse_database(*arguments, **_options):
        raise SystemExit(f"loading opened the database {arguments!r}")

    duckdb.connect = refuse_database


def describe(definitions):
    """Return assets with their dependencies, owners and checks, sorted by key."""
    graph = definitions.resolve_asset_graph()
    return {
        key.to_user_string(): {
            "executable": node.is_executable,
            "deps": sorted(parent.to_user_string() for parent in node.parent_keys),
            "owners": sorted(node.owners),
            "partitioned": node.partitions_def is not None,
            "backfill_policy": str(node.backfill_policy),
            "pools": sorted(node.pools or ()),
            "description": node.description or "",
            "kinds": sorted(node.kinds),
            "checks": sorted(check.name for check in node.check_keys),
            "columns": columns(node.metadata),
        }
        for key in sorted(graph.get_all_asset_keys())
        for node in [graph.get(key)]
    }


def columns(metadata):
    """Return the columns of an asset that Dagster shows, each with its upstream columns."""
    schema = metadata.get("dagster/column_schema")
    lineage = metadata.get("dagster/column_lineage")
    return {
        column.name: [
            [dep.asset_key.to_user_string(), dep.column_name]
            for dep in lineage.deps_by_column[column.name]
        ]
        for column in (schema.columns if schema else [])
    }


def main():
    forbid_network_and_processes()
    module = importlib.import_module(sys.argv[1])
    definitions = module.defs
    parsers = [name for name in sys.modules if name.startswith("dbt.parser.manifest")]
    if parsers:
        raise SystemExit("loading imported dbt's parser")
    print(json.dumps(describe(definitions)))


if __name__ == "__main__":
    main()
