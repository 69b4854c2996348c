"""How each kind of fix is made: from the words of a problem's ``fix`` to edits of the text.

What is offered here need not be right: ``mending`` tries every one and shows those that mend.
"""

import re
from collections.abc import Callable, Iterator

from archforge.schema import choices
from archforge.studio.bindings import FILE, Thing
from archforge.studio.edits import quoted, replaced, set_key, without_item, without_key
from archforge.studio.places import Mend, Wrong
from archforge.studio.spans import Map, Row, Span, Word
from archforge.studio.telling import record_of

Match = re.Match[str]
Maker = Callable[[Wrong, Match], Iterator[Mend]]
_TOP = {
    "archforge": "1",
    "name": "my_network",
    "task": "segmentation",
    "inputs": "{image: [128, 128, 1]}",
    "graph": "[]",
    "default": "1",
    "steps": "[]",
    "merge": "Concatenate",
    "that": "=true",
    "say": '"say what must hold"',
    "shape": "[128, 128, 1]",
}
_OF_TYPE = {"int": "1", "float": "0.1", "bool": "true", "str": "''", "list": "[]"}
_NICE = {"kernel_size": "3", "filters": "16", "classes": "1", "units": "16", "rate": "0.1"}


def swapped(wrong: Wrong, match: Match) -> Iterator[Mend]:
    """The nearest known word, after ``did you mean``."""
    new = match.group(1)
    if wrong.key is not None and new in wrong.owner.keys and wrong.problem.code == "AF101":
        edits = without_key(wrong.text, wrong.owner, wrong.key)
        yield Mend(f"remove '{wrong.key.text}', '{new}' is there", edits)
        return
    yield from _written(wrong, new)


def one_of(wrong: Wrong, match: Match) -> Iterator[Mend]:
    """``use one of: a, b, c``: each of them, where one is as good as another."""
    if wrong.problem.code in ("AF106", "AF122"):
        return  # another function or key does not say what was meant
    names = re.sub(r" and \d+ more\Z", "", match.group(1)).split(", ")
    for name in names:
        yield from _written(wrong, name)


def _written(wrong: Wrong, new: str) -> Iterator[Mend]:
    """``new`` in the place of the word that the message quotes."""
    said = re.findall(r"'([^']*)'", wrong.problem.message)
    place = next(_places(wrong, said), None)
    if place is not None:
        yield Mend(f"write '{new}'", [(*place, new)])


def _places(wrong: Wrong, said: list[str]) -> Iterator[tuple[int, int]]:
    spots: list[Span] = [wrong.word] if wrong.word is not None else [wrong.owner]
    for word in said:
        for spot in spots:
            pattern = re.compile(rf"(?<![\w.]){re.escape(word)}(?![\w])")
            found = pattern.search(wrong.whole, spot.start, spot.end)
            if word and found:
                yield found.span()
    if wrong.word is not None and not wrong.word.is_formula:
        yield wrong.word.start, wrong.word.end


def key_added(wrong: Wrong, match: Match) -> Iterator[Mend]:
    """``add `key: ...```, with a value that is allowed there."""
    key, value = match.groups()
    if value == "...":
        value = _example(wrong, key)
    if value and value != "NAME":
        edits = set_key(wrong.text, wrong.owner, key, value)
        yield Mend(f"add `{key}: {value}`", edits)


def _example(wrong: Wrong, key: str) -> str:
    what = wrong.owner.words("layer") or wrong.owner.words("block") or ""
    record = record_of(what)
    if record is not None and key in record.arguments():
        words = choices(record.arguments()[key].schema)
        return _NICE.get(key) or (str(words[0]) if words else "1")
    kind = wrong.tree.map("blocks").map(what).map("arguments").words(key)
    return _OF_TYPE.get(kind or "", _TOP.get(key, ""))


def entry_written(wrong: Wrong, match: Match) -> Iterator[Mend]:
    """``write `filters: =8```, where a key and its value were one word."""
    key = wrong.key
    if key is not None:
        end = max(key.end, wrong.value.end if wrong.value else 0)
        yield Mend(f"write `{match.group(1)}`", [(key.start, end, match.group(1))])


def formula_quoted(wrong: Wrong, match: Match) -> Iterator[Mend]:
    """``quote it: `filters: "=min(512, 8)"```: what the comma had cut, put together."""
    entry, owner = match.groups()
    first = next((name for name, _ in wrong.owner.entries if name.text == owner), None)
    if first is not None and wrong.key is not None:
        yield Mend("quote the formula", [(first.start, wrong.key.end, entry)])


def list_bracketed(wrong: Wrong, match: Match) -> Iterator[Mend]:
    """``write `from: [prev, skip@0]```: every name that became a key."""
    names = [name for name, _ in wrong.owner.entries]
    start = next((i for i, name in enumerate(names) if name.text == "from"), None)
    if start is None:
        return
    first = wrong.owner.entries[start][1]
    end, row = first.end, [wrong.whole[first.start : first.end]]
    for name, value in wrong.owner.entries[start + 1 :]:
        if value.end > value.start:
            break
        end, row = name.end, [*row, name.text]
    new = f"[{', '.join(row)}]"
    yield Mend(f"write `from: {new}`", [(first.start, end, new)])


def value_written(wrong: Wrong, match: Match) -> Iterator[Mend]:
    """A whole value in the place of the one at the mark."""
    if wrong.value is not None:
        new = quoted(match.group(1))
        yield Mend(f"write `{match.group(1)}`", replaced(wrong.value, new))


