"""Who trains what, in two tables beside Optuna's: the one thing all machines of a study share.

A claim is a row that names the node which holds a trial, or the turn to draw. It is taken by an
INSERT, or from a dead node by ``UPDATE ... WHERE node = the dead one``: of two that try, the
database lets one through. These statements are the same for SQLite and PostgreSQL and outlive a
restart of the server, as an advisory lock of its session would not; a lock of a file would, but
network file systems differ in what it is worth.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import (
    Column,
    Engine,
    Executable,
    Integer,
    MetaData,
    String,
    Table,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

TURN = -1  # trials count from 0

_TABLES = MetaData()
_NODES = Table(
    "archforge_nodes",
    _TABLES,
    Column("node", String(32), primary_key=True),
    Column("study", Integer, index=True, nullable=False),
    Column("machine", String(255), nullable=False),
    Column("pid", Integer, nullable=False),
    Column("born", String(32), nullable=False),
    Column("beat", Integer, nullable=False),
)
_CLAIMS = Table(
    "archforge_claims",
    _TABLES,
    Column("study", Integer, primary_key=True, autoincrement=False),
    Column("what", Integer, primary_key=True, autoincrement=False),
    Column("node", String(32), nullable=False),
)


@dataclass(frozen=True)
class Who:
    """A process, so that others can look whether it lives.

    Args:
        machine: Names one kernel since its start, and one set of process ids on it.
        pid: On that machine.
        born: When the process began; a pid is given again.
        beat: How often it has said that it lives.
    """

    machine: str
    pid: int
    born: str
    beat: int = 0


class Claims:
    """The claims of a study.

    Args:
        engine: Of the database.
        study: Its id there.
    """

    def __init__(self, engine: Engine, study: int) -> None:
        self._engine = engine
        self._study = study
        try:
            _TABLES.create_all(engine)
        except SQLAlchemyError:  # another node made them between the look and the making
            _TABLES.create_all(engine)

    def take(self, what: int, node: str, before: str | None = None) -> bool:
        """Claim a trial, or the turn; ``False`` where another was first.

        Args:
            what: The number of the trial, or ``TURN``.
            node: Who claims it.
            before: The dead node that it is taken from; ``None`` where nobody holds it.
        """
        if before is not None:
            there = _CLAIMS.c.study == self._study, _CLAIMS.c.what == what, _CLAIMS.c.node == before
            claim: Executable = update(_CLAIMS).where(*there).values(node=node)
        else:
            claim = insert(_CLAIMS).values(study=self._study, what=what, node=node)
        try:
            with self._engine.begin() as connection:
                done = connection.execute(claim)
        except IntegrityError:
            pass
        else:
            if done.rowcount == 1:
                return True
        return self.holders().get(what) == node  # said twice, when the first answer was lost

    def leave(self, what: int, node: str) -> None:
        """Let go of a claim; one that others hold stays."""
        there = _CLAIMS.c.study == self._study, _CLAIMS.c.what == what, _CLAIMS.c.node == node
        with self._engine.begin() as connection:
            connection.execute(delete(_CLAIMS).where(*there))

    def holders(self) -> Mapping[int, str]:
        """Who holds what."""
        mine = select(_CLAIMS.c.what, _CLAIMS.c.node).where(_CLAIMS.c.study == self._study)
        with self._engine.connect() as connection:
            return {row.what: row.node for row in connection.execute(mine)}

    def nodes(self) -> Mapping[str, Who]:
        """Every node that came and did not say that it goes."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(_NODES).where(_NODES.c.study == self._study))
            return {row.node: Who(row.machine, row.pid, row.born, row.beat) for row in rows}

    def beat(self, node: str, who: Who) -> None:
        """Say that a node lives."""
        values = {"machine": who.machine, "pid": who.pid, "born": who.born, "beat": who.beat}
        with self._engine.begin() as connection:
            there = _NODES.c.node == node
            if not connection.execute(update(_NODES).where(there).values(values)).rowcount:
                row = {"node": node, "study": self._study, **values}
                connection.execute(insert(_NODES).values(row))

    def quit(self, node: str) -> None:
        """Forget a node and all that it holds."""
        with self._engine.begin() as connection:
            held = _CLAIMS.c.study == self._study, _CLAIMS.c.node == node
            connection.execute(delete(_CLAIMS).where(*held))
            connection.execute(delete(_NODES).where(_NODES.c.node == node))
