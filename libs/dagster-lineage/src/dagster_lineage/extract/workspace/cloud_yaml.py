"""`dagster_cloud.yaml`, for repositories that list their code locations in no other file.

It describes what runs in an image, so its folders and interpreters are not those of a checkout.
Source of its fields: the reference of `dagster_cloud.yaml` in Dagster's documentation.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct, field

from dagster_lineage.extract.workspace.entries import (
    CodeKind,
    LocationEntry,
    WorkspaceEntryWrong,
    absolute,
    default_name,
    typed,
    with_distinct_names,
)

_KINDS: dict[str, CodeKind] = {
    "python_file": "python_file",
    "module_name": "python_module",
    "package_name": "python_package",
    "autoload_defs_module_name": "autoload_defs_module",
}


class _CodeSource(Struct):
    python_file: str = ""
    module_name: str = ""
    package_name: str = ""
    autoload_defs_module_name: str = ""


class _Build(Struct):
    directory: str | None = None


class _CloudLocation(Struct):
    code_source: _CodeSource = field(default_factory=_CodeSource)
    location_name: str = ""
    build: _Build | None = None
    working_directory: str | None = None
    attribute: str | None = None
    executable_path: str | None = None


def read_cloud_yaml(
    file: Path, locations: object, lines: Sequence[int]
) -> tuple[LocationEntry, ...]:
    """Return the code locations of a `dagster_cloud.yaml`, in its order.

    Args:
        file: Absolute path. The paths of a file in a hidden folder (`.dagster/`) start at the
            folder above.
        locations: Value of its field `locations`.
        lines: Line of each location.

    Raises:
        WorkspaceEntryWrong: an entry has no code, or a field has a wrong type.
        LocationNameTaken: two entries have the same name.
    """
    base = file.parent.parent if file.parent.name.startswith(".") else file.parent
    listed = typed(locations, list[_CloudLocation], str(file), "locations")
    return with_distinct_names(
        tuple(_entry(file, base, one, line) for one, line in zip(listed, lines, strict=True))
    )


def _entry(file: Path, base: Path, location: _CloudLocation, line: int) -> LocationEntry:
    source = location.code_source
    sources = [one for one in _KINDS if getattr(source, one)]
    if len(sources) != 1:
        raise WorkspaceEntryWrong(
            f"{file}: the `code_source` of the code location {location.location_name!r} must have "
            f"exactly one of {', '.join(_KINDS)}."
        )
    kind, code = _KINDS[sources[0]], getattr(source, sources[0])
    folder = absolute(base, (location.build and location.build.directory) or ".")
    if location.working_directory:
        inside = absolute(folder, location.working_directory)
        # A folder of the image that is not in the checkout is the one that the image is built from.
        folder = inside if inside.is_dir() else folder
    package = code.partition(".")[0]
    if (folder / "src" / package).is_dir() and not (folder / package).exists():
        folder /= "src"  # it is installed in the image
    if kind == "python_file":
        code = str(absolute(folder, code))
    attribute = location.attribute or ""
    executable = location.executable_path or ""
    return LocationEntry(
        name=location.location_name or default_name(kind, code, attribute),
        listed_in=file,
        line=line,
        working_directory=folder,
        kind=kind,
        code=code,
        attribute=attribute,
        # The interpreter of the image does not exist on this machine.
        executable=executable if Path(executable).is_file() else "",
    )
