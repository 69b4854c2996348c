"""Pictures: a U as a U, everything said in words too, well-formed whatever the names."""

from dataclasses import replace
from itertools import combinations
from pathlib import Path
from time import perf_counter
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archforge.analysis.draw import compose, draw_svg, unmatched
from archforge.analysis.draw.fold import fold
from archforge.analysis.draw.lettering import TIMES, fit, width
from archforge.analysis.draw.place import place
from archforge.analysis.draw.scene import Rect, Text, flat
from archforge.analysis.draw.styles import TEXTS
from archforge.analysis.draw.unfold import opened
from archforge.catalog import read_architecture, shipped
from archforge.graph import Frame, Graph, Node
from archforge.layers import LAYERS
from tests.analysis.scenes import boxes, chain, crossed, overlaps, placed, texts, with_encoder
from tests.specs import HEAD, graph_of, spec_text

SVG = "{http://www.w3.org/2000/svg}"
EXAMPLES = Path(__file__).parent.parent / "expand" / "examples"
EVERY = [*shipped(), *(str(path) for path in sorted(EXAMPLES.glob("*.yaml")))]
BOTH = [
    pytest.param(name, unfold, id=f"{Path(name).stem}{' unfolded' if unfold else ''}")
    for name in EVERY
    for unfold in ((), ("*",))
]


def graph_called(name: str) -> Graph:
    given = {"supervise": True} if "unet_plus_plus" in name else {}
    return read_architecture(name).graph(given=given)


def test_a_u_is_drawn_as_a_u() -> None:
    spots = placed(read_architecture("unet").graph("tutorial"))

    rows = [spots[f"skip@{i}"].row for i in range(4)]
    assert rows == sorted(set(rows))
    assert spots["bridge"].row > rows[-1]
    assert [spots[f"decode@{i}"].row for i in range(4)] == rows
    assert all(spots[f"decode@{i}"].x > spots[f"skip@{i}"].x for i in range(4))


def test_the_papers_unpadded_u_has_the_same_rows() -> None:
    spots = placed(read_architecture("unet").graph("paper"))

    assert [spots[f"decode@{i}"].row for i in range(4)] == [
        spots[f"skip@{i}"].row for i in range(4)
    ]


def test_copies_are_one_box_with_a_count() -> None:
    spots = placed(read_architecture("vgg19").graph())

    assert {name: spots[name].box.count for name in spots if name.startswith("conv")} == {
        "conv@1": 2,
        "conv@2": 2,
        "conv@3": 4,
        "conv@4": 4,
        "conv@5": 4,
    }


@pytest.mark.parametrize(("name", "unfold"), BOTH)
def test_every_node_is_in_exactly_one_box(name: str, unfold: tuple[str, ...]) -> None:
    graph = graph_called(name)

    folded = fold(graph, opened(graph, unfold))

    assert sorted(node for box in folded.boxes for node in box.nodes) == sorted(graph.nodes)
    assert sum(box.parameters for box in folded.boxes) == sum(n.parameters.total for n in graph)


@pytest.mark.parametrize(("name", "unfold"), BOTH)
def test_no_box_covers_another_and_no_line_crosses_one(name: str, unfold: tuple[str, ...]) -> None:
    scene = compose(graph_called(name), unfold)

    assert overlaps(boxes(scene)) == []
    assert list(crossed(scene)) == []


@pytest.mark.parametrize(("name", "unfold"), BOTH)
def test_no_text_covers_another_and_none_leaves_the_picture(
    name: str, unfold: tuple[str, ...]
) -> None:
    scene = compose(graph_called(name), unfold)

    rects = {}
    for index, item in enumerate(flat(scene.items)):
        if isinstance(item, Text):
            look = TEXTS[item.style]
            long = width(item.text, look.size, bold=look.bold)
            left = item.x - long / 2 if item.middle else item.x
            high = look.size * 0.8
            rects[f"{index} {item.text}"] = Rect(left, item.y - high, long, high, "small")
    assert overlaps(rects) == []
    assert all(one.x >= 0 and one.x + one.width <= scene.width for one in rects.values())
    assert all(one.y >= 0 and one.y + one.height <= scene.height for one in rects.values())


