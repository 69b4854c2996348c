"""The whole way of one training, and what is on disk at each moment of it.

The record stands before the first step and after each epoch, the best network after the epoch that
made it; each file is written beside its place and renamed. So a run that is killed is a folder that
can be read, predicts with its best weights so far, and says ``running``.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from archforge.build import build_model, keras_name
from archforge.build.quiet import keras
from archforge.data import Dataset
from archforge.errors import Mark, refuse
from archforge.files import whole_file, write_whole
from archforge.graph import Graph
from archforge.losses import check_loss, parse_loss
from archforge.metrics import score
from archforge.predict.predictor import Network, Predictor, as_mask
from archforge.predict.region import at_size, find_region
from archforge.runs import RECORD, Run
from archforge.train.batches import Batches
from archforge.train.fits import check_fits
from archforge.train.history import write_history
from archforge.train.pictures import chosen, write_curves, write_predictions
from archforge.train.recording import Record, first_record
from archforge.train.scoring import Array, otsu_scores, predictions
from archforge.train.settings import Epoch, Settings, StopTraining
from archforge.train.step import make_optimizer, make_step, run_epoch

OnEpoch = Callable[[Epoch], bool | None]


def train(  # noqa: PLR0913 - the room's one door: each is a part of a training
    graph: Graph,
    spec_text: str,
    dataset: Dataset,
    settings: Settings,
    folder: Path,
    *,
    fixed: Mapping[str, Any] | None = None,
    on_epoch: OnEpoch | None = None,
) -> Run:
    """Train ``graph`` on ``dataset`` and keep everything in ``folder``.

    Args:
        graph: A network that fits the data.
        spec_text: The spec as it was written.
        dataset: At the size of the graph's input, with validation images.
        settings: How.
        folder: A new or empty folder, as ``runs.new_run_folder`` makes one.
        fixed: The hyperparameters that were given, for the record.
        on_epoch: Called after each epoch; ``False`` or ``StopTraining`` ends the training, and the
            run is ``stopped``.

    Returns:
        The run: ``done`` with its scores, or ``stopped`` with its best weights.

    Raises:
        ProblemError: Before the start, what does not fit. After it, a loss that is no number, or
            memory that does not suffice: the run is then ``failed`` and its failure has the kind.
        KeyboardInterrupt: After the run was written as ``stopped``.
    """
    check_fits(graph, dataset.classes)
    check_loss(settings.loss, dataset.classes)
    _check_data(graph, dataset)
    sized = at_size(graph, dataset.size)
    _check_folder(folder)
    record = Record(first_record(sized, dataset, settings, folder, dict(fixed or {})))
    write_whole(record.run.spec, spec_text)
    with record.kept():
        fit = _Fit(_built(graph, settings), sized, dataset, settings, record)
        fit.run(on_epoch)
        if record.run.status == "running":
            _finish(fit, dataset, record)
    return record.run


def _built(graph: Graph, settings: Settings) -> Any:
    """The network with the first weights of the settings' seed, which dropout follows too."""
    keras.utils.set_random_seed(settings.seed)
    return build_model(graph)


