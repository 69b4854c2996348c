"""The names that a block of a file may have, and its arguments."""

from collections.abc import Iterator

from archforge.errors import Mark, Problem
from archforge.layers import LAYERS
from archforge.spec import Mapping, is_formula

_STEP_KEYS = (
    "layer",
    "block",
    "name",
    "from",
    "if",
    "repeat",
    "steps",
    "else",
    "for",
    "share",
    "branches",
    "merge",
    "align",
    "architecture",
)


def block_name(name: str, mark: Mark) -> Iterator[Problem]:
    """What keeps a block of a file from being called ``name``."""
    if name in LAYERS:
        yield Problem(
            "AF111",
            f"the block '{name}' has the name of a layer",
            mark,
            fix=f"call it otherwise, `{name}Block`",
        )
    elif not (name[:1].isupper() and name.isidentifier()):
        yield Problem(
            "AF111",
            f"'{name}' cannot be the name of a block",
            mark,
            why="blocks of a file start with a capital, those of the registry do not",
            fix=f"call it `{name[:1].upper() + name[1:]}`",
        )


def argument_names(block: str, arguments: Mapping) -> Iterator[Problem]:
    """What is wrong with the arguments that a block of a file declares."""
    for name, mark in arguments.keys.items():
        if name in _STEP_KEYS or not name.isidentifier():
            yield Problem(
                "AF111",
                f"'{name}' cannot be an argument of '{block}'",
                mark,
                why="it means something in every step" if name in _STEP_KEYS else "",
                fix="choose another word",
            )
        elif is_formula(arguments[name].plain):
            yield Problem(
                "AF105",
                f"the default of '{name}' in '{block}' cannot be a formula",
                arguments[name].mark,
                fix="give it at each use, or work it out inside the block",
            )
