"""`CODEOWNERS`, made from the owners in the interfaces: who owns a table reviews its code.

codeowners.py write      write the file anew
codeowners.py check      exit 1 when it is not what the interfaces say
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from dagster_lineage.api import LineageGraph, LocatedInterface, read_graph

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "CODEOWNERS"
ORGANISATION = "@jaffle"
EVERYTHING_ELSE = f"{ORGANISATION}/platform"
HEADER = "# Who reviews what. Made from the owners in the asset graph by `make codeowners`."


def main(arguments: list[str]) -> int:
    """Run one of the two commands; return the exit code."""
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
    """The file's text: a line for each project, and for each file that others own within it."""
    rules = [("*", EVERYTHING_ELSE)]
    for where in graph.located:
        rules += _rules(where)
    width = max(len(path) for path, _ in rules) + 1
    lines = [f"{path.ljust(width)}{owners}" for path, owners in rules]
    return "\n".join([HEADER, *lines]) + "\n"


def _rules(where: LocatedInterface) -> Iterator[tuple[str, str]]:
    """GitHub takes the last line that matches, so the project's comes before its files'."""
    owned = [asset for asset in where.interface.assets if asset.executable and asset.owners]
    if not owned:
        return
    [(usual, _)] = Counter(asset.owners for asset in owned).most_common(1)
    yield _pattern(f"{where.folder}/"), _reviewers(usual)
    by_file: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for asset in owned:
        by_file[where.path(asset.at)[0]].update(dict.fromkeys(asset.owners))
    for file, owners in sorted(by_file.items()):
        if tuple(owners) != usual:
            yield _pattern(file), _reviewers(tuple(owners))


def _pattern(path: str) -> str:
    """A path as GitHub reads it: a blank would end it, and a hash begin a comment."""
    return "/" + path.replace(" ", "\\ ").replace("#", "\\#")


def _reviewers(owners: tuple[str, ...]) -> str:
    """Dagster's owners as GitHub writes them: teams of the organisation, people by address."""
    return " ".join(
        f"{ORGANISATION}/{owner.removeprefix('team:').replace('_', '-')}"
        if owner.startswith("team:")
        else owner
        for owner in owners
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
