"""Where images enter: declared shapes and ranges of values, worked out and checked."""

from archforge.errors import Problem, ProblemError
from archforge.expand.formula import parse_formula
from archforge.expand.operations import show
from archforge.expand.scope import Place, Scope
from archforge.expand.values import Values
from archforge.expand.working import Working
from archforge.graph import Input, Shape
from archforge.spec import InputSpec, Rule, Spec

MAX_SIZE = 100_000
VALUES = ("unit", "byte", "signed", "standard", "imagenet", "caffe")


def declared(image: InputSpec, working: Working, place: Place) -> Input:
    """The input that a spec declares.

    Raises:
        ProblemError: A size or the range of values cannot be.
    """
    shape = declared_shape(image, working, place)
    accepted, _ = working.apart(lambda: working.scalar(image.values, place))
    if accepted not in VALUES:
        raise working.problem(
            "AF105",
            f"values cannot be {show(accepted)}",
            image.values.mark,
            fix=f"use one of: {', '.join(VALUES)}",
        )
    return Input(declared=shape, values=accepted)


def declared_shape(image: InputSpec, working: Working, place: Place) -> Shape:
    """Height, width and channels that a spec declares.

    Raises:
        ProblemError: One of them cannot be.
    """
    sizes, read = working.apart(lambda: working.value(image.shape, place))
    working.network.reads.inputs |= read
    for item, size in zip(image.shape.items, sizes, strict=True):
        whole = isinstance(size, int) and not isinstance(size, bool) and 0 < size <= MAX_SIZE
        if size is not None and not whole:
            raise working.problem(
                "AF231",
                f"a size of input '{image.name}' cannot be {show(size)}",
                item.mark,
                why=f"sizes are whole numbers from 1 to {MAX_SIZE}, or null for any",
            )
    return tuple(sizes)


def broken_rules(spec: Spec, values: Values, working: Working) -> list[Problem]:
    """A problem for every rule of `require:` that does not hold."""
    place = Place(Scope(), values)
    found: list[Problem] = []
    for rule in spec.require:
        try:
            if not working.scalar(rule.that, place):
                found.append(_broken(rule, values))
        except ProblemError as error:
            found += error.problems
    return found


def _broken(rule: Rule, values: Values) -> Problem:
    read = sorted(parse_formula(str(rule.that.value)).names)
    shown = ", ".join(f"{name} = {show(values.value(name))}" for name in read if name in values)
    return Problem(
        "AF305",
        rule.say,
        rule.that.mark,
        why=f"`{rule.that.value}` does not hold with {shown}" if shown else "",
    )
