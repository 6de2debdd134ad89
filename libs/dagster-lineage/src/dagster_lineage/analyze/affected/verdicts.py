"""Whether a project must be built and tested, why, and what proves that it need not be."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

ReasonKind = Literal["own files", "library", "upstream", "everything"]


class Reason(Struct, frozen=True, kw_only=True):
    """Why a project must be built."""

    kind: ReasonKind
    text: str
    """One line that names the file or the key."""
    file: str = ""
    """The changed file that it begins with, relative to the root, where it is one."""


class Proof(Struct, frozen=True, kw_only=True):
    """Why a project cannot have changed: its files, its imports, what it reads."""

    files: int
    """How many it has."""
    tree_base: str
    """Git's id of its folder at base …"""
    tree_head: str
    """… and at head. Equal: not a byte below it differs. The work tree's own changes, which git has
    no id of, are none below it but those in `harmless`."""
    harmless: tuple[str, ...]
    """Changed files below it that cannot matter (documentation)."""
    libraries: tuple[str, ...]
    """Libraries that it needs, directly or over others."""
    changed_modules: int
    """Changed files of libraries in all, none of which it imports or needs."""
    upstream_keys: int
    """Keys of other projects that it reads."""
    changed_keys: int
    """Keys in all that changed or that follow from those, none of which it reads."""


class Verdict(Struct, frozen=True, kw_only=True):
    """What is to be done with one project."""

    project: str
    folder: str
    affected: bool
    reasons: tuple[Reason, ...] = ()
    dbt_folders: tuple[str, ...] = ()
    """Folders of its dbt projects, relative to the root; none: it has no dbt."""
    dbt_profiles: tuple[str, ...] = ()
    """Those of them with a `profiles.yml` of their own."""
    dbt_select: tuple[str, ...] = ()
    """What dbt must build, as values of `--select`; none: nothing. `fqn:*` is all."""
    proof: Proof | None = None


class Affected(Struct, frozen=True, kw_only=True):
    """Verdicts on all projects there are at head, by name."""

    base: str
    head: str
    projects: tuple[Verdict, ...]
    libraries: tuple[str, ...] = ()
    """Folders of libraries whose own tests must run."""
    repository_tests: bool = False
    """What tests the repository as a whole must run, because something affected is, or its tests
    are changed."""
    changed_files: int = 0
    notes: tuple[str, ...] = ()

    @property
    def to_build(self) -> tuple[Verdict, ...]:
        """The projects that must be built and tested."""
        return tuple(one for one in self.projects if one.affected)

    @property
    def skipped(self) -> tuple[Verdict, ...]:
        """The others."""
        return tuple(one for one in self.projects if not one.affected)
