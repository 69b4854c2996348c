"""What every layer and every block owes, as tests to inherit; archforge's own inherit them too.

For authors of plug-ins: a class in a test file of theirs, with cases, and pytest does the rest::

    from archforge.testing import LayerCase, LayerContract

    class TestSwirl(LayerContract):
        cases = [LayerCase(Swirl, {"turns": 2}, [(8, 6, 4)])]

The package must be installed, as ``pip install -e .`` does: the tests name it as a spec would. This
room does not import pytest, which calls it; importing it imports TensorFlow. To add a duty: one
method here, and it is owed by all.
"""

from archforge.testing.blocks import BlockContract
from archforge.testing.cases import BlockCase, LayerCase, graph_of, images, one_or_all
from archforge.testing.layers import LayerContract

__all__ = [
    "BlockCase",
    "BlockContract",
    "LayerCase",
    "LayerContract",
    "graph_of",
    "images",
    "one_or_all",
]
