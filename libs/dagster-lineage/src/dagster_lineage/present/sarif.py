"""For code scanning: SARIF 2.1.0, as GitHub and editors read it.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html; what GitHub wants of it:
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

from __future__ import annotations

from urllib.parse import quote

import msgspec

from dagster_lineage.analyze.check import CheckResult
from dagster_lineage.analyze.rule_manual import explained, manual_of
from dagster_lineage.model.findings import Finding

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(checked: CheckResult, *, color: bool) -> str:  # noqa: ARG001 - as all formats
    """One run with the rules that found something, and a result for each finding."""
    rules = {finding.code: finding for finding in checked.findings}
    codes = sorted(rules)
    driver = {"name": "lineage", "rules": [_rule(rules[code]) for code in codes]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"ROOT": {"description": {"text": "The repository's root."}}},
        "results": [_result(finding, codes) for finding in checked.findings],
    }
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode()


def _rule(finding: Finding) -> dict[str, object]:
    manual = manual_of(finding.code)
    return {
        "id": finding.code,
        "name": "".join(word.capitalize() for word in finding.name.split("-")),
        "shortDescription": {"text": manual.partition("\n\n")[0].replace("\n", " ")},
        "fullDescription": {"text": manual.partition("\n\n**Anti-pattern**")[0]},
        "help": {"text": manual, "markdown": manual},
        "defaultConfiguration": {"level": explained()[finding.code].level},
    }


def _result(finding: Finding, codes: list[str]) -> dict[str, object]:
    meant = f"Did you mean `{finding.nearest}`?" if finding.nearest else ""
    return {
        "ruleId": finding.code,
        "ruleIndex": codes.index(finding.code),
        "level": finding.level,
        "message": {"text": " ".join(filter(None, (finding.message, meant, finding.fix)))},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(finding.file), "uriBaseId": "ROOT"},
                    "region": {"startLine": max(finding.line, 1)},
                }
            }
        ],
        "partialFingerprints": {"lineage/v1": finding.fingerprint},
        "properties": {
            "project": finding.project,
            "key": finding.key,
            "owners": finding.owners,
            "otherProject": finding.other_project,
            "otherOwners": finding.other_owners,
        },
    }