@pytest.mark.parametrize("name", EVERY)
def test_every_output_is_named_on_its_box(name: str) -> None:
    graph = graph_called(name)

    scene = compose(graph)

    lines = [text for text in texts(scene) if text.startswith("output")]
    assert len(lines) == len(graph.outputs)
    strong = [name for name, rect in boxes(scene).items() if rect.strong]
    assert sorted(strong) == sorted(graph.outputs)


def test_a_layer_inside_a_block_that_is_an_output_is_named_on_the_block() -> None:
    graph = read_architecture("unet").graph("tutorial")
    inner = replace(graph, outputs={**graph.outputs, "half": "decode@0.conv2d_1"})

    assert f"output half 128 {TIMES} 128 {TIMES} 16" in texts(compose(inner))


def test_a_block_is_opened_as_a_frame_around_its_layers() -> None:
    scene = compose(read_architecture("unet").graph("tutorial"), ["skip@0", "bridge"])

    rects = boxes(scene)
    frames = [i for i in flat(scene.items) if isinstance(i, Rect) and i.style == "frame"]
    assert {"skip@0.conv2d_1", "skip@0.conv2d_2", "bridge.conv2d_2", "skip@1"} <= set(rects)
    assert {"skip@0 · DoubleConv", "bridge · DoubleConv"} <= set(texts(scene))
    assert [{name for name, rect in rects.items() if _around(frame, rect)} for frame in frames] == [
        {"skip@0.conv2d_1", "skip@0.dropout_1", "skip@0.conv2d_2"},
        {"bridge.conv2d_1", "bridge.dropout_1", "bridge.conv2d_2"},
    ]


def _around(frame: Rect, one: Rect) -> bool:
    beside = one.x + one.width <= frame.x or one.x >= frame.x + frame.width
    return not beside and one.y < frame.y + frame.height and one.y + one.height > frame.y


@pytest.mark.parametrize("name", EVERY)
def test_frames_lie_inside_each_other_or_apart_and_hold_their_own_boxes(name: str) -> None:
    graph = graph_called(name)
    folded = fold(graph, opened(graph, ["*"]))

    scene = compose(graph, ["*"])

    frames = [i for i in flat(scene.items) if isinstance(i, Rect) and i.style == "frame"]
    outlines = place(folded).outlines
    rects = boxes(scene)
    for outline, frame in zip(outlines, frames, strict=True):
        inside = {box.name for box in folded.boxes if outline.name in box.within}
        assert {name for name, rect in rects.items() if _around(frame, rect)} == inside
    for one, two in combinations(frames, 2):
        assert not _around(one, two) or _holds(one, two) or _holds(two, one)


def _holds(outer: Rect, inner: Rect) -> bool:
    wide = outer.x <= inner.x and inner.x + inner.width <= outer.x + outer.width
    return wide and outer.y <= inner.y and inner.y + inner.height <= outer.y + outer.height


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (["skip"], {"skip@0", "skip@1", "skip@2", "skip@3"}),
        (["skip@2"], {"skip@2"}),
        (["segmentation_head"], {"mask"}),
        ([], set()),
    ],
)
def test_frames_are_opened_by_name_by_family_and_by_kind(
    asked: list[str], expected: set[str]
) -> None:
    graph = read_architecture("unet").graph("tutorial")

    assert opened(graph, asked) == expected
    assert unmatched(graph, asked) == []


