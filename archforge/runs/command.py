"""The command by which a result was made, as a person would give it again."""

import re
import shlex
import sys
from pathlib import Path

# On Windows with its ending.
PROGRAMS = ("archforge", "archforge.exe")
# Of a database: a password is nobody's but the one who types it.
_PASSWORDS = (
    (re.compile(r"(\w://[^:/@\s]*):[^@\s]*@"), r"\1@"),
    (re.compile(r"([?&])password=[^&\s]*&?"), r"\1"),
)


def command_line() -> str:
    """What was given on the command line, passwords of URLs left out; empty in other programs."""
    program = Path(sys.argv[0])
    called = program.parent if program.name == "__main__.py" else program  # python -m archforge
    if called.name not in PROGRAMS:
        return ""
    return shlex.join(["archforge", *map(_without_password, sys.argv[1:])])


def _without_password(argument: str) -> str:
    for pattern, kept in _PASSWORDS:
        argument = pattern.sub(kept, argument)
    return argument.rstrip("?&") if "://" in argument else argument
