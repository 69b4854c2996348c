"""Whether a network can be trained on a data set at all, before Keras is imported."""

from collections.abc import Iterator

from archforge.data import VALUES
from archforge.errors import Problem, ProblemError
from archforge.graph import Graph, Node

# Layers that move or mix scores and leave them probabilities.
PASSES = frozenset(
    {
        "Average",
        "CropLike",
        "Cropping2D",
        "Dropout",
        "Identity",
        "Permute",
        "ResizeLike",
        "Resizing",
        "UpSampling2D",
    }
)


def check_fits(graph: Graph, classes: int) -> None:
    """Check that ``graph`` gives a mask of ``classes`` for one image.

    Args:
        graph: An expanded network.
        classes: Of the data: 1 for binary masks, else the number of classes.

    Raises:
        ProblemError: With everything that does not fit.
    """
    check_takes_images(graph)
    problems = [*_input(graph), *_outputs(graph, classes)]
    if problems:
        raise ProblemError(problems)


def check_takes_images(graph: Graph) -> None:
    """Check what no data set can mend: the task, and that one image goes in.

    Raises:
        ProblemError: It is another task, or something else goes in.
    """
    problems = list(_whole(graph))
    if problems:
        raise ProblemError(problems)


def _whole(graph: Graph) -> Iterator[Problem]:
    if graph.task != "segmentation":
        yield Problem(
            "AF507",
            f"'{graph.name}' is a network for {graph.task}",
            why="this version trains networks that give a mask for each image",
            fix="take one with `task: segmentation`; see `archforge list`",
        )
    elif len(graph.inputs) != 1:
        yield Problem(
            "AF507",
            f"'{graph.name}' takes {len(graph.inputs)} inputs",
            why="a data set has one image for each mask",
            fix="take a network with one input",
        )
    else:
        yield from _image(graph)


def _image(graph: Graph) -> Iterator[Problem]:
    (image,) = graph.inputs.values()
    if len(image.shape) != 3:
        yield Problem(
            "AF506",
            f"the input '{image.name}' is {_shape(image)}, which is no image",
            image.mark,
            why="this version trains on images, which have height, width and channels",
            fix="take a network for images; see `archforge list`",
        )


def _input(graph: Graph) -> Iterator[Problem]:
    (image,) = graph.inputs.values()
    layer_values = str(getattr(image.layer, "values", "unit"))
    if image.shape[-1] not in {1, 3}:
        yield Problem(
            "AF506",
            f"the input '{image.name}' is {_shape(image)}, images have 1 or 3 channels",
            image.mark,
            why="images are height x width x channels, grey or RGB",
            fix="set `channels` to 1 or 3",
        )
        return
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
        if len(node.shape) != 3:
            yield Problem(
                "AF506",
                f"the output '{name}' is {_shape(node)}, not a mask",
                node.mark,
                why="a mask has height, width and a score for each class",
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
    pairs = zip(node.shape[:2], image.shape[:2], strict=True)
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
