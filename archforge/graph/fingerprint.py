"""A graph's identity: a canonical hash of the expanded graph with names removed.

It holds every layer, its arguments, the order of its operands and which calls share weights.
Nodes are numbered in the order in which a walk from the outputs, operand by operand, first
completes them, so neither names, nor blocks, nor the order of writing matter. Without names,
outputs are told apart by their order, and so are inputs where there are several.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields

from archforge.graph.graph import Graph, Node


def fingerprint(graph: Graph) -> str:
    """32 hex digits, equal on every machine and version of Python for equal networks."""
    order = canonical_order(graph)
    number = {name: index for index, name in enumerate(order)}
    weights = _first_users(graph, number)
    content = [
        [_row(graph.nodes[name], number, weights) for name in order],
        [number[node] for node in graph.outputs.values()],
    ]
    if len(graph.inputs) > 1:  # one input has no order, and stored fingerprints stay as they are
        content.append([number[name] for name in graph.inputs])
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def canonical_order(graph: Graph) -> tuple[str, ...]:
    """Names of the nodes as the fingerprint numbers them: alike in networks that are the same."""
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
    return tuple(done)


def _first_users(graph: Graph, number: Mapping[str, int]) -> dict[str, int]:
    """For each node that others share weights with, or that shares, the walk's first user.

    Which of the calls is written as the owner says nothing about the network, and the owner may
    not be a part of it: so the first call in the walk stands for the weights.
    """
    first: dict[str, int] = {}
    users: dict[str, list[str]] = {}
    for name in number:
        users.setdefault(_owner(graph, name), []).append(name)
    for names in users.values():
        first |= dict.fromkeys(names, number[names[0]])
    return first


def _owner(graph: Graph, name: str) -> str:
    """The node that the weights were made for, through any number of sharings."""
    node = graph.nodes.get(name)
    while node is not None and node.shares is not None:
        name = node.shares
        node = graph.nodes.get(name)
    return name


def _row(node: Node, number: Mapping[str, int], weights: Mapping[str, int]) -> list[object]:
    arguments = {f.name: _plain(getattr(node.layer, f.name)) for f in fields(node.layer)}
    first = weights[node.name]
    shares = None if first == number[node.name] else first
    return [node.kind, arguments, [number[name] for name in node.inputs], shares]


def _plain(value: object) -> object:
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, float) and value.is_integer():
        return int(value)  # 1.0 and 1 are the same argument
    return value
