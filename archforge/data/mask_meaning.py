"""The rule of a folder's masks: found out over all of them, never from one file.

An all-black mask fits every reading, so a single file must not decide.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from archforge.data.masks import GREY, LAST_OBJECT, MaskRule
from archforge.data.options import IGNORED, LAST_CLASS, DataOptions
from archforge.errors import Mark, Problem, listing

# Above this a mask more likely holds grey levels or numbered objects than classes, unless somebody
# says that they are classes, or the classes have names.
LAST_UNSAID = 31
# Grey levels lie scattered along outlines, each number of an object in one piece or a few.
MOST_PIECES = 1.5


@dataclass(frozen=True)
class Seen:
    """The values in one mask file.

    Args:
        values: Those that occur, sorted; of very many the lowest and the highest.
        coloured: Whether they are colours.
        pieces: Connected areas of one value, background left out.
        more: How many values ``values`` leaves out.
    """

    values: tuple[int, ...]
    coloured: bool = False
    pieces: int = 0
    more: int = 0


def mask_rule(
    root: Path,
    masks: Mapping[Path, Seen],
    options: DataOptions | None = None,
    names: Mapping[int, str] | None = None,
    *,
    beside: bool = False,
) -> MaskRule | Problem:
    """The rule for a folder from the values that occur in each of its mask files.

    Two values of which one is 0 are binary, whatever the other is. More are class indices up to
    31, or up to the last that has a name; above, they are instance labels where nearly each value
    lies in one piece. Where they are said to be classes, indices go up to 254, and where their
    number is said, some may be missing.

    Args:
        root: The folder, for the message.
        masks: What each file holds.
        options: What the person says of the masks.
        names: Of the classes, by index.
        beside: Whether instance labels lie in files of their own.
    """
    options = options or DataOptions()
    files = dict(sorted(masks.items()))
    values = sorted({value for seen in files.values() for value in seen.values})
    values = [value for value in values if value != options.ignore]
    coloured = any(seen.coloured for seen in files.values())
    if options.masks == "colours" or (coloured and options.masks == "auto"):
        return _coloured(files, options, names or {}, beside=beside)
    if coloured:
        return _no_table(files)
    if len(values) <= (0 if options.classes else 1):
        return _one_value(root, values)
    outside = _outside(values, options.masks)
    if outside:
        return _no_rule(files, values, outside)
    if options.classes is not None:
        rule = _some_of(files, values, options.classes)
    else:
        rule = _numbers(files, values, options.masks, max(names or {0: ""}))
    if isinstance(rule, Problem):
        return rule
    foreground, classes, numbered = rule
    if classes > 1 and names:  # a class may be missing in these images
        classes = max(classes, max(names) + 1)
    return MaskRule(
        foreground, classes, options.ignore, numbered, beside, names=_names(names, classes)
    )


def _outside(values: Sequence[int], kind: str) -> str:
    """Which limit values do not keep, empty where they do."""
    if values[0] < 0:
        return "no value may lie below 0, unless 'ignore' names it"
    if values[-1] > LAST_OBJECT and (len(values) > 2 or kind == "labels"):
        return f"numbers of objects end at {LAST_OBJECT}"
    return ""


def _some_of(
    files: Mapping[Path, Seen], values: list[int], classes: int
) -> tuple[int, int, bool] | Problem:
    """Class indices of which some may be missing."""
    if values and values[-1] >= classes:
        return _no_rule(files, values, f"not {classes} class indices from 0")
    return 0, classes, False


def _numbers(
    files: Mapping[Path, Seen], values: list[int], kind: str, named: int
) -> tuple[int, int, bool] | Problem:
    """Foreground, classes and whether objects are numbered; ``named`` is the last class's index."""
    if kind == "labels":
        return 0, 1, True
    if len(values) == 2 and values[0] == 0 and kind != "classes":
        return values[1], 1, False
    if kind == "binary":
        return _no_rule(files, values, "not 0 and one other value")
    last = LAST_CLASS if kind == "classes" else max(LAST_UNSAID, named)
    if values[-1] <= last:
        return 0, values[-1] + 1, False
    if kind == "auto" and _numbered(files):
        return 0, 1, True
    indices = f"class indices up to {last}"
    auto = f"neither 0 and one other value, nor {indices}"
    return _no_rule(files, values, auto if kind == "auto" else f"not {indices}")


