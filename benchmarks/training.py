"""What the benchmarks of training share: drawn images in a store, and a training ready to step."""

import sys
from pathlib import Path
from typing import Any

from archforge.build import build_model, keras_name
from archforge.catalog import read_architecture
from archforge.data import Dataset, open_dataset, write_synth
from archforge.losses import parse_loss
from archforge.predict.region import at_size
from archforge.runs import RECORD, Run, read_run
from archforge.train import Epoch, Opened, Settings, resume, train
from archforge.train.batches import Batches
from archforge.train.checkpoint import NAME as CHECKPOINT
from archforge.train.choices import choose, make_batches
from archforge.train.step import make_optimizer, make_step


def drawn(folder: Path, count: int, size: int) -> Dataset:
    """Nuclei that the product draws itself, each image at its own size."""
    write_synth(folder / "nuclei", count=count, size=size)
    return open_dataset(folder / "nuclei", cache=folder / "cache", channels=3)


def to_the_end(ready: Opened, settings: Settings, folder: Path, name: str) -> Run:
    """The run in a folder: as it is where it is done, gone on with, or trained now."""

    def tell(epoch: Epoch) -> None:
        words = f"{name}, epoch {epoch.epoch}: {epoch.score:.4f}, {epoch.seconds:.0f} s"
        print(words, file=sys.stderr, flush=True)

    if (folder / CHECKPOINT).exists():
        return resume(read_run(folder), ready.graph, ready.dataset, tell)
    if (folder / RECORD).exists():
        return read_run(folder)
    return train(
        ready.graph, ready.architecture.standalone, ready.dataset, settings, folder,
        fixed=ready.fixed, on_epoch=tell,
    )  # fmt: skip


def ready(
    dataset: Dataset, given: dict[str, Any], settings: Settings, spec: str = "unet",
    preset: str | None = "tutorial",
) -> tuple[Any, Batches]:  # fmt: skip
    """A step of training and the batches that it learns from, as ``archforge train`` makes them."""
    graph = read_architecture(spec).graph(preset, given)
    choices = choose(settings, graph, dataset)
    sized = at_size(graph, choices.size)
    batches = make_batches(sized, dataset, settings, choices)
    names = {keras_name(name): 1.0 for name in sized.outputs}
    loss = parse_loss(choices.loss, choices.classes)
    return make_step(build_model(sized), names, loss, make_optimizer(settings)), batches
