"""A file that is open in an editor: its text now, and what was last known of it.

A text is half-written most of the time. So beside its state now a file keeps the last text that was
YAML and the last one that gave a network; what they tell holds for the lines that still stand.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from archforge.catalog import Look, look
from archforge.studio.bindings import Use, uses
from archforge.studio.makings import Makings, makings
from archforge.studio.spans import NOTHING, Map, spans
from archforge.studio.texts import Kept, Text

_SPEC = re.compile(r"^archforge\s*:|archforge\.schema\.json", re.MULTILINE)
_OTHER_KIND = re.compile(r"^kind\s*:\s*(?!architecture\b)\w", re.MULTILINE)


@dataclass(frozen=True)
class Written:
    """A text that is YAML."""

    text: Text
    tree: Map

    @cached_property
    def uses(self) -> list[Use]:
        """Every name in it."""
        return uses(self.tree)


@dataclass(frozen=True)
class Seen:
    """A text with everything that a look at it found."""

    text: Text
    look: Look


@dataclass(frozen=True)
class Drawn:
    """A text that gave a network, with problems or without, and what its steps made."""

    text: Text
    look: Look
    made: Makings


def _is_spec(whole: str) -> bool:
    return bool(_SPEC.search(whole)) and not _OTHER_KIND.search(whole)


@dataclass
class Opened:
    """One file.

    Args:
        file: Where it lies; what problems call it.
        text: As it stands in the editor.
        seen: The last look, perhaps at an older text.
        drawn: The last look that gave a network.
        is_spec: Whether it is an architecture; an editor sends every YAML file. Once a spec, a file
            stays one, whatever is typed in its first line.
    """

    file: str
    text: Text
    seen: Seen | None = None
    drawn: Drawn | None = None
    is_spec: bool = False
    _written: Written = field(default_factory=lambda: Written(Text(""), NOTHING))

    def __post_init__(self) -> None:
        self.change(self.text)

    def change(self, text: Text) -> None:
        """The text now."""
        self.text = text
        self.is_spec = self.is_spec or _is_spec(text.whole)
        tree = spans(text.whole)
        if tree is not None:
            self._written = Written(text, tree)

    @property
    def may_become_one(self) -> bool:
        """Whether it is empty, or its first word is being written and may be that of a spec."""
        return "archforge:".startswith(self.text.whole.strip())

    @property
    def written(self) -> Written:
        """The last text that was YAML; the text now, if it is."""
        return self._written

    @property
    def is_yaml(self) -> bool:
        """Whether the text now is YAML."""
        return self._written.text is self.text

    def take(self, seen: Seen) -> None:
        """Keep what a look found."""
        self.seen = seen
        found, graph = seen.look.architecture, seen.look.graph
        if found is not None and graph is not None:
            self.drawn = Drawn(seen.text, seen.look, makings(found, graph))

    def look(self) -> Seen:
        """A look at the text now; keeps it."""
        if self.seen is None or self.seen.text is not self.text:
            self.take(Seen(self.text, look(self.text.whole, self.file)))
        assert self.seen is not None
        return self.seen

    def places(self, offset: int) -> Iterator[int]:
        """Where ``offset`` of the text now stands in ``written``; nothing where it is new."""
        kept = Kept(self.written.text, self.text)
        line = self.text.line_of(offset)
        before = line if self.is_yaml else kept.back(line)
        if before is not None:
            yield self.written.text.start(before) + offset - self.text.start(line)

    def now(self, offset: int) -> int | None:
        """Where ``offset`` of ``written`` stands in the text now."""
        if self.is_yaml:
            return offset
        old = self.written.text
        line = Kept(old, self.text).forward(old.line_of(offset))
        return (
            None
            if line is None
            else self.text.start(line) + offset - old.start(old.line_of(offset))
        )
