"""A graph's identity: a canonical hash of the expanded graph with names removed.

It holds every layer, its arguments, the order of its operands, which calls share weights, which
weights an included architecture brings, and what the loss of each output counts, if the spec says
so: a search that tries such weights must not take its trials for one another.
Nodes are numbered in the order in which a walk from the outputs, operand by operand, first
completes them, so neither names, nor blocks, nor the order of writing matter. Without names,
outputs are told apart by their order, and so are inputs where there are several.
"""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import PurePath

from archforge.graph.graph import Graph, Node
from archforge.graph.walk import completion_order


def fingerprint(graph: Graph) -> str:
    """32 hex digits, equal on every machine and version of Python for equal networks."""
    import hashlib  # noqa: PLC0415 (a check needs neither, and it is run at every save)
    import json  # noqa: PLC0415

    order = canonical_order(graph)
    number = {name: index for index, name in enumerate(order)}
    weights = _first_users(graph, number)
    content = [
        [_row(graph.nodes[name], number, weights) for name in order],
        [number[node] for node in graph.outputs.values()],
    ]
    if len(graph.inputs) > 1:  # one input has no order, and stored fingerprints stay as they are
        content.append([number[name] for name in graph.inputs])
    brought = _brought(graph, number)
    if brought:
        content.append(brought)
    if set(graph.loss_weights.values()) - {1.0}:
        content.append([["losses", *(graph.loss_weights[name] for name in graph.outputs)]])
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def canonical_order(graph: Graph) -> tuple[str, ...]:
    """Names of the nodes as the fingerprint numbers them: alike in networks that are the same."""
    ends = [*graph.outputs.values(), *graph.inputs]
    return tuple(completion_order(ends, lambda name: graph.nodes[name].inputs))


def _brought(graph: Graph, number: Mapping[str, int]) -> list[list[object]]:
    """Weights that included architectures start from, with the nodes that take them.

    Of a file its name counts, not its folder: another machine has it elsewhere.
    """
    return sorted(
        [sorted(number[name] for name in number if name.startswith(f"{one.path}.")), source]
        for one in graph.included
        for source in [one.weights and PurePath(one.weights).name]
        if source
    )


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
