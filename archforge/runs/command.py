"""The command by which a result was made, as a person would give it again."""

import re
import shlex
import sys

# Of a database: a password is nobody's but the one who types it.
_PASSWORDS = (
    (re.compile(r"(\w://[^:/@\s]*):[^@\s]*@"), r"\1@"),
    (re.compile(r"([?&])password=[^&\s]*&?"), r"\1"),
)


def command_line() -> str:
    """What was given on the command line, passwords of URLs left out; empty in other programs."""
    if "archforge" not in sys.argv[0]:
        return ""
    return shlex.join(["archforge", *map(_without_password, sys.argv[1:])])


def _without_password(argument: str) -> str:
    for pattern, kept in _PASSWORDS:
        argument = pattern.sub(kept, argument)
    return argument.rstrip("?&") if "://" in argument else argument
