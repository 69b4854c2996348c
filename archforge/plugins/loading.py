"""Imports an entry that is named, and judges what it finds before anybody uses it."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from archforge.errors import Mark, Problem, ProblemError, listing, nearest
from archforge.graph import Argument, Described
from archforge.plugins.finding import entries, installed, is_plugin, offered, package_of
from archforge.plugins.guarding import Fits, blamed, guard, told

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

Kind = TypeVar("Kind", bound=Described)

STEP_KEYS = frozenset(
    ("layer", "block", "share", "architecture", "for", "branches", "merge", "steps", "else")
) | frozenset(("name", "from", "if", "repeat", "align", "interpolation"))
"""Keys that mean something in every step, so no argument may be called so."""


@dataclass(frozen=True)
class Group(Generic[Kind]):
    """What one group of entry points holds.

    Args:
        name: Of the group.
        word: What one entry is: ``layer``.
        base: The class that each is a subclass of.
        room: Where that class is imported from: ``graph``.
        methods: Those that a plug-in writes, and what their results look like.
        unfit: What else keeps a class from being used; nothing if it is fine.
        other: The group that may not have the same name.
    """

    name: str
    word: str
    base: type[Kind]
    room: str
    methods: Mapping[str, Fits]
    unfit: Callable[[type[Kind], str], str]
    other: str


_TRIED: dict[tuple[str, str], "type[Described] | Problem"] = {}
"""What became of each entry: code that fails once is not run again for every step."""


def plugin(group: Group[Kind], name: str) -> type[Kind] | None:
    """The class that an installed package offers as ``name``; ``None`` if none does.

    Raises:
        ProblemError: AF118, one does, and it cannot be used.
    """
    if not is_plugin(name):
        return None
    key = (group.name, name)
    if key not in _TRIED:
        found = entries(group.name, name)
        if not found:
            return None
        _TRIED[key] = _loaded(group, name, found)
    tried = _TRIED[key]
    if isinstance(tried, Problem):
        raise ProblemError([tried])
    return cast("type[Kind]", tried)


def every(group: Group[Kind]) -> dict[str, type[Kind]]:
    """Every plug-in of the group that can be used."""
    return {name: found for name, found in _all(group) if not isinstance(found, Problem)}


def faults(group: Group[Kind]) -> list[Problem]:
    """What is wrong with the plug-ins of the group that cannot be used."""
    return [found for _, found in _all(group) if isinstance(found, Problem)]


def refuse_faults(*groups: Group[Any]) -> None:
    """Tell every plug-in that cannot be used, once all others are listed.

    Raises:
        ProblemError: There is one.
    """
    found = [problem for group in groups for problem in faults(group)]
    if found:
        raise ProblemError(found)


def forget() -> None:
    """Look anew at what is installed."""
    _TRIED.clear()
    offered.cache_clear()


def at_mark(find: Callable[[str], type[Kind] | None], name: str, mark: Mark) -> type[Kind] | None:
    """What ``find`` finds; its problems at ``mark``.

    Raises:
        ProblemError: What ``find`` raises.
    """
    try:
        return find(name)
    except ProblemError as error:
        raise ProblemError(replace(one, mark=mark) for one in error.problems) from error


def not_offered(group: Group[Any], name: str, mark: Mark) -> Problem:
    """No installed package offers ``name``."""
    if entries(group.other, name):
        other = "block" if group.word == "layer" else "layer"
        fix = f"'{name}' is a {other}: write `{other}: {name}`"
        return Problem("AF103", f"there is no {group.word} '{name}'", mark, fix=fix)
    package, known = package_of(name), offered(group.name)
    version, near = installed(package), nearest(name, known)
    why = f"{package} {version} is installed, and offers no such {group.word}"
    if not version:
        why = f"a name with `/` comes from a package, and '{package}' is not installed"
    has = f"installed now: {listing(known)}" if known else f"no {group.word} is installed"
    fix = f"if you trust that package, `pip install {package}` where archforge is; {has}"
    if near or version:
        fix = f"did you mean '{near}'?" if near else has
    return Problem("AF103", f"there is no {group.word} '{name}'", mark, why, fix)


def _all(group: Group[Kind]) -> Iterator[tuple[str, type[Kind] | Problem]]:
    for name in offered(group.name):
        try:
            found = plugin(group, name)
        except ProblemError as error:
            yield name, error.problems[0]
        else:
            if found is not None:
                yield name, found


def _loaded(group: Group[Any], name: str, found: "list[EntryPoint]") -> type[Described] | Problem:
    if len(found) > 1:
        return told(name, "its package offers two of that name")
    if entries(group.other, name):
        return told(name, "its package offers a layer and a block of that name")
    try:
        with blamed(name, "it cannot be imported"):
            kind = found[0].load()
        with blamed(name, "its class is not one that archforge can read"):
            wrong = _unfit(group, kind, name)
            if wrong:
                return told(name, wrong)
            guard(kind, name, group.methods)
    except ProblemError as error:
        return error.problems[0]
    return cast("type[Described]", kind)


def _unfit(group: Group[Any], kind: Any, name: str) -> str:
    """What keeps ``kind`` from being used; nothing if it is fine."""
    base = group.base
    if not (isinstance(kind, type) and issubclass(kind, base)):
        return f"{kind!r:.80} is no subclass of archforge.{group.room}.{base.__name__}"
    if "__dataclass_fields__" not in vars(kind):
        return f"the class {kind.__name__} lacks `@record` (from archforge.graph)"
    return _described_unfit(kind) or _arguments_unfit(kind) or group.unfit(kind, name)


def _described_unfit(kind: type[Described]) -> str:
    # Without a docstring, dataclasses write the signature in its place.
    if kind.summary().startswith(f"{kind.__name__}("):
        return f"the class {kind.__name__} has no docstring to say what it is"
    if not _is_count(kind.INPUTS):
        shown = f"{kind.INPUTS!r:.40}"
        return f"INPUTS of the class {kind.__name__} must be (fewest, most), not {shown}"
    return ""


def _is_count(inputs: Any) -> bool:
    if not (isinstance(inputs, tuple) and len(inputs) == 2 and isinstance(inputs[0], int)):
        return False
    return inputs[0] > 0 and (inputs[1] is None or inputs[1] >= inputs[0])


def _arguments_unfit(kind: type[Described]) -> str:
    from jsonschema import Draft7Validator  # noqa: PLC0415 - as in finding

    for field in fields(kind):
        argument = field.metadata.get("argument")
        if not isinstance(argument, Argument):
            return f"its argument '{field.name}' does not say what it accepts: use `arg(...)`"
        if field.name in STEP_KEYS or hasattr(Described, field.name):
            return f"an argument may not be called '{field.name}': that has a meaning already"
        if not re.fullmatch(r"[a-z]\w*", field.name):
            return f"an argument may not be called '{field.name}'"
        Draft7Validator.check_schema(dict(argument.schema))
    return ""
