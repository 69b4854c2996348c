"""Rename: the same network under another word, or a refusal."""

from pathlib import Path

import pytest

from archforge.catalog import look
from archforge.graph import fingerprint
from archforge.studio.renaming import RefusedError, renamable, rename
from tests.specs import HEAD, spec_text
from tests.studio.files import EXAMPLES, SPECS, at_cursor, opened, opened_file

FRESH = {"value": "renamed", "node": "renamed", "block": "Renamed"}


# Each name of each spec is one check of the whole file: seconds for the larger ones of the zoo.
QUICK = {path.stem for path in EXAMPLES} | {"unet", "unet_3d", "unet_residual", "vgg"}
OWN = [
    pytest.param(path, id=path.stem, marks=[] if path.stem in QUICK else [pytest.mark.slow])
    for path in SPECS
    if "\nextends:" not in path.read_text()
]


@pytest.mark.parametrize("path", OWN)
def test_every_name_of_every_spec_can_be_changed_and_the_network_stays(path: Path) -> None:
    file = opened_file(path)
    graph = file.look().look.graph
    assert graph is not None
    uses = {use.thing: use for use in file.written.uses if renamable(file, use.start)}

    for thing, use in uses.items():
        try:
            edits = rename(file, use.start, FRESH[thing.kind])
        except RefusedError:
            # What a block chosen by a formula calls its arguments, the other choices call so, too.
            assert "block: =unit" in path.read_text()
            assert thing.scope in ("Residual", "Plain")
            continue
        after = look(file.text.edited(edits), str(path))

        assert after.problems == ()
        assert after.graph is not None
        assert fingerprint(after.graph) == fingerprint(graph)


def test_a_rename_that_a_parent_would_not_follow_is_refused() -> None:
    path = next(path for path in SPECS if path.stem == "unet_vgg19")
    file = opened_file(path)

    with pytest.raises(RefusedError, match="would make another network: line"):
        rename(file, path.read_text().index("name: encoder") + 7, "renamed")


TEXT = spec_text(
    "  - {block: Pair, name: two, filters: =filters, repeat: 2}\n"
    "  - for: {i: =range(depth)}\n"
    "    steps:\n"
    "      - {layer: Conv2D, name: x@i, filters: =filters, kernel_size: 1}\n" + HEAD,
    "hyperparameters: {filters: 8, depth: 2}\n"
    "blocks:\n"
    "  Pair:\n"
    "    arguments: {filters: int}\n"
    "    steps:\n"
    "      - {layer: Conv2D, name: first, filters: =filters, kernel_size: 1}\n"
    "  Other: {steps: [{layer: ReLU}]}\n",
)


@pytest.mark.parametrize(
    ("words", "new", "why"),
    [
        ("name: tw|o", "x", "there is a node 'x' already"),
        ("name: tw|o", "image", "there is a node 'image' already"),
        ("name: tw|o", "prev", "has a meaning already"),
        ("name: tw|o", "2nd", "a letter first"),
        ("name: tw|o", "two.three", "letters, digits"),
        ("block: Pa|ir", "Other", "there is a block 'Other' already"),
        ("block: Pa|ir", "pair", "a capital first"),
        ("block: Pa|ir", "Conv2D", "a layer is called so"),
        ("{fil|ters: 8", "depth", "'depth' already"),
        ("{fil|ters: 8", "i", "'i' already"),
        ("{fil|ters: 8", "lambda", "means something in formulas"),
        ("{fil|ters: 8", "a b", "cannot be read in a formula"),
        ("arguments: {fil|ters", "repeat", "means something in every step"),
        ("arguments: {fil|ters", "first", None),
        ("for: {i|:", "filters", "'filters' already"),
        ("layer: Con|v2D", "Conv", "no name here"),
        ("archfor|ge: 1", "x", "no name here"),
    ],
)
def test_a_name_that_cannot_be_is_refused(words: str, new: str, why: str | None) -> None:
    text, inside = at_cursor(words)
    file = opened(TEXT)
    offset = TEXT.index(text) + inside

    if why is None:
        assert rename(file, offset, new)
        return
    with pytest.raises(RefusedError, match=why):
        rename(file, offset, new)


def test_nothing_is_renamed_in_a_file_that_is_no_yaml() -> None:
    file = opened(TEXT + "oops: [")

    assert renamable(file, TEXT.index("two")) is None
    with pytest.raises(RefusedError, match="mend that first"):
        rename(file, TEXT.index("two"), "pair")


def test_the_old_name_changes_nothing() -> None:
    assert rename(opened(TEXT), TEXT.index("two"), "two") == []
