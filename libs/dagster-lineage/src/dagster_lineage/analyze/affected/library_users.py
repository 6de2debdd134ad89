"""Members that use the changed code of a library or of another member."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from dagster_lineage.analyze.affected.import_graph import Importers
from dagster_lineage.analyze.affected.layout import Layout, Member
from dagster_lineage.analyze.affected.path_rules import Effect
from dagster_lineage.files.comparison import Comparison


@dataclass(frozen=True)
class User:
    """A member that uses changed code."""

    member: Member | None
    """None: no use is visible, so every member may use the code."""
    effect: Effect
    """Effect of the changed file."""
    code: bool
    """Whether the member's code uses it, and not only its tests."""
    why: str
    """One line with the changed file."""
    is_import: bool = False
    """Whether an import is visible, and not only a requirement."""


def users_of(effects: list[Effect], layout: Layout, comparison: Comparison) -> Iterator[User]:
    """Yield the users of changed code, once for each changed member.

    The users of a module import it, directly or indirectly, or load it by name. All members that
    require the library count as users if imports are not sufficient: the library installs commands,
    a file other than a module changed, a module without importers is named in some file (it may be
    imported by name), or a member requires the library without importing any of it. A library
    without any visible user may be used by every member.

    Args:
        effects: Effects of all changed files; those with a module or of a library are used.
        layout: Members of the repository.
        comparison: Files at base and head.
    """
    by_folder: defaultdict[str, list[Effect]] = defaultdict(list)
    for effect in effects:
        if effect.module or effect.scope == "library":
            by_folder[effect.folder].append(effect)
    if not by_folder:
        return
    importers = Importers(comparison, layout)
    for folder, changed in by_folder.items():
        yield from _users(layout.at(folder), changed, layout, importers)


def _users(
    changed: Member, effects: list[Effect], layout: Layout, importers: Importers
) -> Iterator[User]:
    found: dict[str, User] = {}
    for effect in effects:
        modules = [effect.module] if effect.module else sorted(changed.packages)
        for folder, (code, module) in importers.of(modules).items():
            known = found.get(folder)
            if folder != changed.folder and (known is None or (code and not known.code)):
                how = f"{module} imports it" if code else f"its tests import {module}"
                why = f"{effect.path}: {how}"
                found[folder] = User(layout.at(folder), effect, code, why, is_import=True)
    if changed.is_library:
        for user in _by_requirement(changed, effects, layout, importers):
            known = found.get(user.member.folder) if user.member else None
            if user.member and (known is None or not known.code):
                found[user.member.folder] = user
        if not found and not importers.has_importers(changed):
            why = f"{effects[0].path}: no visible use of {changed.name}, any project may use it"
            yield User(None, effects[0], True, why)  # noqa: FBT003 - a field of a value
    yield from found.values()


def _by_requirement(
    changed: Member, effects: list[Effect], layout: Layout, importers: Importers
) -> Iterator[User]:
    """Yield the members whose use is not visible in imports, and the members that require those."""
    other = [effect for effect in effects if not effect.module]
    named = [effect for effect in effects if effect.module and importers.is_named(effect.module)]
    needing = layout.needing(changed)
    if changed.scripts or other or named:
        unseen = needing
    else:
        unseen = {
            folder
            for folder in needing
            if changed.distribution in layout.at(folder).requires
            and not importers.imports(layout.at(folder), changed)
        }
        for folder in sorted(unseen):
            unseen |= layout.needing(layout.at(folder))
    for folder in sorted(unseen):
        member = layout.at(folder)
        effect = [*other, *named, *effects][0]
        why = f"{effect.path}: {member.name} requires {changed.name}"
        yield User(member, effect, True, why)  # noqa: FBT003 - a field of a value
