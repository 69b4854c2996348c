"""Which word of a spec means what: every place that names a node, a block or a value.

One walk over the spec gives all of them, each with the thing it names; definition, rename and
hover are look-ups in that list. The scopes are those of ``archforge.expand.scope``: a block sees
its own arguments only, a loop's variables hide outer names until the loop ends, loops and branches
make no scope for nodes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from archforge.spec.steps import ALIGN_KEYS, CALL_KEYS
from archforge.studio.lexing import Name, formula_names, reference_names
from archforge.studio.spans import NOTHING, Map, Row, Span, Word

FILE = ""
"""The scope of a file's graph and of its hyperparameters."""

STEP_LISTS = ("steps", "else")
_OF_STEPS = ("name", "from", "share", *STEP_LISTS, "branches", "for")


@dataclass(frozen=True)
class Thing:
    """What a name means.

    Args:
        kind: ``value``, ``node`` or ``block``.
        scope: The block it belongs to, ``FILE``, or for a loop's variable the loop.
        name: Of a family the word before ``@``.
    """

    kind: str
    scope: str
    name: str


@dataclass(frozen=True)
class Use:
    """One place that names a thing.

    Args:
        thing: What is named.
        start: Where the word begins.
        end: Where it ends.
        declares: Whether the thing is made here.
        step: The step that makes it, for a node.
    """

    thing: Thing
    start: int
    end: int
    declares: bool = False
    step: Map | None = None


@dataclass(frozen=True)
class Sight:
    """What a place sees: the scope of its nodes, and the scope of each value's name."""

    scope: str
    values: Mapping[str, str] = field(default_factory=dict)

    def loop(self, columns: Map) -> "Sight":
        """What the steps inside a loop see."""
        inside = dict.fromkeys(columns.keys, f"{self.scope}/{columns.start}")
        return replace(self, values={**self.values, **inside})


def uses(tree: Map) -> list[Use]:
    """Every use of a name in ``tree``, in the order of the file."""
    return sorted(_Walk(tree).file(), key=lambda use: (use.start, use.end))


def use_at(found: list[Use], offset: int) -> Use | None:
    """The use that ``offset`` touches."""
    return next((use for use in found if use.start <= offset <= use.end), None)


