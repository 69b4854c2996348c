"""What people write today to search a U-Net: what the benchmarks measure our search against.

KerasTuner as its guide shows it, and Optuna with ``study.optimize`` as its examples for Keras show
it: the tutorial's U-Net, ``model.fit`` on arrays in memory, one trial after the other in one
process. Run as a process of its own, so that nobody's memory or threads weigh on another:

    python benchmarks/tuners.py METHOD ARRAYS.npz ASKED.json OUT
"""

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from train_step import DROPOUT, by_hand

from archforge.build.quiet import keras

Arrays = dict[str, Any]
Asked = dict[str, Any]


class OverError(BaseException):
    """The time is up. Not an ``Exception``: KerasTuner takes those for a failed trial."""


class Watch(keras.callbacks.Callback):  # type: ignore[misc]  # keras has no types
    """Keeps the best network so far, tells when it came, and ends at the time limit."""

    def __init__(self, asked: Asked, folder: Path) -> None:
        super().__init__()
        self.start = time.perf_counter()
        self.best, self.told = -1.0, []  # type: tuple[float, list[tuple[float, float]]]
        self._most_s, self._path = asked.get("seconds"), folder / "best.keras"

    # KerasTuner copies callbacks for each trial; all of them must be this one.
    def __deepcopy__(self, memo: object) -> "Watch":
        return self

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """See whether this epoch is the best of all."""
        value, now = float((logs or {})["val_iou"]), time.perf_counter() - self.start
        if value > self.best:
            self.best = value
            self.told.append((now, value))
            self.model.save(self._path)
        if self._most_s and now > self._most_s:
            raise OverError


def compiled(size: int, depth: int, filters: int, rate: float) -> keras.Model:
    """The tutorial's network, ready to fit."""
    assert depth < len(DROPOUT)
    model = by_hand(size, filters, depth)
    iou = keras.metrics.BinaryIoU(target_class_ids=[1], name="iou")
    model.compile(keras.optimizers.Adam(rate), "binary_crossentropy", metrics=[iou])
    return model


def fit(model: keras.Model, arrays: Arrays, asked: Asked, callbacks: list[Any]) -> float:
    """Train, and give the best value of the validation images."""
    done = model.fit(
        arrays["images"], arrays["masks"], batch_size=asked["batch"], epochs=asked["epochs"],
        validation_data=(arrays["validation_images"], arrays["validation_masks"]),
        callbacks=callbacks, verbose=0,
    )  # fmt: skip
    return float(max(done.history["val_iou"]))


def with_keras_tuner(kind: str) -> Callable[[Arrays, Asked, Path, Watch], int]:
    """``RandomSearch`` or ``Hyperband`` of KerasTuner."""

    def run(arrays: Arrays, asked: Asked, folder: Path, watch: Watch) -> int:
        import keras_tuner  # noqa: PLC0415 (only who is measured is loaded)

        def build(hp: Any) -> keras.Model:
            return compiled(
                asked["size"],
                hp.Int("depth", *asked["depth"]),
                hp.Choice("filters", asked["filters"]),
                hp.Choice("rate", asked["rates"]),
            )

        goal = keras_tuner.Objective("val_iou", "max")
        place: dict[str, Any] = {"directory": folder, "seed": asked["seed"], "overwrite": True}
        if kind == "hyperband":
            tuner = keras_tuner.Hyperband(
                build, goal, max_epochs=asked["epochs"], hyperband_iterations=1000, **place
            )
        else:
            tuner = keras_tuner.RandomSearch(build, goal, max_trials=asked["trials"], **place)
        tuner.search(
            arrays["images"], arrays["masks"], batch_size=asked["batch"], epochs=asked["epochs"],
            validation_data=(arrays["validation_images"], arrays["validation_masks"]),
            callbacks=[watch], verbose=0,
        )  # fmt: skip
        return len(tuner.oracle.trials)

    return run


def with_optuna(arrays: Arrays, asked: Asked, folder: Path, watch: Watch) -> int:
    """Optuna as its users write it; with a time limit, its default sampler and a median pruner."""
    import optuna  # noqa: PLC0415 (only who is measured is loaded)

    class Prune(keras.callbacks.Callback):  # type: ignore[misc]  # keras has no types
        """As the callback of optuna-integration."""

        def __init__(self, trial: optuna.Trial) -> None:
            super().__init__()
            self._trial = trial

        def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
            self._trial.report(float((logs or {})["val_iou"]), epoch)
            if self._trial.should_prune():
                raise optuna.TrialPruned

    filters: Sequence[int] = asked["filters"]
    rates: Sequence[float] = asked["rates"]

    def objective(trial: optuna.Trial) -> float:
        keras.backend.clear_session()
        model = compiled(
            asked["size"],
            trial.suggest_int("depth", *asked["depth"]),
            trial.suggest_categorical("filters", filters),
            trial.suggest_categorical("rate", rates),
        )
        pruning = [Prune(trial)] if asked.get("seconds") else []
        return fit(model, arrays, asked, [watch, *pruning])

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    points = {"depth": range(asked["depth"][0], asked["depth"][1] + 1),
              "filters": asked["filters"], "rate": asked["rates"]}  # fmt: skip
    seed = asked["seed"]
    # Every point once where trials are counted: the same work as the others have.
    sampler = (
        optuna.samplers.TPESampler(seed=seed)
        if asked.get("seconds")
        else optuna.samplers.GridSampler({name: list(each) for name, each in points.items()}, seed)
    )
    study = optuna.create_study(direction="maximize", sampler=sampler)
    study.optimize(objective, n_trials=None if asked.get("seconds") else asked["trials"])
    return len(study.trials)


METHODS: dict[str, Callable[[Arrays, Asked, Path, Watch], int]] = {
    "keras-tuner random": with_keras_tuner("random"),
    "keras-tuner hyperband": with_keras_tuner("hyperband"),
    "optuna by hand": with_optuna,
}


def main() -> None:
    """Search with one method, and leave what came of it as JSON."""
    method, arrays, asked, out = sys.argv[1:]
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    given = json.loads(Path(asked).read_text())
    keras.utils.set_random_seed(given["seed"])
    with np.load(arrays) as kept:
        held = {name: kept[name] for name in kept.files}
    watch = Watch(given, folder)
    try:
        trials = METHODS[method](held, given, folder, watch)
    except OverError:
        trials = -1  # as many as there was time for
    seconds = time.perf_counter() - watch.start
    facts = {"seconds": seconds, "trials": trials, "best": watch.best, "told": watch.told}
    (folder / "result.json").write_text(json.dumps(facts))


if __name__ == "__main__":
    main()
