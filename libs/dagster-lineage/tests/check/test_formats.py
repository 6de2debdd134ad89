"""The formats of `lineage check`, as their readers need them."""

from __future__ import annotations

import json
import sys

import jsonschema
import pytest

from dagster_lineage.analyze.check import CheckResult
from dagster_lineage.analyze.rules import all_rules
from dagster_lineage.model.findings import Finding
from dagster_lineage.present.formats import CHECK_FORMATS, format_check

TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
LOCATION = {
    "type": "object",
    "required": ["physicalLocation"],
    "properties": {
        "physicalLocation": {
            "type": "object",
            "required": ["artifactLocation", "region"],
            "properties": {
                "artifactLocation": {
                    "type": "object",
                    "required": ["uri"],
                    "properties": {"uri": {"type": "string", "pattern": "^[^ \\\\]+$"}},
                },
                "region": {
                    "type": "object",
                    "required": ["startLine"],
                    "properties": {"startLine": {"type": "integer", "minimum": 1}},
                },
            },
        }
    },
}
RESULT = {
    "type": "object",
    "required": ["ruleId", "ruleIndex", "level", "message", "locations", "partialFingerprints"],
    "properties": {
        "level": LEVEL,
        "message": TEXT,
        "locations": {"type": "array", "minItems": 1, "items": LOCATION},
        "partialFingerprints": {"additionalProperties": {"type": "string"}},
    },
}
RULE = {
    "type": "object",
    "required": ["id", "shortDescription", "fullDescription", "help", "defaultConfiguration"],
    "properties": {
        "shortDescription": TEXT,
        "fullDescription": TEXT,
        "help": {"type": "object", "required": ["text", "markdown"]},
        "defaultConfiguration": {"properties": {"level": LEVEL}},
    },
}
# What SARIF 2.1.0 and GitHub's code scanning require of the parts that we write.
SARIF = {
    "type": "object",
    "required": ["$schema", "version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool", "results"],
                "properties": {
                    "tool": {
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "required": ["name", "rules"],
                                "properties": {"rules": {"type": "array", "items": RULE}},
                            }
                        },
                    },
                    "results": {"type": "array", "items": RESULT},
                },
            },
        },
    },
}


def checked(*findings: Finding) -> CheckResult:
    return CheckResult(findings=findings, projects=2, edges=5, unresolved_edges=0)


def finding(**facts: object) -> Finding:
    known = {
        "code": "ED01",
        "name": "unresolved-key",
        "level": "error",
        "file": "projects/ml/a.py",
        "line": 3,
        "project": "ml",
        "message": "`x` is read.",
        "key": "x",
    }
    return Finding(**{**known, **facts})  # type: ignore[arg-type]


def test_json_has_every_field_of_every_finding(repository, lineage) -> None:
    repository.reads("jaffle/ordrs", "stripe/charges")
    code, out, _ = lineage("check", "--format", "json")
    assert code == 1
    document = json.loads(out)
    assert document["summary"] == {
        "projects": 2,
        "edges": 2,
        "unresolved_edges": 2,
        "unchecked_edges": 0,
        "unreadable": [],
        "errors": 1,
        "warnings": 1,
        "notes": 0,
        "suppressed": 0,
        "in_baseline": 0,
    }
    first = document["findings"][0]
    assert set(first) == {*Finding.__struct_fields__, "fingerprint"}
    assert (first["code"], first["nearest"]) == ("ED01", "jaffle/orders")


def test_sarif_is_valid_and_points_into_its_rules(repository, lineage) -> None:
    repository.reads("jaffle/ordrs", "stripe/charges")
    code, out, _ = lineage("check", "--format", "sarif")
    assert code == 1
    document = json.loads(out)
    jsonschema.validate(document, SARIF)
    run = document["runs"][0]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert [rules[result["ruleIndex"]] for result in run["results"]] == ["ED01", "EX01"]
    # GitHub cuts longer ones off.
    assert all(
        len(one["fullDescription"]["text"]) <= 1024 for one in run["tool"]["driver"]["rules"]
    )


def test_every_rule_fits_into_sarif() -> None:
    findings = [finding(code=code, name=rule.name) for code, rule in all_rules().items()]
    document = json.loads(format_check(checked(*findings), "sarif"))
    jsonschema.validate(document, SARIF)
    rules = document["runs"][0]["tool"]["driver"]["rules"]
    assert all(len(one["fullDescription"]["text"]) <= 1024 for one in rules)
    assert not [one["id"] for one in rules if "**" in one["shortDescription"]["text"]]


def test_sarif_quotes_paths() -> None:
    document = json.loads(format_check(checked(finding(file="projects/ml/a b.py")), "sarif"))
    jsonschema.validate(document, SARIF)
    location = document["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == "projects/ml/a%20b.py"


def test_github_annotation_cannot_be_broken_by_what_it_says() -> None:
    text = format_check(
        checked(
            finding(
                file="a,b:c%.py",
                message="50 % of\r\n`x`::error file=z::",
                nearest="y",
                level="note",
                owners=("team:a",),
            )
        ),
        "github",
    )
    assert text == (
        "::notice file=a%2Cb%3Ac%25.py,line=3,title=ED01 unresolved-key::"
        "50 %25 of%0D%0A`x`::error file=z::%0ADid you mean `y`?%0AOwners: team:a."
    )


def test_nothing_found_is_no_annotation_and_valid_documents() -> None:
    assert format_check(checked(), "github") == ""
    assert json.loads(format_check(checked(), "json"))["findings"] == []
    jsonschema.validate(json.loads(format_check(checked(), "sarif")), SARIF)


def test_text_is_grouped_by_owner() -> None:
    text = format_check(
        checked(
            finding(owners=("team:b",)),
            finding(owners=("team:a",), file="z.py"),
            finding(owners=("team:b",), line=9),
            finding(project="ml"),
            finding(project="", file="pyproject.toml"),
        ),
        "text",
    )
    headings = [line for line in text.splitlines() if line and not line.startswith(" ")]
    assert headings[:-1] == ["ml (no owner)", "repository", "team:a", "team:b"]
    assert headings[-1].startswith("Found 5 errors: 5 edges")


@pytest.mark.parametrize(
    ("arguments", "variables", "colored"),
    [
        ([], {}, True),
        (["--no-color"], {}, False),
        ([], {"NO_COLOR": "1"}, False),
        ([], {"TERM": "dumb"}, False),
    ],
)
def test_colors_are_for_terminals_that_show_them(  # noqa: PLR0917 - fixtures and cases
    repository, lineage, monkeypatch, arguments, variables, colored
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert ("\x1b[" in lineage("check", *arguments)[1]) is colored


def test_no_colors_in_a_pipe(repository, lineage) -> None:
    assert "\x1b[" not in lineage("check")[1]


@pytest.mark.parametrize("name", CHECK_FORMATS)
def test_every_format_can_be_written(name: str) -> None:
    assert "ED01" in format_check(checked(finding()), name)
