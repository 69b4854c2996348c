"""Runs ``layer:`` and ``block:`` steps, with ``repeat:`` and the sharing of weights."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from archforge.blocks import Recipe
from archforge.errors import Mark, ProblemError, listing
from archforge.expand.align import aligned
from archforge.expand.arguments import Arguments
from archforge.expand.network import Network
from archforge.expand.operations import show
from archforge.expand.scope import Made, Place, Scope, trail_of
from archforge.expand.values import Values
from archforge.expand.working import Working
from archforge.graph import Frame, Layer, Shape, ShapeError
from archforge.layers import LAYERS
from archforge.layers import layer as find_layer
from archforge.layers.sizes import channels
from archforge.plugins import refusal, told
from archforge.spec import Block, Call, Spec, Step
from archforge.spec.names import step_names
from archforge.spec.steps import snake

MAX_BLOCKS = 16
MERGES = frozenset(name for name, layer in LAYERS.items() if layer.INPUTS[1] is None)
Again = Callable[[str, list[str], Place], Made]


class Steps(Protocol):
    """What runs the steps inside a block."""

    def steps(self, steps: Sequence[Step], place: Place) -> Made | None:
        """Run ``steps`` and return what ``prev`` is after them."""


class Calls:
    """Layers and blocks of one expansion."""

    def __init__(self, spec: Spec, values: Values, working: Working, steps: Steps) -> None:
        self._blocks = spec.blocks
        self._arguments = Arguments(spec, values, working)
        self._working = working
        self._network = working.network
        self._steps = steps

    def run(self, step: Call, place: Place) -> Made:
        """Run a step with ``layer:`` or ``block:`` on what its ``from:`` says."""
        if step.source is None and step.what.value in MERGES:
            raise self._working.problem(
                "AF201",
                f"{step.what.value} joins several nodes, this one names none",
                step.mark,
                fix="say which: `from: [prev, skip@i]`",
            )
        named = self._working.named_inputs(step, place)
        inputs, names = [made for made, _ in named], [name for _, name in named]
        return self.on(step, inputs, names, place)

    def passes(self, step: Step, place: Place) -> bool:
        """Whether ``step`` can stand here and keeps the shape: nothing hangs on its `if:`."""
        before = place.scope.prev
        if not isinstance(step, Call) or not _lone(step) or before is None:
            return False
        what = str(step.what.value)
        try:
            kind = find_layer(what)
            if kind is None or not kind.keeps_shape():
                return False
            layer = self._arguments.layer(what, step, place)
            layer.shape([self._network.shape(str(before.node))])
        except (ProblemError, ShapeError, KeyError):
            return False
        return True

    def on(self, step: Call, inputs: list[Made], names: list[str], place: Place) -> Made:
        """Run ``step`` on ``inputs``, which people call ``names``."""
        again = self._prepare(step, place)
        path = place.scope.prefix + self._working.label(step, place)
        nodes = [str(made.node) for made in inputs]
        try:
            if step.repeat is not None:
                return self._repeated(step, path, nodes, place)
            nodes = aligned(self._working, step, path, nodes, place)
            return again(path, nodes, place)
        except ShapeError as error:
            raise self._working.from_shape(error, step.mark, nodes, names) from error

    def _prepare(self, step: Call, place: Place) -> Again:
        """The step with its arguments worked out, ready to be run on any inputs."""
        what = str(self._working.scalar(step.what, place))
        if step.kind == "layer":
            return self._layer(self._arguments.layer(what, step, place), step)
        if what in self._blocks:
            return self._own_block(self._blocks[what], step, place)
        return self._recipe(self._arguments.recipe(what, step, place), what, step)

    def _layer(self, layer: Layer, step: Call) -> Again:
        def run(path: str, inputs: list[str], place: Place) -> Made:
            return Made(self._network.add(path, layer, inputs, place, step.mark))

        return shareable(run)

    def _recipe(self, recipe: Recipe, what: str, step: Call) -> Again:
        def run(path: str, inputs: list[str], place: Place) -> Made:
            fewest, _ = recipe.INPUTS
            if len(inputs) != fewest:
                raise ShapeError("AF201", f"{what} takes {_inputs(fewest)}, has {len(inputs)}")
            inside = replace(place, frames=(*place.frames, Frame("block", path, what)))
            kitchen = _Kitchen(self._network, path, inside, step.mark)
            node = recipe.cook(kitchen, inputs)
            if node not in self._network.nodes:
                raise refusal(told(what, f"cook() gives {node!r}, which is no node"))
            return Made(node, Scope(f"{path}.", kitchen.made))

        return shareable(run)

    def _own_block(self, block: Block, step: Call, place: Place) -> Again:
        if len(place.blocks) >= MAX_BLOCKS or block.name in place.blocks:
            chain = " -> ".join([*place.blocks, block.name])
            raise self._working.problem(
                "AF116",
                f"block '{block.name}' is used inside itself: {chain}",
                step.mark,
                why="it would never end",
                fix="use a loop or `repeat:`",
            )
        given = self._arguments.of_block(block, step, place)

        def run(path: str, inputs: list[str], at: Place) -> Made:
            if len(inputs) != len(block.inputs):
                raise _inputs_differ(block, inputs)
            scope = _inside(block, path, inputs)
            inside = Place(
                scope,
                given.values,
                origins=given.origins,
                frames=(*at.frames, Frame("block", path, block.name)),
                trail=trail_of(f"{block.name} (line {block.mark.line})", at, step.mark),
                blocks=(*at.blocks, block.name),
                sharing=at.sharing,
                architectures=at.architectures,
                frozen=at.frozen,
            )
            end = self._steps.steps(block.steps, inside)
            return Made(end.node if end else None, scope)

        return shareable(run)

    def _repeated(self, step: Call, path: str, nodes: list[str], place: Place) -> Made:
        assert step.repeat is not None
        count = self._working.value(step.repeat, place)
        if isinstance(count, bool) or not isinstance(count, int) or count < 0:
            raise self._working.problem(
                "AF132",
                f"`repeat` counts copies: a whole number, 0 or more, not {show(count)}",
                step.repeat.mark,
            )
        if len(nodes) != 1:
            raise self._working.problem(
                "AF132",
                f"`repeat` chains copies with one input each, this step has {len(nodes)}",
                step.mark,
                fix="write a loop",
            )
        made = Made(nodes[0])
        for copy in range(count):
            made = self._copy(step, f"{path}@{copy + 1}", made, place, copy)
            if made.node is None:
                break
        return Made(made.node, made.inner)

    def _copy(self, step: Call, path: str, before: Made, place: Place, copy: int) -> Made:
        self._network.count_step(step.mark)
        frame = Frame("repeat", path.rpartition("@")[0], "repeat", copy)
        again = self._prepare(step, place)  # weights of its own
        made = again(path, [str(before.node)], replace(place, frames=(*place.frames, frame)))
        made.line = step.mark.line
        if step.name is not None:
            place.scope.names[path.removeprefix(place.scope.prefix)] = made
            if made.node is not None and made.node != path:
                self._network.aliases[path] = made.node
        return made


def _lone(step: Call) -> bool:
    """Whether nothing but the next step can read this one."""
    return step.kind == "layer" and (step.name, step.source, step.repeat) == (None, None, None)


def shareable(run: Again) -> Again:
    """A run whose first path owns the weights; on later paths it uses them again."""
    owner: list[str] = []

    def again(path: str, inputs: list[str], place: Place) -> Made:
        if owner and place.sharing is None:
            place = replace(place, sharing=(path, owner[0]))
        owner.append(path)
        made = run(path, inputs, place)
        made.again = again
        return made

    return again


def _inside(block: Block, path: str, inputs: list[str]) -> Scope:
    names = {name: Made(node) for name, node in zip(block.inputs, inputs, strict=True)}
    prev = Made(inputs[0]) if len(inputs) == 1 else None
    return Scope(f"{path}.", names, prev, coming=step_names(block.steps))


def _inputs(count: int) -> str:
    return "1 input" if count == 1 else f"{count} inputs"


def _inputs_differ(block: Block, inputs: list[str]) -> ShapeError:
    names = listing(block.inputs)
    return ShapeError(
        "AF201",
        f"{block.name} takes {_inputs(len(block.inputs))} ({names}), has {len(inputs)}",
        fix=f"give one node for each, in that order: `from: [{names}]`",
    )


@dataclass
class _Kitchen:
    """Where a registry block's recipe adds its layers."""

    network: Network
    path: str
    place: Place
    mark: Mark
    made: dict[str, Made] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, layer: Layer, *inputs: str, name: str | None = None) -> str:
        self._check_offered(layer)
        label = name or self._numbered(snake(layer.called()))
        node = self.network.add(f"{self.path}.{label}", layer, inputs, self.place, self.mark)
        self.made[label] = Made(node)
        return node

    def channels(self, node: str) -> int:
        return channels(self.network.shape(node), self.place.frames[-1].label)

    def axes(self, node: str) -> int:
        return len(self.network.shape(node))

    def shape(self, node: str) -> Shape:
        self.network.reads.size()
        return self.network.shape(node)

    def _check_offered(self, layer: Layer) -> None:
        """Refuse a layer that nobody offers: it could not be named, built or loaded again."""
        kind = find_layer(layer.called())
        if kind is not type(layer):
            text = f"it adds a layer '{layer.called()}' that no package offers"
            raise refusal(told(self.place.frames[-1].label, text))

    def _numbered(self, word: str) -> str:
        self.counts[word] = self.counts.get(word, 0) + 1
        return f"{word}_{self.counts[word]}"
