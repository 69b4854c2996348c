"""What each line of a spec makes."""

from pathlib import Path

import pytest

from archforge.studio.hints import hints
from archforge.studio.makings import short
from archforge.studio.texts import Text
from tests.specs import HEAD, spec_text
from tests.studio.files import EXAMPLES, SPECS, opened, opened_file


def shown(text: str, now: str | None = None) -> dict[str, str]:
    """The hint of every line, by the line without its indent."""
    file = opened(text)
    assert file.drawn is not None
    after = Text(text if now is None else now)
    found = hints(file.drawn.made, file.drawn.text, after, range(len(after.lines)))
    return {after.lines[one.position.line].strip(): str(one.label) for one in found}


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (7, "7"),
        (999, "999"),
        (1_000, "1.0 k"),
        (295_168, "295 k"),
        (1_941_105, "1.9 M"),
        (9_960_000, "10 M"),
        (31_030_658, "31 M"),
        (2_300_000_000, "2.3 G"),
    ],
)
def test_a_count_is_short(count: int, text: str) -> None:
    assert short(count) == text


def test_a_step_tells_its_shape_and_its_parameters() -> None:
    text = spec_text("  - {layer: Conv2D, filters: 8, kernel_size: 3}\n  - {layer: ReLU}\n" + HEAD)

    # 8 filters of 3 x 3 x 1 and as many biases; the head is 1 x 1 x 8 and one bias
    assert shown(text) == {
        "inputs: {image: [32, 32, 1]}": "-> 32x32x1",
        "- {layer: Conv2D, filters: 8, kernel_size: 3}": "-> 30x30x8, 80",
        "- {layer: ReLU}": "-> 30x30x8",
        "- {block: segmentation_head, name: mask, classes: 1}": "-> 30x30x1, 9",
    }


def test_a_step_in_a_loop_tells_its_first_and_last_shape() -> None:
    loop = (
        "  - for: {f: [4, 8, 16]}\n    steps:\n"
        "      - {layer: Conv2D, filters: =f, kernel_size: 1}\n      - {layer: MaxPooling2D}\n"
    )

    found = shown(spec_text(loop + HEAD))

    # 1*4+4, 4*8+8, 8*16+16
    assert found["- {layer: Conv2D, filters: =f, kernel_size: 1}"] == (
        "-> 32x32x4 .. 8x8x16, 192 in 3"
    )
    assert found["- {layer: MaxPooling2D}"] == "-> 16x16x4 .. 4x4x16 in 3"


def test_two_steps_of_one_family_each_tell_their_own() -> None:
    found = opened_file(next(path for path in EXAMPLES if path.stem == "unet_plus_plus"))
    assert found.drawn is not None

    lines = {line: len(runs) for line, runs in found.drawn.made.lines.items()}
    by_text = {found.text.lines[line - 1].strip(): count for line, count in lines.items()}

    assert by_text["- {block: DoubleConv, name: x@i@0, filters: =filters * 2**i}"] == 5
    assert by_text["- {block: DoubleConv, name: x@i@(j+1), filters: =filters * 2**i}"] == 10


def test_members_of_one_family_written_on_lines_of_their_own_each_tell_their_own() -> None:
    block = "blocks:\n  Wide:\n    arguments: {filters: int}\n    steps:\n"
    block += "      - {layer: Conv2D, filters: =filters, kernel_size: 1}\n"
    steps = (
        "  - {block: Wide, name: mixed@0, filters: 4}\n"
        "  - {block: Wide, name: mixed@1, filters: 8, repeat: 2}\n"
    )

    found = shown(spec_text(steps, top=block))

    # 1*4+4; 4*8+8 and 8*8+8
    assert found["- {block: Wide, name: mixed@0, filters: 4}"] == "-> 32x32x4, 8"
    assert found["- {block: Wide, name: mixed@1, filters: 8, repeat: 2}"] == (
        "-> 32x32x8, 112 in 2"
    )


def test_a_shared_layer_has_no_parameters_of_its_own() -> None:
    found = opened_file(next(path for path in EXAMPLES if path.stem == "siamese"))
    assert found.drawn is not None

    lines = {found.text.lines[line - 1]: runs for line, runs in found.drawn.made.lines.items()}
    (shared,) = lines["  - {share: f_before, name: f_after, from: after}"]

    assert (shared.shape, shared.parameters) == ((62, 62, 8), 0)


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_the_lines_of_a_graph_make_all_its_parameters(path: Path) -> None:
    found = opened_file(path)
    assert found.drawn is not None
    graph = found.drawn.look.graph
    assert graph is not None
    if "\nextends:" in found.text.whole:
        return  # its steps are written in another file
    start = next(i for i, line in enumerate(found.text.lines, 1) if line.startswith("graph:"))

    made = sum(
        run.parameters
        for line, runs in found.drawn.made.lines.items()
        if line > start
        for run in runs
    )

    assert made == sum(node.parameters.total for node in graph)


def test_a_network_with_a_problem_still_tells_what_could_be_made() -> None:
    steps = "  - {layer: ReLU}\n  - {layer: Conv2D, filters: 8, kernel_size: 99}\n"

    found = shown(spec_text(steps + HEAD))

    assert found["- {layer: ReLU}"] == "-> 32x32x1"
    assert not any("Conv2D" in line for line in found)


def test_lines_that_were_changed_since_have_no_hint() -> None:
    text = spec_text("  - {layer: ReLU}\n  - {layer: ELU}\n" + HEAD)

    found = shown(text, text.replace("{layer: ReLU}", "{layer: ReLU, na"))

    assert "- {layer: ELU}" in found
    assert not any("ReLU" in line for line in found)