def test_a_named_block_is_opened_to_its_layers_and_so_is_what_is_around_it() -> None:
    graph = graph_called(str(EXAMPLES / "wide_resnet.yaml"))

    assert opened(graph, ["unit_1@0"]) == {"unit_1@0", "unit_1@0.pre", "unit_1@0.bn_relu_2"}
    assert opened(graph, ["unit_1@0.pre"]) == {"unit_1@0", "unit_1@0.pre"}
    assert unmatched(graph, ["unit_9", "Unit"]) == ["unit_9"]


def test_shared_weights_can_be_seen() -> None:
    scene = compose(graph_called(str(EXAMPLES / "siamese.yaml")))

    assert "same weights as f_before" in texts(scene)
    assert [name for name, rect in boxes(scene).items() if rect.dashed] == ["f_after"]


def test_two_inputs_begin_one_below_the_other() -> None:
    spots = placed(graph_called(str(EXAMPLES / "siamese.yaml")))

    assert spots["before"].x == spots["after"].x
    assert spots["before"].row != spots["after"].row


def test_an_included_architecture_stands_across_the_levels_that_are_read() -> None:
    graph = with_encoder(read_architecture("unet").graph("tutorial"))

    spots = placed(graph)

    assert "skip@0" not in spots
    encoder = spots["encoder"]
    assert [spots[f"join@{i}"].row for i in range(4)] == [0, 1, 2, 3]
    assert (encoder.top_row, encoder.row) == (0, 4)
    assert all(spots[f"up@{i}"].x > encoder.right for i in range(4))
    assert list(crossed(compose(graph))) == []


def test_a_line_goes_around_an_included_architecture_that_stands_in_its_way() -> None:
    graph = with_encoder(read_architecture("unet").graph("tutorial"))
    mask = graph.nodes["mask.conv2d_1"]
    add = LAYERS["Add"].of({})
    again = Node("again", add, ("rescaling_1", mask.name), mask.shape)
    low = Node("low", add, ("encoder_in", "up@3"), graph.nodes["up@3"].shape)
    pool = graph.nodes["max_pooling2d_1@0"]
    entrance = replace(pool, name="encoder_in", inputs=("rescaling_1",), within=())

    scene = compose(
        replace(
            graph,
            nodes={
                "image": graph.nodes["image"],
                "rescaling_1": graph.nodes["rescaling_1"],
                "encoder_in": entrance,
                **graph.nodes,
                "low": low,
                "again": again,
            },
            outputs={"mask": "again", "low": "low"},
        )
    )

    assert list(crossed(scene)) == []
    assert overlaps(boxes(scene)) == []


def test_an_opened_architecture_makes_the_u_again() -> None:
    graph = with_encoder(read_architecture("unet").graph("tutorial"))

    spots = placed(graph, "encoder")

    assert [spots[f"decode@{i}"].row for i in range(4)] == [
        spots[f"skip@{i}.conv2d_2"].row for i in range(4)
    ]
    assert list(crossed(compose(graph, ["encoder"]))) == []


def test_a_click_opens_an_included_architecture_without_a_script() -> None:
    graph = with_encoder(read_architecture("unet").graph("tutorial"))

    text = draw_svg(graph)

    root = ElementTree.fromstring(text)  # noqa: S314 (our own text)
    links = [link.attrib["href"] for link in root.iter(f"{SVG}a")]
    (panel,) = [group for group in root.iter(f"{SVG}g") if group.get("class") == "panel"]
    assert links == [f"#{panel.attrib['id']}", "#"]
    assert ".panel{display:none}.panel:target{display:inline}" in text
    assert "<script" not in text
    assert "skip@3" in {each.text for each in panel.iter(f"{SVG}text")}


