"""A spec as records: what the language's keys mean, formulas still as text.

Steps are compared by identity (``eq=False``): nobody compares them by value, and the methods for it
would be made anew at every start of `archforge check`.
"""

from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archforge.errors import Mark
from archforge.spec.tree import Items, Mapping, Scalar, Tree


@dataclass(frozen=True)
class Search:
    """A range that a search may vary.

    Args:
        kind: ``int``, ``float`` or ``choice``.
        low: Smallest value, for numbers.
        high: Largest value, for numbers.
        step: Distance between values, or ``None``.
        log: Whether values are drawn on a logarithmic scale.
        choices: The values, for ``choice``.
    """

    kind: str
    low: float = 0
    high: float = 0
    step: float | None = None
    log: bool = False
    choices: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Hyperparameter:
    """A value that the spec leaves open."""

    name: str
    default: Any
    mark: Mark
    minimum: float | None = None
    maximum: float | None = None
    one_of: tuple[Any, ...] | None = None
    each: Scalar | None = None
    search: Search | None = None


@dataclass(frozen=True, eq=False)
class InputSpec:
    """An image that the network takes: its shape as written and the range of its values."""

    name: str
    shape: Items
    values: Scalar
    mark: Mark


@dataclass(frozen=True, eq=False)
class Step:
    """What any step may have.

    Args:
        mark: Where it begins.
        ordinal: Count of steps of its class within its scope, for the name of an unnamed one.
        name: As written, with families and formulas.
        source: What ``from:`` says.
        condition: What ``if:`` says.
    """

    mark: Mark
    ordinal: str
    name: Scalar | None = None
    source: Tree | None = None
    condition: Scalar | None = None


@dataclass(frozen=True, eq=False)
class Call(Step):
    """``layer:`` or ``block:`` with its arguments."""

    kind: str = "layer"
    what: Scalar = field(default_factory=lambda: Scalar("", Mark("")))
    arguments: Mapping = field(default_factory=lambda: Mapping({}, {}, Mark("")))
    repeat: Tree | None = None
    align: Scalar | None = None
    interpolation: Scalar | None = None


@dataclass(frozen=True, eq=False)
class Loop(Step):
    """``for:`` with its columns and its body."""

    columns: Dict[str, Tree] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, eq=False)
class Branches(Step):
    """``branches:`` that start at one tensor, and the merge that ends them."""

    branches: Dict[str, tuple[Step, ...]] = field(default_factory=dict)
    merge: Call | None = None


@dataclass(frozen=True, eq=False)
class Condition(Step):
    """``if:`` with ``steps:`` and ``else:``."""

    steps: tuple[Step, ...] = ()
    otherwise: tuple[Step, ...] = ()


@dataclass(frozen=True, eq=False)
class Share(Step):
    """``share:``: an earlier step again, with the same weights."""

    what: Scalar = field(default_factory=lambda: Scalar("", Mark("")))


@dataclass(frozen=True, eq=False)
class Include(Step):
    """``architecture:``: another spec inside this one.

    Args:
        what: Its name in the zoo, a preset's name, or a path from this file.
        preset: A preset of it.
        until: Its node that is the step's output; ``None`` for its own output.
        hyperparameters: Values of its hyperparameters.
        weights: A file, a run, or ``imagenet``; ``None`` for new ones.
        trainable: Whether its weights are learned; they are by default.
    """

    what: Scalar = field(default_factory=lambda: Scalar("", Mark("")))
    preset: Scalar | None = None
    until: Scalar | None = None
    hyperparameters: Mapping = field(default_factory=lambda: Mapping({}, {}, Mark("")))
    weights: Scalar | None = None
    trainable: Scalar | None = None


@dataclass(frozen=True, eq=False)
class Block:
    """A named group of steps with arguments of its own.

    Args:
        name: Capital first.
        arguments: Each with its default, or the bare type name of one that must be given.
        inputs: Names under which its steps read what it is given.
        steps: Its body.
        mark: Where it is written.
    """

    name: str
    arguments: Dict[str, Scalar | Tree]
    inputs: tuple[str, ...]
    steps: tuple[Step, ...]
    mark: Mark


@dataclass(frozen=True, eq=False)
class Rule:
    """``require``: a formula that must hold, with the author's words."""

    that: Scalar
    say: str


@dataclass(frozen=True, eq=False)
class Expectation:
    """``expect``: facts of the network with a preset or with given hyperparameters."""

    mark: Mark
    preset: str | None
    hyperparameters: Dict[str, Any]
    facts: Mapping


@dataclass(frozen=True, eq=False)
class Spec:
    """A whole architecture file.

    Args:
        file: What problems call it.
        home: Where it lies, so that paths in it can be followed; ``None`` for text without a file.
        parents: Files that it inherits from, as problems call them.
        loss_weights: One for each of ``outputs``, or none at all: then every loss counts once.
    """

    file: str
    name: str
    task: str
    tree: Mapping
    hyperparameters: Dict[str, Hyperparameter]
    presets: Dict[str, Dict[str, Any]]
    inputs: Dict[str, InputSpec]
    defaults: Dict[str, Mapping]
    blocks: Dict[str, Block]
    steps: tuple[Step, ...]
    outputs: tuple[Scalar, ...]
    require: tuple[Rule, ...]
    expect: tuple[Expectation, ...]
    title: str = ""
    source: str = ""
    year: int | None = None
    sizes: str = "exact"
    home: Path | None = None
    parents: tuple[str, ...] = ()
    loss_weights: tuple[Scalar, ...] = ()
