"""Which entries the installed packages offer, from their metadata alone: nothing is imported.

``importlib.metadata`` itself is imported when it is needed: most specs name no plug-in, and
`archforge check` is run at every save.
"""

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.metadata import Distribution, EntryPoint

NAME = re.compile(r"([a-z0-9]+(?:-[a-z0-9]+)*)/([A-Za-z][A-Za-z0-9_]*)")
"""A package's name as PEP 503 normalizes it, and the name of its entry point."""


def is_plugin(name: str) -> bool:
    """Whether ``name`` is that of a plug-in, installed or not."""
    return "/" in name


def package_of(name: str) -> str:
    """The package that ``name`` names."""
    return name.partition("/")[0]


def normalized(package: str) -> str:
    """A package's name in its one spelling."""
    return re.sub(r"[-_.]+", "-", package).lower()


def entries(group: str, name: str) -> "list[EntryPoint]":
    """The entry points called ``name``: one, none, or several where a package is at fault.

    Only the package that the name names is looked at.
    """
    parts = NAME.fullmatch(name)
    if parts is None:
        return []
    from importlib.metadata import PackageNotFoundError, distribution  # noqa: PLC0415 - see above

    package, word = parts.groups()
    try:
        found = distribution(package)
    except PackageNotFoundError:
        return []
    return [entry for entry in _entries(found) if (entry.group, entry.name) == (group, word)]


def _entries(package: "Distribution") -> "Sequence[EntryPoint]":
    """Entry points of a package; of one whose metadata is damaged nothing is offered."""
    try:
        return tuple(package.entry_points)
    except (OSError, TypeError, ValueError):  # what Python 3.11's parser raises for bad lines
        return ()


@lru_cache(maxsize=8)
def offered(group: str) -> tuple[str, ...]:
    """Every name that an installed package offers in ``group``."""
    from importlib.metadata import distributions  # noqa: PLC0415 - see above

    found = {
        f"{normalized(package.name)}/{entry.name}"
        for package in distributions()
        for entry in _entries(package)
        if entry.group == group
    }
    return tuple(sorted(name for name in found if NAME.fullmatch(name)))


def installed(package: str) -> str:
    """The package's version; empty where it is not installed."""
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - see above

    try:
        return version(package) if package and normalized(package) == package else ""
    except PackageNotFoundError:
        return ""
