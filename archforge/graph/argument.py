"""What an argument of a layer accepts: a JSON Schema fragment, for editors and for ``check``."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field
from typing import Any


def _as_is(value: Any) -> Any:
    return value


@dataclass(frozen=True)
class Argument:
    """One named value of a layer or block.

    Args:
        schema: Draft 7 fragment of the plain value (formulas are allowed on top of it, elsewhere).
        convert: From the plain YAML value to the value the record keeps, e.g. ``3`` to ``(3, 3)``.
        text: One line for people and editors.
    """

    schema: Mapping[str, Any]
    convert: Callable[[Any], Any] = _as_is
    text: str = ""


def arg(argument: Argument, default: Any = MISSING, text: str = "") -> Any:
    """A dataclass field described by ``argument``; without ``default`` it must be given.

    ``Any`` because it stands for the field's own type, as ``dataclasses.field`` does.
    """
    described = Argument(argument.schema, argument.convert, text or argument.text)
    value = MISSING if default is MISSING else argument.convert(default)
    return field(default=value, metadata={"argument": described})
