"""What a block of another package must be, so that it can be used as one of ours."""

from archforge.blocks.recipe import Recipe
from archforge.plugins import Group


def _unfit(kind: type[Recipe], name: str) -> str:
    del name  # the name of a block stands in its entry point alone
    if kind.cook is Recipe.cook:
        return f"the class {kind.__name__} has no `cook` of its own"
    if not kind.SOURCE:
        return (
            f"the class {kind.__name__} does not say its source: `SOURCE = 'paper or convention'`"
        )
    fewest, most = kind.INPUTS
    return "" if fewest == most else f"the class {kind.__name__} must have a fixed number of INPUTS"


PLUGINS = Group(
    "archforge.blocks",
    "block",
    Recipe,
    "blocks",
    methods={"cook": lambda value: isinstance(value, str)},
    unfit=_unfit,
    other="archforge.layers",
)
"""Blocks of other packages."""
