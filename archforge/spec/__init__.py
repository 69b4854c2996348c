"""YAML text -> typed spec. Knows the language's keys, no layer and no block.

``read`` gives a ``Tree`` in which every value keeps its line and column; ``parse`` turns a tree
whose form was checked into a ``Spec``. Formulas stay text here, ``archforge.expand`` works them
out.
"""

from archforge.spec.inherit import inherited
from archforge.spec.parse import parse_spec
from archforge.spec.read import read_file, read_text
from archforge.spec.records import (
    Block,
    Branches,
    Call,
    Condition,
    Expectation,
    Hyperparameter,
    Include,
    InputSpec,
    Loop,
    Rule,
    Search,
    Share,
    Spec,
    Step,
)
from archforge.spec.tree import Items, Mapping, Scalar, Tree, is_formula

__all__ = [
    "Block",
    "Branches",
    "Call",
    "Condition",
    "Expectation",
    "Hyperparameter",
    "Include",
    "InputSpec",
    "Items",
    "Loop",
    "Mapping",
    "Rule",
    "Scalar",
    "Search",
    "Share",
    "Spec",
    "Step",
    "Tree",
    "inherited",
    "is_formula",
    "parse_spec",
    "read_file",
    "read_text",
]
