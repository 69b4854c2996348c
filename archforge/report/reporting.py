"""The page of whatever lies in a folder: a run, a study or a comparison."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from archforge.compare.writing import RECORD as COMPARISON
from archforge.compare.writing import SEVERAL
from archforge.errors import Mark, refuse
from archforge.report.markdown import write_markdown
from archforge.report.page import Page, write_html
from archforge.runs import RECORD as RUN
from archforge.runs.study import RECORD as STUDY

# By the file that tells what a folder is: the function that makes its page, imported when it is
# needed, as a study brings Optuna.
PAGES = {
    SEVERAL: "several_page",
    COMPARISON: "comparison_page",
    STUDY: "study_page",
    RUN: "run_page",
}
WRITERS: dict[str, Callable[[Page, Path], None]] = {
    "html": write_html,
    "markdown": write_markdown,
}


def write_report(path: Path, file: Path, *, form: str = "html", storage: str | None = None) -> None:
    """Write the page of a run, a study or a comparison.

    Args:
        path: Its folder.
        file: To write.
        form: A key of ``WRITERS``.
        storage: The URL of a study's database, where a server has it.

    Raises:
        ProblemError: There is nothing in the folder that has a page, it cannot be read, or the page
            cannot be written.
    """
    WRITERS[form](page_of(Path(path), storage), Path(file))


def page_of(folder: Path, storage: str | None = None) -> Page:
    """The page as data.

    Args:
        folder: Of whatever has one.
        storage: As of ``write_report``.

    Raises:
        ProblemError: As ``write_report``.
    """
    name = next((PAGES[record] for record in PAGES if (folder / record).is_file()), None)
    if storage is not None and name not in {PAGES[STUDY], None}:
        refuse(
            "AF608",
            f"the folder '{folder}' holds no search",
            mark=Mark(str(folder)),
            why="only a search has its trials in a database",
            fix="leave `--storage` out",
        )
    below = sorted(folder.glob(f"*/{COMPARISON}"))
    if name is None and len(below) == 1:  # a benchmark of one data set, which more may join
        return page_of(below[0].parent)
    if name is None:
        refuse(
            "AF625",
            f"there is no run, study or comparison in '{folder}'",
            mark=Mark(str(folder)),
            why=f"their folders hold {RUN}, {STUDY}, {COMPARISON} or {SEVERAL}",
            fix="give the folder that `archforge train`, `search` or `compare` named at its end",
        )
    made: Callable[..., Page] = getattr(import_module(f"archforge.report.{name}"), name)
    return made(folder, storage) if name == PAGES[STUDY] else made(folder)
