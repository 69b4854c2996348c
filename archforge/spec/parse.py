"""A tree whose form was checked -> a typed ``Spec``.

Every function here relies on that check (``archforge.schema.check``): a wrong type at this point is
a bug of ours, not of the file.
"""

from pathlib import Path

from archforge.spec.records import (
    Block,
    Expectation,
    Hyperparameter,
    InputSpec,
    Rule,
    Search,
    Spec,
)
from archforge.spec.steps import StepReader
from archforge.spec.tree import Items, Mapping, Scalar, Tree

UNIT = "unit"


def parse_spec(tree: Mapping, file: str, home: Path | None = None) -> Spec:
    """The spec in ``tree``.

    Args:
        tree: Whose form was checked.
        file: What problems call it.
        home: Where it lies.
    """
    year = _plain(tree, "year")
    return Spec(
        file=file,
        name=str(_plain(tree, "name")),
        title=str(_plain(tree, "title") or ""),
        source=str(_plain(tree, "source") or ""),
        year=int(year) if isinstance(year, int) else None,
        task=str(_plain(tree, "task") or "segmentation"),
        tree=tree,
        hyperparameters={
            name: _hyperparameter(name, value) for name, value in _section(tree, "hyperparameters")
        },
        presets={name: value.plain or {} for name, value in _section(tree, "presets")},
        inputs={name: _input(name, value) for name, value in _section(tree, "inputs")},
        defaults={name: _mapping(value) for name, value in _section(tree, "defaults")},
        blocks={name: _block(name, value) for name, value in _section(tree, "blocks")},
        steps=StepReader().steps(_items(tree, "graph")),
        outputs=_outputs(tree.get("outputs")),
        loss_weights=_loss_weights(tree.get("outputs")),
        require=tuple(_rule(value) for value in _items(tree, "require")),
        expect=tuple(_expectation(value) for value in _items(tree, "expect")),
        sizes=str(_plain(tree, "sizes") or "exact"),
        home=home,
    )


def _plain(tree: Mapping, key: str) -> object:
    value = tree.get(key)
    return value.plain if isinstance(value, Scalar) else None


def _section(tree: Mapping, key: str) -> list[tuple[str, Tree]]:
    value = tree.get(key)
    return list(value.items()) if isinstance(value, Mapping) else []


def _items(tree: Mapping, key: str) -> tuple[Tree, ...]:
    value = tree.get(key)
    return value.items if isinstance(value, Items) else ()


def _mapping(value: Tree) -> Mapping:
    return value if isinstance(value, Mapping) else Mapping({}, {}, value.mark)


def _scalar(value: Tree | None) -> Scalar:
    assert isinstance(value, Scalar)
    return value


def _hyperparameter(name: str, value: Tree) -> Hyperparameter:
    if not isinstance(value, Mapping):
        return Hyperparameter(name, value.plain, value.mark)
    known = value.plain
    each, choices = value.get("each"), known.get("one_of")
    return Hyperparameter(
        name,
        known["default"],
        value.mark,
        minimum=known.get("min"),
        maximum=known.get("max"),
        one_of=tuple(choices) if choices is not None else None,
        each=_scalar(each) if each is not None else None,
        search=search_range(known["search"]) if "search" in known else None,
    )


def search_range(written: dict[str, object]) -> Search:
    """The range that ``search:`` states, ``{int: [2, 5], step: 1}``."""
    kind = next(kind for kind in ("int", "float", "choice") if kind in written)
    values = written[kind]
    assert isinstance(values, list)
    if kind == "choice":
        return Search("choice", choices=tuple(values))
    step = written.get("step")
    assert step is None or isinstance(step, int | float)
    return Search(kind, values[0], values[1], step, log=bool(written.get("log")))


def _input(name: str, value: Tree) -> InputSpec:
    if isinstance(value, Items):
        return InputSpec(name, value, Scalar(UNIT, value.mark), value.mark)
    assert isinstance(value, Mapping)
    shape = value["shape"]
    assert isinstance(shape, Items)
    return InputSpec(
        name, shape, _scalar(value.get("values") or Scalar(UNIT, value.mark)), value.mark
    )


def _block(name: str, value: Tree) -> Block:
    assert isinstance(value, Mapping)
    inputs = value.get("inputs")
    return Block(
        name,
        dict(_section(value, "arguments")),
        tuple(str(item) for item in inputs.plain) if inputs is not None else ("input",),
        StepReader().steps(_items(value, "steps")),
        value.mark,
    )


def _outputs(value: Tree | None) -> tuple[Scalar, ...]:
    if value is None:
        return ()
    if isinstance(value, Mapping):
        return tuple(Scalar(name, value.keys[name]) for name, _ in value.items())
    if isinstance(value, Items):
        return tuple(_scalar(item) for item in value)
    return (_scalar(value),)


def _loss_weights(value: Tree | None) -> tuple[Scalar, ...]:
    if not isinstance(value, Mapping):
        return ()
    return tuple(_scalar(weight) for _, weight in value.items())


def _rule(value: Tree) -> Rule:
    assert isinstance(value, Mapping)
    return Rule(_scalar(value["that"]), str(value["say"].plain))


def _expectation(value: Tree) -> Expectation:
    assert isinstance(value, Mapping)
    preset, given = value.get("preset"), value.get("hyperparameters")
    return Expectation(
        value.mark,
        str(preset.plain) if preset is not None else None,
        dict(given.plain) if given is not None else {},
        value.without(["preset", "hyperparameters"]),
    )
