"""Records whose fields are arguments: the common ground of layers and registry blocks."""

from collections.abc import Mapping
from dataclasses import MISSING, FrozenInstanceError, dataclass, field, fields
from functools import cache
from typing import Any, ClassVar, Self, TypeVar, dataclass_transform

from archforge.graph.argument import Argument
from archforge.graph.shape import Shape

Kind = TypeVar("Kind")


@dataclass(frozen=True)
class Example:
    """One use of a record, for its page in the documentation.

    Args:
        arguments: As a spec writes them.
        inputs: Shapes of its inputs; images of one size where nothing is said.
    """

    arguments: Mapping[str, Any] = field(default_factory=dict)
    inputs: tuple[Shape, ...] = ()


@dataclass_transform(frozen_default=True, kw_only_default=True)
def record(kind: type[Kind]) -> type[Kind]:
    """Make ``kind``, a subclass of ``Described``, a frozen dataclass with named arguments.

    Its methods come from ``Described``: generating them anew for each of some fifty classes took a
    fifth of the time of `archforge check`.
    """
    return dataclass(init=False, repr=False, eq=False, match_args=False, kw_only=True)(kind)


@record
class Described:
    """A frozen record of named arguments, each of which says what it accepts."""

    INPUTS: ClassVar[tuple[int, int | None]] = (1, 1)
    """Fewest and most inputs; ``None`` for no limit."""

    BASE: ClassVar[tuple[str, ...]] = ()
    """Arguments that every record of the kind has; listed last."""

    EXAMPLE: ClassVar[Example] = Example()
    """How it is used; one that must be given arguments states some."""

    def __init__(self, **given: Any) -> None:
        defaults = self._defaults()
        for name in given:
            if name not in defaults:
                raise TypeError(f"{type(self).__name__} has no argument {name!r}")
        known = defaults | given
        for name, value in known.items():
            if value is MISSING:
                raise TypeError(f"{type(self).__name__} needs the argument {name!r}")
        vars(self).update(known)

    def __setattr__(self, name: str, value: object) -> None:
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> None:
        raise FrozenInstanceError(f"cannot delete field {name!r}")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((type(self), tuple(vars(self).values())))

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.written().items())
        return f"{type(self).__name__}({shown})"

    @classmethod
    @cache  # asked for every node of a network
    def _defaults(cls) -> dict[str, Any]:
        return {f.name: f.default for f in fields(cls)}

    @classmethod
    @cache
    def arguments(cls) -> Mapping[str, Argument]:
        """Every argument with what it accepts, the record's own ones first."""
        every = {f.name: f.metadata["argument"] for f in fields(cls)}
        own = {name: argument for name, argument in every.items() if name not in cls.BASE}
        return own | {name: every[name] for name in cls.BASE}

    @classmethod
    @cache
    def required(cls) -> tuple[str, ...]:
        """Arguments without a default."""
        return tuple(f.name for f in fields(cls) if f.default is MISSING)

    @classmethod
    def default(cls, name: str) -> Any:
        """The default of argument ``name``, as the record keeps it."""
        return cls._defaults()[name]

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """The record with these plain YAML values, which its schema has already accepted."""
        known = cls.arguments()
        return cls(**{name: known[name].convert(value) for name, value in values.items()})

    def written(self) -> dict[str, Any]:
        """The arguments that differ from their defaults."""
        return {
            name: getattr(self, name)
            for name, default in self._defaults().items()
            if default is MISSING or getattr(self, name) != default
        }

    @classmethod
    def summary(cls) -> str:
        """The first sentence of its docstring."""
        return " ".join((cls.__doc__ or "").split("\n\n")[0].split())
