"""Every file of a folder read once: what each example holds, and all that is wrong with it.

Files are decoded in threads, as the decoders leave Python's lock. ``examine`` goes on with what is
good, for the doctor; ``survey`` refuses a folder with any problem, for training.
"""

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from archforge.data.class_table import with_table
from archforge.data.contents import read_values
from archforge.data.mask_meaning import Seen, mask_rule
from archforge.data.masks import MaskRule
from archforge.data.measure import Reading, measure
from archforge.data.options import DataOptions
from archforge.data.source import Listing, Source
from archforge.errors import CODES, Mark, Problem, ProblemError

Progress = Callable[[int, int], None]
SHOWN = 10
WORKERS = min(8, os.cpu_count() or 1)


@dataclass(frozen=True)
class Survey:
    """A folder that was read: ``readings[i]`` is of ``sources[i]``.

    Args:
        format: A key of ``FORMATS``.
        root: The folder.
        sources: The examples that could be read.
        readings: What they hold.
        rule: What their masks mean; where whole images have a class, the classes alone.
        task: ``segmentation`` or ``classification``.
    """

    format: str
    root: Path
    sources: tuple[Source, ...]
    readings: tuple[Reading, ...]
    rule: MaskRule
    task: str = "segmentation"

    @property
    def channels(self) -> int:
        """Channels of the images: 1 where all are grey; grey among colour is repeated."""
        return max(row.channels for row in self.readings)


def survey(
    found: Listing, progress: Progress | None = None, options: DataOptions | None = None
) -> Survey:
    """Read every image and mask of a listing.

    Raises:
        ProblemError: With every problem of the folder; of each code the first ten and a count.
    """
    read, problems = examine(found, progress, options)
    if problems or read is None:
        raise ProblemError(problems)
    return read


def examine(
    found: Listing, progress: Progress | None = None, options: DataOptions | None = None
) -> tuple[Survey | None, list[Problem]]:
    """What can be read of a listing, and every problem of the folder.

    Args:
        found: The files.
        progress: Called with files done and files in all.
        options: What the person says of the masks.

    Returns:
        The survey, ``None`` where no example can be read or masks have no meaning; and the
        problems, of each code the first ten and a count.
    """
    problems = list(found.problems)
    pairs: list[tuple[Source, Reading]] = []
    with ThreadPoolExecutor(WORKERS) as pool:
        for done, (reading, wrong) in enumerate(pool.map(_try, found.sources), start=1):
            pairs += [(found.sources[done - 1], reading)] if reading else []
            problems += wrong
            if progress:
                progress(done, len(found.sources))
    mixed = list(_mixed(pairs))
    odd = {problem.mark.file for problem in mixed if problem.mark}
    pairs = [pair for pair in pairs if str(pair[0].image) not in odd]
    problems += mixed
    return joined(found, pairs, options or DataOptions(), problems)


def joined(
    found: Listing,
    pairs: Sequence[tuple[Source, Reading]],
    options: DataOptions,
    problems: Sequence[Problem] = (),
) -> tuple[Survey | None, list[Problem]]:
    """The survey of readings, whether fresh or kept, and the problems with that of the rule."""
    rule = _rule(found, pairs, options) if pairs else None
    if isinstance(rule, Problem):
        # Masks that could not be read may hold what the others lack.
        hidden = rule.code == "AF414" and problems
        return None, capped([*problems, *([] if hidden else [rule])])
    if rule is None:
        return None, capped(problems)
    sources, readings = (tuple(row) for row in zip(*pairs, strict=True))
    return Survey(found.format, found.root, sources, readings, rule, found.task), capped(problems)


def capped(problems: Iterable[Problem]) -> list[Problem]:
    """Of each code the first ten by place, and one line that counts the rest."""
    by_code: defaultdict[str, list[Problem]] = defaultdict(list)
    for problem in problems:
        by_code[problem.code].append(problem)
    return [kept for row in by_code.values() for kept in _cap(row)]


def _cap(row: list[Problem]) -> Iterator[Problem]:
    row = sorted(row, key=lambda problem: problem.mark or Mark(""))
    yield from row[:SHOWN]
    if len(row) > SHOWN:
        first = row[SHOWN]
        rest = f"{len(row) - SHOWN} more files: {CODES[first.code]}"
        yield Problem(first.code, rest, first.mark, first.why, first.fix)


def _try(source: Source) -> tuple[Reading | None, tuple[Problem, ...]]:
    """Image and mask are tried both, so that both may have a problem."""
    problems: list[Problem] = []
    reading = None
    try:
        reading = measure(source)
    except ProblemError as error:
        problems += error.problems
    if reading is None and any(str(source.image) == _file(problem) for problem in problems):
        try:
            read_values(source)
        except ProblemError as error:
            problems += error.problems
    return reading, tuple(problems)


def _file(problem: Problem) -> str:
    return problem.mark.file if problem.mark else ""


def _rule(
    found: Listing, pairs: Sequence[tuple[Source, Reading]], options: DataOptions
) -> MaskRule | Problem:
    if found.task == "classification":
        return MaskRule(0, len(found.class_names), names=found.class_names)
    seen = {
        source.masks[0]: Seen(tuple(sorted(row.pixels)), row.coloured, row.pieces, row.more)
        for source, row in pairs
    }
    told = with_table(found.root, options, found.class_names)
    if isinstance(told, Problem):
        return told
    beside = any(source.tells_objects for source, _ in pairs)
    return mask_rule(found.root, seen, *told, beside=beside)


def _mixed(pairs: Sequence[tuple[Source, Reading]]) -> Iterator[Problem]:
    """Images of another number of axes or channels than most; grey may stand among colour."""
    kinds = Counter(_kind(row) for _, row in pairs)
    if len(kinds) < 2:
        return
    (usual, count), *_ = kinds.most_common(1)
    for source, row in pairs:
        if _kind(row) != usual:
            yield Problem(
                "AF422",
                f"image '{source.image.name}' has {_words(_kind(row))}, "
                f"{count} other images have {_words(usual)}",
                Mark(str(source.image)),
                why="a network has one number of axes and of channels; only grey and RGB mix, as "
                "grey is repeated",
                fix="export it like the others, or move it and its mask away",
            )


def _kind(row: Reading) -> tuple[int, int]:
    return len(row.shape), 3 if row.channels == 1 else row.channels


def _words(kind: tuple[int, int]) -> str:
    axes, channels = kind
    return f"{'grey or 3' if channels == 3 else channels} channels in {axes}-D"
