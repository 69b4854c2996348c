"""Checking and analysing every shipped spec, and how checking grows with the network.

Bounds: the median over the shipped specs at most 30 ms in process; a chain of 10,000 nodes at most
2.5 times as long for each node as a chain of 100. No TensorFlow is loaded.
"""

import statistics
import sys
import tempfile
from pathlib import Path

from timing import finish, seconds

from archforge.analysis import facts
from archforge.catalog import check, read_architecture, shipped

MOST_MS = 30
MOST_GROWTH = 2.5
ROUNDS = 7
LENGTHS = (10, 100, 1_000, 10_000)


def main() -> None:
    """Measure and print."""
    each = {name: _median(name) for name in shipped()}
    for name, took in sorted(each.items(), key=lambda one: one[1]):
        print(f"{name}: {1000 * took:.1f} ms checked, {1000 * _analysed(name):.1f} ms analysed")
    median = statistics.median(each.values())
    print(f"median over {len(each)} specs: {1000 * median:.1f} ms (bound {MOST_MS} ms)")
    held = [median <= MOST_MS / 1000, *map(_grows, ("written out", "in a loop"))]
    assert "tensorflow" not in sys.modules
    finish(*held)


def _median(name: str) -> float:
    check(name)
    return statistics.median(seconds(lambda: check(name)) for _ in range(ROUNDS))


def _analysed(name: str) -> float:
    read = read_architecture(name)
    graph = read.graph()
    return statistics.median(seconds(lambda: facts(graph)) for _ in range(ROUNDS))


def _grows(kind: str) -> bool:
    """Time for each node of chains of several lengths."""
    print(f"a chain {kind}:")
    per_node: dict[int, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        for length in LENGTHS:
            file = Path(folder) / f"{length}.yaml"
            file.write_text(_chain(length, kind))
            took = _median(str(file))
            per_node[length] = took / length
            print(f"  {length:6,} nodes: {1000 * took:8.1f} ms, {1e6 * took / length:6.0f} us each")
    growth = per_node[LENGTHS[-1]] / per_node[100]
    print(f"  10,000 nodes take {growth:.2f} times as long for each as 100 (bound {MOST_GROWTH})")
    return growth <= MOST_GROWTH


def _chain(length: int, kind: str) -> str:
    head = "archforge: 1\nname: chain\ntask: segmentation\ninputs: {image: [32, 32, 4]}\ngraph:\n"
    step = "{layer: Conv2D, filters: 4, kernel_size: 3, padding: same, activation: relu}\n"
    if kind == "in a loop":
        return f'{head}  - for: {{i: "=range({length - 1})"}}\n    steps:\n      - {step}{_HEAD}'
    return head + f"  - {step}" * (length - 1) + _HEAD


_HEAD = "  - {block: segmentation_head, name: mask, classes: 1}\n"


if __name__ == "__main__":
    main()
