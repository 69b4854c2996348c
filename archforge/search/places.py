"""Where the trials of a study lie: in its folder's ``study.db``, or in a PostgreSQL database.

``study.json`` remembers the place without its password: that comes from the URL of each command,
from ``PGPASSWORD`` or from a pgpass file. A server's database may hold many studies, so a study has
a name of its own there, made once from that of its folder.
"""

import secrets
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn

from optuna.exceptions import StorageInternalError
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from archforge.errors import Mark, refuse
from archforge.files import read_json
from archforge.runs.study import RECORD
from archforge.search.patience import passes, why

DATABASE = "study.db"
TRIALS = "trials"
NAME = "archforge"
DRIVER = "postgresql+psycopg"
_NAMED = ("url", "study")
_SERVERS = ("postgres", "postgresql", DRIVER)
# A host that vanished is noticed in half a minute; by default TCP waits for hours.
_FLAGS: dict[str, Any] = {
    "pool_pre_ping": True,
    "connect_args": {
        "connect_timeout": 10,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 30_000,
    },
}


@dataclass(frozen=True)
class Place:
    """A study's database.

    Args:
        url: As SQLAlchemy takes it, with the password if one was given.
        study: Optuna's name of the study there.
        server: Whether a server has it, so that other machines reach it.
        new: Whether the study is yet to be made there.
    """

    url: str = field(repr=False)
    study: str = NAME
    server: bool = False
    new: bool = False

    @property
    def flags(self) -> dict[str, Any]:
        """For SQLAlchemy's engine."""
        return dict(_FLAGS) if self.server else {}

    @property
    def facts(self) -> dict[str, str] | None:
        """What ``study.json`` keeps; nothing of the study's own ``study.db``."""
        return {"url": shown(self.url), "study": self.study} if self.server else None

    def refuse(self, error: Exception) -> NoReturn:
        """Say why it cannot be opened."""
        said = isinstance(error, SQLAlchemyError | StorageInternalError)
        words = why(error) if said else " ".join(str(error).split())[:200] or type(error).__name__
        if self.server and passes(error):
            refuse(
                "AF631",
                f"the study's database cannot be reached at '{shown(self.url)}'",
                why=words,
                fix="start the server, or mend the URL of `--storage` (a password may also stand "
                "in PGPASSWORD or in a pgpass file)",
            )
        name = shown(self.url) if self.server else DATABASE
        refuse(
            "AF610",
            f"the study's database '{name}' cannot be opened",
            mark=None if self.server else Mark(str(make_url(self.url).database)),
            why=words,
            fix="bring it back from a copy, or give another folder with `-o`",
        )

    def refuse_missing(self) -> NoReturn:
        """Say that the database is there and the study is not."""
        refuse(
            "AF610",
            f"the database '{shown(self.url) if self.server else DATABASE}' holds no study "
            f"'{self.study}'",
            why=f"{RECORD} says that its trials are there",
            fix="give the URL of that database with `--storage`"
            if self.server
            else "bring it back from a copy",
        )


def find_place(folder: Path, asked: str | None = None) -> Place:
    """Where the study of a folder has its trials, or will have them.

    Args:
        folder: Of the study.
        asked: The URL of ``--storage``.

    Raises:
        ProblemError: It cannot be a URL, its package is missing, or the study lies in the folder.
    """
    url = None if asked is None else _server_url(asked)
    written = _written(folder)
    if written is None and url is None:
        return Place(f"sqlite:///{(folder / DATABASE).resolve()}")
    if written is None:
        assert url is not None
        name = f"{folder.resolve().name}-{secrets.token_hex(4)}"
        if (folder / RECORD).exists() or (folder / DATABASE).exists():
            refuse(
                "AF606",
                f"'{folder}' holds a study with its trials in '{DATABASE}'",
                mark=Mark(str(folder / RECORD)),
                why="a study's trials lie in one place",
                fix="leave `--storage` out, or give another folder with `-o`",
            )
        return Place(url, name, server=True, new=True)
    return Place(url or _server_url(written["url"]), written["study"], server=True)


def place_of(folder: Path, asked: str | None = None, *, own: bool = False) -> Place:
    """Where the trials of a study are that is only looked at.

    No server is logged in to that the person has not named: the folder may be a stranger's, and a
    password in ``PGPASSWORD`` goes to whatever host a URL says.

    Args:
        folder: Of the study.
        asked: The URL of ``--storage``.
        own: Whether the person goes on with the study, so that it is theirs.

    Raises:
        ProblemError: They are on a server and no URL was given, or they are not there.
    """
    written = _written(folder)
    if written is not None and asked is None and not own:
        try:
            url = shown(written["url"])
        except (ArgumentError, ValueError):
            url = written["url"]
        refuse(
            "AF610",
            f"the trials of this study are in a database, '{url}'",
            mark=Mark(str(folder / RECORD)),
            why="no server is logged in to because a folder says so",
            fix="if it is yours, give its URL with `--storage`",
        )
    place = find_place(folder, asked)
    if not place.server and not (folder / DATABASE).is_file():
        refuse(
            "AF610",
            f"the study's database '{DATABASE}' is missing",
            mark=Mark(str(folder / DATABASE)),
            why=f"{RECORD} says that there is a study",
            fix="bring it back from a copy; the runs of its trials are below `trials`",
        )
    return place


def shown(url: str) -> str:
    """A URL without its password."""
    parsed = make_url(url)
    query = {name: value for name, value in parsed.query.items() if name != "password"}
    clean = URL.create(
        parsed.drivername, parsed.username, None, parsed.host, parsed.port, parsed.database, query
    )
    return clean.render_as_string(hide_password=False)


def _server_url(text: str) -> str:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        url = None
    if url is None or url.drivername not in _SERVERS or not url.database:
        kind = text.partition("://")[0] if "://" in text else text
        refuse(
            "AF608",
            f"the storage cannot be '{kind}{'://...' if '://' in text else ''}'",
            why="several machines share a study through PostgreSQL; one needs no server",
            fix="give postgresql://USER@HOST/DATABASE, or leave it out",
        )
    if find_spec("psycopg") is None:
        refuse(
            "AF440",
            "PostgreSQL needs the package 'psycopg'",
            why="a study on one machine needs no server, so it is no part of archforge",
            fix="pip install 'archforge[postgresql]'",
        )
    return url.set(drivername=DRIVER).render_as_string(hide_password=False)


def _written(folder: Path) -> dict[str, str] | None:
    """What ``study.json`` says of the place; its own reader says what is wrong with it."""
    try:
        record = read_json(folder / RECORD)
    except (OSError, ValueError):
        return None
    found = record.get("storage") if isinstance(record, dict) else None
    named = isinstance(found, dict) and all(isinstance(found.get(key), str) for key in _NAMED)
    if found is not None and not named:
        refuse(
            "AF610",
            f"the study's record '{RECORD}' does not say where its trials are",
            mark=Mark(str(folder / RECORD)),
            why="its 'storage' lacks the URL or the name of the study there",
            fix="bring it back from a copy, or give another folder with `-o`",
        )
    return found if named else None
