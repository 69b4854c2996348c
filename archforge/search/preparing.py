"""From what a person asks for and the opened data to a plan, with all that can be checked."""

import math
from dataclasses import replace

from archforge.crew.workers import machine_bytes
from archforge.errors import refuse
from archforge.graph import Graph
from archforge.losses import check_loss
from archforge.metrics import METRICS
from archforge.search.measures import Goal, find_goals, read_limits
from archforge.search.methods import UNTAUGHT
from archforge.search.models import MODELS_KEPT
from archforge.search.plan import Plan, needed_bytes, networks
from archforge.search.recipe import with_settings
from archforge.search.request import Request
from archforge.search.space import Draw, Space
from archforge.search.writing import spec_with
from archforge.train import Opened, Settings, check_fits, learned_classes

# From here on a genetic algorithm spreads better over a front than an estimator does.
MANY_TRIALS = 200
# Epochs of a training that a budget ends, as far as anybody knows: the first five are not judged.
OF_A_BUDGET = 15


def make_plan(request: Request, opened: Opened, space: Space) -> Plan:
    """The plan of a search that can begin.

    Args:
        request: What is asked for.
        opened: The architecture and the images.
        space: What may vary.

    Raises:
        ProblemError: The defaults do not fit data or machine, there is nothing to search, or the
            sampler cannot search it.
    """
    _check_goals(request, opened)
    plan = _plan(request, opened, space)
    plan = replace(plan, sampler=_sampler(plan, request.sampler))
    _check_space(plan)
    return plan


def judged_epochs(settings: Settings, images: int) -> int:
    """How many epochs a training has, as far as a pruner must know.

    A budget of seconds or images ends it long before the number that is set beside it.

    Args:
        settings: Of the training.
        images: To learn from.
    """
    if settings.images:
        return min(settings.epochs, OF_A_BUDGET, math.ceil(settings.images / max(1, images)))
    return min(settings.epochs, OF_A_BUDGET) if settings.seconds else settings.epochs


def limit_words(plan: Plan) -> list[str]:
    """What a person must know of limits and the sampler."""
    if not plan.limits or plan.sampler not in UNTAUGHT:
        return []
    name = plan.sampler
    return [f"The sampler '{name}' does not learn from limits: what is above one is drawn again."]


def _plan(request: Request, opened: Opened, space: Space) -> Plan:
    text = opened.architecture.standalone

    def check(draw: Draw) -> None:
        settings = with_settings(request.settings, draw.settings)
        classes = learned_classes(settings, opened.dataset)
        check_fits(draw.graph, classes, "segmentation")
        check_loss(settings.loss, classes)
        _check_memory(draw.graph, settings.batch_size)

    return Plan(
        space=space,
        spec_for=lambda graph: spec_with(text, graph.hyperparameters),
        check=check,
        data=request.data,
        options=request.options,
        settings=request.settings,
        trials=request.trials,
        seed=request.seed,
        threads=request.means.count(request.trials)[1],
        goals=find_goals(request.goals),
        limits=read_limits(request.limits),
        repeats=request.repeats,
        kept=max(MODELS_KEPT, request.retrain.top if request.retrain else 0),
        groups=opened.dataset.together("validation"),
    )


def _sampler(plan: Plan, name: str) -> str:
    """The sampler that ``auto`` stands for here; any other name is itself."""
    if name != "auto":
        return name
    found = networks(plan)
    if found is not None and len(found) <= plan.trials:
        return "grid"
    return "nsga2" if len(plan.goals) > 1 and plan.trials >= MANY_TRIALS else "tpe"


def _check_goals(request: Request, opened: Opened) -> None:
    for goal in find_goals(request.goals):
        if goal.is_score and METRICS[goal.name].needs == "labels" and not (
            opened.dataset.has_instances
        ):  # fmt: skip
            refuse(
                "AF608",
                f"the images have no labels for the goal '{goal.name}'",
                why="objects are counted where masks number them",
                fix="name a goal that follows from masks, such as dice or iou",
            )
        if goal.is_score:
            _check_spacing(goal, opened)


def _check_spacing(goal: Goal, opened: Opened) -> None:
    part = opened.dataset.validation
    if METRICS[goal.name].unit == "micrometres" and not any(
        part.pixel_size(row) for row in range(len(part))
    ):
        refuse(
            "AF608",
            f"no validation image says how large its pixels are, for the goal '{goal.name}'",
            why="micrometres follow from pixels by the spacing that microscopes write into files",
            fix=f"name {goal.name.removesuffix('_um')}, which is in pixels, or give OME-TIFF",
        )


def _check_memory(graph: Graph, batch_size: int) -> None:
    needed, there = needed_bytes(graph, batch_size), machine_bytes()
    if needed > there:
        refuse(
            "AF609",
            f"the network needs {needed / 2**30:.1f} GiB to train, the machine has "
            f"{there / 2**30:.1f}",
            why=f"training keeps every layer's output for each of {batch_size} images",
            fix="use a smaller --batch-size, fewer filters or a smaller size",
        )


def _check_space(plan: Plan) -> None:
    draw, _ = plan.space.defaults()
    plan.check(draw)
    if not draw.values:
        refuse(
            "AF605",
            f"'{plan.space.architecture.spec.name}' has nothing to search",
            why="no hyperparameter that the network reads has a range and is left open",
            fix="open one with `--search name=lo..hi`, or write `search:` in the spec",
        )
    if plan.walk and networks(plan) is None:
        refuse(
            "AF611",
            "this space cannot be tried point by point",
            why="it has a range without steps, or more points than anybody would try",
            fix="give steps, such as --search dropout=0..0.4:0.2, or use --sampler tpe",
        )
