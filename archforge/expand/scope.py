"""Where a step stands: which names it sees, and what ``prev`` is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from archforge.errors import Mark, Problem, ProblemError, did_you_mean
from archforge.expand.operations import FormulaError
from archforge.expand.references import parse_reference
from archforge.expand.values import Values
from archforge.graph import Frame, Shape


class Unknown(Exception):  # noqa: N818 (a signal between steps, not an error)
    """A value hangs on a step that has a problem already: say nothing more about it."""


@dataclass
class Made:
    """What a name stands for.

    Args:
        node: The node's path; ``None`` if the step has a problem.
        inner: The scope inside, for a block.
        again: Runs the step once more with the same weights, under another path.
        line: Where it was written.
    """

    node: str | None
    inner: "Scope | None" = None
    again: "Callable[[str, list[str], Place], Made] | None" = None
    line: int = 0


@dataclass
class Scope:
    """The names of a file's graph or of one use of a block.

    Args:
        prefix: Path of everything made inside, with its dot; empty for the file.
        names: What was made so far, in the order made.
        prev: The output of the step before; ``None`` after a step with a problem.
        skipped: Names whose steps were skipped by ``if:``.
        coming: Names that steps of this scope can make, with their lines.
        problems: Of an included architecture; told where a name is read that hangs on them.
    """

    prefix: str = ""
    names: dict[str, Made] = field(default_factory=dict)
    prev: Made | None = None
    skipped: set[str] = field(default_factory=set)
    coming: Mapping[str, int] = field(default_factory=dict)
    problems: Sequence[Problem] = ()

    def find(self, name: str) -> Made:
        """What ``name`` (indices worked out, dots for inner nodes) stands for.

        Raises:
            FormulaError: Nothing of that name was made before this point.
            Unknown: It was, with a problem.
            ProblemError: It was, inside an included architecture, with these problems.
        """
        made = self._own(name)
        if made is None:
            raise self._missing(name)
        if made.node is None:
            raise Unknown
        return made

    def _own(self, name: str) -> Made | None:
        if name == "prev":
            return self.prev
        head, _, rest = name.partition(".")
        made = self.names.get(head)
        if made is not None and made.node is None and self.problems:
            raise ProblemError(self.problems)
        if made is None or not rest:
            return made
        if made.node is None:
            raise Unknown
        return None if made.inner is None else made.inner._own(rest)  # noqa: SLF001 (same class)

    def members(self, family: str) -> list[Made]:
        """The members ``family@0``, ``family@1`` ... made before this point, in the order made.

        Raises:
            FormulaError: No step of the scope can make one.
        """
        prefix = f"{family}@"
        found = [
            made
            for name, made in self.names.items()
            if name.startswith(prefix) and name[len(prefix) :].isdigit()
        ]
        if not found and family.split("@", maxsplit=1)[0] not in self.coming:
            raise self._missing(family)
        return found

    def _missing(self, name: str) -> FormulaError:
        word = name.split(".", maxsplit=1)[0]
        base = word.split("@")[0]
        if word in self.skipped or (base in self.skipped and word not in self.names):
            return FormulaError(
                "AF112",
                f"'{name}' does not exist here: its step was skipped by `if:`",
                fix="give this step the same `if:`, or read another node",
            )
        if base in self.coming and word not in self.names:
            line = self.coming[base]
            return FormulaError(
                "AF112",
                f"'{name}' does not exist yet at this point",
                why=f"steps run top to bottom; '{base}' is made on line {line}",
                fix=_made_fix(word, self.names),
            )
        inside = self.names.get(word) if "." in name else None
        if inside is not None and inside.inner is not None:
            known = [f"{word}.{inner}" for inner in inside.inner.names]
        else:
            known = ["prev", *self.names, *self.coming]
        return FormulaError("AF110", f"no node is called '{name}'", fix=did_you_mean(name, known))


def _made_fix(word: str, names: Mapping[str, Made]) -> str:
    base = word.split("@", maxsplit=1)[0]
    family = [name for name in names if name.split("@")[0] == base]
    return f"made so far: {', '.join(family)}" if family else "move the step that makes it up"


@dataclass(frozen=True)
class Place:
    """Where a step is run.

    Args:
        scope: Its names.
        base: Values below the loop variables: hyperparameters, or a block's arguments.
        loops: Loop variables.
        turns: Positions in the loops around it, within its scope.
        frames: The blocks and loops around it.
        trail: How it was reached, for a problem's reader.
        blocks: Own blocks that are being run.
        architectures: Files of the architectures that are being run, outermost first.
        frozen: Whether the weights made here stay as they are.
        origins: Hyperparameters behind each loop variable and each argument of a block.
        sharing: (new path, old path): layers below the new one use the weights of the old one.
    """

    scope: Scope
    base: Values | Mapping[str, Any]
    loops: Mapping[str, Any] = field(default_factory=dict)
    turns: tuple[int, ...] = ()
    frames: tuple[Frame, ...] = ()
    trail: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()
    sharing: tuple[str, str] | None = None
    origins: Mapping[str, frozenset[str]] = field(default_factory=dict)
    architectures: tuple[str, ...] = ()
    frozen: bool = False

    def turn(
        self, loops: Mapping[str, Any], frame: Frame, origins: Mapping[str, frozenset[str]]
    ) -> "Place":
        """The place inside one turn of a loop."""
        return replace(
            self,
            loops={**self.loops, **loops},
            origins={**self.origins, **origins},
            turns=(*self.turns, frame.turn),
            frames=(*self.frames, frame),
        )


@dataclass(frozen=True)
class Reader:
    """What formulas see at a place; implements ``formula.Names``.

    Args:
        place: Where the formula stands.
        shapes: Shape of a node.
        read: Takes the hyperparameters that the formula reads.
        sized: Told when a formula asks for a height or a width.
    """

    place: Place
    shapes: Callable[[str], Shape]
    read: set[str]
    sized: Callable[[], None]

    def value(self, name: str) -> Any:
        if name in self.place.loops:
            self.read.update(self.place.origins.get(name, ()))
            return self.place.loops[name]
        base = self.place.base
        if isinstance(base, Values):
            if name in base:
                self.read.update(base.origin(name))
                return base.value(name)
        elif name in base:
            self.read.update(self.place.origins.get(name, ()))
            return base[name]
        raise self._unknown(name)

    def member(self, name: str, index: int) -> Any:
        base = self.place.base
        if isinstance(base, Values) and name in base and name not in self.place.loops:
            self.read.update(base.origin(name))
            return base.member(name, index)
        values = self.value(name)
        if not isinstance(values, list):
            raise FormulaError("AF125", f"'{name}' is not a list, so it has no `{name}@{index}`")
        if index >= len(values):
            raise FormulaError(
                "AF125",
                f"`{name}@{index}` does not exist: '{name}' has {len(values)} members",
                why="members are counted from 0",
            )
        return values[index]

    def shape(self, node: str, function: str) -> Shape:
        if function != "channels":
            self.sized()
        made = self.place.scope.find(parse_reference(node).resolve(self))
        assert made.node is not None
        return self.shapes(made.node)

    def _unknown(self, name: str) -> FormulaError:
        base = self.place.base
        known = [*(base.names() if isinstance(base, Values) else base), *self.place.loops]
        return unknown_name(name, known, in_block=bool(self.place.blocks))


def unknown_name(name: str, known: list[str], *, in_block: bool) -> FormulaError:
    """The problem of a formula that reads a name which does not exist."""
    what = "argument or loop variable" if in_block else "hyperparameter or loop variable"
    why = "a block sees its own arguments only" if in_block else ""
    return FormulaError(
        "AF120", f"there is no {what} '{name}'", why=why, fix=did_you_mean(name, known)
    )


def trail_of(what: str, place: Place, mark: Mark) -> tuple[str, ...]:
    """The trail inside ``what``, used at ``mark``."""
    return (f"{what}, used at line {mark.line}{turns(place)}", *place.trail)


def turns(place: Place) -> str:
    """``with i = 3`` for the loops around a place."""
    shown = [f"{name} = {value}" for name, value in place.loops.items()]
    return f" with {', '.join(shown)}" if shown else ""