class _Fit:
    """The network, its step, and the best weights so far."""

    def __init__(
        self, model: Any, graph: Graph, dataset: Dataset, settings: Settings, record: Record
    ) -> None:
        self._settings = settings
        self._record = record
        self._validation = dataset.validation
        self.model = model
        network = Network.of(graph, dataset.size)
        self.predictor = Predictor(self.model, network)
        regions = [find_region(graph, node, dataset.size) for node in graph.outputs.values()]
        self._batches = Batches(
            dataset.train, network.values, tuple(regions), settings.batch_size, settings.augment,
            settings.seed,
        )  # fmt: skip
        loss = parse_loss(settings.loss, dataset.classes)
        names = {keras_name(name): graph.loss_weights.get(name, 1.0) for name in graph.outputs}
        self._step = make_step(self.model, names, loss, make_optimizer(settings))
        self._truth = network.region.masks(dataset.validation.masks)
        self.history: list[Epoch] = []
        self._best = (-1.0, 0.0)
        self._best_weights: list[Any] = []

    def run(self, on_epoch: OnEpoch | None) -> None:
        """Train to the end, or until nothing gets better.

        Raises:
            StopTraining: ``on_epoch`` wants no more.
        """
        for number in range(1, self._settings.epochs + 1):
            epoch = self._epoch(number)
            if on_epoch is not None and on_epoch(epoch) is False:
                raise StopTraining(f"ended after epoch {number}")
            if number - self._record.run.best_epoch >= self._settings.patience:
                break
        self.model.set_weights(self._best_weights)

    def _epoch(self, number: int) -> Epoch:
        start = time.perf_counter()
        loss = run_epoch(self._step, self._batches.epoch(number))
        scores = self._validate()
        seconds = time.perf_counter() - start
        total = self._settings.epochs
        epoch = Epoch(
            number, total, loss, scores["dice"], scores["iou"], seconds, seconds * (total - number)
        )
        self.history.append(epoch)
        write_history(self._record.run.history, self.history)
        better = (epoch.val_dice, -loss) > self._best
        if better:
            self._best = (epoch.val_dice, -loss)
            self._best_weights = self.model.get_weights()
            _save(self.model, self._record.run.model)
        best = {"best_epoch": number, "best_val_dice": epoch.val_dice} if better else {}
        self._record.change(epochs=number, **best)
        return epoch

    def _validate(self) -> dict[str, float]:
        masks = map(as_mask, self.predictor.scores(self._validation.images))
        pairs = zip(self._truth, masks, strict=True)
        return score(pairs, self.predictor.classes, ["dice", "iou"])


def _finish(fit: _Fit, dataset: Dataset, record: Record) -> None:
    """Scores and pictures of the best epoch."""
    validation, predictor, run = dataset.validation, fit.predictor, record.run
    dices: list[float] = []

    def pairs() -> Iterator[tuple[Array, Array]]:
        for each in predictions(predictor, validation):
            dices.append(each.dice(predictor.classes))
            yield each.truth, each.predicted

    scores = score(pairs(), predictor.classes)
    region = predictor.network.region
    baseline = otsu_scores(validation, region=region) if dataset.classes == 1 else {}
    shown = list(predictions(predictor, validation, chosen(dices)))
    title = f"{run.name}: validation images, the worst first (contrast stretched)"
    write_curves(run.curves, run.name, fit.history, run.best_epoch)
    write_predictions(run.predictions, title, shown, predictor.classes)
    record.change(status="done", scores=scores, baseline=baseline)


def _save(model: Any, path: Path) -> None:
    with whole_file(path) as part:
        model.save(part)


def _check_data(graph: Graph, dataset: Dataset) -> None:
    if not len(dataset.validation):
        refuse(
            "AF508",
            "there are no validation images",
            why="the best epoch is chosen on images that the network does not learn from",
            fix="cut some off with `--validation 0.2`, or put them into a folder 'validation'",
        )
    (image,) = graph.inputs.values()
    sizes = zip(image.shape, (*dataset.size, dataset.channels), strict=True)
    if any(wanted not in {None, given} for wanted, given in sizes):
        raise ValueError(
            f"dataset must have size and channels {image.shape}, "
            f"got {(*dataset.size, dataset.channels)}"
        )


def _check_folder(folder: Path) -> None:
    if (folder / RECORD).exists():
        refuse(
            "AF502",
            f"'{folder}' holds a run already",
            mark=Mark(str(folder)),
            why="a run is never written over another",
            fix="give a new folder",
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        refuse(
            "AF502",
            f"the run folder cannot be made: {(error.strerror or 'error').lower()}",
            mark=Mark(str(folder)),
            why="the operating system refused it",
            fix="give a folder that you may write to with `-o`",
        )
