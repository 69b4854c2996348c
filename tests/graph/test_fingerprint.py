"""A fingerprint is the network: not its names, not the order of writing."""

from pathlib import Path

from archforge.catalog import read_architecture
from archforge.graph import fingerprint
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


def test_a_fingerprint_is_the_same_on_every_machine() -> None:
    # Read once and kept: a change here breaks every stored study, and is a version of its own.
    graph = read_architecture("unet").graph("tutorial")

    assert fingerprint(graph) == "a08d6e3203a01638d26456504d0820a6"
