"""The doctor's page: what to look at, a contact sheet with outlines, and three histograms."""

from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

from archforge.data import Checkup
from archforge.data.survey import Survey
from archforge.files import said_if_unwritable, write_whole
from archforge.report.bars import Chart, object_chart, share_chart, value_chart
from archforge.report.page import templates, writable
from archforge.report.thumbnails import OKABE_ITO, Thumbnail, thumbnail

SHOWN = 24
# Of each finding at most this many are shown, so that the first does not fill the sheet.
EACH = 3


def write_data_page(checkup: Checkup, path: Path) -> None:
    """Write the page of a folder that was read.

    Raises:
        ProblemError: The file cannot be written.
    """
    page = data_page(checkup)
    with said_if_unwritable(path):
        write_whole(path, page)


def data_page(checkup: Checkup) -> str:
    """The page as HTML."""
    summary, advice = checkup.summary, checkup.advice
    text = (
        templates()
        .get_template("data_page.html")
        .render(
            folder=Path(summary.folder).resolve().name if summary else "",
            problems=checkup.problems,
            findings=checkup.findings,
            facts=summary.words() if summary else (),
            advice=advice.words(summary) if advice and summary else (),
            sheet=_sheet(checkup),
            legend=_legend(checkup),
            charts=tuple(_charts(checkup.survey)) if checkup.survey else (),
        )
    )
    return writable(text)


def _sheet(checkup: Checkup) -> list[Thumbnail]:
    read = checkup.survey
    if read is None:
        return []
    notes: dict[str, str] = {}
    for finding in checkup.findings:
        for name in finding.ids[:EACH]:
            notes.setdefault(name, finding.kind)
    return [
        thumbnail(read.sources[index], read, notes.get(read.sources[index].id, ""))
        for index in _chosen(read, set(notes))
    ]


def _legend(checkup: Checkup) -> list[tuple[str, str]]:
    """Colour and name of each class, where there are several."""
    summary = checkup.summary
    if summary is None or summary.task == "classification" or summary.classes == 1:
        return []
    names = [summary.class_name(index) for index in range(1, summary.classes)]
    return list(zip(cycle(OKABE_ITO), names, strict=False))


def _chosen(read: Survey, told: set[str]) -> list[int]:
    """Those that were told of, then others evenly spread over the folder."""
    first = [index for index, source in enumerate(read.sources) if source.id in told][:SHOWN]
    rest = [index for index in range(len(read.sources)) if index not in set(first)]
    room = min(SHOWN - len(first), len(rest))
    return first + [rest[place * len(rest) // room] for place in range(room)]


def _charts(read: Survey) -> Iterator[Chart]:
    yield value_chart(read)
    if any(row.diameters for row in read.readings):
        yield object_chart(read)
    yield share_chart(read)
