"""What JSON Schema cannot say: ranges that are empty, presets that name nothing."""

from collections.abc import Iterator
from typing import Any

from archforge.errors import Mark, Problem, did_you_mean
from archforge.expand.values import misfit
from archforge.spec import Hyperparameter, Search, Spec
from archforge.spec import Mapping as Keys

_WORDS = ("true", "false", "null", "and", "or", "not", "in", "if", "else", "prev", "input")


def meaning_problems(spec: Spec) -> Iterator[Problem]:
    """Problems of a spec whose form is sound, before anything is expanded."""
    for known in spec.hyperparameters.values():
        yield from _hyperparameter(spec, known)
    for name in spec.presets:
        yield from _preset(spec, name)
    for expectation in spec.expect:
        named = expectation.preset
        if named is not None and named not in spec.presets:
            yield Problem(
                "AF302",
                f"`expect` names the preset '{named}', which does not exist",
                expectation.mark,
                fix=did_you_mean(named, spec.presets),
            )


def _hyperparameter(spec: Spec, known: Hyperparameter) -> Iterator[Problem]:
    section = spec.tree["hyperparameters"]
    assert isinstance(section, Keys)
    mark = section.keys[known.name]
    if not known.name.isidentifier() or known.name in _WORDS or known.name.startswith("_"):
        yield Problem(
            "AF111",
            f"'{known.name}' cannot be the name of a hyperparameter",
            mark,
            why="formulas read it as a word",
            fix="use letters, digits and `_`",
        )
    yield from _value(known, known.default, f"the default of '{known.name}'", mark)
    if known.search is not None:
        yield from _search(known, known.search, mark)


def _value(known: Hyperparameter, value: Any, what: str, mark: Mark) -> Iterator[Problem]:
    levels = value if known.each is not None and isinstance(value, list) else [value]
    for level in levels:
        wrong = misfit(known, level)
        if wrong is not None:
            yield Problem("AF303", f"{what} {wrong[0]}", mark, fix=wrong[1])
            return


def _search(known: Hyperparameter, search: Search, mark: Mark) -> Iterator[Problem]:
    ends = search.choices if search.kind == "choice" else (search.low, search.high)
    if search.kind != "choice":
        if search.low > search.high:
            yield Problem(
                "AF307",
                f"the search range of '{known.name}' is empty: {_range(search)}",
                mark,
                fix=f"write [{_show(search.high)}, {_show(search.low)}]",
            )
        if search.log and search.low <= 0:
            yield Problem(
                "AF307",
                f"the search range of '{known.name}' cannot be logarithmic",
                mark,
                why=f"its low end is {_show(search.low)}, a logarithm needs more than 0",
            )
        if search.log and search.step is not None:
            yield Problem(
                "AF307",
                f"the search range of '{known.name}' has `step` and `log`",
                mark,
                why="steps are equal, logarithms are not",
                fix="keep one of them",
            )
    for end in ends:
        wrong = misfit(known, end)
        if wrong is not None:
            yield Problem("AF307", f"the search range of '{known.name}' {wrong[0]}", mark)
            return


def _range(search: Search) -> str:
    return f"[{_show(search.low)}, {_show(search.high)}]"


def _show(value: float) -> str:
    return f"{value:g}"


def _preset(spec: Spec, name: str) -> Iterator[Problem]:
    section = spec.tree["presets"]
    assert isinstance(section, Keys)
    values = section[name]
    for key, value in spec.presets[name].items():
        assert isinstance(values, Keys)
        mark = values.keys[key]
        if key not in spec.hyperparameters:
            yield Problem(
                "AF301",
                f"preset '{name}' sets '{key}', which is no hyperparameter",
                mark,
                fix=did_you_mean(key, spec.hyperparameters),
            )
        else:
            known = spec.hyperparameters[key]
            yield from _value(known, value, f"preset '{name}': '{key}'", mark)
