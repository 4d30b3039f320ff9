"""The base of decidua's plain values: frozen dataclasses whose methods are inherited instead of generated.

The ``dataclass`` decorator writes and compiles ``__init__``, ``__eq__``, ``__hash__``, ``__repr__`` and the frozen
``__setattr__`` anew for each class. A hundred classes make that a third of the start of the terminal tool, each time.
The methods here serve them all. A subclass is still a dataclass to ``dataclasses.fields`` and ``replace``, to pydantic,
which draws its JSON Schema and reads stored values, and to type checkers.
"""

from __future__ import annotations

from dataclasses import Field, FrozenInstanceError, dataclass
from inspect import get_annotations
from typing import Any, ClassVar, NoReturn, Self, dataclass_transform

__all__ = ["Frozen", "Values"]


class Values:
    """The methods of a value that is never changed once made; equal are those of one class with equal fields.

    Raises:
        TypeError: A field is missing, unknown or given twice.
        FrozenInstanceError: A field is set or deleted.
    """

    _names: ClassVar[tuple[str, ...]] = ()
    _defaults: ClassVar[dict[str, Any]] = {}

    def __init__(self, *values: Any, **named: Any) -> None:
        own = self.__dict__
        if values:
            own.update(zip(self._names, values, strict=False))
            if len(values) > len(self._names) or not named.keys().isdisjoint(own):
                raise TypeError(f"{type(self).__name__} was given a field twice, or too many")
        own.update(named)
        if tuple(own) != self._names:
            self._arrange(own)

    def _arrange(self, own: dict[str, Any]) -> None:
        """Fill in the defaults and bring the fields into the order of the class."""
        given = self._defaults | own
        if given.keys() != set(self._names):
            missing = [name for name in self._names if name not in given]
            unknown = [name for name in given if name not in self._names]
            raise TypeError(f"{type(self).__name__}: missing {missing}, unknown {unknown}")
        own.clear()
        own.update((name, given[name]) for name in self._names)

    def altered(self, **changed: Any) -> Self:
        """Return the same value with some fields otherwise, as ``dataclasses.replace`` does in several times the time.

        Raises:
            TypeError: A field is unknown.
        """
        other = object.__new__(type(self))
        own = other.__dict__
        own.update(self.__dict__)
        own.update(changed)
        if tuple(own) == self._names:
            return other
        return type(self)(**dict(zip(self._names, self._values(), strict=True)) | changed)

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> NoReturn:
        raise FrozenInstanceError(f"cannot delete field {name!r}")

    def __eq__(self, other: object) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return self is other or self._values() == other._values()

    def __hash__(self) -> int:
        return hash((self.__class__, self._values()))

    def __repr__(self) -> str:
        inside = ", ".join(f"{name}={value!r}" for name, value in zip(self._names, self._values(), strict=True))
        return f"{type(self).__qualname__}({inside})"

    def _values(self) -> tuple[Any, ...]:
        own = self.__dict__
        return tuple([own[name] for name in self._names])


class _Fields:
    """The fields of a class as ``dataclasses`` has them: worked out when somebody asks, which a start never does."""

    def __get__(self, instance: object, owner: type[Any]) -> dict[str, Field[Any]]:
        if owner is Frozen:
            raise AttributeError("__dataclass_fields__")
        dataclass(owner, init=False, repr=False, eq=False, match_args=False)
        made: dict[str, Field[Any]] = owner.__dict__["__dataclass_fields__"]
        return made


@dataclass_transform(frozen_default=True)
class Frozen(Values):
    """A dataclass with these methods; ``dataclasses.field`` and ``__post_init__`` are not for these classes."""

    __dataclass_fields__: ClassVar[Any] = _Fields()

    def __init_subclass__(cls, **given: Any) -> None:
        super().__init_subclass__(**given)
        own = [name for name, kind in get_annotations(cls).items() if not str(kind).startswith(_OF_THE_CLASS)]
        names = (*cls._names, *(name for name in own if name not in cls._names))
        cls._defaults = cls._defaults | {name: cls.__dict__[name] for name in own if name in cls.__dict__}
        if any(isinstance(one, Field) for one in cls._defaults.values()) or "__post_init__" in cls.__dict__:
            raise TypeError(f"{cls.__name__} uses dataclasses.field or __post_init__; make it a dataclass")
        cls._names = names
        type.__setattr__(cls, "__match_args__", names)
        cls.__dataclass_fields__ = _Fields()  # not those of the class above, should they be known already


_OF_THE_CLASS = ("ClassVar", "typing.ClassVar")
