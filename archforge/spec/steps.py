"""Steps of a graph or a block, and the counting that names those without a name."""

import re
from collections import Counter

from archforge.spec.records import Branches, Call, Condition, Include, Loop, Share, Step
from archforge.spec.tree import Items, Mapping, Scalar, Tree, is_formula

STEP_KINDS = ("layer", "block", "share", "architecture", "for", "branches", "if")
"""Keys that say what a step is, in the order in which they decide."""

COMMON_KEYS = ("name", "from", "if")
CALL_KEYS = (*COMMON_KEYS, "repeat")
ALIGN_KEYS = ("align", "interpolation")


def step_kind(step: Mapping) -> str | None:
    """Which of ``STEP_KINDS`` this step is; ``None`` if it says none."""
    for kind in STEP_KINDS:
        if kind in step and (kind != "if" or "steps" in step):
            return kind
    return None


def snake(name: str) -> str:
    """A class's name as Keras numbers it: ``max_pooling2d`` for ``MaxPooling2D``.

    Without the package in front: an unnamed ``lab/Swirl`` is ``swirl_1``.
    """
    own = name.rpartition("/")[2]
    parts = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", re.sub(r"\W+", "", own))
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", parts).lower()


class StepReader:
    """Reads the steps of one scope; a file's graph and each block have a reader of their own."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def steps(self, trees: tuple[Tree, ...]) -> tuple[Step, ...]:
        """The steps written in ``trees``."""
        return tuple(self._step(tree) for tree in trees)

    def _step(self, tree: Tree) -> Step:
        assert isinstance(tree, Mapping)
        kind = step_kind(tree)
        if kind in ("layer", "block"):
            return self._call(tree, kind)
        readers = {
            "for": self._loop,
            "branches": self._branches,
            "if": self._condition,
            "share": self._share,
            "architecture": self._include,
        }
        return readers[kind or ""](tree)

    def _ordinal(self, label: str) -> str:
        self._counts[label] += 1
        return f"{label}_{self._counts[label]}"

    def _call(self, tree: Mapping, kind: str) -> Call:
        what = _scalar(tree[kind])
        label = kind if is_formula(what.value) else snake(str(what.value))
        known = (*CALL_KEYS, *ALIGN_KEYS, kind)
        return Call(
            tree.mark,
            self._ordinal(label),
            *_common(tree),
            kind=kind,
            what=what,
            arguments=tree.without(known),
            repeat=tree.get("repeat"),
            align=_maybe(tree, "align"),
            interpolation=_maybe(tree, "interpolation"),
        )

    def _loop(self, tree: Mapping) -> Loop:
        columns = tree["for"]
        assert isinstance(columns, Mapping)
        ordinal = self._ordinal("for")
        body = self.steps(_items(tree, "steps"))
        return Loop(tree.mark, ordinal, *_common(tree), dict(columns.items()), body)

    def _branches(self, tree: Mapping) -> Branches:
        branches = tree["branches"]
        assert isinstance(branches, Mapping)
        bodies = {key: self.steps(_children(value)) for key, value in branches.items()}
        merge = tree["merge"]
        if isinstance(merge, Scalar):
            merge = Mapping({"layer": merge}, {"layer": merge.mark}, merge.mark)
        call = self._step(merge)
        assert isinstance(call, Call)
        return Branches(tree.mark, call.ordinal, *_common(tree), bodies, call)

    def _condition(self, tree: Mapping) -> Condition:
        # The condition belongs to the choice between the two bodies, not to the step as a whole.
        name, source, condition = _common(tree)
        ordinal = self._ordinal("if")
        chosen = self.steps(_items(tree, "steps"))
        return Condition(
            tree.mark, ordinal, name, source, condition, chosen, self.steps(_items(tree, "else"))
        )

    def _share(self, tree: Mapping) -> Share:
        return Share(tree.mark, self._ordinal("share"), *_common(tree), _scalar(tree["share"]))

    def _include(self, tree: Mapping) -> Include:
        what = _scalar(tree["architecture"])
        label = "architecture" if is_formula(what.value) else snake(stem(str(what.value)))
        given = tree.get("hyperparameters")
        return Include(
            tree.mark,
            self._ordinal(label or "architecture"),
            *_common(tree),
            what=what,
            preset=_maybe(tree, "preset"),
            until=_maybe(tree, "until"),
            hyperparameters=given if isinstance(given, Mapping) else Mapping({}, {}, tree.mark),
            weights=_maybe(tree, "weights"),
            trainable=_maybe(tree, "trainable"),
        )


def stem(name: str) -> str:
    """The name of an architecture in what ``architecture:`` says: the last part of a path."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return last.removesuffix(".yaml").removesuffix(".yml")


def _common(tree: Mapping) -> tuple[Scalar | None, Tree | None, Scalar | None]:
    return _maybe(tree, "name"), tree.get("from"), _maybe(tree, "if")


def _scalar(value: Tree) -> Scalar:
    assert isinstance(value, Scalar)
    return value


def _maybe(tree: Mapping, key: str) -> Scalar | None:
    value = tree.get(key)
    return None if value is None else _scalar(value)


def _items(tree: Mapping, key: str) -> tuple[Tree, ...]:
    value = tree.get(key)
    return () if value is None else _children(value)


def _children(value: Tree) -> tuple[Tree, ...]:
    return value.items if isinstance(value, Items) else ()
