"""The whole way of a search: check everything, then train, then write what came of it."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from archforge.catalog import Architecture, read_architecture
from archforge.compare.opening import open_sized
from archforge.crew.workers import begin_server
from archforge.data import DataOptions
from archforge.errors import ProblemError
from archforge.expand.ranges import with_ranges
from archforge.runs import read_run
from archforge.search.completing import COMPLETES, complete_best
from archforge.search.engine import Engine
from archforge.search.identity import RECORDED, Identity, alone, read_notes, read_record
from archforge.search.measures import DEFAULT_GOALS, find_goals
from archforge.search.methods import PRUNERS, SAMPLERS
from archforge.search.places import place_of
from archforge.search.plan import Event, OnEvent, Plan
from archforge.search.preparing import judged_epochs, limit_words, make_plan
from archforge.search.proving import space_words
from archforge.search.recipe import parted, training_ranges
from archforge.search.records import Study, Trial
from archforge.search.request import WORK, Request
from archforge.search.retraining import OnTraining, Retrain, Retraining, read_retrained
from archforge.search.sessions import begun, identity_of, pool_for, session_seed, written
from archforge.search.space import Space
from archforge.search.store import Store
from archforge.search.widening import check_continues, take_over
from archforge.train import Opened, Settings


def search(  # noqa: PLR0913 - the room's one door: each is a part of a search
    architecture: str | Architecture,
    *,
    data: Path | str,
    trials: int,
    folder: Path | None = None,
    preset: str | None = None,
    given: Mapping[str, Any] | None = None,
    ranges: Iterable[str] = (),
    settings: Settings | None = None,
    workers: int | str = "auto",
    seed: int = 0,
    sampler: str = "tpe",
    pruner: str | None = None,
    options: DataOptions | None = None,
    timeout_s: float | None = None,
    goals: Sequence[str] = DEFAULT_GOALS,
    limits: Mapping[str, Any] | None = None,
    retrain: Retrain | None = None,
    repeats: int = 1,
    continue_from: Path | None = None,
    memory: Any = None,
    minutes: float | None = None,
    gpus: Sequence[str] = (),
    on_event: OnEvent | None = None,
    work: str = WORK,
    storage: str | None = None,
    engine: str = "processes",
    scheduler: str | None = None,
    resources: Mapping[str, Any] | None = None,
    joins: bool = False,
) -> Study:
    """Search the hyperparameters of an architecture; in a folder that has a study, go on with it.

    Args:
        architecture: A name, a path, or one that was read.
        data: The folder of images.
        trials: Networks to train in all, those of earlier sessions counted.
        folder: Of the study; ``runs/ARCH-PRESET-search-DATA`` by default.
        preset: Whose values are the defaults, and so trial 0.
        given: Fixed hyperparameters; they are not searched.
        ranges: As ``--search`` takes them.
        settings: Of each training; its seed is not used.
        workers: Processes at the same time, or ``auto``.
        seed: Of draws, split and trainings.
        sampler: A key of ``SAMPLERS``.
        pruner: A key of ``PRUNERS``; by default ``median``, and with several goals ``none``.
        options: How masks are understood and parts are made; their seed is that of the study.
        timeout_s: After which a trial is ended; ``None`` for never.
        goals: Keys of ``METRICS`` and of ``measures.COSTS``; several give a Pareto front.
        limits: The most of each cost, as a number or ``2e9``, ``1.5M``, ``4GiB``. What is above one
            is not trained.
        retrain: Train the best again on other seeds, and say which can be told apart.
        memory: That a trial may hold, in bytes or ``4GiB``; above it, it is tried once more
            with half the batch. By default its share of nine tenths of the machine's.
        minutes: After which no trial starts and the running ones end after their epochs; the same
            call goes on.
        gpus: Numbers of GPUs: a worker each. By default TensorFlow sees all of them.
        continue_from: The folder of an earlier study whose trials are taken over into a new one.
        repeats: How often the same network may be trained with the same settings.
        on_event: Told what happens.
        work: ``module:function`` that trains a trial.
        storage: ``postgresql://USER@HOST/DATABASE``, where machines share the study.
        engine: A key of ``request.ENGINES``.
        scheduler: The address of Dask's; without one, a cluster of this machine alone.
        resources: What each trial takes of its Dask worker, such as ``GPU=0.5``.
        joins: Whether it is one more node of a study that is there; see ``joining.join``.

    Returns:
        The study with every trial; all of it is in its folder too.

    Raises:
        ProblemError: Before anything starts, what cannot be searched. Later, what would stop every
            trial, such as a full disk.
        TrialBugError: A trial met a bug of ours.
        KeyboardInterrupt: After finished trials were written; the same call goes on.
    """
    request = Request(
        data=Path(data),
        trials=trials,
        settings=settings or Settings(),
        workers=workers,
        seed=seed,
        sampler=sampler,
        pruner=pruner,
        options=replace(options or DataOptions(), seed=seed),
        timeout_s=timeout_s,
        goals=tuple(goals),
        limits=dict(limits or {}),
        retrain=retrain,
        repeats=repeats,
        continue_from=continue_from,
        memory=memory,
        minutes=minutes,
        gpus=tuple(gpus),
        work=work,
        given=dict(given or {}),
        ranges=tuple(ranges),
        storage=storage,
        engine=engine,
        scheduler=scheduler,
        resources=dict(resources or {}),
        joins=joins,
    )
    read = read_architecture(architecture) if isinstance(architecture, str) else architecture
    if request.engine == "processes":  # TensorFlow comes while the images are read
        begin_server(request.work, request.means.count(request.trials)[1])
    opened = open_sized(
        read, preset, request.given, request.data, settings=request.settings,
        options=request.options,
    )  # fmt: skip
    of_network, of_training = parted(request.ranges)
    spec = with_ranges(read.spec, of_network, opened.fixed)
    space = Space(
        replace(read, spec=spec), opened.preset, opened.fixed,
        training_ranges(of_training, request.settings), request.settings.facts(),
    )  # fmt: skip
    plan = make_plan(request, opened, space)
    words = [*space_words(space), *limit_words(plan)]
    opened = replace(opened, notes=(*opened.notes, *words))
    where = folder or default_folder(read, opened.preset, request.data)
    with nullcontext() if joins else alone(where):
        return _session(where, request, plan, opened, on_event or _silent)


def read_study(folder: Path, storage: str | None = None) -> Study:
    """A study as it lies in its folder.

    Args:
        folder: Of the study.
        storage: The URL of its database, where a server has it.

    Raises:
        ProblemError: There is none, it is damaged, or a server has its trials and no URL was given.
    """
    read_record(folder)
    store = Store(folder, place=place_of(folder, storage))
    try:
        return _study(store, read_notes(folder))
    finally:
        store.close()


def default_folder(architecture: Architecture, preset: str | None, data: Path) -> Path:
    """A place that the same command finds again."""
    chosen = preset or architecture.preset
    name = f"{architecture.spec.name}-{chosen}" if chosen else architecture.spec.name
    return Path("runs") / f"{name}-search-{data.resolve().name}"


def _session(
    folder: Path, request: Request, plan: Plan, opened: Opened, on_event: OnEvent
) -> Study:
    """Go on from what lies in the folder, until the plan is met."""
    workers, threads = request.means.count(request.trials)
    sampler, sampler_flags = SAMPLERS[plan.sampler].make(
        session_seed(folder, request), request.trials
    )
    pruner, pruner_flags = PRUNERS[request.chosen_pruner].make(
        request.trials, judged_epochs(request.settings, len(opened.dataset.train))
    )
    numbers = {"trials": request.trials, "workers": workers, "threads": threads}
    flags = {"sampler": sampler_flags, "pruner": pruner_flags, "timeout_s": request.timeout_s}
    session = {**numbers, **flags, "asked": request.asked}
    identity = identity_of(request, opened, plan.space)
    if request.continue_from is not None:
        check_continues(request.continue_from, identity)  # refused before anything is written
    place = begun(folder, request, identity, session)
    store = Store(folder, sampler, pruner, plan.goals, place)
    try:
        notes = (*opened.notes, *_taken_over(request, store, plan, identity))
        return _trained(request, plan, store, notes, on_event)
    finally:
        store.close()


def _taken_over(request: Request, store: Store, plan: Plan, identity: Identity) -> list[str]:
    if request.continue_from is None:
        return []
    words = take_over(request.continue_from, store, plan, identity)
    return [words] if words else []


def _trained(
    request: Request, plan: Plan, store: Store, notes: tuple[str, ...], on_event: OnEvent
) -> Study:
    """Search, train the best again, and complete them."""
    workers, _ = request.means.count(request.trials)
    most_s = math.inf if request.minutes is None else 60 * request.minutes
    engine = Engine(plan, store, pool_for(request, workers), on_event, most_s)
    notes = _run(engine, store, notes, joins=request.joins)
    if request.joins:  # the node that began the study ends it
        return written(_study(store, notes), store.study, joins=True)
    try:
        if request.retrain is not None and not engine.cut_short:
            pool = pool_for(request, workers)
            tell, ending = _told(on_event, store, plan)
            again = Retraining(plan, store.folder, pool, tell, ending)
            again.run(_study(store, ()).ranked, request.retrain)
            notes = (*notes, *again.notes)
        if request.work in COMPLETES:
            pool = pool_for(request, workers, COMPLETES[request.work])
            notes = (*notes, *complete_best(plan, _study(store, ()).leading, pool))
    finally:  # Ctrl-C or a bug here takes nothing from what the search has found
        found = written(_study(store, notes), store.study, joins=False)
    return found


def _told(on_event: OnEvent, store: Store, plan: Plan) -> tuple[OnTraining, Callable[[], None]]:
    """Trainings of the best, and their end by a Ctrl-C, as events."""
    trials = {each.number: each for each in store.trials()}

    def tell(done: int, wanted: int, number: int) -> None:
        on_event(Event(what="retrained", trial=trials[number], done=done, wanted=wanted))

    def ending() -> None:
        done = sum(each.counts for each in trials.values())
        on_event(Event(what="ending", trial=trials[0], done=done, wanted=plan.trials))

    return tell, ending


def _run(engine: Engine, store: Store, notes: tuple[str, ...], *, joins: bool) -> tuple[str, ...]:
    """Search; what is to be said of it."""
    try:
        engine.run()
    except BaseException:
        # Ctrl-C, a bug, a full disk: what is finished is written all the same.
        written(_study(store, (*notes, *engine.notes)), store.study, joins=joins)
        raise
    return (*notes, *engine.notes)


def _study(store: Store, notes: tuple[str, ...]) -> Study:
    record = read_record(store.folder)
    session = record["sessions"][-1]
    study = Study(
        folder=store.folder,
        architecture=record["architecture"],
        preset=record["preset"],
        wanted=session["trials"],
        trials=store.trials(),
        notes=notes,
        ranges=record["ranges"],
        fixed=record["fixed"],
        sampler=session["sampler"],
        pruner=session["pruner"],
        spec=record["spec"],
        goals=find_goals(record["goals"]),
        limits=record["limits"],
        commands=tuple(dict.fromkeys(filter(None, map(_command, record["sessions"])))),
        recorded={**{name: record[name] for name in RECORDED}, "versions": session["versions"]},
    )
    again = read_retrained(store.folder, study.trials, study.goals[0])
    study = replace(study, retrained=again)
    return replace(study, baseline=_baseline(study.best))


def _command(session: Mapping[str, Any]) -> str:
    return str(session.get("command", ""))


def _baseline(best: Trial | None) -> Mapping[str, float]:
    if best is None or best.folder is None:
        return {}
    try:
        return read_run(best.folder).baseline
    except ProblemError:  # the person moved it; the study stands without
        return {}


def _silent(event: Event) -> None:
    """Nobody listens."""