def test_architectures_inside_an_architecture_have_panels_of_their_own() -> None:
    graph = read_architecture("unet").graph("tutorial")
    nodes = {
        node.name: replace(
            node,
            within=(
                Frame("architecture", "a", "net"),
                Frame("architecture", "a.b" if node.name.startswith("skip") else "a.c", "net"),
            ),
        )
        if node.inputs
        else node
        for node in graph
    }

    text = draw_svg(replace(graph, nodes=nodes))

    root = ElementTree.fromstring(text)  # noqa: S314 (our own text)
    panels = [group.attrib["id"] for group in root.iter(f"{SVG}g") if group.get("class")]
    links = {link.attrib["href"] for link in root.iter(f"{SVG}a")}
    assert len(panels) == len(set(panels)) == 3
    assert links == {"#", *(f"#{panel}" for panel in panels)}


def test_a_chain_of_ten_thousand_layers_is_broken_into_lines_in_seconds() -> None:
    begin = perf_counter()

    scene = compose(chain(10_000))

    assert perf_counter() - begin < 10
    assert scene.width < 15_000
    names = list(boxes(scene))
    assert len([name for name in names if name.startswith("n")]) == 10_000


def test_a_wide_network_with_skips_to_its_end_is_drawn_whole() -> None:
    graph = chain(400)
    last = graph.nodes["n399"]
    add = LAYERS["Add"].of({})
    nodes = {**graph.nodes, "sum": Node("sum", add, ("image", last.name), last.shape)}

    scene = compose(replace(graph, nodes=nodes, outputs={"end": "sum"}))

    assert scene.width > 15_000
    assert list(crossed(scene)) == []


@pytest.mark.parametrize("name", EVERY)
def test_the_picture_is_well_formed_and_says_everything_in_words(name: str) -> None:
    graph = graph_called(name)

    root = ElementTree.fromstring(draw_svg(graph))  # noqa: S314 (our own text)

    assert root.attrib["role"] == ("group" if graph.included else "img")
    assert root.findtext(f"{SVG}title")
    described = root.findtext(f"{SVG}desc") or ""
    assert all(box.name in described for box in fold(graph).boxes)
    assert all(f"output {name}" in described for name in graph.outputs)


def test_a_hostile_title_cannot_break_out_of_the_picture(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, spec_text(HEAD))
    hostile = Graph("<script>alert(1)</script>", graph.task, graph.nodes, graph.outputs)

    assert "<script>" not in draw_svg(hostile)


def test_long_names_are_cut_in_their_middle(tmp_path: Path) -> None:
    name = "a_name_that_nobody_would_want_to_write_more_than_once_but_somebody_did"
    step = f"  - {{layer: Conv2D, name: {name}, filters: 2, kernel_size: 3}}\n"

    scene = compose(graph_of(tmp_path, spec_text(step + HEAD)))

    (shown,) = [text for text in texts(scene) if "…" in text]
    assert shown.startswith("a_name_that")
    assert shown.endswith("somebody_did")


def cut_one_by_one(text: str, room: float, size: float) -> str:
    """What ``fit`` did first, and what it is held to: a letter less until the rest fits."""
    keep, shown = len(text), text
    while width(shown, size) > room and (keep > 2 or shown is text):
        keep -= 1
        shown = f"{text[: (keep + 1) // 2]}…{text[len(text) - keep // 2 :]}"
    return shown


@given(st.text("iIwW a.-_xyz09", max_size=60), st.floats(0, 300), st.sampled_from([11.0, 12.5]))
def test_a_name_is_cut_no_shorter_than_its_room_asks(text: str, room: float, size: float) -> None:
    assert fit(text, room, size) == cut_one_by_one(text, room, size)


def test_a_name_of_many_thousand_letters_is_cut_at_once() -> None:
    begun = perf_counter()

    found = fit("a name of a stranger" * 1_000, 140, 12.5)

    assert found == "a name of… stranger"
    assert perf_counter() - begun < 5


def test_the_picture_in_the_readme_is_the_one_that_draw_makes() -> None:
    kept = (shipped()["unet"].parent / "unet.svg").read_text()

    # After a change on purpose: archforge draw unet --preset tutorial -o that file, and look at it.
    assert draw_svg(read_architecture("unet").graph("tutorial")) == kept
