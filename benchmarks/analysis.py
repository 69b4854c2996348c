"""From an expanded graph to all figures, against building the same network in Keras.

Bound: a fiftieth.
"""

import keras
from timing import finish, paired, verdict

from archforge.analysis import facts
from archforge.build import build_model
from archforge.catalog import read_architecture
from archforge.graph import Graph


def main() -> None:
    """Measure and print."""
    held = []
    for name, preset in (("unet", "tutorial"), ("unet", "paper"), ("vgg", "vgg19")):
        graph = read_architecture(name).graph(preset)

        def build(graph: Graph = graph) -> None:
            keras.backend.clear_session()
            build_model(graph)

        def count(graph: Graph = graph) -> None:
            facts(graph)

        rounds = 9 if name == "unet" else 3
        ours, baseline = paired(count, build, rounds=rounds)
        held.append(verdict(f"all figures of {preset}", ours, baseline, 1 / 50))
    finish(*held)


if __name__ == "__main__":
    main()
