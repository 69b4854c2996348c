"""The record of one training."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TASKS = ("segmentation", "classification")
STATUSES = ("running", "done", "stopped", "failed")


@dataclass(frozen=True)
class Failure:
    """Why a run is ``stopped`` or ``failed``.

    Args:
        kind: ``pruned`` or ``interrupted`` of a stopped one; ``diverged``, ``out-of-memory``,
            ``problem`` or ``bug`` of a failed one.
        message: In words.
    """

    kind: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Run:
    """One training. Where it lies is not part of what is written.

    Args:
        folder: Where the record and all other files are.
        name: The folder's name when it was made.
        architecture: The name that the spec gives itself.
        preset: The preset in force, if any.
        task: ``segmentation`` or ``classification``.
        hyperparameters: Every value that the network was made from.
        fixed: Those of them that were given.
        fingerprint: Of the graph.
        parameters: All learned numbers.
        macs: Multiply-accumulates for one image.
        network: How images reach it: ``size`` and ``channels`` of the input, how pixels become its
            numbers (``normalize``, ``values``, ``statistics``), whether whole images are stretched
            to it (``resize``), the ``output`` that is scored with its ``positions``, and ``seen``,
            the height and width in the middle of the input that it covers.
        settings: Those of the training.
        data: ``folder``, ``fingerprint``, ``train``, ``validation`` and ``test`` (counts),
            ``channels``, ``classes`` and their ``names``, and the ``options`` it was opened with.
        seed: Of weights, order and augmentation.
        versions: Of archforge, Python, TensorFlow, Keras and NumPy.
        started: ISO 8601, UTC.
        status: One of ``STATUSES``; a run that was killed stays ``running``.
        failure: Why it ended early.
        epochs: Finished ones.
        best_epoch: Whose weights ``model.keras`` holds; from 1, 0 before the first.
        best_score: Of that epoch: Dice, or accuracy of whole images.
        scores: Metrics on the validation images at their own size.
        intervals: In which each of them lies with a probability of 95 %, images drawn anew.
        baseline: The same metrics of Otsu's threshold on the same images.
        seconds: From start to the last write.
        machine: What it ran on: ``processor``, ``cores`` that the process may use,
            ``memory_bytes``, ``system``, the names of ``gpus``, ``threads`` of one operation and
            whether TensorFlow ``rewrites`` its graphs. Empty in older records.
        command: By which it was made, as it was given; empty where none was, and in older records.
        pace: Seconds of each epoch of the run that this one repeats, by which it went in place of
            its own where a time ends it; empty of any other run, and in older records.
        peak_memory: Bytes that the process held at most, up to the last write: of all that it did,
            other trainings before this one too; ``None`` where nobody said.
    """

    folder: Path = field(compare=False)
    name: str
    architecture: str
    preset: str | None
    task: str
    hyperparameters: Mapping[str, Any]
    fixed: Mapping[str, Any]
    fingerprint: str
    parameters: int
    macs: int
    network: Mapping[str, Any]
    settings: Mapping[str, Any]
    data: Mapping[str, Any]
    seed: int
    versions: Mapping[str, str]
    started: str
    status: str = "running"
    failure: Failure | None = None
    epochs: int = 0
    best_epoch: int = 0
    best_score: float | None = None
    scores: Mapping[str, float] = field(default_factory=dict)
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    baseline: Mapping[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    machine: Mapping[str, Any] = field(default_factory=dict)
    peak_memory: int | None = None
    command: str = ""
    pace: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        assert self.status in STATUSES, f"{self.status} is no status"

    @property
    def identity(self) -> str:
        """32 hex digits that stay its own, wherever its folder lies and whatever comes of it."""
        what = (
            self.name, self.started, self.fingerprint, self.data.get("fingerprint"),
            self.seed, self.settings,
        )  # fmt: skip
        text = json.dumps(what, sort_keys=True)
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()

    @property
    def model(self) -> Path:
        """The best weights with their network."""
        return self.folder / "model.keras"

    @property
    def spec(self) -> Path:
        """The architecture as it was written."""
        return self.folder / "spec.yaml"

    @property
    def split(self) -> Path:
        """Which image was in which part."""
        return self.folder / "split.csv"

    @property
    def test_scores(self) -> Path:
        """The same of the test images, where somebody has scored them."""
        return self.folder / "test-scores.json"

    @property
    def history(self) -> Path:
        """A line for each epoch."""
        return self.folder / "history.csv"

    @property
    def image_scores(self) -> Path:
        """Every metric of every validation image, with the tables that the scores come from."""
        return self.folder / "scores.json"

    @property
    def curves(self) -> Path:
        """The picture of loss and Dice over the epochs."""
        return self.folder / "curves.png"

    @property
    def predictions(self) -> Path:
        """The picture of held-out images with their predictions."""
        return self.folder / "predictions.png"
