"""`lineage rule`: manual pages."""

from __future__ import annotations

from dagster_lineage.analyze.rules import all_rules


def test_page_has_heading_and_both_sections(lineage) -> None:
    code, out, _ = lineage("rule", "ed01")
    assert code == 0
    assert out.startswith("# ED01 unresolved-key\n\nA dependency points at an asset key ")
    assert "**Anti-pattern**" in out
    assert "**Best practice**" in out


def test_rule_is_found_by_its_name(lineage) -> None:
    assert lineage("rule", "cross-project-cycle")[1].startswith("# ED02 ")


def test_all_pages_and_the_list_have_every_code(lineage) -> None:
    pages, names = lineage("rule", "--all")[1], lineage("rule", "--list")[1]
    for code, rule in all_rules().items():
        assert f"# {code} {rule.name}\n" in pages
        assert f"{code}  {rule.name}\n" in names
    assert {"ED01", "SU01", "BL01"} <= set(all_rules())


def test_unknown_rule_has_the_nearest(lineage) -> None:
    code, _, err = lineage("rule", "EX99")
    assert code == 2
    assert "unknown rule `EX99`" in err
    assert lineage("rule")[0] == 2
