"""A graph's identity: all layers, arguments, operand order and sharing, names removed.

Nodes are numbered in the order in which a walk from the outputs, operand by operand, first
completes them, so neither names nor the order of writing matter.
"""

import hashlib
import json
from dataclasses import fields

from archforge.graph.graph import Graph, Node


def fingerprint(graph: Graph) -> str:
    """32 hex digits, equal on every machine and version of Python for equal networks."""
    order = _completion_order(graph)
    number = {name: index for index, name in enumerate(order)}
    rows = [_row(graph.nodes[name], number) for name in order]
    outputs = [number[node] for node in graph.outputs.values()]
    text = json.dumps([rows, outputs], sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _completion_order(graph: Graph) -> dict[str, None]:
    done: dict[str, None] = {}
    # A stack, not recursion: a chain of thousands of layers is a legal network.
    stack = [(name, False) for name in reversed([*graph.outputs.values(), *graph.inputs])]
    while stack:
        name, ready = stack.pop()
        if name in done:
            continue
        if ready:
            done[name] = None
            continue
        stack.append((name, True))
        stack += [(before, False) for before in reversed(graph.nodes[name].inputs)]
    return done


def _row(node: Node, number: dict[str, int]) -> list[object]:
    arguments = {f.name: _plain(getattr(node.layer, f.name)) for f in fields(node.layer)}
    # The owner of shared weights may come later in this walk; its own number stands for both.
    shares = None if node.shares is None else number.get(node.shares, node.shares)
    return [node.kind, arguments, [number[name] for name in node.inputs], shares]


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)  # 1.0 and 1 are the same argument
    return value
