"""Arguments of layers and blocks: the step's own over ``defaults:`` over their own defaults."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar, cast

from archforge.blocks import BLOCKS, Recipe, block
from archforge.blocks import PLUGINS as BLOCK_PLUGINS
from archforge.errors import Mark, Problem, ProblemError, did_you_mean
from archforge.expand.operations import show
from archforge.expand.scope import Place, Scope
from archforge.expand.values import Values
from archforge.expand.working import Given, Working
from archforge.graph import Described, Layer
from archforge.layers import LAYERS, layer
from archforge.layers import PLUGINS as LAYER_PLUGINS
from archforge.plugins import at_mark, blamed, is_plugin, not_offered
from archforge.spec import Block, Call, Spec
from archforge.spec import Mapping as Keys
from archforge.spec.validate import misfit

Kind = TypeVar("Kind", bound=Described)


@dataclass(frozen=True)
class Type:
    """What a bare type name in a block's ``arguments:`` accepts."""

    words: str
    fits: Callable[[Any], bool]


def _misfit(kind: type[Described], key: str, value: Any) -> str | None:
    if isinstance(value, list | dict):
        return misfit(kind.arguments()[key].schema, value)
    return _plain_misfit(cast("Any", kind), key, type(value).__name__, value)


@lru_cache(maxsize=4_096)  # a step in a loop has the same values in each turn
def _plain_misfit(kind: Any, key: str, of: str, value: Any) -> str | None:
    del of  # keeps 1, 1.0 and true apart, which are equal
    return misfit(kind.arguments()[key].schema, value)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _layer_name(value: Any) -> bool:
    # Whether a package offers a plug-in is told where the layer is used.
    return isinstance(value, str) and (value in LAYERS or is_plugin(value))


TYPES: dict[str, Type] = {
    "int": Type("a whole number", _whole),
    "float": Type("a number", _number),
    "bool": Type("true or false", lambda value: isinstance(value, bool)),
    "str": Type("a word", lambda value: isinstance(value, str)),
    "list": Type("a list", lambda value: isinstance(value, list)),
    "layer": Type("the name of a layer", _layer_name),
    "block": Type("the name of a block", lambda value: isinstance(value, str)),
}


def type_of(default: Any) -> Type | None:
    """What an argument with this default accepts; anything where the default does not say."""
    if isinstance(default, bool):
        return TYPES["bool"]
    # A whole default does not forbid 0.5: `dropout: 0` is written as often as `0.0`.
    if isinstance(default, int | float):
        return TYPES["float"]
    return None


def no_such(
    kind: str, what: str, known: Iterable[str], others: Iterable[str], mark: Mark
) -> Problem:
    """There is no layer or block called ``what``; ``others`` are of the other kind."""
    if is_plugin(what):
        return not_offered(LAYER_PLUGINS if kind == "layer" else BLOCK_PLUGINS, what, mark)
    if what in others:
        other = "block" if kind == "layer" else "layer"
        fix = f"'{what}' is a {other}: write `{other}: {what}`"
    else:
        fix = did_you_mean(what, known)
    return Problem("AF103", f"there is no {kind} '{what}'", mark, fix=fix)


