"""The content of the page: its counts, groups, findings, exposures and types."""

from __future__ import annotations

import json
import re

from dagster_lineage.cli.main import main
from dagster_lineage.model import SCHEMA_VERSION, Asset, Column, Exposure, Interface, Read


def data_of(file) -> dict:
    text = re.search(r'id="data">(.*?)</script>', file.read_text("utf-8"), re.DOTALL)
    return json.loads(text[1])


def write(repository, project: str, *assets: Asset, **details) -> None:
    repository.write(
        Interface(schema_version=SCHEMA_VERSION, project=project, assets=assets, **details)
    )


def groups(data: dict) -> dict[str, list[str]]:
    """Owners of each project and group by its name."""
    texts = data["texts"]
    return {texts[one[0]]: [texts[owner] for owner in one[3]] for one in data["projects"]}


def test_the_summary_counts_what_check_counts(repository, capsys):
    data = data_of(repository.report())
    assert data["summary"].startswith("5 assets, 3 projects, 7 columns")
    main(["check", "--root", str(repository.root), "--format", "json"])
    output = capsys.readouterr().out
    counts = json.loads(output[output.index("{") :])
    levels = [one["level"] for one in counts["findings"]]
    for level in set(levels):
        number = levels.count(level)
        assert f", {number} {level}{'s' * (number > 1)}" in data["summary"]


def test_an_undeclared_key_is_not_under_the_owner_of_an_external_one(repository):
    (repository.root / "pyproject.toml").write_text(
        '[project]\nname = "x"\n[[tool.lineage.external]]\nkeys = ["crm/*"]\n'
        'owner = "team:crm"\nreason = "a vendor"\n'
    )
    write(repository, "app", Asset(key="app/a", at="src/a.py:1", reads=(Read(key="crm/users"),)))
    data = data_of(repository.report())
    found = groups(data)
    assert found["outside the repository"] == ["team:crm"]
    assert found["neither produced nor declared"] == []
    places = {data["texts"][one[1]]: one[0] for one in data["assets"]}
    assert places["crm/users"] == 3 + 1
    assert places["lost/table"] == 3 + 2


def test_a_grouped_finding_marks_all_its_assets(repository):
    reads = tuple(Read(key=f"legacy/t{number}", at="src/a.py:1") for number in range(6))
    write(repository, "app", Asset(key="app/a", at="src/a.py:1", reads=reads))
    data = data_of(repository.report())
    names = [data["texts"][one[1]] for one in data["assets"]]
    marked = [
        {names[box] for box in one[8]}
        for one in data["findings"]
        if data["texts"][one[1]] == "EX01" and "legacy" in data["texts"][one[5]]
    ]
    assert marked == [{"app/a", *(read.key for read in reads)}]


def test_a_finding_on_several_assets_marks_all_of_them(repository):
    write(
        repository,
        "one",
        Asset(key="one/a", at="src/a.py:1", reads=(Read(key="two/b", at="src/a.py:1"),)),
        Asset(key="both", at="src/a.py:2", relation="db.s.both"),
        Asset(key="dev/t1", at="src/a.py:3", relation="db.s.t1"),
        Asset(key="dev/t2", at="src/a.py:4", relation="db.s.t2"),
    )
    write(
        repository,
        "two",
        Asset(key="two/b", at="src/a.py:1", reads=(Read(key="one/a", at="src/a.py:1"),)),
        Asset(key="both", at="src/a.py:2"),
        Asset(key="prod/t1", at="src/a.py:3", relation="db.s.t1"),
        Asset(key="prod/t2", at="src/a.py:4", relation="db.s.t2"),
    )
    data = data_of(repository.report())
    names = [data["texts"][one[1]] for one in data["assets"]]
    marked = {
        data["texts"][one[1]]: sorted(names[box] for box in one[8]) for one in data["findings"]
    }
    assert marked["ED02"] == ["one/a", "two/b"]
    assert marked["KY01"] == ["both", "both"]
    assert marked["KY02"] == ["dev/t1", "dev/t2", "prod/t1", "prod/t2"]


def test_an_exposure_of_an_installed_package_is_shown_once(repository):
    board = Exposure(name="usage", type="dashboard", owner="team:tools", reads=("shop/orders",))
    other = Exposure(name="usage", type="dashboard", owner="team:tools", reads=("shop/notes",))
    write(repository, "a", Asset(key="a/a", at="src/a.py:1"), exposures=(board,))
    write(repository, "b", Asset(key="b/b", at="src/a.py:1"), exposures=(board, other))
    data = data_of(repository.report())
    names = [data["texts"][one[1]] for one in data["exposures"]]
    assert sorted(names) == ["board", "usage", "usage"]


def test_a_type_has_one_spelling(repository):
    types = ("varchar", "varchar", "string", "varchar(10)", "citext", "int8", "bigint", "bigint")
    columns = {f"c{at}": Column(type=one) for at, one in enumerate(types)}
    write(repository, "app", Asset(key="app/a", at="src/a.py:1", columns=columns))
    data = data_of(repository.report())
    box = [data["texts"][one[1]] for one in data["assets"]].index("app/a")
    found = [data["texts"][data["types"][at]] for at in range(*data["first"][box : box + 2])]
    assert found == [
        "varchar",
        "varchar",
        "varchar",
        "varchar(10)",
        "citext",
        "bigint",
        "bigint",
        "bigint",
    ]


def guessing(repository) -> None:
    columns = {
        "id": Column(derived_from=("app/base#id",)),
        "kind": Column(constant=True),
        "guessed": Column(unknown="several tables may have the column: amount"),
    }
    model = Asset(
        key="app/guess",
        at="models/guess.sql:1",
        kind="model",
        columns=columns,
        unknown_columns="a star stands for columns that are unknown",
    )
    write(
        repository, "app", model, unknown=("app/guess: several tables may have the column: amount",)
    )


def test_share_of_columns_with_unknown_origins(repository):
    guessing(repository)
    data = data_of(repository.report())
    assert "10 columns, 16.7 % of model columns with unknown origins" in data["summary"]
    texts = data["texts"]
    notes = {texts[one[0]]: [texts[note] for note in one[6]] for one in data["projects"]}
    assert notes["app"][0].startswith("1 of 3 columns of models have unknown origins (33.3 %)")
    assert notes["app"][1].startswith("app/guess: several tables")
    names = {texts[name]: flags for name, flags in zip(data["names"], data["flags"], strict=True)}
    assert names["kind"] == 16
    assert names["guessed"] == 32


def test_unknown_origins_and_constants_are_shown(repository, visit):
    guessing(repository)
    page = visit(repository.report())
    panel = page.page.locator("#pane-asset")
    assert "Unknown in app" in panel.inner_text()
    assert "several tables may have the column: amount" in panel.inner_text()
    page.choose("app/guess")
    rows = panel.locator("tr").all_inner_texts()
    assert any("kind" in row and "constant" in row for row in rows)
    assert any("guessed" in row and "unknown origin" in row for row in rows)
    assert "a star stands for columns that are unknown" in panel.inner_text()


def test_the_panel_has_descriptions(repository, visit):
    columns = {
        "id": Column(type="bigint", description="Number of the <b>customer</b>."),
        "name": Column(type="varchar"),
    }
    described = Asset(
        key="app/a", at="src/a.py:1", description="One row per customer.", columns=columns
    )
    write(repository, "app", described)
    found = visit(repository.report())
    found.choose("app/a")
    panel = found.page.locator("#pane-asset")
    assert panel.locator(".described").all_inner_texts() == [
        "One row per customer.",
        "Number of the <b>customer</b>.",
    ]
