"""What an editor says of a layer, a block, an argument or a hyperparameter, as Markdown.

The registries hold everything: a layer's docstring, its arguments with what they accept. Nothing is
written twice, so what stands here is worded from the schema's fragments.
"""

import inspect
from collections.abc import Sequence

from archforge.blocks import Recipe, block
from archforge.errors import ProblemError
from archforge.graph import Described, Layer, show_shape
from archforge.layers import layer
from archforge.schema import accepts, shown
from archforge.studio.makings import Instance, shapes
from archforge.studio.spans import Map, Row, Span, Word

BLOCK_TYPES = ("int", "float", "bool", "str", "list", "layer", "block")


def record_of(what: str) -> type[Described] | None:
    """The layer or registry block called ``what``; a plug-in that is broken is none."""
    try:
        return layer(what) or block(what)
    except ProblemError:
        return None


def record_text(what: str, made: Sequence[Instance] = ()) -> str:
    """A layer or a registry block: summary, arguments, source, and what it made here."""
    record = record_of(what)
    assert record is not None
    kind = "a Keras layer" if issubclass(record, Layer) else "a block of the registry"
    parts = [f"**{what}**, {kind}", inspect.cleandoc(record.__doc__ or "")]
    own = record.__dict__.get("shape")
    parts += [inspect.cleandoc(own.__doc__)] if own is not None and own.__doc__ else []
    parts += [made_text(made)] if made else []
    parts.append("\n".join(argument_line(record, name) for name in record.arguments()))
    if issubclass(record, Recipe) and record.SOURCE:
        parts.append(f"Source: {record.SOURCE}")
    return "\n\n".join(part for part in parts if part)


def made_text(made: Sequence[Instance]) -> str:
    """What a step makes of what it reads: ``Here: 32x32x1 -> 30x30x8, 80 parameters``."""
    read = " and ".join(show_shape(shape) for shape in made[0].read)
    total = sum(one.parameters for one in made)
    times = f", run {len(made)} times" if len(made) > 1 else ""
    counted = f", {total:,} parameters" if total else ""
    return f"Here: {read} -> {shapes(made)}{counted}{times}"


def argument_line(record: type[Described], name: str) -> str:
    """One argument in the list of all."""
    argument = record.arguments()[name]
    text = f": {argument.text}" if argument.text else ""
    return f"- `{name}`{_default(record, name)}{text}"


def argument_text(what: str, name: str) -> str:
    """One argument of a layer or registry block, with what it accepts."""
    record = record_of(what)
    assert record is not None
    argument = record.arguments()[name]
    parts = [f"**{name}** of {what}{_default(record, name)}", argument.text]
    return "\n\n".join([*(part for part in parts if part), f"Accepts {accepts(argument.schema)}."])


def _default(record: type[Described], name: str) -> str:
    if name in record.required():
        return ", must be given"
    return f" = `{shown(record.default(name))}`"


def block_text(tree: Map, name: str, whole: str) -> str:
    """A block of the file: the comment above it, its arguments, how many steps it has."""
    block = tree.map("blocks").map(name)
    rows = [
        f"- `{key.text}`{_block_default(value, whole)}"
        for key, value in block.map("arguments").entries
    ]
    inputs = [word.text for word in block.row("inputs") if isinstance(word, Word)]
    count = len(block.row("steps"))
    parts = [f"**{name}**, a block of this file: {count} step{'s' * (count != 1)}"]
    parts += ["\n".join(rows)] if rows else []
    parts += [f"Inputs: {', '.join(inputs)}"] if inputs else []
    return "\n\n".join(parts)


def _block_default(value: Span, whole: str) -> str:
    if isinstance(value, Word) and value.text in BLOCK_TYPES:
        return f", a value of type {value.text}, must be given"
    return f" = `{raw(value, whole)}`"


def value_text(tree: Map, scope: str, name: str, whole: str) -> str:
    """A hyperparameter, an argument of a block, or a loop's variable."""
    if "/" in scope:
        return f"**{name}**, a variable of the loop"
    if scope:
        value = tree.map("blocks").map(scope).map("arguments").get(name)
        default = _block_default(value, whole) if value is not None else ""
        return f"**{name}**, an argument of the block {scope}{default}"
    value = tree.map("hyperparameters").get(name)
    parts = [f"**{name}**, a hyperparameter"]
    if isinstance(value, Map):
        parts.append("\n".join(f"- {key.text}: `{raw(v, whole)}`" for key, v in value.entries))
    elif value is not None:
        parts.append(f"- default: `{raw(value, whole)}`")
    presets = [
        f"- preset {preset.text}: `{raw(given, whole)}`"
        for preset, values in tree.map("presets").entries
        if isinstance(values, Map) and (given := values.get(name)) is not None
    ]
    return "\n\n".join([*parts, "\n".join(presets)] if presets else parts)


def raw(value: Word | Row | Map, whole: str) -> str:
    """A value as it is written, on one line."""
    return " ".join(whole[value.start : value.end].split())
