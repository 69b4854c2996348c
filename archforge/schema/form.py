"""A file's form: every key known, every literal value of the right kind, every step decided."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from archforge.blocks import BLOCKS, block
from archforge.errors import Mark, Problem, ProblemError, Problems, did_you_mean
from archforge.expand import no_such
from archforge.graph import Described
from archforge.layers import LAYERS, layer
from archforge.plugins import at_mark, is_plugin
from archforge.schema.fragments import Schema
from archforge.schema.frame import FRAME, INHERITS
from archforge.schema.own_blocks import argument_names, block_name
from archforge.schema.steps import (
    BLOCK,
    GROUPS,
    call_schema,
    described,
    open_call_schema,
    own_block_schema,
)
from archforge.spec import Items, Mapping, Scalar, Tree, is_formula
from archforge.spec.steps import STEP_KINDS, step_kind
from archforge.spec.validate import problems as schema_problems
from archforge.spec.validate import slip

WORDS = (
    *("name", "if", "align", "interpolation"),
    *("preset", "until", "weights", "trainable"),
)
"""Keys of a step that hold one word; a step with anything else there cannot be parsed."""

_FIND: dict[str, Callable[[str], type[Described] | None]] = {"layer": layer, "block": block}
_STEPS_LEFT_OPEN: Schema = {"definitions": {"step": {}, "block": {}}}


@dataclass(frozen=True)
class Form:
    """What was found.

    Args:
        problems: Every problem of form.
        sound: Whether the file can be parsed and expanded all the same.
        bad: Marks of the steps that have a problem.
    """

    problems: tuple[Problem, ...]
    sound: bool
    bad: frozenset[Mark]


def check_form(tree: Mapping) -> Form:
    """Check the form of an architecture file; never raises for what stands in it."""
    reader = _Reader(tree)
    return reader.form()


def inheritance_problems(tree: Mapping) -> Iterator[Problem]:
    """Problems of ``extends:`` and ``edit:``, before the parent is looked for."""
    yield from schema_problems({"properties": INHERITS, **_STEPS_LEFT_OPEN}, tree, "a spec")
    if "edit" not in tree:
        return
    if "extends" not in tree:
        yield Problem(
            "AF143",
            "`edit:` changes the steps of a parent, and there is none",
            tree.keys["edit"],
            fix="add `extends: NAME`, or change the steps themselves",
        )
    elif "graph" in tree:
        yield Problem(
            "AF143",
            "`graph:` replaces the parent's steps, so `edit:` has nothing to change",
            tree.keys["edit"],
            fix="keep one of the two",
        )


class _Reader:
    """Walks one file."""

    def __init__(self, tree: Mapping) -> None:
        self._tree = tree
        self._problems = Problems()
        self._bad: set[Mark] = set()
        self._sound = True
        blocks = tree.get("blocks")
        self._blocks = dict(blocks.items()) if isinstance(blocks, Mapping) else {}

    def form(self) -> Form:
        frame = list(schema_problems({**FRAME, **_STEPS_LEFT_OPEN}, self._tree, "a spec"))
        self._fatal(frame)
        for name, written in self._blocks.items():
            self._block(name, written)
        self._steps(self._tree.get("graph"))
        self._defaults()
        return Form(tuple(self._problems.found), self._sound, frozenset(self._bad))

    def _fatal(self, problems: list[Problem]) -> None:
        self._problems.extend(problems)
        self._sound = self._sound and not problems

    def _block(self, name: str, written: Tree) -> None:
        blocks = self._tree["blocks"]
        assert isinstance(blocks, Mapping)
        mark = blocks.keys[name]
        self._fatal(list(block_name(name, mark)))
        self._fatal(list(schema_problems({**BLOCK, **_STEPS_LEFT_OPEN}, written, name)))
        if isinstance(written, Mapping):
            arguments = written.get("arguments")
            if isinstance(arguments, Mapping):
                self._fatal(list(argument_names(name, arguments)))
            self._steps(written.get("steps"))

    def _steps(self, tree: Tree | None) -> None:
        for step in tree.items if isinstance(tree, Items) else ():
            self._step(step)

    def _step(self, step: Tree) -> None:
        if not isinstance(step, Mapping):
            self._undecided(step.mark, f"a step is a mapping, not '{step.plain}'", "")
            return
        kind = step_kind(step)
        if kind is None:
            fix = did_you_mean(next(iter(step.keys), ""), STEP_KINDS)
            self._undecided(step.mark, f"this step does not say what it is: {_keys(step)}", fix)
            return
        found = [
            *_given_slips(step),
            *self._unknown(step, kind),
            *schema_problems(self._schema(step, kind), step, _what(step, kind)),
        ]
        if kind in GROUPS and kind != "architecture":
            self._fatal(found)
            self._inside(step, kind)
        elif found:
            self._problems.extend(found)
            self._bad.add(step.mark)
            self._sound &= all(isinstance(step.get(key) or step[kind], Scalar) for key in WORDS)

    def _unknown(self, step: Mapping, kind: str) -> Iterator[Problem]:
        """A layer or block that is named outright and does not exist."""
        what = step[kind].plain if kind in ("layer", "block") else None
        if not isinstance(what, str) or is_formula(what):
            return
        if kind == "block" and what in self._blocks:
            return
        try:
            record = at_mark(_FIND[kind], what, step[kind].mark)
        except ProblemError as error:
            yield from error.problems
            return
        if record is None:
            blocks = [*BLOCKS, *self._blocks]
            known, others = (LAYERS, blocks) if kind == "layer" else (blocks, LAYERS)
            yield no_such(kind, what, known, others, step[kind].mark)

    def _undecided(self, mark: Mark, message: str, fix: str) -> None:
        self._fatal([Problem("AF106", message, mark, fix=fix)])

    def _schema(self, step: Mapping, kind: str) -> Schema:
        if kind in GROUPS:
            return {**GROUPS[kind], **_STEPS_LEFT_OPEN}
        what = step[kind].plain
        if isinstance(what, str) and what not in self._blocks and _record(kind, what):
            return call_schema(kind, what)
        if kind == "block" and isinstance(what, str) and what in self._blocks:
            return own_block_schema(self._arguments(what))
        # An unknown name is the expansion's to tell; its arguments cannot be judged.
        return open_call_schema(kind)

    def _arguments(self, name: str) -> dict[str, object]:
        tree = self._blocks[name]
        arguments = tree.get("arguments") if isinstance(tree, Mapping) else None
        return dict(arguments.items()) if isinstance(arguments, Mapping) else {}

    def _inside(self, step: Mapping, kind: str) -> None:
        for key in ("steps", "else"):
            self._steps(step.get(key))
        branches = step.get("branches")
        if kind == "branches" and isinstance(branches, Mapping):
            for steps in branches.entries.values():
                self._steps(steps)
            self._merge(step)

    def _merge(self, step: Mapping) -> None:
        merge = step.get("merge")
        if isinstance(merge, Mapping):
            before = len(self._problems.found)
            self._step(merge)
            if len(self._problems.found) > before:
                self._bad.add(step.mark)

    def _defaults(self) -> None:
        defaults = self._tree.get("defaults")
        for what, arguments in defaults.items() if isinstance(defaults, Mapping) else ():
            assert isinstance(defaults, Mapping)
            record = _record("layer", what) or _record("block", what)
            if record is not None and isinstance(arguments, Mapping):
                properties = {name: described(record, name) for name in record.arguments()}
                schema = {"properties": properties, "additionalProperties": False}
                self._fatal(list(schema_problems(schema, arguments, what)))
            elif what in self._blocks and isinstance(arguments, Mapping):
                schema = {"properties": {name: {} for name in self._arguments(what)}}
                schema["additionalProperties"] = False
                self._fatal(list(schema_problems(schema, arguments, what)))
            elif record is None and what not in self._blocks:
                self._fatal(list(self._without_record(what, defaults.keys[what])))

    def _without_record(self, what: str, mark: Mark) -> Iterator[Problem]:
        """Why there are no arguments that ``defaults:`` could give to ``what``."""
        try:
            for find in _FIND.values():
                at_mark(find, what, mark)
        except ProblemError as error:
            yield from error.problems
            return
        fix = did_you_mean(what, [*LAYERS, *BLOCKS, *self._blocks])
        if is_plugin(what):
            fix = no_such("layer", what, (), (), mark).fix
        message = f"`defaults` for '{what}', which is no layer and no block"
        yield Problem("AF103", message, mark, fix=fix)


def _record(kind: str, what: str) -> type[Described] | None:
    """The layer or registry block called ``what``; a broken plug-in is the step's to tell."""
    try:
        return _FIND[kind](what)
    except ProblemError:
        return None


def _given_slips(step: Mapping) -> Iterator[Problem]:
    """Slips among the values that an include gives, where any key may be right."""
    given = step.get("hyperparameters")
    if isinstance(given, Mapping):
        found = (slip(key, given, given.keys[key]) for key in given.entries)
        yield from (one for one in found if one is not None)


def _keys(step: Mapping) -> str:
    return ", ".join(f"'{key}'" for key in step.keys) or "it is empty"


def _what(step: Mapping, kind: str) -> str:
    if kind not in ("layer", "block"):
        return {"for": "a loop", "if": "a choice", "share": "a share"}.get(kind, f"`{kind}:`")
    what = step[kind].plain
    return "this step" if is_formula(what) else str(what)