def kind_written(wrong: Wrong, match: Match) -> Iterator[Mend]:
    """``write `block: segmentation_head``` where it says ``layer:``, and the other way round."""
    entry = wrong.entry
    if entry is not None:
        yield Mend(f"write `{match.group(1)}: `", replaced(entry, match.group(1)))


def range_turned(wrong: Wrong, match: Match) -> Iterator[Mend]:
    """``write [8, 64]``: the ends of a search range in their order."""
    search = wrong.value.map("search") if isinstance(wrong.value, Map) else None
    for kind in ("int", "float"):
        ends = search.get(kind) if search is not None else None
        if isinstance(ends, Row):
            yield Mend(f"write {match.group(1)}", replaced(ends, match.group(1)))


def numbers_given(wrong: Wrong, match: Match) -> Iterator[Mend]:
    """``write `hyperparameters: {size: 64}```, beside what is given there already."""
    given = wrong.owner.get("hyperparameters")
    if isinstance(given, Map):
        pairs = [pair.split(": ") for pair in match.group(1).split(", ")]
        edits = [edit for k, v in pairs for edit in set_key(wrong.text, given, k, v)]
    else:
        value = f"{{{match.group(1)}}}"
        edits = set_key(wrong.text, wrong.owner, "hyperparameters", value)
    yield Mend(f"give `{match.group(1)}`", edits)


def values_declared(wrong: Wrong, match: Match) -> Iterator[Mend]:
    """``write `image: {shape: [...], values: caffe}` in `inputs:```."""
    name, values = match.groups()
    declared = wrong.tree.map("inputs").get(name)
    if isinstance(declared, Map):
        yield Mend(f"declare `values: {values}`", set_key(wrong.text, declared, "values", values))
    elif declared is not None:
        shape = wrong.whole[declared.start : declared.end]
        new = f"{{shape: {shape}, values: {values}}}"
        yield Mend(f"declare `values: {values}`", replaced(declared, new))


def block_called(wrong: Wrong, match: Match) -> Iterator[Mend]:
    """``call it `Double```: the block, wherever it is named."""
    if wrong.key is None:
        return
    thing = Thing("block", FILE, wrong.key.text)
    edits = [(u.start, u.end, match.group(1)) for u in wrong.uses() if u.thing == thing]
    yield Mend(f"call it {match.group(1)}", sorted(set(edits)))


def changed(pattern: str, new: str, title: str) -> Maker:
    """A mender that changes something inside the word at the mark."""

    def make(wrong: Wrong, match: Match) -> Iterator[Mend]:
        if wrong.word is not None:
            old = wrong.whole[wrong.word.start : wrong.word.end]
            yield Mend(title, replaced(wrong.word, re.sub(pattern, new, old)))

    return make


def line_changed(pattern: str, new: str, title: str) -> Maker:
    """A mender that changes something in a line that is no YAML."""

    def make(wrong: Wrong, match: Match) -> Iterator[Mend]:
        line = wrong.text.line_of(wrong.offset)
        start, end = wrong.text.start(line), wrong.text.end(line)
        yield Mend(title, [(start, end, re.sub(pattern, new, wrong.whole[start:end]))])

    return make


def pixels_used(wrong: Wrong, match: Match) -> Iterator[Mend]:
    """``use 128 or 144 pixels``: in the shape of the inputs, or where its hyperparameter is."""
    for size in re.findall(r"\d+", match.group()):
        edits = [edit for place in _sides(wrong) for edit in replaced(place, size)]
        yield Mend(f"use {size} {match.group(1)}", sorted(set(edits)))


def _sides(wrong: Wrong) -> Iterator[Span]:
    for _, declared in wrong.tree.map("inputs").entries:
        shape = declared.get("shape") if isinstance(declared, Map) else declared
        for side in shape.items[:-1] if isinstance(shape, Row) else ():
            if isinstance(side, Word) and side.is_formula:
                yield from _default(wrong, side.text[1:].strip())
            else:
                yield side


def _default(wrong: Wrong, name: str) -> Iterator[Span]:
    """Where the default of a hyperparameter stands."""
    known = wrong.tree.map("hyperparameters").get(name)
    default = known.get("default") if isinstance(known, Map) else known
    if default is not None:
        yield default


def default_set(wrong: Wrong, match: Match) -> Iterator[Mend]:
    """``or depth 1``: another default for a hyperparameter."""
    name, value = match.groups()
    for place in _default(wrong, name):
        yield Mend(f"use {name} {value}", replaced(place, value))


def aligned(wrong: Wrong, match: Match) -> Iterator[Mend]:
    """``use `align: crop```: on the merge at the mark."""
    entry = f"align: {match.group(1)}"
    if wrong.entry is not None and wrong.entry.text == "merge" and isinstance(wrong.value, Word):
        edits = replaced(wrong.value, f"{{layer: {wrong.value.text}, {entry}}}")
    else:
        edits = set_key(wrong.text, wrong.owner, "align", match.group(1))
    yield Mend(f"add `{entry}`", edits)


def removed(wrong: Wrong, match: Match) -> Iterator[Mend]:
    """``remove it``: the key at the mark, the one whose value is there, or the step."""
    if wrong.entry is not None:
        edits = without_key(wrong.text, wrong.owner, wrong.entry)
        yield Mend(f"remove '{wrong.entry.text}'", edits)
    elif wrong.value is not None:
        yield Mend("remove the step", without_item(wrong.text, wrong.value))
