"""The values of a spec's hyperparameters: default, preset, given, or chosen when first read.

A search chooses a value only when the expansion reads it, so conditions between hyperparameters
follow from the graph and need no declaration.
"""

from collections.abc import Callable, Mapping
from typing import Any

from archforge.errors import Mark, Problem, ProblemError, did_you_mean, listing
from archforge.expand.formula import parse_formula
from archforge.expand.operations import FormulaError, show
from archforge.graph import Shape
from archforge.spec import Hyperparameter, Search, Spec

Choose = Callable[[str, Search, Any], Any]
"""Given a key (``filters``, ``dropout@2``), its range and its default, the value to use."""

MAX_EACH = 1_000


class Values:
    """Hyperparameters of one expansion.

    Args:
        spec: Where they are declared.
        preset: Whose values replace the defaults.
        given: Values that are fixed; they are not searched.
        choose: Asked for each value that is read, has a ``search:`` range and is not given.
        origins: For an included spec: hyperparameters of the outer one behind each given value.
    """

    def __init__(
        self,
        spec: Spec,
        preset: str | None = None,
        given: Mapping[str, Any] | None = None,
        choose: Choose | None = None,
        origins: Mapping[str, frozenset[str]] | None = None,
    ) -> None:
        self._spec = spec
        self._origins = origins
        self._preset = _preset(spec, preset)
        self._given = dict(given or {})
        self._choose = choose
        self._chosen: dict[str, Any] = {}
        self._counting: set[str] = set()
        self.read: dict[str, None] = {}
        self.preset = preset
        self._refuse_unknown()

    def __contains__(self, name: str) -> bool:
        return name in self._spec.hyperparameters

    def given(self) -> dict[str, Any]:
        """The values that are fixed."""
        return dict(self._given)

    def names(self) -> list[str]:
        """Every hyperparameter of the spec."""
        return list(self._spec.hyperparameters)

    def origin(self, name: str, below: frozenset[str] = frozenset()) -> frozenset[str]:
        """The hyperparameters of the outermost spec that the value of ``name`` hangs on."""
        own = frozenset((name,)) if self._origins is None else self._origins.get(name, frozenset())
        each = self._spec.hyperparameters[name].each
        if each is None:
            return own
        below |= {name}
        counted = parse_formula(str(each.value)).names - below
        return own.union(*(self.origin(other, below) for other in counted if other in self))

    def value(self, name: str) -> Any:
        """The value of ``name``; for one with ``each``, the list of its levels' values.

        Raises:
            FormulaError: There is no such hyperparameter, or its value is not allowed.
        """
        known = self._known(name)
        if known.each is None:
            return self._one(known, name, self._set(name))
        return [self.member(name, index) for index in range(self.length(name))]

    def member(self, name: str, index: int) -> Any:
        """Member ``index`` of a hyperparameter that is a list or has ``each``.

        Raises:
            FormulaError: It is no list, or shorter.
        """
        known = self._known(name)
        values = self.value(name) if known.each is None else self._levels(known)
        if not isinstance(values, list):
            raise FormulaError(
                "AF125",
                f"'{name}' is not a list, so it has no `{name}@{index}`",
                fix=f"read it as `={name}`, or give it `each:` a length",
            )
        if index >= len(values):
            raise FormulaError(
                "AF125",
                f"`{name}@{index}` does not exist: '{name}' has {len(values)} members",
                why="members are counted from 0",
            )
        if known.each is None:
            return values[index]
        return self._one(known, f"{name}@{index}", values[index])

    def length(self, name: str) -> int:
        """How many members a hyperparameter with ``each`` has."""
        each = self._known(name).each
        assert each is not None
        if name in self._counting:
            raise FormulaError("AF308", f"the length of '{name}' depends on itself")
        self._counting.add(name)
        try:
            count = parse_formula(str(each.value)).work_out(self)
        finally:
            self._counting.discard(name)
        if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count <= MAX_EACH:
            raise FormulaError("AF308", f"`each` of '{name}' must count members, not {show(count)}")
        return count

    def shape(self, node: str, function: str) -> Shape:
        """There are no nodes where hyperparameters stand."""
        raise FormulaError("AF110", f"'{node}' cannot be read here: no node exists yet")

    def snapshot(self) -> dict[str, Any]:
        """Every hyperparameter's value now; those that nothing read included, without choosing."""
        choose, self._choose = self._choose, None
        read, self.read = self.read, {}
        try:
            return {name: self._shown(name) for name in self._spec.hyperparameters}
        finally:
            self._choose, self.read = choose, read

    def _shown(self, name: str) -> Any:
        known = self._known(name)
        if known.each is None:
            return self._chosen.get(name, self._set(name))
        try:
            levels = self._levels(known)
        except FormulaError:  # nothing read it, so the file's own problems say what is wrong
            return self._set(name)
        return [self._chosen.get(f"{name}@{i}", level) for i, level in enumerate(levels)]

    def _known(self, name: str) -> Hyperparameter:
        known = self._spec.hyperparameters.get(name)
        if known is None:
            raise FormulaError(
                "AF120",
                f"there is no hyperparameter '{name}'",
                fix=did_you_mean(name, self._spec.hyperparameters),
            )
        return known

    def _set(self, name: str) -> Any:
        default = self._spec.hyperparameters[name].default
        return self._given.get(name, self._preset.get(name, default))

    def _one(self, known: Hyperparameter, key: str, value: Any) -> Any:
        self.read[key] = None
        searched = known.search is not None and known.name not in self._given
        if searched and self._choose is not None and key not in self._chosen:
            assert known.search is not None
            self._chosen[key] = self._choose(key, known.search, value)
        return _allowed(known, key, self._chosen.get(key, value))

    def _levels(self, known: Hyperparameter) -> list[Any]:
        count, written = self.length(known.name), self._set(known.name)
        if not isinstance(written, list):
            return [written] * count
        if len(written) == count:
            return written
        if known.name in self._given or not self._may_adapt(known):
            raise FormulaError(
                "AF304",
                f"'{known.name}' needs {count} values here, it has {len(written)}",
                why=f"`each: {known.each.value if known.each else ''}` says one value per level",
                fix=f"give {count} values, or one number for all of them",
            )
        return (written + written[-1:] * count)[:count]

    def _may_adapt(self, known: Hyperparameter) -> bool:
        """Whether something else changed the length, so that a preset's list follows."""
        assert known.each is not None
        names = parse_formula(str(known.each.value)).names
        return bool(names & (set(self._given) | set(self._chosen)))

    def _refuse_unknown(self) -> None:
        known = self._spec.hyperparameters
        wrong = [
            Problem(
                "AF301",
                f"'{self._spec.name}' has no hyperparameter '{name}'",
                fix=did_you_mean(name, known),
            )
            for name in self._given
            if name not in known
        ]
        if wrong:
            raise ProblemError(wrong)


