"""How a folder is to be understood and divided: what a person may say beside its files."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from archforge.errors import Problem, ProblemError, did_you_mean

MASKS = ("auto", "binary", "classes", "labels", "colours")
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
# In masks as the network sees them: no class, neither learned from nor scored.
IGNORED = 255
# The highest index of a class: masks have 8 bits, and 255 is taken.
LAST_CLASS = IGNORED - 1


@dataclass(frozen=True)
class DataOptions:
    """Settings of the data.

    Args:
        masks: What the values of masks are: ``binary`` (0 and one other value), ``classes``
            (indices), ``labels`` (each object has a number), ``colours`` or, by default, what the
            values say by themselves.
        ignore: The mask value that is neither learned from nor scored.
        colours: ``#rrggbb`` to class index; the index 255 is ignored.
        classes: Number of classes of masks that hold indices, of which this folder may lack some;
            by default as many as occur.
        validation: Share of the images that are looked at while a network learns, 0 to below 1.
        test: Share that is kept for the end, 0 to below 1.
        group_by: Whose examples stay in one part: ``auto`` (the manifest's column ``group``,
            sub-folders, planes of one stack), ``none``, or the name of a manifest column.
        stratify_by: What each part holds the same share of: ``auto`` (the manifest's column
            ``stratum`` or ``modality``, else ``classes``), ``none``, ``classes`` (low, middle and
            high shares of foreground) or the name of a manifest column.
        folds: Number of parts for cross-validation, at least 2, in place of ``validation``.
        fold: Which of them is for validation, from 0.
        seed: Of the split.

    Raises:
        ProblemError: With every setting that cannot be.
    """

    masks: str = "auto"
    ignore: int | None = None
    colours: Mapping[str, int] | None = None
    classes: int | None = None
    validation: float = 0.2
    test: float = 0.0
    group_by: str = "auto"
    stratify_by: str = "auto"
    folds: int | None = None
    fold: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        # What is of no kind that it may be is not looked at any further.
        problems = list(_kinds(self)) or [*_masks(self), *_shares(self), *_folds(self)]
        if problems:
            raise ProblemError(problems)


_TEXT, _WHOLE = ((str,), "give a text"), ((int,), "give a whole number")
_NUMBER, _NO_OR_WHOLE = ((int, float), "give a number"), ((int, type(None)), "give a whole number")
_KINDS: Mapping[str, tuple[tuple[type, ...], str]] = {
    "masks": _TEXT, "group_by": _TEXT, "stratify_by": _TEXT, "ignore": _NO_OR_WHOLE,
    "classes": _NO_OR_WHOLE, "folds": _NO_OR_WHOLE, "fold": _WHOLE, "seed": _WHOLE,
    "validation": _NUMBER, "test": _NUMBER,
    "colours": ((Mapping, type(None)), "give each colour the index of a class"),
}  # fmt: skip


def _kinds(options: DataOptions) -> Iterator[Problem]:
    """A record of a run may say anything."""
    for name, (kinds, fix) in _KINDS.items():
        value = getattr(options, name)
        if not isinstance(value, kinds) or isinstance(value, bool):
            yield _problem(name, value, fix)
    colours: object = options.colours
    for colour, index in colours.items() if isinstance(colours, Mapping) else ():
        if not isinstance(colour, str) or not isinstance(index, int) or isinstance(index, bool):
            yield _problem("colours", {colour: index}, "write for example '#ff8800': 1")


def _masks(options: DataOptions) -> Iterator[Problem]:
    if options.masks not in MASKS:
        yield _problem("masks", options.masks, did_you_mean(options.masks, MASKS))
    for colour, index in (options.colours or {}).items():
        if not COLOUR.fullmatch(colour):
            yield _problem("colours", colour, "write a colour as '#rrggbb', for example '#ff8800'")
        if not 0 <= index <= IGNORED:
            yield _problem("colours", index, "give class indices from 0, or 255 to ignore")
    if options.classes is not None and not 2 <= options.classes <= LAST_CLASS + 1:
        fix = f"give 2 to {LAST_CLASS + 1}, background counted"
        yield _problem("classes", options.classes, fix)
    elif options.classes is not None and options.masks not in {"auto", "classes"}:
        fix = "leave one of the two out: only masks of class indices have a number of classes"
        yield _problem(f"classes with masks: {options.masks}", options.classes, fix)
    if set((options.colours or {}).values()) == {IGNORED}:
        fix = "give a class to at least one colour, 255 is ignored"
        yield _problem("colours", options.colours, fix)


def _shares(options: DataOptions) -> Iterator[Problem]:
    for name, share in (("validation", options.validation), ("test", options.test)):
        if not 0 <= share < 1:
            yield _problem(name, share, "give a share of the images, 0 to below 1")
    if options.validation + options.test >= 1:
        both = f"{options.validation} + {options.test}"
        yield _problem("validation + test", both, "leave images to train on")


def _folds(options: DataOptions) -> Iterator[Problem]:
    if options.folds is not None and options.folds < 2:
        yield _problem("folds", options.folds, "give at least 2")
    if not 0 <= options.fold < (options.folds or 1):
        last = (options.folds or 1) - 1
        yield _problem("fold", options.fold, f"folds are counted from 0, the last is {last}")


def _problem(name: str, value: object, fix: str) -> Problem:
    return Problem("AF428", f"{name} cannot be {value!r}", fix=fix)
