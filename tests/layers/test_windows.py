"""Sliding windows: against the definition, tap by tap."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from archforge.graph import Span
from archforge.layers.resampling import interpolated
from archforge.layers.windows import UNBOUNDED, TransposedWindow, Window, whole

windows = st.builds(
    Window,
    size=st.integers(1, 5),
    stride=st.integers(1, 4),
    dilation=st.integers(1, 4),
    same=st.booleans(),
)


def taps(window: Window, position: int, size: int) -> set[int]:
    """The definition: where the taps of one output position lie, inside the image."""
    start = position * window.stride - window.before(size)
    return {start + tap * window.dilation for tap in range(window.size)} & set(range(size))


def hull(positions: set[int]) -> Span | None:
    return (min(positions), max(positions)) if positions else None


def cut(span: Span | None, size: int) -> Span | None:
    if span is None:
        return None
    return (max(span[0], 0), min(span[1], size - 1))


@given(windows, st.integers(1, 20), st.data())
def test_a_window_reads_what_its_taps_touch(window: Window, size: int, data: st.DataObject) -> None:
    if not window.same and size < window.extent:
        size = window.extent
    length = window.length(size, "it") or 0
    first = data.draw(st.integers(0, length - 1))
    last = data.draw(st.integers(first, length - 1))

    read = window.reads((first, last), size)

    touched = set[int]().union(*(taps(window, o, size) for o in range(first, last + 1)))
    assert cut(read, size) == hull(touched)


@given(windows.filter(lambda window: 1 in {window.stride, window.dilation}), st.integers(1, 9))
def test_a_transposed_window_reads_what_reaches_it(window: Window, size: int) -> None:
    transposed = TransposedWindow(window)
    length = transposed.length(size) or 0
    for position in range(length):
        reaching = {i for i in range(size) if position in taps(window, i, length)}

        assert cut(transposed.reads((position, position), size), size) == hull(reaching)


@given(windows, st.integers(1, 50))
def test_a_larger_input_never_gives_a_smaller_output(window: Window, size: int) -> None:
    size = max(size, window.extent)

    shorter, longer = window.length(size, "it"), window.length(size + 1, "it")

    assert shorter is not None
    assert longer is not None
    assert shorter <= longer <= shorter + 1


def test_a_stride_larger_than_the_window_leaves_gaps() -> None:
    # 2 taps, stride 3: outputs 0 1 are made of input 0, output 2 of none, 3 4 of input 1
    transposed = TransposedWindow(Window(2, 3))

    assert [transposed.reads((o, o), 2) for o in range(6)] == [
        (0, 0), (0, 0), None, (1, 1), (1, 1), None,
    ]  # fmt: skip


def test_a_causal_window_reads_nothing_that_follows() -> None:
    window = Window(size=3, dilation=2, same=True, causal=True)

    assert window.length(9, "it") == 9
    assert [window.reads((o, o), 9) for o in (0, 4, 8)] == [(0, 0), (0, 4), (4, 8)]


def test_the_whole_of_an_open_axis_has_no_end() -> None:
    assert whole(None) == (-UNBOUNDED, UNBOUNDED)
    assert whole(4) == (0, 3)


def test_half_pixel_centres_decide_what_interpolation_reads() -> None:
    # Twice as large: output 1 lies at 1/4 of the input, output 2 at 3/4
    half = Fraction(1, 2)

    assert interpolated((1, 1), half, "bilinear") == (0, 1)
    assert interpolated((2, 2), half, "nearest") == (1, 1)
    assert interpolated((2, 2), half, "bicubic") == (-1, 2)
    # A third as large: output 0 lies on input 1, and reads it alone
    assert interpolated((0, 0), Fraction(3), "bilinear") == (1, 1)
