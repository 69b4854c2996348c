"""Sliding windows along one axis: the arithmetic of convolution and pooling.

Source: Dumoulin and Visin 2016, arXiv:1603.07285; TensorFlow's definition of ``same``.
"""

from dataclasses import dataclass

from archforge.graph import ShapeError, Span

UNBOUNDED = 2**40
"""Further than any image reaches: the whole of an axis whose size is open."""


def whole(size: int | None) -> Span:
    """All positions of an axis."""
    return (-UNBOUNDED, UNBOUNDED) if size is None else (0, size - 1)


def unless_outside(first: int, last: int, size: int | None) -> Span | None:
    """The span, or ``None`` where it is empty or lies beside the image altogether."""
    if first > last or last < 0 or (size is not None and first >= size):
        return None
    return (first, last)


@dataclass(frozen=True)
class Window:
    """How one axis of a convolution or a pooling reads its input.

    Args:
        size: Taps.
        stride: Step between windows.
        dilation: Step between taps.
        same: Padded so that the output has ceil(input / stride) positions; else not padded.
        causal: With ``same``, all padding is before the first position: none reads what follows.
    """

    size: int
    stride: int = 1
    dilation: int = 1
    same: bool = False
    causal: bool = False

    @property
    def extent(self) -> int:
        """Positions from the first tap to the last."""
        return (self.size - 1) * self.dilation + 1

    def length(self, size: int | None, what: str) -> int | None:
        """Positions of the output for ``size`` positions of the input.

        Raises:
            ShapeError: The window is larger than the input.
        """
        if size is None:
            return None
        if self.same:
            return -(-size // self.stride)
        if size < self.extent:
            raise ShapeError(
                "AF203",
                f"{what} reaches over {self.extent} positions, its input has {size}",
                why="without padding a window must fit into its input",
                fix="use `padding: same`, a smaller window, or a larger input",
            )
        return (size - self.extent) // self.stride + 1

    def before(self, size: int | None) -> int:
        """Padding before the first position; TensorFlow puts the odd one behind the last."""
        if self.causal:
            return self.extent - 1
        if not self.same or size is None:
            # With an open size the phase is unknown; the window's reach is the same.
            return (self.extent - 1) // 2 if self.same else 0
        total = max((-(-size // self.stride) - 1) * self.stride + self.extent - size, 0)
        return total // 2

    def reads(self, span: Span, size: int | None) -> Span | None:
        """Input positions that the output positions ``span`` read; taps over the edge do not count.

        Along a dilated axis the outermost taps may lie outside the image while inner ones do not.
        """
        start = span[0] * self.stride - self.before(size)
        end = span[1] * self.stride - self.before(size) + self.extent - 1
        if size is None or self.dilation == 1:
            return unless_outside(start, end, size)
        steps = span[1] - span[0] + 1
        first = self._first_inside(start, steps, size)
        # Seen from the other end the axis runs backwards and the rule is the same.
        last = size - 1 - self._first_inside(size - 1 - end, steps, size)
        return unless_outside(first, last, size)

    def _first_inside(self, start: int, steps: int, size: int) -> int:
        """The lowest tap at 0 or above, of windows that start at ``start`` and step upwards."""
        best = size
        for first in range(start, start + steps * self.stride, self.stride):
            skipped = max(-(first // self.dilation), 0)
            if skipped < self.size:
                best = min(best, first + skipped * self.dilation)
            if first >= 0:
                break
        return best


@dataclass(frozen=True)
class TransposedWindow:
    """How one axis of a transposed convolution spreads its input over its output.

    It is the gradient of ``window`` with regard to that window's input.

    Args:
        window: The convolution it turns round.
        padding: Keras's ``output_padding``, positions behind the last.
    """

    window: Window
    padding: int | None = None

    def length(self, size: int | None) -> int | None:
        """Positions of the output.

        Source: Keras 3.15, ``compute_conv_transpose_output_shape``.
        """
        if size is None:
            return None
        stride, extent = self.window.stride, self.window.extent
        if self.window.same and self.padding is None:
            return size * stride
        if self.window.same:
            return (size - 1) * stride + extent % 2 + (self.padding or 0)
        behind = max(stride - extent, 0) if self.padding is None else self.padding
        return (size - 1) * stride + extent + behind

    def reads(self, span: Span, size: int | None) -> Span | None:
        """Input positions that reach the output positions ``span``.

        None where the stride is larger than the window and ``span`` lies in a gap.
        """
        window = self.window
        # The padding does not depend on the size, so an open one may stand for any.
        before = window.before(self.length(size or 1))
        first = -((window.extent - 1 - span[0] - before) // window.stride)
        last = (span[1] + before) // window.stride
        if size is None or window.dilation == 1:
            return unless_outside(first, last, size)
        inside = [
            i
            for i in range(max(first, 0), min(last, size - 1) + 1)
            if self._reaches(i - before, span)
        ]
        return (inside[0], inside[-1]) if inside else None

    def _reaches(self, start: int, span: Span) -> bool:
        """Whether a tap of the window that starts at ``start`` lies in ``span``."""
        # Keras has no dilation with strides, so the window steps by one here.
        taps = range(start, start + self.window.extent, self.window.dilation)
        return any(span[0] <= tap <= span[1] for tap in taps)
