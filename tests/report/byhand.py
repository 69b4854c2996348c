"""Records of a comparison and of a run made by hand, with names that a stranger may give."""

import base64
import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from archforge.compare import Comparison, Row
from archforge.compare.ranking import several_of
from archforge.compare.records import Several, Shown
from archforge.compare.rows import Speed
from archforge.compare.writing import write_comparison, write_several
from archforge.runs import Run
from archforge.search import Study, Trial
from archforge.search.pictures import SHARES
from archforge.search.pictures.importance import write_shares
from archforge.train.history import write_history
from archforge.train.settings import Epoch
from tests.compare.rows import comparison, row
from tests.runs.records import written

# What is markup in HTML, in Markdown, in a table of it, in formulas and in a shell.
EVIL = (
    "<script>hacked=1</script><img src=x onerror='hacked=1'>\"|`*_$x^$ [a](https://b.example)&lt;"
)
PLAIN = "unet:tutorial"
SPEC = """\
archforge: 1
name: toy
task: segmentation
hyperparameters: {size: 16, channels: 1, classes: 1, filters: 2}
inputs:
  image: [=size, =size, =channels]
graph:
  - {layer: Conv2D, filters: =filters, kernel_size: 3, padding: same, activation: relu}
  - {block: segmentation_head, name: mask, classes: =classes}
"""
IDENTITY = {"data": "c0ffee"}
KINDS = ("comparison", "several", "run", "study", "classifier", "classifiers")


def a_comparison(
    folder: Path, names: Sequence[str] = (PLAIN, EVIL), data: str = "nuclei"
) -> Comparison:
    """Three trainings of each network on twelve images, written to a folder."""
    folder.mkdir(parents=True)
    rows = [_row(folder, place, name) for place, name in enumerate(names)]
    rows.append(Row(architecture="otsu", score="dice", floor={"dice": 0.4, "iou": 0.3}))
    found = comparison(rows)
    shown = tuple(
        Shown(image, place, "picture.png", "picture.png",
              {each.architecture: "picture.png" for each in found.trained},
              classes=["ground", EVIL])
        for place, image in (("best", f"best {EVIL}"), ("median", "5"), ("worst", "0"))
    )  # fmt: skip
    a_picture(folder / "picture.png")
    notes = (f"{EVIL} is better here.", "A note.")
    found = replace(found, folder=folder, data=data, shown=shown, notes=notes,
                    fingerprint=IDENTITY["data"])  # fmt: skip
    write_comparison(found, IDENTITY)
    return found


def a_several(folder: Path) -> Several:
    """The comparison of three networks on two data sets, one with a stranger's name."""
    names = ("nuclei", EVIL.replace("https://", "").replace("/", ""))
    each = [a_comparison(folder / name, (PLAIN, EVIL, "third"), name) for name in names]
    several = several_of(folder, each)
    write_several(several)
    return several


def _row(folder: Path, place: int, name: str) -> Row:
    images = {f"best {EVIL}" if each == 11 else str(each): 0.5 + each / 40 for each in range(12)}
    trainings = [
        {image: value + place * (0.03 + 0.001 * seed) for image, value in images.items()}
        for seed in range(3)
    ]
    found = row(name, *trainings, macs=10 ** (6 + place))
    runs = [replace(each, run=folder / "runs" / f"{place}-{each.seed}") for each in found.trainings]
    for each in runs:
        a_run_folder(each.run, seed=each.seed)
    speeds = (Speed(1, 0.123456 + place, 0.2 + place), Speed(8, 0.05 + place, 0.1 + place, 0.002))
    return replace(found, trainings=tuple(runs), parameters=1234 * (place + 1), speeds=speeds)


def a_run_folder(folder: Path, **more: Any) -> Run:
    """A run with everything that a training leaves."""
    facts: Mapping[str, Any] = {
        "architecture": "toy", "preset": None, "hyperparameters": {"filters": 2, "note": EVIL},
        "fixed": {}, "status": "done", "epochs": 3, "best_epoch": 2, "best_score": 0.5,
        "scores": {"dice": 0.62512345, "iou": 0.5}, "intervals": {"dice": [0.5, 0.75]},
        "baseline": {"dice": 0.4}, "seconds": 12.0, "versions": {"keras": "3.99", "numpy": "2.98"},
        "machine": {"processor": f"cpu {EVIL}", "cores": 2, "gpus": []}, "seed": 41,
        "network": {"size": [16, 16], "channels": 1},
        "settings": {"epochs": 3, "learning_rate": 0.00123456789, "loss": "auto"},
        "data": {"folder": "images/nuclei", "train": 9,
                 "fingerprint": "c0ffee00c0ffee00c0ffee00c0ffee00", "validation": 3, "test": 0,
                 "channels": 1, "classes": 2, "names": ["ground", EVIL],
                 "options": {"validation": 0.25, "ignore": None}},
        **more,
    }  # fmt: skip
    run = written(folder, **facts)
    run.spec.write_text(SPEC)
    epochs = [Epoch(1, 3, 0.9, 0.25, 0.1, 2.0, 4.0), Epoch(2, 3, 0.5, 0.5, 0.1, 2.0, 2.0)]
    write_history(run.history, epochs)
    rows = [{"id": name, "dice": value, "dice_class_0": value, "dice_class_1": value / 2}
            for name, value in (("a", 0.25), (EVIL, 0.5), ("c", 0.7512345678))]  # fmt: skip
    details = {"images": rows, "confusion": [[400, 20], [30, 62]]}
    run.image_scores.write_text(json.dumps(details))
    a_picture(run.predictions)
    return run


