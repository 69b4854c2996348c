"""Formulas read without running anything: also those in branches that the defaults never take."""

from collections.abc import Iterator, Sequence

from archforge.errors import Problem
from archforge.expand.formula import parse_formula
from archforge.expand.operations import FormulaError
from archforge.expand.references import parse_reference
from archforge.expand.scope import unknown_name
from archforge.spec import Branches, Call, Include, Items, Loop, Scalar, Share, Spec, Step, Tree
from archforge.spec.names import bodies
from archforge.spec.tree import formulas

Known = tuple[str, ...]


def formula_problems(spec: Spec) -> Iterator[Problem]:
    """Formulas and node names that cannot be read, and names in them that do not exist.

    A hyperparameter that nothing reads is a problem too: it would be searched for nothing.
    """
    read: set[str] = set()
    yield from _every(spec, read)
    for name, known in spec.hyperparameters.items():
        if name not in read:
            yield Problem(
                "AF309",
                f"nothing reads the hyperparameter '{name}'",
                known.mark,
                why="it would be shown and searched without any effect",
                fix=f"use it as `={name}`, or remove it",
            )


def unread(spec: Spec) -> list[str]:
    """The hyperparameters that nothing reads."""
    read: set[str] = set()
    for _ in _every(spec, read):
        pass  # only the names are wanted
    return [name for name in spec.hyperparameters if name not in read]


def _every(spec: Spec, read: set[str]) -> Iterator[Problem]:
    """Problems of every formula; the hyperparameters that they name go to ``read``."""
    file = tuple(spec.hyperparameters)
    yield from _file(spec, file, read)
    for block in spec.blocks.values():
        yield from _steps(block.steps, tuple(block.arguments), set(), in_block=True)
    yield from _steps(spec.steps, file, read, in_block=False)


def _file(spec: Spec, known: Known, read: set[str]) -> Iterator[Problem]:
    sections: list[Tree] = [
        tree for key in ("inputs", "require", "outputs") if (tree := spec.tree.get(key)) is not None
    ]
    sections += spec.defaults.values()
    sections += [each for one in spec.hyperparameters.values() if (each := one.each) is not None]
    for tree in sections:
        yield from _tree(tree, known, read, in_block=False)
    for output in spec.outputs:
        yield from _reference(output, known, read, in_block=False)


def _steps(
    steps: Sequence[Step], known: Known, read: set[str], *, in_block: bool
) -> Iterator[Problem]:
    for step in steps:
        for tree in _own(step):
            yield from _tree(tree, known, read, in_block=in_block)
        for reference in _references(step):
            yield from _reference(reference, known, read, in_block=in_block)
        inside = (*known, *step.columns) if isinstance(step, Loop) else known
        for body in _bodies(step):
            yield from _steps(body, inside, read, in_block=in_block)


def _own(step: Step) -> Iterator[Tree]:
    """What the step itself writes as values."""
    if step.condition is not None:
        yield step.condition
    if isinstance(step, Call):
        yield from (tree for tree in (step.what, step.arguments, step.repeat) if tree is not None)
        yield from (tree for tree in (step.align, step.interpolation) if tree is not None)
    if isinstance(step, Loop):
        yield from step.columns.values()
    if isinstance(step, Include):
        values = (step.what, step.preset, step.hyperparameters, step.weights, step.trainable)
        yield from (value for value in values if value is not None)


def _references(step: Step) -> Iterator[Scalar]:
    """What the step writes as names of nodes."""
    if step.name is not None:
        yield step.name
    if isinstance(step, Share):
        yield step.what
    if isinstance(step, Include) and step.until is not None:
        yield step.until
    sources = step.source.items if isinstance(step.source, Items) else (step.source,)
    yield from (source for source in sources if isinstance(source, Scalar))


def _bodies(step: Step) -> tuple[Sequence[Step], ...]:
    """The steps inside a step, the merge of branches among them."""
    if isinstance(step, Branches) and step.merge is not None:
        return (*bodies(step), (step.merge,))
    return bodies(step)


def _tree(tree: Tree, known: Known, read: set[str], *, in_block: bool) -> Iterator[Problem]:
    for scalar in formulas(tree):
        yield from _names(str(scalar.value), scalar, known, read, in_block=in_block)


def _reference(
    scalar: Scalar, known: Known, read: set[str], *, in_block: bool
) -> Iterator[Problem]:
    try:
        reference = parse_reference(scalar.value)
    except FormulaError as error:
        yield _problem(error, scalar)
        return
    for _, indices in reference.parts:
        for index in indices:
            if index != "*" and not index.isdigit():
                yield from _names(f"={index}", scalar, known, read, in_block=in_block)


def _names(
    text: str, scalar: Scalar, known: Known, read: set[str], *, in_block: bool
) -> Iterator[Problem]:
    try:
        formula = parse_formula(text)
    except FormulaError as error:
        yield _problem(error, scalar)
        return
    read |= formula.names
    for name in sorted(formula.names - set(known)):
        yield _problem(unknown_name(name, list(known), in_block=in_block), scalar)


def _problem(error: FormulaError, scalar: Scalar) -> Problem:
    return Problem(error.code, error.message, scalar.mark, error.why, error.fix)
