"""Which node of one network is which of another, worked by hand."""

from hypothesis import given
from hypothesis import strategies as st

from archforge.graph.matching import Match, Part, match

INPUT = {"image": Part("Input", 0, ())}


def conv(reads: str, weights: int = 9, window: tuple[int, ...] = (3, 3)) -> Part:
    return Part("Conv2D", weights, (reads,), window)


def add(*reads: str) -> Part:
    return Part("Add", 0, reads)


def relu(reads: str) -> Part:
    return Part("Activation", 0, (reads,))


def test_names_activations_and_padding_do_not_count() -> None:
    ours = INPUT | {"pad": Part("ZeroPadding2D", 0, ("image",)), "a": conv("pad"), "r": relu("a")}
    theirs = {"x": Part("Input", 0, ()), "y": conv("x")}

    found = match(theirs, "y", ours)

    assert found.pairs == {"y": "a", "x": "image"}
    assert found.ends == ("a", "r")


def test_the_operands_of_a_sum_may_change_places_even_where_their_weights_are_alike() -> None:
    # ResNet's conv2_block1: both operands of the sum end in weights of one shape.
    low = INPUT | {"low": conv("image", 4)}
    theirs = low | {
        "shortcut": conv("image"),
        "branch": conv("low"),
        "sum": add("shortcut", "branch"),
    }
    ours = low | {"b": conv("low"), "s": conv("image"), "sum": add("b", "s")}

    found = match(theirs, "sum", ours)

    assert (found.pairs["shortcut"], found.pairs["branch"]) == ("s", "b")


def test_the_operands_of_a_concatenation_may_not() -> None:
    parts = INPUT | {"a": conv("image", 4), "b": conv("image", 5)}
    theirs = parts | {"join": Part("Concatenate", 0, ("a", "b"))}
    ours = parts | {"join": Part("Concatenate", 0, ("b", "a"))}

    assert match(theirs, "join", ours) == Match({}, missing="join")


def test_a_concatenation_of_concatenations_is_one() -> None:
    parts = INPUT | {name: conv("image", weights) for weights, name in enumerate("abc", 4)}
    inner = {
        "inner": Part("Concatenate", 0, ("b", "c")),
        "all": Part("Concatenate", 0, ("a", "inner")),
    }
    flat = {"all": Part("Concatenate", 0, ("a", "b", "c"))}

    found = match(parts | inner, "all", parts | flat)

    assert found.pairs == {name: name for name in ("all", "a", "b", "c", "image")}


def test_a_network_is_found_as_the_lower_part_of_a_larger_one() -> None:
    encoder = INPUT | {"a": conv("image"), "b": conv("a")}
    whole = encoder | {"pool": Part("GlobalAveragePooling2D", 0, ("b",)), "top": conv("pool", 7)}

    assert match(encoder, "b", whole).pairs == {"a": "a", "b": "b", "image": "image"}
    assert match(whole, "top", encoder).missing == "top"


def test_kernels_with_equally_many_weights_and_other_sides_are_not_the_same() -> None:
    ours, theirs = (INPUT | {"a": conv("image", 7, window)} for window in ((1, 7), (7, 1)))

    assert match(theirs, "a", ours).missing == "a"


def test_a_long_chain_is_no_matter() -> None:
    chain = INPUT | {f"n{i}": conv(f"n{i - 1}" if i else "image") for i in range(5_000)}

    assert len(match(chain, "n4999", chain).pairs) == 5_001


@st.composite
def networks(draw: st.DrawFn) -> dict[str, Part]:
    """A network of convolutions, activations, sums and concatenations; its last node ends it."""
    parts = dict(INPUT)
    for index in range(draw(st.integers(1, 12))):
        names = st.sampled_from(sorted(parts))
        made = draw(
            st.one_of(
                st.builds(conv, names, st.integers(1, 3)),
                st.builds(relu, names),
                st.builds(add, names, names),
                st.builds(lambda *reads: Part("Concatenate", 0, reads), names, names),
            )
        )
        parts[f"n{index}"] = made
    return parts


@given(networks(), st.randoms())
def test_a_network_written_otherwise_is_found_again(parts: dict[str, Part], random: object) -> None:
    new = {name: f"other {index}" for index, name in enumerate(parts)}
    shuffle = getattr(random, "shuffle")  # noqa: B009 - hypothesis types it as object
    written: dict[str, Part] = {}
    for name, part in parts.items():
        reads = [new[each] for each in part.reads]
        if part.kind == "Add":
            shuffle(reads)
        written[new[name]] = Part(part.kind, part.weights, tuple(reads), part.window)
    end = list(parts)[-1]

    found = match(parts, end, written)

    # Two nodes that are computed alike may stand for one another: then their weights fit, too.
    assert found.missing is None
    assert all(
        (parts[one].kind, parts[one].weights) == (written[other].kind, written[other].weights)
        for one, other in found.pairs.items()
    )
