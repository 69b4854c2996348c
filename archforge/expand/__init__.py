"""Spec -> Graph: formulas, hyperparameters, loops, branches, blocks, families and sharing.

Knows the registries' tables, not what stands in them. A spec of millions of steps, a formula
without end or a block inside itself is a problem, never a hang.
"""

from archforge.expand.arguments import no_such
from archforge.expand.expand import Trace, even_sizes, expand, expand_at, image_shapes, trace
from archforge.expand.finding import Finder, Found
from archforge.expand.formula import Formula, parse_formula
from archforge.expand.inspect import formula_problems, unread
from archforge.expand.operations import FormulaError
from archforge.expand.values import Choose, Values

__all__ = [
    "Choose",
    "Finder",
    "Formula",
    "FormulaError",
    "Found",
    "Trace",
    "Values",
    "even_sizes",
    "expand",
    "expand_at",
    "formula_problems",
    "image_shapes",
    "no_such",
    "parse_formula",
    "trace",
    "unread",
]
