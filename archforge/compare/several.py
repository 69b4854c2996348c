"""The same networks on several data sets: a comparison of each, and ranks over all of them."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Unpack

from archforge.compare.comparing import Ready, Wish, finish, make_ready
from archforge.compare.folder import name_of
from archforge.compare.ranking import several_of
from archforge.compare.records import Several
from archforge.compare.writing import write_several
from archforge.errors import Mark, Problem, ProblemError, refuse


def compare_several(
    specs: Sequence[str],
    *,
    data: Sequence[Path | str],
    folder: Path | None = None,
    **wish: Unpack[Wish],
) -> Several:
    """Compare on each data set, and rank over all of them.

    Args:
        specs: As for ``compare``.
        data: Folders of images, each of another name.
        folder: Of everything; ``runs/compare-DATA-DATA`` by default.
        wish: As for ``compare``.

    Raises:
        ProblemError: As ``compare``, of any data set before the first of them is trained on; two
            folders have one name; the record of the whole cannot be written.
    """
    names = [name_of(Path(each)) for each in data]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        refuse(
            "AF621",
            f"two folders of images are called '{twice}'",
            why="the comparison of each is kept under its name",
            fix="rename one of them, or give a link of another name",
        )
    where = folder or Path("runs") / f"compare-{'-'.join(names)}"
    every: list[Ready] = []
    problems: list[Problem] = []
    for each, name in zip(data, names, strict=True):
        try:
            every.append(make_ready(specs, data=each, folder=where / name, **wish))
        except ProblemError as error:  # what names no place of its own is of this data set
            problems += [replace(one, mark=one.mark or Mark(str(each))) for one in error.problems]
    if problems:
        raise ProblemError(problems)
    several = several_of(where, [finish(ready) for ready in every])
    write_several(several)
    return several
