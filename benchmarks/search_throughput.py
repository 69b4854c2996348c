"""How many networks an hour: our search against KerasTuner and Optuna as people write them.

The same space, images, batch, epochs and seed on the same cores in one run; nothing is pruned, and
every method trains every network of the space once, so all do the same work. The others are in
``tuners.py``: the tutorial's U-Net written by hand, ``model.fit`` on arrays in memory, one process
with all threads. Each method is timed from its first call to the end of its last trial, ours with
the start of its processes and the reading of its images; imports of the others are not counted.

    python benchmarks/search_throughput.py --data path/to/nuclei   # 128 x 128, depth 2 to 4
    python benchmarks/search_throughput.py --tiny  # 64 x 64, 8 filters, 80 images: fixed cost rules

Without --data, images are drawn. Exit status 1 if ours is not 1.6 times the faster of the others
(3 times with --tiny).
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from archforge.data import DataOptions, Dataset, open_dataset, write_synth
from archforge.search import Event, search
from archforge.train import Settings

OTHERS = ("keras-tuner random", "optuna by hand")
FULL: dict[str, Any] = {"size": 128, "depth": [2, 4], "filters": [8, 16], "rates": [1e-3, 3e-3],
                        "images": 240, "least": 1.6}  # fmt: skip
TINY: dict[str, Any] = {"size": 64, "depth": [1, 3], "filters": [8],
                        "rates": [2.5e-4, 5e-4, 1e-3, 2e-3, 4e-3, 8e-3, 1.6e-2, 3.2e-2],
                        "images": 80, "least": 3.0}  # fmt: skip


def small_images(data: Path | None, asked: dict[str, Any], folder: Path) -> Path:
    """Images and masks of one size, written as a folder that anybody would have."""
    size = asked["size"]
    if data is None:
        return write_synth(folder / "images", count=asked["images"], size=size)
    whole = open_dataset(data, size=(size, size), channels=3, options=DataOptions(test=0.0))
    for part in ("images", "masks"):
        (folder / "images" / part).mkdir(parents=True)
    for row in range(asked["images"]):
        Image.fromarray(whole.train.image(row)).save(folder / f"images/images/{row:03}.png")
        mask = (whole.train.mask(row) == 1).astype(np.uint8) * 255
        Image.fromarray(mask).save(folder / f"images/masks/{row:03}.png")
    return folder / "images"


def arrays(dataset: Dataset, path: Path) -> Path:
    """The same images as floats in memory, as the others take them."""
    found: dict[str, Any] = {}
    for name, part in (("", dataset.train), ("validation_", dataset.validation)):
        rows = range(len(part))
        found[f"{name}images"] = np.stack([part.image(row) for row in rows]).astype(np.float32)
        masks = np.stack([part.mask(row) for row in rows])[..., np.newaxis]
        found[f"{name}masks"] = masks.astype(np.float32)
    np.savez(path, **found)
    return path


def others(method: str, kept: Path, asked: dict[str, Any], folder: Path) -> tuple[float, int]:
    """Seconds and trials of another tool, in a process of its own."""
    text = folder / "asked.json"
    text.write_text(json.dumps(asked))
    out = folder / method.replace(" ", "-")
    program = Path(__file__).with_name("tuners.py")
    subprocess.run([sys.executable, program, method, kept, text, out], check=True,
                   capture_output=True)  # fmt: skip
    facts = json.loads((out / "result.json").read_text())
    return facts["seconds"], facts["trials"]


def recipe(asked: dict[str, Any]) -> Settings:
    """As the tutorial trains."""
    return Settings(
        epochs=asked["epochs"], batch_size=asked["batch"], loss="bce", optimizer="adam",
        schedule="none", warmup=0, weight_decay=0, clip=0, ema=0, sampling="resize",
        augment="none", normalize="range", patience=asked["epochs"],
    )  # fmt: skip


def ours(data: Path, asked: dict[str, Any], folder: Path) -> tuple[float, int]:
    """Seconds to the end of the last trial, and trials, of our search."""
    start, ends = time.perf_counter(), []

    def hear(event: Event) -> None:
        if event.what == "end":
            ends.append(time.perf_counter() - start)

    study = search(
        "unet", preset="tutorial", data=data, trials=asked["trials"], folder=folder / "ours",
        given={"size": asked["size"], "dropout": 0.1}, seed=asked["seed"],
        ranges=[
            f"depth={asked['depth'][0]}..{asked['depth'][1]}",
            f"filters={','.join(map(str, asked['filters']))}",
            f"train.learning_rate={','.join(map(str, asked['rates']))}",
        ],
        settings=recipe(asked), sampler="grid", pruner="none", goals=["iou"],
        on_event=hear,
    )  # fmt: skip
    assert study.best is not None
    after = time.perf_counter() - start - ends[-1]
    print(f"after its last trial ours completes the best: {after:.0f} s")
    return ends[-1], sum(each.counts for each in study.trials)


def measure(given: argparse.Namespace, folder: Path) -> int:
    """Run all methods, print, judge."""
    asked = {**(TINY if given.tiny else FULL), "batch": 16, "epochs": 3, "seed": 7}
    depths = asked["depth"][1] - asked["depth"][0] + 1
    asked["trials"] = depths * len(asked["filters"]) * len(asked["rates"])
    data = small_images(given.data, asked, folder)
    dataset = open_dataset(data, size=(asked["size"],) * 2, channels=3, options=DataOptions(seed=7))
    kept = arrays(dataset, folder / "arrays.npz")
    print(f"{asked['trials']} networks of {asked['epochs']} epochs, {len(dataset.train)} + "
          f"{len(dataset.validation)} images of {asked['size']} pixels")  # fmt: skip
    rates = {}
    for method in (*OTHERS, "ours"):
        found = (
            ours(data, asked, folder) if method == "ours" else others(method, kept, asked, folder)
        )
        rates[method] = found[1] / found[0] * 3600
        print(f"{method:<20} {found[1]} trials in {found[0]:.0f} s: {rates[method]:.0f} an hour",
              flush=True)  # fmt: skip
    ratio = rates["ours"] / max(rates[method] for method in OTHERS)
    holds = ratio >= asked["least"]
    words = "holds" if holds else "does not hold"
    print(f"ours is {ratio:.2f} times the faster of the others (bound {asked['least']}: {words})")
    return int(not holds)


def main() -> int:
    """Measure in a folder that is thrown away."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, help="a folder of nuclei; by default drawn ones")
    parser.add_argument("--tiny", action="store_true", help="networks for which fixed cost rules")
    with tempfile.TemporaryDirectory() as folder:
        return measure(parser.parse_args(), Path(folder))


if __name__ == "__main__":
    sys.exit(main())
