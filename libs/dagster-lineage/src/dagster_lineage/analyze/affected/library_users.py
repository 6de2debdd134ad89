"""Who uses a library, or another member's code, that a branch changed."""

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
    """A member that uses changed code.

    Attributes:
        member: Who; None: nobody is seen to, so anybody may.
        effect: The changed file.
        code: Its own code does; else only its tests do.
        why: One line that names the file.
    """

    member: Member | None
    effect: Effect
    code: bool
    why: str


def users_of(effects: list[Effect], layout: Layout, comparison: Comparison) -> Iterator[User]:
    """Everybody who uses the code that changed, once for each changed member.

    A module's users are those who import it, directly or over others, or load it by its name. Where
    that does not tell, everybody who requires the library counts: it installs commands, something
    else than a module changed, a module that nobody imports is named somewhere (it may be imported
    by name), or a member requires the library and is not seen to import any of it. A library that
    nobody is seen to use in any of these ways may be used by anybody.

    Args:
        effects: Of all changed files; those with a module or of a library are looked at.
        layout: The members.
        comparison: The files.
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
                found[folder] = User(layout.at(folder), effect, code, why)
    if not changed.project:
        for user in _by_requirement(changed, effects, layout, importers):
            known = found.get(user.member.folder) if user.member else None
            if user.member and (known is None or not known.code):
                found[user.member.folder] = user
        if not found and not importers.anybody_sees(changed):
            why = f"{effects[0].path}: nobody is seen to use {changed.name}, so anybody may"
            yield User(None, effects[0], True, why)  # noqa: FBT003 - a field of a value
    yield from found.values()


def _by_requirement(
    changed: Member, effects: list[Effect], layout: Layout, importers: Importers
) -> Iterator[User]:
    """Those whose use cannot be seen, and those who need them."""
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
            and not importers.sees(layout.at(folder), changed)
        }
        for folder in sorted(unseen):
            unseen |= layout.needing(layout.at(folder))
    for folder in sorted(unseen):
        member = layout.at(folder)
        effect = [*other, *named, *effects][0]
        why = f"{effect.path}: {member.name} requires {changed.name}"
        yield User(member, effect, True, why)  # noqa: FBT003 - a field of a value
