"""`CODEOWNERS`, from the owners in the interfaces: the owner of a table reviews its code.

codeowners.py write      write the file
codeowners.py check      exit with 1 if the file differs from the interfaces
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from dagster_lineage.api import LineageGraph, LocatedInterface, read_graph

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "CODEOWNERS"
ORGANIZATION = "@jaffle"
EVERYTHING_ELSE = f"{ORGANIZATION}/platform"
HEADER = "# Reviewers. Written by `make codeowners` from the owners in the interfaces."


def main(arguments: list[str]) -> int:
    """Run one of the two commands and return the exit code."""
    text = codeowners(read_graph(ROOT))
    match arguments:
        case ["write"]:
            FILE.write_text(text, encoding="utf-8")
            return 0
        case ["check"]:
            if FILE.is_file() and FILE.read_text(encoding="utf-8") == text:
                return 0
            state = "stale" if FILE.is_file() else "missing"
            print(f"CODEOWNERS is {state}: run `make codeowners` and commit it.", file=sys.stderr)
            return 1
        case _:
            print(__doc__, file=sys.stderr)
            return 2


def codeowners(graph: LineageGraph) -> str:
    """Return the file's text: a line for each project, and for each file with other owners."""
    rules = [("*", EVERYTHING_ELSE)]
    for where in graph.located:
        rules += _rules(where)
    width = max(len(path) for path, _ in rules) + 1
    lines = [f"{path.ljust(width)}{owners}" for path, owners in rules]
    return "\n".join([HEADER, *lines]) + "\n"


def _rules(where: LocatedInterface) -> Iterator[tuple[str, str]]:
    """Yield the rules of a project; its files come last, since the last matching rule counts."""
    owned = [asset for asset in where.interface.assets if asset.executable and asset.owners]
    if not owned:
        return
    [(default, _)] = Counter(asset.owners for asset in owned).most_common(1)
    yield _pattern(f"{where.folder}/"), _reviewers(default)
    by_file: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for asset in owned:
        by_file[where.path(asset.at)[0]].update(dict.fromkeys(asset.owners))
    for file, owners in sorted(by_file.items()):
        if tuple(owners) != default:
            yield _pattern(file), _reviewers(tuple(owners))


def _pattern(path: str) -> str:
    """Return a path in GitHub's syntax: a space would end it, a hash would start a comment."""
    return "/" + path.replace(" ", "\\ ").replace("#", "\\#")


def _reviewers(owners: tuple[str, ...]) -> str:
    """Return Dagster's owners in GitHub's syntax: teams of the organization, users by email."""
    return " ".join(
        f"{ORGANIZATION}/{owner.removeprefix('team:').replace('_', '-')}"
        if owner.startswith("team:")
        else owner
        for owner in owners
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
