"""Fixes that give an argument of the step another value, or leave it out."""

import re
from collections.abc import Iterator

from archforge.studio.edits import replaced, set_key, without_key
from archforge.studio.menders import Maker, Match, removed
from archforge.studio.places import Mend, Wrong
from archforge.studio.spans import Map, Row, Word


def _set(wrong: Wrong, name: str, value: str) -> Mend:
    return Mend(f"set `{name}: {value}`", set_key(wrong.text, wrong.owner, name, value))


def _left_out(wrong: Wrong, name: str) -> Iterator[Mend]:
    key = next((key for key, _ in wrong.owner.entries if key.text == name), None)
    if key is not None:
        yield Mend(f"leave `{name}` out", without_key(wrong.text, wrong.owner, key))


def given(name: str) -> Maker:
    """A mender that gives the argument ``name`` the value in the fix."""

    def make(wrong: Wrong, match: Match) -> Iterator[Mend]:
        yield _set(wrong, name, match.group(1))

    return make


def either_one(wrong: Wrong, match: Match) -> Iterator[Mend]:
    """``set one of them to 1``."""
    for name in ("strides", "dilation_rate"):
        yield _set(wrong, name, "1")


def at_most(wrong: Wrong, match: Match) -> Iterator[Mend]:
    """``use at most 1, or leave `output_padding` out``."""
    yield _set(wrong, match.group(2), match.group(1))
    yield from _left_out(wrong, match.group(2))


def left_out(wrong: Wrong, match: Match) -> Iterator[Mend]:
    """``leave `output_padding` out``."""
    yield from _left_out(wrong, match.group(1))


def one_kept(wrong: Wrong, match: Match) -> Iterator[Mend]:
    """``keep one of them``: of two keys that the message names, or of two that are equal."""
    if wrong.problem.code == "AF006":
        yield from removed(wrong, match)
        return
    search = wrong.value.get("search") if isinstance(wrong.value, Map) else None
    owner = search if isinstance(search, Map) else wrong.owner
    named = re.findall(r"\w+", wrong.problem.message)
    for key, _ in owner.entries:
        if key.text in named:
            yield Mend(f"leave `{key.text}` out", without_key(wrong.text, owner, key))


def one_removed(wrong: Wrong, match: Match) -> Iterator[Mend]:
    """``keep one of the two``: sections of the file."""
    for key, _ in wrong.tree.entries:
        if f"`{key.text}:`" in wrong.problem.message:
            yield Mend(f"remove `{key.text}:`", without_key(wrong.text, wrong.tree, key))


def divided(wrong: Wrong, match: Match) -> Iterator[Mend]:
    """``make `groups` a divisor of 6``: the largest that does."""
    count = int(match.group(1))
    for number in range(min(count, 64), 0, -1):
        if count % number == 0:
            yield _set(wrong, "groups", str(number))


def rest_left(wrong: Wrong, match: Match) -> Iterator[Mend]:
    """``use -1 for one of the sizes``: for each of them."""
    sizes = wrong.owner.get("target_shape")
    for number, size in enumerate(sizes.items if isinstance(sizes, Row) else ()):
        yield Mend(f"use -1 as size {number + 1}", replaced(size, "-1"))


def fact_corrected(wrong: Wrong, match: Match) -> Iterator[Mend]:
    """The fact that the network has, in the place of the one that the file expects."""
    fact = re.search(r" is (.*), the file expects", wrong.problem.message)
    if fact and wrong.value is not None:
        yield Mend(f"write {fact.group(1)}", replaced(wrong.value, fact.group(1)))


def limit_kept(wrong: Wrong, match: Match) -> Iterator[Mend]:
    """``must be at least 16, not 8``: the limit itself."""
    value = wrong.value
    if isinstance(value, Map):
        value = value.get("default")
    if isinstance(value, Word) and not value.is_formula:
        yield Mend(f"write {match.group(1)}", replaced(value, match.group(1)))


def preset_named(wrong: Wrong, match: Match) -> Iterator[Mend]:
    """``name the preset: vgg16, vgg19``: each of them."""
    for name in match.group(1).split(", "):
        yield _set(wrong, "preset", name)
