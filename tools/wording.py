"""Find words that the repository does not use: `python tools/wording.py`.

The words, with what to write instead and why, are in `tools/wording.toml`. Only prose counts: whole
text files, and the comments and strings of Python files. Text between backticks and in fenced code
blocks is code. Exit code 0: none found, 1: found.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tokenize
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
SUFFIXES = {".py", ".md", ".yml", ".yaml", ".toml", ".sql", ".js", ".css", ".html", ""}
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


class Word(NamedTuple):
    """A word that is not used."""

    pattern: re.Pattern[str]
    write: str
    reason: str


class Use(NamedTuple):
    """A place where such a word is written."""

    line: int
    text: str
    word: Word


def main() -> int:
    """Print each use with its place, the word to write and the reason."""
    words = read_words(ROOT / "tools" / "wording.toml")
    found = 0
    for file in prose_files(ROOT):
        for use in uses(file.read_text(), words, python=file.suffix == ".py"):
            found += 1
            print(
                f"{file.relative_to(ROOT)}:{use.line}: '{use.text}': write {use.word.write} "
                f"({use.word.reason})"
            )
    if found:
        print(f"\n{found} words to replace. The list is tools/wording.toml.")
    return int(found > 0)


def read_words(file: Path) -> list[Word]:
    """Return the words of a list, with their patterns compiled."""
    return [
        Word(re.compile(rf"\b(?:{one['pattern']})\b", re.IGNORECASE), one["write"], one["reason"])
        for one in tomllib.loads(file.read_text())["words"]
    ]


def prose_files(root: Path) -> Iterator[Path]:
    """Yield the tracked text files, without locks, interfaces and the list of words itself."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=root, check=True, capture_output=True, text=True
    ).stdout.split("\n")
    for name in filter(None, listed):
        file = root / name
        if file.suffix in SUFFIXES and file.is_file() and not name.startswith("tools/wording."):
            yield file


def uses(text: str, words: list[Word], *, python: bool) -> Iterator[Use]:
    """Yield the uses of words in a file's text.

    Args:
        text: Content of the file.
        words: Words to look for.
        python: Whether only comments and strings count.
    """
    for first, part in _python_prose(text) if python else [(1, text)]:
        prose = CODE.sub(lambda code: re.sub(r"[^\n]", " ", code[0]), part)
        for word in words:
            for match in word.pattern.finditer(prose):
                yield Use(first + prose.count("\n", 0, match.start()), match[0], word)


def _python_prose(text: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in (tokenize.COMMENT, tokenize.STRING):
            yield token.start[0], token.string


if __name__ == "__main__":
    sys.exit(main())