def a_classifier(folder: Path, **more: Any) -> Run:
    """A run of a network that gives each image a class as a whole, with a stranger's class."""
    run = a_run_folder(folder, task="classification", baseline={}, intervals={},
                       scores={"accuracy": 0.75, "balanced_accuracy": 0.5}, **more)  # fmt: skip
    rows = [{"id": f"best {EVIL}" if each == 11 else str(each), "truth": each % 2,
             "predicted": each % 2 if each % 4 else 1, "score_of_truth": 0.25 + each / 20}
            for each in range(12)]  # fmt: skip
    run.image_scores.write_text(json.dumps({"images": rows, "confusion": [[3, 3], [0, 6]]}))
    return run


def classifiers(folder: Path) -> Comparison:
    """Two trainings of each of two classifiers on twelve images, written to a folder."""
    folder.mkdir(parents=True)
    rows = []
    for place, name in enumerate((PLAIN, EVIL)):
        images = {f"best {EVIL}" if each == 11 else str(each): float(each % (2 + place) > 0)
                  for each in range(12)}  # fmt: skip
        found = row(name, images, images, macs=10 ** (6 + place))
        trainings = [
            replace(each, run=a_classifier(folder / "runs" / f"{place}-{each.seed}").folder,
                    scores={"accuracy": each.value, "balanced_accuracy": each.value - 0.1})
            for each in found.trainings
        ]  # fmt: skip
        rows.append(replace(found, score="accuracy", trainings=tuple(trainings)))
    a_picture(folder / "picture.png")
    answers = {PLAIN: ("ground", 0.25), EVIL: (EVIL, 0.75)}
    means = {PLAIN: 0.375, EVIL: 0.625}
    shown = tuple(Shown(image, place, "picture.png", EVIL, answers=answers, means=means)
                  for place, image in (("best", f"best {EVIL}"), ("worst", "0")))  # fmt: skip
    found_all = replace(comparison(rows), folder=folder, score="accuracy", shown=shown,
                        data="cells", notes=("A note.",))  # fmt: skip
    write_comparison(found_all, IDENTITY)
    return found_all


def a_study(folder: Path) -> Study:
    """A few trials of a search with what a stranger may give."""
    done = [
        Trial(number=number, state="complete", values={"filters": 2 + number, "kind": EVIL},
              goals=(0.5 + number / 100,), epochs=(0.25, 0.5 + number / 100), macs=1000 + number,
              parameters=100 * (number + 1), hyperparameters={"filters": 2 + number}, seed=7,
              folder=a_run_folder(folder / "trials" / str(number)).folder)
        for number in range(6)
    ]  # fmt: skip
    others = [
        Trial(number=6, state="pruned", values={"filters": 9, "kind": "b"}, epochs=(0.125,)),
        Trial(number=7, state="failed", values={"filters": 9, "kind": "b"}, message=EVIL),
    ]
    (folder / "best-experiment.yaml").write_text("")
    (folder / "pictures").mkdir()
    write_shares({"filters": 0.75, EVIL: 0.25}, folder / "pictures" / SHARES)
    return Study(
        folder=folder, architecture=EVIL, preset=None, wanted=9, trials=(*done, *others), spec=SPEC,
        notes=(EVIL,), ranges={"filters": "2..9", "kind": EVIL}, fixed={"size": 16},
        sampler={"name": "tpe", "seed": 7}, pruner={"name": "median"}, limits={"macs": 2e5},
        baseline={"dice": 0.4}, commands=("archforge search toy", f"archforge search '{EVIL}'"),
    )  # fmt: skip


def a_picture(path: Path) -> None:
    """Of 40 x 30 pixels."""
    Image.fromarray(np.arange(1200, dtype=np.uint8).reshape(30, 40)).save(path)


class Read(HTMLParser):
    """A page as a browser reads it: tags with their attributes, and the text of each cell and item.

    Args:
        text: The HTML.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in {"meta", "img", "link", "br"}:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag, f"</{tag}> closes another tag"

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((self._open[-1], data))

    def all(self, tag: str) -> list[dict[str, str]]:
        """Attributes of every such tag."""
        return [attributes for name, attributes in self.tags if name == tag]

    def said(self, tag: str) -> list[str]:
        """The text of every such tag."""
        return [text for name, text in self.texts if name == tag]

    def tables(self) -> dict[str, str]:
        """By the file's name the text of each CSV that the page holds."""
        return {link["download"]: decoded(link["href"]) for link in self.all("a")
                if "download" in link}  # fmt: skip


def decoded(uri: str) -> str:
    """What a data URI holds, as text."""
    return base64.b64decode(uri.partition(";base64,")[2]).decode()


def rows_of(text: str) -> list[list[str]]:
    """A table as it was written."""
    return list(csv.reader(io.StringIO(text)))
