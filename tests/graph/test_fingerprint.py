"""A fingerprint is the network: not its names, not the order of writing."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from archforge.catalog import read_architecture
from archforge.graph import Graph, Parameters, fingerprint
from archforge.graph.fingerprint import canonical_order
from tests.specs import HEAD, graph_of, spec_text

A = "{layer: Conv2D, name: %s, from: image, filters: %d, kernel_size: 3, padding: same}"


def of(tmp_path: Path, steps: str) -> str:
    return fingerprint(graph_of(tmp_path, spec_text(steps)))


def two(first: str, second: str, joined: str) -> str:
    return f"  - {first}\n  - {second}\n  - {joined}\n" + HEAD


def test_names_and_the_order_of_writing_do_not_matter(tmp_path: Path) -> None:
    one = of(tmp_path, two(A % ("a", 2), A % ("b", 3), "{layer: Concatenate, from: [a, b]}"))
    other = of(tmp_path, two(A % ("y", 3), A % ("x", 2), "{layer: Concatenate, from: [x, y]}"))

    assert one == other


def test_the_order_of_operands_does(tmp_path: Path) -> None:
    one = of(tmp_path, two(A % ("a", 2), A % ("b", 3), "{layer: Concatenate, from: [a, b]}"))
    other = of(tmp_path, two(A % ("a", 2), A % ("b", 3), "{layer: Concatenate, from: [b, a]}"))

    assert one != other


def test_sharing_weights_is_another_network_than_having_two_alike(tmp_path: Path) -> None:
    join = "{layer: Add, from: [a, b]}"
    alike = of(tmp_path, two(A % ("a", 2), A % ("b", 2), join))
    shared = of(tmp_path, two(A % ("a", 2), "{share: a, name: b, from: image}", join))

    assert alike != shared


def test_an_argument_written_as_its_default_changes_nothing(tmp_path: Path) -> None:
    plain = of(tmp_path, "  - {layer: Conv2D, filters: 2, kernel_size: 3}\n" + HEAD)
    spelled = of(
        tmp_path,
        "  - {layer: Conv2D, filters: 2, kernel_size: [3, 3], strides: 1, padding: valid, "
        "kernel_initializer: GlorotUniform}\n" + HEAD,
    )

    assert plain == spelled


def test_what_a_loss_counts_is_a_part_of_it_and_once_is_nothing_new(tmp_path: Path) -> None:
    def with_outputs(outputs: str) -> str:
        text = spec_text(HEAD, f"outputs: {outputs}\n")
        return fingerprint(graph_of(tmp_path, text))

    assert with_outputs("{mask: 0.5}") != with_outputs("[mask]")
    assert with_outputs("{mask: 1}") == with_outputs("[mask]")


EXAMPLES = Path(__file__).parent.parent / "expand" / "examples"

# Read once and kept, also for every later version of Python: a change here breaks every stored
# study, and is a version of its own.
KEPT = {
    "unet:tutorial": "a08d6e3203a01638d26456504d0820a6",
    "lenet5": "5dadbb13bb1ba7cb457d6ceacc8a5503",
    "vgg16": "69e834a269323263f6625addf5b68542",
    "alexnet:grouped": "d6401399b81bfad4dc88f881b6425480",
    str(EXAMPLES / "siamese.yaml"): "00445373449ea0f41456b1ef895d919a",
    str(EXAMPLES / "unet_plus_plus.yaml"): "bea16962dff02c6ccecadf640742de77",
    str(EXAMPLES / "googlenet.yaml"): "0d50ae29235c69f4eb6769e3a404b00f",
    str(EXAMPLES / "wide_resnet.yaml"): "cc406a20010309a6192c6a40707afc9e",
}


@pytest.mark.parametrize("spec", KEPT, ids=lambda spec: Path(spec).stem)
def test_a_fingerprint_is_the_same_on_every_machine(spec: str) -> None:
    name, _, preset = spec.partition(":")

    assert fingerprint(read_architecture(name).graph(preset or None)) == KEPT[spec]


def test_the_hash_of_strings_has_no_say() -> None:
    program = (
        "from archforge.catalog import read_architecture as read; "
        "from archforge.graph import fingerprint; print(fingerprint(read('lenet5').graph()))"
    )

    said = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("0", "1")
    }

    assert said == {KEPT["lenet5"]}


def test_every_name_may_change() -> None:
    graph = read_architecture("unet").graph("tutorial")

    assert fingerprint(renamed(graph)) == fingerprint(graph)


def test_blocks_and_loops_are_only_a_way_of_writing(tmp_path: Path) -> None:
    blocks = (
        "blocks:\n  Two:\n    arguments: {filters: int}\n    steps:\n"
        "      - {layer: Conv2D, filters: =filters, kernel_size: 3, repeat: 2}\n"
    )
    step = "  - {layer: Conv2D, filters: %d, kernel_size: 3}\n"
    block = "  - for: {i: [2, 4]}\n    steps:\n      - {block: Two, filters: =i}\n"
    short = graph_of(tmp_path, spec_text(block + HEAD, top=blocks))
    long = graph_of(tmp_path, spec_text(step % 2 + step % 2 + step % 4 + step % 4 + HEAD))

    assert fingerprint(short) == fingerprint(long)


@pytest.mark.parametrize(
    "changed",
    [
        "filters: 3, kernel_size: 3",
        "filters: 2, kernel_size: 5",
        "filters: 2, kernel_size: 3, strides: 2",
        "filters: 2, kernel_size: 3, activation: relu",
        "filters: 2, kernel_size: 3, trainable: false",
        "filters: 2, kernel_size: 3, dtype: float16",
        "filters: 2, kernel_size: 3, kernel_regularizer: {L2: {l2: 0.1}}",
    ],
)
def test_every_argument_counts(tmp_path: Path, changed: str) -> None:
    plain = of(tmp_path, "  - {layer: Conv2D, filters: 2, kernel_size: 3}\n" + HEAD)

    assert of(tmp_path, f"  - {{layer: Conv2D, {changed}}}\n" + HEAD) != plain


def test_which_call_is_written_as_the_owner_of_shared_weights_does_not_matter(
    tmp_path: Path,
) -> None:
    graph = siamese(tmp_path, "[a, b]")
    nodes = dict(graph.nodes)
    nodes["a"] = replace(nodes["a"], shares="b", parameters=Parameters())
    nodes["b"] = replace(nodes["b"], shares=None, parameters=graph.nodes["a"].parameters)

    assert fingerprint(replace(graph, nodes=nodes)) == fingerprint(graph)


def test_an_owner_outside_of_the_network_leaves_no_name_behind(tmp_path: Path) -> None:
    graph = siamese(tmp_path, "[a, b]")
    nodes = {name: replace(node, shares=None) for name, node in graph.nodes.items()}

    def owned_by(name: str) -> str:
        users = {each: replace(nodes[each], shares=name) for each in ("a", "b")}
        return fingerprint(replace(graph, nodes=nodes | users))

    assert owned_by("gone") == owned_by("lost") == fingerprint(graph)


def test_a_call_of_a_call_s_weights_is_a_call_of_the_weights(tmp_path: Path) -> None:
    join = "  - {layer: Add, from: [a, b, c]}\n"
    share = "  - {share: a, name: %s, from: image}\n"
    steps = f"  - {A % ('a', 2)}\n" + share % "b" + share % "c" + join + HEAD
    graph = graph_of(tmp_path, spec_text(steps))
    chained = {**graph.nodes, "c": replace(graph.nodes["c"], shares="b")}

    assert fingerprint(replace(graph, nodes=chained)) == fingerprint(graph)


def test_the_order_of_several_inputs_counts_and_that_of_one_cannot(tmp_path: Path) -> None:
    graph = siamese(tmp_path, "[a, b]")
    turned = {name: graph.nodes[name] for name in ("after", "before")}

    swapped = replace(graph, nodes=turned | dict(graph.nodes))

    assert list(swapped.inputs) == ["after", "before"]
    assert fingerprint(swapped) != fingerprint(graph)


def test_the_order_of_several_outputs_counts_and_their_names_do_not(tmp_path: Path) -> None:
    steps = f"  - {A % ('a', 2)}\n  - {A % ('b', 3)}\n"
    graph = graph_of(tmp_path, spec_text(steps + "outputs: [a, b]\n"))

    assert fingerprint(replace(graph, outputs={"x": "a", "y": "b"})) == fingerprint(graph)
    assert fingerprint(replace(graph, outputs={"b": "b", "a": "a"})) != fingerprint(graph)


def siamese(tmp_path: Path, operands: str) -> Graph:
    steps = (
        "  - {layer: Conv2D, name: a, from: before, filters: 2, kernel_size: 3}\n"
        "  - {share: a, name: b, from: after}\n"
        f"  - {{layer: Subtract, from: {operands}}}\n"
    )
    inputs = "{before: [32, 32, 1], after: [32, 32, 1]}"
    return graph_of(tmp_path, spec_text(steps + HEAD, inputs=inputs))


def renamed(graph: Graph) -> Graph:
    """The same network, each node called by a number."""
    name = {node: f"n{index}" for index, node in enumerate(graph.nodes)}
    nodes = {
        name[node.name]: replace(
            node,
            name=name[node.name],
            inputs=tuple(name[each] for each in node.inputs),
            shares=name[node.shares] if node.shares else None,
            within=(),
        )
        for node in graph
    }
    outputs = {f"out{i}": name[node] for i, node in enumerate(graph.outputs.values())}
    return Graph("other", graph.task, nodes, outputs)


def test_one_order_says_which_node_is_which_in_two_networks_that_are_the_same() -> None:
    graph = read_architecture("unet").graph("tutorial")
    other = renamed(graph)

    pairs = dict(zip(canonical_order(graph), canonical_order(other), strict=True))

    assert pairs == dict(zip(graph.nodes, other.nodes, strict=True))


def test_an_encoder_that_starts_from_learned_weights_is_another_network() -> None:
    given = {"size": 32, "values": "caffe"}
    read = read_architecture("unet_vgg16")

    fresh, learned = (
        fingerprint(read.graph(None, {**given, "weights": weights}))
        for weights in (None, "imagenet")
    )

    assert fresh != learned
