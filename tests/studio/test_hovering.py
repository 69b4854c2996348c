"""Hover and definition."""

import pytest
from lsprotocol import types

from archforge.blocks import BLOCKS
from archforge.catalog import shipped
from archforge.layers import LAYERS
from archforge.schema import accepts
from archforge.studio.defining import definitions
from archforge.studio.hovering import hover
from archforge.studio.telling import argument_text, record_text
from archforge.studio.texts import Text
from tests.studio.files import at_cursor, opened

UNET = shipped()["unet"].read_text()


def told(words: str, text: str = UNET) -> str:
    plain, inside = at_cursor(words)
    found = hover(opened(text), text.index(plain) + inside)
    assert found is not None
    assert isinstance(found.contents, types.MarkupContent)
    return found.contents.value


def test_a_layer_tells_its_arguments_and_what_it_makes_here() -> None:
    text = told("layer: Max|Pooling2D")

    assert text.startswith("**MaxPooling2D**, a Keras layer")
    assert "Here: 568x568x64 -> 284x284x64 .. 32x32x512, run 4 times" in text
    assert "- `pool_size` = `2`" in text


def test_a_registry_block_tells_its_source() -> None:
    text = told("block: segmentation|_head")

    assert "sigmoid for one class, else softmax" in text
    assert "- `classes`, must be given" in text
    assert "Source: Long, Shelhamer and Darrell 2015" in text


def test_an_own_block_tells_its_arguments() -> None:
    text = told("block: Double|Conv, name: bridge")

    assert text.startswith("**DoubleConv**, a block of this file: 3 steps")
    assert "- `filters`, a value of type int, must be given" in text
    assert "- `dropout` = `0.0`" in text


def test_an_argument_tells_what_it_accepts() -> None:
    assert told("pool_|size: 2").startswith("**pool_size** of MaxPooling2D = `2`")
    assert "Accepts a whole number at least 1 or a list of 2." in told("pool_|size: 2")
    assert told("kernel_init|ializer: he").startswith("**kernel_initializer** of Conv2D")


def test_a_hyperparameter_tells_its_default_its_range_and_its_presets() -> None:
    text = told("=filters * 2**dep|th, dropout")

    assert text.startswith("**depth**, a hyperparameter")
    assert "- default: `4`" in text
    assert "- search: `{int: [2, 5]}`" in text
    assert "- preset tutorial: `16`" in told("=fil|ters * 2**depth, dropout")


def test_a_node_tells_its_shape_and_its_line() -> None:
    text = told("prev, ski|p@i]")

    assert text == "**skip**, a node, made on line 54\n\n568x568x64 .. 64x64x512"


def test_other_words_tell_nothing() -> None:
    assert hover(opened(UNET), UNET.index("archforge: 1") + 2) is None
    assert hover(opened(UNET), UNET.index("Where paper")) is None


def test_half_written_text_is_told_of_where_its_lines_still_stand() -> None:
    file = opened(UNET)
    broken = UNET.replace("  - {block: DoubleConv, name: bridge", "\n\n  - {block: [bridge")
    file.change(Text(broken))

    found = hover(file, broken.index("Conv2DTranspose") + 2)
    lost = hover(file, broken.index("[bridge") + 2)
    places = list(definitions(file, "", broken.index("skip@i], align") + 1))

    assert found is not None
    assert found.range is not None
    assert broken.split("\n")[found.range.start.line].lstrip().startswith("- {layer: Conv2DT")
    assert lost is None
    assert [place.range.start.line + 1 for place in places] == [54]


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        ("block: Double|Conv, name: bridge", [42]),
        ("prev, ski|p@i]", [54]),
        ("=fil|ters * 2**depth", [18]),
        ("{layer: Conv2D, filters: =fil|ters}", [43]),
        ("name: up@|i", [59]),
        ("nodes: {ski|p@0", [54]),
        ("  tuto|rial:", []),
    ],
)
def test_a_name_leads_to_where_it_is_made(words: str, lines: list[int]) -> None:
    plain, inside = at_cursor(words)

    found = definitions(opened(UNET), "", UNET.index(plain) + inside)

    assert [place.range.start.line + 1 for place in found] == lines


@pytest.mark.parametrize("what", [*LAYERS, *BLOCKS])
def test_every_argument_of_every_record_has_words(what: str) -> None:
    record = LAYERS.get(what) or BLOCKS[what]

    assert record.summary() in " ".join(record_text(what).split())
    for name in record.arguments():
        assert "Accepts " in argument_text(what, name)
        assert accepts(record.arguments()[name].schema)
