"""The whole way of one training, and what is on disk at each moment of it.

The record stands before the first step and after each epoch, the best network after the epoch that
made it, the checkpoint last; each file is written beside its place and renamed. So a run that is
killed is a folder that can be read, predicts with its best weights so far, says ``running``, and
goes on from its last epoch.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from archforge.build import build_model, keras_name
from archforge.build.quiet import keras
from archforge.data import Dataset
from archforge.errors import Mark, refuse
from archforge.files import whole_file, write_whole
from archforge.graph import Graph
from archforge.losses import parse_loss
from archforge.predict.predictor import Predictor
from archforge.predict.region import at_size
from archforge.runs import RECORD, Run, said_if_unwritten
from archforge.train.adapt import learned_classes
from archforge.train.budget import Budget
from archforge.train.checkpoint import read_checkpoint, write_checkpoint
from archforge.train.choices import Choices, choose, make_batches
from archforge.train.finishing import finish, finish_briefly
from archforge.train.fits import check_fits, scoring_nodes
from archforge.train.history import write_history
from archforge.train.loggers import LoggerOf, check_logger, make_logger
from archforge.train.parts import split_text
from archforge.train.recording import Record, first_record
from archforge.train.schedule import Schedule, momentum
from archforge.train.settings import Epoch, Settings, StopTraining
from archforge.train.step import inner_of, make_optimizer, make_step, momentum_of, run_epoch
from archforge.train.validating import make_validation

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
    briefly: Sequence[str] = (),
    pace: Sequence[float] = (),
) -> Run:
    """Train ``graph`` on ``dataset`` and keep everything in ``folder``.

    Args:
        graph: A network that fits the data.
        spec_text: The spec as it was written.
        dataset: With validation images; each at its own size, or all at that of the graph's input.
        settings: How.
        folder: A new or empty folder, as ``runs.new_run_folder`` makes one.
        fixed: The hyperparameters that were given, for the record.
        on_epoch: Called after each epoch; ``False`` or ``StopTraining`` ends the training, and the
            run is ``stopped``.
        briefly: Metrics that are enough at the end, without pictures; see ``finish_briefly``.
        pace: Seconds of the epochs of a run that is to be repeated; see ``Budget``.

    Returns:
        The run: ``done`` with its scores, or ``stopped`` with its best weights.

    Raises:
        ProblemError: Before the start, what does not fit. After it, a loss that is no number, or
            memory that does not suffice: the run is then ``failed`` and its failure has the kind.
        KeyboardInterrupt: After the run was written as ``stopped``.
    """
    check_fits(graph, learned_classes(settings, dataset), dataset.task)
    _check_data(graph, dataset)
    check_logger(settings.logger)
    choices = choose(settings, graph, dataset)
    sized = at_size(graph, choices.size)
    dataset = dataset.at(choices.size) if choices.resize else dataset
    _check_folder(folder)
    first = first_record(sized, dataset, settings, folder, choices, dict(fixed or {}))
    record = Record(replace(first, pace=tuple(pace)))
    with said_if_unwritten(folder):
        write_whole(first.spec, spec_text)
        write_whole(first.split, split_text(dataset))
    with record.kept():
        _go(_Fit(sized, dataset, settings, choices, record), on_epoch, briefly)
    return record.run


def resume(
    run: Run,
    graph: Graph,
    dataset: Dataset,
    on_epoch: OnEpoch | None = None,
    briefly: Sequence[str] = (),
) -> Run:
    """Go on with a training that was cut off, from its last checkpoint.

    Args:
        run: Its record.
        graph: The network of its spec, preset and fixed hyperparameters.
        dataset: The same images, opened with the same options.
        on_epoch: As for ``train``.
        briefly: As for ``train``.

    Returns:
        The run, as it would have become without the break.

    Raises:
        ProblemError: It is done already, its checkpoint cannot be read, or network or data are not
            those that it was started with. Later, as ``train``.
    """
    settings = Settings.read(run.settings)
    choices = choose(settings, graph, dataset)
    sized = at_size(graph, choices.size)
    dataset = dataset.at(choices.size) if choices.resize else dataset
    record = Record(run, again=True)
    fit = _Fit(sized, dataset, settings, choices, record)
    fit.go_on()
    with record.kept():
        record.change(status="running", failure=None)
        _go(fit, on_epoch, briefly)
    return record.run


def _go(fit: "_Fit", on_epoch: OnEpoch | None, briefly: Sequence[str]) -> None:
    fit.run(on_epoch)
    predictor = fit.best_predictor() if briefly else None
    if predictor is None:
        finish(fit.record, fit.dataset, fit.history)
    else:
        finish_briefly(fit.record, fit.dataset, predictor, briefly)


class _Fit:
    """The network, its step, and the best weights so far."""

    def __init__(
        self,
        graph: Graph,
        dataset: Dataset,
        settings: Settings,
        choices: Choices,
        record: Record,
    ) -> None:
        self.graph, self.dataset, self.choices, self.record = graph, dataset, choices, record
        self._settings = settings
        self.model = _built(graph, settings, choices)
        # What is validated and saved: float32 throughout, so that it says the same on any device.
        self._plain = (
            self.model if choices.precision == "float32" else build_model(graph, "float32")
        )
        self._batches = make_batches(graph, dataset, settings, choices)
        self._optimizer = make_optimizer(settings, choices.precision)
        loss = parse_loss(choices.loss, choices.classes, choices.class_weights, task=choices.task)
        weights = {**graph.loss_weights, **settings.output_weights}
        names = {keras_name(name): weights.get(name, 1.0) for name in graph.outputs}
        axes = dataset.rank + 1 if choices.task == "segmentation" else 1
        self._step = make_step(self.model, names, loss, self._optimizer, axes)
        self._validate = make_validation(record.run, self._plain, graph, dataset, choices)
        self._budget = Budget.of(settings, self._batches.images, record.run.pace)
        self._schedule = Schedule(settings, self._batches.steps, self._budget.epochs)
        self._logger: LoggerOf = make_logger(settings.logger, record.run)
        self.history: list[Epoch] = []
        self._best = (-1.0, 0.0)
        self._rate = 0.0

    def go_on(self) -> None:
        """Take up the state of the last checkpoint."""
        self.history, self._best = read_checkpoint(
            self.record.run.folder, self.model, self._optimizer
        )

    def best_predictor(self) -> Predictor | None:
        """With the weights of the best epoch; none of classifiers."""
        if self._validate.predictor is not None:
            if not self._holds_the_best:
                self._plain.load_weights(self.record.run.model)
            self._validate.refresh()
        return self._validate.predictor

    @property
    def _holds_the_best(self) -> bool:
        """Whether the weights in memory are those of the best epoch."""
        alone = self._plain is self.model and not self._settings.ema
        return alone and self.record.run.best_epoch == len(self.history)

    def run(self, on_epoch: OnEpoch | None) -> None:
        """Train to the end, or until nothing gets better.

        Raises:
            StopTraining: ``on_epoch`` wants no more.
        """
        with self._logger as log:
            for number in range(len(self.history) + 1, self._budget.epochs + 1):
                if self._stands_still(number - 1) or self._budget.is_up(self._took()):
                    break
                epoch = self._epoch(number)
                log(epoch)
                if on_epoch is not None and on_epoch(epoch) is False:
                    raise StopTraining(f"ended after epoch {number}")

    def _stands_still(self, done: int) -> bool:
        return done - self.record.run.best_epoch >= self._settings.patience

    def _took(self) -> list[float]:
        return [epoch.seconds for epoch in self.history]

    def _epoch(self, number: int) -> Epoch:
        start = time.perf_counter()
        took = self._took()
        before, spent = [epoch.score for epoch in self.history], self._budget.spent(took)

        def steer(step: int) -> None:
            self._rate = self._schedule.rate(number, step, before, spent)
            self._optimizer.learning_rate = self._rate
            if self._settings.ema:
                done = (number - 1) * self._batches.steps + step
                momentum_of(self._optimizer).assign(momentum(self._settings.ema, done))

        loss = run_epoch(self._step, self._batches.epoch(number), steer)
        learned = self._averaged()
        if self._plain is not self.model:
            self._plain.set_weights(self.model.get_weights())
        score, second = self._validate()
        seconds = time.perf_counter() - start
        left, most = self._budget.left([*took, seconds]), self._budget.epochs
        epoch = Epoch(number, most, loss, score, second, seconds, left, self._rate)
        with said_if_unwritten(self.record.run.folder):
            self._keep(epoch, learned)
        return epoch

    def _averaged(self) -> list[Any] | None:
        """Take the moving average of the weights, and give back those that go on learning."""
        if not self._settings.ema:
            return None
        variables = self.model.trainable_variables
        learned = [variable.numpy() for variable in variables]
        inner_of(self._optimizer).finalize_variable_values(variables)
        return learned

    def _keep(self, epoch: Epoch, learned: list[Any] | None) -> None:
        """Write all of an epoch; the checkpoint last, so that it never runs ahead of the rest."""
        run = self.record.run
        self.history.append(epoch)
        better = (epoch.score, -epoch.loss) > self._best
        if better:
            self._best = (epoch.score, -epoch.loss)
            _save(self._plain, run.model)
        for variable, value in zip(self.model.trainable_variables, learned or [], strict=False):
            variable.assign(value)
        write_history(run.history, self.history)
        best = {"best_epoch": epoch.epoch, "best_score": epoch.score} if better else {}
        self.record.change(epochs=epoch.epoch, **best)
        write_checkpoint(run.folder, self.model, self._optimizer, self.history, self._best)


def _built(graph: Graph, settings: Settings, choices: Choices) -> Any:
    """The network with the first weights of the settings' seed, which dropout follows too."""
    keras.utils.set_random_seed(settings.seed)
    # Cross-entropy keeps its gradient where it sees a sigmoid or softmax of float32 itself.
    return build_model(graph, choices.precision, scoring_nodes(graph))


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
    given = (*(dataset.size or image.shape[:-1]), dataset.channels)
    pairs = zip(image.shape, given, strict=True)
    if any(None not in {wanted, side} and wanted != side for wanted, side in pairs):
        raise ValueError(f"dataset must have size and channels {image.shape}, got {given}")


def _check_folder(folder: Path) -> None:
    if (folder / RECORD).exists():
        refuse(
            "AF502",
            f"'{folder}' holds a run already",
            mark=Mark(str(folder)),
            why="a run is never written over another",
            fix=f"go on with it: `archforge train --resume {folder}`; or give a new folder",
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
