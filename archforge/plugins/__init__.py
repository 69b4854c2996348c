"""Layers and blocks of other Python packages.

A spec names one as ``lab/Swirl``: ``lab`` is the package, by the name that pip knows it by, and
``Swirl`` the name of its entry point in the group ``archforge.layers`` or ``archforge.blocks``. So
a spec says itself what to install, and nobody but that package can answer to its name.

A spec can never load code: what it names is looked for among installed packages alone, and a
package is imported only when one of its entries is named, or when all are asked for. Names without
``/`` never come here.

``finding`` reads the packages' metadata, ``loading`` imports an entry and judges it, ``guarding``
sees to it that what a plug-in gets wrong is told as a problem of its package (AF118), not as a bug
of ours. This room knows neither layers nor blocks: each of those rooms has a ``Group``.
"""

from archforge.plugins.finding import is_plugin, offered
from archforge.plugins.guarding import blamed, refusal, told
from archforge.plugins.loading import (
    Group,
    at_mark,
    every,
    faults,
    forget,
    not_offered,
    plugin,
    refuse_faults,
)

__all__ = [
    "Group",
    "at_mark",
    "blamed",
    "every",
    "faults",
    "forget",
    "is_plugin",
    "not_offered",
    "offered",
    "plugin",
    "refusal",
    "refuse_faults",
    "told",
]
