"""The base of everything that is loaded from ``rules``: plain values that pydantic reads and checks.

A record is written like a pydantic model. The model itself is made of it when YAML is read or a JSON Schema asked for,
which a start from the kept copy of the rulebook never does: making seventy models takes longer than loading all rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from inspect import get_annotations
from types import new_class
from typing import Any, ClassVar, Self, dataclass_transform

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, TypeAdapter, ValidatorFunctionWrapHandler
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, PydanticUndefined, core_schema

from decidua.frozen import Values

__all__ = ["Record"]

CONFIG = ConfigDict(
    strict=True, extra="forbid", frozen=True, allow_inf_nan=False, arbitrary_types_allowed=True, defer_build=True
)


class _Fields:
    """The fields of a record as its pydantic model has them, by name."""

    def __get__(self, instance: object, owner: type[Record]) -> Mapping[str, FieldInfo]:
        return owner.model_class().model_fields


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(Field,))
class Record(Values):
    """Anything that is loaded from ``rules``: strict, no unknown keys, never changed.

    The names ``model_...`` mean what they mean for a pydantic model. Only ``model_validate`` checks: a record made by
    its class, or changed with ``model_copy``, is taken as it is.
    """

    model_fields: ClassVar[Any] = _Fields()
    _factories: ClassVar[dict[str, Any]] = {}

    def __init_subclass__(cls, **given: Any) -> None:
        super().__init_subclass__(**given)
        own = [name for name in get_annotations(cls) if not name.startswith("_")]
        cls._names = (*(name for name in cls._names if name not in own), *own)
        cls._defaults = dict(cls._defaults)
        cls._factories = dict(cls._factories)
        for name in own:
            default = cls.__dict__.get(name, PydanticUndefined)
            if isinstance(default, FieldInfo):
                if default.default_factory is not None:
                    cls._factories[name] = default.default_factory
                default = default.default
            if default is not PydanticUndefined:
                cls._defaults[name] = default

    def _arrange(self, own: dict[str, Any]) -> None:
        for name, make in self._factories.items():
            if name not in own:
                own[name] = make()
        super()._arrange(own)

    @classmethod
    def model_class(cls) -> type[BaseModel]:
        """Return the pydantic model that reads and checks this kind of record; it is made once."""
        made: type[BaseModel] | None = cls.__dict__.get("_model")
        if made is None:
            above = [base.model_class() for base in cls.__bases__ if issubclass(base, Record) and base is not Record]
            content = {name: value for name, value in cls.__dict__.items() if name not in _MACHINERY}
            content["model_config"] = CONFIG
            made = new_class(cls.__name__, tuple(above) or (BaseModel,), exec_body=partial(_fill, content))
            cls._model = made  # type: ignore[attr-defined]
        return made

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_wrap_validator_function(cls._read, handler.generate_schema(cls.model_class()))

    @classmethod
    def _read(cls, value: Any, check: ValidatorFunctionWrapHandler) -> Self:
        if isinstance(value, cls):
            return value
        made = cls.__new__(cls)
        made.__dict__.update(check(value).__dict__)
        return made

    @classmethod
    def model_validate(cls, value: Any) -> Self:
        """Read and check a value.

        Raises:
            pydantic.ValidationError: It is no such record.
        """
        reader: TypeAdapter[Self] | None = cls.__dict__.get("_reader")
        if reader is None:
            reader = cls._reader = TypeAdapter(cls)  # type: ignore[attr-defined]
        return reader.validate_python(value)

    @classmethod
    def model_json_schema(cls, **how: Any) -> dict[str, Any]:
        """Return the JSON Schema of this kind of record."""
        return cls.model_class().model_json_schema(**how)

    def model_copy(self, *, update: Mapping[str, Any] | None = None) -> Self:
        """Return the record with some fields changed, which are not checked again."""
        return type(self)(**{**self.__dict__, **(update or {})})

    def model_dump(self, *, exclude: frozenset[str] | set[str] = frozenset()) -> dict[str, Any]:
        """Return the record and those within it as mappings, some fields of its own left out."""
        return {name: _plain(value) for name, value in self.__dict__.items() if name not in exclude}


_MACHINERY = frozenset(("_names", "_defaults", "_factories", "_model", "_reader", "__dict__", "__weakref__"))
"""What a record has and its model must not take over."""


def _fill(content: Mapping[str, Any], space: dict[str, Any]) -> None:
    space.update(content)


def _plain(value: Any) -> Any:
    if isinstance(value, Record):
        return value.model_dump()
    if isinstance(value, tuple):
        return tuple(_plain(one) for one in value)
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return value
