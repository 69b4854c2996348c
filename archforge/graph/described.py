"""Records whose fields are arguments: the common ground of layers and registry blocks."""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any, ClassVar, Self

from archforge.graph.argument import Argument


@dataclass(frozen=True, kw_only=True)
class Described:
    """A frozen record of named arguments, each of which says what it accepts."""

    INPUTS: ClassVar[tuple[int, int | None]] = (1, 1)
    """Fewest and most inputs; ``None`` for no limit."""

    BASE: ClassVar[tuple[str, ...]] = ()
    """Arguments that every record of the kind has; listed last."""

    @classmethod
    def arguments(cls) -> dict[str, Argument]:
        """Every argument with what it accepts, the record's own ones first."""
        every = {f.name: f.metadata["argument"] for f in fields(cls)}
        own = {name: argument for name, argument in every.items() if name not in cls.BASE}
        return own | {name: every[name] for name in cls.BASE}

    @classmethod
    def required(cls) -> tuple[str, ...]:
        """Arguments without a default."""
        return tuple(f.name for f in fields(cls) if f.default is MISSING)

    @classmethod
    def default(cls, name: str) -> Any:
        """The default of argument ``name``, as the record keeps it."""
        return next(f.default for f in fields(cls) if f.name == name)

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """The record with these plain YAML values, which its schema has already accepted."""
        known = cls.arguments()
        return cls(**{name: known[name].convert(value) for name, value in values.items()})

    def written(self) -> dict[str, Any]:
        """The arguments that differ from their defaults."""
        return {
            f.name: getattr(self, f.name)
            for f in fields(self)
            if f.default is MISSING or getattr(self, f.name) != f.default
        }

    @classmethod
    def summary(cls) -> str:
        """The first sentence of its docstring."""
        return " ".join((cls.__doc__ or "").split("\n\n")[0].split())
