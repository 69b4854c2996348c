"""Finds a spec by name or path, and owns the way from its text to a checked graph.

``names`` knows which file a name means, ``parents`` brings what it inherits, ``reading`` reads it
and finds what it includes, ``looking`` says everything about it.
"""

from archforge.catalog.looking import Look, Summary, check, look, read_architecture, summary
from archforge.catalog.names import named, shipped, zoo
from archforge.catalog.parents import whole_tree
from archforge.catalog.reading import Architecture

__all__ = [
    "Architecture",
    "Look",
    "Summary",
    "check",
    "look",
    "named",
    "read_architecture",
    "shipped",
    "summary",
    "whole_tree",
    "zoo",
]
