"""Finds a spec by name or path, and owns the way from its text to a checked graph.

``names`` knows which file a name means, ``reading`` reads it with its parents and finds what it
includes, ``looking`` says everything about it.
"""

from archforge.catalog.looking import Look, Summary, check, look, read_architecture, summary
from archforge.catalog.names import named, shipped, zoo
from archforge.catalog.reading import Architecture, whole_tree

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