class Arguments:
    """Works out the arguments of one spec's steps."""

    def __init__(self, spec: Spec, values: Values, working: Working) -> None:
        self._spec = spec
        self._file = Place(Scope(), values)
        self._working = working

    def layer(self, what: str, step: Call, place: Place) -> Layer:
        """The record of a layer.

        Raises:
            ProblemError: There is none, or with every problem of its arguments.
        """
        kind = at_mark(layer, what, step.what.mark)
        if kind is None:
            others = [*self._spec.blocks, *BLOCKS]
            raise ProblemError([no_such("layer", what, LAYERS, others, step.what.mark)])
        return self._record(kind, what, step, place)

    def recipe(self, what: str, step: Call, place: Place) -> Recipe:
        """The record of a block that is not of this file.

        Raises:
            ProblemError: There is none, or with every problem of its arguments.
        """
        kind = at_mark(block, what, step.what.mark)
        if kind is None:
            known = [*BLOCKS, *self._spec.blocks]
            raise ProblemError([no_such("block", what, known, LAYERS, step.what.mark)])
        return self._record(kind, what, step, place)

    def _record(self, kind: type[Kind], what: str, step: Call, place: Place) -> Kind:
        given = self._written(what, step, place)
        values, found = given.values, given.problems
        arguments = kind.arguments()
        self._shaped(kind, given)
        found += self._unknown(what, values, arguments, step)
        found += [
            Problem("AF102", f"{what} needs '{key}'", step.mark, fix=f"add `{key}: ...`")
            for key in kind.required()
            if key not in values and not found
        ]
        for key in [key for key in values if key in arguments]:
            wrong = _misfit(kind, key, values[key])
            if wrong is not None:
                found.append(self._wrong(what, key, wrong, values[key], step))
        if found:
            raise ProblemError(found)
        if not is_plugin(what):
            return kind.of(values)
        with blamed(what, "its arguments cannot be read", step.mark):
            made = kind.of(values)
            hash(made)  # values that can change, or that cannot be compared, are no arguments
        return made

    def _shaped(self, kind: type[Described], given: Given) -> None:
        """Note the hyperparameters on which the shape of the output may hang."""
        shaping = kind.shaped_by() if issubclass(kind, Layer) else given.origins
        for key in shaping:
            self._working.network.reads.steps |= given.origins.get(key, frozenset())

    def of_block(self, block: Block, step: Call, place: Place) -> Given:
        """The arguments of a block of this file, its own defaults filled in.

        Raises:
            ProblemError: With every problem of its arguments.
        """
        given = self._written(block.name, step, place)
        values, found = given.values, given.problems
        unclear = bool(found)  # a value that cannot be worked out is there all the same
        found += self._unknown(block.name, values, block.arguments, step)
        for key, declared in block.arguments.items():
            if key in values or not unclear:
                found += self._declared(block, step, values, key, declared.plain)
        if found:
            raise ProblemError(found)
        return given

    def _written(self, what: str, step: Call, place: Place) -> Given:
        written = self._spec.defaults.get(what)
        own = self._working.plain_arguments(step.arguments, place)
        if written is None:
            return own
        unused = written.without(step.arguments.entries)
        default = self._working.plain_arguments(unused, self._file)
        return Given(
            {**default.values, **own.values},
            {**default.origins, **own.origins},
            [*default.problems, *own.problems],
        )

    def _unknown(
        self, what: str, values: Mapping[str, Any], known: Mapping[str, Any], step: Call
    ) -> list[Problem]:
        return [
            Problem(
                "AF101",
                f"{what} has no '{key}'",
                self._mark(what, key, step, key_itself=True),
                fix=did_you_mean(key, known),
            )
            for key in values
            if key not in known
        ]

    def _declared(
        self, block: Block, step: Call, values: dict[str, Any], key: str, declared: Any
    ) -> list[Problem]:
        """Fill in the default of one argument, or say what is wrong with its value."""
        required = TYPES.get(declared) if isinstance(declared, str) else None
        if key in values:
            expected = required or type_of(declared)
            if expected is None or expected.fits(values[key]):
                return []
            wrong = f"must be {expected.words}, not {show(values[key])}"
            return [self._wrong(block.name, key, wrong, values[key], step)]
        if required is not None:
            fix = f"add `{key}: ...`"
            return [Problem("AF102", f"{block.name} needs '{key}'", step.mark, fix=fix)]
        values[key] = declared
        return []

    def _wrong(self, what: str, key: str, wrong: str, value: Any, step: Call) -> Problem:
        whole = isinstance(value, float) and "whole" in wrong
        fix = "use `//` for a whole number" if whole else ""
        return Problem("AF105", f"{key} of {what} {wrong}", self._mark(what, key, step), fix=fix)

    def _mark(self, what: str, key: str, step: Call, *, key_itself: bool = False) -> Mark:
        for tree in (step.arguments, self._spec.defaults.get(what)):
            if isinstance(tree, Keys) and key in tree:
                return tree.keys[key] if key_itself else tree[key].mark
        return step.mark
