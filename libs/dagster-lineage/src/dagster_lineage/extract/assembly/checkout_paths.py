"""Paths of the checkout, which are removed so that interfaces are the same in every checkout."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
from msgspec.structs import replace

from dagster_lineage.extract.assembly.assets import sorted_reads
from dagster_lineage.model import Asset, Interface, is_uncertain, place, split_place
from dagster_lineage.model.wording import listed

MARK = "<checkout>"
"""Mark in keys in place of the checkout's path."""

_INSTALLED = ("site-packages", "dist-packages")
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}")
_SECRET_NAME = re.compile(r"TOKEN|SECRET|PASSW|PWD|KEY|CREDENTIAL|DSN|CONNECTION", re.IGNORECASE)
_FOLDERS_OF_THE_SHELL = ("PWD", "OLDPWD")
"""POSIX variables of the working directory: not secrets, and different in each shell."""
_SHORTEST_SECRET = 8
FEW_WORDS = 3
"""Number of words from which a path is recognized in any spelling."""


class CheckoutPaths:
    """The path of a checkout in all spellings that a text may contain.

    Args:
        checkout: Root of the repository.
        environment: Environment variables. Values of variables whose names suggest a secret are
            removed from the errors of code locations.
    """

    def __init__(self, checkout: Path, environment: Mapping[str, str] | None = None) -> None:
        self.checkout = checkout
        spellings = {str(checkout), str(checkout.resolve())} - {"/"}
        self._patterns = [pattern for one in sorted(spellings) for pattern in _patterns(one)]
        self._loose = [(one, _loose_pattern(one)) for one in sorted(spellings)]
        # All spellings contain it, so texts without it need no further search.
        self._word = max(re.findall(r"[a-z0-9]+", str(checkout).casefold()) or ["/"], key=len)
        self._secrets = sorted(
            (
                (value, name)
                for name, value in (os.environ if environment is None else environment).items()
                if _SECRET_NAME.search(name)
                and name not in _FOLDERS_OF_THE_SHELL
                and len(value) >= _SHORTEST_SECRET
            ),
            key=lambda one: (-len(one[0]), one),
        )

    def relative(self, at: str, folder: Path) -> str:
        """Return an absolute place relative to a project's folder, with forward slashes.

        The path in an installed library starts at `site-packages`. Other paths outside of the
        checkout do not exist on other machines; the result is empty for them.
        """
        if not at:
            return ""
        file, line = split_place(at)
        uncertain = is_uncertain(at)
        path = Path(os.path.normpath(file))
        if not path.is_absolute():
            return at
        for name in _INSTALLED:
            if name in path.parts:
                start = path.parts.index(name)
                return place(Path(*path.parts[start:]).as_posix(), line, uncertain=uncertain)
        if not self.holds(path) and not path.is_relative_to(folder):
            return ""
        return place(Path(os.path.relpath(file, folder)).as_posix(), line, uncertain=uncertain)

    def holds(self, path: Path) -> bool:
        """Return whether a path, which may contain `..`, is in the checkout."""
        path = Path(os.path.normpath(path))
        return path.is_relative_to(self.checkout) or path.resolve().is_relative_to(
            self.checkout.resolve()
        )

    def details(self, text: str) -> str:
        """Return a message without paths, secrets and addresses of objects."""
        for value, name in self._secrets:
            text = text.replace(value, f"${name}")
        return _ADDRESS.sub("0x…", self._marked(text))

    def described(self, asset: Asset) -> Asset:
        """Return an asset whose descriptions have no paths, secrets and addresses of objects."""
        texts = {name: self.details(one.description) for name, one in asset.columns.items()}
        changed = {
            name: replace(asset.columns[name], description=text)
            for name, text in texts.items()
            if text != asset.columns[name].description
        }
        description = self.details(asset.description)
        if not changed and description == asset.description:
            return asset
        return replace(asset, description=description, columns={**asset.columns, **changed})

    def taken_out(self, interface: Interface) -> Interface:
        """Return the interface with a mark in place of the path, and a note about marked keys."""
        if self._word not in msgspec.json.encode(interface).decode().casefold():
            return interface
        keys = [asset.key for asset in interface.assets]
        keys += [read.key for asset in interface.assets for read in asset.reads]
        held = sorted({self._marked(key) for key in keys if self._marked(key) != key})
        marked = msgspec.convert(self._in_all(msgspec.to_builtins(interface)), Interface)
        marked = replace(marked, assets=tuple(map(_sorted, marked.assets)))
        if not held:
            return marked
        note = (
            f"Keys contain the path of the checkout, which is replaced by {MARK} here: "
            f"{listed(held, code=False)}. In Dagster they differ in every checkout."
        )
        return replace(marked, unknown=tuple(sorted({*marked.unknown, note})))

    def _in_all(self, value: object) -> object:
        if isinstance(value, str):
            return self._marked(value)
        if isinstance(value, dict):
            return {self._marked(name): self._in_all(part) for name, part in value.items()}
        if isinstance(value, list | tuple):
            return [self._in_all(part) for part in value]
        return value

    def _marked(self, text: str) -> str:
        if self._word in text.casefold():
            for pattern in self._patterns:
                text = pattern.sub(MARK, text)
            for path, loose in self._loose:
                if loose is not None:
                    # The stricter patterns exclude folders whose names begin the same.
                    found = {one for one in loose.findall(text) if one not in path}
                    for one in sorted(found, key=len, reverse=True):
                        text = text.replace(one, MARK)
        return text


def _sorted(asset: Asset) -> Asset:
    """Return an asset whose reads and origins are sorted by the marked keys."""
    columns = {
        name: replace(column, derived_from=tuple(sorted(column.derived_from)))
        for name, column in asset.columns.items()
    }
    return replace(asset, columns=columns, reads=sorted_reads(asset.reads))


def _patterns(path: str) -> Iterable[re.Pattern[str]]:
    parts = [part for part in re.split(r"[/\\]+", path) if part]
    # In one part of a key its slashes are escaped; as separate parts they have none before.
    bare = r"|(?<![\w.\\-])" if len(parts) >= FEW_WORDS else ""
    for separator in (r"\/", "/", "\\"):
        joined = re.escape(separator.join(parts))
        start = rf"(?:(?<![\w.-])(?:\\/|/)?{re.escape(separator)}{bare})"
        yield re.compile(rf"{start}{joined}(?![\w-])(?!\.\w)")


def _loose_pattern(path: str) -> re.Pattern[str] | None:
    """Return a pattern of the path for texts that keep only letters, digits and a few marks.

    None for a path of so few words that other texts may contain them.
    """
    words = re.findall(r"[A-Za-z0-9]+", path)
    if len(words) < FEW_WORDS:
        return None
    joined = r"[\W_]{1,4}".join(words)
    return re.compile(rf"(?<![A-Za-z0-9])_*{joined}(?![A-Za-z0-9])", re.IGNORECASE)
