"""Trackers that people have beside a run's own files; each is an extra and is told every epoch."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib.util import find_spec

from archforge.build.quiet import tensorflow
from archforge.errors import refuse
from archforge.runs import Run
from archforge.train.handing import default_store, experiment_of, known_run
from archforge.train.settings import Epoch
from archforge.train.tracked import LOGGED, TAG, params_of

Log = Callable[[Epoch], None]
LoggerOf = AbstractContextManager[Log]


def check_logger(name: str) -> None:
    """Refuse a logger whose package is not there.

    Args:
        name: A key of ``settings.LOGGERS``; a package is called like it.

    Raises:
        ProblemError: AF519.
    """
    if name != "none" and find_spec(name) is None:
        refuse(
            "AF519",
            f"the logger '{name}' is not installed",
            why="it is an extra: most people need none",
            fix=f"install it: `pip install 'archforge[{name}]'`; or leave out `--logger`",
        )


def make_logger(name: str, run: Run) -> LoggerOf:
    """The logger of that name for a run: a context that gives a function of each epoch.

    Args:
        name: A key of ``settings.LOGGERS``.
        run: Whose epochs are told.

    Raises:
        ProblemError: Its package is not installed.
    """
    check_logger(name)
    return {"none": _none, "tensorboard": _tensorboard, "mlflow": _mlflow}[name](run)


def _none(run: Run) -> LoggerOf:
    @contextmanager
    def silent() -> Iterator[Log]:
        yield lambda epoch: None

    return silent()


def _tensorboard(run: Run) -> LoggerOf:
    @contextmanager
    def written() -> Iterator[Log]:
        writer = tensorflow.summary.create_file_writer(str(run.folder / "tensorboard"))
        with writer.as_default():

            def log(epoch: Epoch) -> None:
                for name, value in _values(epoch).items():
                    tensorflow.summary.scalar(name, value, step=epoch.epoch)
                writer.flush()

            yield log
        writer.close()

    return written()


def _mlflow(run: Run) -> LoggerOf:
    @contextmanager
    def tracked() -> Iterator[Log]:
        import mlflow  # noqa: PLC0415 - an extra

        store = default_store(run.folder.parent)
        mlflow.set_tracking_uri(store)
        client = mlflow.tracking.MlflowClient(store)
        experiment = experiment_of(client, store, run)
        # A training that goes on after a break is one run there, too.
        there = known_run(client, experiment, run)
        begun = (
            {"run_id": there.info.run_id}
            if there is not None
            else {"experiment_id": experiment, "run_name": run.name}
        )
        # By the tag `archforge runs --to mlflow` finds it, and adds the rest.
        with mlflow.start_run(**begun, tags={TAG: run.identity}):
            mlflow.log_params(params_of(run))
            yield lambda epoch: mlflow.log_metrics(_values(epoch), step=epoch.epoch)

    return tracked()


def _values(epoch: Epoch) -> dict[str, float]:
    return {name: getattr(epoch, column) for column, name in LOGGED.items()}
