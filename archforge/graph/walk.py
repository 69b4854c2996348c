"""The order in which a walk from the outputs, operand by operand, completes what it meets.

It depends on what reads what and on the order of operands, on no name and on no order of writing:
two writings of one network agree in it.
"""

from collections.abc import Callable, Iterable, Sequence


def completion_order(ends: Iterable[str], reads: Callable[[str], Sequence[str]]) -> list[str]:
    """Names in the order of their completion, each once.

    Args:
        ends: Where the walk starts, one after the other.
        reads: The operands of what is called so, in their order.
    """
    done: dict[str, None] = {}
    # A stack, not recursion: a chain of thousands of layers is a legal network.
    stack = [(name, False) for name in reversed(list(ends))]
    while stack:
        name, ready = stack.pop()
        if name in done:
            continue
        if ready:
            done[name] = None
            continue
        stack.append((name, True))
        stack += [(before, False) for before in reversed(reads(name))]
    return list(done)
