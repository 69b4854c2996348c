"""Whether a network can be trained on a data set at all, before Keras is imported."""

from collections.abc import Iterator

from archforge.data import VALUES
from archforge.errors import Problem, ProblemError
from archforge.graph import Graph, Node

SEGMENTATION, CLASSIFICATION = "segmentation", "classification"
# Layers that move or mix scores and leave them probabilities.
PASSES = frozenset(
    {
        "Average",
        "CropLike",
        "Cropping2D",
        "Cropping3D",
        "Dropout",
        "Identity",
        "Permute",
        "ResizeLike",
        "Resizing",
        "UpSampling2D",
        "UpSampling3D",
    }
)


def check_fits(graph: Graph, classes: int, task: str = SEGMENTATION) -> None:
    """Check that ``graph`` gives a mask of ``classes``, or one of them, for one image.

    Args:
        graph: An expanded network.
        classes: Of the data: 1 for binary masks, else the number of classes.
        task: Of the data.

    Raises:
        ProblemError: With everything that does not fit.
    """
    check_takes_images(graph)
    if graph.task != task:
        raise ProblemError([_other_task(graph, task)])
    outputs = _classes if task == CLASSIFICATION else _outputs
    problems = [*_input(graph), *outputs(graph, classes)]
    if problems:
        raise ProblemError(problems)


def check_takes_images(graph: Graph) -> None:
    """Check what no data set can mend: that one image, or volume, goes in.

    Raises:
        ProblemError: Something else goes in.
    """
    problems = list(_whole(graph))
    if problems:
        raise ProblemError(problems)


def scoring_nodes(graph: Graph) -> frozenset[str]:
    """The nodes that make probabilities of scores, and all behind them."""
    found: set[str] = set()
    waiting = list(graph.outputs.values())
    while waiting:
        node = graph.nodes[waiting.pop()]
        if node.name not in found:
            found.add(node.name)
            waiting += node.inputs if node.kind in PASSES else ()
    return frozenset(found)


def _other_task(graph: Graph, task: str) -> Problem:
    holds = "masks" if task == SEGMENTATION else "a class for each image"
    return Problem(
        "AF507",
        f"'{graph.name}' is a network for {graph.task}, the data hold {holds}",
        why="segmentation gives a class for each pixel, classification one for each image",
        fix=f"take a network with `task: {task}`; see `archforge list`",
    )


def _whole(graph: Graph) -> Iterator[Problem]:
    if len(graph.inputs) != 1:
        yield Problem(
            "AF507",
            f"'{graph.name}' takes {len(graph.inputs)} inputs",
            why="a data set has one image for each example",
            fix="take a network with one input",
        )
    else:
        yield from _image(graph)


def _image(graph: Graph) -> Iterator[Problem]:
    (image,) = graph.inputs.values()
    if len(image.shape) not in {3, 4}:
        yield Problem(
            "AF506",
            f"the input '{image.name}' is {_shape(image)}, which is no image",
            image.mark,
            why="images have height, width and channels, volumes planes too",
            fix="take a network for images; see `archforge list`",
        )


def _input(graph: Graph) -> Iterator[Problem]:
    (image,) = graph.inputs.values()
    layer_values = str(getattr(image.layer, "values", "unit"))
    needs = VALUES[layer_values].channels
    if needs not in {0, image.shape[-1]}:
        yield Problem(
            "AF506",
            f"`values: {layer_values}` is a convention for {needs} channels, "
            f"the input '{image.name}' has {image.shape[-1]}",
            image.mark,
            why="it has a mean for each colour",
            fix=f"set `channels` to {needs}: grey images are repeated; or use `values: unit`",
        )


def _outputs(graph: Graph, classes: int) -> Iterator[Problem]:
    (image,) = graph.inputs.values()
    for name, path in graph.outputs.items():
        node = graph.nodes[path]
        if len(node.shape) != len(image.shape):
            yield Problem(
                "AF506",
                f"the output '{name}' is {_shape(node)}, not a mask",
                node.mark,
                why="a mask has the axes of its image and a score for each class",
                fix="end with `{block: segmentation_head, classes: =classes}`",
            )
        elif node.shape[-1] != classes:
            yield _other_classes(name, node, classes)
        elif _larger(node, image):
            yield Problem(
                "AF506",
                f"the output '{name}' is {_shape(node)}, larger than the image {_shape(image)}",
                node.mark,
                why="masks have the size of their images",
                fix="leave out the last upsampling",
            )
        else:
            yield from _head(graph, name, node, classes)


def _classes(graph: Graph, classes: int) -> Iterator[Problem]:
    """The outputs of a network that classifies whole images."""
    for name, path in graph.outputs.items():
        node = graph.nodes[path]
        wanted = {classes, 1} if classes == 2 else {classes}
        if len(node.shape) != 1 or node.shape[0] not in wanted:
            yield Problem(
                "AF506",
                f"the output '{name}' is {_shape(node)}, the images have {classes} classes",
                node.mark,
                why="a class is one softmax score, two may be one sigmoid score",
                fix=f"set `classes` to {classes}, or leave it out: it is then set from the data",
            )
        else:
            yield from _head(graph, name, node, int(node.shape[0]))


def _other_classes(name: str, node: Node, classes: int) -> Problem:
    what = "one class against background" if classes == 1 else f"{classes} classes"
    return Problem(
        "AF506",
        f"the output '{name}' has {node.shape[-1]} channels, the masks hold {what}",
        node.mark,
        why="one class is one sigmoid score for each pixel, several are one softmax score each",
        fix=f"set `classes` to {classes}, or leave it out: it is then set from the data",
    )


def _larger(node: Node, image: Node) -> bool:
    pairs = zip(node.shape[:-1], image.shape[:-1], strict=True)
    return any(out is not None and size is not None and out > size for out, size in pairs)


def _head(graph: Graph, name: str, node: Node, classes: int) -> Iterator[Problem]:
    """A last activation that is known and cannot give probabilities."""
    wanted = "sigmoid" if classes == 1 else "softmax"
    last = node
    while last.kind in PASSES and last.inputs:
        last = graph.nodes[last.inputs[0]]
    if last.kind == "Softmax":
        found: object = "softmax"
    elif "activation" in type(last.layer).arguments():
        found = getattr(last.layer, "activation", None) or "linear"
    else:
        found = "linear"
    if found != wanted:
        yield Problem(
            "AF506",
            f"the output '{name}' ends with {found}, not {wanted}",
            last.mark,
            why="losses and masks are made from probabilities: sigmoid for one class, softmax "
            "for several",
            fix="end with `{block: segmentation_head, classes: =classes}`, or set "
            f"`activation: {wanted}` at the last step",
        )


def _shape(node: Node) -> str:
    return "x".join("?" if side is None else str(side) for side in node.shape)
