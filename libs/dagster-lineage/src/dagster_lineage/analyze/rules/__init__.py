"""The rules, one file each, named by its code in lower case: `ed01.py` is ED01.

A file that is put here is a rule; nothing lists them.
"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from types import ModuleType

from dagster_lineage.analyze.rule import Rule

__all__ = ["Rule", "all_rules"]

CODE_LENGTH = 4


@cache
def all_rules() -> tuple[type[Rule], ...]:
    """Every rule, sorted by code.

    Raises:
        ImportError: a module that is named like a rule does not hold exactly that rule.
    """
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return tuple(
        _rule_of(import_module(f"{__name__}.{name}"), name.upper())
        for name in names
        if len(name) == CODE_LENGTH and name[:2].isalpha() and name[2:].isdigit()
    )


def _rule_of(module: ModuleType, code: str) -> type[Rule]:
    rules = [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, Rule)
        and value.__module__ == module.__name__
    ]
    if len(rules) != 1 or rules[0].code != code:
        raise ImportError(f"{module.__name__} must hold one rule, with the code {code}")
    return rules[0]
