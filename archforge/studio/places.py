"""The place of a problem in a text: the word it stands at, and the mapping around that."""

from dataclasses import dataclass

from archforge.errors import Problem
from archforge.studio.bindings import Use, uses
from archforge.studio.spans import NOTHING, Map, Row, Span, Word, way
from archforge.studio.texts import Edit, Text


@dataclass(frozen=True)
class Mend:
    """One way to mend a problem.

    Args:
        title: What an editor shows.
        edits: To the text.
    """

    title: str
    edits: list[Edit]


@dataclass(frozen=True)
class Wrong:
    """A problem with what stands at its mark.

    Args:
        problem: What is wrong.
        text: The text.
        tree: The text as YAML; an empty mapping where it is none.
        offset: Of the mark.
        key: The key that begins there, if one does.
        value: The value of that key, or the one that begins there.
        owner: The mapping that begins there, else the one around it.
    """

    problem: Problem
    text: Text
    tree: Map
    offset: int
    key: Word | None = None
    value: Span | None = None
    owner: Map = NOTHING

    @property
    def whole(self) -> str:
        """The text as a string."""
        return self.text.whole

    @property
    def word(self) -> Word | None:
        """The key or the scalar at the mark."""
        return self.key or (self.value if isinstance(self.value, Word) else None)

    @property
    def entry(self) -> Word | None:
        """The key of ``owner`` at the mark, or the key whose value is there."""
        if self.key is not None:
            return self.key
        pairs = (name for name, value in self.owner.entries if value is self.value)
        return next(pairs, None)

    def uses(self) -> list[Use]:
        """Every name in the text."""
        return uses(self.tree)


def wrong(problem: Problem, text: Text, tree: Map | None) -> Wrong:
    """What stands at the mark of ``problem``."""
    assert problem.mark is not None
    offset = text.at(max(problem.mark.line, 1), max(problem.mark.column, 1))
    if tree is None:
        return Wrong(problem, text, NOTHING, offset)
    steps = [step for step in way(tree, offset) if _is_at(step.key, step.value, offset)]
    maps = [step.owner for step in way(tree, offset) if isinstance(step.owner, Map)]
    around = maps[-1] if maps else tree
    if not steps:
        return Wrong(problem, text, tree, offset, owner=around)
    step = steps[-1]
    if step.key is not None and step.key.start == offset:
        assert isinstance(step.owner, Map)
        return Wrong(problem, text, tree, offset, step.key, step.value, step.owner)
    value: Map | Row | Word = step.value
    return Wrong(
        problem, text, tree, offset, None, value, value if isinstance(value, Map) else around
    )


def _is_at(key: Word | None, value: Span, offset: int) -> bool:
    return value.start == offset or (key is not None and key.start == offset)
