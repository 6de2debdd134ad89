"""Decodes JSON into structs; a value of a wrong type costs its own field only.

A whole struct is decoded by msgspec at once. Where that fails, its fields are converted one by one,
and a field whose value does not fit keeps its default.
"""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar

import msgspec
from msgspec import Raw
from msgspec.inspect import (
    BoolType,
    DictType,
    FloatType,
    IntType,
    NoneType,
    RawType,
    StrType,
    StructType,
    Type,
    UnionType,
    VarTupleType,
    type_info,
)

S = TypeVar("S", bound=msgspec.Struct)

_INVALID = object()
_SCALARS: dict[type[Type], type | tuple[type, ...]] = {
    BoolType: bool,
    FloatType: (int, float),
    IntType: int,
    NoneType: type(None),
}


def decode(content: bytes | Raw, struct: type[S]) -> S | None:
    """Return a JSON object as a struct; None for another JSON value.

    Raises:
        msgspec.DecodeError: the content is not JSON.
    """
    decoder: msgspec.json.Decoder[S] = _decoder(struct)
    try:
        return decoder.decode(content)
    except msgspec.ValidationError:
        value = _converted(_type_of(struct), msgspec.json.decode(content))
        return value if isinstance(value, struct) else None


@cache
def _decoder(struct: type[S]) -> msgspec.json.Decoder[S]:
    return msgspec.json.Decoder(struct)


@cache
def _type_of(struct: type[msgspec.Struct]) -> Type:
    return type_info(struct)


def _converted(kind: Type, value: Any) -> Any:  # noqa: PLR0911 - one answer for each kind of type
    """The value as the type has it, without its invalid parts; `_INVALID` if nothing fits."""
    match kind:
        case StructType():
            return _struct(kind, value)
        case UnionType():
            # Numbers first: a number is converted to text only where no number is allowed.
            types = sorted(kind.types, key=lambda one: not isinstance(one, IntType | FloatType))
            options = (_converted(option, value) for option in types)
            return next((one for one in options if one is not _INVALID), _INVALID)
        case DictType():
            return _dict(kind, value)
        case VarTupleType():
            # A list of one value is often written without brackets.
            items = value if isinstance(value, list) else [value] if value else None
            if items is None or isinstance(value, dict):
                return _INVALID
            converted = (_converted(kind.item_type, item) for item in items)
            return tuple(one for one in converted if one is not _INVALID)
        case StrType():
            if isinstance(value, int | float) and not isinstance(value, bool):
                return str(value)
            return value if isinstance(value, str) else _INVALID
        case RawType():
            return Raw(msgspec.json.encode(value))
    expected = _SCALARS.get(type(kind), object)
    is_bool = isinstance(value, bool) and type(kind) in (IntType, FloatType)
    return value if isinstance(value, expected) and not is_bool else _INVALID


def _struct(kind: StructType, value: Any) -> Any:
    if not isinstance(value, dict):
        return _INVALID
    fields = {
        field.name: _converted(field.type, value[field.encode_name])
        for field in kind.fields
        if field.encode_name in value
    }
    return kind.cls(**{name: one for name, one in fields.items() if one is not _INVALID})


def _dict(kind: DictType, value: Any) -> Any:
    if not isinstance(value, dict):
        return _INVALID
    converted = {str(name): _converted(kind.value_type, one) for name, one in value.items()}
    if isinstance(kind.value_type, StructType):
        # The name counts though its value does not: a column without a type is a column.
        empty = kind.value_type.cls()
        return {name: empty if one is _INVALID else one for name, one in converted.items()}
    return {name: one for name, one in converted.items() if one is not _INVALID}
