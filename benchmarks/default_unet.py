"""Which U-Net a beginner with few images and no GPU should take: what ``unet_residual`` rests on.

Every variant is trained with the same seeds on the same split, on images of nuclei or others that
``--data`` names. Printed are the mean Dice for each validation image at full size, its extremes
over the seeds, and MACs as a ratio to the tutorial's U-Net. It takes two hours on two cores; the
same command goes on where it was stopped. It ends with 1 where the default is not better than the
tutorial's network.
"""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from archforge.compare import Progress, Row, compare
from archforge.train import Settings

BASELINE, DEFAULT = "the tutorial's U-Net", "unet_residual"
VARIANTS: dict[str, tuple[str, Mapping[str, Any]]] = {
    BASELINE: ("unet:tutorial", {}),
    DEFAULT: ("unet_residual", {}),
    "without shortcuts": ("unet_residual", {"unit": "Plain"}),
    "supervised at three sizes": ("unet_residual", {"supervise": True}),
    "images from 0 to 1": ("unet_residual", {"values": "unit"}),
    "without normalization": ("unet_residual", {"norm": "none"}),
    "group normalization": ("unet_residual", {"norm": "group"}),
}
# Images squeezed to the network's size and nothing but turned: what is compared are networks.
TRAINING: Mapping[str, Any] = {
    "batch_size": 8, "sampling": "resize", "normalize": "range", "augment": "flips+turns",
    "optimizer": "adam", "schedule": "none", "warmup": 0.0, "weight_decay": 0.0, "clip": 0.0,
    "ema": 0.0, "patience": 8,
}  # fmt: skip


class Said(Progress):
    """A line for each epoch and each training, beside what is printed."""

    def epoch(self, name: str, fold: int | None, seed: int, epoch: int, value: float) -> None:
        """One has ended."""
        print(f"{name}, seed {seed}, epoch {epoch}: {value:.4f}", file=sys.stderr)

    def ended(self, name: str, fold: int | None, seed: int, words: str) -> None:
        """All of them have."""
        print(f"{name}, seed {seed}: {words}", file=sys.stderr)


def trained(name: str, given: argparse.Namespace) -> Row:
    """The row of one variant; finished trainings are taken as they are."""
    spec, values = VARIANTS[name]
    found = compare(
        [spec],
        data=given.data,
        folder=given.output / "".join(c if c.isalnum() else "-" for c in name),
        given=values,
        settings=Settings(epochs=given.epochs, **TRAINING),
        seeds=given.seeds,
        progress=Said(),
    )
    return next(row for row in found.rows if row.macs)


def line(name: str, row: Row, baseline: Row) -> str:
    """What is printed of a variant."""
    dice = row.values("dice")
    macs = row.macs / baseline.macs
    spread = f"{min(dice):.4f} to {max(dice):.4f}"
    return f"{name:<26} {row.mean:.4f}  {spread}  MACs x {macs:.2f}"


def main() -> None:
    """Train, print and judge."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, required=True, help="a folder of images and masks")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("-o", "--output", type=Path, default=Path("runs/default-unet"))
    given = parser.parse_args()
    if not given.data.is_dir():
        sys.exit(f"there is no folder '{given.data}': give one of images and masks with --data")
    rows: dict[str, Row] = {}
    for name in VARIANTS:
        rows[name] = trained(name, given)
        print(line(name, rows[name], rows[BASELINE]), flush=True)
    better = rows[DEFAULT].mean > rows[BASELINE].mean
    print(f"{DEFAULT} is {'better' if better else 'not better'} than {BASELINE}")
    sys.exit(not better)


if __name__ == "__main__":
    main()