def _numbered(files: Mapping[Path, Seen]) -> bool:
    """Whether nearly every value is one object; scattered values are grey levels.

    Masks of few values are not asked: whatever the number, they look like objects.
    """
    rows = [seen for seen in files.values() if len(seen.values) > 2]
    values = sum(len(set(seen.values) - {0}) + seen.more for seen in rows)
    many = sum(len(seen.values) > 2 for seen in rows) * 2 > len(files)
    return many and sum(seen.pieces for seen in rows) <= MOST_PIECES * values


def _coloured(
    files: Mapping[Path, Seen], options: DataOptions, names: Mapping[int, str], *, beside: bool
) -> MaskRule | Problem:
    if not options.colours:
        return _no_table(files)
    table = {int(colour[1:], 16): index for colour, index in options.colours.items()}
    for path, seen in files.items():
        there = seen.values if seen.coloured else [value * GREY for value in seen.values]
        unknown = [value for value in there if value not in table]
        if unknown:
            return _unknown_colours(path, unknown)
    classes = max(index for index in table.values() if index != IGNORED) + 1
    rows = tuple(sorted(table.items()))
    words = _names(names, classes)
    count = 1 if classes == 2 else classes
    return MaskRule(0, count, beside=beside, colours=rows, names=words)


def _names(names: Mapping[int, str] | None, classes: int) -> tuple[str, ...]:
    if not names:
        return ()
    return tuple(names.get(index, f"class {index}") for index in range(max(2, classes)))


def _one_value(root: Path, values: Sequence[int]) -> Problem:
    return Problem(
        "AF414",
        f"every pixel of every mask is {values[0] if values else 'ignored'}",
        Mark(str(root)),
        why="masks of a single value tell nothing apart, so there is nothing to learn",
        fix="draw the objects into the masks, as 255 on 0",
    )


def _no_table(files: Mapping[Path, Seen]) -> Problem:
    path, seen = next((path, seen) for path, seen in files.items() if seen.coloured)
    colours = listing((f"#{value:06x}" for value in seen.values), most=6)
    return Problem(
        "AF411",
        f"the mask '{path.name}' is coloured: {colours}",
        Mark(str(path)),
        why="which colour stands for which class must be said, it cannot be seen",
        fix="write 'classes.csv' beside the images, one line 'index,name,#rrggbb' for each colour, "
        "or save masks in grey: 0 and 255, or the number of the class",
    )


def _unknown_colours(path: Path, unknown: Sequence[int]) -> Problem:
    return Problem(
        "AF442",
        f"'{path.name}' holds colours without a class: "
        f"{listing((f'#{value:06x}' for value in unknown), most=4)}",
        Mark(str(path)),
        why="colours in between come from smoothed outlines, JPEG or a forgotten class",
        fix="add them to the table of colours, or draw the mask without smoothing",
    )


def _no_rule(files: Mapping[Path, Seen], values: list[int], wanted: str) -> Problem:
    path = max(files, key=lambda name: len(files[name].values) + files[name].more)
    more = max(seen.more for seen in files.values())
    row = [*map(str, values), *[""] * more]
    return Problem(
        "AF412",
        f"masks hold {listing(row, most=6)}: {wanted}",
        Mark(str(path)),
        why=_reason(files, values),
        fix="write masks as 0 and 255, as the number of the class, or, where each object has its "
        "own number, say 'masks: labels'; in every file alike",
    )


def _reason(files: Mapping[Path, Seen], values: list[int]) -> str:
    rows = {path: seen.values for path, seen in files.items()}
    pairs = {row[1]: path for path, row in rows.items() if len(row) == 2 and row[0] == 0}
    if len(pairs) > 1:
        (one, first), (two, second) = sorted(pairs.items())[:2]
        return f"'{first.name}' uses 0 and {one}, '{second.name}' uses 0 and {two}"
    if _numbered(files) or values[-1] > 255:
        return "each value lies in one piece: they look like numbered objects (instance labels)"
    return "values in between come from lossy compression, smoothing, resizing or grey levels"
