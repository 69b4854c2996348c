"""`extends:` and `edit:`: one level by key, steps by their names as written, lines' origins."""

from pathlib import Path

import pytest

from archforge.catalog import check, read_architecture, whole_tree
from archforge.graph import fingerprint
from archforge.spec import read_text
from archforge.spec.write import origin_text, tree_text
from tests.specs import HEAD, graph_of, problems_of, spec_text

CHILD = "archforge: 1\nname: child\nextends: unet\n"


def test_hyperparameters_are_replaced_by_key_and_the_others_stay(tmp_path: Path) -> None:
    child = (
        CHILD + "hyperparameters: {filters: 8, extra: 3}\nrequire: [{that: =extra > 2, say: x}]\n"
    )

    graph = graph_of(tmp_path, child)

    assert graph.hyperparameters["filters"] == 8
    assert graph.hyperparameters["extra"] == 3
    assert graph.hyperparameters["depth"] == 4


def test_one_level_is_replaced_never_merged_deeper(tmp_path: Path) -> None:
    # The parent's `depth` has min, max and search; the child's has none of them.
    text = CHILD + "hyperparameters: {depth: 8, size: 256, padding: same, filters: 1}\n"

    assert graph_of(tmp_path, text).hyperparameters["depth"] == 8


def test_a_childs_block_reaches_the_parents_steps(tmp_path: Path) -> None:
    child = CHILD + (
        "blocks:\n  DoubleConv:\n    arguments: {filters: int, dropout: 0.0}\n    steps:\n"
        "      - {layer: Conv2D, filters: =filters, padding: same}\n"
    )

    graph = graph_of(tmp_path, child)

    assert sum(node.kind == "Conv2D" for node in graph) == 9 + 1


def test_an_edit_inserts_replaces_and_removes_steps_inside_loops(tmp_path: Path) -> None:
    child = CHILD + (
        "edit:\n"
        "  - {after: bridge, insert: [{layer: BatchNormalization, name: calm}]}\n"
        "  - {before: bridge, insert: [{layer: Dropout, rate: 0.1}]}\n"
        "  - replace: join@i\n"
        "    with: [{layer: Add, name: join@i, from: [prev, skip@i], align: crop}]\n"
        "  - {remove: decode@i}\n"
    )

    graph = graph_of(tmp_path, child)

    kinds = [node.kind for node in graph]
    assert kinds.count("BatchNormalization") == 1
    assert kinds.count("Dropout") == 1
    assert kinds.count("Add") == 4
    assert not [name for name in graph.aliases if name.startswith("decode")]
    assert graph.nodes["calm"].inputs == ("bridge.conv2d_2",)


def test_an_edit_is_made_on_what_the_edit_before_left(tmp_path: Path) -> None:
    child = CHILD + (
        "edit:\n"
        "  - {after: bridge, insert: [{layer: Identity, name: one}]}\n"
        "  - {replace: one, with: [{layer: Identity, name: two}]}\n"
    )

    assert "two" in graph_of(tmp_path, child).nodes


