"""Pictures: a U as a U, everything said in words too, well-formed whatever the names."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from archforge.analysis.draw import draw_svg
from archforge.analysis.draw.fold import fold
from archforge.analysis.draw.place import Placed, place
from archforge.catalog import read_architecture, shipped
from archforge.graph import Graph
from tests.specs import HEAD, graph_of, spec_text

SVG = "{http://www.w3.org/2000/svg}"


def placed(graph: Graph) -> dict[str, Placed]:
    boxes, edges = fold(graph)
    return {one.box.name: one for one in place(boxes, edges)}


def overlaps(boxes: list[Placed]) -> Iterator[tuple[str, str]]:
    for i, one in enumerate(boxes):
        for other in boxes[i + 1 :]:
            apart = one.right <= other.x or other.right <= one.x
            if not apart and one.bottom > other.top and other.bottom > one.top:
                yield one.box.name, other.box.name


def test_a_u_is_drawn_as_a_u() -> None:
    boxes = placed(read_architecture("unet").graph("tutorial"))

    rows = [boxes[f"skip@{i}"].y for i in range(4)]
    assert rows == sorted(set(rows))
    assert boxes["bridge"].y > rows[-1]
    assert [boxes[f"decode@{i}"].y for i in range(4)] == rows
    assert all(boxes[f"decode@{i}"].x > boxes[f"skip@{i}"].x for i in range(4))


def test_the_papers_unpadded_u_has_the_same_rows() -> None:
    boxes = placed(read_architecture("unet").graph("paper"))

    assert [boxes[f"decode@{i}"].y for i in range(4)] == [boxes[f"skip@{i}"].y for i in range(4)]


def test_copies_are_one_box_with_a_count() -> None:
    boxes = placed(read_architecture("vgg19").graph())

    assert {name: boxes[name].box.count for name in boxes if name.startswith("conv")} == {
        "conv@1": 2,
        "conv@2": 2,
        "conv@3": 4,
        "conv@4": 4,
        "conv@5": 4,
    }


@pytest.mark.parametrize("name", shipped())
def test_no_box_covers_another_and_none_stands_before_what_it_reads(name: str) -> None:
    graph = read_architecture(name).graph()
    boxes, edges = fold(graph)
    places = place(boxes, edges)

    assert list(overlaps(places)) == []
    assert all(places[source].x <= places[target].middle for source, target in edges)
    assert sum(box.parameters for box in boxes) == sum(n.parameters.total for n in graph)


@pytest.mark.parametrize("name", shipped())
def test_the_picture_is_well_formed_and_says_everything_in_words(name: str) -> None:
    graph = read_architecture(name).graph()

    root = ElementTree.fromstring(draw_svg(graph))  # noqa: S314 (our own text)

    assert root.attrib["role"] == "img"
    assert root.findtext(f"{SVG}title")
    described = root.findtext(f"{SVG}desc") or ""
    boxes, _ = fold(graph)
    assert all(box.name in described for box in boxes)


def test_a_hostile_title_cannot_break_out_of_the_picture(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, spec_text(HEAD))
    hostile = Graph("<script>alert(1)</script>", graph.task, graph.nodes, graph.outputs)

    assert "<script>" not in draw_svg(hostile)


def test_the_picture_in_the_readme_is_the_one_that_draw_makes() -> None:
    kept = (shipped()["unet"].parent / "unet.svg").read_text()

    # After a change on purpose: archforge draw unet --preset tutorial -o that file, and look at it.
    assert draw_svg(read_architecture("unet").graph("tutorial")) == kept
