"""What a session has before its first trial (seed, place, pool), and who writes at its end."""

import hashlib
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optuna.study import Study as OptunaStudy

from archforge.crew.workers import Pool
from archforge.errors import ProblemError
from archforge.search.identity import (
    Identity,
    alone,
    begin,
    check_joins,
    keep_notes,
    read_record,
    training_facts,
)
from archforge.search.measures import find_goals, read_limits
from archforge.search.nodes import here
from archforge.search.places import Place, find_place
from archforge.search.records import Study
from archforge.search.request import Request, read_shares
from archforge.search.space import Space
from archforge.search.store import make_study
from archforge.search.writing import write_results
from archforge.train import Opened

if TYPE_CHECKING:
    from archforge.search.clusters import Cluster


def identity_of(request: Request, opened: Opened, space: Space) -> Identity:
    """What makes a study: all that must stay the same."""
    return Identity(
        architecture=opened.architecture.spec.name,
        spec=opened.architecture.standalone,
        preset=opened.preset,
        fixed=dict(opened.fixed),
        ranges=space.ranges(),
        data=opened.dataset.fingerprint,
        folder=str(request.data),
        options=asdict(request.options),
        settings=training_facts(request.settings),
        seed=request.seed,
        sampler=request.sampler,
        pruner=request.chosen_pruner,
        goals=tuple(goal.name for goal in find_goals(request.goals)),
        limits=read_limits(request.limits),
    )


def begun(folder: Path, request: Request, identity: Identity, session: dict[str, Any]) -> Place:
    """Have the folder's record say what the study is and where its trials are.

    Args:
        folder: Of the study.
        request: What a person asked.
        identity: What must stay the same.
        session: Flags and numbers of this session.

    Returns:
        Where its trials are.

    Raises:
        ProblemError: Another study lies there, or the database cannot be reached.
    """
    place = find_place(folder, request.storage)
    if request.joins:
        check_joins(folder, identity)
        return place
    if place.new:
        make_study(place, find_goals(request.goals))
    begin(folder, identity, session, place.facts)
    return place


def pool_for(request: Request, workers: int, work: str = "") -> "Pool | Cluster":
    """Processes of this machine, or tasks of a Dask cluster.

    Args:
        request: What a person asked.
        workers: Trials at once, where this machine trains them.
        work: What trains them, where it is not what was asked for.

    Raises:
        ProblemError: The cluster cannot be used.
    """
    work = work or request.work
    if request.engine == "processes":
        return request.means.pool(work, workers)
    from archforge.search.clusters import Cluster  # noqa: PLC0415 (an extra)

    count = request.workers if request.scheduler else workers
    shares = read_shares(request.resources)
    return Cluster(work, count, request.timeout_s, request.scheduler, shares)


def written(study: Study, of_optuna: OptunaStudy, *, joins: bool) -> Study:
    """The study with what follows from its trials on the disk.

    All nodes end together; of several one writes, the search before its workers.
    """
    if not joins:
        found = write_results(study, of_optuna)
        keep_notes(found.folder, found.notes)
        return found
    try:
        with alone(study.folder):
            return write_results(study, of_optuna)
    except ProblemError as error:
        if error.problems[0].code != "AF607":
            raise
        return study


def session_seed(folder: Path, request: Request) -> int:
    """A new one for each session: with the first one's, it would draw the same points again."""
    seed = request.seed
    try:
        sessions = len(read_record(folder)["sessions"])
    except ProblemError:  # `begin` says what is wrong with it
        sessions = 0
    node = f":{here()}" if request.joins else ""
    digest = hashlib.blake2b(f"{seed}:{sessions}{node}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") if sessions else seed
