"""The masks of the three best networks beside truth, one network below the other.

Each trial's own process has drawn its predictions when it ended; to predict again would bring Keras
into the coordinator.
"""

from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap

from matplotlib.font_manager import findfont
from PIL import Image, ImageDraw, ImageFont

from archforge.files import whole_file
from archforge.search.models import MODELS_KEPT
from archforge.search.pictures.folders import run_of
from archforge.search.records import Study, Trial
from archforge.search.table import goal_words, values_words

Sheet = tuple[list[str], Image.Image]
"""A caption's lines and what stands below it."""

LETTER, LINE, MARGIN = 18, 28, 20
"""Dots: a letter's height, a line's, and the room around a caption."""
LETTERS = 0.095
"""In a line, for each dot of the width."""


def draw_masks(study: Study, path: Path) -> Path | None:
    """What the three best runs drew of images they did not learn from, each under a caption."""
    sheets = list(_sheets(study))
    if not sheets:
        return None
    heights = [MARGIN * 2 + LINE * len(lines) + image.height for lines, image in sheets]
    whole = Image.new("RGB", (max(image.width for _, image in sheets), sum(heights)), "white")
    pen, font = ImageDraw.Draw(whole), ImageFont.truetype(findfont("DejaVu Sans"), LETTER)
    top = 0
    for (lines, image), height in zip(sheets, heights, strict=True):
        for at, line in enumerate(lines):
            pen.text((MARGIN, top + MARGIN + LINE * at), line, fill="black", font=font)
        whole.paste(image, (0, top + height - image.height))
        top += height
    with whole_file(path) as part:
        whole.save(part, format="png")
    return path


def _sheets(study: Study) -> Iterator[Sheet]:
    for rank, trial in enumerate(study.leading[:MODELS_KEPT], start=1):
        run = run_of(trial)
        if run is not None and run.predictions.is_file():
            with Image.open(run.predictions) as image:
                yield _caption(study, trial, rank, image.width), image.convert("RGB")


def _caption(study: Study, trial: Trial, rank: int, width: int) -> list[str]:
    goals = zip(study.goals, trial.goals, strict=True)
    scores = ", ".join(f"{goal.title} {goal_words(goal, value)}" for goal, value in goals)
    place = "Best" if rank == 1 else f"Best {rank}"
    first = f"{place}: trial {trial.number}, {scores}, {trial.parameters:,} parameters"
    return [first, *wrap(values_words(trial) or "the defaults", int(width * LETTERS))]
