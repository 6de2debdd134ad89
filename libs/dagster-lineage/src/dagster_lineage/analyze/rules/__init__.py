"""The rules, one file each, named by its code in lower case: `ed01.py` is ED01.

Every module of this package is a rule; there is no list to keep.
"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from types import ModuleType

from dagster_lineage.analyze.rule import Rule
from dagster_lineage.model.errors import LineageError
from dagster_lineage.model.nearest_names import did_you_mean


@cache
def all_rules() -> dict[str, type[Rule]]:
    """Return every rule by its code, sorted.

    Raises:
        ImportError: A module of this package does not hold exactly the rule it is named for.
    """
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return {name.upper(): _rule_of(import_module(f"{__name__}.{name}")) for name in names}


def rule_named(text: str) -> type[Rule]:
    """Return a rule by its code or name, in any case.

    Raises:
        LineageError: There is no such rule.
    """
    rules = all_rules()
    by_name = {rule.name: rule for rule in rules.values()}
    found = rules.get(text.upper()) or by_name.get(text.lower())
    if found is None:
        hint = did_you_mean(text, by_name if "-" in text else rules)
        raise LineageError(f"unknown rule `{text}`: {hint}")
    return found


def _rule_of(module: ModuleType) -> type[Rule]:
    code = module.__name__.rpartition(".")[2].upper()
    rules = [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, Rule)
        and value.__module__ == module.__name__
    ]
    if len(rules) != 1 or rules[0].code != code:
        raise ImportError(f"{module.__name__} must define one rule, with the code {code}")
    return rules[0]
