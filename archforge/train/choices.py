"""What follows from settings, network and data together: every ``auto`` worked out, once.

A training and its resumption work out the same, and so does whoever predicts with its network: what
matters to them stands in the record.
"""

import math
from dataclasses import dataclass

import numpy as np

from archforge.build.quiet import tensorflow
from archforge.data import Dataset, Preparation, patches_of, whole_images
from archforge.data.augment import parse_augmentation
from archforge.errors import did_you_mean, listing, refuse
from archforge.graph import Graph
from archforge.losses import balanced_weights, check_loss
from archforge.predict.region import Region, find_region
from archforge.train.adapt import check_target, learned_classes, make_preparation
from archforge.train.batches import Batches
from archforge.train.settings import AUTO, BALANCED, Settings

# What a network of open size is trained at, where images are larger.
OPEN_SIDE = {2: 256, 3: 64}
# Images that fill less than this part of a patch are stretched: mirrors would be most of it.
FILLED = 0.5
# From this compute capability on, a GPU has bfloat16.
AMPERE = 8


@dataclass(frozen=True)
class Choices:
    """Of one training.

    Args:
        size: Of what the network is trained on, spatial axes.
        resize: Whether whole images are stretched to it; else they are cut into patches of it.
        preparation: How pixels become what the network sees.
        loss: Canonical text.
        class_weights: What each class counts; none for all alike.
        precision: A Keras dtype policy.
        bordered: Whether inside and border of objects are learned.
        classes: Of the network's head: 1 for a sigmoid.
        task: ``segmentation`` or ``classification``.
    """

    size: tuple[int, ...]
    resize: bool
    preparation: Preparation
    loss: str
    class_weights: tuple[float, ...] | None
    precision: str
    bordered: bool
    classes: int
    task: str


def choose(settings: Settings, graph: Graph, dataset: Dataset) -> Choices:
    """Work out every ``auto``.

    Raises:
        ProblemError: The loss or the class weights do not fit the classes, or objects are to be
            learned that the data do not tell apart.
    """
    size = input_size(graph, dataset)
    bordered = settings.target == "instances"
    check_target(settings, dataset)
    _check_outputs(settings, graph)
    classes = _head_classes(graph, learned_classes(settings, dataset), dataset.task)
    (image,) = graph.inputs.values()
    values = str(getattr(image.layer, "values", "unit"))
    return Choices(
        size,
        _resized(settings, dataset, size),
        make_preparation(settings, dataset, values),
        check_loss(settings.loss, classes, task=dataset.task),
        _class_weights(settings, dataset, classes),
        _precision(settings.precision),
        bordered,
        classes,
        dataset.task,
    )


def input_size(graph: Graph, dataset: Dataset) -> tuple[int, ...]:
    """The size that the network is trained at: its own, else that of the data.

    What a network of open size is given is a power of 2, which all but a few networks take.
    """
    (image,) = graph.inputs.values()
    own = image.shape[:-1]
    if None not in own:
        return tuple(side for side in own if side is not None)
    if dataset.size is not None:
        return dataset.size
    shapes = [dataset.train.shape(row)[:-1] for row in range(len(dataset.train))]
    middle = np.median(np.array(shapes), axis=0)
    most = OPEN_SIDE[dataset.rank]
    return tuple(
        side or min(most, 2 ** math.floor(math.log2(max(2.0, float(m)))))
        for side, m in zip(own, middle, strict=True)
    )


def make_batches(graph: Graph, dataset: Dataset, settings: Settings, choices: Choices) -> Batches:
    """The training part as batches.

    Args:
        graph: At a known size.
        dataset: Stretched, where the choices say so.
        settings: Of the training.
        choices: As ``choose`` gave them.
    """
    train = dataset.train
    patches = (
        whole_images(train, choices.size)
        if choices.resize
        else patches_of(train, choices.size, settings.foreground, settings.patches or None)
    )
    return Batches(
        train,
        choices.preparation,
        patches,
        parse_augmentation(settings.augment),
        _regions(graph, choices),
        settings.batch_size,
        settings.seed,
        choices.bordered,
    )


def _regions(graph: Graph, choices: Choices) -> tuple[Region, ...]:
    """Of each output; none where whole images have a class."""
    if choices.task == "classification":
        return ()
    return tuple(find_region(graph, node, choices.size) for node in graph.outputs.values())


def _check_outputs(settings: Settings, graph: Graph) -> None:
    unknown = [name for name in settings.output_weights if name not in graph.outputs]
    if unknown:
        refuse(
            "AF503",
            f"output_weights names '{unknown[0]}', which is no output of '{graph.name}'",
            why=f"its outputs are {listing(graph.outputs)}",
            fix=did_you_mean(unknown[0], graph.outputs),
        )


def _head_classes(graph: Graph, classes: int, task: str) -> int:
    """Two classes of whole images may be one sigmoid score."""
    if task == "classification":
        last = graph.nodes[next(iter(graph.outputs.values()))].shape[-1]
        return 1 if last == 1 else classes
    return classes


def _resized(settings: Settings, dataset: Dataset, size: tuple[int, ...]) -> bool:
    if dataset.size is not None or dataset.task == "classification":
        return True
    if settings.sampling != AUTO:
        return settings.sampling == "resize"
    filled = [
        min(own / side for own, side in zip(dataset.train.shape(row), size, strict=False))
        for row in range(len(dataset.train))
    ]
    return float(np.median(filled)) < FILLED


def _class_weights(settings: Settings, dataset: Dataset, classes: int) -> tuple[float, ...] | None:
    given = settings.class_weights
    if given == BALANCED:
        return tuple(balanced_weights(dataset.class_counts(classes)))
    if not given:
        return None
    wanted = max(2, classes)
    if len(given) != wanted:
        refuse(
            "AF503",
            f"class_weights has {len(given)} numbers, there are {wanted} classes",
            why="background counts as one",
            fix=f"give {wanted} numbers, or '{BALANCED}'",
        )
    return tuple(float(one) for one in given)


def _precision(asked: str) -> str:
    """On CPUs bfloat16 was slower than float32 (25 against 29 images a second)."""
    if asked != AUTO:
        return asked
    gpus = tensorflow.config.list_physical_devices("GPU")
    if not gpus:
        return "float32"
    details = tensorflow.config.experimental.get_device_details(gpus[0])
    capability = details.get("compute_capability", (0, 0))
    return "mixed_bfloat16" if capability[0] >= AMPERE else "float32"