def test_nothing_of_the_parents_own_facts_is_inherited(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text(CHILD + "hyperparameters: {filters: 8}\n")

    spec = read_architecture(str(tmp_path / "spec.yaml")).spec

    assert (spec.title, spec.source, spec.year, spec.expect) == ("", "", None, ())
    assert spec.task == "segmentation"


def test_a_child_without_changes_is_its_parent(tmp_path: Path) -> None:
    assert fingerprint(graph_of(tmp_path, CHILD)) == fingerprint(check("unet"))


def test_presets_of_the_parent_hold_for_the_child(tmp_path: Path) -> None:
    assert graph_of(tmp_path, CHILD, preset="tutorial").hyperparameters["size"] == 128


def test_a_grandparent_is_inherited_too(tmp_path: Path) -> None:
    (tmp_path / "middle.yaml").write_text(CHILD + "hyperparameters: {filters: 8}\n")

    graph = graph_of(tmp_path, "archforge: 1\nname: low\nextends: middle.yaml\n")

    assert graph.hyperparameters["filters"] == 8


def test_paths_in_a_parent_start_at_the_parent(tmp_path: Path) -> None:
    folder = tmp_path / "lib"
    folder.mkdir()
    (folder / "stem.yaml").write_text(spec_text("  - {layer: Identity, name: low}\n" + HEAD))
    (folder / "parent.yaml").write_text(
        spec_text("  - {architecture: ./stem.yaml, name: s, until: low}\n" + HEAD)
    )

    graph = graph_of(tmp_path, "archforge: 1\nname: child\nextends: lib/parent.yaml\n")

    assert "s.low" in graph.nodes


@pytest.mark.parametrize(
    ("rest", "code", "line", "words"),
    [
        ("edit:\n  - {remove: skip@0}\n", "AF142", 5, "did you mean 'skip@i'?"),
        ("edit:\n  - {remove: nothing_like_it}\n", "AF142", 5, "use one of"),
        ("edit:\n  - {remove: bridge}\ngraph: []\n", "AF143", 4, "keep one of the two"),
        ("edit:\n  - {after: bridge}\n", "AF102", 5, "insert"),
        ("edit:\n  - {insert: []}\n", "AF102", 5, "after"),
        ("edit:\n  - {after: bridge, with: []}\n", "AF102", 5, "has no 'with'"),
        ("edit:\n  - {}\n", "AF105", 5, "empty"),
        ("edit: {remove: bridge}\n", "AF104", 4, "a list"),
        ("hyperparameter: {filters: 8}\n", "AF101", 4, "did you mean 'hyperparameters'?"),
        ("edit:\n  - {after: bridge, insert: [{layer: Con2D}]}\n", "AF103", 5, "Conv2D"),
        ("hyperparameters: {filters: -8}\n", "AF303", 4, "1"),
    ],
)
def test_what_is_wrong_with_a_child_is_said_in_the_child(
    rest: str, code: str, line: int, words: str, tmp_path: Path
) -> None:
    text = CHILD + rest
    if code == "AF303":
        text = CHILD + "hyperparameters: {filters: {default: -8, min: 1}}\n"

    problems = problems_of(tmp_path, text)

    assert (problems[0].code, problems[0].mark and problems[0].mark.line) == (code, line)
    assert words in "".join(str(problem) for problem in problems)


def test_a_line_of_the_parent_that_the_child_breaks_says_who_inherits_it(tmp_path: Path) -> None:
    problems = problems_of(tmp_path, CHILD + "edit:\n  - {remove: skip@i}\n")

    assert [problem.code for problem in problems] == ["AF110"]
    assert problems[0].mark is not None
    assert problems[0].mark.file == "unet.yaml"
    assert any("spec.yaml" in step for step in problems[0].trail)


def test_a_parent_that_does_not_exist_is_refused_at_its_name(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, CHILD.replace("extends: unet", "extends: unett"))

    assert (problem.code, problem.fix) == ("AF008", "did you mean 'unet'?")
    assert problem.mark is not None
    assert (problem.mark.line, problem.mark.column) == (3, 10)


def test_a_name_that_several_steps_have_is_not_guessed(tmp_path: Path) -> None:
    (tmp_path / "parent.yaml").write_text(
        spec_text(
            "  - {layer: Identity, name: a, if: true}\n"
            "  - {layer: Identity, name: a, if: false}\n" + HEAD
        )
    )

    (problem,) = problems_of(
        tmp_path, "archforge: 1\nname: child\nextends: parent.yaml\nedit: [{remove: a}]\n"
    )

    assert problem.code == "AF142"
    assert "parent.yaml:6" in problem.message
    assert "parent.yaml:7" in problem.message


def test_what_nothing_reads_any_more_is_gone_from_the_child(tmp_path: Path) -> None:
    # With its own `defaults:` the child reads no `padding`, which it could not take away itself.
    child = CHILD + "defaults: {Conv2D: {kernel_size: 3, padding: same, activation: relu}}\n"

    graph = graph_of(tmp_path, child, preset="tutorial")

    assert "padding" not in graph.hyperparameters
    found = read_architecture(str(tmp_path / "spec.yaml"))
    (tmp_path / "copy.yaml").write_text(found.standalone)
    assert fingerprint(check(str(tmp_path / "copy.yaml"), "tutorial")) == fingerprint(graph)


def test_what_the_child_itself_leaves_unread_is_told(tmp_path: Path) -> None:
    problems = problems_of(tmp_path, CHILD + "hyperparameters: {extra: 3}\n")

    assert [problem.code for problem in problems] == ["AF309"]


def test_more_edits_than_a_person_would_write_are_refused(tmp_path: Path) -> None:
    edits = "  - {after: bridge, insert: []}\n" * 101

    problems = problems_of(tmp_path, CHILD + "edit:\n" + edits)

    assert [problem.code for problem in problems] == ["AF142"]


def test_every_line_says_where_it_came_from(tmp_path: Path) -> None:
    text = CHILD + "hyperparameters: {filters: 8}\n"
    tree = whole_tree(text, "child.yaml", tmp_path / "child.yaml")

    lines = origin_text(tree).splitlines()

    where = {line.split("#")[0].strip(): line.split("# ")[1] for line in lines}
    assert where["filters: 8"] == "child.yaml:4:28"
    assert where["- {layer: MaxPooling2D, pool_size: 2}"].startswith("unet.yaml:")


@pytest.mark.parametrize("name", ["unet", "vgg", "alexnet", "lenet5", "unet_vgg16", "malaria_cnn"])
def test_a_spec_written_out_reads_as_the_same_tree(name: str) -> None:
    found = read_architecture(name)
    tree = read_text(found.text, name)

    assert read_text(tree_text(tree), name).plain == tree.plain


def test_a_child_stands_on_its_own_in_any_folder(tmp_path: Path) -> None:
    (tmp_path / "stem.yaml").write_text(spec_text("  - {layer: Identity, name: low}\n" + HEAD))
    (tmp_path / "parent.yaml").write_text(
        spec_text("  - {architecture: ./stem.yaml, name: s, until: low}\n" + HEAD)
    )
    (tmp_path / "child.yaml").write_text("archforge: 1\nname: child\nextends: parent.yaml\n")
    found = read_architecture(str(tmp_path / "child.yaml"))
    elsewhere = tmp_path / "far" / "away"
    elsewhere.mkdir(parents=True)

    (elsewhere / "copy.yaml").write_text(found.standalone)

    copy = read_architecture(str(elsewhere / "copy.yaml"))
    assert fingerprint(copy.graph()) == fingerprint(found.graph())


def test_a_spec_without_parents_stands_on_its_own_letter_by_letter() -> None:
    found = read_architecture("unet")

    assert found.standalone == found.text
