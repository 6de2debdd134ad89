"""Result of `lineage affected`: the reasons to build a project, or the proof against it."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

ReasonKind = Literal["own files", "library", "upstream", "everything"]


class Reason(Struct, frozen=True, kw_only=True):
    """A reason to build a project."""

    kind: ReasonKind
    text: str
    """One line with the file or key."""
    file: str = ""
    """The changed file that causes it, relative to the root; empty if no file does."""


class Proof(Struct, frozen=True, kw_only=True):
    """Evidence that a branch cannot change a project: its files, imports and reads."""

    files: int
    """Number of files of the project."""
    tree_base: str
    """Git's tree id of its folder at base; empty if other projects or files share the folder."""
    tree_head: str
    """Git's tree id at head. Equal ids mean that no byte differs. Uncommitted changes of the work
    tree, which have no tree id, are only those in `harmless`."""
    harmless: tuple[str, ...]
    """Changed files in the folder that affect nothing, such as documentation."""
    libraries: tuple[str, ...]
    """Libraries that it requires, directly or indirectly."""
    changed_modules: int
    """Number of changed library files, none of which it uses."""
    upstream_keys: int
    """Number of keys of other projects that it reads."""
    changed_keys: int
    """Number of keys that changed or are downstream of a change, none of which it reads."""


class Verdict(Struct, frozen=True, kw_only=True):
    """Decision on one project."""

    project: str
    folder: str
    affected: bool
    reasons: tuple[Reason, ...] = ()
    dbt_folders: tuple[str, ...] = ()
    """Folders of its dbt projects, relative to the root."""
    dbt_profiles: tuple[str, ...] = ()
    """Folders of `dbt_folders` that contain a `profiles.yml`."""
    dbt_select: tuple[str, ...] = ()
    """Values of `dbt build --select`. Empty: nothing to build; `fqn:*`: everything."""
    proof: Proof | None = None


class Affected(Struct, frozen=True, kw_only=True):
    """Decisions on all projects at head, sorted by name."""

    base: str
    head: str
    projects: tuple[Verdict, ...]
    libraries: tuple[str, ...] = ()
    """Folders of the libraries whose tests must run."""
    repository_tests: bool = False
    """Whether the tests of the repository as a whole must run: a project or library is affected, or
    the tests changed."""
    changed_files: int = 0
    notes: tuple[str, ...] = ()

    @property
    def to_build(self) -> tuple[Verdict, ...]:
        """The projects that must be built and tested."""
        return tuple(one for one in self.projects if one.affected)

    @property
    def skipped(self) -> tuple[Verdict, ...]:
        """The projects that the branch cannot change."""
        return tuple(one for one in self.projects if not one.affected)