class _Walk:
    def __init__(self, tree: Map) -> None:
        self._tree = tree
        self._blocks = {
            key.text: value
            for key, value in tree.map("blocks").entries
            if isinstance(value, Map | Word)
        }
        values = dict.fromkeys(tree.map("hyperparameters").keys, FILE)
        self._top = Sight(FILE, values)
        self._inner = dict(_inner_scopes(tree, self._blocks))

    def file(self) -> Iterator[Use]:
        yield from self._keys(self._tree.map("hyperparameters"), "value", FILE)
        yield from self._value(self._tree.map("hyperparameters"), self._top)
        for _, preset in self._tree.map("presets").entries:
            yield from self._settings(preset)
        yield from self._keys(self._tree.map("inputs"), "node", FILE)
        yield from self._value(self._tree.map("inputs"), self._top)
        yield from self._defaults()
        for key, block in self._tree.map("blocks").entries:
            yield Use(Thing("block", FILE, key.text), key.start, key.end, declares=True)
            yield from self._block(key.text, block)
        yield from self._steps(self._tree.row("graph"), self._top)
        yield from self._edits()
        yield from self._outputs()
        yield from self._value(self._tree.get("require"), self._top)
        yield from self._expectations()

    def _keys(self, owner: Map, kind: str, scope: str) -> Iterator[Use]:
        for key, _ in owner.entries:
            yield Use(Thing(kind, scope, key.text), key.start, key.end, declares=True)

    def _settings(self, values: Span | None) -> Iterator[Use]:
        """Values given to this file's hyperparameters."""
        for key, value in values.entries if isinstance(values, Map) else ():
            yield Use(Thing("value", FILE, key.text), key.start, key.end)
            yield from self._value(value, self._top)

    def _defaults(self) -> Iterator[Use]:
        for key, arguments in self._tree.map("defaults").entries:
            yield from self._block_use(key)
            yield from self._arguments(arguments, key.text, self._top, left_out=())

    def _block(self, name: str, block: Span) -> Iterator[Use]:
        if not isinstance(block, Map):
            return
        arguments = block.map("arguments")
        yield from self._keys(arguments, "value", name)
        for _, value in arguments.entries:
            yield from self._value(value, Sight(name))
        for word in block.row("inputs"):
            if isinstance(word, Word):
                yield Use(Thing("node", name, word.text), word.start, word.end, declares=True)
        sight = Sight(name, dict.fromkeys(arguments.keys, name))
        yield from self._steps(block.row("steps"), sight)

    def _edits(self) -> Iterator[Use]:
        for edit in self._tree.row("edit"):
            for key in ("insert", "with") if isinstance(edit, Map) else ():
                assert isinstance(edit, Map)
                yield from self._steps(edit.row(key), self._top)

    def _outputs(self) -> Iterator[Use]:
        outputs = self._tree.get("outputs")
        if not isinstance(outputs, Map):
            yield from self._references(outputs, self._top)
            return
        for name, weight in outputs.entries:
            yield from self._references(name, self._top)
            yield from self._value(weight, self._top)

    def _expectations(self) -> Iterator[Use]:
        for expectation in self._tree.row("expect"):
            if not isinstance(expectation, Map):
                continue
            yield from self._settings(expectation.get("hyperparameters"))
            for fact in ("outputs", "nodes"):
                for key, _ in expectation.map(fact).entries:
                    yield from self._references(key, self._top)

    def _steps(self, steps: tuple[Span, ...], sight: Sight) -> Iterator[Use]:
        for step in steps:
            if isinstance(step, Map):
                yield from self._step(step, sight)

    def _step(self, step: Map, sight: Sight) -> Iterator[Use]:
        yield from self._references(step.get("name"), sight, step)
        yield from self._references(step.get("from"), sight)
        yield from self._references(step.get("share"), sight)
        inside = sight.loop(step.map("for")) if step.map("for").entries else sight
        yield from self._columns(step.map("for"), sight, inside)
        branches = [value for _, value in step.map("branches").entries]
        for body in (*(step.get(key) for key in STEP_LISTS), *branches):
            yield from self._steps(body.items if isinstance(body, Row) else (), inside)
        if step.map("merge").entries:
            yield from self._step(step.map("merge"), sight)
        block = step.get("block")
        if isinstance(block, Word) and not block.is_formula:
            yield from self._block_use(block)
        yield from self._arguments(step, step.words("block") or "", sight)

    def _columns(self, columns: Map, sight: Sight, inside: Sight) -> Iterator[Use]:
        for key, value in columns.entries:
            thing = Thing("value", inside.values[key.text], key.text)
            yield Use(thing, key.start, key.end, declares=True)
            yield from self._value(value, sight)

    def _arguments(
        self,
        owner: Span,
        block: str,
        sight: Sight,
        left_out: tuple[str, ...] = _OF_STEPS,
    ) -> Iterator[Use]:
        """What is given to a layer or block; for a block of this file the keys are its own."""
        own = self._blocks.get(block, NOTHING)
        known = own.map("arguments").keys if isinstance(own, Map) else ()
        for key, value in owner.entries if isinstance(owner, Map) else ():
            if key.text in left_out or (key.text == "merge" and isinstance(value, Map)):
                continue
            if key.text in known and key.text not in (*CALL_KEYS, *ALIGN_KEYS):
                yield Use(Thing("value", block, key.text), key.start, key.end)
            if key.text != "block" or (isinstance(value, Word) and value.is_formula):
                yield from self._value(value, sight)

    def _block_use(self, word: Word) -> Iterator[Use]:
        if word.text in self._blocks:
            yield Use(Thing("block", FILE, word.text), word.start, word.end)

    def _value(self, value: Span | None, sight: Sight) -> Iterator[Use]:
        if isinstance(value, Row):
            for item in value.items:
                yield from self._value(item, sight)
        elif isinstance(value, Map):
            for _, inner in value.entries:
                yield from self._value(inner, sight)
        elif value is not None and not value.is_formula:
            yield from self._block_use(value)
        elif value is not None and value.inside is not None:
            for name in formula_names(value.text, value.inside):
                yield from self._named(name, sight)

    def _references(
        self, value: Span | None, sight: Sight, step: Map | None = None
    ) -> Iterator[Use]:
        for word in value.items if isinstance(value, Row) else (value,):
            if not isinstance(word, Word) or word.inside is None:
                continue
            for name in reference_names(word.text, word.inside):
                made = step if name.start == word.inside else None
                for use in self._named(name, sight):
                    yield replace(use, declares=made is not None, step=made)

    def _named(self, name: Name, sight: Sight) -> Iterator[Use]:
        if name.kind == "text":
            if name.word in self._blocks:
                yield Use(Thing("block", FILE, name.word), name.start, name.end)
            return
        if name.kind == "node":
            scope: str | None = sight.scope
            for owner in name.owners:
                scope = self._inner.get((scope or "", owner)) if scope is not None else None
        else:
            scope = sight.values.get(name.word)
        if scope is not None:
            yield Use(Thing(name.kind, scope, name.word), name.start, name.end)


def _inner_scopes(tree: Map, blocks: Mapping[str, Span]) -> Iterator[tuple[tuple[str, str], str]]:
    """(scope, node) -> the block of this file whose steps the node stands for."""
    bodies = {FILE: tree.row("graph")}
    bodies |= {name: block.row("steps") for name, block in blocks.items() if isinstance(block, Map)}
    for scope, steps in bodies.items():
        known: dict[str, str] = {}
        for step in every_step(steps):
            name = (step.words("name") or "").split("@")[0]
            shared = (step.words("share") or "").split("@")[0]
            block = step.words("block") or known.get(shared, "")
            if name and block in blocks:
                known[name] = block
                yield (scope, name), block


def every_step(steps: tuple[Span, ...]) -> Iterator[Map]:
    """The steps and those inside their loops, choices and branches."""
    for step in steps:
        if not isinstance(step, Map):
            continue
        yield step
        branches = [value for _, value in step.map("branches").entries]
        for inner in (*(step.get(key) for key in STEP_LISTS), *branches):
            yield from every_step(inner.items if isinstance(inner, Row) else ())
        if isinstance(step.get("merge"), Map):
            yield step.map("merge")
