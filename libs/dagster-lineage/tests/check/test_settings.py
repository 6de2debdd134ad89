"""`[tool.lineage]`: invalid settings are reported with the nearest valid key."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from dagster_lineage.files.settings import Settings, find_root, parse_settings, read_settings


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        (
            "[tool.lineage]\nselct = []\n",
            "unknown key `selct` in [tool.lineage]: did you mean `select`?",
        ),
        ("[tool.lineage]\nkeys_from = {}\n", "did you mean `keys-from`?"),
        (
            '[[tool.lineage.external]]\nowner = "x"\nreason = "y"\nuntill = 2026-01-01\n',
            "unknown key `untill` in [tool.lineage.external]: did you mean `until`?",
        ),
        ('[tool.lineage]\nselect = "ED"\n', "tool.lineage.select: Expected `array`, got `str`"),
        ('[[tool.lineage.ignore]]\ncode = "ED01"\n', "missing required field `reason`"),
        ('[[tool.lineage.ignore]]\ncode = "ED01"\nreason = " "\n', "`reason` is empty"),
        (
            '[[tool.lineage.external]]\nkeys = ["a"]\nowner = "x"\nreason = "y"\nuntil = "soon"\n',
            "tool.lineage.external[0].until",
        ),
        ("[tool.lineage\n", "is not valid TOML"),
        (
            '[[tool.lineage.ignore]]\ncode = "EED01"\nreason = "x"\n',
            "tool.lineage.ignore: unknown rule `EED01`: did you mean `ED01`?",
        ),
    ],
)
def test_wrong_setting_is_exit_code_2_and_names_the_key(
    repository, lineage, toml: str, words: str
) -> None:
    repository.settings(toml)
    code, _, err = lineage("check", "--root", str(repository.root))
    assert code == 2
    assert words in err
    assert "pyproject.toml" in err


def test_external_entries_know_their_line() -> None:
    settings = parse_settings(
        "[project]\nname = 'x'\n\n"
        '[[tool.lineage.external]]\nkeys = ["a/*"]\nowner = "x"\nreason = "y"\n\n'
        '[[ tool.lineage.external ]]\nkeys = ["b"]\nowner = "x"\nreason = "y"\nuntil = 2026-06-30\n'
    )
    assert [entry.line for entry in settings.external] == [4, 9]
    assert settings.external[1].until == dt.date(2026, 6, 30)


def test_repository_without_settings_has_the_defaults(tmp_path: Path) -> None:
    assert read_settings(tmp_path) == Settings()
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "dagster-lineage-user"\n')
    assert read_settings(tmp_path) == Settings()


def test_root_is_the_folder_with_the_settings_not_the_project(tmp_path: Path) -> None:
    project = tmp_path / "projects" / "ml"
    project.mkdir(parents=True)
    (project / "pyproject.toml").write_text('[project]\nname = "ml"\n')
    assert find_root(project) == project
    (tmp_path / ".git").mkdir()
    assert find_root(project) == tmp_path
    (tmp_path / "projects" / "pyproject.toml").write_text("[tool.lineage]\n")
    assert find_root(project) == tmp_path / "projects"