def _preset(spec: Spec, name: str | None) -> Mapping[str, Any]:
    if name is None:
        return {}
    if name not in spec.presets:
        raise ProblemError(
            [
                Problem(
                    "AF302",
                    f"'{spec.name}' has no preset '{name}'",
                    Mark(spec.file),
                    fix=did_you_mean(name, spec.presets),
                )
            ]
        )
    return spec.presets[name]


def _allowed(known: Hyperparameter, key: str, value: Any) -> Any:
    wrong = misfit(known, value)
    if wrong is None:
        return value
    raise FormulaError("AF303", f"'{key}' {wrong[0]}", fix=wrong[1])


def misfit(known: Hyperparameter, value: Any) -> tuple[str, str] | None:
    """What is wrong with ``value`` for this hyperparameter, and the fix; ``None`` if it fits."""
    if known.one_of is not None:
        if value in known.one_of:
            return None
        return f"cannot be {show(value)}", f"use one of: {listing(map(str, known.one_of))}"
    kind = _kind(known)
    if kind is not None and not _is(kind, value):
        return f"must be {_WORDS[kind]}, not {show(value)}", ""
    return _outside(known, value) if isinstance(value, int | float) else None


def misfit_of(known: Hyperparameter, value: Any) -> tuple[str, str] | None:
    """``misfit`` of a value, or of the first of a list with one for each level."""
    levels = value if known.each is not None and isinstance(value, list) else [value]
    return next((wrong for one in levels if (wrong := misfit(known, one)) is not None), None)


def _outside(known: Hyperparameter, value: float) -> tuple[str, str] | None:
    if known.minimum is not None and value < known.minimum:
        return f"must be at least {known.minimum}, not {show(value)}", ""
    if known.maximum is not None and value > known.maximum:
        return f"must be at most {known.maximum}, not {show(value)}", ""
    return None


_WORDS: dict[type, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a word",
    list: "a list",
}


def _kind(known: Hyperparameter) -> type | None:
    """The type that values must have: the default's, unless choices mix types."""
    default = known.default
    if known.each is not None and isinstance(default, list):
        default = default[0] if default else None
    mixed = known.search is not None and known.search.kind == "choice"
    return None if default is None or mixed else type(default)


def _is(kind: type, value: Any) -> bool:
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
