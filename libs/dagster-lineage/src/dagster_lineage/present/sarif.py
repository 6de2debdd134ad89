"""The result of a check as SARIF 2.1.0, for code scanning and editors.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html; the fields that GitHub needs:
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

from __future__ import annotations

from urllib.parse import quote

import msgspec

from dagster_lineage.analyze.check import CheckResult
from dagster_lineage.analyze.rule import Rule
from dagster_lineage.analyze.rules import all_rules
from dagster_lineage.model.findings import Finding

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif_log(result: CheckResult) -> str:
    """Return one run, with the rules that have findings and one result per finding."""
    rules = all_rules()
    codes = sorted({finding.code for finding in result.findings})
    driver = {"name": "lineage", "rules": [_rule(rules[code]) for code in codes]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"ROOT": {"description": {"text": "The root of the repository."}}},
        "results": [_result(finding, codes) for finding in result.findings],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return msgspec.json.format(msgspec.json.encode(log), indent=2).decode()


def _rule(rule: type[Rule]) -> dict[str, object]:
    manual = rule.manual()
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": manual.partition("\n\n")[0].replace("\n", " ")},
        "fullDescription": {"text": manual.partition("\n\n**Anti-pattern**")[0]},
        "help": {"text": manual, "markdown": manual},
        "defaultConfiguration": {"level": rule.level},
    }


def _result(finding: Finding, codes: list[str]) -> dict[str, object]:
    hint = f"Did you mean `{finding.nearest}`?" if finding.nearest else ""
    return {
        "ruleId": finding.code,
        "ruleIndex": codes.index(finding.code),
        "level": finding.level,
        "message": {"text": " ".join(filter(None, (finding.message, hint, finding.fix)))},
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
