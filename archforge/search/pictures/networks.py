"""The three best networks, drawn as `archforge draw` draws them."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from archforge.analysis.draw import draw_svg
from archforge.catalog import Architecture
from archforge.catalog.reading import parse
from archforge.errors import ProblemError
from archforge.files import write_whole
from archforge.graph import Graph
from archforge.search.models import MODELS_KEPT
from archforge.search.records import Study, Trial


def draw_networks(study: Study, folder: Path) -> tuple[Path, ...]:
    """``best-1.svg`` and so on, their trials in the titles.

    Returns:
        The files; none where the study's spec builds no more, such as without a file it includes.
    """
    try:
        graphs = list(_graphs(study))
    except ProblemError:  # the person moved a file, or a plug-in is gone; the study stands without
        return ()
    paths = []
    for rank, graph in enumerate(graphs, start=1):
        paths.append(folder / f"best-{rank}.svg")
        write_whole(paths[-1], draw_svg(graph))
    return tuple(paths)


def _graphs(study: Study) -> Iterator[Graph]:
    best = study.leading[:MODELS_KEPT]
    if not best:
        return
    parsed = parse(study.spec, "the study's spec", None)
    parsed.problems.raise_any()
    assert parsed.spec is not None
    architecture = Architecture(parsed.spec, study.spec)
    for rank, trial in enumerate(best, start=1):
        graph = architecture.graph(study.preset, dict(trial.hyperparameters))
        yield replace(graph, name=_title(study, trial, rank))


def _title(study: Study, trial: Trial, rank: int) -> str:
    place = "best" if rank == 1 else f"best {rank}"
    score = f"{study.goals[0].title} {trial.value:.4f}"
    return f"{place}: trial {trial.number}, {score}: {study.architecture}"
